//! The authorizer of a customer's API decides as the authz endpoint does about the same request.

use http::Method;
use platform_authorizer::{Answer, Asked, Failed, handle};
use rstest::rstest;
use serde_json::{Value, json};
use tests::barong::{COOKIE, Session};
use tests::client::claims;
use tests::edge::{ME, Signer, somebody};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Server, events};

const ADA: &str = "ada@example.com";
const HERE: &str = "127.0.0.1";

async fn decided(server: &Server, event: Value) -> Result<Answer, Failed> {
    let asked: Asked = serde_json::from_value(event).unwrap();
    handle(server.app(), asked).await
}

/// As the authz endpoint says it.
fn in_http(answer: &Answer) -> (u16, String) {
    match (&answer.context.error, answer.context.status) {
        (Some(key), Some(status)) => (status, json!({ "errors": [key] }).to_string()),
        _ => (200, String::new()),
    }
}

fn cookie(session: &Session) -> String {
    format!("theme=dark; {COOKIE}={}", session.cookie)
}

/// A request as it travels, and its path as API Gateway shows it.
const PATHS: &[(&str, &str)] = &[
    ("/api/v2/barong/resource/users/me", "/api/v2/barong/resource/users/me"),
    ("/api/v2/resource/users/me", "/api/v2/resource/users/me"),
    ("//api/v2//peatio/market/orders", "//api/v2//peatio/market/orders"),
    ("/api/v2/barong/admin/users", "/api/v2/barong/admin/users"),
    (
        "/api/v2/peatio/account/%2e%2e/%2e%2e/barong/admin/users",
        "/api/v2/peatio/account/../../barong/admin/users",
    ),
    ("/api/v2/barong/%61dmin/users", "/api/v2/barong/admin/users"),
    ("/api/v2/barong/identity/ping", "/api/v2/barong/identity/ping"),
    ("/api/v2/peatio/public/100%25", "/api/v2/peatio/public/100%"),
    ("/api/v2/peatio/public/a%20b", "/api/v2/peatio/public/a b"),
    (
        "/api/v2/peatio/public/%252e%252e/account",
        "/api/v2/peatio/public/%2e%2e/account",
    ),
    ("/api/v2/peatio/public/%5c..", "/api/v2/peatio/public/\\.."),
    ("/api/v2/peatio/public/%00", "/api/v2/peatio/public/\0"),
    ("/api/v2/barong/management/users", "/api/v2/barong/management/users"),
    ("/../x", "/../x"),
    ("/other", "/other"),
];

