//! The programs of the workspace, as `cargo` builds them.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// Where the program `name` is, such as `countersign`. The first call builds all of them, with the dependencies that
/// `cargo test` has built already.
#[track_caller]
pub fn path(name: &str) -> PathBuf {
    static BUILT: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(|| build(&["--workspace", "--bins"]));
    built
        .get(name)
        .unwrap_or_else(|| panic!("no program {name} among {:?}", built.keys()))
        .clone()
}

/// What `cargo build` with these arguments makes, by name.
pub fn build(arguments: &[impl AsRef<OsStr>]) -> HashMap<String, PathBuf> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(["--manifest-path", manifest])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the programs do not build");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| {
            let message: Value = serde_json::from_str(line).unwrap();
            let executable = PathBuf::from(message["executable"].as_str()?);
            Some((message["target"]["name"].as_str()?.to_owned(), executable))
        })
        .collect()
}
