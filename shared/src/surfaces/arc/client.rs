//! Which client is calling, where it says so in the body.

use super::error::ArcError;
use super::schema::Violation;
use crate::App;
use crate::act::in_words;
use crate::clients::Client;
use crate::clients::proof::{self, Credentials, NotProved};

/// The client that proves to be one.
///
/// # Errors
/// 401 "Client Verification Failed" for an unknown or removed client and for a wrong secret; 422 without a secret, where the
/// client is none that cannot keep one.
pub async fn authenticate(app: &App, said: &Credentials) -> Result<Client, ArcError> {
    proof::prove(app, said).await.map_err(in_words(not_proved))
}

/// What a client is told that is none.
pub fn not_proved(why: NotProved) -> ArcError {
    match why {
        NotProved::Wrong => ArcError::client_verification(),
        NotProved::NoSecret => ArcError::body_invalid(&[Violation::missing("client_secret")]),
    }
}
