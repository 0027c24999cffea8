//! admin.users.get, .update_put, .update_post, .role, .data_storage.delete; admin.api_keys.list.

use rstest::rstest;
use serde_json::{Value, json};
use shared::store::commit::{Step, text};
use tests::barong::STRONG;
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Server};

const ADA: &str = "ada@example.com";
const NOBODY: &str = "ID0000000000";

#[rstest]
#[tokio::test]
async fn a_user_is_shown_whole_and_unmasked(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let setup = Server::setup().env("BARONG_API_DATA_MASKING_ENABLED", "true");
    let Some(server) = setup.start_on(table).await else {
        return;
    };
    let ada = Owner::join(&server, ADA).await;
    let form = [("first_name", "Ada"), ("last_name", "Lovelace"), ("dob", "1815-12-10")];
    ada.post("/profiles", &form).await.expect(201);
    ada.verify_phone("+442079460018").await;
    let admin = Administrator::first(&server).await;
    let label = [("key", "risk"), ("value", "low"), ("description", "Seen in person")];
    let label = [&[("uid", ada.session.uid.as_str())][..], &label].concat();
    admin.post("/users/labels", &label).await.expect(201);

    let shown = admin.shown(&ada.session.uid).await;
    let user = [&shown["email"], &shown["uid"], &shown["role"], &shown["state"]];
    assert_eq!(user, [ADA, &ada.session.uid, "member", "active"]);
    assert_eq!((&shown["level"], &shown["otp"]), (&json!(2), &json!(false)));
    assert_eq!(shown["profiles"][0]["last_name"], "Lovelace");
    assert_eq!(shown["profiles"][0]["dob"], "1815-12-10");
    assert_eq!(shown["phones"][0]["number"], "442079460018");
    assert_eq!((&shown["documents"], &shown["data_storages"]), (&json!([]), &json!([])));
    let labels = shown["labels"].as_array().unwrap();
    let described = |key: &str| &labels.iter().find(|label| label["key"] == key).unwrap()["description"];
    assert_eq!(described("risk"), "Seen in person");
    assert_eq!(described("email"), &Value::Null);
    assert!(shown["created_at"].is_string() && shown["updated_at"].is_string());
    assert!(shown.get("csrf_token").is_none());

    // The owner is not told what administrators write.
    assert!(
        ada.get("/labels/risk")
            .await
            .expect(200)
            .json()
            .get("description")
            .is_none()
    );
    let long = "x".repeat(3000);
    for uid in [NOBODY, "x", "ID%20", &long] {
        let answer = admin.get(&format!("/users/{uid}")).await;
        answer.expect_keys(404, &["admin.user.doesnt_exist"]);
    }
}

#[tokio::test]
async fn whoever_reads_a_user_is_written_down() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let before = server.audits().await.len();
    admin.shown(&ada.session.uid).await;
    let audits = server.audits().await;
    assert_eq!(audits.len(), before + 1);
    let last = audits.last().unwrap();
    assert_eq!(last["uid"], admin.session.uid.as_str());
    assert_eq!(last["target"], ada.session.uid.as_str());
    assert_eq!(
        [&last["topic"], &last["action"], &last["result"]],
        ["users", "read", "succeed"]
    );
    let path = format!("api/v2/admin/users/{}", ada.session.uid);
    // Whoever asks names no browser.
    let note = "Detected suspicious browser";
    assert_eq!(
        last["data"],
        json!({ "path": path, "uid": ada.session.uid, "note": note })
    );
    // Of nobody nothing was read.
    admin.get(&format!("/users/{NOBODY}")).await.expect(404);
    assert_eq!(server.audits().await.len(), before + 1);
}

