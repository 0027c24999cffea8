//! Other tenants (ASVS 8.2.2, 8.4.1; attacks 13, 16): whatever of another organization an administrator names, the answer
//! is that of something which never existed, and nothing happens.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Server};

use super::tenancy_table::{Call, Named, SLOTS, Tenant};
use super::text_of;

/// Members whose names look like an identifier's, and which are none of ours.
const NO_IDENTIFIERS: [&str; 2] = ["tax_id", "rawId"];

/// Where an operation takes an identifier, according to the document.
fn slots_of_document() -> BTreeSet<(String, String)> {
    let document = serde_json::to_value(countersign::engine_document()).unwrap();
    let is_identifier = |name: &str| {
        let looks_so = ["_id", "Id", "ID", "-Id"].iter().any(|end| name.ends_with(end));
        looks_so && !NO_IDENTIFIERS.contains(&name)
    };
    let mut slots = BTreeSet::new();
    for operation in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let names = parameters
            .iter()
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned());
        let mut names: Vec<String> = names.collect();
        let content = operation["requestBody"]["content"].as_object().cloned();
        for (_, content) in content.unwrap_or_default() {
            let schema = content["schema"]["$ref"].as_str().unwrap_or_default().to_owned();
            let name = schema.rsplit('/').next().unwrap();
            let properties = document["components"]["schemas"][name]["properties"].as_object();
            names.extend(properties.into_iter().flat_map(|all| all.keys().cloned()));
        }
        for name in names.into_iter().filter(|name| is_identifier(name)) {
            slots.insert((id.to_owned(), name));
        }
    }
    slots
}

/// The operations of the document, each with its path and method as members.
pub fn operations(document: &Value) -> Vec<Value> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut operation = operation.clone();
            operation["path"] = json!(path);
            operation["method"] = json!(method.to_uppercase());
            operations.push(operation);
        }
    }
    operations
}

#[tokio::test]
async fn every_identifier_of_the_document_is_tried() {
    let tried: BTreeSet<(String, String)> = SLOTS
        .iter()
        .map(|slot| (slot.operation.to_owned(), slot.name.to_owned()))
        .collect();
    assert_eq!(tried.len(), SLOTS.len(), "a slot stands in the table twice");
    assert_eq!(tried, slots_of_document());
}

/// Everything but the mailer's own work.
pub async fn all(server: &Server) -> BTreeSet<String> {
    let items = super::dump(server).await;
    let kept = items
        .into_iter()
        .filter(|item| !text_of(item, "pk").starts_with("OUTBOX#"));
    kept.map(|item| shown(&AttributeValue::M(item))).collect()
}

