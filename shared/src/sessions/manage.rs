//! Looking at sessions and ending them, one's own and others'.

use futures_util::future::try_join;

use super::{Live, Origin, Session};
use crate::App;
use crate::accounts::{Account, User};
use crate::act::Undone;
use crate::activity::Activity;
use crate::ids::{OrgId, SessionId, UserId};
use crate::organizations::Membership;
use crate::store::commit::{Step, int};
use crate::store::query::Index;
use crate::store::record::{read, read_optional};
use crate::store::{Commit, Condition, Query, Record, StoreError, retried};

/// There is no such session, or none that is any of the asker's business.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such session")]
pub struct Unknown;

/// Whose sessions somebody may see and end: those of the members of an organization, or, in the home organization,
/// everybody's.
#[derive(Debug, Clone, Copy)]
pub struct Reach(OrgId);

impl Reach {
    /// What somebody reaches who acts in `org`.
    pub fn of(org: OrgId) -> Self {
        Self(org)
    }

    async fn covers(self, app: &App, user: UserId) -> Result<bool, StoreError> {
        if self.0 == OrgId::HOME {
            return Ok(true);
        }
        let [membership] = app.store.get([Membership::key_of(user, self.0)]).await?;
        Ok(membership.is_some())
    }
}

/// The sessions of `user` in force, the oldest first; none for a user out of reach. Without a reach they are one's own.
///
/// # Errors
/// [`StoreError`].
pub async fn list(app: &App, user: UserId, reach: Option<Reach>) -> Result<Vec<Session>, StoreError> {
    let covered = async {
        match reach {
            Some(reach) => reach.covers(app, user).await,
            None => Ok(true),
        }
    };
    let (covered, account) = try_join(covered, Account::read_sessions(&app.store, user)).await?;
    let Some(Account { user, mut sessions, .. }) = account.filter(|_| covered) else {
        return Ok(Vec::new());
    };
    sessions.retain(|session| session.is_live(&user, app.clock.now()));
    sessions.sort_by_key(|session| (session.created_at, session.id));
    Ok(sessions)
}

/// Ends the session `id`, if it is one's own, or if its user is within `reach`.
///
/// # Errors
/// [`Unknown`].
pub async fn revoke(
    app: &App,
    by: &Live,
    origin: &Origin,
    id: SessionId,
    reach: Option<Reach>,
) -> Result<(), Undone<Unknown>> {
    let session = find(app, by, id, reach).await?.ok_or(Undone::Refused(Unknown))?;
    let mut commit = Commit::<Undone<Unknown>>::new();
    commit
        .delete(session.key(), Condition::Present)
        .otherwise(|_| Undone::Refused(Unknown));
    let activity = Activity::new(app, session.user_id, origin, "session", "revoke").about(id);
    activity.done_by(by.user.id).enter(&mut commit);
    app.store.commit(commit).await
}

/// A session in force: one's own by its key, another one's by the index, which may be a moment behind.
async fn find(app: &App, by: &Live, id: SessionId, reach: Option<Reach>) -> Result<Option<Session>, StoreError> {
    let now = app.clock.now();
    let [own] = app.store.get([Session::key_of(by.user.id, id)]).await?;
    if let Some(own) = read_optional::<Session>(own)? {
        return Ok(Some(own).filter(|session| session.is_live(&by.user, now)));
    }
    let Some(reach) = reach else { return Ok(None) };
    let by_id = Query::partition(format!("{}{id}", Session::PREFIX)).of(Index::Gsi2);
    let Some(found) = app.store.query(by_id).await?.items.into_iter().next() else {
        return Ok(None);
    };
    let session: Session = read(found)?;
    let covered = reach.covers(app, session.user_id);
    let user = app.store.get([User::key_of(session.user_id)]);
    let (covered, [user]) = try_join(covered, user).await?;
    let live = read_optional::<User>(user)?.is_some_and(|user| session.is_live(&user, now));
    Ok(Some(session).filter(|_| covered && live))
}

/// Ends all sessions of `user` but the one that does it, if it is the user's: also those that begin at the same moment.
/// For a user who does not exist or is out of reach it does nothing, and does not say so.
///
/// # Errors
/// [`StoreError`].
pub async fn revoke_others(
    app: &App,
    by: &Live,
    origin: &Origin,
    user: UserId,
    reach: Option<Reach>,
) -> Result<(), StoreError> {
    if let Some(reach) = reach
        && !reach.covers(app, user).await?
    {
        return Ok(());
    }
    retried(|| revoke_others_once(app, by, origin, user)).await
}

async fn revoke_others_once(app: &App, by: &Live, origin: &Origin, user: UserId) -> Result<(), StoreError> {
    let mine = Session::key_of(user, by.session.id);
    let [read, still_mine] = app.store.get([User::key_of(user), mine.clone()]).await?;
    let Some(read) = read_optional::<User>(read)? else {
        return Ok(());
    };
    let mut commit = Commit::<StoreError>::new();
    let epoch = |epoch: u64| int(epoch.cast_signed());
    commit.update(
        read.key(),
        Condition::Equals("session_epoch", epoch(read.session_epoch)),
        [Step::Add("session_epoch", 1)],
    );
    // The session that does it goes over into the new epoch, if it is this user's and has not ended meanwhile.
    let still_mine = read_optional::<Session>(still_mine)?.filter(|session| session.epoch == read.session_epoch);
    if still_mine.is_some() {
        let steps = [Step::Set("epoch", epoch(read.session_epoch + 1))];
        commit.update(mine, Condition::Equals("epoch", epoch(read.session_epoch)), steps);
    }
    let activity = Activity::new(app, user, origin, "session", "revoke others");
    activity.done_by(by.user.id).enter(&mut commit);
    app.store.commit(commit).await
}
