//! The rights of each function at the table are what its operations use: every call that an operation makes is allowed,
//! and whatever is allowed is used by some operation.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use shared::app::Parts;
use shared::store::Call;
use shared::store::commit::Effect;
use shared::store::door::Counting;
use shared::store::query::Index;
use tests::provider::Provider;
use tests::traveller::HOME;
use tests::{Answer, Client, Server, events};

use super::gateway::{Route, select};
use super::stack::{Stack, list};
use super::story::{self, Api, TITLES, Teller};
use crate::budgets::meter::of_the_mailer;

const MAILER: &str = "PlatformMailer";

/// What a call asks DynamoDB for: an action, on the table or an index, in one partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Touch {
    action: &'static str,
    resource: &'static str,
    partition: String,
}

impl Touch {
    fn all_of(call: &Call) -> Vec<Self> {
        let touch = |action, resource, partition: &str| Self {
            action,
            resource,
            partition: partition.to_owned(),
        };
        match call {
            Call::Get(keys) => {
                let action = if keys.len() == 1 { "GetItem" } else { "BatchGetItem" };
                keys.iter().map(|key| touch(action, "table", &key.pk)).collect()
            }
            Call::Query(query) => {
                let resource = match query.index() {
                    None => "table",
                    Some(Index::Gsi1) => "gsi1",
                    Some(Index::Gsi2) => "gsi2",
                };
                vec![touch("Query", resource, query.partition_key())]
            }
            Call::Commit(changes) => changes
                .iter()
                .map(|change| {
                    let action = match change.effect {
                        Effect::Put(_) => "PutItem",
                        Effect::Update(_) => "UpdateItem",
                        Effect::Delete => "DeleteItem",
                        Effect::Check => "ConditionCheckItem",
                    };
                    touch(action, "table", &change.key.pk)
                })
                .collect(),
        }
    }
}

/// A statement of a role that is about the table.
#[derive(Debug)]
struct Right {
    name: String,
    actions: Vec<String>,
    resource: &'static str,
    prefixes: Vec<String>,
}

impl Right {
    fn all_of(stack: &Stack, function: &str) -> Vec<Self> {
        let role = stack.at(&format!("/Resources/{function}Role/Properties/Policies"));
        let statements = list(role)
            .into_iter()
            .flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
        statements.filter_map(Self::read).collect()
    }

    fn read(statement: &Value) -> Option<Self> {
        let texts = |value: &Value| -> Vec<String> {
            let texts = list(value).into_iter();
            texts.map(|text| text.as_str().unwrap().to_owned()).collect()
        };
        let actions: Option<Vec<_>> = texts(&statement["Action"])
            .into_iter()
            .map(|action| action.strip_prefix("dynamodb:").map(str::to_owned))
            .collect();
        let table = json!({ "Fn::GetAtt": ["Table", "Arn"] });
        let index = |name| json!({ "Fn::Sub": format!("${{Table.Arn}}/index/{name}") });
        let resource = match &statement["Resource"] {
            resource if *resource == table => "table",
            resource if *resource == index("gsi1") => "gsi1",
            resource if *resource == index("gsi2") => "gsi2",
            resource => {
                // What is said of the stream is for Lambda, which reads it.
                let stream = json!({ "Fn::GetAtt": ["Table", "StreamArn"] });
                assert!(actions.is_none() || *resource == stream, "{resource}");
                return None;
            }
        };
        let condition = &statement["Condition"];
        assert_eq!(condition.as_object().map(serde_json::Map::len), Some(1), "{statement}");
        Some(Self {
            name: statement["Sid"].as_str().unwrap().to_owned(),
            actions: actions.unwrap(),
            resource,
            prefixes: texts(&condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]),
        })
    }

    fn allows(&self, touch: &Touch) -> bool {
        self.resource == touch.resource
            && self.actions.iter().any(|action| action == touch.action)
            && self.prefixes.iter().any(|prefix| matches(prefix, &touch.partition))
    }

    /// What nothing that was touched needs.
    fn spare(&self, touched: &[&Touch]) -> Vec<String> {
        let used: Vec<_> = touched.iter().filter(|touch| self.allows(touch)).collect();
        // Reading one item and reading several are one right: how many there are is a matter of the data.
        let is_used = |action: &str| match action {
            "GetItem" | "BatchGetItem" => used.iter().any(|touch| touch.action.ends_with("GetItem")),
            action => used.iter().any(|touch| touch.action == action),
        };
        let actions = self.actions.iter().filter(|action| !is_used(action));
        let is_met = |prefix: &str| used.iter().any(|touch| matches(prefix, &touch.partition));
        let prefixes = self.prefixes.iter().filter(|prefix| !is_met(prefix));
        actions.chain(prefixes).cloned().collect()
    }
}

