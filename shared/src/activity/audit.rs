//! What the edge writes down: what was done by those whose permissions ask for it, and what was refused to anybody. A
//! partition a month, so that administrators read the newest without a scan; the indexes show what one did and what was done
//! to one.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::agent;
use super::months::{self, month};
use super::{Outcome, Who};
use crate::App;
use crate::ids::{UserId, new_ulid};
use crate::sessions::Origin;
use crate::store::query::Index;
use crate::store::record::read;
use crate::store::sieve::Sieve;
use crate::store::{Commit, Item, Key, Query, Record, StoreError};

/// Bytes that parameters take at most; of longer ones it is only said that they were long.
const MOST_DATA: usize = 4096;

/// Characters of a short identifier that are kept: there is none of so many.
const MOST_UID: usize = 64;

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Audit {
    /// Identifier, in order of time.
    pub id: String,
    /// Who did it.
    pub user_id: UserId,
    /// Who did it, by the short identifier.
    pub uid: String,
    /// Who did it, by the address.
    pub email: String,
    /// To whom, by the short identifier, as it was asked for.
    pub target_uid: Option<String>,
    /// What it is about.
    pub topic: String,
    /// What was done: `create`, `read`, `update`, `delete`, `system`.
    pub action: String,
    /// How it ended.
    pub result: Outcome,
    /// The client's address.
    pub ip: IpAddr,
    /// What the client called itself.
    pub user_agent: String,
    /// The parameters, as JSON; secrets are left out.
    pub data: String,
    /// When.
    pub at: Timestamp,
}

/// What is written down.
#[derive(Debug)]
pub struct Noted<'a> {
    /// Who does it.
    pub user: &'a crate::accounts::User,
    /// Where from.
    pub origin: &'a Origin,
    /// What it is about.
    pub topic: &'a str,
    /// The method.
    pub method: &'a str,
    /// How it ended.
    pub result: Outcome,
    /// The path and the parameters.
    pub parameters: serde_json::Map<String, serde_json::Value>,
}

impl Audit {
    /// The partition of a month.
    pub fn partition(at: Timestamp) -> String {
        of_month(&month(at))
    }

    fn new(app: &App, noted: Noted<'_>) -> Self {
        let parameters = redacted(noted.parameters);
        let target = ["uid", "user_uid"]
            .iter()
            .find_map(|name| parameters.get(*name)?.as_str());
        Self {
            id: new_ulid(&app.clock, &app.random).to_string(),
            user_id: noted.user.id,
            uid: noted.user.uid.clone(),
            email: noted.user.email.typed().to_owned(),
            target_uid: target
                .filter(|uid| !uid.is_empty())
                .map(|uid| uid.chars().take(MOST_UID).collect()),
            topic: noted.topic.chars().take(255).collect(),
            action: action(noted.method).to_owned(),
            result: noted.result,
            ip: noted.origin.ip,
            user_agent: match noted.origin.user_agent.as_str() {
                "" => "-".to_owned(),
                agent => agent.to_owned(),
            },
            data: data(parameters, agent::is_browser(&noted.origin.user_agent)),
            at: app.clock.now(),
        }
    }
}

impl Record for Audit {
    const KIND: &'static str = "audit";
    fn key(&self) -> Key {
        Key::new(Self::partition(self.at), &self.id)
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(by(self.user_id), &self.id))
    }
    fn gsi2(&self) -> Option<Key> {
        Some(Key::new(to(self.target_uid.as_deref()?), &self.id))
    }
}

fn of_month(month: &str) -> String {
    format!("AUDIT#{month}")
}

fn by(user: UserId) -> String {
    format!("AUDITBY#{user}")
}

fn to(uid: &str) -> String {
    format!("AUDITTO#{uid}")
}

/// What is asked for; what is absent is everything.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Who did it.
    pub who: Who,
    /// To whom, by the short identifier.
    pub target_uid: Option<String>,
    /// From this second on.
    pub from: Option<i64>,
    /// Until this second, included.
    pub to: Option<i64>,
}

/// Looks at what is wanted, the newest first: one query for whoever did it or to whom it was done, or one a month. An index is
/// a moment behind.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn list(
    app: &App,
    wanted: &Wanted,
    mut sieve: Sieve<Audit>,
    is_wanted: impl Fn(&Audit) -> bool,
) -> Result<Sieve<Audit>, StoreError> {
    let who = wanted.who.find(app).await?;
    let (Some(who), Some(span)) = (who, months::asked(app, wanted.from, wanted.to)) else {
        return Ok(sieve);
    };
    let target = wanted.target_uid.as_deref();
    if target.is_some_and(|uid| uid.chars().count() > MOST_UID) {
        return Ok(sieve);
    }
    let is_asked = |audit: &Audit| {
        let is_to = target.is_none_or(|target| audit.target_uid.as_deref() == Some(target));
        is_to && is_wanted(audit)
    };
    let pick = |item: Item| Ok(Some(read::<Audit>(item)?).filter(&is_asked));
    let of_one = match (who, target) {
        (Some(user), _) => Some(Query::partition(by(user)).of(Index::Gsi1)),
        (None, Some(uid)) => Some(Query::partition(to(uid)).of(Index::Gsi2)),
        (None, None) => None,
    };
    match of_one {
        Some(query) => {
            let query = months::within(query, span).descending();
            sieve.look(&app.store, query, pick).await?;
        }
        None => {
            let of_month = |month: &str| Query::partition(of_month(month));
            months::newest(app, &mut sieve, span, of_month, pick).await?;
        }
    }
    Ok(sieve)
}

