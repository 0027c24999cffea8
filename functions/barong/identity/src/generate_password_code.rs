//! `POST /api/v2/identity/users/password/generate_code` (identity.users.password.generate_code): mails a link that sets a new password;
//! the newest one counts. Whether there is such an account is not told.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use shared::App;
use shared::accounts::mailed_reset;
use shared::sessions::Origin;
use shared::surfaces::barong::{BarongError, ErrorKeys, Params, scalar};

use crate::mailing::{Addressee, addressee};

#[utoipa::path(
    post,
    path = "/identity/users/password/generate_code",
    operation_id = "identity.users.password.generate_code",
    tag = "identity",
    summary = "Mail a link that sets a new password",
    request_body(content = Addressee, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "Done, whoever has the address", body = u16),
        (status = 400, description = "`identity.captcha.required`, `identity.captcha.mandatory_fields`", body = ErrorKeys),
        (status = 422, description = "`identity.user.missing_email`, `identity.user.empty_email`, \
            `identity.captcha.verification_failed`", body = ErrorKeys),
        (status = 429, description = "`identity.session.too_many_requests`; see Retry-After", body = ErrorKeys),
    )
)]
pub async fn generate_password_code(
    State(app): State<App>,
    origin: Origin,
    params: Params,
) -> Result<Response, BarongError> {
    if let Some(email) = addressee(&app, &params, "password_reset").await? {
        mailed_reset::request(&app, &email, &origin).await?;
    }
    Ok(scalar(StatusCode::CREATED))
}
