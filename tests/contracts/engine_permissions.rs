//! create_permission, master_data_actions, master_data_resources, master_data_scopes.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Answer;
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::{HOME, House, NO_OBJECTS, no_texts};

const PERMISSIONS: &str = "/api/v1/permissions";
const ACTIONS: &str = "/api/v1/master-data/actions";
const RESOURCES: &str = "/api/v1/master-data/resources";
const SCOPES: &str = "/api/v1/master-data/scopes";

fn permission(name: &str) -> Value {
    let [resource, scope, action] = name.split(':').collect::<Vec<_>>().try_into().unwrap();
    json!({ "resource": resource, "scope": scope, "action": action })
}

/// Somebody of the home organization who may write the catalogue: a token.
async fn keeper(house: &House) -> String {
    let client = &house.client;
    let root = client.admin().await;
    let role = client.make_role(&root, HOME, "Catalogue keeper").await;
    client
        .grant(&root, HOME, &role, "permission:all:write")
        .await
        .expect(200);
    let token = client.join("keeper@example.com").await;
    client.bind(&root, HOME, &user_id(&token), &role).await.expect(200);
    token
}

async fn create(house: &House, org: &str, token: &str, body: &Value) -> Answer {
    house.client.call_in(org, Method::POST, PERMISSIONS, token, body).await
}

#[rstest]
#[tokio::test]
async fn a_permission_is_created_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(house) = House::on(table).await else { return };
    let keeper = keeper(&house).await;
    let made = create(&house, HOME, &keeper, &permission("Invoice_2:org:read"))
        .await
        .expect(201);
    assert_eq!(made.header("content-type"), Some("application/json"));
    assert_eq!(
        made.json(),
        json!({
            "resource": "Invoice_2", "scope": "org", "action": "read",
            "Resource": "Invoice_2", "Scope": "org", "Action": "read",
        })
    );
    // A resource is the same whatever its case; a neighbour is another one.
    for again in ["Invoice_2:org:read", "invoice_2:org:read", "INVOICE_2:org:read"] {
        let refused = create(&house, HOME, &keeper, &permission(again)).await;
        refused.expect_engine_error(409, &["code"]);
    }
    for neighbour in [
        "Invoice_2:own:read",
        "Invoice_2:org:write",
        "Invoice:org:read",
        "user:all:create",
    ] {
        create(&house, HOME, &keeper, &permission(neighbour)).await.expect(201);
    }
}

#[tokio::test]
async fn the_catalogue_is_one_for_all_organizations() {
    let house = House::new().await;
    let keeper = keeper(&house).await;
    let role = house.role("Clerk").await;
    // What a tenant binds becomes known to all, and stays so when it is bound no more.
    house.grant(&role, "invoice:org:read").await;
    let refused = create(&house, HOME, &keeper, &permission("Invoice:org:read")).await;
    refused.expect_engine_error(409, &["code"]);
    house.withdraw(&role, "invoice:org:read").await;
    let path = format!("/api/v1/roles/{role}");
    house.call(Method::DELETE, &path, &Value::Null).await.expect(200);
    let refused = create(&house, HOME, &keeper, &permission("invoice:org:read")).await;
    refused.expect_engine_error(409, &["code"]);
    // What is refused does not become known.
    let admin = house.admin_role().await;
    let refused = house
        .client
        .grant(&house.owner, &house.org, &admin, "letter:org:read")
        .await;
    refused.expect(409);
    create(&house, HOME, &keeper, &permission("letter:org:read"))
        .await
        .expect(201);
    // What is created may be bound.
    let role = house.role("Clerk").await;
    house.grant(&role, "letter:org:read").await;
}

#[tokio::test]
async fn what_cannot_be_a_permission_is_400() {
    let house = House::new().await;
    let keeper = keeper(&house).await;
    let whole = permission("invoice:org:read");
    let with = |member: &str, value: Value| {
        let mut body = whole.clone();
        body[member] = value;
        body
    };
    let all = ["Resource", "Scope", "Action"];
    let mut cases = vec![
        (json!({}), all.to_vec()),
        (json!({ "resource": "invoice" }), vec!["Scope", "Action"]),
        (json!({ "resource": "*", "scope": "*", "action": "*" }), all.to_vec()),
    ];
    for (member, key) in [("resource", "Resource"), ("scope", "Scope"), ("action", "Action")] {
        cases.push((with(member, Value::Null), vec![key]));
        cases.push((with(member, json!("")), vec![key]));
        cases.push((with(member, json!("x".repeat(10_000))), vec![key]));
        for wrong in no_texts() {
            cases.push((with(member, wrong), vec![member]));
        }
    }
    let long = "x".repeat(65);
    for resource in [
        "*",
        "in",
        "in voice",
        "in-voice",
        "a:b:c",
        "ïnvoice",
        " invoice",
        "invoice\n",
        &long,
    ] {
        cases.push((with("resource", json!(resource)), vec!["Resource"]));
    }
    for scope in ["*", "ORG", "Own", " own", "any", "tenant"] {
        cases.push((with("scope", json!(scope)), vec!["Scope"]));
    }
    for action in ["*", "READ", "read ", "manage"] {
        cases.push((with("action", json!(action)), vec!["Action"]));
    }
    for (body, keys) in &cases {
        create(&house, HOME, &keeper, body).await.expect_engine_error(400, keys);
    }
    for text in NO_OBJECTS {
        let request = house
            .client
            .request(Method::POST, PERMISSIONS)
            .header("x-auth", &keeper);
        house
            .client
            .send(request.body(text))
            .await
            .expect_engine_error(400, &[]);
    }
    let request = house
        .client
        .request(Method::POST, PERMISSIONS)
        .header("x-auth", &keeper);
    house
        .client
        .send(request.body("null"))
        .await
        .expect_engine_error(400, &all);
    create(&house, HOME, &keeper, &whole).await.expect(201);
}

