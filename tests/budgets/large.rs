//! A table with 100,000 organizations, of which one has 10,000 members, 10,000 invitations and 1,000 roles. They are copies
//! of items that the acts made, each with an identifier of its own.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue as Theirs;
use dynoxide::{AttributeValue, Item};
use http::Method;
use serde_json::Value;
use shared::access::Role;
use shared::access::role::{ALL_ROLES, RoleName};
use shared::accounts::User;
use shared::ids::{OrgId, RoleId, UserId};
use shared::organizations::{Membership, Organization};
use shared::store::commit::{Condition, Step};
use shared::store::{Commit, Key, Query, Record as _, StoreError};
use tests::client::user_id;
use tests::{Client, Server};

use super::counted::Counted;

const ORGANIZATIONS: usize = 100_000;
const MEMBERS: usize = 10_000;
const INVITATIONS: usize = 10_000;
const ROLES: usize = 990;

/// The store's value as the engine's, with texts replaced.
fn copied(value: &Theirs, replaced: &[(&str, &str)]) -> AttributeValue {
    let text = |text: &String| {
        let replace = |text: String, (old, new): &(&str, &str)| text.replace(old, new);
        replaced.iter().fold(text.clone(), replace)
    };
    match value {
        Theirs::S(value) => AttributeValue::S(text(value)),
        Theirs::N(value) => AttributeValue::N(value.clone()),
        Theirs::Bool(value) => AttributeValue::BOOL(*value),
        Theirs::Null(value) => AttributeValue::NULL(*value),
        Theirs::L(values) => AttributeValue::L(values.iter().map(|value| copied(value, replaced)).collect()),
        Theirs::M(members) => {
            let members = members.iter();
            AttributeValue::M(
                members
                    .map(|(name, value)| (name.clone(), copied(value, replaced)))
                    .collect(),
            )
        }
        other => panic!("{other:?}"),
    }
}

fn copy(item: &HashMap<String, Theirs>, replaced: &[(&str, &str)]) -> Item {
    let copy = item.iter();
    copy.map(|(name, value)| (name.clone(), copied(value, replaced)))
        .collect()
}

/// The 26 digits of the `n`th identifier of its kind.
fn number(kind: usize, n: usize) -> String {
    format!("{kind}{n:025}")
}

/// A server with a large organization.
pub struct Large {
    counted: Counted,
    pub client: Client,
    org: String,
    boss: String,
    role: String,
    clerk: String,
}

impl Large {
    pub async fn start() -> Self {
        let counted = Counted::start(Server::setup()).await;
        let client = counted.server().client();
        let boss = client.join("boss@example.com").await;
        let org = client.found(&boss, "Acme").await;
        let boss = client.sign_in("boss@example.com").await;
        let role = client.make_role(&boss, &org, "Clerk").await;
        let clerk = user_id(&client.join("clerk@example.com").await);
        client.bind(&boss, &org, &clerk, &role).await.expect(200);
        client.invite(&boss, &org, "guest@example.com", &role).await.expect(201);
        Self {
            counted,
            client,
            org,
            boss,
            role,
            clerk,
        }
    }

    async fn item(&self, key: Key) -> HashMap<String, Theirs> {
        let [item] = self.counted.server().app().store.get([key]).await.unwrap();
        item.unwrap()
    }

    fn ids(&self) -> (OrgId, RoleId, UserId) {
        let ids = (
            OrgId::parse(&self.org),
            RoleId::parse(&self.role),
            UserId::parse(&self.clerk),
        );
        (ids.0.unwrap(), ids.1.unwrap(), ids.2.unwrap())
    }

    async fn count_up(&self, steps: Vec<Step>, roles: usize) {
        let mut commit = Commit::<StoreError>::new();
        if !steps.is_empty() {
            commit.update(Organization::key_of(self.ids().0), Condition::Present, steps);
        }
        ALL_ROLES.add(&mut commit, 0, i64::try_from(roles).unwrap());
        self.counted.server().app().store.commit(commit).await.unwrap();
    }

