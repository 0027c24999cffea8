//! identity.sessions.create for somebody who has switched codes of an authenticator app on.

use std::time::Duration;

use shared::activity::{Activity, Outcome};
use shared::credentials::totp::enrolment;
use shared::ids::UserId;
use shared::sessions::Origin;
use shared::store::Query;
use shared::store::record::{read, read_optional};
use tests::barong::{Barong, STRONG};
use tests::totp::{Codes, another};
use tests::{Answer, Server};

const ADA: &str = "ada@example.com";

/// Switches the codes of `user` on; the code of now is used then.
pub async fn switch_on(server: &Server, user: UserId) -> Codes {
    let app = server.app();
    let origin = Origin::new("127.0.0.1".parse().unwrap(), "");
    let [kept] = app.store.get([shared::accounts::User::key_of(user)]).await.unwrap();
    let kept = read_optional::<shared::accounts::User>(kept).unwrap().unwrap();
    let shown = enrolment::begin(app, &kept, &origin, |_| {}).await.unwrap();
    let codes = Codes::scan(&shown.png);
    enrolment::enable(app, user, &codes.now(server), None, &origin)
        .await
        .unwrap();
    codes
}

/// Entries of one moment have no order: each attempt has a moment of its own.
async fn enter(server: &Server, barong: &Barong, password: &str, code: &str) -> Answer {
    server.clock.advance(Duration::from_millis(1));
    let form = [("email", ADA), ("password", password), ("otp_code", code)];
    barong.post("/identity/sessions", &form).await
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_and_taken_once() {
    let server = Server::start().await;
    let (client, barong) = (server.client(), server.client().barong());
    barong.sign_up(ADA).await;
    let id = super::user_of(&client.sign_in_with(ADA, STRONG).await.expect(200).text());
    let codes = switch_on(&server, id).await;
    server.clock.advance(Duration::from_secs(60));
    let code = codes.now(&server);

    barong
        .enter(ADA, STRONG)
        .await
        .expect_keys(401, &["identity.session.missing_otp"]);
    enter(&server, &barong, STRONG, " ")
        .await
        .expect_keys(401, &["identity.session.missing_otp"]);
    enter(&server, &barong, STRONG, &another(&code))
        .await
        .expect_keys(403, &["identity.session.invalid_otp"]);
    enter(&server, &barong, "wrong", &code)
        .await
        .expect_keys(401, &["identity.session.invalid_params"]);
    let session = enter(&server, &barong, STRONG, &code).await.expect_session(201);
    assert_eq!(session.user["otp"], true);
    enter(&server, &barong, STRONG, &code)
        .await
        .expect_keys(422, &["totp.error"]);

    let log = Query::partition(format!("ACTIVITY#{id}"));
    let log = server.app().store.query_to_end(log).await.unwrap();
    let log = log.into_iter().map(|item| read::<Activity>(item).unwrap());
    let failed: Vec<String> = log
        .filter(|entry| entry.outcome == Outcome::Failed)
        .map(|entry| entry.action)
        .collect();
    assert_eq!(
        failed,
        ["login::2fa", "login", "login::2fa"],
        "a missing code is no failure"
    );
}