#[tokio::test]
async fn nobody_may_write_the_catalogue_until_the_home_organization_says_so() {
    let house = House::new().await;
    let client = &house.client;
    let root = client.admin().await;
    let body = permission("invoice:org:read");
    create(&house, HOME, &root, &body).await.expect_engine_error(403, &[]);
    create(&house, &house.org, &house.owner, &body)
        .await
        .expect_engine_error(403, &[]);
    // Less than all of it is not enough.
    let role = client.make_role(&root, HOME, "Catalogue keeper").await;
    let ada = client.join("ada@example.com").await;
    client.bind(&root, HOME, &user_id(&ada), &role).await.expect(200);
    for less in [
        "permission:org:write",
        "permission:all:create",
        "permission:all:update",
        "permissions:all:write",
    ] {
        client.grant(&root, HOME, &role, less).await.expect(200);
        create(&house, HOME, &ada, &body).await.expect_engine_error(403, &[]);
    }
    client
        .grant(&root, HOME, &role, "permission:all:write")
        .await
        .expect(200);
    create(&house, HOME, &ada, &body).await.expect(201);
    // In another organization the same person may not.
    house.bind(&user_id(&ada), &house.admin_role().await).await;
    let body = permission("invoice:own:read");
    create(&house, &house.org, &ada, &body)
        .await
        .expect_engine_error(403, &[]);
    create(&house, HOME, &ada, &body).await.expect(201);
}

#[tokio::test]
async fn master_data_is_always_the_same() {
    let house = House::new().await;
    let keeper = keeper(&house).await;
    create(&house, HOME, &keeper, &permission("invoice:org:read"))
        .await
        .expect(201);
    for (path, list) in [
        (ACTIONS, json!(["write", "create", "update", "delete", "read"])),
        (
            RESOURCES,
            json!([
                "user",
                "masterdata",
                "inventory",
                "role",
                "permission",
                "account",
                "transaction",
                "session"
            ]),
        ),
        (SCOPES, json!(["all", "org", "associated", "own"])),
    ] {
        let answer = house.get(path).await.expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json(), list);
        for (permission, status) in [
            ("masterdata:own:read", 200),
            ("masterdata:associated:update", 200),
            ("masterdata:org:delete", 200),
            ("masterdata:all:write", 200),
            ("masterdata:all:create", 403),
            ("role:all:write", 403),
        ] {
            let (_, page) = path.rsplit_once('/').unwrap();
            let ada = house
                .member(&format!("{page}-{}", permission.replace(':', "-")), &[permission])
                .await;
            let answer = house.by(&ada.token, Method::GET, path, &Value::Null).await;
            assert_eq!(answer.status, status, "{permission} {path}");
        }
    }
}

#[tokio::test]
async fn all_is_shown_to_those_who_have_it() {
    let house = House::new().await;
    let scopes = async |token: &str| {
        let answer = house.by(token, Method::GET, SCOPES, &Value::Null).await;
        answer.expect(200).json()
    };
    let (whole, part) = (
        json!(["all", "org", "associated", "own"]),
        json!(["org", "associated", "own"]),
    );
    for (name, permissions, shown) in [
        ("a", vec!["masterdata:all:read"], &whole),
        ("b", vec!["masterdata:org:read"], &part),
        ("c", vec!["masterdata:associated:write"], &part),
        ("d", vec!["masterdata:own:read"], &part),
        // The broadest of several counts, in whichever order they were granted.
        ("e", vec!["masterdata:own:read", "masterdata:all:delete"], &whole),
        ("f", vec!["masterdata:all:delete", "masterdata:own:read"], &whole),
        // One that does not answer does not count.
        ("g", vec!["masterdata:all:create", "masterdata:own:read"], &part),
        ("h", vec!["role:all:write", "masterdata:own:read"], &part),
    ] {
        let member = house.member(name, &permissions).await;
        assert_eq!(scopes(&member.token).await, *shown, "{permissions:?}");
        // H19: the original took `all` from everybody when somebody without it had asked.
        assert_eq!(scopes(&house.owner).await, whole);
    }
    // Of several roles as well.
    let member = house.member("i", &["masterdata:own:read"]).await;
    assert_eq!(scopes(&member.token).await, part);
    let wide = house.role("Wide").await;
    house.grant(&wide, "masterdata:all:read").await;
    house.bind(&member.id, &wide).await;
    assert_eq!(scopes(&member.token).await, whole);
}
