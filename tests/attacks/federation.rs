//! Attacks through providers: a provider that lies or is misled, strangers between it and us, and whoever wants us to ask in
//! their place.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::provider::{Person, Provider, Twist};
use tests::traveller::{HOME, PROVIDERS, form};

use crate::contracts::arc_social::{at_home, owner_of, somebody};

const OIDC: [&str; 3] = ["/auth/google", "/auth/oauth-apple", "/auth/keycloak"];

/// Nobody has an account through a provider.
async fn nobody_came(server: &Server) {
    for item in server.dump().await {
        let pk = item["pk"].as_s().unwrap();
        assert!(!pk.starts_with("IDP#"), "{pk}");
    }
}

#[rstest]
#[case(Twist::WrongIssuer)]
#[case(Twist::WrongAudience)]
#[case(Twist::OthersToken)]
#[case(Twist::WrongNonce)]
#[case(Twist::NoNonce)]
#[case(Twist::Unsigned)]
#[case(Twist::PublicKeyAsSecret)]
#[case(Twist::KeyInToken)]
#[case(Twist::Expired)]
#[case(Twist::NotYet)]
#[case(Twist::OtherKey)]
#[case(Twist::UnknownKey)]
#[case(Twist::NoKeyName)]
#[case(Twist::NoSubject)]
#[case(Twist::NoIdToken)]
#[tokio::test]
async fn an_id_token_that_is_not_for_us_now_is_refused(#[case] twist: Twist) {
    let (provider, server) = at_home().await;
    provider.twists(twist);
    for path in OIDC {
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Provider Denied");
    }
    nobody_came(&server).await;
}

#[rstest]
#[case(Twist::Refuses)]
#[case(Twist::Fails)]
#[case(Twist::NoJson)]
#[case(Twist::SendsElsewhere)]
#[case(Twist::Slow)]
#[case(Twist::Huge)]
#[case(Twist::OtherAnswers)]
#[tokio::test]
async fn a_provider_that_misbehaves_lets_nobody_in(#[case] twist: Twist) {
    let provider = Provider::start().await;
    let setup = provider.serves(Server::setup());
    let setup = setup.with(|parts| parts.federation.web.within = Duration::from_millis(500));
    let server = setup.start().await;
    server.receives_people_at(HOME).await;
    provider.twists(twist);
    for path in PROVIDERS {
        // A form of Apple's says nothing of who answers.
        if twist == Twist::OtherAnswers && path == "/auth/oauth-apple" {
            continue;
        }
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Provider Denied");
    }
    nobody_came(&server).await;
}

#[tokio::test]
async fn userinfo_about_somebody_else_is_refused() {
    let (provider, server) = at_home().await;
    provider.twists(Twist::OthersUserInfo);
    for path in ["/auth/google", "/auth/keycloak"] {
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Provider Denied");
    }
    provider.twists(Twist::NoSubject);
    for path in ["/auth/facebook", "/auth/instagram"] {
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Provider Denied");
    }
    nobody_came(&server).await;
}

#[tokio::test]
async fn an_account_is_never_taken_over_by_its_address() {
    let (provider, server) = at_home().await;
    let client = server.client();
    client.sign_up("victim@example.com").await;
    for (number, path) in PROVIDERS.into_iter().enumerate() {
        for address in ["victim@example.com", "VICTIM@Example.com", " victim@example.com "] {
            provider.vouches_for(Person::new(&number.to_string(), address));
            let refused = server.traveller().travels(path).await;
            refused.expect_said_by_check(401, "Invalid Credentials");
        }
    }
    nobody_came(&server).await;
    client.sign_in("victim@example.com").await;
}

#[tokio::test]
async fn an_account_of_one_provider_is_not_anothers() {
    let (provider, server) = at_home().await;
    // The same subject, and then the same address, at every other provider.
    provider.vouches_for(Person::new("4711", "ada@example.com"));
    let ada = server.traveller().signs_in(&server, "/auth/keycloak").await;
    for path in ["/auth/google", "/auth/facebook", "/auth/instagram", "/auth/oauth-apple"] {
        provider.vouches_for(Person::new("4711", "ada@example.com"));
        let refused = server.traveller().travels(path).await;
        refused.expect_said_by_check(401, "Invalid Credentials");
        provider.vouches_for(Person::new("4711", &format!("{}@example.com", path.replace('/', "x"))));
        let other = server.traveller().signs_in(&server, path).await;
        assert_ne!(owner_of(&other.access), owner_of(&ada.access), "{path}");
    }
}