/// A value as text, the same for the same value.
fn shown(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(members) => {
            let members: BTreeMap<_, _> = members.iter().map(|(name, value)| (name, shown(value))).collect();
            format!("{members:?}")
        }
        AttributeValue::L(values) => format!("{:?}", values.iter().map(shown).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

/// Says what was written, if anything was.
#[track_caller]
pub fn assert_same(before: &BTreeSet<String>, after: &BTreeSet<String>, what: &str) {
    let changed: Vec<_> = before.symmetric_difference(after).collect();
    assert!(changed.is_empty(), "{what}: {changed:#?}");
}

/// An answer without the identifier that was sent, which may come back in it.
fn shape(answer: &Answer, id: &str) -> (u16, String) {
    (answer.status.as_u16(), answer.text().replace(id, "…"))
}

/// What an identifier of another organization is answered like one that never existed, but for these.
fn is_documented(call: &Call, named: &Named) -> bool {
    matches!(
        (call.operation, call.slot, named.kind),
        // The published API tells apart what one may not see and what is not there.
        ("get_organization", "org_id", "organization")
            // Anybody with an account may be added; the next test looks at what that does.
            | ("bind_user", "userId", "user")
    )
}

#[tokio::test]
async fn an_identifier_of_another_organization_is_as_good_as_none() {
    let server = Server::start().await;
    let client = server.client();
    let a = Tenant::found(&client, "Acme", "a").await;
    let b = Tenant::found(&client, "Zenith", "b").await;
    let secrets = b.everything();
    let mut before = all(&server).await;
    for slot in SLOTS {
        for named in b.named() {
            let ghost = named.ghost();
            let call = slot.call(&named.id, &a, &b);
            if is_documented(&call, &named) {
                continue;
            }
            let what = format!("{} {} = {} of Zenith", slot.operation, slot.name, named.kind);
            let answer = call.send(&client, &a.token).await;
            let nothing = slot.call(&ghost, &a, &b).send(&client, &a.token).await;
            assert_eq!(shape(&answer, &named.id), shape(&nothing, &ghost), "{what}");
            assert!(!answer.status.is_server_error(), "{what}: {}", answer.text());
            let text = shape(&answer, &named.id).1;
            for secret in secrets.iter().filter(|secret| **secret != named.id) {
                assert!(!text.contains(secret), "{what} shows {secret}: {text}");
            }
        }
        let after = all(&server).await;
        assert_same(&before, &after, &format!("{} {}", slot.operation, slot.name));
        before = after;
    }
    // All of it is still in force, and its administrator still may.
    client.me(&b.token).await.expect(200);
    let path = format!("/api/v1/invitations/{}/revoke", b.invitation);
    client
        .call_in(&b.org, Method::PUT, &path, &b.token, &Value::Null)
        .await
        .expect(200);
}

#[tokio::test]
async fn what_may_be_told_apart_is_documented_and_does_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let a = Tenant::found(&client, "Acme", "a").await;
    let b = Tenant::found(&client, "Zenith", "b").await;
    let before = all(&server).await;
    let show = |id: &str| format!("/api/v1/organizations/{id}");
    let refused = client.call(Method::GET, &show(&b.org), &a.token).await;
    refused.clone().expect_engine_error(403, &[]);
    for secret in b.everything() {
        assert!(!refused.text().contains(&secret), "{secret}");
    }
    let unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let missing = client.call(Method::GET, &show(unknown), &a.token).await;
    missing.expect_engine_error(404, &[]);
    // The body names another organization than the one whose permission was checked.
    for path in ["/api/v1/roles/bind-user", "/api/v1/roles/unbind-user"] {
        for org in [b.org.as_str(), unknown] {
            let body = json!({ "userId": a.user, "roleId": b.system, "orgId": org });
            let answer = client.call_in(&a.org, Method::POST, path, &a.token, &body).await;
            answer.expect_engine_error(403, &["org_id"]);
        }
    }
    assert_same(&before, &all(&server).await, "something changed");
}

#[tokio::test]
async fn whoever_is_added_elsewhere_loses_nothing_at_home() {
    let server = Server::start().await;
    let client = server.client();
    let a = Tenant::found(&client, "Acme", "a").await;
    let b = Tenant::found(&client, "Zenith", "b").await;
    let of_b = async || -> BTreeSet<String> {
        let mut items = all(&server).await;
        items.retain(|item| item.contains(&b.org) && !item.contains("activity"));
        items
    };
    let before = of_b().await;
    client.bind(&a.token, &a.org, &b.user, &a.role).await.expect(200);
    assert_same(&before, &of_b().await, "something of Zenith changed");
    // Added, switched off, its sessions ended: it is Acme's member, and Zenith's as before.
    let path = format!("/api/v1/users/{}/deactivate", b.user);
    let answer = client.call_in(&a.org, Method::PUT, &path, &a.token, &Value::Null).await;
    answer.expect(200);
    assert_same(&before, &of_b().await, "something of Zenith changed");
    client.me(&b.member_token).await.expect(200);
    let answer = client
        .call_in(&a.org, Method::GET, "/api/v1/users", &a.token, &Value::Null)
        .await;
    assert!(!answer.expect(200).text().contains(&b.org));
}
