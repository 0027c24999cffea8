//! How long processes take to their first answer. Their programs are built in the profile of this benchmark.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use shared::app::EMBEDDED_TABLE;
use tests::Server;
use tests::runtime_api::Function;

use crate::{EMAIL, median, millis, row};

const ROUNDS: usize = 15;

pub async fn measure() {
    let built = tokio::task::spawn_blocking(build).await.unwrap();
    let data_dir = tempfile::tempdir().unwrap();
    let first = local_server(&built.join("countersign"), data_dir.path()).await;
    row(
        "`cargo run`'s server, first start: keys, table, administrator",
        &ms(first),
        "",
    );
    let mut again = Vec::new();
    for _ in 0..ROUNDS {
        again.push(local_server(&built.join("countersign"), data_dir.path()).await);
    }
    row(
        "`cargo run`'s server, later starts, to its first answer",
        &ms(median(again)),
        "under 100 ms",
    );
    functions(&built).await;
}

async fn functions(built: &std::path::Path) {
    let server = Server::start().await;
    let token = server.client().join(EMAIL).await;
    let endpoint = server.app().config.aws.dynamodb_endpoint.clone().unwrap();
    let directory = server.data_dir().to_string_lossy().into_owned();
    let variables = [
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint.as_str()),
        ("TABLE_NAME", EMBEDDED_TABLE),
        ("DATA_DIR", &directory),
    ];
    let (hello, auth) = (built.join("examples/hello"), built.join("engine-auth"));
    let (mut hellos, mut refusals, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        hellos.push(first_answer(&hello, &[], "x", 200).await);
        refusals.push(first_answer(&auth, &variables, "x", 401).await);
        // The server's clock stands still in the past of the function's: the token has expired, the key is read.
        answers.push(first_answer(&auth, &variables, &token, 401).await);
    }
    let (hello, refusal, answer) = (median(hellos), median(refusals), median(answers));
    row(
        "bare `lambda_http` hello, process start to first answer",
        &ms(hello),
        "",
    );
    let times = |time: Duration| {
        format!(
            "{:.2} ms, {:.2} times",
            millis(time),
            time.as_secs_f64() / hello.as_secs_f64()
        )
    };
    row(
        "auth function, the same: `/me` without a token",
        &times(refusal),
        "at most 1.5 times",
    );
    row(
        "auth function, the same: `/me` with one, keyring read",
        &times(answer),
        "",
    );
}

async fn first_answer(binary: &std::path::Path, variables: &[(&str, &str)], token: &str, status: u16) -> Duration {
    let event = json!({
        "version": "2.0", "routeKey": "GET /api/v1/me", "rawPath": "/api/v1/me", "rawQueryString": "",
        "headers": { "x-auth": token, "host": "id.example.com" },
        "requestContext": {
            "http": { "method": "GET", "path": "/api/v1/me", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "" },
            "requestId": "1", "stage": "$default", "timeEpoch": 0, "time": "", "accountId": "1", "apiId": "1",
            "domainName": "id.example.com", "domainPrefix": "id", "routeKey": "GET /api/v1/me"
        },
        "isBase64Encoded": false
    });
    let begun = Instant::now();
    let function = Function::start_at(binary.to_owned(), "bench", variables).await;
    function.call(&event).await.expect(status);
    begun.elapsed()
}

/// Starts the server and waits for its first answer.
async fn local_server(binary: &std::path::Path, data_dir: &std::path::Path) -> Duration {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let begun = Instant::now();
    let mut server = Command::new(binary)
        .env_clear()
        .env("PORT", port.to_string())
        .env("DATA_DIR", data_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = tests::Client::new(&format!("http://127.0.0.1:{port}"));
    while client.request(http::Method::GET, "/healthz").send().await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the server does not start");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let time = begun.elapsed();
    server.kill().unwrap();
    server.wait().unwrap();
    time
}

fn build() -> PathBuf {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for what in [
        "--package=countersign",
        "--package=engine-auth",
        "--package=tests --example=hello",
    ] {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--profile=bench"])
            .args(what.split(' '))
            .current_dir(root)
            .status();
        assert!(built.unwrap().success(), "the programs do not build");
    }
    let bench = std::env::current_exe().unwrap();
    bench.parent().and_then(std::path::Path::parent).unwrap().to_owned()
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", millis(time))
}
