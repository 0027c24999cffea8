//! Codes that are asked for with a challenge (RFC 7636), and clients that cannot keep a secret.

use http::Method;
use serde_json::{Value, json};
use tests::arc::login;
use tests::managing::new_client;
use tests::server::CLIENT_ID;
use tests::{Arc, PASSWORD, Server};

const ADA: &str = "ada@example.com";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn code(arc: &Arc, challenge: Option<&str>) -> String {
    let mut body = login(ADA, PASSWORD);
    if let Some(challenge) = challenge {
        body["code_challenge"] = json!(challenge);
        body["code_challenge_method"] = json!("S256");
    }
    let answer = arc.post("/auth/login", &body).await.expect(200).json();
    answer["code"].as_str().unwrap().to_owned()
}

async fn exchange(arc: &Arc, code: &str, verifier: Value) -> tests::Answer {
    let mut body = json!({ "code": code, "clientId": CLIENT_ID });
    if !verifier.is_null() {
        body["code_verifier"] = verifier;
    }
    arc.post("/auth/token", &body).await
}

#[tokio::test]
async fn a_challenge_asks_for_its_verifier() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let challenged = code(&arc, Some(CHALLENGE)).await;
    for wrong in [
        Value::Null,
        json!(""),
        json!(CHALLENGE),
        json!(VERIFIER.to_lowercase()),
        json!("x".repeat(43)),
    ] {
        let answer = exchange(&arc, &challenged, wrong).await;
        answer.expect_said_by_handler(401, "Invalid Credentials");
    }
    let pair = exchange(&arc, &challenged, json!(VERIFIER)).await.expect_pair();
    // Who has the code and not its verifier cannot end the session.
    exchange(&arc, &challenged, Value::Null).await.expect(401);
    arc.me(&pair.access).await.expect(200);
}

/// Somebody who takes the challenge out of the request gains nothing (RFC 9700 §2.1.1).
#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let plain = code(&arc, None).await;
    let answer = exchange(&arc, &plain, json!(VERIFIER)).await;
    answer.expect_said_by_handler(401, "Invalid Credentials");
    exchange(&arc, &plain, Value::Null).await.expect_pair();
}

#[tokio::test]
async fn a_challenge_is_a_digest_by_s256() {
    let server = Server::start().await;
    let arc = server.client().arc();
    for (challenge, method, wrong) in [
        (Some(CHALLENGE), Some("plain"), "/code_challenge_method"),
        (Some(CHALLENGE), None, "/code_challenge_method"),
        (Some("short"), Some("S256"), "/code_challenge"),
        (None, Some("S256"), "/code_challenge"),
    ] {
        let mut body = login(ADA, PASSWORD);
        for (name, value) in [("code_challenge", challenge), ("code_challenge_method", method)] {
            if let Some(value) = value {
                body[name] = json!(value);
            }
        }
        arc.post("/auth/login", &body)
            .await
            .expect_violations(&[(wrong, "pattern")]);
    }
}

#[tokio::test]
async fn a_public_client_has_no_secret_to_say() {
    let server = Server::start().await;
    let (arc, managing) = (server.client().arc(), server.managing().await);
    let mut made = new_client("telephone");
    made["clientType"] = json!("public");
    let made = managing.call(Method::POST, "/auth-clients", &made).await;
    if made.status == 422 {
        // The seed's document knows no types; the record does.
        return;
    }
    made.expect(200);
    let body = json!({
        "client_id": "telephone", "username": tests::server::ADMIN, "password": tests::server::ADMIN_PASSWORD,
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    let code = arc.post("/auth/login", &body).await.expect(200).json()["code"].clone();
    let exchange = json!({ "code": code, "clientId": "telephone", "code_verifier": VERIFIER });
    arc.post("/auth/token", &exchange).await.expect_pair();
}
