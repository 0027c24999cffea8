//! Tokens of arc: forged ones, and those of other surfaces, which never stand in for one another (RFC 8725 §3.11, §3.12).

use http::Method;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tests::client::{claims, header_of};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{PASSWORD, Server};

use super::forger::{Forger, sign};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn a_token_that_is_not_exactly_ours_is_refused() {
    let server = Server::start().await;
    let client = server.client();
    let arc = client.arc();
    let forger = Forger::of(&server, &client, ADA).await;
    let (pair, bob) = (arc.sign_in(ADA).await, arc.join("bob@example.com").await);
    let (header, genuine) = (header_of(&pair.access), claims(&pair.access));
    let with = |value: &Value, changes: &[(&str, Value)]| {
        let mut changed = value.clone();
        for (name, value) in changes {
            match value {
                Value::Null => drop(changed.as_object_mut().unwrap().remove(*name)),
                value => changed[*name] = value.clone(),
            }
        }
        changed
    };
    let signed = |header: &Value, claims: &Value| sign(header, claims, &forger.rsa, Algorithm::RS256);
    arc.me(&signed(&header, &genuine)).await.expect(200);
    let now = server.clock.read().as_second();
    let bob = claims(&bob.access);
    for (name, value) in [
        ("typ", json!("at+jwt")),
        ("typ", json!("identity+jwt")),
        ("typ", json!("JWT")),
        ("typ", Value::Null),
        ("kid", json!("unknown")),
        ("kid", Value::Null),
        ("crit", json!(["exp"])),
    ] {
        let token = signed(&with(&header, &[(name, value.clone())]), &genuine);
        let answer = arc.me(&token).await.expect(401);
        assert_eq!(
            answer.json()["error"]["message"]["message"],
            "TokenExpired",
            "{name} {value}"
        );
    }
    for (name, value, said) in [
        ("iss", json!("go"), "TokenExpired"),
        ("iss", Value::Null, "TokenExpired"),
        ("exp", json!(now), "TokenExpired"),
        ("exp", Value::Null, "TokenExpired"),
        ("iat", json!(now + 1), "TokenExpired"),
        ("jti", Value::Null, "TokenExpired"),
        ("sid", Value::Null, "TokenExpired"),
        ("id", json!("nobody"), "TokenExpired"),
        // Signed by us, and of no session, or not the token of it.
        ("jti", bob["jti"].clone(), "TokenRevoked"),
        ("sid", bob["sid"].clone(), "TokenRevoked"),
        ("id", bob["id"].clone(), "TokenRevoked"),
        ("client_id", json!("another"), "TokenRevoked"),
    ] {
        let token = signed(&header, &with(&genuine, &[(name, value.clone())]));
        let answer = arc.me(&token).await.expect(401);
        assert_eq!(answer.json()["error"]["message"]["message"], said, "{name} {value}");
    }
    for (algorithm, key) in [
        (Algorithm::RS512, &forger.rsa),
        (Algorithm::RS384, &forger.rsa),
        (Algorithm::ES256, &forger.ec),
    ] {
        let name = format!("{algorithm:?}");
        let token = sign(&with(&header, &[("alg", json!(name))]), &genuine, key, algorithm);
        arc.me(&token).await.expect_said_by_check(401, "TokenExpired");
    }
}

/// What a token says of permissions and roles informs clients; the table says what holds.
#[tokio::test]
async fn what_a_token_says_of_its_user_gives_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let arc = client.arc();
    let forger = Forger::of(&server, &client, ADA).await;
    let (pair, root) = (arc.sign_in(ADA).await, arc.admin().await);
    let mut said = claims(&pair.access);
    said["permissions"] = json!(["NotAllowed", "ViewLoginActivity"]);
    said["roleIds"] = claims(&root.access)["roleIds"].clone();
    let token = sign(&header_of(&pair.access), &said, &forger.rsa, Algorithm::RS256);
    arc.me(&token).await.expect(200);
    for path in ["/auth-clients", "/login-activity"] {
        let answer = arc.call(Method::GET, path, &token, &Value::Null).await;
        answer.expect_said_by_handler(403, "NotAllowedAccess");
    }
}

/// Whatever else is sent, nothing is assigned that is not asked for.
#[tokio::test]
async fn a_body_assigns_nothing_that_it_does_not_name() {
    let server = Server::start().await;
    let arc = server.client().arc();
    let token = arc.sign_up_token(ADA).await;
    for (name, value) in [
        ("state", json!("active")),
        ("role", json!("Super Admin")),
        ("id", json!("00000000-0000-0000-0000-000000000001")),
        ("permissions", json!(["NotAllowed"])),
        ("tenantId", json!("00000000-0000-0000-0000-000000000000")),
    ] {
        let mut body = json!({ "email": ADA, "password": PASSWORD });
        body[name] = value;
        let answer = arc.call(Method::POST, "/auth/sign-up/create-user", &token, &body).await;
        answer.expect_violations(&[("", "additionalProperties")]);
    }
    arc.create_user(&token, ADA, PASSWORD).await.expect(200);
    let me = arc.me(&arc.sign_in(ADA).await.access).await.expect(200).json();
    assert_eq!((&me["permissions"], &me["role"]), (&json!([]), &json!("Default")));
}

/// Who has an account is not told: neither by a sign-in, nor by a reset, nor by a sign-up.
#[tokio::test]
async fn nothing_tells_who_has_an_account() {
    let server = Server::setup().env("THROTTLE", "off").start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let client = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
    let of_client = |more: Value| {
        let mut body = client.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for path in ["/auth/login", "/auth/login-token"] {
        let known = arc
            .post(path, &of_client(json!({ "username": ADA, "password": "wrong" })))
            .await;
        let unknown = arc
            .post(
                path,
                &of_client(json!({ "username": "eve@example.com", "password": "wrong" })),
            )
            .await;
        assert_eq!((known.status, known.bytes), (unknown.status, unknown.bytes));
    }
    let known = arc.forget(ADA).await;
    let unknown = arc.forget("eve@example.com").await;
    assert_eq!((known.status, known.bytes), (unknown.status, unknown.bytes));
    let ask = async |email: &str| arc.post("/auth/sign-up/create-token", &json!({ "email": email })).await;
    let (known, unknown) = (ask(ADA).await, ask("eve@example.com").await);
    assert_eq!((known.status, known.bytes), (unknown.status, unknown.bytes));
}
