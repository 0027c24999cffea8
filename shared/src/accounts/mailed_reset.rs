//! Setting a new password by a token that says by itself whose it is. It is the same reset as any other, one for each address,
//! so that a newer one voids it whoever asked for that.

use futures_util::future::try_join;

use super::email::{Email, EmailClaim};
use super::password_reset::{self, Good, LIFETIME, PasswordReset, good};
use super::profile::Profile;
use super::sign_up;
use super::user::{State, User};
use crate::App;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::credentials::PasswordRecord;
use crate::credentials::password::{Insufficient, Password};
use crate::http::throttle;
use crate::notify::{Event, Message, Template, events};
use crate::sessions::Origin;
use crate::store::record::read_optional;
use crate::store::{Commit, StoreError};
use crate::tokens::mailed::{Mailed, NotMailed, Purpose};
use crate::tokens::{OneTime, Secret};

/// Why a token sets no password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReset {
    /// The token is not good for this.
    #[error(transparent)]
    Token(#[from] NotMailed),
    /// It was used, a newer one was asked for, or its user is gone.
    #[error("the token was used, or a newer one counts")]
    Used,
    /// The new password is not good enough; the token stays good.
    #[error(transparent)]
    Password(#[from] Insufficient),
}

/// Keeps a new reset for `email` and mails its token, when the address belongs to somebody. For any other address it does
/// the same work.
///
/// # Errors
/// [`Failure`], never for an unknown address.
pub async fn request(app: &App, email: &Email, origin: &Origin) -> Result<(), Failure> {
    let keyring = app.keys.get().await?;
    let [claim] = app.store.get([EmailClaim::key(email)]).await?;
    let claim = read_optional::<EmailClaim>(claim)?;
    let nobody = sign_up::draft(app, email, Profile::default(), State::Deleted);
    let id = claim.as_ref().map_or(nobody.id, |claim| claim.user_id);
    let [user] = app.store.get([User::key_of(id)]).await?;
    let found = read_optional::<User>(user)?;
    let is_somebody = found.is_some();
    let user = found.unwrap_or(nobody);

    let secret = Secret::generate(&app.random);
    let now = app.clock.now();
    let token = Mailed::new(app, Purpose::Reset, &user, Some(&secret)).sign(&keyring, now)?;
    let domain = app.config.barong_domain();
    let template = Template::PasswordReset {
        link: format!(
            "{domain}/accounts/password_reset?reset_token={}&lang=en",
            token.expose()
        ),
        minutes: LIFETIME.as_secs() / 60,
    };
    let reset = PasswordReset {
        email: email.clone(),
        user_id: is_somebody.then_some(user.id),
        client: None,
        token: OneTime::new(&secret, now, LIFETIME)?,
    };
    // The mail goes to the address as its owner typed it, not as whoever asks does.
    let message = Message::mail(app, &keyring, &user.email, &template)?;
    let record = serde_json::json!({ "user": events::user(&user), "domain": domain });
    let event = Event::new(app, "system.user.password.reset.token", &record)?.with_token(app, &keyring, &token)?;
    let activity = Activity::new(app, user.id, origin, "password", "request password reset");
    let mut commit = Commit::<Failure>::new();
    password_reset::count_mail(&mut commit, app, email, origin);
    commit.put(&reset);
    if is_somebody {
        commit.create(&message).create(&event);
        activity.enter(&mut commit);
    } else {
        let until = reset.token.valid_until;
        commit.create(&message.to_nobody());
        commit.decoy(&event, until).decoy(&activity, until);
    }
    app.store.commit(commit).await
}

/// Sets the new password with a token, and ends all sessions: token, password, sessions, activity, notice and event in one
/// commit, so that a token works once under any interleaving.
///
/// # Errors
/// [`NotReset`]; nothing has changed then.
pub async fn redeem(app: &App, token: &str, password: &Password, origin: &Origin) -> Result<(), Undone<NotReset>> {
    let keyring = app.keys.get().await?;
    let now = app.clock.now();
    let read = Mailed::read(&keyring, now, token, Purpose::Reset);
    let (mailed, _) = read.map_err(|why| Undone::Refused(why.into()))?;
    let used = || Undone::Refused(NotReset::Used);
    let email = Email::parse(&mailed.email).map_err(|_| used())?;
    let secret = Secret::presented(mailed.reset_token.unwrap_or_default());

    let gauges: Vec<_> = password_reset::tries(app, origin).into_iter().collect();
    let keys = [
        EmailClaim::key(&email),
        PasswordReset::key_of(&email),
        PasswordRecord::key_of(&email),
    ];
    let read = async { Ok(app.store.get(keys).await?) };
    let counted = throttle::count::<Undone<NotReset>>(app, &gauges);
    let ([claim, reset, current], ()) = try_join(read, counted).await?;
    let reset = read_optional::<PasswordReset>(reset)?.filter(|reset| reset.client.is_none());
    let (claim, reset) = good(read_optional(claim)?, reset, &secret, now).ok_or_else(used)?;
    let [user] = app.store.get([User::key_of(claim.user_id)]).await?;
    let user = read_optional::<User>(user)?
        .filter(|user| user.uid == mailed.uid)
        .ok_or_else(used)?;

    let context = [email.canonical(), email.local_part(), &app.config.service_name];
    if let Err(why) = password.is_sufficient(&app.config.barong, &app.password_policy, &context) {
        let mut commit = Commit::<StoreError>::new();
        Activity::new(app, user.id, origin, "password", "reset")
            .failed(why.key())
            .enter(&mut commit);
        app.store.commit(commit).await?;
        return Err(Undone::Refused(why.into()));
    }
    let hash = app.passwords.hash(password, app.random.bytes()).await?;
    let good = Good {
        claim,
        reset,
        has_password: current.is_some(),
    };
    let mut commit = Commit::<Undone<NotReset>>::new();
    good.set(&mut commit, app, &keyring, hash, origin, used)?;
    let record = serde_json::json!({ "user": events::user(&user) });
    commit.create(&Event::new(app, "system.user.password.reset", &record)?);
    app.store.commit(commit).await
}
