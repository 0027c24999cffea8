//! Restrictions on barong's surface: admin.restrictions.list, .create, .update, .delete, .whitelink.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::edge::ME;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Answer, Client, Server};

const PATH: &str = "/restrictions";
const PING: &str = "api/v2/barong/identity/ping";
const THERE: &str = "192.0.2.7";
const LOCKOUT: [&str; 1] = ["admin.restriction.caller_lockout"];

async fn server(table: Table) -> Option<Server> {
    let setup = Server::setup().env("TRUSTED_PROXIES", "127.0.0.0/8");
    setup.start_on(table).await
}

async fn from(client: &Client, ip: &str) -> Answer {
    let request = client.asking(Method::GET, PING).header("x-forwarded-for", ip);
    client.send(request).await
}

async fn listed(admin: &Administrator, query: &str) -> Vec<Value> {
    let rows = admin.get(&format!("{PATH}{query}")).await.expect(200).json();
    rows.as_array().unwrap().clone()
}

async fn newest(admin: &Administrator) -> Value {
    listed(admin, "").await.pop().unwrap()
}

fn rule<'a>(category: &'a str, scope: &'a str, value: &'a str) -> [(&'static str, &'a str); 3] {
    [("category", category), ("scope", scope), ("value", value)]
}

#[rstest]
#[tokio::test]
async fn a_rule_acts_on_the_next_request_and_goes_with_the_next(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server(table).await else { return };
    let (client, admin) = (server.client(), Administrator::first(&server).await);
    let made = admin.post(PATH, &rule("blacklist", "ip", THERE)).await.expect(201);
    assert_eq!(made.json(), json!(201));
    from(&client, THERE)
        .await
        .expect_keys(401, &["authz.restrict.blacklist"]);
    let made = newest(&admin).await;
    let id = made["id"].to_string();
    let wanted = json!({
        "id": 7, "category": "blacklist", "scope": "ip", "value": THERE, "code": 401, "state": "enabled",
        "created_at": made["created_at"], "updated_at": made["created_at"],
    });
    assert_eq!(made, wanted);
    admin.put(PATH, &[("id", &id), ("code", "433")]).await.expect(200);
    from(&client, THERE)
        .await
        .expect_keys(433, &["authz.restrict.blacklist"]);
    // The status stays what it was.
    let wider = [("id", id.as_str()), ("scope", "ip_subnet"), ("value", "192.0.2.0/24")];
    admin.put(PATH, &wider).await.expect(200);
    from(&client, "192.0.2.8").await.expect(433);
    admin.put(PATH, &[("id", &id), ("state", "disabled")]).await.expect(200);
    from(&client, THERE).await.expect_open();
    admin.put(PATH, &[("id", &id), ("state", "enabled")]).await.expect(200);
    from(&client, THERE).await.expect(433);
    admin.delete(PATH, &[("id", &id)]).await.expect(204);
    from(&client, THERE).await.expect_open();
    let unknown = ["admin.restriction.doesnt_exist"];
    admin.delete(PATH, &[("id", &id)]).await.expect_keys(404, &unknown);
    admin.put(PATH, &[("id", &id)]).await.expect_keys(404, &unknown);
    assert_eq!(listed(&admin, "").await.len(), 6);
}

#[tokio::test]
async fn statuses_of_rules_that_name_none() {
    let server = server(Embedded).await.unwrap();
    let admin = Administrator::first(&server).await;
    for (category, scope, value, code) in [
        ("maintenance", "country", "BR", 471),
        ("blacklist", "continent", "AF", 423),
        ("blacklist", "country", "BR", 423),
        ("blacklist", "ip_subnet", "192.0.2.0/24", 403),
        ("blocklogin", "ip", "2001:DB8::1", 401),
        ("whitelist", "all", "all", 401),
    ] {
        let mut form = rule(category, scope, value).to_vec();
        admin.post(PATH, &form).await.expect(201);
        let made = newest(&admin).await;
        assert_eq!(
            (&made["code"], &made["value"]),
            (&json!(code), &json!(value)),
            "{form:?}"
        );
        if category == "whitelist" {
            let id = made["id"].to_string();
            admin.delete(PATH, &[("id", &id)]).await.expect(204);
            form.push(("code", "499"));
            admin.post(PATH, &form).await.expect(201);
            assert_eq!(
                newest(&admin).await["code"],
                401,
                "whoever is let in is answered by none"
            );
        }
    }
}

