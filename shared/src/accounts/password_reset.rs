//! Setting a new password by mail. A request for an address that nobody has does the same work as any other: it keeps a
//! reset that belongs to nobody and a message that is never sent.

use std::time::Duration;

use futures_util::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::email::{Email, EmailClaim};
use super::user::User;
use crate::App;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::credentials::PasswordRecord;
use crate::credentials::password::{Password, PasswordHash, WeakPassword};
use crate::http::query::encoded;
use crate::http::throttle::{self, Gauge};
use crate::ids::UserId;
use crate::notify::{Message, Template};
use crate::sessions::Origin;
use crate::sessions::sign_in::account_gauge;
use crate::store::commit::{Step, text};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Key, Record};
use crate::tokens::{Keyring, OneTime, Secret, one_time};

/// A reset is valid so long.
pub const LIFETIME: Duration = Duration::from_secs(3600);

/// A reset that was asked for; one for each address, the newest counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PasswordReset {
    pub(super) email: Email,
    /// Nobody, where the address belongs to nobody.
    pub(super) user_id: Option<UserId>,
    /// The client that it is for, and no other way; see [`client_reset`](super::client_reset).
    #[serde(default)]
    pub(super) client: Option<i64>,
    #[serde(flatten)]
    pub(super) token: OneTime,
}

impl PasswordReset {
    const SK: &'static str = "RESET";

    pub(super) fn key_of(email: &Email) -> Key {
        Key::new(email.partition(), Self::SK)
    }
}

impl Record for PasswordReset {
    const KIND: &'static str = "password reset";
    fn key(&self) -> Key {
        Self::key_of(&self.email)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.token.valid_until)
    }
}

/// Why no new password was set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReset {
    /// Unknown address; wrong, used, voided or overdue token.
    #[error("the token is not valid")]
    InvalidToken,
    /// The new password is no good; the token stays good.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
}

/// Keeps a new reset for `email` and mails its token, when the address belongs to somebody.
///
/// # Errors
/// [`Failure`], never for an unknown address.
pub async fn request(app: &App, email: &Email, origin: &Origin) -> Result<(), Failure> {
    let keyring = app.keys.get().await?;
    let [claim] = app.store.get([EmailClaim::key(email)]).await?;
    let claim = read_optional::<EmailClaim>(claim)?;

    let token = Secret::generate(&app.random);
    let reset = PasswordReset {
        email: email.clone(),
        user_id: claim.as_ref().map(|claim| claim.user_id),
        client: None,
        token: OneTime::new(&token, app.clock.now(), LIFETIME)?,
    };
    let template = Template::PasswordReset {
        link: format!(
            "{}/auth/changepassword/{}?u={}",
            app.config.public_url,
            token.expose(),
            encoded(email.canonical())
        ),
        minutes: LIFETIME.as_secs() / 60,
    };
    // The mail goes to the address as its owner typed it, not as whoever asks does.
    let to = claim.as_ref().map_or(email, |claim| &claim.email);
    let message = Message::mail(app, &keyring, to, &template)?;
    let message = if claim.is_some() { message } else { message.to_nobody() };

    let mut commit = Commit::<Failure>::new();
    count_mail(&mut commit, app, email, origin);
    commit.put(&reset);
    commit.create(&message);
    app.store.commit(commit).await
}

/// Counts in `commit` a mail with a reset to this address.
pub(super) fn count_mail(commit: &mut Commit<Failure>, app: &App, email: &Email, origin: &Origin) {
    let gauges = [
        Gauge::account(app, "reset", |limits| limits.reset_account, email.canonical()),
        tries(app, origin),
    ];
    for gauge in gauges.into_iter().flatten() {
        gauge.count_in(commit);
    }
}

/// Counts the resets that one client asks for, and the tokens that it tries.
pub(super) fn tries(app: &App, origin: &Origin) -> Option<Gauge> {
    Gauge::address(app, "reset", |limits| limits.reset_address, origin.ip)
}

