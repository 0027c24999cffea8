//! public-register and users-register.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::user_with;

const ADA: &str = "Ada@example.com";

fn body() -> Value {
    json!({ "name": "Ada Lovelace", "email": ADA, "password": PASSWORD })
}

fn with(name: &str, value: Value) -> Value {
    let mut body = body();
    body[name] = value;
    body
}

#[rstest]
#[tokio::test]
async fn makes_an_account_that_waits_for_its_activation_and_mails_the_link(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[values("/public/register", "/users/register")] path: &str,
) {
    let Some(server) = Server::on(table).await else { return };
    let identity = server.client().identity();
    let answer = identity.post(path, &body()).await;
    answer.expect_said(200, "User Registered");

    let mails = server.client().mails("ada@example.com").await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(
        (&mail["to"], &mail["subject"]),
        (&json!(ADA), &json!("Confirm your e-mail address"))
    );
    let link = identity.link("ada@example.com").await;
    let public = format!("{}/account/activate/{}/{}", server.local.url, link.uid, link.code);
    assert!(mail["text"].as_str().unwrap().contains(&public), "{mail}");
    assert!(link.code.len() == 32 && link.code.bytes().all(|byte| byte.is_ascii_hexdigit()));

    let user = user_with(&server, &link.uid).await;
    assert_eq!(user.state, State::Unactivated);
    assert_eq!((user.email_confirmed_at, user.reset_password), (None, false));
    identity
        .authenticate(ADA, PASSWORD)
        .await
        .expect_said(403, "User Not Active");
}

#[rstest]
#[case::no_name(with("name", Value::Null))]
#[case::empty_name(with("name", json!("")))]
#[case::blank_name(with("name", json!("  ")))]
#[case::long_name(with("name", json!("x".repeat(151))))]
#[case::name_of_two_lines(with("name", json!("Ada\nLovelace")))]
#[case::no_email(with("email", Value::Null))]
#[case::no_address(with("email", json!("ada")))]
#[case::two_addresses(with("email", json!("ada@example.com,eve@example.com")))]
#[case::no_password(with("password", Value::Null))]
#[case::empty_password(with("password", json!("")))]
#[case::short_password(with("password", json!("s3cretx")))]
#[case::common_password(with("password", json!("password123")))]
#[case::personal_password(with("password", json!("adalovelace")))]
#[case::endless_password(with("password", json!("x".repeat(2000))))]
#[case::nothing(json!({}))]
#[tokio::test]
async fn what_cannot_be_registered_is_the_same_400(#[case] body: Value) {
    let server = Server::start().await;
    let before = server.dump().await.len();
    let answer = server.client().identity().post("/public/register", &body).await;
    answer.expect_said(400, "Error Registering");
    assert_eq!(server.dump().await.len(), before);
}

#[rstest]
#[case::name(with("name", json!(1)))]
#[case::email(with("email", json!(["a@example.com"])))]
#[case::password(with("password", json!(12_345_678)))]
#[case::reset_password(with("reset_password", json!("true")))]
#[case::an_array(json!([]))]
#[tokio::test]
async fn a_wrong_type_is_an_invalid_request(#[case] body: Value) {
    let server = Server::start().await;
    let answer = server.client().identity().post("/public/register", &body).await;
    answer.expect_said(400, "Invalid Request");
}

#[tokio::test]
async fn a_password_of_8_is_enough_and_of_more_where_configuration_says_so() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let eight = with("password", json!("Xq7#vT2k"));
    identity.post("/public/register", &eight).await.expect(200);
    let strict = Server::setup().env("PASSWORD_MIN_LENGTH", "15").start().await;
    let answer = strict.client().identity().post("/public/register", &eight).await;
    answer.expect_said(400, "Error Registering");
}

#[rstest]
#[tokio::test]
async fn a_taken_address_is_the_same_400_whoever_made_the_account(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    client.sign_up("grace@example.com").await;
    identity.join("bob@example.com").await;
    identity.register("eve@example.com").await;
    let mails = client.mails("eve@example.com").await.len();
    for email in ["Grace@Example.com", "BOB@example.com", " eve@example.com "] {
        let answer = identity.post("/public/register", &with("email", json!(email))).await;
        answer.expect_said(400, "Error Registering");
    }
    // And engine's sign-up finds it taken.
    let body = json!({ "email": "EVE@example.com", "password": PASSWORD, "firstName": "Eve", "lastName": "X" });
    client
        .post("/api/v1/signup", &body)
        .await
        .expect_engine_error(400, &["email"]);
    assert_eq!(
        client.mails("eve@example.com").await.len(),
        mails,
        "nobody is mailed again"
    );
}

