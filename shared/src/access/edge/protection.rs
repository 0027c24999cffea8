//! Who is protected from administrators: a superadmin from everybody but superadmins, and everybody from themselves where it is
//! about what the account may do. It is asked of the user as it was read, and holds because the change requires that the user is
//! as it was read; that the administrator still is one is a condition of the same commit.

use crate::accounts::user::{MEMBER, SUPERADMIN};
use crate::accounts::{State, User};
use crate::act::Undone;
use crate::sessions::Origin;
use crate::store::commit::text;
use crate::store::{Commit, Condition, Record};

/// Why somebody is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Protected {
    /// Only superadmins change a superadmin, or make one.
    #[error("only a superadmin may do this")]
    Superadmin,
    /// Nobody does this to themselves.
    #[error("nobody does this to themselves")]
    Himself,
    /// Whoever does it lost role or state at the same moment.
    #[error("the administrator is none any more")]
    NotInOffice,
}

/// Somebody who administrates, as the edge let them through.
#[derive(Debug, Clone, Copy)]
pub struct Administrator<'a> {
    /// Who.
    pub user: &'a User,
    /// Where from.
    pub origin: &'a Origin,
}

impl Administrator<'_> {
    /// Whether this may change what is known about `user`.
    ///
    /// # Errors
    /// [`Protected`].
    pub fn may_change(&self, user: &User) -> Result<(), Protected> {
        let is_himself = user.id == self.user.id;
        // The administrator's own account was read again: it is this role that changes it.
        if is_himself && (user.role != self.user.role || !user.state.may_sign_in()) {
            return Err(Protected::NotInOffice);
        }
        self.may_be_changed(&user.role)
    }

    /// Whether this may change what the account of `user` may do.
    ///
    /// # Errors
    /// [`Protected`].
    pub fn may_rule(&self, user: &User) -> Result<(), Protected> {
        self.may_change(user)?;
        match user.id == self.user.id {
            true => Err(Protected::Himself),
            false => Ok(()),
        }
    }

    /// Whether this may give `user` a role.
    ///
    /// # Errors
    /// [`Protected`].
    pub fn may_give(&self, user: &User, role: &str) -> Result<(), Protected> {
        // Whoever makes a superadmin would have all of its rights by that.
        self.may_be_changed(role)?;
        self.may_rule(user)
    }

    fn may_be_changed(&self, role: &str) -> Result<(), Protected> {
        match role == SUPERADMIN && self.user.role != SUPERADMIN {
            true => Err(Protected::Superadmin),
            false => Ok(()),
        }
    }

    /// Adds to a commit that changes `user` that this is still what the edge let through: of two superadmins who take each
    /// other's role, one stays.
    pub fn in_office<R: From<Protected>>(&self, commit: &mut Commit<Undone<R>>, user: &User) {
        // Who changes their own account is asked by its version; there is one change of an item in a commit.
        if user.id == self.user.id {
            return;
        }
        let mut conditions = vec![State::is_one_of(&State::MAY_SIGN_IN)];
        if self.user.role != MEMBER {
            conditions.push(Condition::Equals("role", text(&self.user.role)));
        }
        commit
            .check(self.user.key(), Condition::All(conditions))
            .otherwise(|_| Undone::Refused(Protected::NotInOffice.into()));
    }
}
