//! What API Gateway is told: the simple answer of an HTTP API's authorizer.

use serde::Serialize;
use shared::accounts::User;
use shared::surfaces::barong::BarongError;

/// Whether a request passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Whether it does. API Gateway answers 403 for one that does not, whatever the reason.
    pub is_authorized: bool,
    /// What the customer's integration and access log may use, as `$context.authorizer.<name>`.
    pub context: Context,
}

/// Who passes; or why nobody does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Context {
    /// The user's short identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The user's role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The user's level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// The user's state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The header that the authz endpoint answers with: `Bearer` and a token to send on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
    /// The key that the authz endpoint would have answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The status that it would have answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// Nothing could be decided. What it was stands in the log, and is nobody else's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nothing could be decided")
    }
}

impl std::error::Error for Failed {}

impl Answer {
    /// It passes, whoever asks.
    pub fn open() -> Self {
        Self {
            is_authorized: true,
            context: Context::default(),
        }
    }

    /// It passes, by what this user may do.
    pub fn passed(user: &User, token: &str) -> Self {
        Self {
            is_authorized: true,
            context: Context {
                uid: Some(user.uid.clone()),
                role: Some(user.role.clone()),
                level: Some(user.level),
                state: Some(user.state.as_str().to_owned()),
                authorization: Some(format!("Bearer {token}")),
                ..Context::default()
            },
        }
    }

    /// It does not.
    pub fn refused(why: &BarongError) -> Self {
        Self {
            is_authorized: false,
            context: Context {
                error: Some(why.keys().join(" ")),
                status: Some(why.status().as_u16()),
                ..Context::default()
            },
        }
    }
}
