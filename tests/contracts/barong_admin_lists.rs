//! admin.users.list, .documents_pending, .labels.list_users, .labels.list_values; admin.profiles.list.

use std::time::Duration;

use http::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::{Value, json};
use shared::accounts::Customer;
use shared::accounts::customer::profiles::{self, ProfileState};
use shared::accounts::customer::{Change, Scope};
use shared::store::StoreError;
use tests::owner::Owner;
use tests::server::ADMIN;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Answer, Server};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const CAROL: &str = "carol@example.com";

/// The second in which the first administrator is made; everybody else comes an hour after the one before.
const BEGIN: i64 = 1_772_366_400;
const HOUR: i64 = 3600;

/// An administrator and three others, each an hour younger than the one before.
struct Town {
    server: Server,
    admin: Administrator,
    ada: Owner,
    bob: Owner,
}

impl Town {
    async fn found(table: Table) -> Option<Self> {
        let server = Server::on(table).await?;
        let hour = || server.clock.advance(Duration::from_secs(3600));
        hour();
        let ada = Owner::join(&server, ADA).await;
        tell(&ada, "Ada", "King", "gb").await;
        hour();
        let bob = Owner::join(&server, BOB).await;
        tell(&bob, "Bob", "King", "de").await;
        server.appoint(BOB, "accountant").await;
        hour();
        server.client().barong().sign_up(CAROL).await;
        hour();
        let admin = Administrator::first(&server).await;
        // Something of Ada changes last.
        let ada_again = Owner {
            session: server.client().barong().sign_in(ADA).await,
            ..ada
        };
        ada_again.put("/users/me", &[("data", "{}")]).await.expect(200);
        let bob_again = Owner {
            session: server.client().barong().sign_in(BOB).await,
            ..bob
        };
        Some(Self {
            server,
            admin,
            ada: ada_again,
            bob: bob_again,
        })
    }

    async fn list(&self, query: &str) -> Answer {
        self.admin.get(&format!("/users?{query}")).await
    }

    async fn customer(&self, email: &str) -> Customer {
        let id = self.server.account(email).await.id;
        Customer::read(&self.server.app().store, id).await.unwrap().unwrap()
    }

    /// Puts a private label on somebody, as an administrator would.
    async fn label(&self, email: &str, key: &str, value: &str) {
        let (app, customer) = (self.server.app(), self.customer(email).await);
        let mut change = Change::<StoreError>::of(app, &customer);
        change.label(Scope::Private, key, value);
        change.commit(app).await.unwrap();
    }
}

/// Submits a profile.
async fn tell(owner: &Owner, first: &str, last: &str, country: &str) {
    let form = [
        ("first_name", first),
        ("last_name", last),
        ("country", country),
        ("confirm", "true"),
    ];
    owner.post("/profiles", &form).await.expect(201);
}

/// Whose addresses are shown, in order, and how many there are in all.
#[track_caller]
fn shown(answer: Answer) -> (Vec<String>, u64) {
    let answer = answer.expect(200);
    let total = answer.header("total").unwrap().parse().unwrap();
    let rows = answer.json();
    let email = |user: &Value| user["email"].as_str().unwrap().to_owned();
    (rows.as_array().unwrap().iter().map(email).collect(), total)
}

