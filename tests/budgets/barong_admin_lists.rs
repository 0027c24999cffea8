//! Lists for administrators: a page costs the same however many users there are.

use std::collections::HashMap;

use dynoxide::{AttributeValue, Item};
use rstest::rstest;
use shared::accounts::customer::labels::PRIVATE;
use shared::accounts::directory::card::USERS;
use shared::accounts::directory::profiles::PROFILES;
use shared::store::sieve::MOST_LOOKED_AT;
use shared::store::{Commit, StoreError};
use tests::owner::Owner;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Administrator, Server};

use super::counted::Counted;
use super::meter::{Cost, Metered};
use super::operations::{Expected, hold};

/// Of so many users one is in a state that others are not in, and waits with a document.
const RARE: usize = 500;

/// What is shown of somebody is read for the candidates that are looked at, and never for others.
const SHOWN: usize = MOST_LOOKED_AT + RARE;

pub fn item(kind: &str, pairs: &[(&str, &str)]) -> Item {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let mut item: Item = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), text(value)))
        .collect();
    item.insert("kind".to_owned(), text(kind));
    item.insert("v".to_owned(), AttributeValue::N("1".to_owned()));
    item
}

/// The `n`th user: the claim and the card that lists read, labels, a profile's entries; and the user where a list may show it.
fn items_of(n: usize) -> Vec<Item> {
    // Younger than whoever the server makes.
    let (id, uid, at) = (format!("7{n:025}"), format!("ID{n:010}"), "2026-01-01T00:00:00Z");
    let (pk, changed) = (format!("USER#{id}"), format!("2027-01-01T00:00:00.{n:06}Z"));
    let state = if n.is_multiple_of(RARE) { "locked" } else { "active" };
    let (cell, place) = (format!("USERS#member#{state}#1"), format!("{changed}#{id}"));
    let mut card = item(
        "card",
        &[
            ("pk", &pk),
            ("sk", "CARD"),
            ("user_id", &id),
            ("role", "member"),
            ("state", state),
            ("updated_at", &changed),
            ("gsi1pk", &cell),
            ("gsi1sk", &id),
            ("gsi2pk", "UPDATED"),
            ("gsi2sk", &place),
        ],
    );
    card.insert("level".to_owned(), AttributeValue::N("1".to_owned()));
    let claim = format!("UID#{uid}");
    let claim = item(
        "uid claim",
        &[
            ("pk", &claim),
            ("sk", "CLAIM"),
            ("uid", &uid),
            ("user_id", &id),
            ("gsi1pk", "USERS"),
            ("gsi1sk", &id),
        ],
    );
    let (scoped, of_profile) = (format!("{id}#private"), format!("{id}#{id}"));
    let label = |value: &str, waits: bool| {
        let (sk, pair) = (format!("KYC#LABEL#private#{value}"), format!("LABEL#document#{value}"));
        let mut pairs = vec![
            ("pk", pk.as_str()),
            ("sk", sk.as_str()),
            ("user_id", id.as_str()),
            ("key", "document"),
            ("value", value),
            ("scope", "private"),
            ("created_at", at),
            ("updated_at", at),
            ("gsi1pk", pair.as_str()),
            ("gsi1sk", scoped.as_str()),
        ];
        if waits {
            pairs.extend([("gsi2pk", "DOCUMENTS"), ("gsi2sk", place.as_str())]);
        }
        item("label", &pairs)
    };
    let entry_key = format!("CARD#PROFILE#{id}");
    let entry = item(
        "profile entry",
        &[
            ("pk", &pk),
            ("sk", &entry_key),
            ("profile_id", &id),
            ("user_id", &id),
            ("country", "gb"),
            ("gsi1pk", "PROFILES"),
            ("gsi1sk", &id),
            ("gsi2pk", "COUNTRY#gb"),
            ("gsi2sk", &of_profile),
        ],
    );
    let mut items = vec![card, claim, entry];
    match n % RARE {
        0 => items.push(label("pending", true)),
        _ => items.push(label("verified", false)),
    }
    items
}

