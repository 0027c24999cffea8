//! `/otp-caches`: values stored for a name. The published API lets anybody store one, and takes it for a password; here only
//! what somebody stored who may manage clients is one, and what strangers see and do is apart from it.

pub mod create;
pub mod delete;
pub mod get;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::ids::UserId;
use shared::surfaces::arc::{MANAGE_CLIENTS, bearer, caller};
use utoipa::ToSchema;

/// What stands in the place of a value that is not shown.
const MASK: &str = "******";

/// A value for a name.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Otp {
    /// The value; `******` where it is not shown.
    #[schema(min_length = 1, max_length = 200)]
    otp: String,
    /// The name.
    #[schema(min_length = 1, max_length = 254)]
    username: String,
}

/// Who asks, if it is somebody who may manage clients. Everybody else is a stranger, whatever is wrong with their token: these
/// operations ask nobody who they are.
async fn trusted(app: &App, headers: &HeaderMap) -> Option<UserId> {
    bearer(headers)?;
    let caller = caller(app, headers).await.ok()?;
    caller.may(MANAGE_CLIENTS).then_some(caller.user.id)
}