#[tokio::test]
async fn a_flow_is_taken_once_in_time_and_by_its_provider() {
    let (provider, server) = at_home().await;
    for path in PROVIDERS {
        provider.vouches_for(somebody(path));
        let traveller = server.traveller();
        let arrival = traveller.at_provider(&traveller.begins(path).await).await;
        traveller.comes_back(&arrival).await.code_at(HOME);
        let again = traveller.comes_back(&arrival).await;
        again.expect_said_by_handler(401, "Client Invalid");
        // A failure takes it as well.
        let arrival = traveller.at_provider(&traveller.begins(path).await).await;
        let made_up = traveller
            .comes_back(&arrival.clone().with("code", Some("made up")))
            .await;
        made_up.expect_said_by_check(401, "Provider Denied");
        traveller
            .comes_back(&arrival)
            .await
            .expect_said_by_handler(401, "Client Invalid");
    }
    let traveller = server.traveller();
    let arrival = traveller.at_provider(&traveller.begins("/auth/google").await).await;
    for elsewhere in ["/auth/keycloak-auth-redirect", "/auth/facebook-auth-redirect"] {
        let mixed_up = traveller.comes_back(&arrival.clone().at(elsewhere)).await;
        mixed_up.expect_said_by_handler(401, "Client Invalid");
    }
    server.clock.advance(Duration::from_secs(600));
    traveller
        .comes_back(&arrival)
        .await
        .expect_said_by_handler(401, "Client Invalid");
}

#[tokio::test]
async fn a_state_that_is_not_ours_is_refused() {
    let (provider, server) = at_home().await;
    let traveller = server.traveller();
    let arrival = traveller.at_provider(&traveller.begins("/auth/google").await).await;
    let state = arrival.sent("state").unwrap();
    let long = "a".repeat(3000);
    for forged in [
        None,
        Some("client_id=the first client"),
        Some(""),
        Some("x"),
        Some(long.as_str()),
        Some(&state[1..]),
        Some(&state.to_lowercase()),
    ] {
        let refused = traveller.comes_back(&arrival.clone().with("state", forged)).await;
        refused.expect_said_by_handler(401, "Client Invalid");
    }
    assert_eq!(provider.forms("/token"), [], "the provider is not asked");
    traveller.comes_back(&arrival).await.code_at(HOME);
}

/// Login CSRF: somebody begins, and has another's browser finish.
#[tokio::test]
async fn what_a_browser_began_only_that_browser_finishes() {
    let (provider, server) = at_home().await;
    for path in PROVIDERS {
        provider.vouches_for(somebody(path));
        let mallory = server.browser_of_somebody();
        let begun = mallory.begins(path).await;
        let cookie = begun.header("set-cookie").unwrap().to_owned();
        let same_site = if path == "/auth/oauth-apple" { "None" } else { "Lax" };
        assert!(cookie.starts_with("__Host-social-"), "{cookie}");
        assert!(
            cookie.ends_with(&format!(
                "; Path=/; Max-Age=600; Secure; HttpOnly; SameSite={same_site}"
            )),
            "{cookie}"
        );
        let arrival = mallory.at_provider(&begun).await;
        let victim = server.browser_of_somebody();
        victim
            .comes_back(&arrival)
            .await
            .expect_said_by_handler(401, "Client Invalid");
        // A flow of the victim's own does not help.
        victim.begins(path).await.expect(302);
        victim
            .comes_back(&arrival)
            .await
            .expect_said_by_handler(401, "Client Invalid");
        let answer = mallory.comes_back(&arrival).await;
        let gone = answer.header("set-cookie").unwrap();
        assert!(gone.contains("=; Path=/; Max-Age=0; "), "{gone}");
        answer.code_at(HOME);
    }
}

