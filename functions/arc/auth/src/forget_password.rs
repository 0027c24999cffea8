//! `POST /auth/forget-password` (forget-password): mails a token that sets a new password. Whether there is such a user is
//! not said.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::{Email, client_reset};
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ClientBody, ErrorBody, authenticate};
use utoipa::{IntoResponses, ToSchema};

use crate::shape::credentials;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgetPassword {
    /// The user's e-mail address, in any case.
    username: String,
    /// The client's identifier.
    client_id: String,
    /// The client's secret. Only a public client may leave it out.
    #[schema(nullable = false)]
    client_secret: Option<String>,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// A link was mailed, if there is such a user who may sign in for the client; older ones are void
    #[response(status = 204)]
    Asked,
    /// Broken JSON
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `Unauthorized` without a body; `{message: "Client Verification Failed"}`
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many mails to this address or from this client: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/auth/forget-password",
    operation_id = "forget-password",
    tag = "password",
    summary = "Ask for a new password",
    request_body = ForgetPassword,
    responses(Answers)
)]
pub async fn forget_password(
    State(app): State<App>,
    origin: Origin,
    ClientBody(body): ClientBody<ForgetPassword>,
) -> Result<StatusCode, ArcError> {
    let client = authenticate(&app, &credentials(body.client_id, body.client_secret)).await?;
    // What is no address is nobody's, as anybody can see.
    if let Ok(email) = Email::parse(&body.username) {
        client_reset::request(&app, &email, &client, &origin).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
