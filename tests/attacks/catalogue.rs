//! README.md and the tests of this folder say the same.

use std::path::Path;

/// What is named between backticks, as `module::test` or `folder::module::test`.
fn named() -> Vec<(String, String)> {
    let readme = include_str!("README.md");
    let quoted = readme.split('`').skip(1).step_by(2).filter(|text| text.contains("::"));
    let named = quoted.filter(|text| *text != "module::test" && *text != "folder::module::test");
    named
        .map(|text| {
            let (module, test) = text.rsplit_once("::").unwrap();
            let path = match module.split_once("::") {
                Some((folder, module)) if folders().contains(&folder.to_owned()) => {
                    format!("attacks/{folder}/{module}.rs")
                }
                Some((folder, module)) => format!("{folder}/{module}.rs"),
                None => format!("attacks/{module}.rs"),
            };
            (path, test.to_owned())
        })
        .collect()
}

#[test]
fn every_test_that_is_named_exists() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, test) in named() {
        let source = std::fs::read_to_string(tests.join(&path)).unwrap_or_default();
        assert!(source.contains(&format!("fn {test}(")), "{path} has no {test}");
    }
}

/// What is in a folder of `tests`: its files, or its folders.
fn within(folder: &str, folders: bool) -> Vec<String> {
    let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let entries = entries.map(|entry| entry.unwrap());
    let wanted = entries.filter(|entry| entry.file_type().unwrap().is_dir() == folders);
    wanted.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// The folders of this folder.
fn folders() -> Vec<String> {
    within("attacks", true)
}

/// Every file of this folder and of those, from `tests` on.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    let below = folders().into_iter().map(|folder| format!("attacks/{folder}"));
    for folder in below.chain(["attacks".to_owned()]) {
        files.extend(within(&folder, false).iter().map(|file| format!("{folder}/{file}")));
    }
    files
}

#[test]
fn every_test_of_this_folder_is_named() {
    let named = named();
    for path in files() {
        let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
        for (before, _) in source.match_indices("test]\n") {
            let (_, rest) = source[before..].split_once("fn ").unwrap_or_default();
            let test = rest.split('(').next().unwrap_or_default().to_owned();
            // This file speaks of tests, too.
            if !path.ends_with("catalogue.rs") {
                assert!(
                    named.contains(&(path.clone(), test.clone())),
                    "README.md lacks {path} {test}"
                );
            }
        }
    }
}
