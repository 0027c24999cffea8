//! create_organization as JSON. The form and the logo are in `engine_logo.rs`.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::tenant::FOUNDER;
use tests::{Answer, Client, Server, Tenant};

const PATH: &str = "/api/v1/organizations";

async fn create(client: &Client, token: &str, body: &Value) -> Answer {
    client.call_with(Method::POST, PATH, token, body).await
}

async fn show(client: &Client, token: &str, org: &str) -> Answer {
    client.call(Method::GET, &format!("{PATH}/{org}"), token).await
}

fn all_members() -> Value {
    json!({
        "name": "Acme",
        "email": "office@acme.example",
        "phone": "+4912345",
        "address": "1 Main Street",
        "city": "Bonn",
        "postal_code": "53111",
        "state": "NRW",
        "country": "Germany",
        "latitude": 50.7374,
        "longitude": -7.0982,
        "logo_url": "not even a URL",
        "tax_id": "DE 123",
        "website": "https://acme.example/about?x=1",
        "description": "Makes everything",
    })
}

#[rstest]
#[tokio::test]
async fn every_member_is_kept_and_shown_under_the_name_of_the_details(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join(FOUNDER).await;
    let made = create(&client, &token, &all_members()).await.expect(200).json();
    let org = made["id"].as_str().unwrap();
    assert_eq!(org.len(), 26);
    assert_eq!(
        made,
        json!({
            "id": org,
            "name": "Acme",
            "address": "1 Main Street",
            "city": "Bonn",
            "postal_code": "53111",
            "state": "NRW",
            "country": "Germany",
            "latitude": 50.7374,
            "longitude": -7.0982,
            "logo_url": "not even a URL",
            "tax_id": "DE 123",
            "contact_email": "office@acme.example",
            "contact_number": "+4912345",
            "website_url": "https://acme.example/about?x=1",
            "company_description": "Makes everything",
            "users": [{
                "id": user_id(&token),
                "username": FOUNDER,
                "roles": [{ "name": "Admin", "description": made["users"][0]["roles"][0]["description"], "isSystemRole": true }],
                "profile": { "firstName": "Ada", "lastName": "Lovelace", "phone": "", "email": FOUNDER, "avatar": null },
                "isSocialAccount": false,
            }],
            "created_at": "2026-03-01T12:00:00.000Z",
            "updated_at": "2026-03-01T12:00:00.000Z",
        })
    );
    assert_eq!(show(&client, &token, org).await.expect(200).json(), made);
}

#[tokio::test]
async fn name_and_address_are_enough() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(FOUNDER).await;
    let body = json!({ "name": "Acme", "email": "office@acme.example", "unknown": [1] });
    let made = create(&client, &token, &body).await.expect(200).json();
    for empty in [
        "address",
        "city",
        "logo_url",
        "tax_id",
        "contact_number",
        "website_url",
        "company_description",
    ] {
        assert_eq!(made[empty], "", "{empty}");
    }
    assert_eq!((&made["latitude"], &made["longitude"]), (&json!(0.0), &json!(0.0)));
}

#[tokio::test]
async fn the_maker_is_the_administrator_at_once_with_the_token_of_before() {
    let tenant = Tenant::start().await;
    let roles = tenant.get("/api/v1/roles", &tenant.admin).await.expect(200).json();
    let [admin] = &roles["roles"].as_array().unwrap()[..] else {
        panic!("one role: {roles}")
    };
    assert_eq!((&admin["name"], &admin["userCount"]), (&json!("Admin"), &json!(1)));
    let path = format!("/api/v1/roles/{}/permissions", admin["id"].as_str().unwrap());
    let listed = tenant.get(&path, &tenant.admin).await.expect(200).json();
    let listed = listed.as_array().unwrap();
    let mut permissions: Vec<String> = listed
        .iter()
        .map(|row| {
            format!(
                "{}:{}:{} {}",
                row["resource"], row["scope"], row["action"], row["isLocked"]
            )
            .replace('"', "")
        })
        .collect();
    permissions.sort_unstable();
    let expected = ["masterdata", "role", "session", "user"].map(|resource| format!("{resource}:all:write true"));
    assert_eq!(permissions, expected);

    let me = tenant.client.me(&tenant.admin).await.expect(200).json();
    assert_eq!(me["organizations"], json!([{ "id": tenant.org, "name": "Acme" }]));
    assert_eq!(me["roles"][0]["name"], "Admin");
}

