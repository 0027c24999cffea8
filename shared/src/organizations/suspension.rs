//! Switching members off and on again.
//!
//! An account belongs to its owner, and anybody may make an organization and add strangers to it. So an organization
//! switches an account off only when it is the only one that the account belongs to, or the home organization; otherwise
//! the member loses its rights in that organization, and nowhere else. Whoever switched an account off may switch it on,
//! whoever else added it meanwhile. An account that waits for its activation is let in by the home organization or by its
//! owner, not by an organization that a stranger made.

use futures_util::future::try_join;
use jiff::Timestamp;

use super::membership::{self, Headcount, MemberState, Membership};
use crate::App;
use crate::access::Office;
use crate::access::standing::Actor;
use crate::accounts::directory::card;
use crate::accounts::{Account, State, User};
use crate::act::Undone;
use crate::ids::{OrgId, UserId};
use crate::store::commit::{Step, text};
use crate::store::{Commit, Condition, Record, Versioned, retried};

/// Why a member was not switched on or off.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSwitched {
    /// The user does not exist, or does not belong to the organization.
    #[error("there is no such member")]
    NotAMember,
    /// It is so already.
    #[error("the member is in this state already")]
    Already,
    /// Nobody would be left to administrate.
    #[error("the organization would have no administrator left")]
    LastAdmin,
    /// Only administrators switch administrators.
    #[error("only administrators may do this to an administrator")]
    BeyondOwnRights,
    /// The account was switched off, locked or banned where this organization has no say.
    #[error("the account was switched off elsewhere")]
    Elsewhere,
}

type Result<T> = std::result::Result<T, Undone<NotSwitched>>;

/// Switches a member of the actor's organization to `to`; where the account itself is switched off, all its sessions end, and
/// its API keys wait until their owner turns them on again.
///
/// # Errors
/// [`NotSwitched`].
pub async fn switch(app: &App, actor: &Actor, user: UserId, to: MemberState) -> Result<()> {
    retried(|| switch_once(app, actor, user, to)).await
}

async fn switch_once(app: &App, actor: &Actor, user: UserId, to: MemberState) -> Result<()> {
    let org = actor.org_id();
    let member = app.store.get([Membership::key_of(user, org)]);
    let (account, [member]) = try_join(Account::read(&app.store, user), member).await?;
    let (Some(account), Some(member)) = (account, member) else {
        return refused(NotSwitched::NotAMember);
    };
    let read = Versioned::<Membership>::from_item(member)?;
    let undoes = to == MemberState::Active && account.user.deactivated_in == Some(org);
    let waits = account.user.state == State::Unactivated;
    let rules_account = org == OrgId::HOME || ((account.user.member_of == 1 || undoes) && !waits);
    check(&account, &read.record, actor, to, rules_account)?;

    let mut commit = Commit::<Undone<NotSwitched>>::new();
    let mut member = read.record.clone();
    member.member_state = Some(to);
    if rules_account && account.user.state != to.account_state() {
        member.who.account_state = to.account_state();
        switch_account(&mut commit, app.clock.now(), &account, &member);
    } else {
        // That the account belongs to others as well, or is as wanted, must be so still.
        commit.check(account.user.key(), Condition::Version(account.version));
    }
    commit.replace(&read, &member);
    let change = Headcount::between(Some(&read.record), Some(&member));
    change.count(&mut commit, org, || Undone::Refused(NotSwitched::LastAdmin));
    let action = match to {
        MemberState::Active => "activate",
        MemberState::Inactive => "deactivate",
    };
    actor
        .activity(app, user, "account", action)
        .about(org)
        .enter(&mut commit);
    app.store.commit(commit).await
}

fn refused<T>(why: NotSwitched) -> Result<T> {
    Err(Undone::Refused(why))
}

fn check(account: &Account, member: &Membership, actor: &Actor, to: MemberState, rules_account: bool) -> Result<()> {
    if member.shown_state() == to.account_state() {
        return refused(NotSwitched::Already);
    }
    if Office::ALL
        .iter()
        .any(|office| member.holds(*office) && !actor.standing.fills(*office))
    {
        return refused(NotSwitched::BeyondOwnRights);
    }
    let user = &account.user;
    // Of an account that waits for its activation, what was switched off here is the membership.
    let switched_off_here = member.member_state == Some(MemberState::Inactive);
    if user.state == State::Unactivated && (rules_account || switched_off_here) {
        return Ok(());
    }
    if to == MemberState::Active && !user.state.may_sign_in() {
        // What the home organization switched off is for the home organization to switch on; a lock or a ban is not this
        // switch's at all.
        let by_home = user.deactivated_in == Some(OrgId::HOME) && member.org_id != OrgId::HOME;
        if user.state != State::Inactive || by_home || !rules_account {
            return refused(NotSwitched::Elsewhere);
        }
    }
    Ok(())
}

/// Adds to `commit` that the account gets the state that `member` shows, in all its memberships but that one. Switching
/// off ends all sessions and switches off all API keys.
fn switch_account(commit: &mut Commit<Undone<NotSwitched>>, now: Timestamp, account: &Account, member: &Membership) {
    let state = member.who.account_state;
    let mut steps = vec![
        Step::Set("state", text(state.as_str())),
        Step::Set("updated_at", text(now)),
    ];
    if state.may_sign_in() {
        steps.push(Step::Remove("deactivated_in"));
    } else {
        steps.push(Step::Set("deactivated_in", text(member.org_id)));
        steps.push(Step::Add("session_epoch", 1));
        // Sessions do not come back with the account, and keys only where their owner turns them on again.
        steps.push(Step::Add("api_key_epoch", 1));
    }
    commit.update(account.user.key(), Condition::Version(account.version), steps);
    let switched = User {
        state,
        updated_at: Some(now),
        ..account.user.clone()
    };
    card::moved(commit, &account.user, &switched);
    let mut others = account.memberships.clone();
    others.retain(|other| other.record.org_id != member.org_id);
    membership::follow(commit, &others, &member.who);
}