/// What lists cost in a table with an administrator and somebody else.
async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    Owner::join(&metered.server, "ada@example.com").await;
    let admin = Administrator::first(&metered.server).await;
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $path:literal) => {{
            let (answer, cost) = metered.cost(admin.get($path)).await;
            costs.push(($name, cost));
            answer.expect(200);
        }};
    }
    // The first request of a process reads the edge's tables.
    admin.get("/levels").await.expect(200);
    measure!("users", "/users");
    measure!("users, made in a time", "/users?from=0");
    measure!("users by role or state", "/users?state=active");
    measure!("users by change", "/users?range=updated&from=0");
    measure!("users by a profile", "/users?last_name=King");
    measure!("a user by uid", "/users?uid=ID0000000000");
    measure!("a user by address", "/users?email=ada@example.com&state=active");
    measure!("users, extended", "/users?extended=true&limit=1");
    measure!("documents that wait", "/users/documents/pending");
    measure!("users by a label", "/users/labels?key=email&value=verified");
    measure!("private labels", "/users/labels/list");
    measure!("profiles", "/profiles");
    costs
}

const EXPECTED: Expected<'_> = &[
    ("users", 3, "get3 | query query | get2"),
    ("users, made in a time", 3, "get3 | query | get2"),
    ("users by role or state", 4, "get3 | query | query query | get2"),
    ("users by change", 3, "get3 | query | get2"),
    ("users by a profile", 2, "get3 | query"),
    ("a user by uid", 2, "get3 | get1"),
    ("a user by address", 3, "get3 | get1 | get1"),
    ("users, extended", 5, "get3 | commit1 | query query | get1 | query"),
    ("documents that wait", 2, "get3 | query query"),
    ("users by a label", 3, "get3 | query | get2"),
    ("private labels", 2, "get3 | query"),
    ("profiles", 3, "get3 | commit1 | query get16"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_list_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    hold("off", table, costs, EXPECTED).await;
}

/// A server whose table grows.
pub struct Town {
    pub counted: Counted,
    admin: Administrator,
    /// A user as the server made it, to be copied.
    model: Item,
    users: usize,
}

/// Calls, and units read.
pub type Bill = (usize, f64);

impl Town {
    pub async fn found() -> Self {
        let counted = Counted::start(Server::setup().env("THROTTLE", "off")).await;
        let admin = Administrator::first(counted.server()).await;
        // The first request of a process reads the edge's tables.
        admin.get("/levels").await.expect(200);
        let user = counted.server().account(tests::server::ADMIN).await;
        let model = item(
            "user",
            &[
                ("sk", "USER"),
                ("email", user.email.typed()),
                ("state", "active"),
                ("role", "member"),
                ("created_at", "2026-01-01T00:00:00Z"),
            ],
        );
        Self {
            counted,
            admin,
            model,
            users: 0,
        }
    }

    /// Whoever asks from now on.
    pub fn administrator(&mut self, admin: Administrator) {
        self.admin = admin;
    }

    /// The user that a list shows.
    fn user(&self, n: usize) -> Item {
        let (id, mut user) = (format!("7{n:025}"), self.model.clone());
        let state = if n.is_multiple_of(RARE) { "locked" } else { "active" };
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let number = || AttributeValue::N("1".to_owned());
        user.extend([
            ("pk".to_owned(), text(&format!("USER#{id}"))),
            ("id".to_owned(), text(&id)),
            ("uid".to_owned(), text(&format!("ID{n:010}"))),
            ("state".to_owned(), text(state)),
            ("level".to_owned(), number()),
            ("session_epoch".to_owned(), number()),
            ("sign_ins".to_owned(), number()),
            ("member_of".to_owned(), AttributeValue::N("0".to_owned())),
            ("is_social".to_owned(), AttributeValue::BOOL(false)),
            ("is_listed".to_owned(), AttributeValue::BOOL(true)),
            (
                "profile".to_owned(),
                AttributeValue::M(HashMap::new().into_iter().collect()),
            ),
        ]);
        user
    }

