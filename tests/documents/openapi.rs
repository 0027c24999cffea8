//! The API documents are golden files: a change of the API is a change that somebody reads. After one that is meant,
//! `UPDATE_GOLDEN=1 cargo test -p tests documents::openapi` writes them anew.

use std::collections::BTreeSet;
use std::path::Path;

use rstest::rstest;
use serde_json::Value;
use tests::Server;
use utoipa::openapi::OpenApi;

#[rstest]
#[case("arc")]
#[case("barong")]
#[case("engine")]
#[case("identity-server")]
#[tokio::test]
async fn a_document_is_the_golden_one(#[case] surface: &str) {
    let server = Server::start().await;
    let served = server.client().get(&format!("/openapi/{surface}.json")).await;
    let served = served.expect(200).json();
    assert_eq!(served["openapi"], "3.1.0");
    let text = serde_json::to_string_pretty(&served).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("documents/{surface}.json"));
    if std::env::var("UPDATE_GOLDEN").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert!(
        text == golden,
        "the document changed; if that is meant, run with UPDATE_GOLDEN=1\n{text}"
    );
}

/// The values of all `$ref` in a document.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[rstest]
#[case(countersign::barong_document())]
#[case(countersign::engine_document())]
#[case(countersign::identity_document())]
fn every_reference_leads_somewhere(#[case] document: OpenApi) {
    let document = serde_json::to_value(document).unwrap();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 5, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_viewer_needs_no_other_host() {
    let server = Server::start().await;
    let page = server.client().get("/docs/").await.expect(200);
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'self'")
    );
    let html = page.text();
    assert!(html.contains("swagger-ui"), "{html}");
    assert!(!html.contains("https://") && !html.contains("http://"), "{html}");
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        server.client().get(&format!("/docs/{file}")).await.expect(200);
    }
}
