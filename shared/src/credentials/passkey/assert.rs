//! Signing in with a passkey: by the name of the user, or by whatever passkey the authenticator finds.

use futures_util::future::try_join;
use webauthn_rs::prelude::{DiscoverableAuthentication, DiscoverableKey, PublicKeyCredential};

use super::ceremony::{Ceremony, Purpose, answered};
use super::{Passkey, of_user};
use crate::App;
use crate::access;
use crate::accounts::Account;
use crate::accounts::email::{self, EmailClaim};
use crate::act::{Failure, Undone};
use crate::credentials::totp::SecondFactor;
use crate::http::throttle::{self, Gauge};
use crate::ids::UserId;
use crate::sessions::sign_in::{NotSignedIn, Shown, SignedIn, WrongCredentials, admit};
use crate::sessions::{Opening, Origin};
use crate::store::record::read_optional;
use crate::store::{Commit, Key, StoreError, Versioned, retried};

/// A challenge, and the credentials that may answer it.
#[derive(Debug)]
pub struct Challenge {
    /// The challenge.
    pub challenge: Vec<u8>,
    /// Which credentials; `None` for whichever the authenticator finds.
    pub allowed: Option<Vec<Passkey>>,
}

/// Nobody can sign in by passkey under this name: there is no such user, or it has none. Which is nobody's business.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no passkey for this name")]
pub struct NoPasskey;

/// Begins a sign-in, of the user with this name or of whoever the authenticator finds.
///
/// # Errors
/// [`NoPasskey`], never without a name.
pub async fn begin(app: &App, username: Option<&str>, origin: &Origin) -> Result<Challenge, Undone<NoPasskey>> {
    let gauges = gauges(app, origin);
    let found = async {
        match username {
            Some(username) => find(app, username).await.map(Some),
            None => Ok(None),
        }
    };
    let (found, ()) = try_join(
        async { Ok(found.await?) },
        throttle::count::<Undone<NoPasskey>>(app, &gauges),
    )
    .await?;
    if found.as_ref().is_some_and(|(_, passkeys)| passkeys.is_empty()) {
        return Err(Undone::Refused(NoPasskey));
    }
    let webauthn = app.relying_party.webauthn()?;
    let (options, state) = webauthn
        .start_discoverable_authentication()
        .map_err(StoreError::corrupt)?;
    let challenge = options.public_key.challenge;
    let user = found.as_ref().map(|(user, _)| *user);
    let ceremony = Ceremony::begin(app, &challenge, Purpose::SignIn, user, username.map(canonical), &state)?;
    let mut commit = Commit::<Undone<NoPasskey>>::new();
    commit.create(&ceremony);
    app.store.commit(commit).await?;
    Ok(Challenge {
        challenge,
        allowed: found.map(|(_, passkeys)| passkeys),
    })
}

/// Whether a user of this name has a passkey.
///
/// # Errors
/// [`Failure`].
pub async fn has_passkey(app: &App, username: &str, origin: &Origin) -> Result<bool, Failure> {
    let gauges = gauges(app, origin);
    let found = async { Ok(find(app, username).await?) };
    let ((_, passkeys), ()) = try_join(found, throttle::count::<Failure>(app, &gauges)).await?;
    Ok(!passkeys.is_empty())
}

fn gauges(app: &App, origin: &Origin) -> Vec<Gauge> {
    let gauge = Gauge::address(app, "passkey", |limits| limits.passkey_address, origin.ip);
    gauge.into_iter().collect()
}

/// A user by name, with its passkeys. For an unknown name somebody who cannot exist is looked for: it takes as long.
async fn find(app: &App, username: &str) -> Result<(UserId, Vec<Passkey>), StoreError> {
    let claim = Key::new(email::partition(username), EmailClaim::SK);
    let [claim] = app.store.get([claim]).await?;
    let nobody = || UserId::generate(&app.clock, &app.random);
    let user = read_optional::<EmailClaim>(claim)?.map_or_else(nobody, |claim| claim.user_id);
    Ok((user, of_user(&app.store, user).await?))
}

