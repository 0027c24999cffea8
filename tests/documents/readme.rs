//! README's tour is run, and its table of variables is the one that is read.

use std::process::Stdio;
use std::sync::Mutex;

use shared::config::VARIABLES;
use tests::{Server, services};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");

fn readme() -> String {
    std::fs::read_to_string(README).unwrap()
}

/// Holds what stands between two marks of README against what was found out; `UPDATE_GOLDEN=1` writes it there.
pub fn holds(mark: &str, page: &str) {
    /// Several tests write to it.
    static WRITING: Mutex<()> = Mutex::new(());
    let _turn = WRITING.lock().unwrap();
    let (open, close) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    let readme = readme();
    let (before, rest) = readme.split_once(&open).expect("the mark");
    let (_, after) = rest.split_once(&close).expect("the other mark");
    let wanted = format!("{before}{open}{page}{close}{after}");
    if std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1") {
        std::fs::write(README, wanted).unwrap();
        return;
    }
    let new = wanted.lines().filter(|line| !readme.contains(line));
    let new = new.collect::<Vec<_>>().join("\n");
    assert!(
        readme == wanted,
        "{mark} changed; if that is meant, run with UPDATE_GOLDEN=1. New lines:\n{new}"
    );
}

/// The code blocks of README that open with this line, each with the block that follows it.
fn blocks(fence: &str) -> Vec<(String, String)> {
    let readme = readme();
    let mut parts = readme.split("```");
    let mut found = Vec::new();
    parts.next();
    let parts: Vec<&str> = parts.collect();
    for (place, part) in parts.iter().enumerate().step_by(2) {
        let Some(script) = part.strip_prefix(fence).and_then(|rest| rest.strip_prefix('\n')) else {
            continue;
        };
        let answer = parts
            .get(place + 2)
            .and_then(|part| part.strip_prefix("text\n"))
            .expect("an answer follows");
        found.push((script.to_owned(), answer.to_owned()));
    }
    found
}

/// What README shows of a file is that file.
#[test]
fn files_that_are_shown_are_the_repositorys() {
    for (language, file) in [
        ("nginx", "infra/gateways/nginx.conf"),
        ("yaml", "infra/gateways/api-gateway.yaml"),
    ] {
        let path = format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        assert!(
            readme().contains(&format!("```{language}\n{text}```")),
            "README shows another {file}"
        );
    }
}

#[tokio::test]
async fn the_tour_happens_as_it_is_told() {
    if !services::command("curl") {
        return;
    }
    let server = Server::start().await;
    let here = tempfile::tempdir().unwrap();
    let blocks = blocks("sh tour");
    assert!(blocks.len() >= 5, "the tour has {} stations", blocks.len());
    let mark = "----- next station -----";
    let script: String = blocks
        .iter()
        .map(|(script, _)| format!("{script}\necho '{mark}'\n"))
        .collect();
    let script = script.replace("http://127.0.0.1:8000", server.client().url());
    let output = tokio::process::Command::new("bash")
        .args(["-euc", &script])
        .current_dir(here.path())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for (said, (script, told)) in said.split(&format!("{mark}\n")).zip(&blocks) {
        assert_eq!(said.trim(), told.trim(), "after\n{script}");
    }
}

#[test]
fn every_variable_is_told() {
    let table: String = VARIABLES
        .iter()
        .map(|variable| {
            format!(
                "| `{}` | {} | {} |\n",
                variable.name, variable.default, variable.purpose
            )
        })
        .collect();
    let table = format!(
        "<!-- variables -->\n| variable | default | what it is for |\n|---|---|---|\n{table}<!-- /variables -->"
    );
    assert!(
        readme().contains(&table),
        "README's table of variables should be\n{table}"
    );
}
