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
    /// Made, address not confirmed.
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

    /// Whether this state lets anybody in, on whatever surface.
    pub fn may_sign_in(self) -> bool {
        Self::MAY_SIGN_IN.contains(&self)
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Active => "active",
            State::Inactive => "inactive",
            State::Locked => "locked",
            State::Banned => "banned",
            State::Deleted => "deleted",
        }
    }

    /// The condition that a commit puts on a user who is to be let in.
    pub fn lets_in() -> Condition {
        Condition::OneOf(
            "state",
            Self::MAY_SIGN_IN.iter().map(|state| text(state.as_str())).collect(),
        )
    }
}

/// An account's centre.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// Identifier on every surface but barong.
    pub id: UserId,
    /// Short public identifier: `ID` and ten hexadecimal digits.
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
        let name = format!("{} {}", self.profile.first_name, self.profile.last_name);
        match name.trim() {
            "" => self.email.typed().to_owned(),
            name => name.to_owned(),
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

/// A new short identifier.
pub fn new_uid(random: &Random) -> String {
    let [a, b, c, d, e] = random.bytes();
    format!("ID{a:02X}{b:02X}{c:02X}{d:02X}{e:02X}")
}

/// Says that a short identifier is in use.
#[derive(Debug, Serialize, Deserialize)]
pub struct UidClaim {
    /// The short identifier.
    pub uid: String,
    /// Whose it is.
    pub user_id: UserId,
}

impl Record for UidClaim {
    const KIND: &'static str = "uid claim";
    fn key(&self) -> Key {
        Key::new(format!("UID#{}", self.uid), "CLAIM")
    }
}