/// As StringLike does, for patterns with nothing but a star at their end.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => text.starts_with(prefix),
        None => text == pattern,
    }
}

/// A server that tells which function would have touched what, in the place of the one process that did.
struct Watched {
    client: Client,
    door: Arc<Counting>,
    routes: Vec<Route>,
    touched: Mutex<BTreeSet<(String, Touch)>>,
}

impl Api for Watched {
    async fn call(&self, event: &Value) -> Answer {
        let method = event["requestContext"]["http"]["method"].as_str().unwrap();
        let route = select(&self.routes, method, event["rawPath"].as_str().unwrap()).unwrap();
        self.note("");
        let answer = events::over_http(&self.client, event).await;
        self.note(&route.function);
        answer
    }
}

impl Watched {
    /// What passed the door since the last time was done by this function, or by the mailer at its own pace.
    fn note(&self, function: &str) {
        let mut touched = self.touched.lock().unwrap();
        for passage in self.door.take() {
            let function = if of_the_mailer(&passage.call) { MAILER } else { function };
            let touches = Touch::all_of(&passage.call);
            // The authorizer makes the same decision by the same code.
            let others = [("BarongAuthz", "PlatformAuthorizer")];
            let others = others.iter().filter(|(asked, _)| *asked == function);
            let names = others.map(|(_, other)| *other).chain([function]);
            for name in names {
                touched.extend(touches.iter().cloned().map(|touch| (name.to_owned(), touch)));
            }
        }
    }
}

#[tokio::test]
async fn every_function_may_touch_what_it_touches_and_nothing_else() {
    let door = Arc::new(Counting::default());
    let before = Arc::clone(&door);
    let adjust = move |parts: &mut Parts| parts.store = parts.store.clone().behind(before);
    let provider = Provider::start().await;
    let setup = provider.serves(Server::setup()).env("THROTTLE", "on");
    let setup = setup.env("BARONG_APIKEY_NONCE_CACHE", "true").env(TITLES.0, TITLES.1);
    let server = setup.with(adjust).start().await;
    server.receives_people_at(HOME).await;
    let stack = Stack::read();
    let watched = Watched {
        client: server.client(),
        door,
        routes: Route::all(&stack),
        touched: Mutex::default(),
    };
    let mut teller = Teller::new(&watched);
    let people = story::tell(&mut teller, &watched.client, &provider, "world_a").await;
    story::rarer::tell(&mut teller, &server, &people).await;

    // Whoever looks into the mailbox lets the mailer work.
    watched.client.mails(&people.address("member")).await;
    watched.note("");

    let touched = watched.touched.lock().unwrap().clone();
    let functions = stack.functions();
    let (mut missing, mut spare) = (BTreeSet::new(), Vec::new());
    for (name, _) in functions {
        let rights = Right::all_of(&stack, name);
        let own: Vec<&Touch> = touched
            .iter()
            .filter(|(function, _)| function == name)
            .map(|(_, touch)| touch)
            .collect();
        for touch in &own {
            if !rights.iter().any(|right| right.allows(touch)) {
                let kind = touch.partition.split('#').next().unwrap();
                missing.insert((name, touch.action, touch.resource, kind.to_owned()));
            }
        }
        for right in &rights {
            spare.extend(
                right
                    .spare(&own)
                    .into_iter()
                    .map(|what| (name, right.name.clone(), what)),
            );
        }
        // Keys, public or not, and pages need no table.
        assert_eq!(
            rights.is_empty(),
            ["PlatformKeys", "PlatformPages", "PlatformRotation"].contains(&name),
            "{name}"
        );
    }
    assert!(
        missing.is_empty() && spare.is_empty(),
        "missing: {missing:#?}, spare: {spare:#?}"
    );
}

/// A prefix ends where a kind of partition does; the partitions of another kind do not begin with it.
#[test]
fn a_prefix_names_one_kind_of_partition() {
    let stack = Stack::read();
    for (name, _) in stack.functions() {
        for right in Right::all_of(&stack, name) {
            for prefix in &right.prefixes {
                let kind = prefix.strip_suffix("#*").unwrap_or(prefix);
                let plain = |byte: u8| byte.is_ascii_alphabetic() || byte == b'#';
                assert!(!kind.is_empty() && kind.bytes().all(plain), "{name}: {prefix}");
            }
        }
    }
}
