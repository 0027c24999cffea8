//! A client proves who it is.

use super::{Client, ClientId, ClientType, find};
use crate::App;
use crate::act::Undone;

/// What a client says of itself.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Its identifier.
    pub id: String,
    /// Its secret; clients that cannot keep one leave it out.
    pub secret: Option<secrecy::SecretString>,
}

/// Why it is no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// Unknown or removed, or the secret is wrong.
    #[error("the client is not who it says")]
    Wrong,
    /// It says no secret, and is none that cannot keep one.
    #[error("the secret is missing")]
    NoSecret,
}

/// The client that proves to be one: one read.
///
/// # Errors
/// [`NotProved`].
pub async fn prove<R: From<NotProved>>(app: &App, said: &Credentials) -> Result<Client, Undone<R>> {
    use secrecy::ExposeSecret as _;
    let refused = |why: NotProved| Undone::Refused(why.into());
    let client = match ClientId::parse(&said.id) {
        Some(id) => find(&app.store, &id).await?,
        None => None,
    };
    let Some(secret) = &said.secret else {
        let public = client.filter(|client| client.client_type == ClientType::Public);
        return public.ok_or_else(|| refused(NotProved::NoSecret));
    };
    let client = client.ok_or_else(|| refused(NotProved::Wrong))?;
    let keyring = app.keys.get().await?;
    match client.is_proved_by(&keyring, secret.expose_secret())? {
        true => Ok(client),
        false => Err(refused(NotProved::Wrong)),
    }
}