#[tokio::test]
async fn it_decides_as_the_authz_endpoint_does() {
    let server = Server::start().await;
    let ada = server.client().barong().join(ADA).await;
    let eve = server.client().barong().join("eve@example.com").await;
    let signer = server.key_of(ADA).await;
    let signed = signer.headers(&server.nonce());
    let wrong = Signer {
        secret: "x".into(),
        ..signer
    };
    let forged = wrong.headers(&server.nonce());
    let by_key = |headers: &[(&'static str, String); 3]| headers.clone().to_vec();
    let by_cookie = |csrf: Option<&str>| {
        let token = csrf.map(|csrf| ("x-csrf-token", csrf.to_owned()));
        token.into_iter().chain([("cookie", cookie(&ada))]).collect::<Vec<_>>()
    };
    let credentials = [
        Vec::new(),
        by_cookie(None),
        by_cookie(Some(&ada.csrf)),
        by_cookie(Some(&eve.csrf)),
        by_key(&signed),
        by_key(&forged),
        by_key(&signed)[..2].to_vec(),
        vec![("cookie", format!("{COOKIE}=x"))],
        // A token proves nobody here.
        vec![("authorization", "Bearer x".to_owned())],
    ];
    let mut seen = std::collections::BTreeSet::new();
    for headers in &credentials {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (path, shown) in PATHS {
            for method in ["GET", "POST", "OPTIONS"] {
                let by_http = server.raw(method, &format!("/api/v2/auth{path}"), &headers).await;
                let answer = decided(&server, events::asking(method, shown, &headers)).await.unwrap();
                assert_eq!(in_http(&answer), by_http, "{method} {path} {headers:?}");
                assert_eq!(answer.is_authorized, by_http.0 == 200);
                seen.insert(answer.context.error.unwrap_or_default());
            }
        }
    }
    let wanted = [
        "",
        "authz.csrf_token_mismatch",
        "authz.invalid_api_key_headers",
        "authz.invalid_permission",
        "authz.invalid_session",
        "authz.invalid_signature",
        "authz.missing_csrf_token",
        "authz.permission_denied",
    ];
    assert_eq!(seen.iter().collect::<Vec<_>>(), wanted.iter().collect::<Vec<_>>());
}

#[rstest]
#[tokio::test]
async fn whoever_passes_is_told_with_a_token_to_send_on(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = server.client().barong().join(ADA).await;
    let cookie = cookie(&ada);
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", &ada.csrf)];
    let asked = events::asking("POST", "/api/v2/peatio/market/orders", &headers);
    let answer = decided(&server, asked).await.unwrap();
    let said = serde_json::to_value(&answer).unwrap();
    assert_eq!(said["isAuthorized"], true);
    let context = said["context"].as_object().unwrap();
    assert_eq!(
        context.keys().collect::<Vec<_>>(),
        ["authorization", "level", "role", "state", "uid"]
    );
    let token = context["authorization"]
        .as_str()
        .unwrap()
        .strip_prefix("Bearer ")
        .unwrap();
    let (token, by_authz) = (
        claims(token),
        claims(&server.client().ask(Method::POST, ME, &ada).await.expect_token()),
    );
    for name in ["uid", "role", "level", "state"] {
        assert_eq!(
            (&context[name], &token[name]),
            (&by_authz[name], &by_authz[name]),
            "{name}"
        );
    }
    for name in ["iss", "aud", "sub", "email", "sid", "exp"] {
        assert_eq!(token[name], by_authz[name], "{name}");
    }
}

#[tokio::test]
async fn the_events_are_decided() {
    let server = Server::start().await;
    let said = async |name: &str| {
        let event = events::read(&format!("platform/authorizer_{name}.json"));
        serde_json::to_value(decided(&server, event).await.unwrap()).unwrap()
    };
    let refused =
        |status: u16, key: &str| json!({ "isAuthorized": false, "context": { "error": key, "status": status } });
    assert_eq!(said("open").await, json!({ "isAuthorized": true, "context": {} }));
    assert_eq!(said("cookie").await, refused(401, "authz.csrf_token_mismatch"));
    assert_eq!(said("api_key").await, refused(401, "authz.unexistent_apikey"));
    assert_eq!(said("denied").await, refused(401, "authz.invalid_session"));
}

/// The address is the gateway's word, and restrictions hold with their own status, which the log may show.
#[tokio::test]
async fn a_restriction_keeps_out_by_the_gateways_address() {
    let server = Server::start().await;
    server.restrict("blacklist ip 203.0.113.7 433").await;
    let open = events::read("platform/authorizer_open.json");
    let answer = decided(&server, open.clone()).await.unwrap();
    let key = json!({ "errors": ["authz.restrict.blacklist"] }).to_string();
    assert_eq!((answer.is_authorized, in_http(&answer)), (false, (433, key)));
    let mut elsewhere = open;
    elsewhere["requestContext"]["http"]["sourceIp"] = "203.0.113.8".into();
    elsewhere["headers"]["x-forwarded-for"] = "203.0.113.7".into();
    assert!(decided(&server, elsewhere).await.unwrap().is_authorized);
}

/// What is written down is what the endpoint writes down, with the parameters that the gateway shows.
#[tokio::test]
async fn what_an_administrator_does_is_written_down() {
    let server = Server::start().await;
    let admin = somebody(&server, ADA, "superadmin").await;
    let cookie = cookie(&admin);
    let headers = [("cookie", cookie.as_str()), ("x-csrf-token", &admin.csrf)];
    let mut asked = events::asking("PUT", "/api/v2/peatio/admin/orders", &headers);
    asked["rawQueryString"] = "uid=ID0123456789&token=x".into();
    assert!(decided(&server, asked).await.unwrap().is_authorized);
    let [entry] = &server.audits().await[..] else {
        panic!("one entry")
    };
    assert_eq!(
        (&entry["topic"], &entry["action"], &entry["target"], &entry["ip"]),
        (&json!("orders"), &json!("update"), &json!("ID0123456789"), &json!(HERE))
    );
    assert_eq!(entry["data"]["path"], "api/v2/peatio/admin/orders");
    assert_eq!(entry["data"]["token"], "[FILTERED]");
}

/// An event that no client could have caused is answered by nothing that lets somebody in.
#[tokio::test]
async fn what_cannot_be_read_lets_nobody_in() {
    let server = Server::start().await;
    let open = || events::read("platform/authorizer_open.json");
    for (name, value) in [("x y", "1"), ("x-a", "a\nb"), ("", "1")] {
        let mut asked = open();
        asked["headers"][name] = value.into();
        assert_eq!(decided(&server, asked).await, Err(Failed), "{name}");
    }
    for (pointer, value) in [
        ("/requestContext/http/sourceIp", json!("")),
        ("/requestContext/http/sourceIp", json!("somewhere")),
        ("/requestContext/http", json!({})),
        ("/requestContext", json!(null)),
        ("/rawPath", json!(null)),
        ("/headers", json!([])),
    ] {
        let mut asked = open();
        *asked.pointer_mut(pointer).unwrap() = value;
        assert!(serde_json::from_value::<Asked>(asked).is_err(), "{pointer}");
    }
    let mut asked = open();
    asked["requestContext"]["http"]["method"] = "GE T".into();
    assert_eq!(decided(&server, asked).await, Err(Failed));
}
