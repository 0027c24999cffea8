//! admin.users.labels.create, .update_put, .update_post, .delete.

use rstest::rstest;
use serde_json::{Value, json};
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Answer, Server};

const ADA: &str = "ada@example.com";
const NOBODY: &str = "ID0000000000";

/// An administrator and somebody to be labelled.
struct Desk {
    server: Server,
    admin: Administrator,
    ada: Owner,
}

impl Desk {
    async fn of(server: Server) -> Self {
        let ada = Owner::join(&server, ADA).await;
        let admin = Administrator::first(&server).await;
        Self { server, admin, ada }
    }

    fn form<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [&[("uid", self.ada.session.uid.as_str())], more].concat()
    }

    async fn create(&self, key: &str, value: &str, scope: &str) -> Answer {
        let form = [("key", key), ("value", value), ("scope", scope)];
        self.admin.post("/users/labels", &self.form(&form)).await
    }

    async fn put(&self, more: &[(&str, &str)]) -> Answer {
        self.admin.put("/users/labels", &self.form(more)).await
    }

    async fn post(&self, more: &[(&str, &str)]) -> Answer {
        self.admin.post("/users/labels/update", &self.form(more)).await
    }

    async fn delete(&self, key: &str, scope: &str) -> Answer {
        let form = [("key", key), ("scope", scope)];
        self.admin.delete("/users/labels", &self.form(&form)).await
    }

    async fn shown(&self) -> Value {
        self.admin.shown(&self.ada.session.uid).await
    }

    /// The label of this key, with what is written about it.
    async fn label(&self, key: &str) -> Value {
        let shown = self.shown().await;
        let labels = shown["labels"].as_array().unwrap();
        labels
            .iter()
            .find(|label| label["key"] == key)
            .cloned()
            .unwrap_or_default()
    }

    async fn events(&self, name: &str) -> usize {
        self.server.client().barong().events(name).await.len()
    }
}

#[rstest]
#[tokio::test]
async fn state_and_level_follow_at_once(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let desk = Desk::of(server).await;
    let stands = async || {
        let shown = desk.shown().await;
        (
            shown["state"].as_str().unwrap().to_owned(),
            shown["level"].as_u64().unwrap(),
        )
    };
    let at = |state: &str, level| (state.to_owned(), level);
    assert_eq!(stands().await, at("active", 1));
    assert_eq!(
        desk.create(" Phone ", "VERIFIED", "private").await.expect(201).text(),
        "201"
    );
    assert_eq!(stands().await, at("active", 2));
    desk.create("document", "verified", "private").await.expect(201);
    assert_eq!(stands().await, at("active", 3));
    desk.create("ban", "fraudster", "public").await.expect(201);
    assert_eq!(stands().await, at("active", 3));
    desk.create("ban", "fraudster", "private").await.expect(201);
    assert_eq!(stands().await, at("banned", 3));
    desk.ada
        .get("/users/me")
        .await
        .expect_keys(401, &["authz.user_not_active"]);
    desk.delete("ban", "private").await.expect(204);
    assert_eq!(stands().await, at("active", 3));
    desk.put(&[("key", "phone"), ("scope", "private"), ("value", "rejected")])
        .await
        .expect(200);
    assert_eq!(stands().await, at("active", 1));
    desk.delete("email", "private").await.expect(204);
    assert_eq!(stands().await, at("pending", 0));
}

