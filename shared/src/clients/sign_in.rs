//! Signing in for a client: who may use it, and opening a session that goes by a pair of tokens.

use jiff::Timestamp;

use super::Client;
use super::proof::{self, Credentials, NotProved};
use crate::App;
use crate::access::Role;
use crate::access::role::MANAGE_CLIENTS;
use crate::accounts::State;
use crate::act::Undone;
use crate::credentials::totp::{SecondFactor, WrongCode};
use crate::federation::upstream::Upstream;
use crate::ids::{OrgId, SessionId};
use crate::organizations::Membership;
use crate::organizations::tenancy::{Status, Tenancy};
use crate::sessions::refresh::RefreshToken;
use crate::sessions::sign_in::{self, Attempt, Known, NotSignedIn, Shown, admit, prove};
use crate::sessions::{Opening, Origin};
use crate::store::{Commit, StoreError};
use crate::tokens::arc::{ArcDevice, Holder, Issued};

/// Why nobody was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotLetIn {
    /// Unknown user, wrong password, or an account that is locked or banned.
    #[error("the credentials are not right")]
    WrongCredentials,
    /// The credentials are right, but the user stands so.
    #[error("the account is not active")]
    NotActive(Status),
    /// The client does not prove who it is.
    #[error(transparent)]
    NoClient(#[from] NotProved),
    /// The user may not use this client.
    #[error("the client is not for this user")]
    OtherClient,
    /// The credentials are right, but the account asks for a code of an authenticator app as well.
    #[error("a code of an authenticator app is needed")]
    MissingOtp,
    /// The credentials are right, but the code is not.
    #[error(transparent)]
    Otp(#[from] WrongCode),
}

impl From<NotSignedIn> for NotLetIn {
    fn from(why: NotSignedIn) -> Self {
        match why {
            NotSignedIn::WrongCredentials => NotLetIn::WrongCredentials,
            NotSignedIn::NotActive(State::Unactivated) => NotLetIn::NotActive(Status::Registered),
            NotSignedIn::NotActive(_) => NotLetIn::NotActive(Status::Inactive),
            NotSignedIn::MissingOtp => NotLetIn::MissingOtp,
            NotSignedIn::Otp(why) => NotLetIn::Otp(why),
        }
    }
}

/// The attribute of a role that lists the clients which its holders may use.
const ALLOWED_CLIENTS: &str = "allowedClients";

/// Whether somebody with these roles may use `client`. The first one is for everybody; another one is for whoever has a role
/// of the home organization whose attribute `allowedClients` names it, and for those who manage clients.
pub fn may_use(client: &Client, roles: &[Role]) -> bool {
    let names = |role: &Role| {
        let attributes = role.extra_attrs.as_ref();
        let listed = attributes.and_then(|attributes| attributes.get(ALLOWED_CLIENTS)?.as_array());
        listed.is_some_and(|listed| listed.iter().any(|name| name == client.client_id.as_str()))
    };
    let manages = |role: &Role| role.grants.iter().any(|grant| grant.permission == MANAGE_CLIENTS);
    let mut at_home = roles.iter().filter(|role| role.org_id == OrgId::HOME);
    client.is_first() || at_home.any(|role| names(role) || manages(role))
}

/// Whether somebody who gave the right password may sign in for `client`.
///
/// # Errors
/// [`NotLetIn`]: first whether the client is for them, then how they stand.
pub fn judge(client: &Client, known: &Known) -> Result<(), NotLetIn> {
    if !may_use(client, &known.roles) {
        return Err(NotLetIn::OtherClient);
    }
    sign_in::judge(&known.account.user)?;
    let status = Status::of(&known.account.user, at_home(known));
    match status.may_sign_in() {
        true => Ok(()),
        false => Err(NotLetIn::NotActive(status)),
    }
}

fn at_home(known: &Known) -> Option<&Membership> {
    known
        .account
        .memberships()
        .find(|membership| membership.org_id == OrgId::HOME)
}

/// How somebody arrives whose session is opened.
pub(super) struct Arrival<'a> {
    /// For which client.
    pub(super) client: &'a Client,
    /// What is asked with.
    pub(super) device: &'a ArcDevice,
    /// Where from.
    pub(super) origin: &'a Origin,
    /// With what.
    pub(super) shown: Shown<'a>,
    /// Through whom, where it was a provider.
    pub(super) upstream: Option<&'a Upstream>,
}

/// Gives tokens for a password, without a code between.
///
/// # Errors
/// [`NotLetIn`].
pub async fn at_once(
    app: &App,
    attempt: &Attempt<'_>,
    said: &Credentials,
    device: &ArcDevice,
) -> Result<Issued, Undone<NotLetIn>> {
    let keyring = app.keys.get().await?;
    let (proven, client) = Box::pin(prove(app, attempt, proof::prove::<NotLetIn>(app, said))).await?;
    let arrival = Arrival {
        client: &client,
        device,
        origin: attempt.origin,
        shown: Shown {
            method: "password",
            second: SecondFactor::Code(attempt.otp),
            keyring: &keyring,
        },
        upstream: None,
    };
    let enter = |commit: &mut Commit<Undone<NotLetIn>>, known: &Known| {
        open(app, commit, known, &arrival).map(|(issued, _)| issued)
    };
    let (issued, _) = proven.then(app, enter).await?;
    Ok(issued)
}

/// Adds to `commit` what opens a session for `client`: session, refresh token, mark and activity; the pair of tokens is for the
/// home organization.
///
/// # Errors
/// [`NotLetIn`].
pub(super) fn open<R>(
    app: &App,
    commit: &mut Commit<Undone<R>>,
    known: &Known,
    arrival: &Arrival<'_>,
) -> Result<(Issued, SessionId), Undone<R>>
where
    R: From<NotLetIn> + From<NotSignedIn>,
{
    let Arrival {
        client, device, origin, ..
    } = *arrival;
    judge(client, known).map_err(|why| Undone::Refused(why.into()))?;
    let user = &known.account.user;
    let at_home_roles = known.roles.iter().filter(|role| role.org_id == OrgId::HOME);
    let tenancy = Tenancy {
        tenant: OrgId::HOME,
        roles: at_home_roles.cloned().collect(),
        status: Status::of(user, at_home(known)),
    };
    let holder = Holder {
        user,
        tenancy: &tenancy,
        client,
        device,
    };
    let id = SessionId::generate(&app.random);
    let issued = holder.issue(app, arrival.shown.keyring, id)?;
    let now: Timestamp = app.clock.now();
    let pair = issued.pair(client, tenancy.tenant, now)?;
    let access_until = now
        .checked_add(client.lifetimes.access_token())
        .map_err(StoreError::corrupt)?;
    let opening = Opening {
        id,
        origin,
        valid_until: pair.refresh_until.max(access_until),
        pair: Some(pair.clone()),
        cookie: None,
        upstream: arrival.upstream.cloned(),
        // Whoever is asked for another password has not arrived yet.
        is_noted: tenancy.status != Status::PasswordChangeNeeded,
    };
    let session = admit(app, commit, &known.account, opening, &arrival.shown)?;
    commit.create(&RefreshToken::of(&session, &pair));
    Ok((issued, id))
}
