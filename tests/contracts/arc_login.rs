//! login and login-token: who gets a code or tokens, and who is told what.

use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::arc::login;
use tests::client::{claims, header_of};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::{PASSWORD, Server};

use super::{set_state, user_of};

const ADA: &str = "Ada@example.com";

#[rstest]
#[tokio::test]
async fn a_code_for_a_password(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let answer = arc.login("ADA@EXAMPLE.COM", PASSWORD).await.expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let answer = answer.json();
    let code = answer["code"].as_str().unwrap();
    assert_eq!(answer, json!({ "code": code }));
    assert_eq!(code.len(), 64);
    assert!(!format!("{:?}", server.dump().await).contains(code), "kept as a hash");
}

#[rstest]
#[tokio::test]
async fn tokens_for_a_password(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let request = arc.0.request(http::Method::POST, "/auth/login-token");
    let request = request
        .header("device_id", "a telephone")
        .header("user-agent", "tests/1.0");
    let pair = arc.0.send(request.json(&login(ADA, PASSWORD))).await.expect_pair();
    let now = server.clock.read().as_second();
    let claims = claims(&pair.access);
    assert_eq!(
        claims["deviceInfo"],
        json!({ "userAgent": "tests/1.0", "deviceId": "a telephone" })
    );
    assert_eq!((&claims["iss"], &claims["iat"]), (&json!("arc"), &json!(now)));
    assert_eq!(claims["exp"], now + 900);
    assert_eq!(pair.expires, (now + 900) * 1000);
    for absent in ["sub", "aud", "nbf", "authClientIds", "age", "password"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
    let header = header_of(&pair.access);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("arc+jwt")));
    assert!(header["kid"].is_string());
    assert_eq!(pair.refresh.len(), 64);
    assert!(pair.refresh.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let kept = format!("{:?}", server.dump().await);
    assert!(!kept.contains(&pair.refresh) && !kept.contains(&pair.access));
    arc.me(&pair.access).await.expect(200);
}

#[rstest]
#[case("/auth/login")]
#[case("/auth/login-token")]
#[tokio::test]
async fn the_order_of_checks(#[case] path: &str) {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let with = |changes: Value| {
        let mut body = login(ADA, PASSWORD);
        let members = changes.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members);
        body
    };
    // No body at all; an empty object.
    let none = arc.0.send(arc.0.request(http::Method::POST, path)).await;
    none.expect_said_by_handler(401, "Unauthorized");
    let wanted = [("", "required"); 3];
    arc.post(path, &json!({})).await.expect_violations(&wanted);
    // The schema comes before the client, the client before the user.
    let body = with(json!({ "client_id": "nobody", "username": 7 }));
    arc.post(path, &body).await.expect_violations(&[("/username", "type")]);
    let body = with(json!({ "client_secret": "wrong", "x": 1 }));
    arc.post(path, &body)
        .await
        .expect_violations(&[("", "additionalProperties")]);
    for change in [
        json!({ "client_id": "nobody" }),
        json!({ "client_id": "" }),
        json!({ "client_id": "x".repeat(10_000) }),
        json!({ "client_secret": "wrong" }),
        json!({ "client_secret": "" }),
    ] {
        for password in [PASSWORD, "wrong"] {
            let mut body = with(change.clone());
            body["password"] = json!(password);
            let answer = arc.post(path, &body).await;
            answer.expect_said_by_check(401, "Client Verification Failed");
        }
    }
    for change in [
        json!({ "password": "wrong" }),
        json!({ "password": "" }),
        json!({ "password": "x".repeat(5000) }),
        json!({ "username": "nobody@example.com" }),
        json!({ "username": "" }),
    ] {
        let answer = arc.post(path, &with(change)).await;
        answer.expect_said_by_check(401, "Invalid Credentials");
    }
    // Only a public client may leave its secret out.
    let mut body = login(ADA, PASSWORD);
    body.as_object_mut().unwrap().remove("client_secret");
    arc.post(path, &body).await.expect_violations(&[("", "required")]);
}