#[rstest]
#[tokio::test]
async fn there_is_one_rule_of_a_category_about_one_thing(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server(table).await else { return };
    let admin = Administrator::first(&server).await;
    admin
        .post(PATH, &rule("blacklist", "ip_subnet", "192.0.2.9/24"))
        .await
        .expect(201);
    let taken = ["value.taken"];
    // However it is spelled.
    for value in ["192.0.2.0/24", " 192.0.2.1/24"] {
        let again = admin.post(PATH, &rule("blacklist", "ip_subnet", value)).await;
        again.expect_keys(422, &taken);
    }
    // One of the seed.
    let usa = admin.post(PATH, &rule("blacklist", "country", "usa")).await;
    usa.expect_keys(422, &taken);
    admin
        .post(PATH, &rule("maintenance", "ip_subnet", "192.0.2.0/24"))
        .await
        .expect(201);
    let id = newest(&admin).await["id"].to_string();
    let change = [("id", id.as_str()), ("category", "blacklist")];
    admin.put(PATH, &change).await.expect_keys(422, &taken);
    // A change that spells the same otherwise is one.
    let same = [("id", id.as_str()), ("value", "192.0.2.5/24")];
    admin.put(PATH, &same).await.expect(200);
    // What a rule was about is free again.
    let other = [("id", id.as_str()), ("value", "198.51.100.0/24")];
    admin.put(PATH, &other).await.expect(200);
    admin
        .post(PATH, &rule("maintenance", "ip_subnet", "192.0.2.0/24"))
        .await
        .expect(201);
    admin.delete(PATH, &[("id", &id)]).await.expect(204);
    admin
        .post(PATH, &rule("maintenance", "ip_subnet", "198.51.100.0/24"))
        .await
        .expect(201);
}

#[tokio::test]
async fn what_is_wrong_with_a_rule_is_said_together() {
    let server = server(Embedded).await.unwrap();
    let admin = Administrator::first(&server).await;
    let keys = ["scope", "value", "category"].map(|name| {
        [
            format!("admin.restriction.missing_{name}"),
            format!("admin.restriction.empty_{name}"),
        ]
    });
    let keys: Vec<&str> = keys.iter().flatten().map(String::as_str).collect();
    admin.post(PATH, &[]).await.expect_keys(422, &keys);
    let good = rule("blacklist", "ip", THERE);
    let with = |name: &'static str, value: &'static str| {
        let mut form: Vec<_> = good.into_iter().filter(|(known, _)| *known != name).collect();
        form.push((name, value));
        form
    };
    for (form, key) in [
        (with("scope", "planet"), "admin.restriction.invalid_scope"),
        (with("scope", "IP"), "admin.restriction.invalid_scope"),
        (with("category", "greylist"), "admin.restriction.invalid_category"),
        (with("category", " "), "admin.restriction.empty_category"),
        (with("value", ""), "admin.restriction.empty_value"),
        (with("value", "192.0.2.0/24"), "value.invalid"),
        (with("value", "192.0.2.256"), "value.invalid"),
        (with("scope", "ip_subnet"), "value.invalid"),
        (with("state", ""), "admin.restriction.empty_state"),
        (with("state", "on"), "admin.restriction.invalid_state"),
        (with("code", ""), "admin.restriction.empty_code"),
        (with("code", "4xx"), "invalid"),
        (with("code", "200"), "code.inclusion"),
        (with("code", "399"), "code.inclusion"),
        (with("code", "600"), "code.inclusion"),
        (with("code", "70000"), "code.inclusion"),
        (with("code", "-401"), "code.inclusion"),
    ] {
        admin.post(PATH, &form).await.expect_keys(422, &[key]);
        if !form.iter().any(|(name, value)| *name == "category" && *value == " ") {
            let mut change = vec![("id", "3")];
            change.extend(&form);
            admin.put(PATH, &change).await.expect_keys(422, &[key]);
        }
    }
    let long = "x".repeat(65);
    let long = admin.post(PATH, &rule("blacklist", "country", &long)).await;
    long.expect_keys(422, &["value.invalid"]);
    for (form, keys) in [
        (
            &[][..],
            &["admin.restriction.missing_id", "admin.restriction.empty_id"][..],
        ),
        (&[("id", "")], &["admin.restriction.empty_id"]),
        (&[("id", "x")], &["invalid"]),
    ] {
        admin.put(PATH, form).await.expect_keys(422, keys);
        admin.delete(PATH, form).await.expect_keys(422, keys);
    }
    // The whole record is judged: an address is no network.
    let change = [("id", "3"), ("scope", "ip_subnet")];
    admin.put(PATH, &change).await.expect_keys(422, &["value.invalid"]);
    assert_eq!(listed(&admin, "").await.len(), 6);
}

