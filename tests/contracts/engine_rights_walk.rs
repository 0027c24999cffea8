//! Whatever happens to roles, permissions and members in whatever order, everybody may do just what a simple model says.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::random::Random;
use tests::client::user_id;

use super::house::{House, binding};

/// What is granted, and the questions that it answers.
const GRANTS: [(&str, &[&str]); 4] = [
    ("invoice:org:read", &["invoice:own:read", "invoice:org:read"]),
    ("invoice:own:write", &["invoice:own:read", "invoice:own:delete"]),
    ("invoice:all:create", &["invoice:all:create"]),
    ("letter:all:update", &["letter:own:read", "letter:all:update"]),
];
const QUESTIONS: [&str; 7] = [
    "invoice:own:read",
    "invoice:org:read",
    "invoice:own:delete",
    "invoice:all:create",
    "letter:own:read",
    "letter:all:update",
    "letter:all:write",
];

/// What there should be.
#[derive(Default)]
struct Model {
    /// The grants of each role.
    roles: BTreeMap<String, BTreeSet<&'static str>>,
    /// The roles of each user.
    users: BTreeMap<String, BTreeSet<String>>,
}

impl Model {
    fn may(&self, user: &str, question: &str) -> bool {
        let roles = self.users.get(user).into_iter().flatten();
        let mut granted = roles.filter_map(|role| self.roles.get(role)).flatten();
        granted.any(|grant| {
            let (_, answered) = GRANTS.iter().find(|(name, _)| name == grant).unwrap();
            answered.contains(&question)
        })
    }

    fn has(&self, role: &str) -> usize {
        self.users.values().filter(|roles| roles.contains(role)).count()
    }
}

#[rstest]
#[tokio::test]
async fn everybody_may_what_the_model_says(#[values(1, 2, 3)] seed: u64) {
    let house = House::new().await;
    let random = Random::seeded(seed);
    let pick = |choices: usize| usize::try_from(random.u128() % choices as u128).unwrap();
    let mut model = Model::default();
    // Each user keeps the first token, and the one that was renewed last.
    let mut tokens: BTreeMap<String, [String; 2]> = BTreeMap::new();
    for name in ["ada", "bob"] {
        let token = house.client.join(&format!("{name}@example.com")).await;
        tokens.insert(user_id(&token), [token.clone(), token]);
    }
    let users: Vec<String> = tokens.keys().cloned().collect();
    let mut made = 0;
    for step in 0..45 {
        let user = &users[pick(users.len())];
        let roles: Vec<String> = model.roles.keys().cloned().collect();
        let done = if roles.len() < 2 {
            made += 1;
            let role = house.role(&format!("Role {made}")).await;
            model.roles.insert(role, BTreeSet::new());
            "make".to_owned()
        } else {
            let role = &roles[pick(roles.len())];
            let (grant, _) = GRANTS[pick(GRANTS.len())];
            let before = model.has(role);
            match pick(8) {
                0 | 1 => {
                    let given = house.client.bind(&house.owner, &house.org, user, role).await.status;
                    let new = model.users.entry(user.clone()).or_default().insert(role.clone());
                    assert_eq!(given, if new { 200 } else { 409 }, "step {step}");
                    format!("bind {before}")
                }
                2 => {
                    let taken = house.client.unbind(&house.owner, &house.org, user, role).await.status;
                    let had = model.users.entry(user.clone()).or_default().remove(role);
                    assert_eq!(taken, if had { 200 } else { 409 }, "step {step}");
                    format!("unbind {before}")
                }
                3 | 4 => {
                    let granted = house.client.grant(&house.owner, &house.org, role, grant).await.status;
                    let new = model.roles.get_mut(role).unwrap().insert(grant);
                    assert_eq!(granted, if new { 200 } else { 409 }, "step {step}");
                    format!("grant {grant}")
                }
                5 => {
                    let path = "/api/v1/roles/unbind-permission";
                    let withdrawn = house.post(path, &binding(role, grant)).await.status;
                    let had = model.roles.get_mut(role).unwrap().remove(grant);
                    assert_eq!(withdrawn, if had { 200 } else { 409 }, "step {step}");
                    format!("withdraw {grant}")
                }
                6 => {
                    let path = format!("/api/v1/roles/{role}");
                    let deleted = house.call(Method::DELETE, &path, &Value::Null).await.status;
                    assert_eq!(deleted, if before == 0 { 200 } else { 400 }, "step {step}");
                    if before == 0 {
                        model.roles.remove(role);
                    }
                    format!("delete {before}")
                }
                _ => {
                    let renewed = house.client.call(Method::POST, "/api/v1/renew", &tokens[user][0]).await;
                    tokens.get_mut(user).unwrap()[1] = renewed.expect(202).text();
                    "renew".to_owned()
                }
            }
        };
        for (user, tokens) in &tokens {
            let question = QUESTIONS[pick(QUESTIONS.len())];
            let [resource, scope, action] = question.split(':').collect::<Vec<_>>().try_into().unwrap();
            let body = json!({ "resource": resource, "scope": scope, "action": action, "orgID": house.org });
            for token in tokens {
                let path = "/api/v1/user/authorize";
                let answer = house.client.call_with(Method::POST, path, token, &body).await;
                let answer = answer.expect(200).json()["status"].as_bool().unwrap();
                assert_eq!(answer, model.may(user, question), "step {step}, {done}: {question}");
            }
        }
    }
    // And what is shown is what there is.
    for (role, grants) in &model.roles {
        let mut names: Vec<&str> = grants.iter().copied().collect();
        names.sort_unstable();
        assert_eq!(house.permissions(role).await, names);
        let roles = house.roles().await;
        let shown = roles.iter().find(|shown| shown["id"] == role.as_str()).unwrap();
        assert_eq!(shown["userCount"], model.has(role));
        assert_eq!(roles.len(), model.roles.len() + 1);
    }
    let members = model.users.values().filter(|roles| !roles.is_empty()).count();
    let listed = house.get("/api/v1/users").await.expect(200).json();
    assert_eq!(listed["total"], members + 1);
}
