//! Who signed in: what the audit log knows of sessions, as the published API shows it.

pub mod active_users;
pub mod count;
pub mod find;
pub mod get;

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::App;
use shared::activity::Activity;
use shared::activity::logins::{self, LoginType};
use shared::ids::{AsUuid, OrgId, UserId};
use shared::surfaces::arc::{ArcError, Caller, Listed};
use shared::surfaces::loopback::{Kind, Model, Property, Row};
use utoipa::ToSchema;

/// How far back lists look.
const LOOKED_BACK: Duration = Duration::from_secs(90 * 24 * 3600);

/// So many of the newest are looked at: each is some 400 bytes, of which DynamoDB bills 4 KB as half a unit.
const MOST: usize = 5_000;

/// A sign-in, an exchange of tokens, or a sign-out.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoginView {
    id: String,
    /// The user.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) actor: AsUuid<UserId>,
    /// The organization.
    #[schema(value_type = String, format = "uuid")]
    tenant_id: AsUuid<OrgId>,
    #[schema(value_type = String, format = "date-time")]
    login_time: Timestamp,
    /// Empty: tokens are not kept.
    token_payload: String,
    pub(crate) login_type: LoginTypeName,
    /// What the client called itself.
    device_info: String,
    /// The client's address.
    ip_address: String,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum LoginTypeName {
    /// Somebody signed in.
    Access,
    /// A pair of tokens was exchanged for the next one.
    Relogin,
    /// Somebody signed out.
    Logout,
}

impl LoginView {
    /// What an activity shows; `None` for one that is not about a session.
    pub fn of(activity: Activity) -> Option<Self> {
        let login_type = match LoginType::of(&activity)? {
            LoginType::Access => LoginTypeName::Access,
            LoginType::Relogin => LoginTypeName::Relogin,
            LoginType::Logout => LoginTypeName::Logout,
        };
        Some(Self {
            actor: AsUuid(activity.user_id),
            tenant_id: AsUuid(logins::tenant(&activity)),
            login_time: activity.at,
            token_payload: String::new(),
            login_type,
            device_info: activity.user_agent,
            ip_address: activity.ip.to_string(),
            id: activity.id,
        })
    }
}

/// The rows of `/login-activity`.
#[derive(Debug)]
pub enum Logins {}

const fn property(name: &'static str, kind: Kind) -> Property {
    Property { name, kind }
}

impl Listed for Logins {
    const MODEL: Model = Model(&[
        property("id", Kind::Text),
        property("actor", Kind::Text),
        property("tenantId", Kind::Text),
        property("loginTime", Kind::Time),
        property("tokenPayload", Kind::Text),
        property("loginType", Kind::Text),
        property("deviceInfo", Kind::Text),
        property("ipAddress", Kind::Text),
    ]);
}

/// What lists are made of: the newest of the caller's organization, the oldest first.
///
/// # Errors
/// 503 when the table cannot be read.
async fn recent(app: &App, caller: &Caller) -> Result<Vec<Row>, ArcError> {
    let now = app.clock.now();
    let first = now.checked_sub(LOOKED_BACK).map_err(ArcError::internal)?;
    let found = logins::between(app, caller.tenant(), (first, now), MOST).await?;
    found.into_iter().filter_map(LoginView::of).map(row).collect()
}

fn row(view: LoginView) -> Result<Row, ArcError> {
    match serde_json::to_value(view) {
        Ok(Value::Object(row)) => Ok(row),
        _ => Err(ArcError::internal("a sign-in that is no JSON object")),
    }
}
