//! The API documents are golden files: a change of the API is a change that somebody reads. After one that is meant,
//! `UPDATE_GOLDEN=1 cargo test -p tests documents::openapi` writes them anew.

use std::collections::BTreeSet;
use std::path::Path;

use rstest::rstest;
use serde_json::Value;
use tests::{Server, events};
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

/// The names of what an event's body holds; of an upload, none.
fn members_of(event: &Value) -> Vec<String> {
    let kind = event["headers"]["content-type"].as_str().unwrap_or_default();
    let body = events::body(event);
    match kind {
        "application/json" => {
            let body: Value = serde_json::from_slice(&body).unwrap();
            body.as_object()
                .into_iter()
                .flat_map(|body| body.keys().cloned())
                .collect()
        }
        "application/x-www-form-urlencoded" => {
            let pairs = url::form_urlencoded::parse(&body);
            pairs.map(|(name, _)| name.into_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// What browsers send with a passkey beside what is read.
const BESIDE: &str = "clientExtensionResults";

/// Two types of one name in one document would be one of them.
#[rstest]
#[case(countersign::arc_document())]
#[case(countersign::barong_document())]
#[case(countersign::engine_document())]
#[case(countersign::identity_document())]
fn what_an_event_sends_is_what_its_operation_takes(#[case] document: OpenApi) {
    let document = serde_json::to_value(document).unwrap();
    let mut compared = 0;
    for operation in crate::attacks::tenancy::operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let content = operation["requestBody"]["content"].as_object();
        let reference = content.and_then(|content| content.values().next()?["schema"]["$ref"].as_str());
        let Some(reference) = reference else { continue };
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        let sent = members_of(&events::http(id));
        for name in sent.iter().filter(|name| *name != BESIDE) {
            assert!(schema["properties"].get(name).is_some(), "{id}: {name} in {reference}");
        }
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter(|_| !sent.is_empty()) {
            assert!(sent.iter().any(|sent| name == sent), "{id} needs {name}");
        }
        compared += 1;
    }
    assert!(compared >= 8, "{compared}");
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
