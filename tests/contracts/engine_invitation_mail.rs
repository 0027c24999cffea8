//! The mail of invite_user and resend_invitation, and bind_user's notice.

use std::time::Duration;

use http::Method;
use reqwest::RequestBuilder;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Server, Tenant};

const PATH: &str = "/api/v1/invitations";
const BOB: &str = "bob@example.com";
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const PUBLIC_URL: &str = "https://id.example.com";

/// A tenant whose mails lead to [`PUBLIC_URL`].
async fn public(table: Table) -> Option<Tenant> {
    let server = Server::setup().env("PUBLIC_URL", PUBLIC_URL).start_on(table).await?;
    Some(Tenant::of(server).await)
}

fn text<'a>(mail: &'a Value, member: &str) -> &'a str {
    mail[member].as_str().unwrap()
}

#[rstest]
#[tokio::test]
async fn says_who_invites_where_as_what_and_until_when(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = public(table).await else { return };
    let role = tenant.role("Bookkeeper", &[]).await;
    tenant
        .client
        .invite(&tenant.admin, &tenant.org, "Bob@Example.com", &role)
        .await
        .expect(201);
    let mails = tenant.client.mails(BOB).await;
    let [mail] = &mails[..] else {
        panic!("one mail: {mails:?}")
    };
    assert_eq!(mail["to"], "Bob@Example.com");
    assert_eq!(mail["subject"], "Invitation to join Acme");
    let token = tenant.client.invitation_token(BOB).await;
    assert!(
        token.len() == 43 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)),
        "{token}"
    );
    let link = format!("{PUBLIC_URL}/auth/invitations/accept/{token}");
    for part in ["text", "html"] {
        for said in [
            "Acme",
            "Bookkeeper",
            "Ada Lovelace",
            "8 March 2026, 12:00 UTC",
            "invit",
            &link,
        ] {
            assert!(text(mail, part).contains(said), "{part}: {said}");
        }
        assert!(!text(mail, part).contains("127.0.0.1"));
    }
}

