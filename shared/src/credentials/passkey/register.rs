//! Adding a passkey.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::try_join;
use serde_json::Value;
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential, Uuid};
use webauthn_rs_proto::{
    AuthenticatorSelectionCriteria, CreationChallengeResponse, ResidentKeyRequirement, UserVerificationPolicy,
};

use super::ceremony::{Ceremony, Purpose, answered};
use super::{CredentialClaim, MOST, Passkey, new_number, of_user};
use crate::App;
use crate::accounts::User;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::notify::{Message, Template};
use crate::sessions::Origin;
use crate::store::commit::int;
use crate::store::{Commit, Condition, Record, StoreError};

/// Why no passkey was added.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    /// The challenge is unknown, too old, somebody else's, or was answered.
    #[error("the challenge is not known, is too old, or was answered already; begin again")]
    UnknownChallenge,
    /// The response does not hold what it must.
    #[error("the response of the authenticator is not valid: {0}")]
    Invalid(String),
    /// The credential belongs to an account.
    #[error("this passkey is in use already")]
    InUse,
    /// The user has as many passkeys as anybody may.
    #[error("the account has {MOST} passkeys, which is the most; remove one first")]
    TooMany,
}

type Result<T> = std::result::Result<T, Undone<NotAdded>>;

fn refused<T>(why: NotAdded) -> Result<T> {
    Err(Undone::Refused(why))
}

/// Begins: what the browser is to ask an authenticator for.
///
/// # Errors
/// [`NotAdded::TooMany`].
pub async fn begin(app: &App, user: &User) -> Result<CreationChallengeResponse> {
    let passkeys = of_user(&app.store, user.id).await?;
    if passkeys.len() >= MOST {
        return refused(NotAdded::TooMany);
    }
    let known = passkeys.iter().map(|passkey| passkey.credential_bytes());
    let known = Some(known.collect::<std::result::Result<Vec<_>, _>>()?).filter(|known| !known.is_empty());
    let webauthn = app.relying_party.webauthn()?;
    // The identifier given here is replaced below: the published API uses the 26 characters of the user's own.
    let (mut options, state) = webauthn
        .start_passkey_registration(Uuid::nil(), user.email.typed(), &user.display_name(), known)
        .map_err(StoreError::corrupt)?;
    let wanted = &mut options.public_key;
    wanted.user.id = user.id.to_string().into_bytes();
    wanted.authenticator_selection = Some(AuthenticatorSelectionCriteria {
        authenticator_attachment: None,
        resident_key: Some(ResidentKeyRequirement::Required),
        require_resident_key: true,
        user_verification: UserVerificationPolicy::Preferred,
    });
    // webauthn-rs asks security keys to show the credential after verification only, which the policy does not require.
    wanted.extensions = None;
    let ceremony = Ceremony::begin(app, &wanted.challenge, Purpose::Register, Some(user.id), None, &state)?;
    let mut commit = Commit::<Undone<NotAdded>>::new();
    commit.create(&ceremony);
    app.store.commit(commit).await?;
    Ok(options)
}

/// Finishes: keeps the passkey that the response describes, under `name`.
///
/// # Errors
/// [`NotAdded`]; the challenge is spent then, if it was this user's.
pub async fn finish(
    app: &App,
    user: &User,
    origin: &Origin,
    response: &RegisterPublicKeyCredential,
    name: &str,
) -> Result<Passkey> {
    let Some(challenge) = answered(&response.response.client_data_json) else {
        return refused(NotAdded::Invalid("no challenge in its client data".into()));
    };
    let item = app.store.get([Ceremony::key_of(&challenge)]);
    let ([item], passkeys) = try_join(item, of_user(&app.store, user.id)).await?;
    let ceremony = Ceremony::open(item, challenge, Purpose::Register, app.clock.now())?;
    let Some(ceremony) = ceremony.filter(|ceremony| ceremony.user_id == Some(user.id)) else {
        return refused(NotAdded::UnknownChallenge);
    };
    let answering = URL_SAFE_NO_PAD.encode(&response.raw_id);
    let kept = if passkeys.iter().any(|passkey| passkey.credential_id == answering) {
        refused(NotAdded::InUse)
    } else if passkeys.len() >= MOST {
        // Several may have begun when there was room for one.
        refused(NotAdded::TooMany)
    } else {
        keep(app, user, origin, response, name, &ceremony).await
    };
    if matches!(kept, Err(Undone::Refused(_))) {
        ceremony.spend(app).await?;
    }
    kept
}

async fn keep(
    app: &App,
    user: &User,
    origin: &Origin,
    response: &RegisterPublicKeyCredential,
    name: &str,
    ceremony: &Ceremony,
) -> Result<Passkey> {
    let state: PasskeyRegistration = ceremony.state()?;
    let credential = match app
        .relying_party
        .webauthn()?
        .finish_passkey_registration(response, &state)
    {
        Ok(credential) => credential,
        Err(error) => return refused(NotAdded::Invalid(error.to_string())),
    };
    let state = serde_json::to_value(&credential).map_err(StoreError::corrupt)?;
    let inner = state.get("cred").unwrap_or(&Value::Null);
    let passkey = Passkey {
        user_id: user.id,
        number: new_number(&app.random),
        name: name.to_owned(),
        credential_id: URL_SAFE_NO_PAD.encode(credential.cred_id()),
        discoverable: inner.get("user_verified") == Some(&Value::Bool(true)),
        transports: transports(response),
        created_at: app.clock.now(),
        state: state.to_string(),
    };
    let keyring = app.keys.get().await?;
    let template = Template::PasskeyAdded { name: name.to_owned() };
    let message = Message::mail(app, &keyring, &user.email, &template).map_err(Failure::from)?;
    let mut commit = Commit::<Undone<NotAdded>>::new();
    ceremony.consume(&mut commit, || Undone::Refused(NotAdded::UnknownChallenge));
    commit
        .create(&CredentialClaim {
            credential_id: passkey.credential_id.clone(),
            user_id: user.id,
        })
        .otherwise(|_| Undone::Refused(NotAdded::InUse));
    commit.create(&passkey);
    // Whoever ended all sessions meanwhile, by a new password say, shuts out who is adding a passkey by one of them.
    commit
        .check(
            user.key(),
            Condition::Equals("session_epoch", int(user.session_epoch.cast_signed())),
        )
        .otherwise(|_| Undone::Refused(NotAdded::UnknownChallenge));
    Activity::new(app, user.id, origin, "passkey", "create")
        .about(passkey.number)
        .enter(&mut commit);
    commit.create(&message);
    app.store.commit(commit).await?;
    Ok(passkey)
}

/// How the browser says that the authenticator may be reached: a hint for the next time, and no more.
fn transports(response: &RegisterPublicKeyCredential) -> Vec<String> {
    let named = serde_json::to_value(&response.response.transports).unwrap_or_default();
    serde_json::from_value(named).unwrap_or_default()
}
