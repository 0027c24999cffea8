//! Sessions: an item each, named by every token. A token without its session is worth nothing.

pub mod browser;
pub mod cookie;
pub mod manage;
pub mod pair;
pub mod refresh;
pub mod sign_in;

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::accounts::{State, User};
use crate::activity::Activity;
use crate::federation::upstream::Upstream;
use crate::ids::{SessionId, UserId};
use crate::organizations::Membership;
use crate::store::commit::{Step, int, text};
use crate::store::record::{read, read_optional};
use crate::store::{Commit, Condition, Item, Key, Record, StoreError};

pub use pair::Pair;

/// A session lives so long, however busy it is.
pub const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// So many sessions a user has at most; a further one ends the oldest.
pub const MAX_LIVE: usize = 5;

/// The last use is written down once in so long: a write for every read would double the price of reading.
pub const SEEN_EVERY: Duration = Duration::from_secs(60);

/// Code points of a user agent that are kept.
const MAX_USER_AGENT: usize = 300;

/// Where a sign-in came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The client's address.
    pub ip: IpAddr,
    /// What the client calls itself, shortened.
    pub user_agent: String,
}

impl Origin {
    /// An origin; the user agent is shortened to 300 characters.
    pub fn new(ip: IpAddr, user_agent: &str) -> Self {
        Self {
            ip,
            user_agent: user_agent.chars().take(MAX_USER_AGENT).collect(),
        }
    }
}

/// A session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// Identifier, the `jti` of its tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// What the client called itself.
    pub user_agent: String,
    /// The client's address.
    pub ip: IpAddr,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen: Timestamp,
    /// When it ends by itself.
    pub valid_until: Timestamp,
    /// The user's epoch in which it began; it ends with it.
    pub epoch: u64,
    /// The tokens that it goes by, where its surface gives them in pairs.
    #[serde(default)]
    pub pair: Option<Pair>,
    /// The cookie that it goes by, where it is a browser's.
    #[serde(default)]
    pub cookie: Option<cookie::Binding>,
    /// Through whom it began, where a provider is told when it ends.
    #[serde(default)]
    pub upstream: Option<Upstream>,
}

impl Session {
    /// What the sort key of every session begins with.
    pub const PREFIX: &'static str = "SESSION#";

    /// Where a session is kept.
    pub fn key_of(user: UserId, id: SessionId) -> Key {
        Key::new(User::partition(user), format!("{}{id}", Self::PREFIX))
    }

    /// Whether it is in force for its user at `now`.
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        self.epoch == user.session_epoch && now < self.valid_until && user.state.may_sign_in()
    }
}