#[tokio::test]
async fn a_stolen_code_of_the_provider_is_worth_nothing() {
    let (provider, server) = at_home().await;
    for path in PROVIDERS {
        let victim = server.traveller();
        let stolen = victim.at_provider(&victim.begins(path).await).await;
        let stolen = stolen.sent("code").unwrap();
        let mallory = server.traveller();
        let arrival = mallory.at_provider(&mallory.begins(path).await).await;
        // The verifier of mallory's flow is not that of the victim's.
        let injected = mallory.comes_back(&arrival.with("code", Some(&stolen))).await;
        injected.expect_said_by_check(401, "Provider Denied");
    }
    for sent in provider.forms("/token") {
        assert_eq!(sent["code_verifier"].len(), 43);
    }
    nobody_came(&server).await;
}

#[tokio::test]
async fn nobody_is_sent_anywhere_but_to_the_clients_place() {
    let (provider, server) = at_home().await;
    let evil = "https://evil.example.com/";
    let more = [
        "redirect_uri",
        "redirectUrl",
        "return_to",
        "next",
        "redirect_url",
        "callback",
    ];
    for path in PROVIDERS {
        provider.vouches_for(somebody(path));
        let traveller = server.traveller();
        let arrival = traveller.at_provider(&traveller.begins(path).await).await;
        if arrival.form.is_none() {
            let arrival = more
                .iter()
                .fold(arrival, |arrival, name| arrival.with(name, Some(evil)));
            traveller.comes_back(&arrival).await.code_at(HOME);
        } else {
            let refused = traveller.comes_back(&arrival.with("redirect_uri", Some(evil))).await;
            refused.expect(422);
        }
        for name in more {
            let members = [
                ("client_id", tests::server::CLIENT_ID),
                ("client_secret", tests::server::CLIENT_SECRET),
                (name, evil),
            ];
            let refused = traveller.posts(path, &form(&members)).await.expect(422);
            assert_eq!(refused.header("location"), None);
        }
        // Errors send nobody anywhere.
        for query in [
            "?error=x&error_uri=https://evil.example.com",
            "?state=https://evil.example.com",
        ] {
            let callback = arrival_path(path);
            let refused = traveller.goes(&format!("{callback}{query}")).await.expect(401);
            assert_eq!(refused.header("location"), None);
            assert!(!refused.text().contains("evil"), "{}", refused.text());
        }
    }
}

fn arrival_path(path: &str) -> &'static str {
    match path {
        "/auth/google" => "/auth/google-auth-redirect",
        "/auth/facebook" => "/auth/facebook-auth-redirect",
        "/auth/instagram" => "/auth/instagram-auth-redirect",
        "/auth/oauth-apple" => "/auth/apple-oauth-redirect",
        _ => "/auth/keycloak-auth-redirect",
    }
}

#[tokio::test]
async fn a_scanner_that_looks_takes_no_flow() {
    let (_provider, server) = at_home().await;
    let traveller = server.traveller();
    let arrival = traveller.at_provider(&traveller.begins("/auth/google").await).await;
    let client = server.client();
    let path = arrival.url.as_str().strip_prefix(client.url()).unwrap();
    client.send(client.request(Method::HEAD, path)).await.expect(404);
    traveller.comes_back(&arrival).await.code_at(HOME);
}

#[tokio::test]
async fn a_provider_at_a_private_address_is_not_asked() {
    let provider = Provider::start().await;
    // The browser goes there; we do not.
    for host in [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
        "[fd00::1]",
    ] {
        let token = format!("https://{host}/token");
        let setup = Server::setup()
            .env("FACEBOOK_AUTH_CLIENT_ID", "us")
            .env("FACEBOOK_AUTH_CLIENT_SECRET", "x")
            .env("FACEBOOK_AUTH_TOKEN_URL", &token)
            .env("FACEBOOK_AUTH_DEBUG_URL", &token);
        let server = setup.start().await;
        server.receives_people_at(HOME).await;
        let traveller = server.traveller();
        let begun = traveller.begins("/auth/facebook").await;
        let location = url::Url::parse(begun.header("location").unwrap()).unwrap();
        let state = location
            .query_pairs()
            .find(|(name, _)| name == "state")
            .unwrap()
            .1
            .into_owned();
        let back = form(&[("code", "x"), ("state", &state)]);
        let refused = traveller.goes(&format!("/auth/facebook-auth-redirect?{back}")).await;
        refused.expect_said_by_check(401, "Provider Denied");
        let body = json!({ "accessToken": provider.access_token() });
        server.client().post("/api/v1/signin/facebook", &body).await.expect(503);
    }
}

