//! The audit log: what happened to an account, written in the same commit as what happened. Nothing changes or removes it.

pub mod agent;
pub mod audit;
pub mod everybody;
pub mod logins;
pub mod metrics;
pub mod months;
pub mod own;
mod who;

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::App;
use crate::ids::{OrgId, UserId, new_ulid};
use crate::sessions::Origin;
use crate::store::{Commit, Key, Record, StoreError};

pub use who::Who;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was done.
    #[default]
    Succeed,
    /// It was tried.
    Failed,
    /// It is not for whoever tried.
    Denied,
}

impl Outcome {
    /// As clients see it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeed => "succeed",
            Self::Failed => "failed",
            Self::Denied => "denied",
        }
    }
}

/// One entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activity {
    /// Identifier, in order of time.
    pub id: String,
    /// Whose account.
    pub user_id: UserId,
    /// What it is about: `session`, `password`, `account`, `membership`, `role`, `invitation`.
    pub topic: String,
    /// What was done: `login`, `reset`, `create`, `bind`.
    pub action: String,
    /// How, where there are several ways: `password`, `webauthn`.
    pub method: Option<String>,
    /// The client's address.
    pub ip: IpAddr,
    /// What the client called itself.
    pub user_agent: String,
    /// What else it was done to: an organization, a role, an invitation.
    pub about: Option<String>,
    /// Who did it, where it was not the owner of the account.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// The organization in which somebody signed in, where it was not the home organization.
    #[serde(default)]
    pub tenant: Option<OrgId>,
    /// How it ended.
    #[serde(default)]
    pub outcome: Outcome,
    /// What is to be said besides: JSON.
    #[serde(default)]
    pub data: Option<String>,
}

impl Activity {
    /// Somebody signed in.
    pub fn sign_in(app: &App, user_id: UserId, origin: &Origin, method: &str) -> Self {
        Self {
            method: Some(method.to_owned()),
            ..Self::at_the_door(app, user_id, origin, "login")
        }
    }

    /// Somebody signed in or tried to, and it is said where that was no browser.
    pub fn at_the_door(app: &App, user_id: UserId, origin: &Origin, action: &str) -> Self {
        let entry = Self::new(app, user_id, origin, "session", action);
        match agent::is_browser(&entry.user_agent) {
            true => entry,
            false => entry.saying("note", agent::SUSPICIOUS),
        }
    }

    /// The same, saying what else it was done to.
    #[must_use]
    pub fn about(self, what: impl ToString) -> Self {
        Self {
            about: Some(what.to_string()),
            ..self
        }
    }

    /// The same, which was tried and not done.
    #[must_use]
    pub fn failed(self, reason: &str) -> Self {
        Self {
            outcome: Outcome::Failed,
            ..self.saying("reason", reason)
        }
    }

    /// The same, with one thing more to be said.
    fn saying(self, name: &str, what: &str) -> Self {
        let said = self.data.as_deref().and_then(|data| serde_json::from_str(data).ok());
        let mut said: serde_json::Map<String, serde_json::Value> = said.unwrap_or_default();
        said.insert(name.to_owned(), what.into());
        Self {
            data: Some(serde_json::Value::Object(said).to_string()),
            ..self
        }
    }

    /// The same, in an organization that is not the home organization.
    #[must_use]
    pub fn in_tenant(self, tenant: OrgId) -> Self {
        Self {
            tenant: Some(tenant).filter(|tenant| *tenant != OrgId::HOME),
            ..self
        }
    }

    /// The same, done by somebody who may be another.
    #[must_use]
    pub fn done_by(self, actor: UserId) -> Self {
        Self {
            by: Some(actor).filter(|actor| *actor != self.user_id),
            ..self
        }
    }

    /// Something was done to an account.
    pub fn new(app: &App, user_id: UserId, origin: &Origin, topic: &str, action: &str) -> Self {
        let id: Ulid = new_ulid(&app.clock, &app.random);
        Self {
            id: id.to_string(),
            user_id,
            topic: topic.to_owned(),
            action: action.to_owned(),
            method: None,
            ip: origin.ip,
            user_agent: origin.user_agent.clone(),
            about: None,
            by: None,
            at: app.clock.now(),
            tenant: None,
            outcome: Outcome::Succeed,
            data: None,
        }
    }
}

/// The moment from which numbers of entries are counted: 2020-01-01 in milliseconds.
const NUMBERED_FROM: u64 = 1_577_836_800_000;

/// Writes an entry down that belongs to no change of anything, such as a failure.
///
/// # Errors
/// [`StoreError`].
pub async fn note(app: &App, activity: &Activity) -> Result<(), StoreError> {
    let mut commit = Commit::<StoreError>::new();
    commit.put(activity);
    metrics::count(&mut commit, activity);
    app.store.commit(commit).await
}

impl Activity {
    /// Adds to `commit` that it is written down, and counted where it is one of those that are.
    pub fn enter<E>(&self, commit: &mut Commit<E>) {
        commit.create(self);
        metrics::count(commit, self);
    }

    /// The partition of everything that happened to an account.
    pub fn partition(user: UserId) -> String {
        format!("ACTIVITY#{user}")
    }

    /// Says which shard of a counter counts it.
    fn mark(&self) -> u8 {
        let id = Ulid::from_string(&self.id).unwrap_or_default();
        let [mark, ..] = id.random().to_le_bytes();
        mark
    }

    /// Its number, for clients that know entries by numbers: 41 bits of time and 12 of chance, so that numbers sort by time and
    /// are exact in JavaScript.
    pub fn number(&self) -> u64 {
        let id = Ulid::from_string(&self.id).unwrap_or_default();
        // The first bits of chance: numbers are in the order of identifiers.
        let chance = u64::try_from(id.random() >> 68).unwrap_or_default();
        (id.timestamp_ms().saturating_sub(NUMBERED_FROM) << 12) | chance
    }
}

impl Record for Activity {
    const KIND: &'static str = "activity";
    fn key(&self) -> Key {
        // A partition of its own: a sign-in reads the user's, and this one only grows.
        Key::new(Self::partition(self.user_id), &self.id)
    }
    fn gsi1(&self) -> Option<Key> {
        logins::place(self)
    }
    fn gsi2(&self) -> Option<Key> {
        Some(everybody::place(self))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::clock::Clock;
    use crate::random::Random;

    pub fn activity(topic: &str, action: &str) -> Activity {
        let (clock, random) = (Clock::system(), Random::seeded(1));
        Activity {
            id: new_ulid(&clock, &random).to_string(),
            user_id: UserId::generate(&clock, &random),
            topic: topic.to_owned(),
            action: action.to_owned(),
            method: None,
            ip: Ipv4Addr::LOCALHOST.into(),
            user_agent: "tests".to_owned(),
            about: None,
            by: None,
            at: clock.now(),
            tenant: None,
            outcome: Outcome::Succeed,
            data: None,
        }
    }
}
