//! check-qr-code, create-qr-code and verify-otp in authenticator mode, and what they change at login, login-token and token.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::arc::{Arc, login};
use tests::managing::new_client;
use tests::server::CLIENT_ID;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::totp::another;
use tests::{Answer, Codes, PASSWORD, Server};

const ADA: &str = "ada@example.com";
const OVER: &str = "Otp Token Incorrect or Expired";
const STEP: Duration = Duration::from_secs(30);

async fn check(arc: &Arc, code: Option<&str>, client: Option<&str>) -> Answer {
    let mut request = arc.0.request(Method::GET, "/auth/check-qr-code");
    for (name, value) in [("code", code), ("clientId", client)] {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    arc.0.send(request).await
}

async fn is_generated(arc: &Arc, code: &str) -> bool {
    let answer = check(arc, Some(code), Some(CLIENT_ID)).await.expect(200).json();
    assert_eq!(answer.as_object().unwrap().len(), 1);
    answer["isGenerated"].as_bool().unwrap()
}

fn code_in(answer: Answer) -> String {
    answer.expect(200).json()["code"].as_str().unwrap().to_owned()
}

fn with(mut body: Value, otp: &str) -> Value {
    body["otp"] = otp.into();
    body
}

#[rstest]
#[tokio::test]
async fn an_app_is_enrolled_in_two_steps(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    arc.0.sign_up("Ada@example.com").await;
    let before = arc.sign_in(ADA).await;
    let code = arc.code(ADA).await;
    assert!(!is_generated(&arc, &code).await);
    let codes = Codes::scan_data_url(&arc.create_qr_code(&code).await.expect(200).json());
    let wanted = format!(
        "otpauth://totp/Countersign:Ada@example.com?algorithm=SHA1&digits=6&issuer=Countersign&period=30&secret={}",
        codes.secret
    );
    assert_eq!(codes.url.as_str(), wanted);
    assert_eq!(codes.secret.len(), 32);
    assert!(is_generated(&arc, &code).await);
    // Nothing is asked for yet, and the code is as good as before.
    arc.exchange(&code).await.expect_pair();
    arc.me(&before.access).await.expect(200);

    arc.verify_otp(ADA, &another(&codes.now(&server)))
        .await
        .expect_said_by_check(401, OVER);
    let given = code_in(arc.verify_otp(ADA, &codes.now(&server)).await);
    let pair = arc.exchange(&given).await.expect_pair();
    arc.me(&pair.access).await.expect(200);
    // Every session from before has ended, and a code from before opens none.
    arc.me(&before.access).await.expect(401);
    let mails = arc.0.mails("Ada@example.com").await;
    assert_eq!(mails[0]["subject"], "Codes of an authenticator app were switched on");
    let dump = format!("{:?}", server.dump().await);
    assert!(!dump.contains(&codes.secret));
}

#[rstest]
#[tokio::test]
async fn a_password_alone_opens_nothing(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let codes = arc.enrol(&server, ADA).await;
    server.clock.advance(STEP);
    let code = arc.code(ADA).await;
    arc.exchange(&code)
        .await
        .expect_said_by_handler(401, "User Verification Failed");
    arc.verify_otp(ADA, &another(&codes.now(&server)))
        .await
        .expect_said_by_check(401, OVER);
    let given = code_in(arc.verify_otp(ADA, &codes.now(&server)).await);
    arc.exchange(&code)
        .await
        .expect_said_by_handler(401, "User Verification Failed");
    arc.exchange(&given).await.expect_pair();
    // The same code does nothing a second time.
    arc.code(ADA).await;
    arc.verify_otp(ADA, &codes.now(&server))
        .await
        .expect_said_by_check(401, OVER);
    server.clock.advance(STEP);
    arc.exchange(&code_in(arc.verify_otp(ADA, &codes.now(&server)).await))
        .await
        .expect_pair();
}

#[tokio::test]
async fn a_code_may_come_with_the_password() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let codes = arc.enrol(&server, ADA).await;
    server.clock.advance(STEP);
    let now = codes.now(&server);
    for (otp, said) in [("", "Otp Required"), (&*another(&now), "Otp Invalid")] {
        let answer = arc.post("/auth/login-token", &with(login(ADA, PASSWORD), otp)).await;
        answer.expect_said_by_check(401, said);
    }
    arc.login_token(ADA, PASSWORD)
        .await
        .expect_said_by_check(401, "Otp Required");
    // A wrong password is no more than wrong, whatever comes with it.
    let wrong = with(login(ADA, "not the password"), &now);
    arc.post("/auth/login-token", &wrong)
        .await
        .expect_said_by_check(401, "Invalid Credentials");
    arc.post("/auth/login-token", &with(login(ADA, PASSWORD), &now))
        .await
        .expect_pair();
    let again = arc.post("/auth/login-token", &with(login(ADA, PASSWORD), &now)).await;
    again.expect_said_by_check(401, "Otp Already Used");
    server.clock.advance(STEP);
    let now = codes.now(&server);
    let wrong = arc
        .post("/auth/login", &with(login(ADA, PASSWORD), &another(&now)))
        .await;
    wrong.expect_said_by_check(401, "Otp Invalid");
    let code = code_in(arc.post("/auth/login", &with(login(ADA, PASSWORD), &now)).await);
    arc.exchange(&code).await.expect_pair();
}