#[rstest]
#[tokio::test]
async fn users_are_found_by_whatever_is_known(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(town) = Town::found(table).await else { return };
    let uid = town.server.account(ADA).await.uid;
    let at = |hours: i64| BEGIN + hours * HOUR;
    let all = [ADMIN, ADA, BOB, CAROL];
    let cases: Vec<(String, &[&str], u64)> = vec![
        (String::new(), &all, 4),
        ("ordering=desc".into(), &[CAROL, BOB, ADA, ADMIN], 4),
        ("order_by=id&ordering=ASC".into(), &all, 4),
        ("limit=2".into(), &[ADMIN, ADA], 4),
        ("limit=2&page=2".into(), &[BOB, CAROL], 4),
        ("limit=2&page=3".into(), &[], 4),
        ("role=member".into(), &[ADA, CAROL], 2),
        ("role=accountant".into(), &[BOB], 1),
        ("role=nobody".into(), &[], 0),
        ("role=member&state=active".into(), &[ADA], 1),
        ("state=pending".into(), &[CAROL], 1),
        // Three cells as one list.
        ("state=active".into(), &[ADMIN, ADA, BOB], 3),
        ("state=active&ordering=desc".into(), &[BOB, ADA, ADMIN], 3),
        ("state=active&limit=1&page=2".into(), &[ADA], 3),
        ("state=active&limit=1&page=4".into(), &[], 3),
        ("level=0".into(), &[CAROL], 1),
        ("level=1&role=superadmin".into(), &[ADMIN], 1),
        ("level=9".into(), &[], 0),
        ("level=-1".into(), &[], 0),
        ("state=Active".into(), &[], 0),
        ("email=ADA@example.com".into(), &[ADA], 1),
        ("email=ada@example.com&role=accountant".into(), &[], 0),
        ("email=nobody@example.com".into(), &[], 0),
        ("email=odd".into(), &[], 0),
        (format!("uid={uid}"), &[ADA], 1),
        (format!("uid={uid}&page=2"), &[], 1),
        (format!("uid={uid}&last_name=King&country=gb"), &[ADA], 1),
        (format!("uid={uid}&last_name=Lovelace"), &[], 0),
        (format!("uid={uid}&email={BOB}"), &[], 0),
        ("uid=ID0000000000".into(), &[], 0),
        (format!("uid={}", "X".repeat(5000)), &[], 0),
        ("last_name=King".into(), &[ADA, BOB], 2),
        ("last_name=King&ordering=desc".into(), &[BOB, ADA], 2),
        ("last_name=King&limit=1&page=2".into(), &[BOB], 2),
        ("last_name=King&country=de".into(), &[BOB], 1),
        ("last_name=King&role=member".into(), &[ADA], 1),
        ("last_name=king".into(), &[], 0),
        ("first_name=Ada".into(), &[ADA], 1),
        ("first_name=Ada&country=de".into(), &[], 0),
        ("country=gb".into(), &[ADA], 1),
        (format!("country=de&from={}", at(3)), &[], 0),
        (format!("first_name={}", "x".repeat(3000)), &[], 0),
        // Both ends are included.
        (format!("from={}", at(2)), &[BOB, CAROL], 2),
        (format!("to={}", at(1)), &[ADMIN, ADA], 2),
        (format!("from={0}&to={0}", at(1)), &[ADA], 1),
        (format!("from={}&to={}", at(2), at(1)), &[], 0),
        (format!("from={}&role=member", at(2)), &[CAROL], 1),
        (format!("from={}&limit=1&page=2", at(1)), &[BOB], 3),
        ("from=-5&to=99999999999999".into(), &all, 4),
        ("range=updated".into(), &all, 4),
        (format!("range=updated&from={}", at(4)), &[ADA], 1),
        // By age, not by change.
        (format!("range=updated&from={}", at(3)), &[ADA, CAROL], 2),
        (format!("range=updated&from={}&ordering=desc", at(3)), &[CAROL, ADA], 2),
        (format!("range=updated&from={}&level=0", at(3)), &[CAROL], 1),
        (format!("range=updated&to={}", at(2)), &[ADMIN, BOB], 2),
        (format!("range=updated&to={}&last_name=King", at(2)), &[BOB], 1),
        // Blank is absent.
        ("role=&uid=&level=&from=".into(), &all, 4),
    ];
    for (query, wanted, total) in cases {
        let found = shown(town.list(&query).await);
        assert_eq!(
            (found.0, found.1),
            (wanted.iter().map(ToString::to_string).collect(), total),
            "{query}"
        );
    }
}

/// Whoever told twice that they live somewhere is one user.
#[tokio::test]
async fn who_has_several_profiles_appears_once() {
    let town = Town::found(Embedded).await.unwrap();
    let (app, customer) = (town.server.app(), town.customer(ADA).await);
    let mut rejected = customer.profiles[0].clone();
    rejected.state = ProfileState::Rejected;
    rejected.updated_at = app.clock.now();
    let mut change = Change::<StoreError>::of(app, &customer);
    profiles::keep(&mut change, &customer, &rejected);
    change.commit(app).await.unwrap();
    tell(&town.ada, "Augusta", "King", "gb").await;
    assert_eq!(shown(town.list("country=gb").await), (vec![ADA.to_owned()], 1));
    assert_eq!(shown(town.list("last_name=King").await).1, 2);
    assert_eq!(shown(town.list("first_name=Augusta&country=gb").await).1, 1);
    let told = town
        .list(&format!("email={ADA}&extended=true"))
        .await
        .expect(200)
        .json();
    assert_eq!(told[0]["profiles"].as_array().unwrap().len(), 2);
    let every = town.admin.get("/profiles").await.expect(200);
    assert_eq!(every.header("total"), Some("3"));
}

