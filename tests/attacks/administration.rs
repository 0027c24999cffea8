//! Administrators of barong's surface: what each role is kept from, and who is protected from whom.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use shared::access::edge::ability::{Ability, Act, Model};
use shared::access::edge::tables::Verdict;
use shared::access::edge::{EdgePath, Tables, first};
use shared::store::commit::{Step, flag};
use tests::{Administrator, Server};

/// What the document says that each operation needs.
const NEEDS: [(&str, Act, Model); 29] = [
    ("admin.activities.list", Act::Read, Model::Activity),
    ("admin.activities.list_admin", Act::Read, Model::Activity),
    ("admin.api_keys.list", Act::Read, Model::ApiKey),
    ("admin.levels.list", Act::Read, Model::Level),
    ("admin.metrics", Act::Read, Model::User),
    ("admin.permissions.create", Act::Create, Model::Permission),
    ("admin.permissions.delete", Act::Destroy, Model::Permission),
    ("admin.permissions.list", Act::Read, Model::Permission),
    ("admin.permissions.update", Act::Update, Model::Permission),
    ("admin.profiles.list", Act::Read, Model::Profile),
    ("admin.profiles.update", Act::Update, Model::Profile),
    ("admin.restrictions.create", Act::Create, Model::Restriction),
    ("admin.restrictions.delete", Act::Destroy, Model::Restriction),
    ("admin.restrictions.list", Act::Read, Model::Restriction),
    ("admin.restrictions.update", Act::Update, Model::Restriction),
    ("admin.restrictions.whitelink", Act::Create, Model::Restriction),
    ("admin.users.data_storage.delete", Act::Destroy, Model::User),
    ("admin.users.documents_pending", Act::Read, Model::User),
    ("admin.users.get", Act::Read, Model::User),
    ("admin.users.labels.create", Act::Create, Model::Label),
    ("admin.users.labels.delete", Act::Destroy, Model::Label),
    ("admin.users.labels.list_users", Act::Read, Model::User),
    ("admin.users.labels.list_values", Act::Read, Model::User),
    ("admin.users.labels.update_post", Act::Update, Model::Label),
    ("admin.users.labels.update_put", Act::Update, Model::Label),
    ("admin.users.list", Act::Read, Model::User),
    ("admin.users.role", Act::Update, Model::User),
    ("admin.users.update_post", Act::Update, Model::User),
    ("admin.users.update_put", Act::Update, Model::User),
];

/// Every operation for administrators that there is: name, method, path.
fn operations() -> Vec<(String, Method, String)> {
    let document = serde_json::to_value(countersign::barong_document()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(name) = operation["operationId"].as_str() else {
                continue;
            };
            if name.starts_with("admin.") {
                let method = method.to_uppercase().parse().unwrap();
                operations.push((name.to_owned(), method, path.clone()));
            }
        }
    }
    operations
}

/// By permissions first, then by what the role is able to do; whoever has both is answered by the operation.
#[tokio::test]
async fn every_role_does_what_it_may_and_nothing_else() {
    let server = Server::start().await;
    let mut rows = first::permissions(Timestamp::UNIX_EPOCH);
    rows.push(server.permit("auditor get api/v2/barong/admin accept").await);
    let tables = Tables::new(rows, Vec::new());
    let needs: BTreeMap<&str, Ability> = NEEDS.map(|(name, act, model)| (name, Ability(act, model))).into();
    let operations = operations();
    assert!(operations.len() >= 12, "{operations:?}");
    let roles = [
        "member",
        "support",
        "technical",
        "accountant",
        "compliance",
        "admin",
        "auditor",
        "superadmin",
    ];
    let mut outcomes = BTreeMap::new();
    for role in roles {
        let admin = Administrator::new(&server, &format!("{role}@example.com"), role).await;
        for (name, method, path) in &operations {
            let path = path.replace("{uid}", &admin.session.uid);
            let edge = EdgePath::parse(&path).unwrap();
            let is_permitted = tables.verdict(role, method.as_str(), &edge) != Verdict::Denied;
            let path = path.strip_prefix("/api/v2/admin").unwrap();
            let answer = admin.client.send(admin.request(method.clone(), path)).await;
            match (is_permitted, needs[name.as_str()].is_given(role)) {
                (false, _) => drop(answer.expect_keys(401, &["authz.invalid_permission"])),
                (true, false) => drop(answer.expect_keys(401, &["admin.ability.not_permitted"])),
                (true, true) => assert!([200, 201, 422].contains(&answer.status.as_u16()), "{role} {name}"),
            }
            *outcomes
                .entry((is_permitted, needs[name.as_str()].is_given(role)))
                .or_insert(0) += 1;
        }
    }
    assert!(
        outcomes.values().all(|count| *count >= 3) && outcomes.len() == 4,
        "{outcomes:?}"
    );
}

/// What the edge lets through and the table of abilities does not is written down once, as denied.
#[tokio::test]
async fn what_a_role_is_not_able_to_do_is_written_down() {
    let server = Server::start().await;
    let accountant = Administrator::new(&server, "accountant@example.com", "accountant").await;
    let before = server.audits().await.len();
    let form = [("uid", accountant.session.uid.as_str()), ("state", "banned")];
    let answer = accountant.put("/users", &form).await;
    answer.expect_keys(401, &["admin.ability.not_permitted"]);
    let audits = server.audits().await;
    assert_eq!(audits.len(), before + 1);
    let last = audits.last().unwrap();
    assert_eq!(
        [&last["result"], &last["topic"], &last["action"]],
        ["denied", "users", "update"]
    );
    assert_eq!(last["target"], accountant.session.uid.as_str());
    assert_eq!(last["data"]["state"], "banned");
}