#[rstest]
#[tokio::test]
async fn a_state_ends_sessions_everywhere(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    let client = server.client();
    let credentials = json!({ "username": ADA, "password": STRONG });
    let token = client.post("/api/v1/signin", &credentials).await.expect(200).text();
    client.me(&token).await.expect(200);
    let admin = Administrator::first(&server).await;
    let state = |state: &'static str| [("uid", ada.session.uid.clone()), ("state", state.to_owned())];
    let set = async |form: [(&str, String); 2]| {
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        admin.put("/users", &form).await
    };
    assert_eq!(set(state("banned")).await.expect(200).text(), "200");
    ada.get("/users/me").await.expect_keys(401, &["authz.user_not_active"]);
    client.me(&token).await.expect(401);
    client.post("/api/v1/signin", &credentials).await.expect(401);
    let answer = client.barong().enter(ADA, STRONG).await;
    answer.expect_keys(401, &["identity.session.banned"]);
    set(state("banned"))
        .await
        .expect_keys(422, &["admin.user.state_no_change"]);
    assert_eq!(admin.shown(&ada.session.uid).await["state"], "banned");

    // What it ended stays so.
    let form = state("active");
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(admin.post("/users/update", &form).await.expect(201).text(), "201");
    ada.get("/users/me").await.expect_keys(401, &["authz.invalid_session"]);
    client.me(&token).await.expect(401);
    client.barong().sign_in(ADA).await;
    let events = client.barong().events("model.user.updated").await;
    let record = &events[0]["record"];
    assert_eq!(
        (&record["user"]["state"], &record["changes"]["state"]),
        (&json!("active"), &json!("banned"))
    );
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said_in_order() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let (uid, own) = (ada.session.uid.as_str(), admin.session.uid.clone());
    let key = |name: &str| format!("admin.user.{name}");
    for (form, keys) in [
        (vec![], vec!["missing_uid", "empty_uid", "one_of_state_otp"]),
        (vec![("uid", " "), ("state", "banned")], vec!["empty_uid"]),
        (vec![("uid", uid)], vec!["one_of_state_otp"]),
        (
            vec![("uid", uid), ("state", "banned"), ("otp", "false")],
            vec!["one_of_state_otp"],
        ),
        (vec![("uid", uid), ("state", "")], vec!["empty_state"]),
        (vec![("uid", uid), ("otp", "")], vec!["empty_otp"]),
        (
            vec![("uid", ""), ("state", ""), ("otp", "")],
            vec!["empty_uid", "empty_state", "empty_otp", "one_of_state_otp"],
        ),
        (vec![("uid", &own), ("state", "banned")], vec!["update_himself"]),
        (vec![("uid", &own), ("otp", "true")], vec!["update_himself"]),
        (vec![("uid", uid), ("otp", "true")], vec!["enable_2fa"]),
        (vec![("uid", uid), ("otp", "false")], vec!["otp_no_change"]),
        (vec![("uid", uid), ("state", "active")], vec!["state_no_change"]),
    ] {
        let keys: Vec<String> = keys.into_iter().map(key).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        admin.put("/users", &form).await.expect_keys(422, &keys);
        admin.post("/users/update", &form).await.expect_keys(422, &keys);
    }
    let long = "x".repeat(3000);
    for (uid, name, value) in [
        (NOBODY, "state", "banned"),
        (&long, "state", "banned"),
        (NOBODY, "otp", "false"),
        (NOBODY, "otp", "true"),
    ] {
        let answer = admin.put("/users", &[("uid", uid), (name, value)]).await;
        answer.expect_keys(404, &["admin.user.doesnt_exist"]);
    }
    let answer = admin.put("/users", &[("uid", uid), ("otp", "perhaps")]).await;
    answer.expect_keys(422, &["invalid"]);
    for state in ["inactive", "unactivated", "Banned", "on fire"] {
        let answer = admin.put("/users", &[("uid", uid), ("state", state)]).await;
        answer.expect_keys(422, &["state.inclusion"]);
    }
    server.adjust(ADA, Step::Set("role", text("of-old"))).await;
    for (name, value) in [("state", "banned"), ("state", "pending")] {
        let answer = admin.put("/users", &[("uid", uid), (name, value)]).await;
        answer.expect_keys(422, &["role.doesnt_exist"]);
    }
    assert_eq!(admin.shown(uid).await["state"], "active");
}

/// The original applies whatever parameter comes first.
#[tokio::test]
async fn nothing_but_state_and_codes_is_changed() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let uid = ada.session.uid.as_str();
    let more = [
        ("role", "superadmin"),
        ("level", "3"),
        ("email", "eve@example.com"),
        ("password", "Another-Passw0rd"),
        ("data", "{}"),
        ("api_keys", "0"),
        ("two_factor", "true"),
    ];
    for (path, method) in [("/users", http::Method::PUT), ("/users/update", http::Method::POST)] {
        let before = admin.shown(uid).await;
        let form = [&more[..], &[("uid", uid)]].concat();
        let answer = admin.call(method.clone(), path, &form).await;
        answer.expect_keys(422, &["admin.user.one_of_state_otp"]);
        assert_eq!(admin.shown(uid).await, before);
        let state = if before["state"] == "active" {
            "pending"
        } else {
            "active"
        };
        let form = [&more[..], &[("uid", uid), ("state", state)]].concat();
        let status = admin.call(method, path, &form).await.status.as_u16();
        assert!([200, 201].contains(&status));
        let mut wanted = before;
        wanted["state"] = state.into();
        let mut shown = admin.shown(uid).await;
        shown["updated_at"] = wanted["updated_at"].clone();
        assert_eq!(shown, wanted);
    }
    server.client().barong().sign_in(ADA).await;
}