#[tokio::test]
async fn keys_are_read_once_and_strangers_do_not_make_us_read_them_again() {
    let (provider, server) = at_home().await;
    for number in 0..3 {
        provider.vouches_for(Person::new(&number.to_string(), &format!("{number}@example.com")));
        server.traveller().signs_in(&server, "/auth/google").await;
    }
    assert_eq!(provider.keys_read(), 1);
    provider.twists(Twist::UnknownKey);
    let body = json!({ "idToken": provider.id_token() });
    for _ in 0..5 {
        server.client().post("/api/v1/signin/google", &body).await.expect(400);
    }
    assert_eq!(provider.keys_read(), 1);
    // A minute later a key that is new there may be one.
    server.clock.advance(Duration::from_secs(60));
    for _ in 0..5 {
        server.client().post("/api/v1/signin/google", &body).await.expect(400);
    }
    assert_eq!(provider.keys_read(), 2);
}

#[tokio::test]
async fn nothing_of_a_flow_or_a_provider_is_kept_in_the_clear() {
    let (provider, server) = at_home().await;
    let traveller = server.browser_of_somebody();
    let begun = traveller.begins("/auth/keycloak").await;
    let arrival = traveller.at_provider(&begun).await;
    let (_, cookie) = begun.header("set-cookie").unwrap().split_once('=').unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let kept = format!("{:?}", server.dump().await);
    let state = arrival.sent("state").unwrap();
    let location = begun.header("location").unwrap();
    let nonce = location.split("nonce=").nth(1).unwrap().split('&').next().unwrap();
    for secret in [&state, nonce, cookie] {
        assert!(secret.len() >= 32 && !kept.contains(secret), "{secret}");
    }
    let answer = traveller.comes_back(&arrival).await;
    let code = answer.clone().code_at(HOME);
    let with_code = format!("{:?}", server.dump().await);
    let pair = server.client().arc().exchange(&code).await.expect_pair();
    let with_session = format!("{:?}", server.dump().await);
    let sent = &provider.forms("/token")[0];
    for kept in [with_code, with_session] {
        for secret in ["refresh-of-", "access-", &sent["code_verifier"], &sent["code"], &state] {
            assert!(!kept.contains(secret), "{secret}");
        }
    }
    // Nor does it travel.
    let shown = format!(
        "{:?} {pair:?} {:?}",
        answer.headers,
        tests::client::claims(&pair.access)
    );
    for secret in ["refresh-of-", "access-", "eyJhbGciOiJub25l"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn of_ten_who_come_back_with_one_flow_one_gets_a_code() {
    let (_provider, server) = at_home().await;
    let traveller = server.traveller();
    let arrival = traveller.at_provider(&traveller.begins("/auth/google").await).await;
    let all = (0..10).map(|_| traveller.comes_back(&arrival));
    let answers = futures_util::future::join_all(all).await;
    let codes = answers.iter().filter(|answer| answer.status == 302).count();
    assert_eq!(codes, 1);
}

#[tokio::test]
async fn of_ten_who_come_for_the_first_time_all_get_the_same_account() {
    let (provider, server) = at_home().await;
    let body = json!({ "idToken": provider.id_token() });
    let client = server.client();
    let all = (0..10).map(|_| client.post("/api/v1/signin/google", &body));
    let answers = futures_util::future::join_all(all).await;
    let owners: std::collections::BTreeSet<String> = answers
        .into_iter()
        .map(|answer| {
            tests::client::claims(&answer.expect(202).text())["sub"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(owners.len(), 1);
}
