//! Restrictions at barong's edge: addresses, networks, countries and continents, and the link that lifts them.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use shared::access::edge::whitelink;
use tests::barong::STRONG;
use tests::edge::ME;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Client, Server, mmdb};

const PING: &str = "api/v2/barong/identity/ping";
const HERE: &str = "192.0.2.7";
const ADA: &str = "ada@example.com";

async fn server(table: Table) -> Option<Server> {
    Server::setup()
        .env("TRUSTED_PROXIES", "127.0.0.0/8")
        .start_on(table)
        .await
}

async fn from(client: &Client, ip: &str, path: &str) -> Answer {
    let request = client.asking(Method::GET, path).header("x-forwarded-for", ip);
    client.send(request).await
}

#[rstest]
#[tokio::test]
async fn a_rule_acts_on_the_next_request_and_goes_with_the_next(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server(table).await else { return };
    let client = server.client();
    from(&client, HERE, PING).await.expect_open();
    let rule = server.restrict("blacklist ip 192.0.2.7 433").await;
    from(&client, HERE, PING)
        .await
        .expect_keys(433, &["authz.restrict.blacklist"]);
    from(&client, "192.0.2.8", PING).await.expect_open();
    let maintenance = server.restrict("maintenance all everybody 471").await;
    from(&client, HERE, ME)
        .await
        .expect_keys(471, &["authz.restrict.maintenance"]);
    server.restrict("whitelist ip_subnet 192.0.2.0/29 403").await;
    from(&client, HERE, PING).await.expect_open();
    from(&client, "192.0.2.8", PING)
        .await
        .expect_keys(471, &["authz.restrict.maintenance"]);
    server.lift(&maintenance).await;
    server.lift(&rule).await;
    from(&client, "192.0.2.8", PING).await.expect_open();
}

#[tokio::test]
async fn a_block_of_sign_ins_is_about_nothing_else() {
    let server = server(Embedded).await.unwrap();
    let client = server.client();
    server.restrict("blocklogin ip 192.0.2.7 401").await;
    let refused = from(&client, HERE, "api/v2/barong/identity/sessions").await;
    refused.expect_keys(401, &["authz.restrict.blocklogin"]);
    from(&client, HERE, "api/v2/barong/identity/users").await.expect_open();
    from(&client, "192.0.2.8", "api/v2/identity/sessions")
        .await
        .expect_open();
}

#[tokio::test]
async fn the_original_rules_are_there_and_off() {
    let server = server(Embedded).await.unwrap();
    let client = server.client();
    for ip in ["164.116.47.255", "164.116.47.1", HERE] {
        from(&client, ip, PING).await.expect_open();
    }
    let kinds = server.dump().await;
    let of = |kind: &str| kinds.iter().filter(|item| item["kind"].as_s().unwrap() == kind).count();
    assert_eq!([of("restriction"), of("edge permission")], [6, 149]);
}

/// `192.0.2.0/24` is in Ukraine, `2001:db8::/32` in Brazil.
#[rstest]
#[case("country UA")]
#[case("country ukr")]
#[case("country Ukraine")]
#[case("continent EU")]
#[case("continent europe")]
#[tokio::test]
async fn places_are_known_by_codes_and_names(#[case] rule: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let known = [
        ("192.0.2.0/24", ["UA", "Ukraine"], ["EU", "Europe"]),
        ("2001:db8::/32", ["BR", "Brazil"], ["SA", "South America"]),
    ];
    std::fs::write(file.path(), mmdb::file(&known)).unwrap();
    let server = Server::setup()
        .env("TRUSTED_PROXIES", "127.0.0.0/8")
        .env("GEOIP_DB", file.path().to_string_lossy());
    let server = server.start().await;
    let client = server.client();
    server.restrict(&format!("blacklist {rule} 423")).await;
    from(&client, HERE, PING)
        .await
        .expect_keys(423, &["authz.restrict.blacklist"]);
    for elsewhere in ["2001:db8::1", "198.51.100.1"] {
        from(&client, elsewhere, PING).await.expect_open();
    }
    server.restrict("blacklist country BRA 424").await;
    from(&client, "2001:db8::1", PING)
        .await
        .expect_keys(424, &["authz.restrict.blacklist"]);
}

#[tokio::test]
async fn without_a_file_nobody_is_anywhere() {
    let server = server(Embedded).await.unwrap();
    server.restrict("blacklist country UA 423").await;
    from(&server.client(), HERE, PING).await.expect_open();
}

/// What anybody may call directly, without a gateway that asks.
const PUBLIC: &[(Method, &str)] = &[
    (Method::GET, "/identity/ping"),
    (Method::GET, "/identity/time"),
    (Method::GET, "/identity/version"),
    (Method::GET, "/identity/configs"),
    (Method::POST, "/identity/password/validate"),
    (Method::POST, "/identity/sessions"),
    (Method::DELETE, "/identity/sessions"),
    (Method::POST, "/identity/users"),
    (Method::GET, "/identity/users/register_geetest"),
    (Method::POST, "/identity/users/email/generate_code"),
    (Method::POST, "/identity/users/email/confirm_code"),
    (Method::POST, "/identity/users/password/generate_code"),
    (Method::POST, "/identity/users/password/confirm_code"),
];