#[tokio::test]
async fn what_is_wrong_with_a_new_label_is_said_in_order() {
    let desk = Desk::of(Server::start().await).await;
    let uid = desk.ada.session.uid.clone();
    let missing =
        ["uid", "key", "value"].map(|name| [format!("admin.user.missing_{name}"), format!("admin.user.empty_{name}")]);
    let missing: Vec<&str> = missing.iter().flatten().map(String::as_str).collect();
    desk.admin.post("/users/labels", &[]).await.expect_keys(422, &missing);
    let blank = ["uid", "key", "value", "description", "scope"].map(|name| format!("admin.user.empty_{name}"));
    let blank = blank.each_ref().map(String::as_str);
    let form = ["uid", "key", "value", "description", "scope"].map(|name| (name, " "));
    desk.admin.post("/users/labels", &form).await.expect_keys(422, &blank);
    desk.create("colour", "red", "public").await.expect(201);
    let long = "x".repeat(256);
    for (key, value, scope, keys) in [
        ("colour", "red", "public", vec!["key.taken"]),
        ("Colour", "r", "public", vec!["key.taken", "value.too_short"]),
        ("ab", "c d", "public", vec!["key.too_short", "value.invalid"]),
        ("a b", "red", "secret", vec!["key.invalid", "scope.inclusion"]),
        (&long, &long, "private", vec!["key.too_long", "value.too_long"]),
        ("email", "other", "private", vec!["key.taken"]),
    ] {
        desk.create(key, value, scope).await.expect_keys(422, &keys);
    }
    let form = [
        ("uid", uid.as_str()),
        ("key", "other"),
        ("value", "red"),
        ("description", &long),
    ];
    desk.admin
        .post("/users/labels", &form)
        .await
        .expect_keys(422, &["description.too_long"]);
    let form = [("uid", NOBODY), ("key", "a"), ("value", "b")];
    desk.admin
        .post("/users/labels", &form)
        .await
        .expect_keys(404, &["admin.user.doesnt_exist"]);
    // Without a scope it is public; one of the other scope is another label.
    desk.create("colour", "blue", "private").await.expect(201);
    let form = [("key", "tone"), ("value", "dark")];
    desk.admin.post("/users/labels", &desk.form(&form)).await.expect(201);
    assert_eq!(desk.label("tone").await["scope"], "public");
}

#[tokio::test]
async fn a_label_is_addressed_by_key_and_scope() {
    let desk = Desk::of(Server::start().await).await;
    desk.create("colour", "red", "public").await.expect(201);
    let change = |scope, value| [("key", "COLOUR"), ("scope", scope), ("value", value)];
    let none = "admin.label.doesnt_exist";
    desk.put(&change("private", "blue")).await.expect_keys(404, &[none]);
    desk.put(&change("secret", "blue")).await.expect_keys(404, &[none]);
    assert_eq!(desk.put(&change("public", "blue")).await.expect(200).text(), "200");
    assert_eq!(desk.label("colour").await["value"], "blue");
    for (value, key) in [("ab", "value.too_short"), ("a b c", "value.invalid")] {
        desk.put(&change("public", value)).await.expect_keys(422, &[key]);
    }
    for name in ["uid", "key", "scope", "value"] {
        let whole = desk.form(&change("public", "green"));
        let part: Vec<_> = whole.iter().copied().filter(|(known, _)| *known != name).collect();
        let keys = [format!("admin.user.missing_{name}"), format!("admin.user.empty_{name}")];
        let keys = keys.each_ref().map(String::as_str);
        desk.admin.put("/users/labels", &part).await.expect_keys(422, &keys);
        desk.admin
            .post("/users/labels/update", &part)
            .await
            .expect_keys(422, &keys);
    }
    let more = [&change("public", "green")[..], &[("description", "")]].concat();
    desk.put(&more)
        .await
        .expect_keys(422, &["admin.user.empty_description"]);
    let form = [("uid", NOBODY), ("key", "a"), ("scope", "b"), ("value", "c")];
    for answer in [
        desk.admin.put("/users/labels", &form).await,
        desk.admin.post("/users/labels/update", &form).await,
        desk.admin.delete("/users/labels", &form).await,
    ] {
        answer.expect_keys(404, &["admin.user.doesnt_exist"]);
    }
    desk.delete("colour", "private").await.expect_keys(404, &[none]);
    desk.delete("colour", "secret").await.expect_keys(404, &[none]);
    desk.delete("!", "public").await.expect_keys(404, &[none]);
    assert!(desk.delete("Colour", "public").await.expect(204).bytes.is_empty());
    desk.delete("colour", "public").await.expect_keys(404, &[none]);
    let missing =
        ["uid", "key", "scope"].map(|name| [format!("admin.user.missing_{name}"), format!("admin.user.empty_{name}")]);
    let missing: Vec<&str> = missing.iter().flatten().map(String::as_str).collect();
    desk.admin.delete("/users/labels", &[]).await.expect_keys(422, &missing);
}

