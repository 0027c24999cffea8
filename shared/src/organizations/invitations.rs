//! Asking somebody to join an organization in a role.
//!
//! An invitation is three items that change together: the invitation, which stays; the place of its address in the
//! organization while it is pending, so that there is one of them at a time; and the token's hash, by which it is found.
//!
//! Rooms: [`invite`] making and mailing one, [`answer`] accepting and revoking it, [`list`] listing them.

pub mod answer;
pub mod invite;
pub mod list;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Organization;
use crate::App;
use crate::access::Role;
use crate::accounts::Email;
use crate::ids::{InvitationId, OrgId, RoleId, UserId};
use crate::store::commit::{Step, text};
use crate::store::query::Index;
use crate::store::record::{read, sortable};
use crate::store::{Commit, Condition, Key, Query, Record, StoreError};
use crate::tokens::SecretHash;

/// An invitation may be accepted for so long.
pub const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// So long after its end a token is still known, so that whoever follows an old link is told why it does not work.
const TOKEN_KNOWN: Duration = Duration::from_secs(90 * 24 * 3600);

/// What purpose the token is sealed for while it is pending, so that it can be mailed again.
const PURPOSE: &str = "invitation";

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Accepted.
    Accepted,
    /// Nobody accepted it in time.
    Expired,
    /// It may be accepted.
    Pending,
    /// Taken back.
    Revoked,
}

impl Status {
    /// Its name; the variants stand in the order of their names, which is how lists sort them.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Accepted => "accepted",
            Status::Expired => "expired",
            Status::Pending => "pending",
            Status::Revoked => "revoked",
        }
    }
}

/// An invitation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invitation {
    /// Identifier, in order of time.
    pub id: InvitationId,
    /// The organization.
    pub org_id: OrgId,
    /// The address that is invited.
    pub email: Email,
    /// The role.
    pub role_id: RoleId,
    /// The role's name when it was made, for when the role is gone.
    pub role_name: String,
    /// Who invites.
    pub inviter_id: UserId,
    /// The address that the inviter signs in with.
    pub inviter_username: String,
    /// What became of it, as it is kept: see [`Invitation::status_at`].
    status: Status,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it may be accepted.
    pub valid_until: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
}

impl Invitation {
    /// What the sort key of every invitation begins with.
    pub const PREFIX: &'static str = "INVITATION#";

    /// Where an invitation is kept.
    pub fn key_of(org: OrgId, id: InvitationId) -> Key {
        Key::new(Organization::partition(org), format!("{}{id}", Self::PREFIX))
    }

    /// What became of it: one that nobody accepted in time is expired, whether that was written down or not.
    pub fn status_at(&self, now: Timestamp) -> Status {
        match self.status {
            Status::Pending if now >= self.valid_until => Status::Expired,
            status => status,
        }
    }
}

impl Record for Invitation {
    const KIND: &'static str = "invitation";
    fn key(&self) -> Key {
        Self::key_of(self.org_id, self.id)
    }
}

/// The place of an address in an organization while it is invited.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pending {
    org_id: OrgId,
    email: Email,
    invitation_id: InvitationId,
    role_id: RoleId,
    /// The token, sealed.
    sealed_token: String,
    valid_until: Timestamp,
}

impl Pending {
    fn key_of(org: OrgId, email: &Email) -> Key {
        Key::new(Organization::partition(org), format!("INVITED#{}", email.canonical()))
    }

    /// The partition of the second index that shows who is invited into a role, by the end of the invitation.
    fn of_role(role: RoleId) -> String {
        format!("INVITED#{role}")
    }
}

impl Record for Pending {
    const KIND: &'static str = "pending invitation";
    fn key(&self) -> Key {
        Self::key_of(self.org_id, &self.email)
    }
    fn gsi2(&self) -> Option<Key> {
        Some(Key::new(Self::of_role(self.role_id), sortable(self.valid_until)))
    }
}

/// By which an invitation is found by who has its token.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Token {
    hash: SecretHash,
    org_id: OrgId,
    invitation_id: InvitationId,
    role_id: RoleId,
    known_until: Timestamp,
}

impl Token {
    fn key_of(hash: &SecretHash) -> Key {
        Key::new(format!("SECRET#{}", hash.as_str()), "INVITATION")
    }
}

impl Record for Token {
    const KIND: &'static str = "invitation token";
    fn key(&self) -> Key {
        Self::key_of(&self.hash)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.known_until)
    }
}

/// Adds to `commit` that a pending invitation ends with `steps`: its status, its place, and its role's counter. `late` is
/// what it means when it was not pending any more.
fn end<E>(
    commit: &mut Commit<E>,
    org: OrgId,
    email: &Email,
    id: InvitationId,
    steps: Vec<Step>,
    late: impl FnOnce() -> E + Send + 'static,
) {
    commit
        .update(
            Invitation::key_of(org, id),
            Condition::Equals("status", text(Status::Pending.as_str())),
            steps,
        )
        .otherwise(|_| late());
    commit.delete(
        Pending::key_of(org, email),
        Condition::Equals("invitation_id", text(id)),
    );
}

/// Writes down that the overdue invitations into `role` have expired, so that its counter counts those that may be
/// accepted.
///
/// # Errors
/// [`StoreError`].
pub async fn settle_overdue(app: &App, role: RoleId) -> Result<(), StoreError> {
    // An index is a moment behind, but an overdue invitation was made days ago.
    end_those(app, role, sortable(app.clock.now())).await
}

/// Revokes the invitations into `role`, which goes; the overdue ones have expired.
///
/// # Errors
/// [`StoreError`].
pub async fn revoke_all(app: &App, role: RoleId) -> Result<(), StoreError> {
    // Who was invited a moment ago is not in the index yet. The role counts its invitations, and stays until they are there.
    end_those(app, role, "~".to_owned()).await
}

/// Ends the pending invitations into `role` which could be accepted until `last` at most.
async fn end_those(app: &App, role: RoleId, last: String) -> Result<(), StoreError> {
    let pending = Query::partition(Pending::of_role(role))
        .of(Index::Gsi2)
        .between("0", last);
    for item in app.store.query_to_end(pending).await? {
        let pending: Pending = read(item)?;
        let status = match app.clock.now() >= pending.valid_until {
            true => Status::Expired,
            false => Status::Revoked,
        };
        let mut commit = Commit::<StoreError>::new();
        end(
            &mut commit,
            pending.org_id,
            &pending.email,
            pending.invitation_id,
            vec![Step::Set("status", text(status.as_str()))],
            || StoreError::Conflict,
        );
        commit.update(
            Role::key_of(pending.org_id, role),
            Condition::Present,
            [Step::Add("invitations", -1)],
        );
        match app.store.commit(commit).await {
            // Somebody else was faster, or the index has not heard of it yet.
            Err(StoreError::Conflict) | Ok(()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
