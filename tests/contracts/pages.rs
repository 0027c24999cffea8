//! Pages as a program meets them: what they are made of, what their headers allow, and that opening one does nothing.

use std::collections::BTreeSet;

use http::Method;
use tests::{Answer, Client, PASSWORD, Server};

const ADA: &str = "ada@example.com";

const PAGES: [&str; 10] = [
    "/account",
    "/account/",
    "/account/sign-in",
    "/account/sign-up",
    "/account/forgotten",
    "/auth/changepassword/0123456789abcdef",
    "/auth/invitations/accept/c2VjcmV0",
    "/accounts/confirmation?confirmation_token=a.b.c&lang=en",
    "/accounts/password_reset?reset_token=a.b.c&lang=en",
    "/account/activate/019ae5e0-7d6e-4ae7-9c41-8e5d0a7b3f26/abc",
];

/// The directives of a policy, by name.
fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
    policy
        .split(';')
        .filter_map(|part| part.trim().split_once(' '))
        .find_map(|(known, sources)| (known == name).then_some(sources))
}

async fn page(client: &Client, path: &str) -> Answer {
    let answer = client.get(path).await.expect(200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8"),
        "{path}"
    );
    answer
}

/// Addresses in attributes of a page.
fn addresses(html: &str) -> Vec<&str> {
    let parts = html.split(['"', '\'']);
    let pairs = parts.clone().zip(parts.skip(1));
    pairs
        .filter(|(before, _)| ["src=", "href=", "action="].iter().any(|name| before.ends_with(name)))
        .map(|(_, value)| value)
        .collect()
}