#[tokio::test]
async fn a_missing_label_is_made_unless_it_is_not_wanted() {
    let desk = Desk::of(Server::start().await).await;
    let change = |more: &[(&'static str, &'static str)]| {
        [&[("key", "risk"), ("scope", "private"), ("value", "low")][..], more].concat()
    };
    let answer = desk.post(&change(&[("replace", "false")])).await;
    answer.expect_keys(404, &["admin.label.doesnt_exist"]);
    let answer = desk.post(&change(&[("replace", "perhaps")])).await;
    answer.expect_keys(422, &["admin.user.non_boolean_replace"]);
    let answer = desk.post(&change(&[("description", "Seen in person")])).await;
    assert_eq!(answer.expect(201).text(), "201");
    assert_eq!(desk.label("risk").await["description"], "Seen in person");
    // What is written about it stays where nothing else is said.
    let other = [
        ("key", "risk"),
        ("scope", "private"),
        ("value", "high"),
        ("replace", "0"),
    ];
    desk.post(&other).await.expect(201);
    let label = desk.label("risk").await;
    assert_eq!(
        (&label["value"], &label["description"]),
        (&json!("high"), &json!("Seen in person"))
    );
    let described = [
        ("key", "risk"),
        ("scope", "private"),
        ("value", "high"),
        ("description", "Not seen"),
    ];
    desk.put(&described).await.expect(200);
    assert_eq!(desk.label("risk").await["description"], "Not seen");
    // What can be nowhere cannot be made.
    let odd = [("key", "a!"), ("scope", "secret"), ("value", "v")];
    let keys = ["key.too_short", "key.invalid", "value.too_short", "scope.inclusion"];
    desk.post(&odd).await.expect_keys(422, &keys);
}

#[tokio::test]
async fn what_is_decided_about_a_document_is_told() {
    let desk = Desk::of(Server::start().await).await;
    let told = async || {
        let names = [
            "system.document.verified",
            "system.document.rejected",
            "model.label.created",
            "model.label.updated",
        ];
        let mut counts = [0; 4];
        for (count, name) in counts.iter_mut().zip(names) {
            *count = desk.events(name).await;
        }
        counts
    };
    let [.., created, updated] = told().await;
    let document = |value| [("key", "document"), ("scope", "private"), ("value", value)];
    desk.create("document", "pending", "private").await.expect(201);
    assert_eq!(told().await, [0, 0, created + 1, updated]);
    desk.put(&document("verified")).await.expect(200);
    assert_eq!(told().await, [1, 0, created + 1, updated + 1]);
    desk.put(&document("verified")).await.expect(200);
    assert_eq!(told().await, [1, 0, created + 1, updated + 1], "nothing was decided");
    desk.post(&document("rejected")).await.expect(201);
    assert_eq!(told().await, [1, 1, created + 1, updated + 2]);
    desk.create("document", "verified", "public").await.expect(201);
    assert_eq!(told().await, [1, 1, created + 2, updated + 2]);
}

#[tokio::test]
async fn a_customer_does_not_touch_what_an_administrator_said_in_private() {
    let desk = Desk::of(Server::start().await).await;
    desk.create("risk", "high", "private").await.expect(201);
    let answer = desk.ada.delete("/labels/risk", &[]).await;
    answer.expect_keys(400, &["resource.labels.private"]);
    // An administrator may be labelled, also by themselves.
    let own = [
        ("uid", desk.admin.session.uid.as_str()),
        ("key", "desk"),
        ("value", "first"),
    ];
    desk.admin.post("/users/labels", &own).await.expect(201);
}

#[tokio::test]
async fn there_are_so_many_labels_at_most() {
    let desk = Desk::of(Server::start().await).await;
    for n in 0..99 {
        let key = format!("key-{n}");
        desk.create(&key, "value", "private").await.expect(201);
    }
    let answer = desk.create("one-more", "value", "private").await;
    answer.expect_keys(422, &["key.limit_reached"]);
    desk.create("one-more", "value", "public").await.expect(201);
}