/// A role that may do everything but is not superadmin's.
async fn chief(server: &Server) -> Administrator {
    server.permit("chief all api/v2/barong/admin accept").await;
    Administrator::new(server, "chief@example.com", "chief").await
}

#[tokio::test]
async fn a_superadmin_is_changed_by_superadmins_only() {
    let server = Server::start().await;
    let first = Administrator::first(&server).await;
    let victim = Administrator::new(&server, "victim@example.com", "superadmin").await;
    server
        .adjust("victim@example.com", Step::Set("two_factor", flag(true)))
        .await;
    let owner = tests::owner::Owner {
        barong: server.client().barong(),
        session: victim.session.clone(),
        email: "victim@example.com".into(),
    };
    owner.post("/profiles", &[("confirm", "true")]).await.expect(201);
    let chief = chief(&server).await;
    let uid = victim.session.uid.as_str();
    let before = first.shown(uid).await;
    let label = |key| vec![("uid", uid), ("key", key), ("value", "something"), ("scope", "private")];
    for (method, path, form) in [
        (Method::PUT, "/users", vec![("uid", uid), ("state", "banned")]),
        (Method::POST, "/users/update", vec![("uid", uid), ("state", "banned")]),
        (Method::PUT, "/users", vec![("uid", uid), ("otp", "false")]),
        (Method::PUT, "/users", vec![("uid", uid), ("otp", "true")]),
        (Method::PUT, "/users", vec![("uid", uid), ("state", "nothing")]),
        (Method::POST, "/users/role", vec![("uid", uid), ("role", "member")]),
        (Method::POST, "/users/role", vec![("uid", uid), ("role", "nothing")]),
        (Method::POST, "/users/labels", label("ban")),
        (Method::PUT, "/users/labels", label("email")),
        (Method::PUT, "/users/labels", label("nothing")),
        (Method::POST, "/users/labels/update", label("ban")),
        (Method::DELETE, "/users/labels", label("email")),
    ] {
        let answer = chief.call(method.clone(), path, &form).await;
        answer.expect_keys(422, &["admin.user.superadmin_change"]);
    }
    let answer = chief.put("/profiles", &[("uid", uid), ("state", "rejected")]).await;
    answer.expect_keys(422, &["admin.profiles.superadmin_change"]);
    assert_eq!(first.shown(uid).await, before);

    // Nor does anybody else make one.
    let member = Administrator::new(&server, "member@example.com", "member").await;
    let form = [("uid", member.session.uid.as_str()), ("role", "superadmin")];
    let answer = chief.post("/users/role", &form).await;
    answer.expect_keys(422, &["admin.user.superadmin_change"]);
    let own = [("uid", chief.session.uid.as_str()), ("role", "superadmin")];
    chief
        .post("/users/role", &own)
        .await
        .expect_keys(422, &["admin.user.superadmin_change"]);
    first.post("/users/role", &form).await.expect(201);
    // Another superadmin may do it all.
    first.put("/users", &[("uid", uid), ("otp", "false")]).await.expect(200);
    first
        .put("/profiles", &[("uid", uid), ("state", "rejected")])
        .await
        .expect(200);
    first
        .post("/users/role", &[("uid", uid), ("role", "member")])
        .await
        .expect(201);
}

#[tokio::test]
async fn nobody_rules_themselves() {
    let server = Server::start().await;
    let first = Administrator::first(&server).await;
    let chief = chief(&server).await;
    for admin in [&first, &chief] {
        let uid = admin.session.uid.as_str();
        for (method, path, name, value) in [
            (Method::PUT, "/users", "state", "pending"),
            (Method::POST, "/users/update", "state", "banned"),
            (Method::PUT, "/users", "otp", "false"),
            (Method::POST, "/users/role", "role", "member"),
        ] {
            let answer = admin.call(method, path, &[("uid", uid), (name, value)]).await;
            answer.expect_keys(422, &["admin.user.update_himself"]);
        }
        let label = [("uid", uid), ("key", "note"), ("value", "something")];
        admin.post("/users/labels", &label).await.expect(201);
    }
}

/// By cookie and by a token that was given before.
#[tokio::test]
async fn an_administrator_who_is_banned_or_demoted_is_none_at_the_next_request() {
    let server = Server::start().await;
    let first = Administrator::first(&server).await;
    let admin = Administrator::new(&server, "admin@example.com", "admin").await;
    let client = server.client();
    let token = client
        .ask(Method::GET, "api/v2/barong/admin/levels", &admin.session)
        .await
        .expect_token();
    let by_token = async || {
        let request = client.request(Method::GET, "/api/v2/admin/levels");
        client
            .send(request.header("authorization", format!("Bearer {token}")))
            .await
    };
    by_token().await.expect(200);
    let uid = admin.session.uid.as_str();
    first
        .post("/users/role", &[("uid", uid), ("role", "member")])
        .await
        .expect(201);
    by_token().await.expect_keys(401, &["authz.invalid_permission"]);
    admin
        .get("/levels")
        .await
        .expect_keys(401, &["authz.invalid_permission"]);
    first
        .post("/users/role", &[("uid", uid), ("role", "admin")])
        .await
        .expect(201);
    by_token().await.expect(200);
    first
        .put("/users", &[("uid", uid), ("state", "locked")])
        .await
        .expect(200);
    by_token().await.expect_keys(401, &["authz.user_not_active"]);
    let form = [("uid", first.session.uid.as_str()), ("key", "a"), ("value", "b")];
    let answer = admin.post("/users/labels", &form).await;
    answer.expect_keys(401, &["authz.user_not_active"]);
}