/// Labels decide again when the next of them changes.
#[tokio::test]
async fn a_state_holds_until_the_next_private_label() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let uid = ada.session.uid.as_str();
    admin
        .put("/users", &[("uid", uid), ("state", "locked")])
        .await
        .expect(200);
    let label = |scope| [("uid", uid), ("key", "note"), ("value", "something"), ("scope", scope)];
    admin.post("/users/labels", &label("public")).await.expect(201);
    assert_eq!(admin.shown(uid).await["state"], "locked");
    admin.post("/users/labels", &label("private")).await.expect(201);
    assert_eq!(admin.shown(uid).await["state"], "active");
}

#[tokio::test]
async fn a_role_acts_on_the_next_request() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let (admin, now_ada) = (
        Administrator::first(&server).await,
        Administrator {
            client: server.client(),
            session: ada.session.clone(),
        },
    );
    let uid = ada.session.uid.as_str();
    now_ada
        .get("/levels")
        .await
        .expect_keys(401, &["authz.invalid_permission"]);
    let role = |role| [("uid", uid), ("role", role)];
    assert_eq!(
        admin.post("/users/role", &role("technical")).await.expect(201).text(),
        "201"
    );
    now_ada.get("/levels").await.expect(200);
    let events = server.client().barong().events("model.user.updated").await;
    assert_eq!(events[0]["record"]["changes"], json!({ "role": "member" }));
    assert_eq!(events[0]["record"]["user"]["role"], "technical");
    admin.post("/users/role", &role("member")).await.expect(201);
    now_ada
        .get("/levels")
        .await
        .expect_keys(401, &["authz.invalid_permission"]);

    let missing =
        ["uid", "role"].map(|name| [format!("admin.user.missing_{name}"), format!("admin.user.empty_{name}")]);
    let missing: Vec<&str> = missing.iter().flatten().map(String::as_str).collect();
    admin.post("/users/role", &[]).await.expect_keys(422, &missing);
    for (form, status, key) in [
        ([("uid", ""), ("role", "member")], 422, "admin.user.empty_uid"),
        ([("uid", uid), ("role", " ")], 422, "admin.user.empty_role"),
        ([("uid", NOBODY), ("role", "member")], 404, "admin.user.doesnt_exist"),
        (role("member"), 422, "admin.user.role_no_change"),
        (role("nothing"), 422, "role.doesnt_exist"),
        (role("Support"), 422, "role.doesnt_exist"),
        (
            [("uid", &admin.session.uid), ("role", "member")],
            422,
            "admin.user.update_himself",
        ),
    ] {
        admin.post("/users/role", &form).await.expect_keys(status, &[key]);
    }
}

/// An account whose role is none any more gets one that is.
#[tokio::test]
async fn a_role_that_is_none_is_exchanged() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    server.adjust(ADA, Step::Set("role", text("of-old"))).await;
    let admin = Administrator::first(&server).await;
    let form = [("uid", ada.session.uid.as_str()), ("role", "member")];
    admin.post("/users/role", &form).await.expect(201);
    ada.get("/users/me").await.expect(200);
}

#[tokio::test]
async fn identity_server_keeps_its_last_administrator() {
    let server = Server::start().await;
    let first = Administrator::first(&server).await;
    let other = Administrator::new(&server, "other@example.com", "superadmin").await;
    let uid = first.session.uid.as_str();
    let key = "admin.user.last_administrator";
    let ban = [("uid", uid), ("state", "banned")];
    other.put("/users", &ban).await.expect_keys(422, &[key]);
    let label = [
        ("uid", uid),
        ("key", "ban"),
        ("value", "certainly"),
        ("scope", "private"),
    ];
    other.post("/users/labels", &label).await.expect_keys(422, &[key]);
    first.get("/levels").await.expect(200);
}