fn canonical(username: &str) -> String {
    username.trim().to_lowercase()
}

/// Finishes a sign-in. An account that asks for codes of an authenticator app asks for one here too: an authenticator need not
/// have verified its user.
///
/// # Errors
/// [`NotSignedIn`], whatever is wrong; the challenge is spent then, if there was one. Where only the code is missing it is
/// not: the same response may be sent again with it.
pub async fn finish(
    app: &App,
    username: Option<&str>,
    response: &PublicKeyCredential,
    otp: Option<&str>,
    origin: &Origin,
) -> Result<SignedIn, Undone<NotSignedIn>> {
    let wrong = || Undone::Refused(WrongCredentials);
    let challenge = answered(&response.response.client_data_json).ok_or_else(wrong)?;
    let gauges = gauges(app, origin);
    let counted = throttle::count::<Undone<NotSignedIn>>(app, &gauges);
    let read = async { Ok(app.store.get([Ceremony::key_of(&challenge)]).await?) };
    let ([item], ()) = try_join(read, counted).await?;
    let ceremony = Ceremony::open(item, challenge, Purpose::SignIn, app.clock.now())?.ok_or_else(wrong)?;
    let entered = retried(|| enter(app, username, response, otp, origin, &ceremony)).await;
    match entered {
        Err(Undone::Refused(NotSignedIn::MissingOtp)) => {}
        Err(Undone::Refused(_)) => ceremony.spend(app).await?,
        _ => {}
    }
    entered
}

async fn enter(
    app: &App,
    username: Option<&str>,
    response: &PublicKeyCredential,
    otp: Option<&str>,
    origin: &Origin,
    ceremony: &Ceremony,
) -> Result<SignedIn, Undone<NotSignedIn>> {
    let wrong = || Undone::Refused(WrongCredentials);
    if username.map(canonical) != ceremony.username {
        return Err(wrong());
    }
    let user_id = claimed(response, ceremony).ok_or_else(wrong)?;
    let credential = app.store.get([Passkey::key_of(user_id, &response.raw_id)]);
    let (account, [credential]) = try_join(Account::read(&app.store, user_id), credential).await?;
    let account = account.ok_or_else(wrong)?;
    let read = Versioned::<Passkey>::from_item(credential.ok_or_else(wrong)?)?;

    let mut key = read.record.credential()?;
    let state: DiscoverableAuthentication = ceremony.state()?;
    let verified = app.relying_party.webauthn()?.finish_discoverable_authentication_v2(
        response,
        state,
        DiscoverableKey::from(&key),
    );
    // A counter that does not rise and a backup eligibility that changes are refused there.
    let result = verified.map_err(|error| {
        tracing::info!(%error, "a passkey was refused");
        wrong()
    })?;

    let (roles, _) = access::held(&app.store, account.memberships(), false).await?;
    let mut commit = Commit::<Undone<NotSignedIn>>::new();
    ceremony.consume(&mut commit, wrong);
    let mut passkey = read.record.clone();
    key.update_credential(&result);
    passkey.state = serde_json::to_string(&key).map_err(StoreError::corrupt)?;
    commit.replace(&read, &passkey);
    let keyring = app.keys.get().await?;
    let shown = Shown {
        method: "webauthn",
        second: SecondFactor::Code(otp),
        keyring: &keyring,
    };
    let session = admit(app, &mut commit, &account, Opening::usual(app, origin)?, &shown)?;
    app.store.commit(commit).await?;
    Ok(SignedIn {
        user: account.user,
        session,
        roles,
    })
}

/// Whose passkey a response claims to be. Without a name the authenticator must say; with one it must not say otherwise.
fn claimed(response: &PublicKeyCredential, ceremony: &Ceremony) -> Option<UserId> {
    let handle = match &response.response.user_handle {
        Some(handle) if !handle.is_empty() => Some(UserId::parse(std::str::from_utf8(handle).ok()?)?),
        _ => None,
    };
    match (ceremony.user_id, handle) {
        (Some(user), Some(handle)) => (user == handle).then_some(user),
        (Some(user), None) => Some(user),
        (None, handle) => handle,
    }
}