#[tokio::test]
async fn anybody_may_make_several_and_names_need_not_be_unique() {
    let server = Server::start().await;
    let client = server.client();
    let (ada, bob) = (client.join(FOUNDER).await, client.join("bob@example.com").await);
    let mut made = Vec::new();
    for token in [&ada, &ada, &bob] {
        made.push(client.found(token, "Acme").await);
    }
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), 3);
    let me = client.me(&ada).await.expect(200).json();
    assert_eq!(me["organizations"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_wrong_is_400_and_named() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(FOUNDER).await;
    let long = "x".repeat(10_000);
    for (member, values, key) in [
        (
            "name",
            vec![
                json!(null),
                json!(""),
                json!("   "),
                json!("abc"),
                json!(" abc "),
                json!(long),
            ],
            "Name",
        ),
        (
            "email",
            vec![json!(null), json!(""), json!("office"), json!("office@"), json!(long)],
            "Email",
        ),
        (
            "phone",
            vec![
                json!("1234"),
                json!("+1234"),
                json!("12345x"),
                json!("++12345"),
                json!("1".repeat(10_000)),
            ],
            "Phone",
        ),
        (
            "website",
            vec![
                json!("acme"),
                json!("javascript:alert(1)"),
                json!("ftp://acme.example"),
                json!(format!("http://{long}")),
            ],
            "Website",
        ),
        ("description", vec![json!("x".repeat(501)), json!(long)], "Description"),
        ("address", vec![json!(long)], "Address"),
        ("city", vec![json!(long)], "City"),
        ("tax_id", vec![json!(long)], "TaxID"),
        ("logo_url", vec![json!(long)], "LogoURL"),
    ] {
        for value in values {
            let mut body = all_members();
            body[member] = value;
            create(&client, &token, &body).await.expect_engine_error(400, &[key]);
        }
    }
    create(&client, &token, &json!({}))
        .await
        .expect_engine_error(400, &["Email", "Name"]);
    let me = client.me(&token).await.expect(200).json();
    assert_eq!(me["organizations"], json!([]));
}

#[tokio::test]
async fn what_is_just_right_is_accepted() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(FOUNDER).await;
    for (member, value) in [
        ("name", json!("abcd")),
        ("name", json!("ÄÖÜß")),
        ("phone", json!("12345")),
        ("phone", json!("")),
        ("website", json!("http://a")),
        ("website", json!(null)),
        ("description", json!("ß".repeat(500))),
        ("latitude", json!(1)),
    ] {
        let mut body = all_members();
        body[member] = value.clone();
        let answer = create(&client, &token, &body).await;
        assert_eq!(answer.status, 200, "{member} {value}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_400_and_named() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(FOUNDER).await;
    for member in all_members().as_object().unwrap().keys() {
        let wrong = match member.as_str() {
            "latitude" | "longitude" => json!("50.7"),
            _ => json!(7),
        };
        for value in [wrong, json!(true), json!([]), json!({})] {
            let mut body = all_members();
            body[member] = value;
            create(&client, &token, &body).await.expect_engine_error(400, &[member]);
        }
    }
}

#[tokio::test]
async fn broken_json_is_400() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(FOUNDER).await;
    for body in ["", "{", "[]", "\"Acme\"", "7", "{\"latitude\": 1e999}"] {
        let request = client.request(Method::POST, PATH).header("x-auth", &token);
        let answer = client.send(request.body(body)).await;
        assert_eq!(answer.status, 400, "{body}");
    }
    // As everywhere on this surface, the Content-Type says nothing about JSON.
    let request = client.request(Method::POST, PATH).header("x-auth", &token);
    let request = request
        .header("content-type", "text/plain")
        .body(all_members().to_string());
    client.send(request).await.expect(200);
}

#[tokio::test]
async fn without_a_token_in_force_it_is_401() {
    let tenant = Tenant::start().await;
    let client = &tenant.client;
    for token in ["", "a.b.c"] {
        create(client, token, &all_members())
            .await
            .expect_engine_error(401, &[]);
        show(client, token, &tenant.org).await.expect_engine_error(401, &[]);
    }
    client
        .call(Method::POST, "/api/v1/signout", &tenant.admin)
        .await
        .expect(200);
    create(client, &tenant.admin, &all_members())
        .await
        .expect_engine_error(401, &[]);
    show(client, &tenant.admin, &tenant.org)
        .await
        .expect_engine_error(401, &[]);
}
