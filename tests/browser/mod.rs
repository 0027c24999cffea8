//! The pages, in a real browser. Where there is none these tests are skipped, unless services are required.

mod account;
mod activation;
mod careful;
mod invitation;
mod mailed_sign_up;
mod passkeys;
mod reset;
mod second_factor;
mod sessions;
mod social;

use serde_json::json;
use tests::{Browser, PASSWORD, Server};

/// A server and a browser of its own.
pub async fn at_home() -> Option<(Server, Browser)> {
    let server = Server::start().await;
    let browser = Browser::open(&server).await?;
    Some((server, browser))
}

/// Fills the form of the sign-up page, which is shown, and is signed in.
pub async fn sign_up(browser: &Browser, email: &str) {
    browser.fills("#firstName", "Ada").await;
    browser.fills("#lastName", "Lovelace").await;
    browser.fills("#email", email).await;
    browser.fills("#password", PASSWORD).await;
    browser.clicks("#sign-up [type=submit]").await;
}

/// Makes an account on its page, and shows it.
pub async fn settle(browser: &Browser, email: &str) {
    browser.goto("/account/sign-up").await;
    sign_up(browser, email).await;
    browser.reads("#address", email).await;
}

/// Fills the form of the sign-in page, which is shown.
pub async fn sign_in(browser: &Browser, email: &str, password: &str) {
    browser.fills("#username", email).await;
    browser.fills("#password", password).await;
    browser.clicks("#sign-in [type=submit]").await;
}

pub async fn sign_out(browser: &Browser) {
    browser.clicks("#sign-out").await;
    browser.arrives("/account/sign-in").await;
}

/// The address that the newest mail to somebody links to.
pub async fn mailed_link(server: &Server, to: &str) -> String {
    let mails = server.client().mails(to).await;
    let text = mails.first().expect("a mail")["text"].as_str().unwrap().to_owned();
    let link = text.split_whitespace().find(|word| word.starts_with("http"));
    link.expect("a link").to_owned()
}

/// Signs in by the API, as another device does.
pub async fn elsewhere(server: &Server, email: &str) -> String {
    let client = server.client();
    let request = client.request(http::Method::POST, "/api/v1/signin");
    let request = request.header(
        "user-agent",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1",
    );
    let body = json!({ "username": email, "password": PASSWORD });
    client.send(request.json(&body)).await.expect(200).text()
}
