//! The social operations: there and back through each of the five, and who is told what.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::State;
use shared::ids::{AsUuid, UserId};
use tests::Server;
use tests::client::claims;
use tests::provider::{Person, Provider, SECRET, Twist, US};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::traveller::{HOME, PROVIDERS, form, me};
use url::Url;

use super::set_state;

/// A provider, and a server whose first client has a place that people are sent back to.
pub async fn at_home() -> (Provider, Server) {
    at_home_on(Embedded).await.unwrap()
}

async fn at_home_on(table: Table) -> Option<(Provider, Server)> {
    let provider = Provider::start().await;
    let server = provider.serves(Server::setup()).start_on(table).await?;
    server.receives_people_at(HOME).await;
    Some((provider, server))
}

/// Somebody who is nobody else at another provider.
pub fn somebody(path: &str) -> Person {
    Person::new("4711", &format!("{}@example.com", path.replace('/', "_")))
}

/// Whose access token of arc this is.
pub fn owner_of(access: &str) -> UserId {
    let AsUuid(id) = AsUuid::<UserId>::parse(claims(access)["id"].as_str().unwrap()).unwrap();
    id
}

#[rstest]
#[tokio::test]
async fn somebody_new_gets_an_account_and_comes_back_to_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some((provider, server)) = at_home_on(table).await else {
        return;
    };
    for (number, path) in PROVIDERS.into_iter().enumerate() {
        let email = format!("Ada{number}@example.com");
        provider.vouches_for(Person::new(&format!("subject {number}"), &email));
        let traveller = server.traveller();
        let first = traveller.signs_in(&server, path).await;
        let shown = me(&server, &first).await;
        assert_eq!(shown["email"], email, "{path}");
        // Apple's form tells another name than its token, and only the first time.
        let name = match path {
            "/auth/oauth-apple" => "Augusta",
            "/auth/instagram" => "ada",
            _ => "Ada",
        };
        assert_eq!(shown["firstName"], name, "{path}");
        // Another address at the provider is another address at the provider.
        provider.vouches_for(Person::new(&format!("subject {number}"), "elsewhere@example.com"));
        let again = traveller.signs_in(&server, path).await;
        assert_eq!(owner_of(&first.access), owner_of(&again.access), "{path}");
        assert_eq!(me(&server, &again).await["email"], email, "{path}");
    }
}

#[tokio::test]
async fn what_a_provider_is_asked_with() {
    let (_provider, server) = at_home().await;
    for path in PROVIDERS {
        let answer = server.traveller().begins(path).await.expect(302);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("set-cookie"), None, "whoever asks is no browser");
        let url = Url::parse(answer.header("location").unwrap()).unwrap();
        let asked = |name: &str| {
            let mut pairs = url.query_pairs().filter(|(known, _)| known == name);
            pairs.next().map(|(_, value)| value.into_owned())
        };
        assert_eq!(asked("response_type").as_deref(), Some("code"));
        assert_eq!(asked("client_id").as_deref(), Some(US));
        assert_eq!(asked("code_challenge_method").as_deref(), Some("S256"));
        for (secret, is_there) in [
            ("state", true),
            ("code_challenge", true),
            ("nonce", !["/auth/facebook", "/auth/instagram"].contains(&path)),
        ] {
            assert_eq!(
                asked(secret).map(|secret| secret.len()),
                is_there.then_some(43),
                "{path} {secret}"
            );
        }
        let (back, scope, mode) = match path {
            "/auth/google" => ("/auth/google-auth-redirect", "openid profile email", None),
            "/auth/facebook" => ("/auth/facebook-auth-redirect", "email", None),
            "/auth/instagram" => ("/auth/instagram-auth-redirect", "instagram_business_basic", None),
            "/auth/oauth-apple" => ("/auth/apple-oauth-redirect", "name email", Some("form_post")),
            _ => ("/auth/keycloak-auth-redirect", "openid", None),
        };
        assert_eq!(
            asked("redirect_uri").unwrap(),
            format!("{}{back}", server.client().url())
        );
        assert_eq!(
            (asked("scope").as_deref(), asked("response_mode").as_deref()),
            (Some(scope), mode)
        );
        for told in [CLIENT_ID, CLIENT_SECRET, SECRET] {
            assert!(!url.as_str().contains(told), "{path}");
        }
    }
}

