//! Signing in through each provider, in a real browser: a form of the client's site, the provider's page, and back.

use tests::provider::{Person, Provider, Twist};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::traveller::{PROVIDERS, me};
use tests::{Browser, Server};

/// A page of a client that posts the form which begins.
fn form(url: &str, path: &str) -> String {
    format!(
        "data:text/html,<form method=post action='{url}{path}'><input name=client_id value='{CLIENT_ID}'>\
         <input name=client_secret value='{CLIENT_SECRET}'><button>Sign in</button></form>"
    )
}

/// A provider, a server whose client receives people at a page that any browser can open, and a browser.
async fn at_home() -> Option<(Provider, Server, Browser)> {
    let provider = Provider::start().await;
    let server = provider.serves(Server::setup()).start().await;
    let browser = Browser::open(&server).await?;
    let place = format!("{}/healthz", server.client().url());
    server.receives_people_at(&place).await;
    Some((provider, server, browser))
}

#[tokio::test]
async fn somebody_signs_in_through_each_of_the_five() {
    let Some((provider, server, browser)) = at_home().await else {
        return;
    };
    let client = server.client();
    for (number, path) in PROVIDERS.into_iter().enumerate() {
        let email = format!("ada{number}@example.com");
        provider.vouches_for(Person::new(&number.to_string(), &email));
        browser.follow(&form(client.url(), path)).await;
        browser.clicks("button").await;
        browser.arrives("/healthz").await;
        let query = browser.runs("return location.search", vec![]).await;
        let code = query.as_str().unwrap().strip_prefix("?code=").expect(path).to_owned();
        let pair = client.arc().exchange(&code).await.expect_pair();
        assert_eq!(me(&server, &pair).await["email"], email, "{path}");
    }
    browser.closes().await;
}

#[tokio::test]
async fn what_a_browser_began_only_that_browser_finishes() {
    let Some((provider, server, browser)) = at_home().await else {
        return;
    };
    provider.twists(Twist::Waits);
    browser.follow(&form(server.client().url(), "/auth/keycloak")).await;
    browser.clicks("button").await;
    browser.reads("a", "Go on").await;
    let back = browser.runs("return document.links[0].href", vec![]).await;
    let elsewhere = server.client().follow(back.as_str().unwrap()).await;
    elsewhere.expect_said_by_handler(401, "Client Invalid");
    browser.clicks("a").await;
    browser.arrives("/healthz").await;
    browser.closes().await;
}
