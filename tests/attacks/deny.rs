//! Deny by default (ASVS 8.2.1): what an operation's description says that it needs is what it asks for.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, Server};

use super::tenancy::operations;
use super::tenancy_table::Tenant;

/// The path of an operation with this identifier in every place.
fn path_with(operation: &Value, id: &str) -> String {
    let path = operation["path"].as_str().unwrap();
    let pieces: Vec<&str> = path.split(['{', '}']).collect();
    let filled = pieces
        .iter()
        .enumerate()
        .map(|(n, piece)| if n % 2 == 1 { id } else { piece });
    filled.collect()
}

/// Calls an operation with valid identifiers of `of` in its path.
async fn try_operation(client: &Client, operation: &Value, token: &str, of: &Tenant) -> Answer {
    let path = operation["path"].as_str().unwrap();
    let id = match path {
        path if path.contains("{role_id}") => &of.role,
        path if path.contains("{invitation_id}") => &of.invitation,
        path if path.contains("{session_id}") => &of.session,
        path if path.contains("{org_id}") => &of.org,
        _ => &of.user,
    };
    let method: Method = operation["method"].as_str().unwrap().parse().unwrap();
    let path = path_with(operation, id);
    let body = match method {
        Method::GET | Method::DELETE => Value::Null,
        _ => json!({}),
    };
    client.call_in(&of.org, method, &path, token, &body).await
}

fn is_guarded(operation: &Value) -> bool {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    parameters
        .iter()
        .any(|parameter| parameter["name"] == "X-Organization-Id")
}

/// What an operation's description says that it needs.
fn needed(operation: &Value) -> String {
    let description = operation["description"].as_str().unwrap_or_default();
    let summary = operation["summary"].as_str().unwrap_or_default();
    let quoted = description.split('`').chain(summary.split('`'));
    let permission = quoted.into_iter().find(|text| text.matches(':').count() == 2);
    permission.unwrap_or_default().to_owned()
}

/// Roles that hold everything but one resource, and everything of one resource.
#[tokio::test]
async fn every_guarded_operation_asks_for_what_its_description_says() {
    let server = Server::start().await;
    let client = server.client();
    let a = Tenant::found(&client, "Acme", "a").await;
    let resources = ["user", "role", "session", "masterdata"];
    let document = serde_json::to_value(countersign::engine_document()).unwrap();
    let mut told = BTreeSet::new();
    for resource in resources {
        let others: Vec<String> = resources
            .iter()
            .filter(|other| **other != resource)
            .map(|other| format!("{other}:all:write"))
            .collect();
        let (without, with) = (format!("no-{resource}@example.com"), format!("{resource}@example.com"));
        let without = a.member_with(&client, &without, &others).await;
        let with = a.member_with(&client, &with, &[format!("{resource}:all:write")]).await;
        for operation in operations(&document) {
            let needed = needed(&operation);
            if !is_guarded(&operation) || needed.split(':').next() != Some(resource) {
                continue;
            }
            let name = operation["operationId"].as_str().unwrap();
            told.insert(name.to_owned());
            let answer = try_operation(&client, &operation, &without, &a).await;
            assert_eq!(answer.status, 403, "{name} without {needed}: {}", answer.text());
            // The other way round only what does no harm to those that come after it.
            if operation["method"] == "GET" {
                let answer = try_operation(&client, &operation, &with, &a).await;
                assert_eq!(answer.status, 200, "{name} with {needed}: {}", answer.text());
            }
        }
    }
    let guarded: BTreeSet<String> = operations(&document)
        .iter()
        .filter(|operation| is_guarded(operation))
        .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    // One asks for nothing, one for what only the home organization grants, one for the same as its twin.
    let silent: Vec<&String> = guarded.difference(&told).collect();
    assert_eq!(
        silent,
        ["authorize", "create_permission", "revoke_other_sessions_source_path"]
    );
}
