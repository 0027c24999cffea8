//! Switching the codes on and off. Switching on takes two steps: a secret is shown, and a code shows that it arrived.

use serde_json::{Value, json};

use super::{Pending, TotpRecord, WrongCode, gauge, new_secret, pending_until, picture};
use crate::App;
use crate::accounts::User;
use crate::accounts::customer::{Change, Customer, Scope};
use crate::act::Undone;
use crate::activity::Activity;
use crate::http::query::encoded;
use crate::http::throttle;
use crate::ids::{SessionId, UserId};
use crate::notify::{Message, Template, events};
use crate::sessions::{self, Origin, Session};
use crate::store::commit::{Step, flag};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Record, StoreError, Versioned, retried};
use crate::tokens::Keyring;

/// A secret for an app, as its owner is shown it once.
pub struct Enrolment {
    /// `otpauth://totp/…`, as apps read it; a secret.
    pub url: secrecy::SecretString,
    /// The same as a picture; as secret.
    pub png: Vec<u8>,
}

/// Why nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// Codes are on.
    #[error("codes are on already")]
    AlreadyEnabled,
    /// Codes are off.
    #[error("codes are off")]
    NotEnabled,
    /// The code is not right, was used, or nothing waits for it.
    #[error(transparent)]
    Code(#[from] WrongCode),
}

type Result<T> = std::result::Result<T, Undone<NotDone>>;

/// A user and what its codes are made with, one read.
async fn read(
    app: &App,
    user: UserId,
) -> std::result::Result<(Option<User>, Option<Versioned<TotpRecord>>), StoreError> {
    let [user, totp] = app.store.get([User::key_of(user), TotpRecord::key_of(user)]).await?;
    Ok((read_optional(user)?, totp.map(Versioned::from_item).transpose()?))
}

/// Makes a secret and shows it; the one that was shown before, and not confirmed, is void. Codes are asked for when the first
/// one made with it was shown, see [`enable`].
///
/// What else belongs to the same commit is for `also`.
///
/// # Errors
/// [`NotDone::AlreadyEnabled`].
pub async fn begin(
    app: &App,
    user: &User,
    origin: &Origin,
    also: impl Fn(&mut Commit<Undone<NotDone>>),
) -> Result<Enrolment> {
    retried(|| begin_once(app, user, origin, false, &also)).await
}

/// The same for somebody who has shown a code of the secret in use: it is asked for until the new one is confirmed.
///
/// # Errors
/// Only what may fail any act.
pub async fn replace(
    app: &App,
    user: &User,
    origin: &Origin,
    also: impl Fn(&mut Commit<Undone<NotDone>>),
) -> Result<Enrolment> {
    retried(|| begin_once(app, user, origin, true, &also)).await
}

async fn begin_once(
    app: &App,
    user: &User,
    origin: &Origin,
    over_active: bool,
    also: impl Fn(&mut Commit<Undone<NotDone>>),
) -> Result<Enrolment> {
    let (_, totp) = read(app, user.id).await?;
    let active = totp.as_ref().filter(|totp| totp.record.is_active());
    if active.is_some() && !over_active {
        return Err(Undone::Refused(NotDone::AlreadyEnabled));
    }
    let keyring = app.keys.get().await?;
    let secret = new_secret(&app.random);
    let sealed = keyring.seal(&app.random, &TotpRecord::purpose(user.id), &secret)?;
    let pending = Pending {
        secret: sealed,
        valid_until: pending_until(app.clock.now())?,
    };
    let record = TotpRecord {
        user_id: user.id,
        active: active.and_then(|totp| totp.record.active.clone()),
        pending: Some(pending),
        used: active.map(|totp| totp.record.used.clone()).unwrap_or_default(),
    };
    let mut commit = Commit::<Undone<NotDone>>::new();
    match &totp {
        Some(read) => commit.replace(read, &record),
        None => commit.create(&record),
    };
    Activity::new(app, user.id, origin, "otp", "request QR code for 2FA").enter(&mut commit);
    also(&mut commit);
    app.store.commit(commit).await?;
    let url = url_of(&app.config.service_name, user, &secret);
    let png = picture::png_of(&url).map_err(StoreError::corrupt)?;
    Ok(Enrolment { url: url.into(), png })
}

/// The key URI of apps, with every parameter, also those that are usual.
fn url_of(issuer: &str, user: &User, secret: &str) -> String {
    let (issuer, account) = (encoded(issuer), encoded(user.email.typed()));
    format!(
        "otpauth://totp/{issuer}:{account}?algorithm=SHA1&digits=6&issuer={issuer}&period={}&secret={secret}",
        super::STEP
    )
}

/// Switches the codes on, or exchanges their secret, with the first code made with the secret that was shown. All sessions end
/// but `keep`: secret, mark, sessions, activity and notice in one commit.
///
/// # Errors
/// [`NotDone`]; a guess was counted then.
pub async fn enable(app: &App, user: UserId, code: &str, keep: Option<SessionId>, origin: &Origin) -> Result<()> {
    throttle::count::<Undone<NotDone>>(app, gauge(app, user).as_slice()).await?;
    retried(|| enable_once(app, user, code, keep, origin)).await
}