    /// Fills the organization.
    pub async fn fill(&self) {
        let (org, _, clerk) = self.ids();
        let (user, member) = (User::key_of(clerk), Membership::key_of(clerk, org));
        let (user, member) = (self.item(user).await, self.item(member).await);
        let invitations = Query::partition(Organization::partition(org)).begins("INVIT");
        let invitations = self
            .counted
            .server()
            .app()
            .store
            .query_to_end(invitations)
            .await
            .unwrap();
        let id_of = |item: &HashMap<String, Theirs>| item.get("id").and_then(|id| id.as_s().ok()).cloned();
        let invitation = invitations.iter().find_map(id_of).unwrap();
        let mut items = Vec::new();
        for n in 0..MEMBERS {
            let (id, address) = (number(0, n + 1), format!("member{n}@"));
            let replaced = [(self.clerk.as_str(), id.as_str()), ("clerk@", address.as_str())];
            items.extend([copy(&user, &replaced), copy(&member, &replaced)]);
        }
        for n in 0..INVITATIONS {
            let (id, address) = (number(0, n + 1), format!("guest{n}@"));
            let replaced = [(invitation.as_str(), id.as_str()), ("guest@", address.as_str())];
            items.extend(invitations.iter().map(|item| copy(item, &replaced)));
        }
        self.counted.import(&items);
        self.counted.import(&self.roles(ROLES, 0, |_| self.org.clone()).await);
        let by = |count: usize| i64::try_from(count).unwrap();
        let steps = vec![
            Step::Add("members", by(MEMBERS)),
            Step::Add("invitations", by(INVITATIONS)),
            Step::Add("roles", by(ROLES)),
        ];
        self.count_up(steps, ROLES).await;
    }

    /// Copies of a role and of the claim on its name.
    async fn roles(&self, count: usize, kind: usize, org: impl Fn(usize) -> String) -> Vec<Item> {
        let (of, role, _) = self.ids();
        let claim = RoleName {
            org_id: of,
            role_id: role,
            name: "Clerk".into(),
        };
        let (role, claim) = (self.item(Role::key_of(of, role)).await, self.item(claim.key()).await);
        let mut items = Vec::new();
        for n in 1..=count {
            let (id, org, name) = (number(kind, n), org(n), format!("role{n}"));
            let replaced = [
                (self.org.as_str(), org.as_str()),
                (self.role.as_str(), id.as_str()),
                ("clerk", name.as_str()),
                ("Clerk", name.as_str()),
            ];
            items.extend([copy(&role, &replaced), copy(&claim, &replaced)]);
        }
        items
    }

    /// Makes all the other organizations, each with a role.
    pub async fn others(&self) {
        let organization = self.item(Organization::key_of(self.ids().0)).await;
        let items: Vec<Item> = (1..=ORGANIZATIONS)
            .map(|n| copy(&organization, &[(self.org.as_str(), number(1, n).as_str())]))
            .collect();
        self.counted.import(&items);
        let roles = self.roles(ORGANIZATIONS, 1, |n| number(1, n)).await;
        self.counted.import(&roles);
        self.count_up(Vec::new(), ORGANIZATIONS).await;
    }

    /// What a list costs, and how many rows and how many in all it showed.
    pub async fn cost(&self, org: &str, token: &str, path: &str) -> Bill {
        let asked = self.client.call_in(org, Method::GET, path, token, &Value::Null);
        let (answer, cost, (read, written)) = self.counted.count(asked).await;
        let body = answer.expect(200).json();
        let rows = body.as_object().unwrap().values().find_map(Value::as_array).unwrap();
        assert_eq!(written, 0.0, "{path}");
        Bill {
            waits: cost.waits,
            calls: cost.calls,
            read,
            rows: rows.len(),
            total: body["total"].as_u64().unwrap(),
        }
    }

    /// Lists of the large organization.
    pub async fn lists(&self, paths: impl Iterator<Item = &'static str>) -> Vec<(&'static str, Bill)> {
        let mut bills = Vec::new();
        for path in paths {
            bills.push((path, self.cost(&self.org, &self.boss, path).await));
        }
        bills
    }
}

/// What a list cost, how many rows it showed, and how many there are on all pages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bill {
    pub waits: usize,
    pub calls: usize,
    pub read: f64,
    pub rows: usize,
    pub total: u64,
}
