//! `cargo lambda watch`: every function behind one port, which the router of the root Cargo.toml finds by the path. Here it
//! starts no function itself: it would build all of them anew, for minutes, and they are built. Skipped where there is no
//! cargo-lambda.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::Method;
use tests::{Client, Server, binaries, services};

use super::gateway::GROUPS;
use super::operations::{OPERATIONS, example};

/// Processes that end with the test.
struct Watched {
    url: String,
    children: Vec<Child>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }
}

impl Watched {
    /// The functions of a server, on its table and with its keys.
    async fn beside(server: &Server) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let quiet = |mut command: Command| {
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        };
        let mut watch = Command::new("cargo-lambda");
        watch.args(["lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1"]);
        watch.args(["--invoke-port", &port.to_string()]);
        watch.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let mut watched = Self {
            url: format!("http://127.0.0.1:{port}"),
            children: vec![quiet(watch)],
        };
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let config = &server.app().config;
        let table = config.aws.dynamodb_endpoint.as_deref().unwrap();
        for group in &GROUPS {
            let binary = tokio::task::spawn_blocking(|| binaries::path(group.binary));
            let mut function = Command::new(binary.await.unwrap());
            function.env_clear().envs([
                (
                    "AWS_LAMBDA_RUNTIME_API",
                    format!("{}/.rt/{}", watched.url, group.binary).as_str(),
                ),
                ("AWS_LAMBDA_FUNCTION_NAME", group.binary),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "group"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
                ("TABLE_NAME", shared::app::EMBEDDED_TABLE),
                ("AWS_ENDPOINT_URL_DYNAMODB", table),
                ("DATA_DIR", server.data_dir().to_str().unwrap()),
                ("PUBLIC_URL", &config.public_url),
                ("THROTTLE", "off"),
            ]);
            watched.children.push(quiet(function));
        }
        watched
    }
}

/// What is asked for by nobody, without a body: refused by the function that the path belongs to, in its own words.
#[tokio::test]
async fn every_operation_is_found_behind_one_port() {
    if !services::command("cargo-lambda") {
        return;
    }
    let server = Server::start().await;
    let watched = Watched::beside(&server).await;
    let (by_path, direct) = (Client::new(&watched.url), server.client());
    for (operation, method, pattern, _) in OPERATIONS {
        let method: Method = if method == "ANY" { "GET" } else { method }.parse().unwrap();
        let path = example(pattern);
        let ask = async |client: &Client| client.send(client.request(method.clone(), &path)).await;
        let (function, local) = (ask(&by_path).await, ask(&direct).await);
        assert_eq!(function.status, local.status, "{operation}: {}", function.text());
        // What is drawn, or tells the time, is another for each.
        if local.status.is_client_error() {
            assert_eq!(function.text(), local.text(), "{operation}");
        }
    }
    let unknown = direct.get("/api/v1/nothing").await.text();
    assert_eq!(by_path.get("/api/v1/nothing").await.expect(404).text(), unknown);
}
