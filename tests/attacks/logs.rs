//! Secrets in the log and in answers (ASVS 14.2.1, 16.2.5): a story with canaries in it, told at the most talkative level.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use http::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use shared::store::door::{Fault, Faulty};
use tests::authenticator::with;
use tests::client::claims;
use tests::identity::Link;
use tests::{Client, Server};
use tracing_subscriber::fmt::MakeWriter;

/// All that this process logs.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Begins to listen, once in this process.
fn log() -> &'static Captured {
    static LOG: OnceLock<Captured> = OnceLock::new();
    LOG.get_or_init(|| {
        let captured = Captured::default();
        let subscriber = shared::http::log::subscriber(tracing::Level::TRACE, captured.clone());
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
        captured
    })
}

const EMAIL: &str = "canary-7f3a9d@example.com";
const FIRST: &str = "canary first phrase 51c0e2";
const SECOND: &str = "canary second phrase 8b2d44";
const WRONG: &str = "canary wrong phrase 19e7aa";
const PHONE: &str = "canary-phone-6620";

/// A life with everything that can go wrong in it. Returns every secret that came up.
async fn story(client: &Client, server: &Server, door: &Faulty) -> Vec<String> {
    let mut secrets: Vec<String> = [EMAIL, "canary-7f3a9d", FIRST, SECOND, WRONG, PHONE]
        .map(str::to_owned)
        .into();
    let body = json!({ "email": EMAIL, "password": FIRST, "firstName": "Canary-first-name", "lastName": "L" });
    secrets.push("Canary-first-name".to_owned());
    client.post("/api/v1/signup", &body).await.expect(200);
    client.post("/api/v1/signup", &body).await.expect(400);
    client.sign_in_with(EMAIL, WRONG).await.expect(401);
    client
        .sign_in_with(&format!("{EMAIL}{}", "x".repeat(5000)), WRONG)
        .await
        .expect(401);
    client
        .post_text(
            "/api/v1/signin",
            format!("{{\"username\":\"{EMAIL}\",\"password\":\"{FIRST}\""),
        )
        .await
        .expect(400);
    client
        .post("/api/v1/signin", &json!({ "username": [EMAIL], "password": FIRST }))
        .await
        .expect(400);
    let token = client.sign_in_with(EMAIL, FIRST).await.expect(200).text();
    let forged = format!("{}x", token);
    client.me(&token).await.expect(200);
    client.me(&forged).await.expect(401);
    client.get(&format!("/api/v1/me?auth={token}")).await.expect(401);
    client.get(&format!("/api/v1/{token}")).await.expect(404);
    let form = Form::new()
        .text("phone", PHONE)
        .text("bio", format!("{WRONG} {}", "x".repeat(300)));
    client.update_profile(&token, form).await.expect(400);
    client
        .update_profile(&token, Form::new().text("phone", PHONE))
        .await
        .expect(200);
    let renewed = client
        .call(Method::POST, "/api/v1/renew", &token)
        .await
        .expect(202)
        .text();
    secrets.push(claims(&token)["jti"].as_str().unwrap().to_owned());

    let reset = client.reset_token(EMAIL).await;
    client
        .change_password("canarywrongtoken", EMAIL, SECOND)
        .await
        .expect(400);
    client
        .change_password(&reset.to_uppercase(), EMAIL, SECOND)
        .await
        .expect(404);
    client.change_password(&reset, EMAIL, "123456").await.expect(400);
    secrets.push("canarywrongtoken".to_owned());
    secrets.push(reset.clone());

    // The table fails in the middle of it all.
    for fault in [Fault::Lost, Fault::Throttled, Fault::Conflict, Fault::AnswerLost] {
        for healthy in 0..3 {
            let mut plan = vec![Fault::None; healthy];
            plan.push(fault);
            door.plan(plan.clone());
            client.sign_in_with(EMAIL, FIRST).await;
            door.plan(plan.clone());
            client.me(&token).await;
            door.plan(plan);
            client.post("/api/v1/user/reset", &json!({ "email": EMAIL })).await;
        }
    }
    // What is left of the plan.
    for _ in 0..80 {
        client.get("/healthz").await;
    }
    server.clock.advance(Duration::from_secs(1));
    let reset = client.reset_token(EMAIL).await;
    client.change_password(&reset, EMAIL, SECOND).await.expect(200);
    client.change_password(&reset, EMAIL, SECOND).await.expect(400);
    let last = client.sign_in_with(EMAIL, SECOND).await.expect(200).text();
    client.call(Method::POST, "/api/v1/signout", &last).await.expect(200);
    client.call(Method::POST, "/api/v1/signout", &last).await.expect(401);
    secrets.push(reset);
    for token in [&token, &renewed, &last] {
        secrets.extend(token.split('.').skip(1).map(str::to_owned));
    }
    secrets
}

