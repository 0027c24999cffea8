//! Making an account that is signed in at once, by a cookie, and is asked to confirm its address.

use super::confirmation;
use super::email::{Email, EmailClaim};
use super::profile::Profile;
use super::sign_up::{self, NoAccount};
use super::user::{Referrer, State, UidClaim};
use crate::App;
use crate::act::Undone;
use crate::activity::Activity;
use crate::credentials::password::{Insufficient, Password, PasswordHash};
use crate::http::throttle::{self, Gauge};
use crate::notify::{Event, events};
use crate::sessions::browser::Opened;
use crate::sessions::{self, Origin, cookie};
use crate::store::record::read_optional;
use crate::store::{Commit, StoreError, retried};
use crate::tokens::Keyring;

/// Characters of the data that a client keeps with an account.
pub const MAX_DATA: usize = 1024;

/// Who wants an account.
#[derive(Debug)]
pub struct Applicant {
    /// The address, as typed.
    pub email: String,
    /// The password.
    pub password: Password,
    /// The short identifier of who brought them here.
    pub referrer: Option<String>,
    /// What a client keeps with the account: JSON.
    pub data: Option<String>,
}

/// What is wrong with what somebody wants to keep or be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The address is none.
    EmailInvalid,
    /// The address belongs to an account.
    EmailTaken,
    /// The password is not good enough.
    Password(Insufficient),
    /// The data is no JSON.
    DataFormat,
    /// There is too much of it.
    DataTooLong,
}

/// Why no account was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMade {
    /// The referrer's identifier is none.
    #[error("the referrer's identifier is none")]
    ReferrerFormat,
    /// There is no such referrer.
    #[error("there is no such referrer")]
    NoReferrer,
    /// Something is wrong with this.
    #[error("what is wanted is wrong: {0:?}")]
    Wrong(Vec<Wrong>),
}

impl From<NoAccount> for NotMade {
    fn from(why: NoAccount) -> Self {
        match why {
            NoAccount::EmailTaken => Self::Wrong(vec![Wrong::EmailTaken]),
            NoAccount::WeakPassword(_) => Self::Wrong(vec![Wrong::Password(Insufficient::Weak)]),
        }
    }
}

type Result<T> = std::result::Result<T, Undone<NotMade>>;

/// What is known of an account before it is made.
struct Draft {
    email: Email,
    hash: PasswordHash,
    referrer: Option<Referrer>,
    data: Option<String>,
}

/// Whether `data` may be kept with an account.
///
/// # Errors
/// What is wrong with it.
pub fn check_data(data: &str) -> std::result::Result<(), Wrong> {
    if serde_json::from_str::<serde::de::IgnoredAny>(data).is_err() {
        return Err(Wrong::DataFormat);
    }
    match data.chars().count() {
        0..=MAX_DATA => Ok(()),
        _ => Err(Wrong::DataTooLong),
    }
}

/// Makes an account, opens its first session, and mails a token that confirms the address: one commit.
///
/// # Errors
/// [`NotMade`]; nothing was made then.
pub async fn sign_up(app: &App, who: Applicant, origin: &Origin) -> Result<Opened> {
    // Asking who has an address counts as well.
    let gauges: Vec<Gauge> = sign_up::gauge(app, origin).into_iter().collect();
    throttle::count::<Undone<NotMade>>(app, &gauges).await?;
    let keyring = app.keys.get().await?;
    let draft = check(app, who).await?;
    // A short identifier that is taken by chance reads as a conflict, and another one is drawn.
    retried(|| create_once(app, &keyring, &draft, origin)).await
}

async fn check(app: &App, who: Applicant) -> Result<Draft> {
    let referrer = match &who.referrer {
        Some(uid) => Some(referrer(app, uid).await?),
        None => None,
    };
    let mut wrong = Vec::new();
    let email = Email::parse(&who.email).ok();
    match &email {
        None => wrong.push(Wrong::EmailInvalid),
        Some(email) => {
            let [claim] = app.store.get([EmailClaim::key(email)]).await?;
            wrong.extend(claim.map(|_| Wrong::EmailTaken));
        }
    }
    let context = email
        .as_ref()
        .map(|email| [email.canonical(), email.local_part(), &app.config.service_name]);
    let judged = who.password.is_sufficient(
        &app.config.barong,
        &app.password_policy,
        context.as_ref().map_or(&[], |words| words),
    );
    wrong.extend(judged.err().map(Wrong::Password));
    wrong.extend(who.data.as_deref().and_then(|data| check_data(data).err()));
    match (email, wrong.is_empty()) {
        (Some(email), true) => Ok(Draft {
            email,
            hash: app.passwords.hash(&who.password, app.random.bytes()).await?,
            referrer,
            data: who.data,
        }),
        _ => Err(Undone::Refused(NotMade::Wrong(wrong))),
    }
}

async fn referrer(app: &App, uid: &str) -> Result<Referrer> {
    if !uid.starts_with(&app.config.barong.uid_prefix) {
        return Err(Undone::Refused(NotMade::ReferrerFormat));
    }
    // Keys are short in DynamoDB, and so are these identifiers.
    let claim = match uid.len() <= 64 {
        true => app.store.get([UidClaim::key_of(uid)]).await?,
        false => [None],
    };
    let [claim] = claim;
    let claim = read_optional::<UidClaim>(claim)?.ok_or(Undone::Refused(NotMade::NoReferrer))?;
    Ok(Referrer {
        id: claim.user_id,
        uid: claim.uid,
    })
}

async fn create_once(app: &App, keyring: &Keyring, draft: &Draft, origin: &Origin) -> Result<Opened> {
    let mut user = sign_up::draft(app, &draft.email, Profile::default(), State::Pending);
    user.referrer.clone_from(&draft.referrer);
    user.data.clone_from(&draft.data);
    // The first session begins in the same commit.
    user.sign_ins = 1;
    user.last_sign_in = Some(user.created_at);
    let mut commit = Commit::<Undone<NotMade>>::new();
    sign_up::create(&mut commit, app, &user, draft.hash.clone());
    let (opening, cookie) = cookie::opening(app, user.id, origin)?;
    let session = sessions::begin(&mut commit, app, &user, opening);
    Activity::new(app, user.id, origin, "account", "signup").enter(&mut commit);
    let (message, asked) = confirmation::asking(app, keyring, &user)?;
    commit.create(&message);
    let created = Event::new(app, "model.user.created", &events::user(&user)).map_err(StoreError::corrupt)?;
    commit.create(&created);
    commit.create(&asked);
    app.store.commit(commit).await?;
    Ok(Opened { user, session, cookie })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_json_and_short() {
        for good in [
            "{}",
            "1",
            "null",
            r#" {"language":"en"} "#,
            &format!("\"{}\"", "ß".repeat(MAX_DATA - 2)),
        ] {
            assert_eq!(check_data(good), Ok(()), "{good:.20}");
        }
        for bad in ["", "{", "{'a':1}", "{} {}"] {
            assert_eq!(check_data(bad), Err(Wrong::DataFormat), "{bad}");
        }
        assert_eq!(
            check_data(&format!("\"{}\"", "ß".repeat(MAX_DATA - 1))),
            Err(Wrong::DataTooLong)
        );
    }
}