#[tokio::test]
async fn what_is_wrong_with_a_request_for_an_app() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let code = arc.code(ADA).await;
    let refused = async |code, client, said| check(&arc, code, client).await.expect_said_by_handler(401, said);
    refused(Some(&*code), None, "Client Invalid").await;
    refused(Some(&code), Some("nobody"), "Client Invalid").await;
    refused(None, None, "Client Invalid").await;
    refused(None, Some(CLIENT_ID), "Token Invalid").await;
    refused(Some("0123"), Some(CLIENT_ID), "Invalid Credentials").await;
    let refused = async |code: &str, client: &str, said| {
        let answer = arc
            .post("/auth/create-qr-code", &json!({ "code": code, "clientId": client }))
            .await;
        answer.expect_said_by_handler(401, said);
    };
    refused(&code, "nobody", "Client Invalid").await;
    refused("0123", CLIENT_ID, "Invalid Credentials").await;
    let body = json!({ "code": code });
    arc.post("/auth/create-qr-code", &body)
        .await
        .expect_violations(&[("", "required")]);
    let body = json!({ "code": code, "clientId": CLIENT_ID, "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" });
    arc.post("/auth/create-qr-code", &body)
        .await
        .expect_violations(&[("", "additionalProperties")]);
    arc.exchange(&code).await.expect_pair();
    refused(&code, CLIENT_ID, "Code Expired").await;
    check(&arc, Some(&code), Some(CLIENT_ID))
        .await
        .expect_said_by_handler(401, "Code Expired");
    let late = arc.code(ADA).await;
    server.clock.advance(Duration::from_secs(3600));
    refused(&late, CLIENT_ID, "Code Expired").await;
}

#[tokio::test]
async fn a_secret_in_use_is_exchanged_by_who_shows_a_code_of_it() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let old = arc.enrol(&server, ADA).await;
    server.clock.advance(STEP);
    let unproven = arc.code(ADA).await;
    assert!(is_generated(&arc, &unproven).await);
    arc.create_qr_code(&unproven)
        .await
        .expect_said_by_handler(401, "Invalid Credentials");
    let proven = code_in(arc.verify_otp(ADA, &old.now(&server)).await);
    let new = Codes::scan_data_url(&arc.create_qr_code(&proven).await.expect(200).json());
    assert_ne!(new.secret, old.secret);
    // The old one is asked for until the new one is confirmed.
    server.clock.advance(STEP);
    let answer = arc
        .post("/auth/login-token", &with(login(ADA, PASSWORD), &new.now(&server)))
        .await;
    answer.expect_said_by_check(401, "Otp Invalid");
    arc.post("/auth/login-token", &with(login(ADA, PASSWORD), &old.now(&server)))
        .await
        .expect_pair();
    arc.exchange(&code_in(arc.verify_otp(ADA, &new.now(&server)).await))
        .await
        .expect_pair();
    server.clock.advance(STEP);
    let answer = arc
        .post("/auth/login-token", &with(login(ADA, PASSWORD), &old.now(&server)))
        .await;
    answer.expect_said_by_check(401, "Otp Invalid");
    arc.post("/auth/login-token", &with(login(ADA, PASSWORD), &new.now(&server)))
        .await
        .expect_pair();
}