#[rstest]
#[case(State::Unactivated, 400, "User not active yet", false)]
#[case(State::Inactive, 401, "UserInactive", true)]
// So that a lock ends the guessing.
#[case(State::Locked, 401, "Invalid Credentials", true)]
#[case(State::Banned, 401, "Invalid Credentials", true)]
#[tokio::test]
async fn who_is_switched_off(
    #[values("/auth/login", "/auth/login-token")] path: &str,
    #[case] state: State,
    #[case] status: u16,
    #[case] message: &str,
    #[case] by_check: bool,
) {
    let server = Server::start().await;
    let arc = server.client().arc();
    let engine = arc.0.join(ADA).await;
    set_state(&server, user_of(&engine), state).await;
    let right = arc.post(path, &login(ADA, PASSWORD)).await;
    match by_check {
        true => right.expect_said_by_check(status, message),
        false => right.expect_said_by_handler(status, message),
    };
    let wrong = arc.post(path, &login(ADA, "wrong")).await;
    wrong.expect_said_by_check(401, "Invalid Credentials");
}

#[tokio::test]
async fn a_client_is_for_who_may_use_it() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    server.managing().await.make("other").await;
    let body = |email: &str, password: &str| json!({ "client_id": "other", "client_secret": "one secret", "username": email, "password": password });
    let answer = arc.post("/auth/login", &body(ADA, PASSWORD)).await;
    answer.expect_said_by_handler(401, "Client Invalid");
    let answer = arc.post("/auth/login-token", &body(ADA, PASSWORD)).await;
    answer.expect_said_by_check(401, "Client Invalid");
    // Whoever does not know the password is not told.
    let answer = arc.post("/auth/login", &body(ADA, "wrong")).await;
    answer.expect_said_by_check(401, "Invalid Credentials");
    // Those who manage clients may use all of them.
    let admin = body(tests::server::ADMIN, tests::server::ADMIN_PASSWORD);
    arc.post("/auth/login-token", &admin).await.expect_pair();
    // A role of the home organization names the clients of its holders.
    let root = arc.0.admin().await;
    let home = "00000000000000000000000000";
    let role = json!({ "name": "Tester", "extraAttrs": { "allowedClients": ["other"] } });
    let role = arc
        .0
        .call_in(home, http::Method::POST, "/api/v1/roles", &root, &role)
        .await;
    let role = role.expect(201).json()["id"].as_str().unwrap().to_owned();
    let ada = arc.0.sign_in(ADA).await;
    arc.0
        .bind(&root, home, &user_of(&ada).to_string(), &role)
        .await
        .expect(200);
    let pair = arc.post("/auth/login-token", &body(ADA, PASSWORD)).await.expect_pair();
    let claims = claims(&pair.access);
    assert_eq!(
        (&claims["role"], &claims["client_id"]),
        (&json!("Tester"), &json!("other"))
    );
    assert_ne!(claims["authClientId"], 1);
}

async fn limited(name: &str, limit: &str) -> Server {
    let setup = Server::setup().env("THROTTLE", "on");
    setup.env(name, limit).start().await
}

/// The counters are those of every other sign-in.
#[tokio::test]
async fn guesses_are_limited() {
    let server = limited("THROTTLE_SIGNIN_ACCOUNT", "3/900").await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    for email in [ADA, "nobody@example.com"] {
        arc.login(email, "wrong").await.expect(401);
        arc.login_token(email, "wrong").await.expect(401);
        arc.0.sign_in_with(email, "wrong").await.expect(401);
        let answer = arc.login(email, PASSWORD).await.expect(429);
        assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
        assert_eq!(answer.json()["error"]["name"], "TooManyRequestsError");
    }
}

/// `client_secret` and all else stands in the body, never in Authorization or the query.
#[tokio::test]
async fn a_client_says_who_it_is_in_the_body() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let request = arc.0.request(http::Method::POST, "/auth/login");
    let request = request.basic_auth(CLIENT_ID, Some(CLIENT_SECRET));
    let body = json!({ "username": ADA, "password": PASSWORD });
    arc.0
        .send(request.json(&body))
        .await
        .expect_violations(&[("", "required")]);
}
