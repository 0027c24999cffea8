//! Setting a new password with the old one. The account is named by its identifier; who has none is refused after the same
//! work as who gives a wrong password.

use futures_util::future::try_join;

use super::email;
use super::user::{State, User};
use crate::App;
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::password::{Insufficient, Password, Verdict, WeakPassword};
use crate::http::throttle;
use crate::ids::UserId;
use crate::notify::{Event, Message, Template, events};
use crate::sessions::sign_in::{guess_gauges, known};
use crate::sessions::{self, Origin, Session};
use crate::store::commit::{Step, int, text};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Record};

/// Why no new password was set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChanged {
    /// Unknown user, wrong old password, or an account that is switched off.
    #[error("the credentials are not right")]
    WrongCredentials,
    /// The new password is the old one.
    #[error("the new password is the old one")]
    Unchanged,
    /// The new password is no good.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// The new password is not good enough for barong's surface.
    #[error(transparent)]
    Insufficient(#[from] Insufficient),
}

/// What a new password has to be.
#[derive(Debug, Clone, Copy)]
pub enum Standard {
    /// What every surface asks for.
    House {
        /// Code points that it has at least, where configuration asks for fewer.
        min_length: usize,
    },
    /// That and barong's own rules. Whatever is wrong with it is said after the old one was right.
    Barong,
}

type Result<T> = std::result::Result<T, Undone<NotChanged>>;

/// A change that somebody wants.
#[derive(Debug)]
pub struct Change {
    /// Whose password.
    pub user: UserId,
    /// The old one; `None` where the caller knows by other means that it is its owner.
    pub old: Option<Password>,
    /// The new one.
    pub new: Password,
    /// What the new one has to be.
    pub standard: Standard,
    /// The session that goes on, where one does.
    pub keep: Option<Session>,
}

/// Sets the new password and ends all sessions but the one that is kept: password, sessions, mark, activity and notice in one commit. A guess at the
/// old password counts like one at sign-in.
///
/// # Errors
/// [`NotChanged`]; nothing has changed then.
pub async fn change(app: &App, change: Change, origin: &Origin) -> Result<()> {
    if let Standard::House { .. } = change.standard {
        // What can be judged without knowing whose it is; the rest is judged when the old one is known to be right.
        judge(app, &change, &[&app.config.service_name])?;
    }
    let keyring = app.keys.get().await?;
    let [user] = app.store.get([User::key_of(change.user)]).await?;
    let user = read_optional::<User>(user)?;
    let partition = match &user {
        Some(user) => user.email.partition(),
        // Nobody's address.
        None => email::partition(&change.user.to_string()),
    };
    let gauges = guess_gauges(app, &partition, origin);
    let (_, password) = known(app, &partition, &gauges).await?;

    let hash = password.as_ref().map(|password| &password.hash);
    // Without the old password the new one is held against it, to see that it is another.
    let shown = change.old.as_ref().unwrap_or(&change.new);
    let verified = async { Ok(app.passwords.verify(shown, hash).await?) };
    let counted = throttle::count::<Undone<NotChanged>>(app, &gauges);
    let (verdict, ()) = try_join(verified, counted).await?;
    let is_right = matches!(verdict, Verdict::Right { .. });
    let user = user.filter(|user| State::MAY_CHANGE_PASSWORD.contains(&user.state));
    let (true, Some(password), Some(user)) = (is_right || change.old.is_none(), password, user) else {
        return Err(Undone::Refused(NotChanged::WrongCredentials));
    };
    if is_right && change.new.is(shown) {
        return Err(Undone::Refused(NotChanged::Unchanged));
    }
    let context = [
        user.email.canonical(),
        user.email.local_part(),
        &user.profile.full_name(),
        &app.config.service_name,
    ];
    judge(app, &change, &context)?;
    let hash = app.passwords.hash(&change.new, app.random.bytes()).await?;

    let refused = || Undone::Refused(NotChanged::WrongCredentials);
    let mut commit = Commit::<Undone<NotChanged>>::new();
    let steps = [
        Step::Set("hash", text(hash.as_str())),
        Step::Set("changed_at", text(app.clock.now())),
    ];
    commit
        .update(
            password.key(),
            Condition::Equals("hash", text(password.hash.as_str())),
            steps,
        )
        .otherwise(move |_| refused());
    let steps = [Step::Add("session_epoch", 1), Step::Remove("reset_password")];
    let mut may = vec![State::is_one_of(&State::MAY_CHANGE_PASSWORD)];
    if let Some(session) = &change.keep {
        may.push(Condition::Equals(
            "session_epoch",
            int(user.session_epoch.cast_signed()),
        ));
        sessions::carry_over(&mut commit, &user, session);
        commit.otherwise(move |_| refused());
    }
    commit
        .update(user.key(), Condition::All(may), steps)
        .otherwise(move |_| refused());
    Activity::new(app, user.id, origin, "password", "change").enter(&mut commit);
    if let Standard::Barong = change.standard {
        let record = serde_json::json!({ "user": events::user(&user) });
        commit.create(&Event::new(app, "system.user.password.change", &record)?);
    }
    commit.create(&Message::mail(app, &keyring, &user.email, &Template::PasswordChanged)?);
    if let Some(gauge) = gauges.into_iter().next() {
        commit.delete(gauge.key, Condition::Always);
    }
    app.store.commit(commit).await
}

fn judge(app: &App, change: &Change, context: &[&str]) -> Result<()> {
    match change.standard {
        Standard::House { min_length } => {
            let judged = app.password_policy.at_least(min_length).check(&change.new, context);
            judged.map_err(|why| Undone::Refused(why.into()))
        }
        Standard::Barong => {
            let judged = change
                .new
                .is_sufficient(&app.config.barong, &app.password_policy, context);
            judged.map_err(|why| Undone::Refused(why.into()))
        }
    }
}
