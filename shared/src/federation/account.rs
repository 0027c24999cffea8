//! Whose account it is that a provider vouches for, and letting them in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Identity, Provider};
use crate::App;
use crate::accounts::customer::address;
use crate::accounts::sign_up::{self, NoAccount};
use crate::accounts::{Email, State};
use crate::act::Undone;
use crate::activity::Activity;
use crate::http::throttle::{self, Gauge};
use crate::ids::UserId;
use crate::sessions::Origin;
use crate::sessions::sign_in::{Known, NotSignedIn, WrongCredentials, judge, known_of};
use crate::store::record::read_optional;
use crate::store::{Attempts, Commit, Key, Record};

/// Says that somebody at a provider has this account, and nobody else has. It is never changed or moved: an account is never
/// found by an address that a provider shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claim {
    /// Who vouches.
    pub provider: Provider,
    /// Who vouches, as configured when the account was made.
    pub issuer: String,
    /// Whom it vouches for.
    pub subject: String,
    /// Whose account it is.
    pub user_id: UserId,
    /// Since when.
    pub created_at: Timestamp,
}

impl Claim {
    fn key_of(issuer: &str, subject: &str) -> Key {
        // An issuer has no fragment, so that no two of them with their subjects are the same text.
        Key::new(format!("IDP#{issuer}#{subject}"), "CLAIM")
    }
}

impl Record for Claim {
    const KIND: &'static str = "provider claim";
    fn key(&self) -> Key {
        Self::key_of(&self.issuer, &self.subject)
    }
}

/// Why somebody was not let in whom a provider vouches for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEntered {
    /// They have no account, and the provider shows no address that is known to be theirs.
    #[error("the provider shows no verified address")]
    NoVerifiedEmail,
    /// They have no account, and none can be made: the address belongs to another one, which is never theirs by that.
    #[error(transparent)]
    NoAccount(#[from] NoAccount),
    /// Their account lets nobody in.
    #[error(transparent)]
    NotSignedIn(#[from] NotSignedIn),
}

/// Lets somebody in whom a provider vouches for: what `act` adds to a commit. It is the one place where a provider's word
/// opens an account, whatever the surface and whatever is opened, and what an account asks for
/// beside a first proof is asked for by what `act` goes through: [`admit`](crate::sessions::sign_in::admit), or the exchange of a
/// code.
///
/// # Errors
/// [`NotEntered`], or what `act` refuses.
pub async fn enter<T, R>(
    app: &App,
    identity: &Identity,
    origin: &Origin,
    act: impl Fn(&mut Commit<Undone<R>>, &Known) -> Result<T, Undone<R>>,
) -> Result<(T, Known), Undone<R>>
where
    R: From<NotEntered> + 'static,
{
    let owner = owner(app, identity, origin).await.map_err(Undone::widened)?;
    let refused = |why: NotSignedIn| Undone::Refused(NotEntered::from(why).into());
    let mut attempts = Attempts::default();
    loop {
        let known = known_of(app, Some(owner)).await?;
        let known = known.ok_or_else(|| refused(WrongCredentials))?;
        judge(&known.account.user).map_err(refused)?;
        let mut commit = Commit::<Undone<R>>::new();
        let made = act(&mut commit, &known)?;
        let tried = app.store.commit(commit).await;
        // Somebody signed in to the same account meanwhile.
        if !attempts.again(&tried) {
            return tried.map(|()| (made, known));
        }
    }
}

/// Whose account it is; a new one for whom the provider vouches for the first time.
async fn owner(app: &App, identity: &Identity, origin: &Origin) -> Result<UserId, Undone<NotEntered>> {
    // Of two who come at the same moment the later one reads again, and finds the account. A short identifier that is taken by
    // chance reads as a conflict as well, and another one is drawn.
    let mut is_counted = false;
    let mut attempts = Attempts::default();
    loop {
        let key = Claim::key_of(&identity.issuer, identity.subject.as_str());
        let [claim] = app.store.get([key]).await?;
        if let Some(claim) = read_optional::<Claim>(claim)? {
            return Ok(claim.user_id);
        }
        let email = identity.email.as_ref();
        let email = email.ok_or(Undone::Refused(NotEntered::NoVerifiedEmail))?;
        if !is_counted {
            let gauges: Vec<Gauge> = sign_up::gauge(app, origin).into_iter().collect();
            throttle::count::<Undone<NotEntered>>(app, &gauges).await?;
            is_counted = true;
        }
        let tried = create(app, identity, email, origin).await;
        if !attempts.again(&tried) {
            return tried;
        }
    }
}

/// Makes the account: user and claims in one commit, without a password. The address is one that the provider confirmed.
async fn create(app: &App, identity: &Identity, email: &Email, origin: &Origin) -> Result<UserId, Undone<NotEntered>> {
    let now = app.clock.now();
    let mut user = sign_up::draft(app, email, identity.profile.clone(), State::Active);
    user.is_social = true;
    let mut commit = Commit::<Undone<NotEntered>>::new();
    address::confirm_new(&mut commit, app, &mut user);
    commit.create(&Claim {
        provider: identity.provider,
        issuer: identity.issuer.clone(),
        subject: identity.subject.as_str().to_owned(),
        user_id: user.id,
        created_at: now,
    });
    sign_up::create_without_password(&mut commit, &user);
    let made = Activity {
        method: Some(identity.provider.name().to_owned()),
        ..Activity::new(app, user.id, origin, "account", "create")
    };
    made.enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(user.id)
}
