//! What nobody would send, made up by chance and sent through the front door: whatever reads a body, a header, a cookie or a
//! query answers it, and not with a fault of the server. `PROPTEST_CASES=20000 cargo test -p tests noise` makes up more.

use std::sync::LazyLock;

use http::{HeaderName, HeaderValue, Method};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tests::{Client, PASSWORD, Server};
use tokio::runtime::Runtime;

/// Requests for each property, unless the environment says otherwise.
const CASES: u32 = 150;

/// What bodies are made of: pieces that parsers know, cut and glued.
static PIECES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    vec![
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "null",
        "true",
        "1e999",
        "-0",
        "\\u0000",
        "\\ud800",
        "&",
        "=",
        "%",
        "%00",
        "%ff",
        "+",
        "--x",
        "--x--",
        "\r\n",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"email\"",
        "filename=\"a.png\"",
        "Content-Type: ",
        "email",
        "password",
        "firstName",
        "avatar",
        "captcha_response",
        "filter",
        "where",
        "regexp",
        "inq",
        "limit",
        "[]",
        "[0]",
        "[a][b]",
        "a@example.com",
        "\u{0}",
        "\u{feff}",
        "ä",
        "\u{1f600}",
        " ",
        "../",
    ]
});

fn noise() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => proptest::sample::select(PIECES.clone()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..8),
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Runs a property against one server.
fn holds<S: Strategy>(strategy: &S, property: impl AsyncFn(&Client, S::Value) -> Result<(), TestCaseError>) {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::start());
    let client = server.client();
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if std::env::var("PROPTEST_CASES").is_err() {
        config.cases = CASES;
    }
    // The same noise at every run, so that whoever broke something sees it.
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(Default::default()),
    );
    let result = runner.run(strategy, |value| runtime.block_on(property(&client, value)));
    runtime.block_on(client.get("/.well-known/jwks.json")).expect(200);
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

fn no_fault(status: http::StatusCode, path: &str) -> Result<(), TestCaseError> {
    prop_assert!(!status.is_server_error(), "{path}: {status}");
    Ok(())
}

/// One operation for each way of reading a body.
const BODIES: [(Method, &str, &[&str]); 6] = [
    (Method::POST, "/api/v1/signup", &["application/json"]),
    (
        Method::POST,
        "/api/v1/user/updateprofile",
        &["multipart/form-data; boundary=x"],
    ),
    (
        Method::POST,
        "/identity/v1/public/register",
        &["application/json", "text/plain"],
    ),
    (
        Method::POST,
        "/auth/login",
        &["application/json", "application/x-www-form-urlencoded"],
    ),
    (
        Method::POST,
        "/auth/token",
        &["application/json", "application/x-www-form-urlencoded"],
    ),
    (
        Method::POST,
        "/api/v2/identity/users",
        &[
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "x",
        ],
    ),
];

#[test]
fn no_body_is_the_servers_fault() {
    let operation = proptest::sample::select(BODIES.to_vec());
    let strategy = (operation, any::<proptest::sample::Index>(), noise());
    holds(&strategy, async |client, ((method, path, kinds), kind, body)| {
        let request = client
            .request(method, path)
            .header("content-type", kinds[kind.index(kinds.len())]);
        no_fault(client.send(request.body(body)).await.status, path)
    });
}

#[test]
fn no_header_is_the_servers_fault() {
    let names = [
        "authorization",
        "cookie",
        "x-auth",
        "x-organization-id",
        "x-csrf-token",
        "x-auth-apikey",
        "x-auth-nonce",
        "x-auth-signature",
        "x-forwarded-for",
        "user-agent",
        "accept",
        "origin",
        "jwtauth",
        "device_id",
    ];
    let value =
        vec(any::<u8>(), 0..60).prop_filter_map("a header's value", |bytes| HeaderValue::from_bytes(&bytes).ok());
    let paths = [
        "/api/v1/me",
        "/api/v1/users",
        "/identity/v1/users",
        "/auth/me",
        "/auth-clients",
        "/api/v2/resource/users/me",
        "/api/v2/auth/api/v2/barong/resource/users/me",
        "/account",
    ];
    let strategy = (
        proptest::sample::select(paths.to_vec()),
        vec((proptest::sample::select(names.to_vec()), value), 1..5),
    );
    holds(&strategy, async |client, (path, headers)| {
        let mut request = client.request(Method::GET, path);
        for (name, value) in headers {
            request = request.header(HeaderName::from_static(name), value);
        }
        no_fault(client.send(request).await.status, path)
    });
}

#[test]
fn no_path_and_no_query_is_the_servers_fault() {
    let bases = [
        "/api/v1/users",
        "/api/v1/invitations",
        "/auth-clients",
        "/active-users/x/y",
        "/api/v2/resource/users/activity/all",
        "/api/v2/auth",
        "/avatar",
        "/org-logo",
        "/identity/v1/public/activate",
        "/account/reset",
        "/api/v2/barong/resource/labels",
    ];
    let segment = "[ -~]{0,12}".prop_map(|text: String| {
        text.replace(['?', '#', ' '], "%20")
            .replace(['"', '<', '>', '`', '{', '}', '|', '\\', '^'], "%7e")
    });
    let query = vec(proptest::sample::select(PIECES.clone()), 0..10)
        .prop_map(|pieces| url::form_urlencoded::byte_serialize(pieces.concat().as_bytes()).collect::<String>());
    let names = [
        "filter",
        "page",
        "limit",
        "sort",
        "order",
        "where",
        "filter[where][name][regexp]",
        "page[]",
        "x",
    ];
    let strategy = (
        proptest::sample::select(bases.to_vec()),
        vec(segment, 0..3),
        proptest::sample::select(names.to_vec()),
        query,
    );
    holds(&strategy, async |client, (base, segments, name, query)| {
        let path = format!("{base}/{}?{name}={query}", segments.join("/"));
        no_fault(client.get(&path).await.status, &path)
    });
}

/// What somebody is known by on each surface.
struct Known {
    engine: String,
    arc: String,
    identity: String,
    barong: String,
}

impl Known {
    async fn new(client: &Client) -> Self {
        let engine = client.join("ada@example.com").await;
        Self {
            engine,
            arc: client.arc().sign_in("ada@example.com").await.access,
            identity: client.identity().sign_in("ada@example.com", PASSWORD).await,
            barong: client.barong().join("eve@example.com").await.cookie,
        }
    }
}

#[test]
fn a_token_that_was_changed_anywhere_is_nobodys() {
    let strategy = (0..4_usize, any::<proptest::sample::Index>(), "[A-Za-z0-9_-]");
    let known = tokio::sync::OnceCell::new();
    holds(&strategy, async |client, (surface, at, character)| {
        let known = known.get_or_init(|| Known::new(client)).await;
        let token = [&known.engine, &known.arc, &known.identity, &known.barong][surface];
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &character);
        let answer = match surface {
            0 => client.me(&changed).await,
            1 => client.arc().me(&changed).await,
            2 => client.identity().validate(&changed).await,
            _ => {
                let me = "/resource/users/me";
                client.barong().call(Method::GET, me, &changed).await
            }
        };
        let wanted = if changed == *token { 200 } else { 401 };
        prop_assert_eq!(answer.status.as_u16(), wanted, "{} {} {}", surface, at, character);
        Ok(())
    });
}