#[tokio::test]
async fn a_secret_that_nobody_confirms_goes() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let code = arc.code(ADA).await;
    let first = Codes::scan_data_url(&arc.create_qr_code(&code).await.expect(200).json());
    let second = Codes::scan_data_url(&arc.create_qr_code(&code).await.expect(200).json());
    // The later one voids the earlier one.
    arc.verify_otp(ADA, &first.now(&server))
        .await
        .expect_said_by_check(401, OVER);
    server.clock.advance(Duration::from_secs(15 * 60));
    assert!(!is_generated(&arc, &arc.code(ADA).await).await);
    arc.verify_otp(ADA, &second.now(&server)).await.expect(400);
    arc.login_token(ADA, PASSWORD).await.expect_pair();
}

/// Codes of an app alone let nobody in: a password came before, for this client, from here, and not long ago.
#[tokio::test]
async fn a_second_step_follows_a_first_one() {
    let setup = Server::setup().env("TRUSTED_PROXIES", "127.0.0.0/8");
    let server = setup.start().await;
    let arc = server.client().arc();
    let managing = server.managing().await;
    managing
        .call(Method::POST, "/auth-clients", &new_client("other"))
        .await
        .expect(200);
    arc.0.sign_up(ADA).await;
    let codes = arc.enrol(&server, ADA).await;
    server.clock.advance(STEP);
    let now = codes.now(&server);
    const NOT_ENABLED: &str = "MFA is not enabled for this user.";
    arc.verify_otp(ADA, &now).await.expect_said_by_handler(400, NOT_ENABLED);
    arc.verify_otp("nobody@example.com", &now)
        .await
        .expect_said_by_handler(400, NOT_ENABLED);

    arc.code(ADA).await;
    let for_other = json!({ "key": ADA, "otp": now, "clientId": "other" });
    arc.post("/auth/verify-otp", &for_other)
        .await
        .expect_said_by_handler(400, NOT_ENABLED);
    let body = json!({ "key": ADA, "otp": now, "clientId": CLIENT_ID });
    let elsewhere = arc.0.request(Method::POST, "/auth/verify-otp").json(&body);
    let elsewhere = elsewhere.header("x-forwarded-for", "203.0.113.9");
    arc.0.send(elsewhere).await.expect_said_by_handler(400, NOT_ENABLED);
    arc.post("/auth/verify-otp", &json!({ "key": ADA, "otp": now }))
        .await
        .expect_said_by_check(401, OVER);
    server.clock.advance(Duration::from_secs(300));
    arc.verify_otp(ADA, &codes.now(&server))
        .await
        .expect_said_by_handler(400, NOT_ENABLED);
    arc.code(ADA).await;
    arc.verify_otp(ADA, &codes.now(&server)).await.expect(200);
    server.clock.advance(STEP);
    arc.verify_otp(ADA, &codes.now(&server))
        .await
        .expect_said_by_handler(400, NOT_ENABLED);
}

/// A code by mail stands for the password, not for the app.
#[tokio::test]
async fn a_mailed_code_is_no_second_factor() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let codes = arc.enrol(&server, ADA).await;
    server.clock.advance(STEP);
    let body = json!({ "client_id": CLIENT_ID, "client_secret": tests::server::CLIENT_SECRET, "key": ADA });
    arc.post("/auth/send-otp", &body).await.expect(204);
    let mails = arc.0.mails(ADA).await;
    let text = mails[0]["text"].as_str().unwrap();
    let mailed = text
        .lines()
        .find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    let code = code_in(
        arc.post("/auth/verify-otp", &json!({ "key": ADA, "otp": mailed }))
            .await,
    );
    arc.exchange(&code)
        .await
        .expect_said_by_handler(401, "User Verification Failed");
    let code = code_in(arc.verify_otp(ADA, &codes.now(&server)).await);
    arc.exchange(&code).await.expect_pair();
}

#[tokio::test]
async fn guesses_at_codes_are_few() {
    let setup = Server::setup()
        .env("THROTTLE", "on")
        .env("THROTTLE_TOTP_ACCOUNT", "3/900");
    let server = setup.start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let codes = arc.enrol(&server, ADA).await;
    server.clock.advance(STEP);
    arc.code(ADA).await;
    let wrong = another(&codes.now(&server));
    for _ in 0..3 {
        arc.verify_otp(ADA, &wrong).await.expect_said_by_check(401, OVER);
    }
    let answer = arc.verify_otp(ADA, &codes.now(&server)).await.expect(429);
    assert!(answer.header("retry-after").is_some());
}
