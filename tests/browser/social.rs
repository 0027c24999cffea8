//! Signing in through each provider, in a real browser: a form of the client's site, the provider's page, and back.

use tests::provider::{Person, Provider};
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

#[tokio::test]
async fn somebody_signs_in_through_each_of_the_five() {
    let provider = Provider::start().await;
    let server = provider.serves(Server::setup()).start().await;
    let Some(browser) = Browser::open(&server).await else {
        return;
    };
    let client = server.client();
    // The client's place is any page that says where it is.
    server.receives_people_at(&format!("{}/healthz", client.url())).await;
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
        // The cookie was there, and has gone.
        let forms = provider.forms("/token");
        assert_eq!(forms.len(), number + 1, "{path}");
    }
    browser.closes().await;
}

#[tokio::test]
async fn another_browser_does_not_finish_what_one_began() {
    let provider = Provider::start().await;
    let server = provider.serves(Server::setup()).start().await;
    let Some(browser) = Browser::open(&server).await else {
        return;
    };
    let client = server.client();
    server.receives_people_at(&format!("{}/healthz", client.url())).await;
    for path in PROVIDERS {
        let mallory = server.browser_of_somebody();
        let arrival = mallory.at_provider(&mallory.begins(path).await).await;
        if arrival.form.is_none() {
            browser.follow(arrival.url.as_str()).await;
            browser.reads("body", "Client Invalid").await;
        }
    }
    browser.closes().await;
}