#[rstest]
#[tokio::test]
async fn a_restriction_holds_on_direct_calls_as_well(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server(table).await else { return };
    let client = server.client();
    let rule = server.restrict("maintenance ip_subnet 192.0.2.0/24 471").await;
    let direct = async |method: &Method, base: &str, path: &str, ip: &str| {
        let request = client.request(method.clone(), &format!("{base}{path}"));
        client.send(request.header("x-forwarded-for", ip)).await
    };
    for (method, path) in PUBLIC {
        for base in ["/api/v2", "/api/v2/barong"] {
            let kept_out = direct(method, base, path, HERE).await;
            kept_out.expect_keys(471, &["authz.restrict.maintenance"]);
        }
        let answer = direct(method, "/api/v2", path, "192.0.3.7").await;
        assert_ne!(answer.status, 471, "{method} {path}");
    }
    // The one path that lifts it, which answers for itself.
    let access = direct(&Method::POST, "/api/v2", "/identity/users/access", HERE).await;
    let missing = [
        "identity.user.missing_whitelink_token",
        "identity.user.empty_whitelink_token",
    ];
    access.expect_keys(422, &missing);
    server.lift(&rule).await;
    direct(&Method::GET, "/api/v2", "/identity/ping", HERE)
        .await
        .expect(200);
}

#[tokio::test]
async fn a_block_of_sign_ins_holds_on_direct_calls() {
    let server = server(Embedded).await.unwrap();
    let client = server.client();
    let barong = client.barong();
    barong.create(ADA, STRONG).await.expect(201);
    server.restrict("blocklogin ip 192.0.2.7 401").await;
    let sign_in = async |ip: &str| {
        let request = barong.request(Method::POST, "/identity/sessions");
        let body = serde_json::json!({ "email": ADA, "password": STRONG });
        barong.send(request.header("x-forwarded-for", ip).json(&body)).await
    };
    sign_in(HERE).await.expect_keys(401, &["authz.restrict.blocklogin"]);
    sign_in("192.0.2.8").await.expect(201);
    let request = barong.request(Method::GET, "/identity/ping");
    client.send(request.header("x-forwarded-for", HERE)).await.expect(200);
}

/// Who is kept out counts no attempts, which somebody else would miss.
#[tokio::test]
async fn who_is_kept_out_counts_no_attempts() {
    let server = Server::setup()
        .env("TRUSTED_PROXIES", "127.0.0.0/8")
        .env("THROTTLE", "on")
        .env("THROTTLE_SIGNIN_ACCOUNT", "2/900");
    let server = server.start().await;
    let barong = server.client().barong();
    barong.create(ADA, STRONG).await.expect(201);
    server.restrict("blacklist ip 192.0.2.7 401").await;
    let sign_in = async |ip: &str, password: &str| {
        let request = barong.request(Method::POST, "/identity/sessions");
        let body = serde_json::json!({ "email": ADA, "password": password });
        barong.send(request.header("x-forwarded-for", ip).json(&body)).await
    };
    for _ in 0..3 {
        let answer = sign_in(HERE, "wrong").await;
        answer.expect_keys(401, &["authz.restrict.blacklist"]);
    }
    sign_in("192.0.2.8", STRONG).await.expect(201);
}

/// Where Akamai stands before this service, it is Akamai's word who asks; where it does not, that header is anybody's.
#[rstest]
#[case("akamai", "127.0.0.0/8", 433)]
#[case("akamai", "10.0.0.0/8", 200)]
#[case("cloudflare", "127.0.0.0/8", 200)]
#[tokio::test]
async fn a_gateway_names_the_client_in_its_own_way(#[case] gateway: &str, #[case] trusted: &str, #[case] status: u16) {
    let server = Server::setup()
        .env("TRUSTED_PROXIES", trusted)
        .env("BARONG_GATEWAY", gateway)
        .start()
        .await;
    server.restrict("blacklist ip 192.0.2.7 433").await;
    let client = server.client();
    let request = client.asking(Method::GET, PING).header("x-forwarded-for", "192.0.2.8");
    let answer = client.send(request.header("true-client-ip", HERE)).await;
    assert_eq!(answer.status, status);
    assert_eq!(
        answer.header("x-authz-error"),
        (status == 433).then_some("authz.restrict.blacklist")
    );
}

async fn use_link(client: &Client, ip: &str, token: &str) -> Answer {
    let barong = client.barong();
    let request = barong.request(Method::POST, "/identity/users/access");
    let request = request.header("x-forwarded-for", ip);
    client
        .send(request.json(&serde_json::json!({ "whitelink_token": token })))
        .await
}

#[rstest]
#[tokio::test]
async fn a_link_lets_addresses_in_until_it_ends(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server(table).await else { return };
    let client = server.client();
    server.restrict("maintenance all everybody 471").await;
    let token = whitelink::create(server.app(), Duration::from_secs(3600))
        .await
        .unwrap();
    let token = token.expose();
    assert_eq!(token.len(), 64);
    from(&client, HERE, PING).await.expect(471);
    use_link(&client, HERE, token).await.expect(201);
    from(&client, HERE, PING).await.expect_open();
    use_link(&client, HERE, token).await.expect_keys(422, &["value.taken"]);
    from(&client, "192.0.2.8", PING).await.expect(471);
    use_link(&client, "2001:db8::8", token).await.expect(201);
    from(&client, "2001:db8::8", PING).await.expect_open();
    // The way to it is open to those who are kept out.
    from(&client, "192.0.2.9", "api/v2/barong/identity/users/access")
        .await
        .expect_open();
    server.clock.advance(Duration::from_secs(3600));
    let late = use_link(&client, "192.0.2.8", token).await;
    late.expect_keys(422, &["identity.user.access.invalid_token"]);
    from(&client, HERE, PING).await.expect_open();
    let unknown = use_link(&client, "192.0.2.8", &"0".repeat(64)).await;
    unknown.expect_keys(422, &["identity.user.access.invalid_token"]);
    assert!(!format!("{:?}", server.dump().await).contains(token));
}
