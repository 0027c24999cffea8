//! The token: what it says, and where it is looked for.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::{claims, header_of};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{Answer, Client, Server};

use super::members;

#[rstest]
#[tokio::test]
async fn says_who_which_session_and_until_when(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.join("Ada@example.com").await;

    let claims = claims(&token);
    assert_eq!(members(&claims), ["aud", "exp", "iat", "iss", "jti", "sub", "user"]);
    assert_eq!(claims["iss"], "BigBucks Auth");
    assert_eq!(claims["iat"], server.clock.read().as_second());
    assert_eq!(claims["exp"], server.clock.read().as_second() + 3600);
    assert_eq!(claims["user"], json!({ "username": "Ada@example.com", "roles": null }));

    let sub = claims["sub"].as_str().unwrap();
    let crockford = |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && !"ILOU".contains(c));
    assert!(sub.len() == 26 && sub.chars().all(crockford), "a ULID: {sub}");
    let jti = claims["jti"].as_str().unwrap();
    let groups: Vec<&str> = jti.split('-').collect();
    assert_eq!(
        groups.iter().map(|group| group.len()).collect::<Vec<_>>(),
        [8, 4, 4, 4, 12],
        "{jti}"
    );
    assert!(groups[2].starts_with('4'), "a UUID of version 4: {jti}");
    assert!(groups[3].starts_with(['8', '9', 'a', 'b']), "a UUID of RFC 9562: {jti}");

    let header = header_of(&token);
    assert_eq!(members(&header), ["alg", "kid", "typ"]);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("at+jwt")));
    let published = client.get("/.well-known/jwks.json").await.expect(200).json();
    let published: Vec<&Value> = published["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["kid"])
        .collect();
    assert!(published.contains(&&header["kid"]), "{published:?}");
}

#[rstest]
#[tokio::test]
async fn says_the_roles_over_all_organizations(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let token = client.sign_in_with(ADMIN, ADMIN_PASSWORD).await.expect(200).text();
    // The identifier is ours; it tells the server what to read with the session.
    let id = &claims(&token)["user"]["roles"][0]["roleID"];
    assert!(id.as_str().is_some_and(|id| id.len() == 26));
    let home = "00000000000000000000000000";
    let roles = json!([
        { "role": "Super Admin", "orgID": home, "roleID": id },
        { "role": "admin", "orgID": home, "roleID": "00000000000000000000000001" },
    ]);
    assert_eq!(claims(&token)["user"], json!({ "username": ADMIN, "roles": roles }));
    let renewed = client
        .call(Method::POST, "/api/v1/renew", &token)
        .await
        .expect(202)
        .text();
    assert_eq!(claims(&renewed)["user"]["roles"], roles);
}

async fn me(client: &Client, headers: &[(&str, &str)]) -> Answer {
    let mut request = client.request(Method::GET, "/api/v1/me");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.send(request).await
}

#[tokio::test]
async fn is_accepted_in_three_headers_bare_or_as_bearer() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for name in ["X-Auth", "Authorization", "JWTAuth"] {
        for value in [
            token.clone(),
            format!("Bearer {token}"),
            format!("bearer {token}"),
            format!("BEARER {token}"),
        ] {
            me(&client, &[(name, &value)]).await.expect(200);
        }
        for value in [format!("Basic {token}"), format!("Token {token}"), format!("{token}.x")] {
            me(&client, &[(name, &value)]).await.expect_engine_error(401, &[]);
        }
    }
}

#[tokio::test]
async fn of_several_headers_the_first_that_holds_one_counts() {
    let server = Server::start().await;
    let client = server.client();
    let (ada, bob) = (
        client.join("ada@example.com").await,
        client.join("bob@example.com").await,
    );
    let bearer = format!("Bearer {bob}");
    let both = me(&client, &[("X-Auth", &ada), ("Authorization", &bearer)]).await;
    assert_eq!(both.expect(200).json()["username"], "ada@example.com");
    // A value that is not shaped like a token is skipped; one that is, and is wrong, is not.
    let skipped = me(&client, &[("X-Auth", "nonsense"), ("Authorization", &bearer)]).await;
    assert_eq!(skipped.expect(200).json()["username"], "bob@example.com");
    let wrong = me(&client, &[("X-Auth", "a.b.c"), ("Authorization", &bearer)]).await;
    wrong.expect_engine_error(401, &[]);
}

#[tokio::test]
async fn is_not_accepted_in_query_cookie_or_body() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    for name in ["auth", "token", "X-Auth", "access_token", "jwt"] {
        let query = client.get(&format!("/api/v1/me?{name}={token}")).await;
        query.expect_engine_error(401, &[]);
        let cookie = me(&client, &[("cookie", &format!("{name}={token}"))]).await;
        cookie.expect_engine_error(401, &[]);
        let body = client.post("/api/v1/renew", &json!({ name: token })).await;
        body.expect_engine_error(401, &[]);
    }
}