/// Writes something down. It is one write that may be made twice, because its identifier says which it is.
///
/// # Errors
/// [`StoreError`]: what has to be written down and is not, is not done.
pub async fn note(app: &App, noted: Noted<'_>) -> Result<(), StoreError> {
    let mut commit = Commit::<StoreError>::new();
    commit.put(&Audit::new(app, noted));
    app.store.commit(commit).await
}

fn action(method: &str) -> &'static str {
    match method {
        "POST" => "create",
        "PUT" | "PATCH" => "update",
        "GET" => "read",
        "DELETE" => "delete",
        _ => "system",
    }
}

/// Members whose values nobody else may read.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = ["password", "token", "secret", "signature", "captcha"];
    name == "code" || name.ends_with("_code") || parts.iter().any(|part| name.contains(part))
}

/// The same without secrets, however deep they are.
fn redacted(parameters: serde_json::Map<String, serde_json::Value>) -> serde_json::Map<String, serde_json::Value> {
    use serde_json::Value;
    fn value(of: Value) -> Value {
        match of {
            Value::Object(members) => Value::Object(redacted(members)),
            Value::Array(items) => Value::Array(items.into_iter().map(value).collect()),
            other => other,
        }
    }
    let member = |(name, of): (String, Value)| match is_secret(&name) {
        true => (name, Value::from("[FILTERED]")),
        false => (name, value(of)),
    };
    parameters.into_iter().map(member).collect()
}

/// What is kept of the parameters, with a note where it was no browser that sent them.
fn data(mut parameters: serde_json::Map<String, serde_json::Value>, is_browser: bool) -> String {
    let path = parameters.get("path").cloned();
    if !is_browser {
        // A parameter of this name is not kept: who sends one would hide the note.
        parameters.insert("note".into(), agent::SUSPICIOUS.into());
    }
    let whole = serde_json::Value::Object(parameters).to_string();
    match whole.len() <= MOST_DATA {
        true => whole,
        false => {
            let mut path = path
                .and_then(|path| Some(path.as_str()?.to_owned()))
                .unwrap_or_default();
            path = path.chars().take(MOST_DATA / 8).collect();
            let long = "The parameters are too long to be kept";
            let note = match is_browser {
                true => long.to_owned(),
                false => format!("{}. {long}", agent::SUSPICIOUS),
            };
            serde_json::json!({ "path": path, "note": note }).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(parameters: serde_json::Value) -> String {
        kept_of(parameters, true)
    }

    fn kept_of(parameters: serde_json::Value, is_browser: bool) -> String {
        let serde_json::Value::Object(members) = parameters else {
            panic!("no members")
        };
        data(redacted(members), is_browser)
    }

    #[test]
    fn secrets_are_left_out_however_deep() {
        let text = kept(json!({
            "path": "api/v2/barong/admin/users",
            "uid": "ID1",
            "Password": "s1",
            "otp_code": "s2",
            "totp_code": "s3",
            "verification_code": "s4",
            "old_password": "s5",
            "reset_password_token": "s6",
            "whitelink_token": { "a": "s7" },
            "list": [{ "client_secret": "s8", "note": "n" }],
        }));
        for n in 1..=8 {
            assert!(!text.contains(&format!("s{n}")), "{text}");
        }
        assert!(text.contains("ID1") && text.contains("\"note\":\"n\"") && text.contains("api/v2/barong"));
    }

    #[test]
    fn long_parameters_are_not_kept() {
        let text = kept(json!({ "path": "p".repeat(10_000), "data": "\u{fc}".repeat(4000) }));
        assert!(text.len() < MOST_DATA, "{}", text.len());
        assert!(text.contains("too long"));
    }

    #[test]
    fn what_no_browser_sent_is_noted_whatever_it_says() {
        let parameters = || json!({ "path": "p", "note": "nothing to see" });
        assert_eq!(kept(parameters()), r#"{"note":"nothing to see","path":"p"}"#);
        let noted = kept_of(parameters(), false);
        assert_eq!(noted, r#"{"note":"Detected suspicious browser","path":"p"}"#);
        let long = kept_of(json!({ "path": "p", "data": "d".repeat(5000) }), false);
        assert!(long.contains("suspicious") && long.contains("too long"), "{long}");
    }

    #[test]
    fn methods_are_actions() {
        let actions = ["POST", "PUT", "PATCH", "GET", "DELETE", "HEAD", "OPTIONS"].map(action);
        assert_eq!(
            actions,
            ["create", "update", "update", "read", "delete", "system", "system"]
        );
    }
}