/// A passkey is added, signs in, is refused and removed. Returns challenges, and what names the credential.
async fn passkeys(client: &Client) -> Vec<String> {
    let authenticator = client.authenticator();
    let token = client.sign_in_with(EMAIL, SECOND).await.expect(200).text();
    let (begin, finish) = ("/api/v1/webauthn/login/begin", "/api/v1/webauthn/login/finish");
    let mut secrets = Vec::new();
    let mut keep = |options: &Value| secrets.push(options["publicKey"]["challenge"].as_str().unwrap().to_owned());
    let path = "/api/v1/webauthn/register/begin";
    let options = client.call(Method::POST, path, &token).await.expect(200).json();
    keep(&options);
    let (credential, response) = authenticator.register(&options);
    let path = "/api/v1/webauthn/register/finish?name=canary-passkey";
    let added = client
        .call_with(Method::POST, path, &token, &response)
        .await
        .expect(200);
    client
        .call_with(Method::POST, path, &token, &response)
        .await
        .expect(400);
    client
        .get(&format!("/api/v1/webauthn/check?username={EMAIL}"))
        .await
        .expect(200);
    for body in [json!({}), json!({ "username": EMAIL })] {
        let options = client.post(begin, &body).await.expect(200).json();
        keep(&options);
        let response = authenticator.sign(&options, &credential);
        let name = if body["username"].is_null() { "" } else { EMAIL };
        let path = format!("{finish}?username={name}");
        client.post(&path, &response).await.expect(202);
        client.post(&path, &response).await.expect(401);
        let options = client.post(begin, &body).await.expect(200).json();
        keep(&options);
        let response = authenticator.sign(&options, &credential);
        let wrong = with(response, "response.signature", json!("MAYCAQECAQE"));
        client.post(&path, &wrong).await.expect(401);
    }
    let path = format!("/api/v1/webauthn/credentials/{}", added.json()["credentialId"]);
    client.call(Method::DELETE, &path, &token).await.expect(200);
    secrets.push(tests::authenticator::text(&credential.id));
    secrets.push("canary-passkey".to_owned());
    secrets
}

/// Somebody registers at identity-server, activates, signs in and changes the password, badly and well. Returns codes and
/// tokens.
async fn identity(client: &Client) -> Vec<String> {
    let identity = client.identity();
    let email = format!("identity-{EMAIL}");
    let body = json!({ "name": "Canary-first-name", "email": email, "password": FIRST });
    for status in [200, 400] {
        identity.post("/public/register", &body).await.expect(status);
    }
    let link = identity.link(&email).await;
    let wrong = Link {
        code: "canarywrongcode".into(),
        ..link.clone()
    };
    identity.authenticate(&email, FIRST).await.expect(403);
    identity.activate(&wrong).await.expect(404);
    identity
        .get(&format!("/users/activate/{email}/{}", link.code))
        .await
        .expect(400);
    identity.activate(&link).await.expect(200);
    identity.authenticate(&email, WRONG).await.expect(401);
    let token = identity.sign_in(&email, FIRST).await;
    identity.validate(&token).await.expect(200);
    identity.validate(&format!("{token}x")).await.expect(401);
    identity.get(&format!("/users?token={token}")).await.expect(401);
    identity
        .get_by(&token, &format!("/users/{}", link.uid))
        .await
        .expect(200);
    identity.reset_password(&link.uid, WRONG, SECOND).await.expect(401);
    identity.reset_password(&link.uid, FIRST, FIRST).await.expect(400);
    identity.reset_password(&link.uid, FIRST, SECOND).await.expect(200);
    let session = claims(&token)["jti"].as_str().unwrap().to_owned();
    let mut secrets = vec![link.code, wrong.code, session, email];
    secrets.extend(token.split('.').skip(1).map(str::to_owned));
    secrets
}