#[tokio::test]
async fn what_is_extended_is_whole_and_written_down() {
    let town = Town::found(Embedded).await.unwrap();
    let plain = town.list("last_name=King&limit=1").await.expect(200).json();
    assert!(
        plain[0].get("profiles").is_none() && plain[0].get("created_at").is_none(),
        "{plain}"
    );
    assert_eq!(town.server.audits().await, [Value::Null; 0]);
    let answer = town.list("last_name=King&limit=1&extended=true").await.expect(200);
    let links = answer.header("link").unwrap();
    assert!(links.contains("last_name=King&limit=1&extended=true&page=2"), "{links}");
    let user = &answer.json()[0];
    assert_eq!(
        (
            &user["email"],
            &user["profiles"][0]["last_name"],
            &user["created_at"],
            &user["updated_at"]
        ),
        (
            &json!(ADA),
            &json!("King"),
            &json!("2026-03-01T13:00:00Z"),
            &json!("2026-03-01T16:00:00Z")
        )
    );
    let audits = town.server.audits().await;
    let [audit] = audits.as_slice() else {
        panic!("{audits:?}")
    };
    assert_eq!(
        (
            &audit["topic"],
            &audit["action"],
            &audit["result"],
            &audit["data"]["last_name"]
        ),
        (&json!("users"), &json!("read"), &json!("succeed"), &json!("King"))
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_list_is_said() {
    let town = Town::found(Embedded).await.unwrap();
    for (path, query, keys) in [
        ("users", "extended=maybe", &["admin.user.non_boolean_extended"][..]),
        ("users", "range=read", &["admin.user.invalid_range"]),
        ("users", "level=one", &["invalid"]),
        ("users", "from=now&to=then", &["invalid", "invalid"]),
        ("users", "ordering=up", &["user.ordering.invalid_ordering"]),
        ("users", "order_by=password", &["user.ordering.invalid_attribute"]),
        ("users", "page=0&limit=101", &["non_positive_page", "invalid_limit"]),
        (
            "users/documents/pending",
            "extended=2",
            &["admin.user.non_boolean_extended"],
        ),
        (
            "users/documents/pending",
            "range=x&page=x",
            &["admin.user.invalid_range", "non_integer_page"],
        ),
        (
            "users/labels",
            "",
            &["admin.user.missing_key", "admin.user.missing_value"],
        ),
        (
            "users/labels",
            "key=email&limit=0",
            &["admin.user.missing_value", "invalid_limit"],
        ),
        ("profiles", "page=-1", &["non_positive_page"]),
    ] {
        town.admin.get(&format!("/{path}?{query}")).await.expect_keys(422, keys);
    }
}

/// Everybody else is refused, and it is written down.
#[tokio::test]
async fn lists_are_for_those_whose_role_may() {
    let town = Town::found(Embedded).await.unwrap();
    let member = Administrator {
        client: town.server.client(),
        session: town.ada.session.clone(),
    };
    let accountant = Administrator {
        client: town.server.client(),
        session: town.bob.session.clone(),
    };
    for path in ["/users", "/users/documents/pending", "/users/labels/list", "/profiles"] {
        member.get(path).await.expect_keys(401, &["authz.invalid_permission"]);
        accountant.get(path).await.expect(200);
        let nobody = town.server.client().get(&format!("/api/v2/admin{path}")).await;
        nobody.expect_keys(401, &["authz.invalid_session"]);
    }
}

/// Uploads a passport.
async fn upload(owner: &Owner) {
    let file = Part::bytes(tests::picture::png()).file_name("a.png");
    let form = Form::new().text("doc_type", "Passport").text("doc_number", "1");
    let form = form.text("doc_expire", "2030-12-31").part("upload[]", file);
    let request = owner.request(Method::POST, "/documents").multipart(form);
    owner.barong.send(request).await.expect(201);
}

#[rstest]
#[tokio::test]
async fn documents_wait_in_the_order_in_which_they_came(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(town) = Town::found(table).await else { return };
    let pending = async |query: &str| shown(town.admin.get(&format!("/users/documents/pending?{query}")).await);
    let who = |emails: &[&str]| -> Vec<String> { emails.iter().map(ToString::to_string).collect() };
    assert_eq!(pending("").await, (vec![], 0));
    upload(&town.bob).await;
    town.server.clock.advance(Duration::from_secs(1));
    upload(&town.ada).await;
    assert_eq!(pending("").await, (who(&[BOB, ADA]), 2));
    assert_eq!(pending("limit=1&page=2").await, (who(&[ADA]), 2));
    assert_eq!(pending("page=2").await, (vec![], 2));
    for (query, wanted) in [
        ("role=member".to_owned(), &[ADA][..]),
        ("last_name=King".into(), &[BOB, ADA]),
        ("last_name=King&country=gb&state=active".into(), &[ADA]),
        ("first_name=Carol".into(), &[]),
        (format!("email={BOB}"), &[BOB]),
        (format!("from={}", BEGIN + 2 * HOUR), &[BOB]),
        (format!("range=updated&from={}", BEGIN + 4 * HOUR), &[ADA]),
        ("state=odd".into(), &[]),
    ] {
        assert_eq!(pending(&query).await, (who(wanted), wanted.len() as u64), "{query}");
    }
    // What was verified and then replaced waits anew, behind the others.
    town.label(BOB, "document", "verified").await;
    assert_eq!(pending("").await, (who(&[ADA]), 1));
    town.server.clock.advance(Duration::from_secs(1));
    town.label(BOB, "document", "replaced").await;
    assert_eq!(pending("").await, (who(&[ADA, BOB]), 2));
    let whole = town.admin.get("/users/documents/pending?extended=true&limit=1").await;
    let whole = whole.expect(200).json();
    assert_eq!(whole[0]["documents"][0]["doc_number"], "1", "{whole}");
    assert!(
        whole[0]["labels"]
            .as_array()
            .unwrap()
            .iter()
            .any(|label| label["key"] == "document")
    );
    // A public label of the same name is no document.
    town.label(ADA, "document", "rejected").await;
    town.ada
        .post("/labels", &[("key", "document"), ("value", "pending")])
        .await
        .expect(201);
    assert_eq!(pending("").await, (who(&[BOB]), 1));
}

#[rstest]
#[tokio::test]
async fn users_are_found_by_their_labels(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(town) = Town::found(table).await else { return };
    let labelled = async |key: &str, value: &str| {
        let path = format!("/users/labels?key={key}&value={value}");
        shown(town.admin.get(&path).await)
    };
    let who = |emails: &[&str]| -> Vec<String> { emails.iter().map(ToString::to_string).collect() };
    assert_eq!(labelled("email", "verified").await, (who(&[ADMIN, ADA, BOB]), 3));
    assert_eq!(labelled("email", "nothing").await, (vec![], 0));
    assert_eq!(labelled(&"k".repeat(300), "x").await, (vec![], 0));
    let form = [("key", "email"), ("value", "verified")];
    town.ada.post("/labels", &form).await.expect(201);
    // In both scopes, and one user all the same.
    assert_eq!(labelled("email", "verified").await, (who(&[ADMIN, ADA, BOB]), 3));
    let second = town
        .admin
        .get("/users/labels?key=email&value=verified&limit=1&page=2")
        .await;
    assert_eq!(shown(second), (who(&[ADA]), 3));
    let values = async || town.admin.get("/users/labels/list").await.expect(200).json();
    let wanted = json!({ "[\"email\", \"verified\"]": 3, "[\"profile\", \"submitted\"]": 2 });
    assert_eq!(values().await, wanted);
    town.label(ADA, "profile", "verified").await;
    let wanted = json!({
        "[\"email\", \"verified\"]": 3, "[\"profile\", \"submitted\"]": 1, "[\"profile\", \"verified\"]": 1,
    });
    assert_eq!(values().await, wanted);
    assert_eq!(labelled("profile", "submitted").await, (who(&[BOB]), 1));
}

#[rstest]
#[tokio::test]
async fn profiles_of_all_users_are_listed_by_age(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(town) = Town::found(table).await else { return };
    let all = town.admin.get("/profiles?limit=1&page=2").await.expect(200);
    assert_eq!(all.header("total"), Some("2"));
    let rows = all.json();
    let wanted = json!([{
        "first_name": "Bob", "last_name": "King", "dob": null, "address": null, "postcode": null, "city": null,
        "country": "de", "state": "submitted", "metadata": null,
        "created_at": "2026-03-01T14:00:00Z", "updated_at": "2026-03-01T14:00:00Z",
    }]);
    assert_eq!(rows, wanted);
    let behind = town.admin.get("/profiles?page=2").await.expect(200);
    assert_eq!((behind.json(), behind.header("total")), (json!([]), Some("2")));
    assert_eq!(town.server.audits().await.len(), 2);
}
