//! Captchas, with a provider of our own in the place of Google and GeeTest.

use axum::extract::{Query, RawForm};
use axum::routing::{get, post};
use axum::{Json, Router};
use md5::{Digest as _, Md5};
use rstest::rstest;
use serde_json::json;
use tests::barong::{Barong, STRONG};
use tests::{Answer, Server};

const ADA: &str = "ada@example.com";

/// Where a provider listens who says yes to `yes`, and to a seccode of GeeTest.
async fn provider() -> String {
    let verify = async |RawForm(form): RawForm| {
        let form = String::from_utf8(form.to_vec()).unwrap();
        assert!(form.contains("secret=kept"), "{form}");
        Json(json!({ "success": form.contains("response=yes") }))
    };
    let validate = async |RawForm(form): RawForm| {
        let form = String::from_utf8(form.to_vec()).unwrap();
        md5(form.strip_prefix("seccode=").unwrap())
    };
    let register = async |Query(asked): Query<Vec<(String, String)>>| {
        assert_eq!(asked, [("gt".to_owned(), "our id".to_owned())]);
        "a question"
    };
    let routes = Router::new()
        .route("/verify", post(verify))
        .route("/validate.php", post(validate))
        .route("/register.php", get(register));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

/// As GeeTest's protocol has it.
fn md5(text: &str) -> String {
    Md5::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

async fn recaptcha(endpoints: &str, url: &str) -> Server {
    let setup = Server::setup()
        .env("BARONG_CAPTCHA", "recaptcha")
        .env("BARONG_CAPTCHA_PROTECTED_ENDPOINTS", endpoints)
        .env("BARONG_RECAPTCHA_SITE_KEY", "told")
        .env("BARONG_RECAPTCHA_SECRET_KEY", "kept")
        .env("BARONG_RECAPTCHA_URL", url);
    setup.start().await
}

async fn sign_up(barong: &Barong, captcha: &str) -> Answer {
    let form = [("email", ADA), ("password", STRONG), ("captcha_response", captcha)];
    barong.post("/identity/users", &form).await
}

#[tokio::test]
async fn a_person_is_let_through() {
    let server = recaptcha("user_create", &format!("{}/verify", provider().await)).await;
    let barong = server.client().barong();
    barong
        .create(ADA, STRONG)
        .await
        .expect_keys(400, &["identity.captcha.required"]);
    sign_up(&barong, " ")
        .await
        .expect_keys(400, &["identity.captcha.required"]);
    sign_up(&barong, "no")
        .await
        .expect_keys(422, &["identity.captcha.verification_failed"]);
    sign_up(&barong, "yes").await.expect_session(201);
    // It stands where it is configured, and nowhere else.
    barong.sign_in(ADA).await;
    barong.forget(ADA).await.expect(201);
}

#[rstest]
#[case("session_create", "/identity/sessions")]
#[case("password_reset", "/identity/users/password/generate_code")]
#[case("email_confirmation", "/identity/users/email/generate_code")]
#[tokio::test]
async fn it_stands_where_it_is_configured(#[case] endpoint: &str, #[case] path: &str) {
    let server = recaptcha(endpoint, &format!("{}/verify", provider().await)).await;
    let barong = server.client().barong();
    barong.sign_up(ADA).await;
    let form = |captcha| [("email", ADA), ("password", STRONG), ("captcha_response", captcha)];
    barong
        .post(path, &form(""))
        .await
        .expect_keys(400, &["identity.captcha.required"]);
    barong
        .post(path, &form("no"))
        .await
        .expect_keys(422, &["identity.captcha.verification_failed"]);
    barong.post(path, &form("yes")).await.expect(201);
}

/// Whoever cannot be asked says nothing, and that is no yes.
#[tokio::test]
async fn a_provider_that_is_not_there_lets_nobody_through() {
    let server = recaptcha("user_create", "http://127.0.0.1:1/verify").await;
    let barong = server.client().barong();
    sign_up(&barong, "yes")
        .await
        .expect_keys(422, &["identity.captcha.verification_failed"]);
    let lost = recaptcha("user_create", &format!("{}/nothing", provider().await)).await;
    sign_up(&lost.client().barong(), "yes")
        .await
        .expect_keys(422, &["identity.captcha.verification_failed"]);
}

#[tokio::test]
async fn geetest_begins_with_a_challenge_and_ends_with_three_texts() {
    let setup = Server::setup()
        .env("BARONG_CAPTCHA", "geetest")
        .env("BARONG_GEETEST_ID", "our id")
        .env("BARONG_GEETEST_KEY", "kept")
        .env("BARONG_GEETEST_URL", provider().await);
    let server = setup.start().await;
    let barong = server.client().barong();
    let begun = json!({ "gt": "our id", "challenge": md5("a questionkept") });
    barong
        .get("/identity/users/register_geetest")
        .await
        .expect_json(200, &begun);

    let body = |captcha: serde_json::Value| json!({ "email": ADA, "password": STRONG, "captcha_response": captcha });
    let create = async |captcha| barong.post_json("/identity/users", &body(captcha)).await;
    let right = md5("keptgeetestasked");
    let answer = |validate: &str| json!({ "geetest_challenge": "asked", "geetest_validate": validate, "geetest_seccode": "code" });
    create(json!(null))
        .await
        .expect_keys(400, &["identity.captcha.required"]);
    create(json!("text"))
        .await
        .expect_keys(400, &["identity.captcha.mandatory_fields"]);
    create(json!({ "geetest_challenge": "asked" }))
        .await
        .expect_keys(400, &["identity.captcha.mandatory_fields"]);
    create(answer("wrong"))
        .await
        .expect_keys(422, &["identity.captcha.verification_failed"]);
    create(answer(&right)).await.expect_session(201);
    // The same as a form.
    let form = [
        ("email", "bob@example.com"),
        ("password", STRONG),
        ("captcha_response[geetest_challenge]", "asked"),
        ("captcha_response[geetest_validate]", &right),
        ("captcha_response[geetest_seccode]", "code"),
    ];
    barong.post("/identity/users", &form).await.expect_session(201);
}