/// Links come from configuration, never from a request.
#[tokio::test]
async fn the_link_does_not_follow_the_requests_headers() {
    let tenant = public(Embedded).await.unwrap();
    let role = tenant.role("the crowd", &[]).await;
    let poisons = [
        "host",
        "x-forwarded-host",
        "x-host",
        "forwarded",
        "origin",
        "referer",
        "x-original-url",
    ];
    let send = async |request: RequestBuilder, poison: &str| {
        let request = request
            .header("x-auth", &tenant.admin)
            .header("x-organization-id", &tenant.org);
        let value = if poison == "forwarded" {
            "host=evil.example"
        } else {
            "evil.example"
        };
        let answer = tenant.client.send(request.header(poison, value)).await;
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    for (n, poison) in poisons.into_iter().enumerate() {
        let body = json!({ "email": format!("guest{n}@example.com"), "roleId": role, "link": "http://evil.example" });
        let id = send(tenant.client.request(Method::POST, PATH).json(&body), poison).await;
        tenant.tick();
        send(
            tenant.client.request(Method::POST, &format!("{PATH}/{id}/resend")),
            poison,
        )
        .await;
        let mails = tenant.client.mails(&format!("guest{n}@example.com")).await;
        assert_eq!(mails.len(), 2, "{poison}");
        for mail in mails {
            assert!(!mail.to_string().contains("evil.example"), "{poison}: {mail}");
            assert!(text(&mail, "text").contains(&format!("{PUBLIC_URL}/auth/invitations/accept/")));
        }
    }
}

#[rstest]
#[tokio::test]
async fn resending_mails_the_same_link_while_it_is_open_and_a_new_one_afterwards(
    #[values(Embedded, DynamoDbLocal)] table: Table,
) {
    let Some(mut tenant) = Tenant::on(table).await else {
        return;
    };
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite(BOB, &role).await;
    let path = format!("{PATH}/{}/resend", text(&made, "id"));
    let first = tenant.client.invitation_token(BOB).await;
    tenant.client.sign_up("cyd@example.com").await;
    let body =
        json!({ "email": "zoe@example.com", "password": tests::PASSWORD, "firstName": "Zoe", "lastName": "Zimmer" });
    tenant.client.post("/api/v1/signup", &body).await.expect(200);
    let zoe = tenant.client.sign_in("zoe@example.com").await;
    let writer = tenant.role("writer", &["user:all:write"]).await;
    tenant.bind(&zoe, &writer).await;
    tenant.tick();
    tenant.call(Method::POST, &path, &zoe, &Value::Null).await.expect(200);
    let mails = tenant.client.mails(BOB).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(tenant.client.invitation_token(BOB).await, first);
    assert_eq!(mails[0]["subject"], "Invitation to join Acme");
    assert!(text(&mails[0], "text").contains("8 March 2026, 12:00 UTC"));

    tenant.server.clock.advance(WEEK);
    tenant.sign_in_again().await;
    tenant
        .call(Method::POST, &path, &tenant.admin, &Value::Null)
        .await
        .expect(200);
    let mails = tenant.client.mails(BOB).await;
    assert_eq!(mails.len(), 3);
    assert_ne!(tenant.client.invitation_token(BOB).await, first);
    assert!(text(&mails[0], "text").contains("15 March 2026, 12:00 UTC"));
    assert!(text(&mails[0], "text").contains("Ada Lovelace"));
}

#[rstest]
#[tokio::test]
async fn the_token_is_in_the_mail_and_nowhere_else(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(tenant) = Tenant::on(table).await else { return };
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant
        .client
        .invite(&tenant.admin, &tenant.org, BOB, &role)
        .await
        .expect(201);
    let at_rest = format!("{:?}", tenant.server.dump().await);
    let token = tenant.client.invitation_token(BOB).await;
    assert!(!at_rest.contains(&token), "before the mail is sent");
    assert!(
        !format!("{:?}", tenant.server.dump().await).contains(&token),
        "after it was sent"
    );

    let id = text(&made.json(), "id").to_owned();
    let bob = tenant.client.join(BOB).await;
    let mut seen = vec![made];
    let nothing = Value::Null;
    for (method, path, token) in [
        (Method::GET, PATH.to_owned(), &tenant.admin),
        (Method::GET, format!("{PATH}?search=bob"), &tenant.admin),
        (Method::POST, format!("{PATH}/{id}/resend"), &tenant.admin),
        (
            Method::GET,
            format!("/api/v1/organizations/{}", tenant.org),
            &tenant.admin,
        ),
        (Method::GET, format!("{PATH}/accept?token={token}"), &bob),
        (Method::GET, format!("{PATH}/accept?token={token}"), &bob),
        (Method::PUT, format!("{PATH}/{id}/revoke"), &tenant.admin),
        (Method::GET, "/api/v1/users".to_owned(), &tenant.admin),
        (Method::GET, PATH.to_owned(), &tenant.admin),
    ] {
        seen.push(tenant.call(method, &path, token, &nothing).await);
    }
    for answer in seen {
        assert!(!answer.text().contains(&token), "{}", answer.text());
        let headers = format!("{:?}", answer.headers);
        assert!(!headers.contains(&token), "{headers}");
    }
    assert!(
        !format!("{:?}", tenant.server.dump().await).contains(&token),
        "at the end"
    );
}

#[tokio::test]
async fn names_are_no_markup_and_the_subject_is_one_line() {
    let server = Server::start().await;
    let client = server.client();
    let body = json!({ "email": "eve@example.com", "password": tests::PASSWORD, "firstName": "<img src=x>", "lastName": "{{ link }}" });
    client.post("/api/v1/signup", &body).await.expect(200);
    let eve = client.sign_in("eve@example.com").await;
    // A name of several lines is refused where it is given.
    let body = json!({ "name": "Acme\r\nBcc: dan@example.com", "email": "office@example.com" });
    let made = client
        .call_with(Method::POST, "/api/v1/organizations", &eve, &body)
        .await;
    made.expect_engine_error(400, &["Name"]);
    let org = client.found(&eve, "Acme \u{2028} <b>&amp; {{ service }}").await;
    let role = client.make_role(&eve, &org, "<i>\"role\"").await;
    client.invite(&eve, &org, BOB, &role).await.expect(201);
    let mails = client.mails(BOB).await;
    let subject = text(&mails[0], "subject");
    assert!(!subject.contains(['\r', '\n']), "{subject:?}");
    assert_eq!(subject, "Invitation to join Acme <b>&amp; {{ service }}");
    let html = text(&mails[0], "html");
    for markup in ["<img", "<b>", "<i>"] {
        assert!(!html.contains(markup), "{markup}");
    }
    assert!(text(&mails[0], "text").contains("<i>\"role\""));
    assert!(client.mails("dan@example.com").await.is_empty());
}

#[tokio::test]
async fn nobody_is_mailed_about_a_refusal_a_revocation_or_an_acceptance() {
    let tenant = Tenant::start().await;
    let role = tenant.role("the crowd", &[]).await;
    let made = tenant.invite(BOB, &role).await;
    let bob = tenant.client.join(BOB).await;
    let token = tenant.client.invitation_token(BOB).await;
    tenant.tick();
    tenant
        .client
        .invite(&tenant.admin, &tenant.org, BOB, &role)
        .await
        .expect(400);
    tenant.client.accept(&bob, "unknown").await.expect(400);
    tenant.client.accept(&bob, &token).await.expect(200);
    tenant.client.accept(&bob, &token).await.expect(409);
    let id = text(&made, "id");
    for (method, path) in [
        (Method::POST, format!("{PATH}/{id}/resend")),
        (Method::PUT, format!("{PATH}/{id}/revoke")),
        (Method::DELETE, format!("{PATH}/{id}")),
    ] {
        tenant
            .call(method, &path, &tenant.admin, &Value::Null)
            .await
            .expect(400);
    }
    let other = tenant.invite("cyd@example.com", &role).await;
    tenant.tick();
    tenant
        .put(&format!("{PATH}/{}/revoke", text(&other, "id")), &tenant.admin)
        .await
        .expect(200);
    assert_eq!(tenant.client.mails(BOB).await.len(), 1);
    assert_eq!(tenant.client.mails("cyd@example.com").await.len(), 1);
    assert!(tenant.client.mails(tests::tenant::FOUNDER).await.is_empty());
}

#[tokio::test]
async fn whoever_gets_a_role_is_told_by_whom() {
    let tenant = Tenant::start().await;
    let role = tenant.role("Bookkeeper", &[]).await;
    let bob = tenant.client.join(BOB).await;
    tenant.bind(&bob, &role).await;
    let mails = tenant.client.mails(BOB).await;
    let [mail] = &mails[..] else {
        panic!("one mail: {mails:?}")
    };
    assert_eq!(mail["subject"], "You have a new role at Acme");
    for part in ["text", "html"] {
        for said in ["Acme", "Bookkeeper", "Ada Lovelace"] {
            assert!(text(mail, part).contains(said), "{part}: {said}");
        }
    }
    assert!(!text(mail, "text").contains("http"), "nothing to follow");
    // Not about a refusal, about what is taken, or about what one did oneself.
    tenant.tick();
    tenant
        .client
        .bind(&tenant.admin, &tenant.org, &user_id(&bob), &role)
        .await
        .expect(409);
    tenant
        .client
        .unbind(&tenant.admin, &tenant.org, &user_id(&bob), &role)
        .await
        .expect(200);
    assert_eq!(tenant.client.mails(BOB).await.len(), 1);
    tenant.bind(&tenant.admin, &role).await;
    assert!(tenant.client.mails(tests::tenant::FOUNDER).await.is_empty());
}
