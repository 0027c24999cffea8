//! The rotation of the keyring, in the four steps of Secrets Manager. Each may come twice, or again after it was cut off: a
//! step looks at what is there and does what is missing. What turning a keyring is, `shared::tokens::keyring` says.

mod secret;

use aws_sdk_secretsmanager::error::DisplayErrorContext;
use serde::Deserialize;
use shared::App;
use shared::tokens::keyring::{KeyringError, NotTurned};
use shared::tokens::{Keyring, rotation};

use secret::Secret;

/// What Secrets Manager asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Event {
    /// What is to be done.
    pub step: Step,
    /// The secret.
    pub secret_id: String,
    /// The version that is made.
    pub client_request_token: String,
}

/// A step of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Step {
    /// Makes the next version, unless it is there.
    #[serde(rename = "createSecret")]
    Create,
    /// Tells it to whoever has to know. Nobody has: whoever uses the keys reads them here.
    #[serde(rename = "setSecret")]
    Set,
    /// Tries it.
    #[serde(rename = "testSecret")]
    Test,
    /// Makes it the current one.
    #[serde(rename = "finishSecret")]
    Finish,
}

/// Why a step was not done. Secrets Manager tries again; the keyring is as it was.
#[derive(Debug, thiserror::Error)]
pub enum NotRotated {
    /// It is not the secret that this function is for.
    #[error("not the secret of KEYRING_SECRET_ID")]
    AnotherSecret,
    /// The steps before did not make the version.
    #[error("there is no version {0}")]
    NoVersion(String),
    /// Somebody changed the keyring after the version was made of it. It is given up, so that the next rotation begins anew.
    #[error("the keyring was changed meanwhile; rotate it again")]
    Overtaken,
    /// It cannot be turned, or not yet.
    #[error(transparent)]
    NotTurned(#[from] NotTurned),
    /// It is no keyring, or may not take the place of the current one.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// Secrets Manager does not answer, or refuses.
    #[error("Secrets Manager: {0}")]
    SecretsManager(String),
}

impl NotRotated {
    fn unanswered(error: impl std::error::Error) -> Self {
        Self::SecretsManager(DisplayErrorContext(error).to_string())
    }
}

/// Does a step.
///
/// # Errors
/// [`NotRotated`].
pub async fn handle(app: &App, event: &Event) -> Result<(), NotRotated> {
    let done = perform(app, event).await;
    match &done {
        Ok(()) => tracing::info!(step = ?event.step, version = event.client_request_token, "a step of a rotation"),
        Err(error) => tracing::error!(step = ?event.step, version = event.client_request_token, %error, "not rotated"),
    }
    done
}

async fn perform(app: &App, event: &Event) -> Result<(), NotRotated> {
    if app.config.keyring_secret_id.as_ref() != Some(&event.secret_id) {
        return Err(NotRotated::AnotherSecret);
    }
    let token = &event.client_request_token;
    let secret = Secret::new(app.aws.secrets_manager().await, &event.secret_id);
    match event.step {
        Step::Create => create(app, &secret, token).await,
        Step::Set => secret.version(token).await?.map(drop).ok_or_else(|| none(token)),
        Step::Test => tested(app, &secret, token).await.map(drop),
        Step::Finish => match tested(app, &secret, token).await? {
            Some(current) => secret.promote(token, &current).await,
            None => Ok(()),
        },
    }
}

fn none(token: &str) -> NotRotated {
    NotRotated::NoVersion(token.to_owned())
}

async fn create(app: &App, secret: &Secret<'_>, token: &str) -> Result<(), NotRotated> {
    if secret.version(token).await?.is_some() {
        return Ok(());
    }
    // Where the stack was just deployed there are no keys yet.
    app.keys.document().await?;
    let current = secret.current().await?;
    let now = app.clock.now();
    let next = rotation::turned(&app.config, &current.document, &current.id, now, &app.random)?;
    match secret.put(token, &next).await {
        // Another delivery of this step was faster; its keys are as good.
        Err(_) if secret.version(token).await?.is_some() => Ok(()),
        put => put,
    }
}

/// Whether the version may be the current one. The version that it takes the place of; none when it is current already.
async fn tested(app: &App, secret: &Secret<'_>, token: &str) -> Result<Option<String>, NotRotated> {
    let current = secret.current().await?;
    if current.id == token {
        return Ok(None);
    }
    let pending = secret.version(token).await?.ok_or_else(|| none(token))?;
    if Keyring::followed(&pending)?.as_ref() != Some(&current.id) {
        secret.give_up(token).await?;
        return Err(NotRotated::Overtaken);
    }
    Keyring::parse(&pending)?.may_follow(&Keyring::parse(&current.document)?, app.clock.now())?;
    Ok(Some(current.id))
}
