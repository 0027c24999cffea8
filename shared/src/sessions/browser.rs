//! Signing in with a password for a session that goes by a cookie. The state of an account is told to whoever knows its
//! password, and attempts that fail are written down for its owner.

use super::cookie::{self, Cookie};
use super::sign_in::{Attempt, Known, NotSignedIn, Shown, admit, prove};
use super::{Origin, Session};
use crate::App;
use crate::accounts::email::{self, EmailClaim};
use crate::accounts::{State, User};
use crate::act::Undone;
use crate::activity::{Activity, metrics};
use crate::credentials::totp::{SecondFactor, WrongCode};
use crate::ids::UserId;
use crate::notify::{Event, Message, NotifyError, Template, events};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Key, StoreError, retried};
use crate::tokens::Keyring;

/// Somebody who signed in.
#[derive(Debug)]
pub struct Opened {
    /// The user.
    pub user: User,
    /// The session.
    pub session: Session,
    /// What it goes by.
    pub cookie: Cookie,
}

/// Why no session was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// Unknown address or wrong password; which of them is nobody's business.
    #[error("the credentials are not right")]
    WrongCredentials,
    /// The password is right, and this state lets nobody in.
    #[error("the account is {}", .0.as_str())]
    State(State),
    /// The password is right, but the account asks for a code as well.
    #[error("a code of an authenticator app is needed")]
    MissingOtp,
    /// The password is right, but the code is not.
    #[error(transparent)]
    Otp(#[from] WrongCode),
}

impl From<NotSignedIn> for NotOpened {
    fn from(why: NotSignedIn) -> Self {
        match why {
            NotSignedIn::WrongCredentials => Self::WrongCredentials,
            NotSignedIn::NotActive(state) => Self::State(state),
            NotSignedIn::MissingOtp => Self::MissingOtp,
            NotSignedIn::Otp(why) => Self::Otp(why),
        }
    }
}

/// Opens a session.
///
/// # Errors
/// [`NotOpened`].
pub async fn sign_in(app: &App, attempt: Attempt<'_>) -> Result<Opened, Undone<NotOpened>> {
    let opened = try_to(app, &attempt).await;
    if let Err(Undone::Refused(why)) = &opened {
        note(app, &attempt, *why).await?;
    }
    opened
}

async fn try_to(app: &App, attempt: &Attempt<'_>) -> Result<Opened, Undone<NotOpened>> {
    let keyring = app.keys.get().await?;
    let (proven, ()) = prove(app, attempt, async { Ok(()) }).await?;
    let enter = |commit: &mut Commit<Undone<NotOpened>>, known: &Known| {
        let user = &known.account.user;
        if !user.state.may_sign_in() {
            return Err(Undone::Refused(NotOpened::State(user.state)));
        }
        let (opening, cookie) = cookie::opening(app, user.id, attempt.origin)?;
        let shown = Shown {
            method: "password",
            second: SecondFactor::Code(attempt.otp),
            keyring: &keyring,
        };
        let session = admit(app, commit, &known.account, opening, &shown)?;
        tell(commit, app, &keyring, user, attempt.origin)?;
        Ok((session, cookie))
    };
    let ((session, cookie), known) = proven.then(app, enter).await?;
    Ok(Opened {
        user: known.account.user,
        session,
        cookie,
    })
}

/// Adds to `commit` that the owner of the account and other systems are told of a sign-in.
fn tell<E>(
    commit: &mut Commit<E>,
    app: &App,
    keyring: &Keyring,
    user: &User,
    origin: &Origin,
) -> Result<(), NotifyError> {
    let record = serde_json::json!({
        "user": events::user(user),
        "user_ip": origin.ip,
        "user_agent": origin.user_agent,
    });
    commit.create(&Event::new(app, "system.session.create", &record)?);
    let template = Template::NewLogin {
        ip: origin.ip.to_string(),
        user_agent: origin.user_agent.clone(),
    };
    commit.create(&Message::mail(app, keyring, &user.email, &template)?);
    Ok(())
}

/// Writes down that somebody tried. For an address that nobody has it takes as long, and nothing is written.
async fn note(app: &App, attempt: &Attempt<'_>, why: NotOpened) -> Result<(), StoreError> {
    let (action, reason) = match why {
        NotOpened::WrongCredentials => ("login", "wrong password"),
        NotOpened::State(_) => ("login", "state"),
        NotOpened::Otp(_) => ("login::2fa", "wrong code"),
        // A client asks for the code after that.
        NotOpened::MissingOtp => return Ok(()),
    };
    let claim = Key::new(email::partition(attempt.username), EmailClaim::SK);
    let [claim] = app.store.get([claim]).await?;
    match read_optional::<EmailClaim>(claim)? {
        Some(EmailClaim { user_id, .. }) => {
            let tried = Activity::at_the_door(app, user_id, attempt.origin, action).failed(reason);
            retried(|| async {
                let mut commit = Commit::<StoreError>::new();
                tried.enter(&mut commit);
                app.store.commit(commit).await
            })
            .await
        }
        None => {
            let nobody = UserId::generate(&app.clock, &app.random);
            let tried = Activity::new(app, nobody, attempt.origin, "session", action).failed(reason);
            let mut commit = Commit::<StoreError>::new();
            commit.check(User::key_of(nobody), Condition::Present);
            metrics::count(&mut commit, &tried);
            match app.store.commit(commit).await {
                Err(StoreError::Conflict) => Ok(()),
                noted => noted,
            }
        }
    }
}

/// Ends the session of a cookie, whatever client presents it.
///
/// # Errors
/// [`NoSession`].
pub async fn sign_out(app: &App, presented: &cookie::Presented, origin: &Origin) -> Result<(), Undone<NoSession>> {
    let none = || Undone::Refused(NoSession);
    let [session, user] = app.store.get(presented.keys()).await?;
    let session = read_optional::<Session>(session)?
        .filter(|session| presented.opens(session))
        .ok_or_else(none)?;
    let user = read_optional::<User>(user)?.ok_or_else(none)?;
    let is_over = session.epoch != user.session_epoch || app.clock.now() >= session.valid_until;
    let mut commit = Commit::<Undone<NoSession>>::new();
    commit
        .delete(crate::store::Record::key(&session), Condition::Present)
        .otherwise(move |_| none());
    if is_over {
        app.store.commit(commit).await?;
        return Err(none());
    }
    Activity::new(app, user.id, origin, "session", "logout")
        .about(session.id)
        .enter(&mut commit);
    app.store.commit(commit).await
}

/// There is no session that goes by this cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such session")]
pub struct NoSession;
