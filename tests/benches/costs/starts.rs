//! How long processes take to their first question and their first answer, and how large they are. They are built as they are
//! deployed, in release, which takes its time: each function is optimised as a whole. `PROGRAMS=folder` measures those that are
//! in a folder already; there, the local server, the hello and engine-auth may not be missing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use shared::app::EMBEDDED_TABLE;
use tests::runtime_api::Function;
use tests::{Server, binaries};

use crate::{EMAIL, median, millis, row};

const ROUNDS: usize = 15;
const HELLO: &str = "hello";
const LOCAL: &str = "countersign";

pub async fn measure() {
    let functions = functions();
    let names: Vec<String> = [LOCAL.to_owned()].into_iter().chain(functions.clone()).collect();
    let built = tokio::task::spawn_blocking(move || {
        if let Some(folder) = std::env::var_os("PROGRAMS").map(PathBuf::from) {
            let all = names.into_iter().chain([HELLO.to_owned()]);
            let there = all.map(|name| (name.clone(), folder.join(name)));
            return there.filter(|(_, program)| program.exists()).collect();
        }
        let mut arguments = vec!["--release".to_owned(), "--bins".to_owned()];
        arguments.extend(names.iter().map(|name| format!("--package={name}")));
        let mut built = binaries::build(&arguments);
        built.extend(binaries::build(&["--release", "--package=tests", "--example=hello"]));
        built
    });
    let built = built.await.unwrap();
    local(&built[LOCAL]).await;
    let server = Server::start().await;
    starts(&server, &functions, &built).await;
    first_answers(&server, &built[HELLO], &built["engine-auth"]).await;
}

/// The names of all functions: each is a crate in a folder of its surface.
fn functions() -> Vec<String> {
    let list = |path: &Path| {
        let mut names: Vec<String> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    };
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../functions"));
    let surfaces = list(root).into_iter();
    let functions = surfaces.flat_map(|surface| {
        let groups = list(&root.join(&surface)).into_iter();
        groups
            .map(move |group| format!("{surface}-{group}"))
            .collect::<Vec<_>>()
    });
    functions.collect()
}

async fn local(program: &Path) {
    let data_dir = tempfile::tempdir().unwrap();
    let first = local_server(program, data_dir.path()).await;
    row(
        "`cargo run --release`'s server, first start: keys, table, administrator",
        &ms(first),
        "",
    );
    let mut again = Vec::new();
    for _ in 0..ROUNDS {
        again.push(local_server(program, data_dir.path()).await);
    }
    row(
        "`cargo run --release`'s server, later starts, to its first answer",
        &ms(median(again)),
        "under 100 ms",
    );
}

fn variables(server: &Server) -> [(&'static str, String); 3] {
    let endpoint = server.app().config.aws.dynamodb_endpoint.clone().unwrap();
    [
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
        ("TABLE_NAME", EMBEDDED_TABLE.to_owned()),
        ("DATA_DIR", server.data_dir().to_string_lossy().into_owned()),
    ]
}

/// From the start of the process to its first question, which is what Lambda calls initialization.
async fn starts(server: &Server, functions: &[String], built: &HashMap<String, PathBuf>) {
    let variables = variables(server);
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let functions = functions.iter().filter(|name| built.contains_key(*name)).cloned();
    let names: Vec<String> = [HELLO.to_owned()].into_iter().chain(functions).collect();
    let mut times: HashMap<&str, Vec<Duration>> = HashMap::new();
    // In turns, so that all of them meet the same machine.
    for _ in 0..ROUNDS {
        for name in &names {
            let function = Function::start_at(built[name].clone(), "bench", &variables).await;
            times.entry(name).or_default().push(function.started_in);
        }
    }
    let hello = median(times[HELLO].clone());
    for name in &names {
        let time = median(times[name.as_str()].clone());
        #[expect(clippy::cast_precision_loss, reason = "a program has fewer bytes than that")]
        let megabytes = std::fs::metadata(&built[name]).unwrap().len() as f64 / 1e6;
        row(
            &format!("`{name}`, {megabytes:.1} MB: process start to its first question"),
            &format!(
                "{}, {:.2} times hello",
                ms(time),
                time.as_secs_f64() / hello.as_secs_f64()
            ),
            "",
        );
    }
}

async fn first_answers(server: &Server, hello: &Path, auth: &Path) {
    let token = server.client().join(EMAIL).await;
    let variables = variables(server);
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (mut hellos, mut refusals, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        hellos.push(first_answer(hello, &[], "x", 200).await);
        refusals.push(first_answer(auth, &variables, "x", 401).await);
        // The server's clock stands still in the past of the function's: the token has expired, the key is read.
        answers.push(first_answer(auth, &variables, &token, 401).await);
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

async fn first_answer(binary: &Path, variables: &[(&str, &str)], token: &str, status: u16) -> Duration {
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
async fn local_server(binary: &Path, data_dir: &Path) -> Duration {
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

fn ms(time: Duration) -> String {
    format!("{:.1} ms", millis(time))
}