#[rstest]
#[tokio::test]
async fn data_is_removed_and_may_be_kept_anew(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let setup = Server::setup().env("USER_STORAGE_TITLES", "personal, Company");
    let Some(server) = setup.start_on(table).await else {
        return;
    };
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let uid = ada.session.uid.as_str();
    let data = [("title", "Company"), ("data", "{}")];
    ada.post("/data_storage", &data).await.expect(201);
    ada.post("/data_storage", &data)
        .await
        .expect_keys(422, &["title.taken"]);
    let of = |title| [("uid", uid), ("title", title)];
    admin
        .delete("/users/data_storage", &of("personal"))
        .await
        .expect_keys(404, &["admin.storage.doesnt_exist"]);
    let removed = admin.delete("/users/data_storage", &of("Company")).await.expect(204);
    assert!(removed.bytes.is_empty());
    assert_eq!(ada.labels().await, ["email:verified"]);
    admin
        .delete("/users/data_storage", &of("Company"))
        .await
        .expect_keys(404, &["admin.storage.doesnt_exist"]);
    ada.post("/data_storage", &data).await.expect(201);
    let missing = ["missing_uid", "empty_uid", "missing_title", "empty_title"];
    let missing = missing.map(|key| format!("admin.user.{key}"));
    let missing = missing.each_ref().map(String::as_str);
    admin
        .delete("/users/data_storage", &[])
        .await
        .expect_keys(422, &missing);
    let answer = admin
        .delete("/users/data_storage", &[("uid", NOBODY), ("title", "x")])
        .await;
    answer.expect_keys(404, &["admin.user.doesnt_exist"]);
}

#[tokio::test]
async fn statuses_may_be_those_of_the_original() {
    let setup = Server::setup().env("BARONG_STATUS_CODES", "runtime");
    let server = setup.env("USER_STORAGE_TITLES", "personal").start().await;
    let ada = Owner::join(&server, ADA).await;
    ada.post("/data_storage", &[("title", "personal"), ("data", "{}")])
        .await
        .expect(201);
    let admin = Administrator::first(&server).await;
    let uid = ada.session.uid.as_str();
    let label = [
        ("uid", uid),
        ("key", "note"),
        ("value", "something"),
        ("scope", "public"),
    ];
    assert_eq!(admin.post("/users/labels", &label).await.expect(200).text(), "200");
    admin.post("/users/labels/update", &label).await.expect(200);
    assert_eq!(admin.delete("/users/labels", &label).await.expect(200).text(), "200");
    admin
        .post("/users/update", &[("uid", uid), ("state", "pending")])
        .await
        .expect(200);
    admin
        .post("/users/role", &[("uid", uid), ("role", "trader")])
        .await
        .expect(200);
    let form = [("uid", uid), ("title", "personal")];
    let left = admin.delete("/users/data_storage", &form).await.expect(200).json();
    assert_eq!((&left["uid"], &left["data_storages"]), (&json!(uid), &json!([])));
}

#[tokio::test]
async fn keys_are_listed_without_their_secrets() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let admin = Administrator::first(&server).await;
    let path = format!("/api_keys?uid={}", ada.session.uid);
    assert_eq!(admin.get(&path).await.expect(200).json(), json!([]));
    let codes = ada.enrol(&server).await;
    let first = ada.api_key(&server, &codes).await;
    let second = ada.api_key(&server, &codes).await;
    let answer = admin.get(&path).await.expect(200);
    assert_eq!(
        [answer.header("total"), answer.header("per-page")],
        [Some("2"), Some("100")]
    );
    let keys = answer.json();
    let kids: Vec<&str> = keys
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap())
        .collect();
    assert_eq!(kids, [&first.0, &second.0]);
    assert!(keys[0].get("secret").is_none() && !answer.text().contains(&first.1));
    assert_eq!(
        (&keys[0]["state"], &keys[0]["algorithm"]),
        (&json!("active"), &json!("HS256"))
    );
    let turned = admin.get(&format!("{path}&ordering=desc&limit=1")).await.expect(200);
    assert_eq!(turned.json()[0]["kid"], second.0.as_str());
    assert!(turned.header("link").unwrap().contains("page=2"));

    // What an administrator switched off is shown so.
    let form = [("uid", ada.session.uid.as_str()), ("state", "pending")];
    admin.put("/users", &form).await.expect(200);
    assert_eq!(admin.get(&path).await.expect(200).json()[0]["state"], "inactive");
    for (query, status, keys) in [
        ("", 422, vec!["admin.apikey.missing_uid", "admin.apikey.empty_uid"]),
        ("?uid=", 422, vec!["admin.apikey.empty_uid"]),
        ("?uid=ID0000000000", 404, vec!["admin.user.doesnt_exist"]),
        (
            "?uid=x&ordering=up&order_by=secret",
            422,
            vec![
                "api_keys.ordering.invalid_ordering",
                "api_keys.ordering.invalid_attribute",
            ],
        ),
        (
            "?uid=x&page=0&limit=101",
            422,
            vec!["non_positive_page", "invalid_limit"],
        ),
    ] {
        admin.get(&format!("/api_keys{query}")).await.expect_keys(status, &keys);
    }
}
