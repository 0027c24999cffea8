//! Confirming an address, by a token that is mailed to it. Any token does until one was used: a newer one does not void the
//! others, because a mail that comes late is no reason to ask again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Account;
use super::customer::{Change, Customer, address};
use super::email::{Email, EmailClaim};
use super::profile::Profile;
use super::sign_up;
use super::user::{State, User};
use crate::App;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::credentials::totp::SecondFactor;
use crate::http::throttle::Gauge;
use crate::ids::UserId;
use crate::notify::{Event, Message, NotifyError, Template, events};
use crate::sessions::browser::Opened;
use crate::sessions::sign_in::{NotSignedIn, Shown, WrongCredentials, admit};
use crate::sessions::{Origin, cookie};
use crate::store::record::read_optional;
use crate::store::{Commit, Key, Record, retried};
use crate::tokens::mailed::{self, Mailed, NotMailed, Purpose};
use crate::tokens::{Keyring, Secret};

/// A token that was used.
#[derive(Debug, Serialize, Deserialize)]
struct Used {
    jti: String,
    until: Timestamp,
}

impl Record for Used {
    const KIND: &'static str = "used confirmation";
    fn key(&self) -> Key {
        let hash = Secret::presented(self.jti.clone()).hash();
        Key::new(format!("SECRET#{}", hash.as_str()), "CONFIRMATION")
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}

/// Why an address was not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotConfirmed {
    /// The token is not good for this.
    #[error(transparent)]
    Token(#[from] NotMailed),
    /// There is no such user, it is active already, or it is shut out.
    #[error("there is nobody to confirm")]
    ActiveOrUnknown,
    /// The token was used.
    #[error("the token was used")]
    Used,
}

type Result<T> = std::result::Result<T, Undone<NotConfirmed>>;

/// Whether an account waits for this.
fn waits(user: &User) -> bool {
    matches!(user.state, State::Pending | State::Unactivated)
}

/// Makes the mail that asks `user` for it, and the event of it.
pub(super) fn asking(app: &App, keyring: &Keyring, user: &User) -> std::result::Result<(Message, Event), NotifyError> {
    let token = Mailed::new(app, Purpose::Confirmation, user, None).sign(keyring, app.clock.now())?;
    let domain = app.config.barong_domain();
    let template = Template::EmailConfirmation {
        link: format!(
            "{domain}/accounts/confirmation?confirmation_token={}&lang=en",
            token.expose()
        ),
        minutes: mailed::LIFETIME.unsigned_abs() / 60,
    };
    let record = serde_json::json!({ "user": events::user(user), "domain": domain });
    let event = Event::new(app, "system.user.email.confirmation.token", &record)?;
    let message = Message::mail(app, keyring, &user.email, &template)?;
    Ok((message, event.with_token(app, keyring, &token)?))
}

/// Mails a new token to `email`, when it belongs to somebody who waits for it. For any other address it does the same work.
///
/// # Errors
/// [`Failure`], never for an unknown address.
pub async fn request(app: &App, email: &Email, origin: &Origin) -> std::result::Result<(), Failure> {
    let keyring = app.keys.get().await?;
    let [claim] = app.store.get([EmailClaim::key(email)]).await?;
    let claim = read_optional::<EmailClaim>(claim)?;
    let nobody = sign_up::draft(app, email, Profile::default(), State::Deleted);
    let id = claim.map_or(nobody.id, |claim| claim.user_id);
    let [user] = app.store.get([User::key_of(id)]).await?;
    let user = read_optional::<User>(user)?.unwrap_or(nobody);
    let (message, event) = asking(app, &keyring, &user)?;

    let gauges = [
        Gauge::account(app, "register", |limits| limits.register_account, email.canonical()),
        sign_up::gauge(app, origin),
    ];
    let mut commit = Commit::<Failure>::new();
    for gauge in gauges.into_iter().flatten() {
        gauge.count_in(&mut commit);
    }
    match waits(&user) {
        true => commit.create(&message).create(&event),
        false => commit.create(&message.to_nobody()).decoy(&event, event.kept_until),
    };
    app.store.commit(commit).await
}

/// Confirms an address by a token: the label, what follows from it, and the token's end in one commit, so that a token works
/// once under any interleaving. Then a session is opened, unless the account asks for a code besides.
///
/// # Errors
/// [`NotConfirmed`]; nothing has changed then.
pub async fn confirm(app: &App, token: &str, origin: &Origin) -> Result<(UserId, Option<Opened>)> {
    let keyring = app.keys.get().await?;
    let read = Mailed::read(&keyring, app.clock.now(), token, Purpose::Confirmation);
    let (mailed, until) = read.map_err(|why| Undone::Refused(why.into()))?;
    let refused = || Undone::Refused(NotConfirmed::ActiveOrUnknown);
    let email = Email::parse(&mailed.email).map_err(|_| refused())?;
    let [claim] = app.store.get([EmailClaim::key(&email)]).await?;
    let id = read_optional::<EmailClaim>(claim)?.ok_or_else(refused)?.user_id;
    let used = Used { jti: mailed.jti, until };
    retried(|| confirm_once(app, id, &mailed.uid, &used, origin)).await?;
    match retried(|| open_once(app, &keyring, id, origin)).await {
        Ok(opened) => Ok((id, Some(opened))),
        Err(Undone::Refused(_)) => Ok((id, None)),
        Err(Undone::Failed(failure)) => Err(Undone::Failed(failure)),
    }
}

async fn confirm_once(app: &App, id: UserId, uid: &str, used: &Used, origin: &Origin) -> Result<()> {
    let refused = || Undone::Refused(NotConfirmed::ActiveOrUnknown);
    let customer = Customer::read(&app.store, id).await?.ok_or_else(refused)?;
    let user = customer.user();
    if !waits(user) || user.uid != uid {
        return Err(refused());
    }
    let mut change = Change::<Undone<NotConfirmed>>::of(app, &customer);
    change.create(used).otherwise(|_| Undone::Refused(NotConfirmed::Used));
    change.activate();
    address::confirm(&mut change, app);
    change.create(&Event::new(
        app,
        "system.user.email.confirmed",
        &serde_json::json!({ "user": events::user(user) }),
    )?);
    Activity::new(app, id, origin, "account", "confirm").enter(&mut change);
    change.commit(app).await.map(drop)
}

/// Opens a session of who confirmed. An account that asks for more than a mail opens none: its owner signs in as usual.
async fn open_once(
    app: &App,
    keyring: &Keyring,
    id: UserId,
    origin: &Origin,
) -> std::result::Result<Opened, Undone<NotSignedIn>> {
    let account = Account::read(&app.store, id)
        .await?
        .ok_or(Undone::Refused(WrongCredentials))?;
    let mut commit = Commit::<Undone<NotSignedIn>>::new();
    let (opening, cookie) = cookie::opening(app, id, origin)?;
    let shown = Shown {
        method: "confirmation",
        second: SecondFactor::Code(None),
        keyring,
    };
    let session = admit(app, &mut commit, &account, opening, &shown)?;
    app.store.commit(commit).await?;
    Ok(Opened {
        user: account.user,
        session,
        cookie,
    })
}
