//! Other tenants (ASVS 8.2.2, 8.4.1; attacks 13, 16): whatever of another organization an administrator names, the answer
//! is that of something which never existed, and nothing happens.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, Client, Server};

use super::tenancy_table::{Call, Named, SLOTS, Tenant};
use super::text_of;

/// Members whose names look like an identifier's, and which are none.
const NO_IDENTIFIERS: [&str; 1] = ["tax_id"];

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
fn operations(document: &Value) -> Vec<Value> {
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
async fn all(server: &Server) -> BTreeSet<String> {
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
fn assert_same(before: &BTreeSet<String>, after: &BTreeSet<String>, what: &str) {
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

/// Operations that anybody may call.
const OPEN: [&str; 6] = [
    "signup",
    "signin",
    "send_reset_token",
    "change_password",
    "get_avatar",
    "get_org_logo",
];

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

#[tokio::test]
async fn every_operation_but_the_open_ones_wants_a_token() {
    let server = Server::start().await;
    let client = server.client();
    let a = Tenant::found(&client, "Acme", "a").await;
    let document = serde_json::to_value(countersign::engine_document()).unwrap();
    let before = all(&server).await;
    let mut closed = 0;
    for operation in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        if OPEN.contains(&name) {
            continue;
        }
        closed += 1;
        let method: Method = operation["method"].as_str().unwrap().parse().unwrap();
        for id in [&a.role, &a.org, &a.user, &a.invitation, &a.session] {
            let request = client.request(method.clone(), &path_with(&operation, id));
            let request = request.header("x-organization-id", &a.org);
            let answer = client
                .send(request.json(&json!({ "userId": a.user, "roleId": a.role })))
                .await;
            assert_eq!(answer.status, 401, "{name}: {}", answer.text());
            answer.expect_engine_error(401, &[]);
        }
    }
    assert!(closed >= 34, "{closed}");
    assert_same(&before, &all(&server).await, "something changed");
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

#[tokio::test]
async fn every_guarded_operation_is_closed_to_whoever_has_no_role() {
    let server = Server::start().await;
    let client = server.client();
    let a = Tenant::found(&client, "Acme", "a").await;
    let nobody = client.join("nobody@example.com").await;
    let idle = a.member_with(&client, "idle@example.com", &[]).await;
    let document = serde_json::to_value(countersign::engine_document()).unwrap();
    let before = all(&server).await;
    let mut guarded = 0;
    for operation in operations(&document).iter().filter(|operation| is_guarded(operation)) {
        guarded += 1;
        let name = operation["operationId"].as_str().unwrap();
        for (who, token) in [("nobody", &nobody), ("a member without permissions", &idle)] {
            let answer = try_operation(&client, operation, token, &a).await;
            // The one that asks for a decision is told it.
            if name == "authorize" {
                assert_eq!(answer.expect(200).json(), json!({ "status": false }), "{who}");
                continue;
            }
            assert_eq!(answer.status, 403, "{name} for {who}: {}", answer.text());
            answer.expect_engine_error(403, &[]);
        }
    }
    assert!(guarded >= 24, "{guarded}");
    assert_same(&before, &all(&server).await, "something changed");
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
