//! `POST /api/v2/identity/users/access` (identity.users.access): lets the caller's address in, by a link of an administrator.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::access::edge::whitelink::{NotLetIn, use_link};
use shared::sessions::Origin;
use shared::surfaces::barong::{BarongError, ErrorKeys, Params, in_words, scalar};
use shared::tokens::Secret;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Access {
    /// The token of the link.
    whitelink_token: String,
}

#[utoipa::path(
    post,
    path = "/identity/users/access",
    operation_id = "identity.users.access",
    tag = "identity",
    summary = "Be let in from this address",
    request_body(content = Access, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "Restrictions do not keep this address out any more", body = u16),
        (status = 422, description = "`identity.user.missing_whitelink_token`, `identity.user.empty_whitelink_token`, \
            `identity.user.access.invalid_token`, `value.taken` for an address that is let in already", body = ErrorKeys),
    )
)]
pub async fn access(State(app): State<App>, origin: Origin, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("identity.user");
    let token = Secret::presented(given.filled("whitelink_token"));
    given.done()?;
    use_link(&app, &token, origin.ip).await.map_err(in_words(refusal))?;
    Ok(scalar(StatusCode::CREATED))
}

fn refusal(why: NotLetIn) -> BarongError {
    match why {
        NotLetIn::Unknown => BarongError::invalid("identity.user.access.invalid_token"),
        NotLetIn::AlreadyIn => BarongError::invalid("value.taken"),
    }
}
