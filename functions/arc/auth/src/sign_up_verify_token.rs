//! `GET /auth/sign-up/verify-token` (sign-up-verify-token): the address that a token makes an account for. The token is not
//! used by that.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;
use shared::App;
use shared::accounts::mailed_sign_up::{self, NotMade};
use shared::accounts::sign_up::NoAccount;
use shared::surfaces::arc::{ArcError, Authenticated, bearer, in_words};
use shared::tokens::Secret;
use utoipa::{IntoParams, ToSchema};

use crate::shape::password_invalid;

/// The header that carries a token, for API documents.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct SignUpHeader {
    /// `Bearer` and the token that was mailed
    #[param(rename = "Authorization")]
    authorization: String,
}

#[derive(Serialize, ToSchema)]
pub struct Verified {
    /// The address.
    email: String,
    /// When the token ends.
    #[schema(value_type = String, format = "date-time")]
    expiry: Timestamp,
}

#[utoipa::path(
    get,
    path = "/auth/sign-up/verify-token",
    operation_id = "sign-up-verify-token",
    tag = "sign-up",
    summary = "Look at a token that makes an account",
    params(SignUpHeader),
    responses((status = 200, description = "It is in force", body = Verified), Authenticated)
)]
pub async fn sign_up_verify_token(State(app): State<App>, headers: HeaderMap) -> Result<Json<Verified>, ArcError> {
    let token = shown(&headers)?;
    let (email, expiry) = mailed_sign_up::look(&app, &token).await.map_err(in_words(refusal))?;
    Ok(Json(Verified {
        email: email.typed().to_owned(),
        expiry,
    }))
}

/// The token of Authorization.
pub fn shown(headers: &HeaderMap) -> Result<Secret, ArcError> {
    let token = bearer(headers).ok_or_else(ArcError::no_bearer)?;
    Ok(Secret::presented(token.to_owned()))
}

/// What is said of a token that makes no account.
pub fn refusal(why: NotMade) -> ArcError {
    match why {
        NotMade::NoToken => ArcError::bearer_bad(),
        NotMade::OtherAddress => ArcError::unauthorized("Token Invalid"),
        NotMade::NoAccount(NoAccount::EmailTaken) => {
            ArcError::new(http::StatusCode::BAD_REQUEST, "User already exists")
        }
        NotMade::NoAccount(NoAccount::WeakPassword(_)) => password_invalid(),
    }
}
