//! Making an account: user, claims and password in one commit.

use futures_util::future::try_join;
use jiff::Timestamp;

use super::directory::card;
use super::email::{Email, EmailClaim};
use super::profile::Profile;
use super::user::{MEMBER, State, UidClaim, User, new_uid};
use crate::App;
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::PasswordRecord;
use crate::credentials::password::{Password, PasswordHash, PasswordPolicy, WeakPassword};
use crate::http::throttle::{self, Gauge};
use crate::ids::UserId;
use crate::sessions::Origin;
use crate::store::{Commit, retried};

/// Who wants an account.
#[derive(Debug)]
pub struct NewAccount {
    /// The address; also the name to sign in with.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
}

/// Why no account was made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAccount {
    /// The address belongs to an account.
    #[error("the address is taken")]
    EmailTaken,
    /// The password is no good.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
}

impl NewAccount {
    /// What it tells about itself.
    pub(super) fn profile(&self) -> Profile {
        Profile {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            timezone: "UTC".to_owned(),
            ..Profile::default()
        }
    }

    /// Judges the password by `policy`, counts the attempt on `gauges`, and makes the hash beside it.
    pub(super) async fn hash<R: From<NoAccount> + 'static>(
        &self,
        app: &App,
        policy: &PasswordPolicy,
        gauges: &[Gauge],
    ) -> Result<PasswordHash, Undone<R>> {
        let context = [
            self.email.canonical(),
            self.email.local_part(),
            &self.first_name,
            &self.last_name,
            &app.config.service_name,
        ];
        policy
            .check(&self.password, &context)
            .map_err(|weak| Undone::Refused(NoAccount::from(weak).into()))?;
        let hashed = async { Ok(app.passwords.hash(&self.password, app.random.bytes()).await?) };
        let (hash, ()) = try_join(hashed, throttle::count::<Undone<R>>(app, gauges)).await?;
        Ok(hash)
    }
}

/// Counts the accounts that one client makes, on whatever surface.
pub(crate) fn gauge(app: &App, origin: &Origin) -> Option<Gauge> {
    Gauge::address(app, "signup", |limits| limits.signup_address, origin.ip)
}

/// Makes an account in state pending.
///
/// # Errors
/// [`NoAccount`]; nothing was made then.
pub async fn sign_up(app: &App, new: NewAccount, origin: &Origin) -> Result<UserId, Undone<NoAccount>> {
    let gauges: Vec<Gauge> = gauge(app, origin).into_iter().collect();
    let hash = new.hash(app, &app.password_policy, &gauges).await?;
    let profile = new.profile();
    // A short identifier that is taken by chance reads as a conflict, and another one is drawn.
    retried(|| create_once(app, &new.email, &profile, &hash, origin)).await
}

async fn create_once(
    app: &App,
    email: &Email,
    profile: &Profile,
    hash: &PasswordHash,
    origin: &Origin,
) -> Result<UserId, Undone<NoAccount>> {
    let user = draft(app, email, profile.clone(), State::Pending);
    let mut commit = Commit::<Undone<NoAccount>>::new();
    create(&mut commit, app, &user, hash.clone());
    Activity::new(app, user.id, origin, "account", "create").enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(user.id)
}

/// A user with new identifiers, not kept yet.
pub fn draft(app: &App, email: &Email, profile: Profile, state: State) -> User {
    let now: Timestamp = app.clock.now();
    User {
        id: UserId::generate(&app.clock, &app.random),
        uid: new_uid(&app.config.barong.uid_prefix, &app.random),
        email: email.clone(),
        state,
        is_social: false,
        two_factor: false,
        profile,
        created_at: now,
        session_epoch: 0,
        sign_ins: 0,
        last_sign_in: None,
        member_of: 0,
        deactivated_in: None,
        email_confirmed_at: None,
        reset_password: false,
        role: MEMBER.to_owned(),
        level: 0,
        api_key_epoch: 0,
        api_keys: 0,
        referrer: None,
        data: None,
        updated_at: None,
        is_listed: true,
    }
}

/// Adds to `commit` what makes `user`, with its claims and its password. A taken address refuses the commit.
pub fn create<R>(commit: &mut Commit<Undone<R>>, app: &App, user: &User, hash: PasswordHash)
where
    R: From<NoAccount>,
{
    create_without_password(commit, user);
    commit.create(&PasswordRecord {
        email: user.email.clone(),
        user_id: user.id,
        hash,
        changed_at: app.clock.now(),
    });
}

/// Adds to `commit` what makes `user`, with its claims, for whom somebody else vouches. A taken address refuses the commit.
pub fn create_without_password<R>(commit: &mut Commit<Undone<R>>, user: &User)
where
    R: From<NoAccount>,
{
    let (email, user_id) = (user.email.clone(), user.id);
    commit
        .create(&EmailClaim { email, user_id })
        .otherwise(|_| Undone::Refused(NoAccount::EmailTaken.into()));
    commit.create(&UidClaim {
        uid: user.uid.clone(),
        user_id,
    });
    commit.create(user);
    card::made(commit, user);
}