#[tokio::test]
async fn rules_are_found_by_kind_and_time() {
    let server = server(Embedded).await.unwrap();
    let admin = Administrator::first(&server).await;
    let ids = async |query: &str| {
        let rows = listed(&admin, query).await;
        rows.iter().map(|row| row["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(ids("?category=blacklist").await, [3, 4, 5, 6]);
    assert_eq!(ids("?category=blacklist&scope=ip").await, [3]);
    assert_eq!(ids("?scope=country&limit=1&page=2").await, [5]);
    assert_eq!(ids("?category=blocklogin").await, [0; 0]);
    server.clock.advance(Duration::from_secs(100));
    let now = server.app().clock.now().as_second();
    admin.put(PATH, &[("id", "4"), ("code", "499")]).await.expect(200);
    assert_eq!(ids(&format!("?from={now}")).await, [0; 0]);
    assert_eq!(ids(&format!("?from={now}&range=updated")).await, [4]);
    assert_eq!(ids(&format!("?to={now}&range=created&scope=all")).await, [2]);
    let before = now - 1;
    assert_eq!(ids(&format!("?to={before}&range=updated")).await, [1, 2, 3, 5, 6]);
    for (query, key) in [
        ("?scope=planet", "admin.restriction.invalid_scope"),
        ("?scope=", "admin.restriction.empty_scope"),
        ("?category=greylist", "admin.restriction.invalid_category"),
        ("?category=", "admin.restriction.empty_category"),
        ("?range=deleted", "admin.restriction.invalid_range"),
        ("?from=yesterday", "invalid"),
        ("?page=x", "non_integer_page"),
    ] {
        admin.get(&format!("{PATH}{query}")).await.expect_keys(422, &[key]);
    }
    let page = admin.get("/restrictions?category=blacklist&limit=3").await.expect(200);
    assert_eq!([page.header("total"), page.header("per-page")], [Some("4"), Some("3")]);
}

/// The caller is at 127.0.0.1.
#[tokio::test]
async fn nobody_locks_themselves_out() {
    let server = server(Embedded).await.unwrap();
    let (client, admin) = (server.client(), Administrator::first(&server).await);
    for (category, scope, value) in [
        ("maintenance", "all", "everyone"),
        ("blacklist", "ip", "127.0.0.1"),
        ("blacklist", "ip", "::ffff:127.0.0.1"),
        ("blocklogin", "ip_subnet", "127.0.0.0/8"),
    ] {
        let refused = admin.post(PATH, &rule(category, scope, value)).await;
        refused.expect_keys(422, &LOCKOUT);
    }
    // The seed has such a rule, which is off.
    let on = [("id", "2"), ("state", "enabled")];
    admin.put(PATH, &on).await.expect_keys(422, &LOCKOUT);
    let off = [("id", "2"), ("value", "everybody")];
    admin.put(PATH, &off).await.expect(200);
    // Whoever is on a whitelist may, and cannot leave it then.
    admin
        .post(PATH, &rule("whitelist", "ip", "127.0.0.1"))
        .await
        .expect(201);
    let white = newest(&admin).await["id"].to_string();
    admin.put(PATH, &on).await.expect(200);
    from(&client, THERE)
        .await
        .expect_keys(471, &["authz.restrict.maintenance"]);
    admin.delete(PATH, &[("id", &white)]).await.expect_keys(422, &LOCKOUT);
    for change in [("state", "disabled"), ("value", THERE), ("category", "blacklist")] {
        admin
            .put(PATH, &[("id", &white), change])
            .await
            .expect_keys(422, &LOCKOUT);
    }
    admin.put(PATH, &[("id", "2"), ("state", "disabled")]).await.expect(200);
    admin.delete(PATH, &[("id", &white)]).await.expect(204);
}

/// Sessions that began where nobody may sign in any more are over; all others, and other credentials, are not.
#[rstest]
#[tokio::test]
async fn a_block_of_sign_ins_ends_sessions_from_there(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server(table).await else { return };
    let (client, admin) = (server.client(), Administrator::first(&server).await);
    let barong = client.barong();
    barong.join("ada@example.com").await;
    let enter = async |ip: &str| {
        let request = barong
            .request(Method::POST, "/identity/sessions")
            .header("x-forwarded-for", ip);
        let credentials = json!({ "email": "ada@example.com", "password": tests::barong::STRONG });
        client.send(request.json(&credentials)).await.expect_session(201)
    };
    let me = async |ip: &str, session: &tests::barong::Session| {
        let request = client.asking(Method::GET, ME).header("x-forwarded-for", ip);
        let cookie = format!("{}={}", tests::barong::COOKIE, session.cookie);
        client.send(request.header("cookie", cookie)).await
    };
    let (there, near, elsewhere) = (
        enter(THERE).await,
        enter("192.0.2.8").await,
        enter("198.51.100.1").await,
    );
    let token = me(THERE, &there).await.expect_token();
    let by_token = || {
        let request = barong.request(Method::GET, "/resource/users/me");
        client.send(request.header("authorization", format!("Bearer {token}")))
    };
    by_token().await.expect(200);
    admin.post(PATH, &rule("blocklogin", "ip", THERE)).await.expect(201);
    // From wherever it is used.
    me("192.0.2.8", &there)
        .await
        .expect_keys(401, &["authz.invalid_session"]);
    by_token().await.expect_keys(401, &["jwt.decode_and_verify"]);
    me("192.0.2.8", &near).await.expect_token();
    me("198.51.100.1", &elsewhere).await.expect_token();
    // It has ended: the end of the rule does not bring it back.
    let id = newest(&admin).await["id"].to_string();
    admin.delete(PATH, &[("id", &id)]).await.expect(204);
    me(THERE, &there).await.expect_keys(401, &["authz.invalid_session"]);
    by_token().await.expect(401);
    me("192.0.2.8", &near).await.expect_token();
    // Whoever is on a whitelist stays.
    admin
        .post(PATH, &rule("whitelist", "ip", "192.0.2.8"))
        .await
        .expect(201);
    admin
        .post(PATH, &rule("blocklogin", "ip_subnet", "192.0.2.0/24"))
        .await
        .expect(201);
    me("192.0.2.8", &near).await.expect_token();
}

async fn use_link(client: &Client, ip: &str, token: &str) -> Answer {
    let request = client.barong().request(Method::POST, "/identity/users/access");
    let request = request.header("x-forwarded-for", ip);
    client.send(request.json(&json!({ "whitelink_token": token }))).await
}

#[tokio::test]
async fn a_link_lets_addresses_in_as_long_as_was_said() {
    let server = server(Embedded).await.unwrap();
    let client = server.client();
    for (n, (form, lifetime)) in [
        (&[][..], 24 * 3600),
        (&[("expire_time", "30"), ("range", "hour")], 30 * 3600),
        (&[("range", "hour")], 3600),
        (&[("expire_time", "2")], 48 * 3600),
    ]
    .into_iter()
    .enumerate()
    {
        // A session does not live as long as a link.
        let admin = Administrator::first(&server).await;
        let answer = admin.post("/restrictions/whitelink", form).await.expect(201).json();
        let token = answer["whitelink_token"].as_str().unwrap();
        assert!(token.len() == 64 && answer.as_object().unwrap().len() == 1);
        server.clock.advance(Duration::from_secs(lifetime - 1));
        use_link(&client, &format!("2001:db8::{n}"), token).await.expect(201);
        server.clock.advance(Duration::from_secs(1));
        let late = use_link(&client, THERE, token).await;
        late.expect_keys(422, &["identity.user.access.invalid_token"]);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_link() {
    let server = server(Embedded).await.unwrap();
    let admin = Administrator::first(&server).await;
    for (form, keys) in [
        (&[("expire_time", "0")][..], &["invalid_expire"][..]),
        (&[("expire_time", "31")], &["invalid_expire"]),
        (&[("expire_time", "-1")], &["invalid_expire"]),
        (&[("expire_time", "soon")], &["invalid_expire"]),
        (&[("range", "week")], &["invalid_range"]),
        (
            &[("expire_time", ""), ("range", "")],
            &["admin.restriction.empty_expire_time", "admin.restriction.empty_range"],
        ),
    ] {
        admin.post("/restrictions/whitelink", form).await.expect_keys(422, keys);
    }
}

/// Who manages restrictions: superadmins and administrators. Those of technical matters may by their ability, and lack the
/// permission until somebody gives it.
#[tokio::test]
async fn roles_that_manage_rules() {
    let server = server(Embedded).await.unwrap();
    let form = rule("blacklist", "ip", THERE);
    let admin = Administrator::new(&server, "admin@shop.example", "admin").await;
    admin.post(PATH, &form).await.expect(201);
    admin.delete(PATH, &[("id", "7")]).await.expect(204);
    let technical = Administrator::new(&server, "technical@shop.example", "technical").await;
    technical.get(PATH).await.expect(200);
    technical
        .post(PATH, &form)
        .await
        .expect_keys(401, &["authz.invalid_permission"]);
    server
        .permit("technical all api/v2/barong/admin/restrictions accept")
        .await;
    technical.post(PATH, &form).await.expect(201);
    for role in ["accountant", "compliance", "support"] {
        let other = Administrator::new(&server, &format!("{role}@shop.example"), role).await;
        server
            .permit(&format!("{role} all api/v2/barong/admin/restrictions accept"))
            .await;
        other.get(PATH).await.expect_keys(401, &["admin.ability.not_permitted"]);
        other
            .post(PATH, &form)
            .await
            .expect_keys(401, &["admin.ability.not_permitted"]);
        other
            .post("/restrictions/whitelink", &[])
            .await
            .expect_keys(401, &["admin.ability.not_permitted"]);
    }
}
