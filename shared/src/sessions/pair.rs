//! The pair of tokens that a session of arc goes by: an access token that ends soon, and a refresh token that gets the next
//! pair. Of either one is good at a time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{AccessId, OrgId};
use crate::tokens::SecretHash;

/// The pair of now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pair {
    /// The number of the client that it was given to. Only this client uses it.
    pub client: i64,
    /// The tenant that it is for.
    pub tenant: OrgId,
    /// The access token.
    pub access: AccessId,
    /// The refresh token.
    pub refresh: SecretHash,
    /// When the refresh token ends.
    pub refresh_until: Timestamp,
    /// The pair before, if there was one.
    pub before: Option<Before>,
}

/// A pair that was exchanged for the next one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Before {
    /// The access token.
    pub access: AccessId,
    /// The refresh token.
    pub refresh: SecretHash,
    /// When it was exchanged.
    pub exchanged_at: Timestamp,
    /// What it was exchanged for, sealed: for a moment the same question gets the same answer.
    pub successor: String,
}