#[tokio::test]
async fn nothing_runs_but_our_own_scripts_from_here() {
    let server = Server::start().await;
    for path in PAGES {
        let answer = page(&server.client(), path).await;
        let policy = answer.header("content-security-policy").unwrap();
        for (name, sources) in [
            ("default-src", "'none'"),
            ("script-src", "'self'"),
            ("style-src", "'self'"),
            ("connect-src", "'self'"),
            ("form-action", "'self'"),
            ("base-uri", "'none'"),
            ("frame-ancestors", "'none'"),
            ("require-trusted-types-for", "'script'"),
            ("trusted-types", "'none'"),
        ] {
            assert_eq!(directive(policy, name), Some(sources), "{path}: {name}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            Some("same-origin"),
            "{path}"
        );
        assert!(
            answer
                .header("permissions-policy")
                .unwrap()
                .contains("publickey-credentials-get=(self)")
        );
        let html = answer.text();
        // Such things would need the policy to be weaker.
        for forbidden in ["<style", " style=", "javascript:", " onclick", " onload", " onsubmit"] {
            assert!(!html.contains(forbidden), "{path}: {forbidden}");
        }
        for script in html.split("<script").skip(1) {
            assert!(script.contains(" src=\"/account/assets/"), "{path}: {script}");
        }
    }
}

#[tokio::test]
async fn everything_a_page_names_is_here_and_there() {
    let server = Server::start().await;
    let client = server.client();
    let mut named = BTreeSet::new();
    for path in PAGES.into_iter().chain(["/account/no/such/page"]) {
        let html = client.get(path).await.text();
        for address in addresses(&html) {
            assert!(
                address.starts_with('/') && !address.starts_with("//") || address.starts_with('#'),
                "{path}: {address}"
            );
            if address.starts_with('/') {
                named.insert(address.to_owned());
            } else {
                assert!(html.contains(&format!("id=\"{}\"", &address[1..])), "{path}: {address}");
            }
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(address) = named.pop_first() {
        let answer = client.get(&address).await.expect(200);
        seen.insert(address.clone());
        let Some((folder, _)) = address.rsplit_once('/').filter(|_| address.ends_with(".js")) else {
            continue;
        };
        // What scripts import is beside them.
        let text = answer.text();
        let imports = text
            .split("from './")
            .skip(1)
            .map(|rest| rest.split('\'').next().unwrap());
        named.extend(
            imports
                .map(|file| format!("{folder}/{file}"))
                .filter(|file| !seen.contains(file)),
        );
    }
    assert!(
        seen.iter().filter(|address| address.ends_with(".js")).count() >= 15,
        "{seen:?}"
    );
}

#[tokio::test]
async fn files_are_kept_for_good_under_an_address_of_their_release() {
    let server = Server::start().await;
    let client = server.client();
    let html = page(&client, "/account").await.text();
    for address in addresses(&html)
        .into_iter()
        .filter(|address| address.contains("/assets/"))
    {
        let kept = client.get(address).await.expect(200);
        assert_eq!(
            kept.header("cache-control"),
            Some("public, max-age=31536000, immutable"),
            "{address}"
        );
        let wanted = match address.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(kept.header("content-type"), Some(wanted));
        assert_eq!(kept.header("x-content-type-options"), Some("nosniff"));
        // Under another release's address it is there and not kept.
        let file = address.rsplit_once('/').unwrap().1;
        let other = client
            .get(&format!("/account/assets/0000000000000000/{file}"))
            .await
            .expect(200);
        assert_eq!(other.header("cache-control"), Some("no-store"));
        assert_eq!(other.bytes, kept.bytes);
    }
    for path in [
        "/account/assets/x/nothing.js",
        "/account/assets/x/..%2f..%2fCargo.toml",
        "/account/assets/x/",
    ] {
        client.get(path).await.expect(404);
    }
}

#[tokio::test]
async fn an_unknown_page_is_said_to_be_none() {
    let server = Server::start().await;
    let client = server.client();
    for path in ["/account/nothing", "/account/sign-in/now", "/account/%3Cscript%3E"] {
        let answer = client.get(path).await.expect(404);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(!answer.text().contains("<script>"), "{path}");
    }
    for path in PAGES {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            client.send(client.request(method, path)).await.expect(405);
        }
    }
}

/// What a page knows comes from configuration; a service's name is text in it.
#[tokio::test]
async fn a_page_is_the_same_for_everybody() {
    let server = Server::setup()
        .env("SERVICE_NAME", "Acme & <Sons>")
        .env("PASSWORD_MIN_LENGTH", "15")
        .start()
        .await;
    let client = server.client();
    let token = client.join(ADA).await;
    for path in PAGES {
        let first = page(&client, path).await;
        let request = client.request(Method::GET, &format!("{path}?u=%3Cscript%3E&next=//evil.example"));
        let request = request.header("x-auth", &token).header("host", "evil.example");
        let request = request
            .header("x-forwarded-host", "evil.example")
            .header("accept-language", "de");
        let second = client.send(request).await.expect(200);
        assert_eq!(first.text(), second.text(), "{path}");
        assert!(first.text().contains("Acme &#38; &#60;Sons&#62;"), "{path}");
    }
    let html = page(&client, "/account/sign-up").await.text();
    assert!(html.contains("15 characters or more"), "{html}");
}

/// Mail scanners open every link, with whatever method reads (ASVS 6.5; emdash#3298).
#[tokio::test]
async fn opening_a_page_does_nothing() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    let before = server.dump().await;
    for path in PAGES
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/auth/changepassword/{token}?u={ADA}")])
    {
        for method in [Method::GET, Method::HEAD] {
            client.send(client.request(method, &path)).await.expect(200);
        }
    }
    assert_eq!(server.dump().await.len(), before.len());
    client
        .change_password(&token, ADA, &format!("{PASSWORD} anew"))
        .await
        .expect(200);
}

/// On a laptop the pages are at the number as well as at the name; only a browser is taken to the name, where passkeys are.
#[tokio::test]
async fn a_browser_that_comes_by_the_number_is_taken_to_the_name() {
    let server = Server::start().await;
    let client = server.client();
    let plain = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let navigate = |path: &str| {
        plain
            .get(format!("{}{path}", client.url()))
            .header("sec-fetch-mode", "navigate")
    };
    let path = "/auth/changepassword/abc?u=ada%40example.com";
    let answer = navigate(path).send().await.unwrap();
    assert_eq!(answer.status(), 307);
    let target = format!("{}{path}", client.url().replace("127.0.0.1", "localhost"));
    assert_eq!(answer.headers()["location"], target.as_str());
    // Nowhere else, whatever the request says of its host.
    for host in [
        "evil.example",
        "10.0.0.1:80",
        "127.0.0.1.evil.example:80",
        "localhost:80",
    ] {
        let answer = navigate(path).header("host", host).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{host}");
    }
    let elsewhere = Server::setup()
        .env("PUBLIC_URL", "https://id.example.com")
        .start()
        .await;
    let url = format!("{}/account", elsewhere.client().url());
    let answer = plain
        .get(url)
        .header("sec-fetch-mode", "navigate")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}