#[tokio::test]
async fn no_secret_and_no_address_is_logged() {
    let log = log();
    let door = Arc::new(Faulty::default());
    let before = door.clone();
    let server = Server::setup()
        .env("LOG_LEVEL", "trace")
        .with(move |parts| parts.store = parts.store.clone().behind(before))
        .start()
        .await;
    let mut secrets = story(&server.client(), &server, &door).await;
    secrets.extend(passkeys(&server.client()).await);
    secrets.extend(identity(&server.client()).await);
    let text = log.text();
    assert!(text.contains("\"message\":\"answered\""), "nothing was captured");
    assert!(
        text.contains("/api/v1/user/changepassword/{token}"),
        "routes are logged, not paths"
    );
    assert!(
        text.contains("/identity/v1/public/activate/{uid}/{code}"),
        "routes are logged, not paths"
    );
    assert!(text.contains("\"level\":\"ERROR\""), "no failure was logged");
    for secret in secrets {
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(&secret)).collect();
        assert!(lines.is_empty(), "{secret} is in the log: {lines:#?}");
    }
}

#[tokio::test]
async fn every_line_is_one_json_object_whatever_a_client_sends() {
    let log = log();
    let server = Server::start().await;
    let client = server.client();
    let forged = "x\r\n{\"level\":\"ERROR\",\"message\":\"forged-by-a-client\"}";
    let body = json!({ "username": forged, "password": forged, "forged-by-a-client": 1 });
    client.post("/api/v1/signin", &body).await.expect(401);
    client.get("/api/v1/x%0d%0aforged-by-a-client").await.expect(404);
    let request = client
        .request(Method::GET, "/api/v1/me")
        .header("x-request-id", "forged-by-a-client");
    let answer = client.send(request).await.expect(401);
    assert_ne!(answer.header("x-request-id"), Some("forged-by-a-client"));
    let text = log.text();
    assert!(!text.contains("forged-by-a-client"));
    for line in text.lines() {
        assert!(
            serde_json::from_str::<serde_json::Value>(line).is_ok_and(|line| line.is_object()),
            "{line}"
        );
    }
}

/// Errors do not give back what they were sent, nor say what is inside.
#[tokio::test]
async fn no_answer_repeats_a_secret() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let secret = "canary secret 0d51";
    let token = format!("{}.{}.{}", "Y2FuYXJ5", "Y2FuYXJ5", "Y2FuYXJ5");
    for answer in [
        client.sign_in_with("ada@example.com", secret).await,
        client
            .post("/api/v1/signin", &json!({ "username": 1, "password": secret }))
            .await,
        client
            .post("/api/v1/signup", &json!({ "email": secret, "password": secret }))
            .await,
        client
            .post_text("/api/v1/signup", format!("{{\"password\":\"{secret}\""))
            .await,
        client.change_password("canary0d51", "ada@example.com", secret).await,
        client.me(&token).await,
        client.get(&format!("/api/v1/{token}")).await,
    ] {
        assert!(answer.status.is_client_error());
        let text = answer.text();
        assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{text}");
    }
}
