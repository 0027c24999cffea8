//! Organizations as arc's tenants. A user belongs to a tenant by a membership, and everybody belongs to the home
//! organization, with or without one: it is everybody's default tenant. So nobody who makes an organization and puts
//! strangers into it decides which tenant their tokens are for.

use super::Membership;
use crate::access::{self, Role};
use crate::accounts::{State, User};
use crate::ids::OrgId;
use crate::store::{Store, StoreError};

/// How a user stands in a tenant, in arc's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waits for the activation.
    Registered,
    /// May sign in.
    Active,
    /// Switched off.
    Inactive,
    /// May sign in, and is asked for another password.
    PasswordChangeNeeded,
    /// Shut out.
    Rejected,
}

impl Status {
    /// How `user` stands in a tenant where it has this membership.
    pub fn of(user: &User, membership: Option<&Membership>) -> Self {
        match user.state {
            State::Unactivated => Status::Registered,
            State::Inactive => Status::Inactive,
            State::Locked | State::Banned | State::Deleted => Status::Rejected,
            State::Pending | State::Active if membership.is_some_and(|member| !member.is_in_force()) => {
                Status::Inactive
            }
            State::Pending | State::Active if user.reset_password => Status::PasswordChangeNeeded,
            State::Pending | State::Active => Status::Active,
        }
    }

    /// Its number.
    pub fn number(self) -> u8 {
        match self {
            Status::Registered => 0,
            Status::Active => 1,
            Status::Inactive => 2,
            Status::PasswordChangeNeeded => 3,
            Status::Rejected => 4,
        }
    }

    /// Whether somebody may sign in who stands so.
    pub fn may_sign_in(self) -> bool {
        matches!(self, Status::Active | Status::PasswordChangeNeeded)
    }
}

/// A user in a tenant.
#[derive(Debug, Clone)]
pub struct Tenancy {
    /// The tenant.
    pub tenant: OrgId,
    /// The roles there.
    pub roles: Vec<Role>,
    /// How the user stands there.
    pub status: Status,
}

impl Tenancy {
    /// `user` in the home organization, where it has this membership; one read, where there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn at_home(store: &Store, user: &User, membership: Option<&Membership>) -> Result<Self, StoreError> {
        let (roles, _) = access::held(store, membership, false).await?;
        Ok(Self {
            tenant: OrgId::HOME,
            roles,
            status: Status::of(user, membership),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Email;
    use crate::accounts::profile::Profile;
    use crate::accounts::sign_up::draft;
    use crate::app::App;
    use crate::clock::Clock;
    use crate::config::Config;
    use crate::organizations::membership::MemberState;
    use crate::random::Random;

    #[test]
    fn the_account_and_the_membership_decide() {
        let app = App::new(
            Config::from_lookup(|_| None).unwrap(),
            Clock::system(),
            Random::seeded(1),
        );
        let email = Email::parse("ada@example.com").unwrap();
        let mut user = draft(&app, &email, Profile::default(), State::Pending);
        let role = Role::identity_admin(app.clock.now());
        let mut membership = Membership::new(&user, &role);
        assert_eq!(Status::of(&user, None), Status::Active);
        assert_eq!(Status::of(&user, Some(&membership)), Status::Active);
        membership.member_state = Some(MemberState::Inactive);
        assert_eq!(Status::of(&user, Some(&membership)), Status::Inactive);
        user.reset_password = true;
        assert_eq!(Status::of(&user, None), Status::PasswordChangeNeeded);
        for (state, number) in [
            (State::Unactivated, 0),
            (State::Active, 3),
            (State::Inactive, 2),
            (State::Locked, 4),
            (State::Banned, 4),
            (State::Deleted, 4),
        ] {
            user.state = state;
            let status = Status::of(&user, None);
            assert_eq!((status.number(), status.may_sign_in()), (number, state.may_sign_in()));
        }
    }
}
