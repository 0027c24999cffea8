//! Making an account with a token that was mailed to its address, which shows that mail arrives there. An address that has
//! an account gets a notice instead, and whoever asks cannot tell.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::customer::address;
use super::email::{Email, EmailClaim};
use super::sign_up::{self, NewAccount, NoAccount};
use super::user::{State, User};
use crate::App;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::credentials::password::PasswordHash;
use crate::http::throttle::Gauge;
use crate::notify::{Message, Template};
use crate::sessions::Origin;
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Key, Record, retried};
use crate::tokens::{Secret, SecretHash};

/// A token is valid so long.
pub const LIFETIME: Duration = Duration::from_secs(1800);

/// A token that makes an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignUpToken {
    hash: SecretHash,
    /// The address; none where it has an account, so that the token is good for nothing.
    email: Option<Email>,
    /// When it ends by itself.
    pub valid_until: Timestamp,
}

impl SignUpToken {
    fn key_of(hash: &SecretHash) -> Key {
        Key::new(format!("SECRET#{}", hash.as_str()), "SIGNUP")
    }
}

impl Record for SignUpToken {
    const KIND: &'static str = "sign-up token";
    fn key(&self) -> Key {
        Self::key_of(&self.hash)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// Why a token makes no account.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMade {
    /// No token for this; used or too old.
    #[error("the token is not in force")]
    NoToken,
    /// It was mailed to another address.
    #[error("the token is for another address")]
    OtherAddress,
    /// No account can be made of what is wanted.
    #[error(transparent)]
    NoAccount(#[from] NoAccount),
}

/// Mails a token that makes an account to an address that has none.
///
/// # Errors
/// [`Failure`], never for an address that has an account.
pub async fn request(app: &App, email: &Email, origin: &Origin) -> Result<(), Failure> {
    let keyring = app.keys.get().await?;
    let [claim] = app.store.get([EmailClaim::key(email)]).await?;
    let claim = read_optional::<EmailClaim>(claim)?;
    let token = Secret::generate_hex(&app.random);
    let template = match claim {
        None => Template::SignUp {
            link: format!("{}/account/sign-up/{}", app.config.public_url, token.expose()),
            minutes: LIFETIME.as_secs() / 60,
        },
        Some(_) => Template::AddressTaken,
    };
    // A notice goes to the address as its owner typed it.
    let to = claim.as_ref().map_or(email, |claim| &claim.email);
    let gauges = [
        Gauge::account(app, "register", |limits| limits.register_account, email.canonical()),
        sign_up::gauge(app, origin),
    ];
    let mut commit = Commit::<Failure>::new();
    for gauge in gauges.into_iter().flatten() {
        gauge.count_in(&mut commit);
    }
    let until = app.clock.now().checked_add(LIFETIME);
    commit.create(&SignUpToken {
        hash: token.hash(),
        email: claim.is_none().then(|| email.clone()),
        valid_until: until.map_err(crate::store::StoreError::corrupt)?,
    });
    commit.create(&Message::mail(app, &keyring, to, &template)?);
    app.store.commit(commit).await
}

/// The address that a token makes an account for, and until when. It is not used by that.
///
/// # Errors
/// [`NotMade::NoToken`].
pub async fn look(app: &App, token: &Secret) -> Result<(Email, Timestamp), Undone<NotMade>> {
    let [found] = app.store.get([SignUpToken::key_of(&token.hash())]).await?;
    let found = read_optional::<SignUpToken>(found)?.filter(|found| app.clock.now() < found.valid_until);
    let found = found.and_then(|found| Some((found.email?, found.valid_until)));
    found.ok_or(Undone::Refused(NotMade::NoToken))
}

/// Makes the account: token, user, claims, password and activity in one commit, so that a token works once under any
/// interleaving.
///
/// # Errors
/// [`NotMade`]; nothing was made then, and the token stays good.
pub async fn redeem(app: &App, token: &Secret, new: NewAccount, origin: &Origin) -> Result<User, Undone<NotMade>> {
    let (email, _) = look(app, token).await?;
    if email.canonical() != new.email.canonical() {
        return Err(Undone::Refused(NotMade::OtherAddress));
    }
    let gauges: Vec<Gauge> = sign_up::gauge(app, origin).into_iter().collect();
    let hash = new.hash(app, &app.password_policy, &gauges).await?;
    // A short identifier that is taken by chance reads as a conflict, and another one is drawn.
    retried(|| redeem_once(app, token, &new, &hash, origin)).await
}

async fn redeem_once(
    app: &App,
    token: &Secret,
    new: &NewAccount,
    hash: &PasswordHash,
    origin: &Origin,
) -> Result<User, Undone<NotMade>> {
    let mut user = sign_up::draft(app, &new.email, new.profile(), State::Active);
    let mut commit = Commit::<Undone<NotMade>>::new();
    commit
        .delete(SignUpToken::key_of(&token.hash()), Condition::Present)
        .otherwise(|_| Undone::Refused(NotMade::NoToken));
    address::confirm_new(&mut commit, app, &mut user);
    sign_up::create(&mut commit, app, &user, hash.clone());
    Activity::new(app, user.id, origin, "account", "create").enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(user)
}