/// Sets the new password with a token, and ends all sessions: token, password, sessions, activity and notice in one
/// commit, so that a token works once under any interleaving.
///
/// # Errors
/// [`NoReset`]; nothing has changed then, but that a wrong token was counted.
pub async fn redeem(
    app: &App,
    email: &Email,
    token: Secret,
    password: &Password,
    origin: &Origin,
) -> Result<(), Undone<NoReset>> {
    let context = [email.canonical(), email.local_part(), &app.config.service_name];
    app.password_policy
        .check(password, &context)
        .map_err(|weak| Undone::Refused(weak.into()))?;
    let gauges: Vec<Gauge> = tries(app, origin).into_iter().collect();
    let keyring = app.keys.get().await?;
    // Whether the token is good or not, the hash is made: how long the answer takes says nothing.
    let hashed = async { Ok(app.passwords.hash(password, app.random.bytes()).await?) };
    let beside = async {
        let counted = throttle::count::<Undone<NoReset>>(app, &gauges);
        let keys = [
            EmailClaim::key(email),
            PasswordReset::key_of(email),
            PasswordRecord::key_of(email),
        ];
        let read = async { Ok(app.store.get(keys).await?) };
        try_join(counted, read).await.map(|((), found)| found)
    };
    let (hash, [claim, reset, password]) = try_join(hashed, beside).await?;

    let claim = read_optional::<EmailClaim>(claim)?;
    let reset = read_optional::<PasswordReset>(reset)?.filter(|reset| reset.client.is_none());
    let Some((claim, reset)) = good(claim, reset, &token, app.clock.now()) else {
        let refusal = NoReset::InvalidToken;
        return Err(one_time::count_wrong(app, PasswordReset::key_of(email), refusal).await);
    };
    let good = Good {
        claim,
        reset,
        has_password: password.is_some(),
    };
    let mut commit = Commit::<Undone<NoReset>>::new();
    good.set(&mut commit, app, &keyring, hash, origin, || {
        Undone::Refused(NoReset::InvalidToken)
    })?;
    app.store.commit(commit).await
}

/// A reset whose token was shown.
pub(super) struct Good {
    pub(super) claim: EmailClaim,
    pub(super) reset: PasswordReset,
    pub(super) has_password: bool,
}

impl Good {
    /// Adds to `commit` that the token is used and the password set, the end of all sessions, activity and notice. Whoever
    /// comes after is refused with `used`.
    ///
    /// # Errors
    /// [`Failure`] when the notice cannot be written.
    pub(super) fn set<E>(
        self,
        commit: &mut Commit<E>,
        app: &App,
        keyring: &Keyring,
        hash: PasswordHash,
        origin: &Origin,
        used: impl Fn() -> E + Send + Clone + 'static,
    ) -> Result<(), Failure> {
        let Self { claim, reset, .. } = self;
        let message = Message::mail(app, keyring, &claim.email, &Template::PasswordChanged)?;
        reset.token.consume(commit, reset.key(), used.clone());
        let now = app.clock.now();
        match self.has_password {
            true => {
                let steps = [
                    Step::Set("hash", text(hash.as_str())),
                    Step::Set("changed_at", text(now)),
                ];
                commit.update(PasswordRecord::key_of(&claim.email), Condition::Present, steps)
            }
            false => commit.create(&PasswordRecord {
                email: claim.email.clone(),
                user_id: claim.user_id,
                hash,
                changed_at: now,
            }),
        };
        let steps = [Step::Add("session_epoch", 1), Step::Remove("reset_password")];
        commit
            .update(User::key_of(claim.user_id), Condition::Present, steps)
            .otherwise(move |_| used());
        Activity::new(app, claim.user_id, origin, "password", "reset").enter(commit);
        commit.create(&message);
        if let Some(gauge) = account_gauge(app, &claim.email.partition()) {
            // Whoever proved to own the address gets in, however often others have guessed.
            commit.delete(gauge.key, Condition::Always);
        }
        Ok(())
    }
}

/// The reset of an address, if it is its owner's and its token is the right one, in time.
pub(super) fn good(
    claim: Option<EmailClaim>,
    reset: Option<PasswordReset>,
    token: &Secret,
    now: Timestamp,
) -> Option<(EmailClaim, PasswordReset)> {
    let (claim, reset) = (claim?, reset?);
    let is_owners = reset.user_id == Some(claim.user_id);
    (is_owners && reset.token.opens_with(token, now)).then_some((claim, reset))
}
