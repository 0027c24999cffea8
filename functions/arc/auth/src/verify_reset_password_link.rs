//! `GET /auth/verify-reset-password-link` (verify-reset-password-link): whether a token would set a new password. It is not
//! used by that.

use axum::Json;
use axum::extract::State;
use http::Uri;
use shared::App;
use shared::accounts::client_reset;
use shared::surfaces::arc::{ArcError, ErrorBody, in_words, required};
use shared::tokens::Secret;
use utoipa::{IntoParams, IntoResponses};

use crate::reset_password::refusal;
use crate::shape::Success;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its schema is used")]
struct Link {
    /// The token that was mailed
    token: String,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// It would
    #[response(status = 200)]
    Good(Success),
    /// `Required parameter token is missing!`
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `Token Expired`: none, or too old; `Token Invalid`: for something else; `TokenRevoked`: used, or voided by a newer one
    #[response(status = 401)]
    Refused(ErrorBody),
}

#[utoipa::path(
    get,
    path = "/auth/verify-reset-password-link",
    operation_id = "verify-reset-password-link",
    tag = "password",
    summary = "Look at a token that sets a new password",
    params(Link),
    responses(Answers)
)]
pub async fn verify_reset_password_link(State(app): State<App>, uri: Uri) -> Result<Json<Success>, ArcError> {
    let token = Secret::presented(required(&uri, "token")?);
    client_reset::look(&app, &token).await.map_err(in_words(refusal))?;
    Ok(Json(Success::DONE))
}
