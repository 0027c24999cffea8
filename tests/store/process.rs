//! The program itself: what it acknowledged survives it, and what is wrong with its surroundings it says by name.

use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use rstest::rstest;
use tests::{Client, binaries};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Longer than any start takes, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn command(data_dir: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binaries::path("countersign"));
    command.env_clear().kill_on_drop(true).current_dir(data_dir);
    command
        .env("DATA_DIR", data_dir)
        .env("PORT", "0")
        .env("THROTTLE", "off")
        .env("LOG_LEVEL", "error");
    command.envs(variables.iter().copied());
    command
}

/// Starts the program and reads from its greeting where it is.
pub async fn start(data_dir: &Path) -> (Child, Client) {
    let mut child = command(data_dir, &[])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, url)) = line.split_once("Open") {
                return url.trim().trim_end_matches('/').to_owned();
            }
        }
        panic!("it ended before it said where it is");
    };
    let url = tokio::time::timeout(PATIENCE, address).await.expect("no greeting");
    (child, Client::new(&url))
}

/// Runs the program to its end, which must be a failure, and returns what it said.
async fn failure(data_dir: &Path, variables: &[(&str, &str)]) -> String {
    let run = command(data_dir, variables).output();
    let Output { status, stdout, stderr } = tokio::time::timeout(PATIENCE, run).await.expect("it runs").unwrap();
    assert_eq!(status.code(), Some(1), "{}", String::from_utf8_lossy(&stdout));
    String::from_utf8(stderr).unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut tokens: Vec<(String, String)> = Vec::new();
    // Each time, the last word before the kill is an answer.
    for round in 0..3 {
        let (mut child, client) = start(directory.path()).await;
        for (email, token) in &tokens {
            let me = client.me(token).await.expect(200).json();
            assert_eq!(&me["username"], email);
            client.sign_in(email).await;
        }
        let email = format!("user{round}@example.com");
        client.sign_up(&email).await;
        let token = client.sign_in(&email).await;
        child.kill().await.unwrap();
        tokens.push((email, token));
    }
    let (_child, client) = start(directory.path()).await;
    for (email, token) in &tokens {
        client.me(token).await.expect(200);
        client.sign_in(email).await;
    }
}

/// A mail that was promised leaves after the kill.
#[tokio::test]
async fn a_promised_mail_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let (mut child, client) = start(directory.path()).await;
    client.sign_up("ada@example.com").await;
    let body = serde_json::json!({ "email": "ada@example.com" });
    client.post("/api/v1/user/reset", &body).await.expect(200);
    child.kill().await.unwrap();
    let (_child, client) = start(directory.path()).await;
    assert_eq!(client.mails("ada@example.com").await.len(), 1);
}

#[tokio::test]
async fn two_do_not_work_in_one_directory() {
    let directory = tempfile::tempdir().unwrap();
    let (mut child, client) = start(directory.path()).await;
    client.sign_up("ada@example.com").await;
    let said = failure(directory.path(), &[]).await;
    assert!(
        said.contains("DATA_DIR") && said.contains("in use by another server"),
        "{said}"
    );
    // The first goes on, and a killed one leaves no lock behind.
    client.sign_in("ada@example.com").await;
    child.kill().await.unwrap();
    let (_child, client) = start(directory.path()).await;
    client.sign_in("ada@example.com").await;
}

#[rstest]
#[case("PORT", "eighty")]
#[case("PORT", "70000")]
#[case("LISTEN", "everywhere")]
#[case("PUBLIC_URL", "example.com")]
#[case("THROTTLE", "perhaps")]
#[case("LOG_LEVEL", "loud")]
#[case("BOOTSTRAP_ADMIN_EMAIL", "nobody")]
#[case("BOOTSTRAP_ADMIN_PASSWORD", "short")]
#[case(
    "BOOTSTRAP_CLIENT_ID",
    "a name that is longer than fifty characters, which is the most"
)]
#[tokio::test]
async fn a_value_that_cannot_be_used_is_named(#[case] name: &str, #[case] value: &str) {
    let directory = tempfile::tempdir().unwrap();
    let said = failure(directory.path(), &[(name, value)]).await;
    assert!(said.starts_with(&format!("countersign: {name}")), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = failure(directory.path(), &[("PORT", &port)]).await;
    assert!(said.contains("PORT") && said.contains(&port), "{said}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let said = failure(directory.path(), &[("DATA_DIR", file.to_str().unwrap())]).await;
    assert!(said.contains("DATA_DIR") && said.contains("file"), "{said}");
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_named() {
    let directory = tempfile::tempdir().unwrap();
    // Nobody listens on a port that was free a moment ago.
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let endpoint = format!("http://{free}");
    let variables = [
        ("TABLE_NAME", "countersign"),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint.as_str()),
    ];
    let said = failure(directory.path(), &variables).await;
    assert!(
        said.contains("AWS_ENDPOINT_URL_DYNAMODB") && said.contains("TABLE_NAME"),
        "{said}"
    );
}

/// What is made with the keys of one machine is worth nothing to functions that have others.
#[tokio::test]
async fn a_table_at_aws_needs_its_keyring() {
    let directory = tempfile::tempdir().unwrap();
    let said = failure(directory.path(), &[("TABLE_NAME", "countersign")]).await;
    assert!(said.contains("KEYRING_SECRET_ID"), "{said}");
}
