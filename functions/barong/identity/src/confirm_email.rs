//! `POST /api/v2/identity/users/email/confirm_code` (identity.users.email.confirm_code): confirms an address by the token
//! that was mailed to it, and opens a session. An account that asks for a code besides is confirmed, and signs in as usual.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::confirmation::{NotConfirmed, confirm};
use shared::sessions::Origin;
use shared::surfaces::barong::entities::FullUserView;
use shared::surfaces::barong::{BarongError, ErrorKeys, Params, in_words};
use utoipa::ToSchema;

use crate::opened;

#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ConfirmEmail {
    /// The token of the mail.
    token: String,
}

#[utoipa::path(
    post,
    path = "/identity/users/email/confirm_code",
    operation_id = "identity.users.email.confirm_code",
    tag = "identity",
    summary = "Confirm an address",
    request_body(content = ConfirmEmail, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The user, with csrf_token; the cookie is set", body = FullUserView),
        (status = 422, description = "`identity.user.missing_token`, `identity.user.empty_token`, \
            `jwt.decode_and_verify.segments`, `jwt.decode_and_verify.expired`, `jwt.decode_and_verify.raised`, \
            `jwt.decode_and_verify.reset` and the like for a token of another kind, \
            `identity.user.active_or_doesnt_exist`, `identity.user.utilized_token`", body = ErrorKeys),
    )
)]
pub async fn confirm_email(State(app): State<App>, origin: Origin, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("identity.user");
    let token = given.filled("token");
    given.done()?;
    let (user, opened) = confirm(&app, token.trim(), &origin).await.map_err(in_words(refusal))?;
    let view = opened::full(&app, user).await?;
    Ok(match opened {
        Some(opened) => opened::answer(&app, StatusCode::CREATED, view, &opened),
        None => (StatusCode::CREATED, Json(view)).into_response(),
    })
}

fn refusal(why: NotConfirmed) -> BarongError {
    match why {
        NotConfirmed::Token(why) => BarongError::invalid(format!("jwt.decode_and_verify.{}", why.word())),
        NotConfirmed::ActiveOrUnknown => BarongError::invalid("identity.user.active_or_doesnt_exist"),
        NotConfirmed::Used => BarongError::invalid("identity.user.utilized_token"),
    }
}