    /// Makes the table hold so many users.
    async fn grow(&mut self, to: usize) {
        let new = self.users + 1..=to;
        let mut items: Vec<Item> = new.clone().flat_map(items_of).collect();
        items.extend(new.clone().filter(|n| *n <= SHOWN).map(|n| self.user(n)));
        self.counted.import(&items);
        let by = |count: usize| i64::try_from(count).unwrap();
        let rare = new.clone().filter(|n| n % RARE == 0).count();
        let mut commit = Commit::<StoreError>::new();
        USERS.add(&mut commit, "member#active#1", 0, by(new.clone().count() - rare));
        USERS.add(&mut commit, "member#locked#1", 0, by(rare));
        PRIVATE.add(&mut commit, "document#pending", 0, by(rare));
        PRIVATE.add(&mut commit, "document#verified", 0, by(new.clone().count() - rare));
        PROFILES.add(&mut commit, 0, by(new.count()));
        self.counted.server().app().store.commit(commit).await.unwrap();
        self.users = to;
    }

    pub async fn bill(&self, path: &str) -> (Bill, u64) {
        let (answer, cost, (read, _)) = self.counted.count(self.admin.get(path)).await;
        let total = answer
            .expect(200)
            .header("total")
            .map_or(0, |total| total.parse().unwrap());
        ((cost.calls, read), total)
    }

    async fn bills(&self, lists: &[List]) -> Vec<(&'static str, Bill)> {
        let mut bills = Vec::new();
        for (path, most, total) in lists {
            let (bill, found) = self.bill(path).await;
            assert!(bill.1 <= *most, "{path}, {} users: {bill:?}", self.users);
            assert_eq!(found, total(self.users as u64), "{path}, {} users", self.users);
            bills.push((*path, bill));
        }
        bills
    }
}

/// A list, the units that it may read, and what its total is when there are so many users besides the administrator.
type List = (&'static str, f64, fn(u64) -> u64);

/// Most that are looked at.
const LOOKED_AT: u64 = MOST_LOOKED_AT as u64;

/// A counter says how many there are, or they are few.
const COUNTED: &[List] = &[
    ("/users", 115.0, |users| users + 1),
    ("/users?page=3", 130.0, |users| users + 1),
    ("/users?limit=10&ordering=desc&from=0&to=1", 10.0, |_| 0),
    ("/users?role=member&state=active", 115.0, |users| users - users / 500),
    ("/users?level=1", 115.0, |users| users + 1),
    ("/users?state=locked&limit=1", 10.0, |users| users / 500),
    ("/users?uid=ID0000000001", 10.0, |_| 1),
    ("/users?email=nobody@example.com", 10.0, |_| 0),
    ("/users?last_name=Nobody&role=member", 10.0, |_| 0),
    ("/users?range=updated&to=1798761599", 10.0, |_| 1),
    ("/users/documents/pending?limit=1", 10.0, |users| users / 500),
    ("/users/labels/list", 10.0, |_| 0),
    ("/profiles?limit=1", 25.0, |users| users),
];

/// They have to be read to be counted.
const LOOKED: &[List] = &[
    ("/users?from=0", 600.0, |_| LOOKED_AT),
    ("/users?country=gb", 800.0, |_| LOOKED_AT),
    ("/users?range=updated&from=0&limit=1", 1200.0, |_| LOOKED_AT),
    ("/users?country=gb&state=locked&limit=1", 11_000.0, |_| LOOKED_AT / 500),
    ("/users/labels?key=document&value=verified&limit=1", 800.0, |_| {
        LOOKED_AT
    }),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_page_costs_the_same_however_many_users_there_are() {
    let mut town = Town::found().await;
    town.grow(1_000).await;
    let few = town.bills(COUNTED).await;
    town.grow(20_000).await;
    let looked = town.bills(LOOKED).await;
    town.grow(100_000).await;
    assert_eq!(few, town.bills(COUNTED).await);
    assert_eq!(looked, town.bills(LOOKED).await);
}