/// A registration that nobody confirmed keeps an address for a day, not for ever.
#[rstest]
#[tokio::test]
async fn a_registration_that_lapsed_makes_room(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    identity.register(ADA).await;
    let old = identity.link(ADA).await;
    server.clock.advance(Duration::from_secs(24 * 3600 - 1));
    let again = json!({
        "name": "Augusta", "email": "ada@example.com", "password": "another long phrase", "reset_password": true,
    });
    let answer = identity.post("/public/register", &again).await;
    answer.expect_said(400, "Error Registering");

    server.clock.advance(Duration::from_secs(1));
    identity.post("/public/register", &again).await.expect(200);
    let link = identity.link(ADA).await;
    assert_eq!(link.uid, old.uid, "the same account");
    identity.activate(&old).await.expect_json(404, &json!(false));
    identity.activate(&link).await.expect_json(200, &json!(true));
    identity
        .authenticate(ADA, PASSWORD)
        .await
        .expect_said(401, "Invalid Credentials");
    let answer = identity
        .authenticate(ADA, "another long phrase")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&answer["name"], &answer["email"]),
        (&json!("Augusta"), &json!("ada@example.com"))
    );
    assert_eq!(answer["reset_password"], true);
    // In use: it makes no room any more.
    server.clock.advance(Duration::from_secs(48 * 3600));
    let answer = identity.post("/public/register", &again).await;
    answer.expect_said(400, "Error Registering");
    assert_eq!(client.mails(ADA).await.len(), 2);
}

#[tokio::test]
async fn a_void_code_makes_room_as_well() {
    let server = Server::start().await;
    let identity = server.client().identity();
    identity.register(ADA).await;
    let link = identity.link(ADA).await;
    for _ in 0..5 {
        identity
            .get(&format!("/public/activate/{}/wrong", link.uid))
            .await
            .expect(404);
    }
    identity.activate(&link).await.expect(404);
    // So that the newest mail is the second.
    server.clock.advance(Duration::from_secs(1));
    identity.register(ADA).await;
    identity.activate(&identity.link(ADA).await).await.expect(200);
}

/// The name is one text here, and two on engine; neither loses any of it.
#[rstest]
#[case("Ada Lovelace", "Ada", "Lovelace")]
#[case("Juan de la Cruz", "Juan", "de la Cruz")]
#[case("Plato", "Plato", "")]
#[case(" Ada  King ", " Ada", " King ")]
#[case(&"x".repeat(150), &"x".repeat(150), "")]
#[tokio::test]
async fn a_name_is_kept_as_it_is(#[case] name: &str, #[case] first: &str, #[case] last: &str) {
    let server = Server::start().await;
    let (client, identity) = (server.client(), server.client().identity());
    identity
        .post("/public/register", &with("name", json!(name)))
        .await
        .expect(200);
    identity.activate(&identity.link(ADA).await).await.expect(200);
    let answer = identity.authenticate(ADA, PASSWORD).await.expect(200).json();
    assert_eq!(answer["name"], name);
    let profile = client.me(&client.sign_in(ADA).await).await.expect(200).json()["profile"].clone();
    assert_eq!(
        (&profile["firstName"], &profile["lastName"]),
        (&json!(first), &json!(last))
    );
}

#[tokio::test]
async fn mails_to_one_address_and_registrations_from_one_client_are_limited() {
    let limits = [
        ("THROTTLE", "on"),
        ("THROTTLE_REGISTER_ACCOUNT", "2/3600"),
        ("THROTTLE_SIGNUP_ADDRESS", "4/3600"),
    ];
    let setup = limits
        .iter()
        .fold(Server::setup(), |setup, (name, value)| setup.env(name, *value));
    let server = setup.start().await;
    let identity = server.client().identity();
    for (email, status) in [
        (ADA, 200),
        ("ADA@example.com", 400),
        (ADA, 429),
        ("bob@example.com", 200),
        ("eve@example.com", 429),
    ] {
        let answer = identity.post("/public/register", &with("email", json!(email))).await;
        let answer = answer.expect(status);
        if status == 429 {
            let answer = answer.expect_said(429, "Too Many Requests");
            assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() <= 3600);
        }
    }
}