#[tokio::test]
async fn who_may_begin() {
    let (_provider, server) = at_home().await;
    let traveller = server.traveller();
    for path in PROVIDERS {
        traveller.posts(path, "").await.expect_violations(&[("", "required")]);
        traveller
            .posts(path, &form(&[("client_secret", CLIENT_SECRET), ("more", "x")]))
            .await
            .expect_violations(&[("", "required"), ("", "additionalProperties")]);
        traveller
            .posts(path, &form(&[("client_id", CLIENT_ID)]))
            .await
            .expect_violations(&[("", "required")]);
        let twice = form(&[
            ("client_id", CLIENT_ID),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
        ]);
        traveller
            .posts(path, &twice)
            .await
            .expect_violations(&[("/client_id", "type")]);
        let long = "s".repeat(501);
        let long = form(&[
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("state", &long),
        ]);
        traveller
            .posts(path, &long)
            .await
            .expect_violations(&[("/state", "maxLength")]);
        for (id, secret) in [(CLIENT_ID, "wrong"), ("nobody", CLIENT_SECRET)] {
            let refused = traveller
                .posts(path, &form(&[("client_id", id), ("client_secret", secret)]))
                .await;
            refused.expect_said_by_check(401, "Client Verification Failed");
        }
        let json = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
        let refused = server.client().post(path, &json).await;
        refused.expect_said_by_handler(415, &format!("Content-type application/json does not match [{FORM}]."));
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn the_deprecated_way_to_begin() {
    let (provider, server) = at_home().await;
    let traveller = server.traveller();
    for path in ["/auth/google", "/auth/keycloak"] {
        provider.vouches_for(somebody(path));
        let said = form(&[("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)]);
        let begun = traveller.goes(&format!("{path}?{said}")).await;
        let arrival = traveller.at_provider(&begun).await;
        traveller.comes_back(&arrival).await.code_at(HOME);
        traveller.goes(path).await.expect_said_by_handler(401, "Unauthorized");
        let wrong = traveller
            .goes(&format!("{path}?client_id=nobody&client_secret=x"))
            .await;
        wrong.expect_said_by_check(401, "Client Verification Failed");
        let missing = traveller
            .goes(&format!("{path}?{}", form(&[("client_id", CLIENT_ID)])))
            .await;
        missing.expect_said_by_check(401, "Client Verification Failed");
    }
    for path in ["/auth/facebook", "/auth/instagram", "/auth/oauth-apple"] {
        traveller
            .goes(path)
            .await
            .expect_said_by_handler(404, "API not found !");
    }
}

#[tokio::test]
async fn a_provider_that_is_not_configured_is_not_there() {
    let server = Server::start().await;
    let traveller = server.traveller();
    for path in PROVIDERS {
        traveller
            .begins(path)
            .await
            .expect_said_by_handler(404, "Provider not configured");
        traveller
            .posts(path, "")
            .await
            .expect_said_by_handler(404, "Provider not configured");
    }
    for path in [
        "/auth/google-auth-redirect",
        "/auth/facebook-auth-redirect",
        "/auth/instagram-auth-redirect",
        "/auth/apple-oauth-redirect",
        "/auth/keycloak-auth-redirect",
        "/auth/google?client_id=x",
        "/auth/keycloak?client_id=x",
    ] {
        traveller
            .goes(path)
            .await
            .expect_said_by_handler(404, "Provider not configured");
    }
    let refused = traveller.posts("/auth/apple-oauth-redirect", "x=y").await;
    refused.expect_said_by_handler(404, "Provider not configured");
}

#[tokio::test]
async fn a_client_gets_back_what_it_sent_and_the_code_is_for_it() {
    let (_provider, server) = at_home().await;
    let traveller = server.traveller();
    let said = [
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("state", "a b&code=x"),
    ];
    let begun = traveller.posts("/auth/google", &form(&said)).await;
    let arrival = traveller.at_provider(&begun).await;
    let answer = traveller.comes_back(&arrival).await.expect(302);
    let location = Url::parse(answer.header("location").unwrap()).unwrap();
    let pairs: Vec<(String, String)> = location.query_pairs().into_owned().collect();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["from", "code", "state"]);
    assert_eq!(pairs[2].1, "a b&code=x");
    let arc = server.client().arc();
    let body = json!({ "code": pairs[1].1, "clientId": "another" });
    arc.post("/auth/token", &body)
        .await
        .expect_said_by_handler(401, "Client Invalid");
    arc.exchange(&pairs[1].1).await.expect_pair();
    arc.exchange(&pairs[1].1)
        .await
        .expect_said_by_handler(401, "Code Expired");
}

#[tokio::test]
async fn a_client_without_a_place_gets_nobody() {
    let provider = Provider::start().await;
    let server = provider.serves(Server::setup()).start().await;
    let refused = server.traveller().travels("/auth/google").await;
    refused.expect_said_by_handler(401, "Client Invalid");
    assert_eq!(provider.forms("/token"), [], "the provider is not asked");
    let traveller = server.traveller();
    let begun = traveller.begins("/auth/google").await;
    let arrival = traveller.at_provider(&begun).await;
    // The place counts that is there when somebody comes back.
    server.receives_people_at("https://other.example.com/").await;
    traveller
        .comes_back(&arrival)
        .await
        .code_at("https://other.example.com/");
}

#[tokio::test]
async fn a_provider_that_vouches_for_nobody() {
    let (provider, server) = at_home().await;
    for path in PROVIDERS {
        let traveller = server.traveller();
        let begun = traveller.begins(path).await;
        let arrival = traveller.at_provider(&begun).await;
        let neither = traveller.comes_back(&arrival.with("code", None)).await;
        neither.expect_said_by_check(401, "Provider Denied");
    }
    provider.denies();
    for path in PROVIDERS {
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Provider Denied");
    }
}

#[rstest]
#[case::by_verified_false(Some(json!(false)))]
#[case::by_a_text(Some(json!("false")))]
#[case::by_something_else(Some(json!(["true"])))]
#[tokio::test]
async fn an_address_that_is_not_verified_makes_no_account(#[case] verified: Option<Value>) {
    let (provider, server) = at_home().await;
    provider.vouches_for(Person::new("4711", "ada@example.com").verified(verified));
    for path in PROVIDERS {
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Email Not Verified");
    }
    server.client().sign_up("ada@example.com").await;
}

#[tokio::test]
async fn who_has_no_address_gets_no_account_and_who_has_one_keeps_it() {
    let (provider, server) = at_home().await;
    let person = Person::new("4711", "ada@example.com");
    for path in PROVIDERS {
        provider.vouches_for(person.clone().without_email());
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Email Not Verified");
    }
    // Of a provider that has no word for it, an address is believed; of one that has, it is not.
    provider.vouches_for(person.clone().verified(None));
    for path in ["/auth/google", "/auth/oauth-apple", "/auth/keycloak"] {
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Email Not Verified");
    }
    let first = server.traveller().signs_in(&server, "/auth/facebook").await;
    provider.vouches_for(person.without_email());
    let again = server.traveller().signs_in(&server, "/auth/facebook").await;
    assert_eq!(owner_of(&first.access), owner_of(&again.access));
}

#[tokio::test]
async fn userinfo_is_asked_where_the_token_shows_no_address() {
    let (provider, server) = at_home().await;
    provider.twists(Twist::Terse);
    for (number, path) in ["/auth/google", "/auth/keycloak"].into_iter().enumerate() {
        let email = format!("terse{number}@example.com");
        provider.vouches_for(Person::new("terse", &email));
        let pair = server.traveller().signs_in(&server, path).await;
        assert_eq!(me(&server, &pair).await["email"], email);
    }
}

#[rstest]
#[case::switched_off(State::Inactive, "UserInactive")]
#[case::locked(State::Locked, "Invalid Credentials")]
#[case::banned(State::Banned, "Invalid Credentials")]
#[tokio::test]
async fn a_state_that_forbids_sign_in_forbids_it_here(#[case] state: State, #[case] message: &str) {
    let (_provider, server) = at_home().await;
    let pair = server.traveller().signs_in(&server, "/auth/keycloak").await;
    set_state(&server, owner_of(&pair.access), state).await;
    let refused = server.traveller().travels("/auth/keycloak").await;
    refused.expect_said_by_check(401, message);
}

#[tokio::test]
async fn a_client_that_is_not_for_everybody_is_not_for_who_just_came() {
    let (_provider, server) = at_home().await;
    let arc = server.client().arc();
    let admin = arc.admin().await;
    let body = json!({
        "clientId": "web", "clientSecret": "kept by the web", "secret": "x", "redirectUrl": HOME,
        "accessTokenExpiration": 900, "refreshTokenExpiration": 86400, "authCodeExpiration": 180,
    });
    arc.call(Method::POST, "/auth-clients", &admin.access, &body)
        .await
        .expect(200);
    let traveller = server.traveller();
    let said = form(&[("client_id", "web"), ("client_secret", "kept by the web")]);
    let begun = traveller.posts("/auth/google", &said).await;
    let arrival = traveller.at_provider(&begun).await;
    let refused = traveller.comes_back(&arrival).await;
    refused.expect_said_by_handler(401, "Client Invalid");
}

#[tokio::test]
async fn an_account_of_a_provider_has_no_password() {
    let (_provider, server) = at_home().await;
    let pair = server.traveller().signs_in(&server, "/auth/google").await;
    let client = server.client();
    let arc = client.arc();
    for password in ["", "x", tests::PASSWORD] {
        let refused = arc.login("ada@example.com", password).await;
        refused.expect_said_by_check(401, "Invalid Credentials");
    }
    client
        .sign_in_with("ada@example.com", tests::PASSWORD)
        .await
        .expect(401);
    let body =
        json!({ "username": "ada@example.com", "password": "another long phrase", "refreshToken": pair.refresh });
    let refused = arc
        .call(Method::PATCH, "/auth/change-password", &pair.access, &body)
        .await;
    refused.expect_said_by_handler(400, "PasswordCannotBeChangedForExternalUser");
}

#[tokio::test]
async fn a_key_makes_apples_secret() {
    let provider = Provider::start().await;
    let pem = tests::provider::apple_key();
    let setup = provider
        .serves(Server::setup())
        .env("APPLE_AUTH_PRIVATE_KEY", pem.replace('\n', "\\n"));
    let setup = setup.env("APPLE_AUTH_TEAM_ID", "TEAM").env("APPLE_AUTH_KEY_ID", "KEY");
    let server = setup.start().await;
    server.receives_people_at(HOME).await;
    server.traveller().signs_in(&server, "/auth/oauth-apple").await;
    let secret = provider.forms("/token")[0]["client_secret"].clone();
    let said = claims(&secret);
    assert_eq!((&said["iss"], &said["sub"]), (&json!("TEAM"), &json!(US)));
    assert_eq!(said["aud"], format!("{}/apple", provider.url));
    let now = server.clock.read().as_second();
    assert_eq!((&said["iat"], &said["exp"]), (&json!(now), &json!(now + 300)));
    let header = tests::client::header_of(&secret);
    assert_eq!((&header["alg"], &header["kid"]), (&json!("ES256"), &json!("KEY")));
}

#[tokio::test]
async fn what_is_begun_and_finished_from_one_client_is_limited() {
    let provider = Provider::start().await;
    let setup = provider.serves(Server::setup()).env("THROTTLE", "on");
    let server = setup.env("THROTTLE_SOCIAL_ADDRESS", "3/900").start().await;
    server.receives_people_at(HOME).await;
    let traveller = server.traveller();
    traveller.travels("/auth/google").await.code_at(HOME);
    let begun = traveller.begins("/auth/google").await;
    let arrival = traveller.at_provider(&begun).await;
    let refused = traveller.comes_back(&arrival).await.expect(429);
    assert!(refused.header("retry-after").is_some());
    traveller.begins("/auth/google").await.expect(429);
    server.clock.advance(std::time::Duration::from_secs(900));
    traveller.begins("/auth/google").await.expect(302);
}
