//! `POST /identity/v1/public/reset-password` (public-reset-password), and the same under `users` (users-reset-password): sets
//! a new password with the old one, without a token, and ends all sessions.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::password_change::{self, Change, NotChanged, Standard};
use shared::accounts::registration::MIN_PASSWORD;
use shared::credentials::password::Password;
use shared::ids::AsUuid;
use shared::sessions::Origin;
use shared::surfaces::identity_server::{ErrorText, IdentityError, JsonBody, in_words};
use utoipa::{IntoResponses, ToSchema};

#[derive(Deserialize, ToSchema)]
pub struct ResetPassword {
    /// Whose password.
    #[schema(required, nullable = false, format = "uuid")]
    user_uid: Option<String>,
    /// The password of now.
    #[schema(required, nullable = false)]
    old_password: Option<String>,
    /// Another one; the rules of register apply.
    #[schema(required, nullable = false)]
    new_password: Option<String>,
}

impl ResetPassword {
    fn validate(self) -> Result<Change, IdentityError> {
        let bad = || refused(StatusCode::BAD_REQUEST);
        let AsUuid(user) = self.user_uid.as_deref().and_then(AsUuid::parse).ok_or_else(bad)?;
        let new = self.new_password.map(Password::present).ok_or_else(bad)?;
        let old = self.old_password.filter(|old| !old.is_empty()).ok_or_else(bad)?;
        Ok(Change {
            user,
            new: new.map_err(|_| bad())?,
            // A password that is too long to be anybody's is as wrong as any other.
            old: Some(Password::present(old).map_err(|_| refused(StatusCode::UNAUTHORIZED))?),
            standard: Standard::House {
                min_length: MIN_PASSWORD,
            },
            keep: None,
        })
    }
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// "Password Reset": every session has ended, and the user is not asked for another password any more
    #[response(status = 200)]
    Reset(String),
    /// "Error Registering": something is missing, the uid is no UUID, or the new password is weak or the old one; "Invalid
    /// Request": broken JSON
    #[response(status = 400)]
    Invalid(ErrorText),
    /// "Error Registering": unknown user or wrong old password
    #[response(status = 401)]
    Wrong(ErrorText),
    /// "Too Many Requests": see Retry-After
    #[response(status = 429)]
    TooMany(ErrorText),
}

#[utoipa::path(
    post,
    path = "/identity/v1/public/reset-password",
    operation_id = "public-reset-password",
    tag = "public",
    summary = "Reset user password",
    request_body = ResetPassword,
    responses(Answers)
)]
pub async fn public_reset_password(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<ResetPassword>,
) -> Result<Json<&'static str>, IdentityError> {
    let words = |why| {
        refused(match why {
            NotChanged::WrongCredentials => StatusCode::UNAUTHORIZED,
            NotChanged::Unchanged | NotChanged::WeakPassword(_) | NotChanged::Insufficient(_) => {
                StatusCode::BAD_REQUEST
            }
        })
    };
    password_change::change(&app, body.validate()?, &origin)
        .await
        .map_err(in_words(words))?;
    Ok(Json("Password Reset"))
}

/// The published text belongs to another operation, and is this one's as well.
fn refused(status: StatusCode) -> IdentityError {
    IdentityError::new(status, "Error Registering")
}

#[utoipa::path(
    post,
    path = "/identity/v1/users/reset-password",
    operation_id = "users-reset-password",
    tag = "users",
    summary = "Reset user password",
    description = "The same as `POST /identity/v1/public/reset-password`.",
    request_body = ResetPassword,
    responses(Answers)
)]
pub async fn users_reset_password(
    state: State<App>,
    origin: Origin,
    body: JsonBody<ResetPassword>,
) -> Result<Json<&'static str>, IdentityError> {
    public_reset_password(state, origin, body).await
}
