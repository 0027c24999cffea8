//! identity.ping, .time, .version, .configs, .password.validate, .users.register_geetest; bodies, bases, origins.

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::barong::STRONG;

#[tokio::test]
async fn what_anybody_may_ask_is_the_same_under_both_bases() {
    let server = Server::setup()
        .env("GIT_SHA", "0123abc")
        .env("BUILD_DATE", "2026-02-01T00:00:00Z")
        .start()
        .await;
    let barong = server.client().barong();
    for barong in [barong.clone(), barong.shown()] {
        barong
            .get("/identity/ping")
            .await
            .expect_json(200, &json!({ "ping": "pong" }));
        let now = server.app().clock.now().as_second();
        barong
            .get("/identity/time")
            .await
            .expect_json(200, &json!({ "time": now }));
        let version = json!({
            "git_tag": "2.4.17", "git_sha": "0123abc", "build_date": "2026-02-01T00:00:00Z", "version": "2.4.17",
        });
        barong.get("/identity/version").await.expect_json(200, &version);
        let regexp = "(?-mix:^(?=.*[[:lower:]])(?=.*[[:upper:]])(?=.*[[:digit:]])(?=.*[[:graph:]]).{8,80}$)";
        let configs = json!({
            "session_expire_time": 1800, "captcha_type": "none", "phone_verification_type": "twilio_sms",
            "password_min_entropy": 14, "password_regexp": regexp,
        });
        barong.get("/identity/configs").await.expect_json(200, &configs);
        barong
            .get("/identity/users/register_geetest")
            .await
            .expect_json(200, &json!(""));
        barong
            .sign_up(&format!("{}@example.com", server.app().random.u128()))
            .await;
    }
}

#[tokio::test]
async fn clients_are_told_what_is_configured() {
    let setup = Server::setup()
        .env("BARONG_CAPTCHA", "recaptcha")
        .env("BARONG_RECAPTCHA_SITE_KEY", "site")
        .env("BARONG_RECAPTCHA_SECRET_KEY", "secret")
        .env("BARONG_SESSION_EXPIRE_TIME", "60")
        .env("BARONG_PASSWORD_REGEXP", "^.{9,}$");
    let server = setup.start().await;
    let answer = server.client().barong().get("/identity/configs").await.expect(200);
    let configs = answer.json();
    assert_eq!(
        (&configs["captcha_type"], &configs["captcha_id"]),
        (&json!("recaptcha"), &json!("site"))
    );
    assert_eq!(
        (&configs["session_expire_time"], &configs["password_regexp"]),
        (&json!(60), &json!("(?-mix:^.{9,}$)"))
    );
    assert!(!answer.text().contains("secret"));
}

#[rstest]
#[case("Tecohvi0", json!(16))]
#[case("", json!(-2))]
#[case("  ", json!(5.5))]
#[case("aaa", json!(4.625))]
#[tokio::test]
async fn a_password_is_scored(#[case] password: &str, #[case] entropy: serde_json::Value) {
    let server = Server::start().await;
    let answer = server
        .client()
        .barong()
        .post("/identity/password/validate", &[("password", password)])
        .await;
    answer.expect_json(201, &json!({ "entropy": entropy }));
}

#[tokio::test]
async fn a_password_is_needed_to_be_scored() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let path = "/identity/password/validate";
    barong
        .post(path, &[])
        .await
        .expect_keys(422, &["identity.general.missing_password"]);
    barong
        .post(path, &[("password", &"x".repeat(2000))])
        .await
        .expect_keys(422, &["password.too_long"]);
}

/// Query, form, multipart and JSON are one set of parameters.
#[tokio::test]
async fn a_body_may_be_written_in_any_way() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let path = "/identity/password/validate";
    let wanted = json!({ "entropy": 16 });
    barong
        .post_json(path, &json!({ "password": "Tecohvi0" }))
        .await
        .expect_json(201, &wanted);
    let parts = reqwest::multipart::Form::new().text("password", "Tecohvi0");
    let request = barong.request(Method::POST, path).multipart(parts);
    barong.send(request).await.expect_json(201, &wanted);
    barong
        .post(&format!("{path}?password=Tecohvi0"), &[])
        .await
        .expect_json(201, &wanted);
    // Where both name it, the body counts.
    barong
        .post(&format!("{path}?password=x"), &[("password", "Tecohvi0")])
        .await
        .expect_json(201, &wanted);
}

