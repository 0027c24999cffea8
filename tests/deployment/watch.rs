//! `cargo lambda watch`: every function behind one port, which the router of the root Cargo.toml finds by the path, built when
//! it is first asked and anew when a file changes. Skipped where there is no cargo-lambda.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::Method;
use tests::{Client, Server, binaries, services};

use super::gateway::GROUPS;
use super::operations::{OPERATIONS, example};

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// `cargo lambda watch` in the repository.
fn watch(port: u16) -> Command {
    let mut watch = Command::new("cargo-lambda");
    watch.args(["lambda", "watch", "--invoke-address", "127.0.0.1"]);
    watch.args(["--invoke-port", &port.to_string()]);
    watch.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    watch
}

fn quiet(mut command: Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

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
    /// The functions of a server, on its table and with its keys. They are started here: cargo-lambda would start each through
    /// cargo, which takes its time.
    async fn beside(server: &Server) -> Self {
        let port = free_port();
        let mut watch = watch(port);
        watch.arg("--only-lambda-apis");
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

/// `cargo lambda watch`, which ends what it started when somebody presses Ctrl-C.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let interrupt = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        let ended = |child: &mut Child| child.try_wait().is_ok_and(|status| status.is_some());
        let patience = std::time::Instant::now() + Duration::from_secs(10);
        while interrupt.is_ok() && !ended(&mut self.0) && std::time::Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(50));
        }
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// A program is started by cargo, which builds it, and again after one of its files was written.
#[tokio::test]
async fn a_function_is_built_when_it_is_asked_and_anew_when_a_file_changes() {
    if !services::command("cargo-lambda") {
        return;
    }
    // Whatever it needs is built, and nobody else builds meanwhile.
    tokio::task::spawn_blocking(|| binaries::path("platform-keys"))
        .await
        .unwrap();
    let (port, data_dir) = (free_port(), tempfile::tempdir().unwrap());
    let (log, mut command) = (data_dir.path().join("log"), watch(port));
    let told = std::fs::File::create(&log).unwrap();
    command.env("DATA_DIR", data_dir.path()).env("NO_COLOR", "1");
    command
        .stdin(Stdio::null())
        .stdout(told.try_clone().unwrap())
        .stderr(told);
    let _watching = Watching(command.spawn().unwrap());
    let keys = async || {
        let client = Client::new(&format!("http://127.0.0.1:{port}"));
        client
            .request(Method::GET, "/.well-known/jwks.json")
            .send()
            .await
            .map(|answer| answer.status())
    };
    let starts = || std::fs::read_to_string(&log).unwrap().matches("Running `").count();
    // The same text in a new file, put into the old one's place in one step: whoever reads it finds all of it.
    let write = || {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../functions/platform/keys/src/main.rs");
        let (text, new) = (std::fs::read(source).unwrap(), format!("{source}.new"));
        std::fs::write(&new, text).unwrap();
        std::fs::rename(&new, source).unwrap();
    };
    let mut built = 0;
    for half_seconds in 0..600 {
        let is_answered = keys().await.is_ok_and(|status| status == 200);
        match starts() {
            now if is_answered && built > 0 && now > built => return,
            now if is_answered && built == 0 => built = now,
            // Again and again: it takes a while until all folders are watched.
            _ if built > 0 && half_seconds % 10 == 0 => write(),
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("not built anew: {}", std::fs::read_to_string(&log).unwrap());
}
