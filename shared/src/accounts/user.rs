//! The user: identifier, address, state, profile.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::email::Email;
use super::profile::Profile;
use crate::ids::{OrgId, UserId};
use crate::random::Random;
use crate::store::commit::text;
use crate::store::{Condition, Key, Record};

/// What an account may do. Each surface shows these in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Made by a surface that asks for an activation first: it may do nothing until then.
    Unactivated,
    /// Made by a surface that asks for none; address not confirmed.
    Pending,
    /// In use.
    Active,
    /// Switched off by an administrator.
    Inactive,
    /// Locked for a time or until somebody acts.
    Locked,
    /// Shut out.
    Banned,
    /// Gone; kept for the record.
    Deleted,
}

impl State {
    /// The states in which somebody may sign in and keep their sessions.
    pub const MAY_SIGN_IN: [State; 2] = [State::Pending, State::Active];

    /// The states in which somebody may set a password with the old one. Where an account was switched off, locked or
    /// banned, guessing goes nowhere.
    pub const MAY_CHANGE_PASSWORD: [State; 3] = [State::Unactivated, State::Pending, State::Active];

    /// All of them.
    pub const ALL: [State; 7] = [
        State::Unactivated,
        State::Pending,
        State::Active,
        State::Inactive,
        State::Locked,
        State::Banned,
        State::Deleted,
    ];

    /// The state that is stored as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether this state lets anybody in, on whatever surface.
    pub fn may_sign_in(self) -> bool {
        Self::MAY_SIGN_IN.contains(&self)
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Unactivated => "unactivated",
            State::Pending => "pending",
            State::Active => "active",
            State::Inactive => "inactive",
            State::Locked => "locked",
            State::Banned => "banned",
            State::Deleted => "deleted",
        }
    }

    /// The condition that a commit puts on a user who is in one of `states`.
    pub fn is_one_of(states: &[Self]) -> Condition {
        Condition::OneOf("state", states.iter().map(|state| text(state.as_str())).collect())
    }
}

/// An account's centre.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Identifier on every surface but barong.
    pub id: UserId,
    /// Short public identifier: `ID`, or another prefix that is configured, and ten hexadecimal digits.
    pub uid: String,
    /// The address it signs in with.
    pub email: Email,
    /// What it may do.
    pub state: State,
    /// Whether it was made through an identity provider.
    pub is_social: bool,
    /// What it tells about itself.
    pub profile: Profile,
    /// When it was made.
    pub created_at: Timestamp,
    /// Sessions of another epoch have ended: raising it ends all of them in one write.
    pub session_epoch: u64,
    /// Counts sign-ins, so that of two at the same moment the later one sees the session of the earlier.
    pub sign_ins: u64,
    /// When it last signed in.
    pub last_sign_in: Option<Timestamp>,
    /// Counts the organizations it belongs to.
    pub member_of: u64,
    /// The organization whose administrator switched it off, while it is.
    pub deactivated_in: Option<OrgId>,
    /// When its owner showed that mail to its address arrives. That an administrator made an account active shows nothing.
    #[serde(default)]
    pub email_confirmed_at: Option<Timestamp>,
    /// Whether its owner is asked for another password, which does not keep anybody out.
    #[serde(default)]
    pub reset_password: bool,
    /// What it may do on barong's surface, whose route rules name roles.
    #[serde(default = "member")]
    pub role: String,
    /// How much is verified of it, from 0; the levels are those of barong's surface.
    #[serde(default)]
    pub level: u8,
    /// API keys of another epoch are not active: raising it switches all of them off in one write.
    #[serde(default)]
    pub api_key_epoch: u64,
    /// Counts its API keys.
    #[serde(default)]
    pub api_keys: u64,
    /// Who brought it here.
    #[serde(default)]
    pub referrer: Option<Referrer>,
    /// What a client of barong's surface keeps with it: JSON, as it came.
    #[serde(default)]
    pub data: Option<String>,
    /// When something of it last changed that barong's surface shows; never, where that is absent.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// Whether it is asked for a code of an authenticator app; see [`totp`](crate::credentials::totp).
    #[serde(default)]
    pub two_factor: bool,
    /// Whether lists of users know it, by its [`Card`](super::directory::Card) and by what is counted. Accounts of older tables
    /// are not listed until the bootstrap sees to them.
    #[serde(default)]
    pub is_listed: bool,
}

/// The role that everybody begins with.
pub const MEMBER: &str = "member";

/// The role that may do everything on barong's surface.
pub const SUPERADMIN: &str = "superadmin";

fn member() -> String {
    MEMBER.to_owned()
}

/// Another account, as whoever was brought here by it remembers it. Neither of the two ever changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referrer {
    /// The account.
    pub id: UserId,
    /// Its short public identifier.
    pub uid: String,
}

impl User {
    /// The sort key of a user.
    pub const SK: &'static str = "USER";

    /// The partition of everything a user has.
    pub fn partition(id: UserId) -> String {
        format!("USER#{id}")
    }

    /// What others call it: its name, or its address where it has told none.
    pub fn display_name(&self) -> String {
        match self.profile.full_name() {
            name if name.trim().is_empty() => self.email.typed().to_owned(),
            name => name,
        }
    }

    /// Where the user `id` is kept.
    pub fn key_of(id: UserId) -> Key {
        Key::new(Self::partition(id), Self::SK)
    }
}

impl Record for User {
    const KIND: &'static str = "user";
    fn key(&self) -> Key {
        Self::key_of(self.id)
    }
}

/// A new short identifier: `prefix` and ten hexadecimal digits.
pub fn new_uid(prefix: &str, random: &Random) -> String {
    let [a, b, c, d, e] = random.bytes();
    format!("{prefix}{a:02X}{b:02X}{c:02X}{d:02X}{e:02X}")
}

/// Says that a short identifier is in use.
#[derive(Debug, Serialize, Deserialize)]
pub struct UidClaim {
    /// The short identifier.
    pub uid: String,
    /// Whose it is.
    pub user_id: UserId,
}

impl UidClaim {
    /// The partition of the first index that shows all users by age. It shows these claims and not the users: they never
    /// change, so that a sign-in does not pay for the list.
    pub const EVERYBODY: &'static str = "USERS";

    /// Where the claim on `uid` is kept.
    pub fn key_of(uid: &str) -> Key {
        Key::new(format!("UID#{uid}"), "CLAIM")
    }
}

impl Record for UidClaim {
    const KIND: &'static str = "uid claim";
    fn key(&self) -> Key {
        Self::key_of(&self.uid)
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(Self::EVERYBODY, self.user_id.to_string()))
    }
}
