//! The first client, which is there before anybody could make one: every account may use it.

use super::{Client, ClientSecret, ClientType, Draft, Lifetimes, NUMBERS};
use crate::App;
use crate::act::Failure;
use crate::store::{AsConflict as _, Commit, StoreError};

/// What was found or made.
#[derive(Debug)]
pub enum FirstClient {
    /// There were clients already.
    Known,
    /// It was made; the secret is here when it was made up.
    Made {
        /// The made-up secret, to be shown once.
        made_up_secret: Option<ClientSecret>,
    },
}

/// Makes the first client unless a client was ever made: one commit, so that of two servers that start at the same time one
/// makes it.
///
/// # Errors
/// [`Failure`].
pub async fn bootstrap(app: &App) -> Result<FirstClient, Failure> {
    let [sequence] = app.store.get([NUMBERS.key()]).await?;
    if sequence.is_some() {
        return Ok(FirstClient::Known);
    }
    let configured = &app.config.bootstrap_client;
    let made_up = match configured.secret {
        Some(_) => None,
        None => Some(ClientSecret::random(&app.random)),
    };
    let draft = Draft {
        client_id: configured.client_id.clone(),
        secret: configured.secret.clone().or_else(|| made_up.clone()),
        other: None,
        redirect_url: None,
        lifetimes: Lifetimes::default(),
        client_type: ClientType::Private,
    };
    let number = NUMBERS.next(None)?;
    let keyring = app.keys.get().await?;
    let client = Client::drafted(draft, number.number(), &keyring, app.clock.now())?;
    let mut commit = Commit::<StoreError>::new();
    number.take(&mut commit);
    client.create_in(&mut commit, || StoreError::Conflict);
    match app.store.commit(commit).await {
        Ok(()) => Ok(FirstClient::Made {
            made_up_secret: made_up,
        }),
        Err(error) if error.is_conflict() => Ok(FirstClient::Known),
        Err(error) => Err(error.into()),
    }
}