#[tokio::test]
async fn what_cannot_be_read_has_a_key() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let json = |body: &'static str| {
        let request = barong.request(Method::POST, "/identity/sessions");
        request.header("content-type", "application/json").body(body)
    };
    for body in ["{", "[]", "null", "\"x\"", "{} {}"] {
        barong.send(json(body)).await.expect_keys(400, &["record.invalid_body"]);
    }
    let large = format!("password={}", "x".repeat(1 << 20));
    let request = barong.request(Method::POST, "/identity/password/validate");
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(large);
    barong.send(request).await.expect_keys(413, &["record.too_large"]);
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods() {
    let server = Server::start().await;
    for barong in [server.client().barong(), server.client().barong().shown()] {
        let unknown = json!({ "error": "Route is not found" });
        barong.get("/identity/nothing").await.expect_json(404, &unknown);
        barong.get("/").await.expect_json(404, &unknown);
        let answer = barong.get("/identity/sessions").await.expect(405);
        assert_eq!(answer.json(), json!({ "errors": ["method.not_allowed"] }));
        assert_eq!(answer.header("allow"), Some("POST,DELETE"));
    }
}

#[tokio::test]
async fn pages_of_any_origin_may_read_answers_and_errors() {
    let server = Server::start().await;
    let barong = server.client().barong();
    let from = |method, path| barong.request(method, path).header("origin", "https://app.example.com");
    for (request, status) in [
        (from(Method::GET, "/identity/ping"), 200),
        (from(Method::DELETE, "/identity/sessions"), 404),
    ] {
        let answer = barong.send(request).await.expect(status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("false"));
        assert_eq!(answer.header("access-control-max-age"), Some("3600"));
    }
    let preflight = from(Method::OPTIONS, "/identity/sessions").header("access-control-request-method", "POST");
    let answer = barong.send(preflight).await.expect(204);
    let methods = "GET, POST, DELETE, PUT, PATCH, OPTIONS, HEAD";
    assert_eq!(answer.header("access-control-allow-methods"), Some(methods));
    assert!(
        answer
            .header("access-control-allow-headers")
            .unwrap()
            .contains("X-CSRF-Token")
    );
}

#[tokio::test]
async fn an_unknown_origin_is_served_and_reads_nothing() {
    let setup = Server::setup()
        .env("BARONG_API_CORS_ORIGINS", "https://app.example.com")
        .env("BARONG_API_CORS_ALLOW_CREDENTIALS", "true");
    let server = setup.start().await;
    let barong = server.client().barong();
    let ask = async |origin: &str| {
        barong
            .send(barong.request(Method::GET, "/identity/ping").header("origin", origin))
            .await
    };
    let known = ask("https://app.example.com").await.expect(200);
    assert_eq!(
        known.header("access-control-allow-origin"),
        Some("https://app.example.com")
    );
    assert_eq!(known.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(known.header("vary"), Some("Origin"));
    let unknown = ask("https://evil.example.com").await.expect(200);
    assert_eq!(unknown.header("access-control-allow-origin"), None);
}

/// The statuses of the original program, for clients that were made for it.
#[tokio::test]
async fn statuses_may_be_those_of_the_original() {
    let server = Server::setup().env("BARONG_STATUS_CODES", "runtime").start().await;
    let barong = server.client().barong();
    barong.sign_up("ada@example.com").await;
    let session = barong.enter("ada@example.com", STRONG).await.expect_session(200);
    let answer = barong.call(Method::DELETE, "/identity/sessions", &session.cookie).await;
    answer.expect_json(200, &json!(200));
}