async fn enable_once(app: &App, id: UserId, code: &str, keep: Option<SessionId>, origin: &Origin) -> Result<()> {
    let customer = Customer::read(&app.store, id).await?;
    let wrong = || Undone::Refused(NotDone::Code(WrongCode::Wrong));
    let customer = customer.ok_or_else(wrong)?;
    let totp = customer.account.totp.as_ref().ok_or_else(wrong)?;
    if totp.record.is_active() {
        return Err(Undone::Refused(NotDone::AlreadyEnabled));
    }
    let keyring = app.keys.get().await?;
    let turned = Turned {
        app,
        keyring: &keyring,
        customer: &customer,
        origin,
        by: id,
    };
    let mut change = Change::<Undone<NotDone>>::of(app, &customer);
    turned.on(&mut change, totp, code)?;
    let user = customer.user();
    let is_kept = |session: &&Session| Some(session.id) == keep && session.epoch == user.session_epoch;
    if let Some(kept) = customer.account.sessions.iter().find(is_kept) {
        sessions::carry_over(&mut change, user, kept);
    }
    forgive(&mut change, app, id);
    change.commit(app).await.map(drop)
}

/// What is needed to turn somebody's codes on or off.
pub(crate) struct Turned<'a> {
    pub(crate) app: &'a App,
    pub(crate) keyring: &'a Keyring,
    pub(crate) customer: &'a Customer,
    pub(crate) origin: &'a Origin,
    /// Who does it.
    pub(crate) by: UserId,
}

impl Turned<'_> {
    /// Adds to `change` that the secret which waits is in use from now on, the label that says so, the end of all sessions (of
    /// those that begin at the same moment too), activity and notice.
    ///
    /// # Errors
    /// [`WrongCode`].
    pub(crate) fn on<R: From<WrongCode>>(
        &self,
        change: &mut Change<'_, Undone<R>>,
        totp: &Versioned<TotpRecord>,
        code: &str,
    ) -> std::result::Result<(), Undone<R>> {
        let confirmed = totp.record.confirm::<R>(self.keyring, code, self.app.clock.now())?;
        change.replace(totp, &confirmed);
        change.user(Step::Set("two_factor", flag(true)));
        change.user(Step::Add("session_epoch", 1));
        change.label(Scope::Private, "otp", "enabled");
        change.tell("model.user.updated", self.updated(true));
        self.tell(change, "enable 2FA", &Template::TotpEnabled)
    }

    /// Adds to `change` that there are no codes any more, nor the label; that API keys, which need them, are switched off;
    /// activity and notice.
    pub(crate) fn off<R>(
        &self,
        change: &mut Change<'_, Undone<R>>,
        totp: Option<&Versioned<TotpRecord>>,
    ) -> std::result::Result<(), Undone<R>> {
        if let Some(totp) = totp {
            change.delete(totp.record.key(), Condition::Version(totp.version));
        }
        change.user(Step::Set("two_factor", flag(false)));
        change.user(Step::Add("api_key_epoch", 1));
        change.unlabel(Scope::Private, "otp");
        change.tell("model.user.updated", self.updated(false));
        self.tell(change, "disable 2FA", &Template::TotpDisabled)
    }

    /// What other systems are told.
    fn updated(&self, otp: bool) -> Value {
        let user = User {
            two_factor: otp,
            ..self.customer.user().clone()
        };
        json!({ "user": events::user(&user), "changes": { "otp": !otp } })
    }

    /// The address is told by another way than the one that changed (ASVS 6.3.7).
    fn tell<R>(
        &self,
        commit: &mut Commit<Undone<R>>,
        action: &str,
        notice: &Template,
    ) -> std::result::Result<(), Undone<R>> {
        let user = self.customer.user();
        let activity = Activity::new(self.app, user.id, self.origin, "otp", action);
        activity.done_by(self.by).enter(commit);
        commit.create(&Message::mail(self.app, self.keyring, &user.email, notice)?);
        Ok(())
    }
}

/// Adds to `commit` that the guesses are given back.
fn forgive<E>(commit: &mut Commit<E>, app: &App, user: UserId) {
    if let Some(gauge) = gauge(app, user) {
        commit.delete(gauge.key, Condition::Always);
    }
}

/// Switches the codes off, with one of them; the secret goes.
///
/// # Errors
/// [`NotDone`]; a guess was counted then.
pub async fn disable(app: &App, user: UserId, code: &str, origin: &Origin) -> Result<()> {
    throttle::count::<Undone<NotDone>>(app, gauge(app, user).as_slice()).await?;
    let off = || Undone::Refused(NotDone::NotEnabled);
    retried(|| async {
        let customer = Customer::read(&app.store, user).await?.ok_or_else(off)?;
        let totp = customer.account.totp.as_ref();
        let totp = totp.filter(|totp| totp.record.is_active()).ok_or_else(off)?;
        let keyring = app.keys.get().await?;
        totp.record.take::<NotDone>(&keyring, code, app.clock.now())?;
        let turned = Turned {
            app,
            keyring: &keyring,
            customer: &customer,
            origin,
            by: user,
        };
        let mut change = Change::<Undone<NotDone>>::of(app, &customer);
        turned.off(&mut change, Some(totp))?;
        forgive(&mut change, app, user);
        change.commit(app).await.map(drop)
    })
    .await
}

/// Uses a code.
///
/// # Errors
/// [`NotDone`]; a guess was counted then.
pub async fn verify(app: &App, user: UserId, code: &str) -> Result<()> {
    throttle::count::<Undone<NotDone>>(app, gauge(app, user).as_slice()).await?;
    retried(|| async {
        let [totp] = app.store.get([TotpRecord::key_of(user)]).await?;
        let totp = totp.map(Versioned::from_item).transpose()?;
        let keyring = app.keys.get().await?;
        let mut commit = Commit::<Undone<NotDone>>::new();
        super::spend(&mut commit, app, &keyring, totp.as_ref(), code)?;
        app.store.commit(commit).await
    })
    .await
}