impl Record for Session {
    const KIND: &'static str = "session";
    fn key(&self) -> Key {
        Self::key_of(self.user_id, self.id)
    }
    fn gsi2(&self) -> Option<Key> {
        Some(Key::new(format!("{}{}", Self::PREFIX, self.id), "SESSION"))
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// How a session begins.
#[derive(Debug)]
pub struct Opening<'a> {
    /// Its identifier.
    pub id: SessionId,
    /// Where from.
    pub origin: &'a Origin,
    /// When it ends by itself.
    pub valid_until: Timestamp,
    /// The tokens that it goes by, where its surface gives them in pairs.
    pub pair: Option<Pair>,
    /// The cookie that it goes by, where it is a browser's.
    pub cookie: Option<cookie::Binding>,
    /// Through whom it began, where a provider is told when it ends.
    pub upstream: Option<Upstream>,
    /// Whether it is written down that the user signed in.
    pub is_noted: bool,
}

impl<'a> Opening<'a> {
    /// A session as most surfaces begin it, which lives for [`LIFETIME`].
    ///
    /// # Errors
    /// [`StoreError`] where time ends.
    pub fn usual(app: &App, origin: &'a Origin) -> Result<Self, StoreError> {
        Ok(Self {
            id: SessionId::generate(&app.random),
            origin,
            valid_until: app.clock.now().checked_add(LIFETIME).map_err(StoreError::corrupt)?,
            pair: None,
            cookie: None,
            upstream: None,
            is_noted: true,
        })
    }
}

/// Adds to `commit` what opens a session of `user`, who has these `sessions`: the new session, the end of the oldest ones
/// beyond [`MAX_LIVE`], and the user's mark. The mark carries the condition that the user may sign in and that nobody
/// signed in meanwhile, so that the limit holds under concurrency.
pub fn open<E>(commit: &mut Commit<E>, app: &App, user: &User, sessions: &[Session], opening: Opening<'_>) -> Session {
    let now = app.clock.now();
    let is_noted = opening.is_noted;
    let session = begin(commit, app, user, opening);
    let mut live: Vec<&Session> = sessions.iter().filter(|session| session.is_live(user, now)).collect();
    live.sort_by_key(|session| (session.created_at, session.id));
    for oldest in live.iter().take((live.len() + 1).saturating_sub(MAX_LIVE)) {
        commit.delete(oldest.key(), Condition::Always);
    }
    let unchanged = Condition::All(vec![
        Condition::Equals("sign_ins", int(user.sign_ins.cast_signed())),
        still_let_in(user),
    ]);
    let mut steps = vec![Step::Add("sign_ins", 1)];
    if is_noted {
        steps.push(Step::Set("last_sign_in", text(now)));
    }
    commit.update(user.key(), unchanged, steps);
    session
}

/// Adds to `commit` a session of `user`, and nothing else: for one who is made in the same commit, with the mark of a sign-in.
pub fn begin<E>(commit: &mut Commit<E>, app: &App, user: &User, opening: Opening<'_>) -> Session {
    let now = app.clock.now();
    let session = Session {
        id: opening.id,
        user_id: user.id,
        user_agent: opening.origin.user_agent.clone(),
        ip: opening.origin.ip,
        created_at: now,
        last_seen: now,
        valid_until: opening.valid_until,
        epoch: user.session_epoch,
        pair: opening.pair,
        cookie: opening.cookie,
        upstream: opening.upstream,
    };
    commit.create(&session);
    session
}

/// The condition that `user` may sign in, and that nobody has ended all of its sessions since it was read.
pub fn still_let_in(user: &User) -> Condition {
    Condition::All(vec![
        Condition::Equals("session_epoch", int(user.session_epoch.cast_signed())),
        State::is_one_of(&State::MAY_SIGN_IN),
    ])
}

/// Adds to `commit`, which raises the epoch of `user`, that this session goes over into the new epoch, if it has not ended
/// meanwhile: all the others end.
pub fn carry_over<E>(commit: &mut Commit<E>, user: &User, session: &Session) {
    let of = |epoch: u64| int(epoch.cast_signed());
    let steps = [Step::Set("epoch", of(user.session_epoch + 1))];
    commit.update(session.key(), Condition::Equals("epoch", of(user.session_epoch)), steps);
}

/// Somebody whose token and session were checked.
#[derive(Debug, Clone)]
pub struct Live {
    /// The user, as it is now.
    pub user: User,
    /// The session.
    pub session: Session,
}

/// Checks the session `id` of `user_id`: one round trip. `None` when it is not in force.
///
/// # Errors
/// [`StoreError`] when the table cannot be read: then nobody is let in.
pub async fn check(app: &App, user_id: UserId, id: SessionId) -> Result<Option<Live>, StoreError> {
    let [session, user] = app
        .store
        .get([Session::key_of(user_id, id), User::key_of(user_id)])
        .await?;
    live(session, user, app.clock.now())
}

/// A session and its user as they were read, if the session is in force at `now`.
///
/// # Errors
/// [`StoreError::Corrupt`] when they are something else.
pub(crate) fn live(session: Option<Item>, user: Option<Item>, now: Timestamp) -> Result<Option<Live>, StoreError> {
    let (Some(session), Some(user)) = (read_optional::<Session>(session)?, read_optional::<User>(user)?) else {
        return Ok(None);
    };
    Ok(session.is_live(&user, now).then_some(Live { user, session }))
}

/// Does `work` for somebody whose session this is, and writes down beside it that the session was used.
pub async fn used<T>(app: &App, session: &Session, work: impl Future<Output = T>) -> T {
    let (done, ()) = futures_util::join!(work, mark_seen(app, session));
    done
}

/// Writes down that a session was used, at most once in [`SEEN_EVERY`]. It never brings an ended session back, and a
/// failure is nobody's concern but the log's.
pub async fn mark_seen(app: &App, session: &Session) {
    let now = app.clock.now();
    if now.duration_since(session.last_seen).unsigned_abs() < SEEN_EVERY {
        return;
    }
    let mut commit = Commit::<StoreError>::new();
    commit.update(session.key(), Condition::Present, [Step::Set("last_seen", text(now))]);
    if let Err(error) = app.store.commit(commit).await {
        tracing::debug!(%error, "the last use of a session was not written");
    }
}

/// Ends a session. Ending one that has ended is no error.
///
/// # Errors
/// [`StoreError`]; whether it ended is then not known.
pub async fn end(app: &App, session: &Session) -> Result<(), StoreError> {
    let mut commit = Commit::new();
    commit.delete(session.key(), Condition::Always);
    app.store.commit(commit).await
}

/// Ends a session because something that works once was used a second time: one of the two who used it may be a thief.
///
/// # Errors
/// [`StoreError`]; whether it ended is then not known.
pub async fn end_for_theft(app: &App, user: UserId, session: SessionId, origin: &Origin) -> Result<(), StoreError> {
    tracing::warn!(%user, %session, "a session was ended: what had opened it was used again");
    let mut commit = Commit::<StoreError>::new();
    commit.delete(Session::key_of(user, session), Condition::Present);
    Activity::new(app, user, origin, "session", "theft")
        .about(session)
        .enter(&mut commit);
    match app.store.commit(commit).await {
        // It had ended before.
        Err(StoreError::Conflict) => Ok(()),
        ended => ended,
    }
}

/// The memberships of a user, one query.
///
/// # Errors
/// [`StoreError`].
pub async fn memberships(app: &App, user: UserId) -> Result<Vec<Membership>, StoreError> {
    let query = crate::store::Query::partition(User::partition(user)).begins(Membership::PREFIX);
    app.store.query_to_end(query).await?.into_iter().map(read).collect()
}
