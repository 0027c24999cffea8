//! `GET /auth/me` (me): what the access token says of its user. It is how things were when the token was made.

use axum::Json;
use shared::surfaces::arc::{Anybody, Authenticated, AuthorizationHeader, Permitted};
use shared::tokens::arc::ArcUser;

#[utoipa::path(
    get,
    path = "/auth/me",
    operation_id = "me",
    tag = "login",
    summary = "Who the token is for",
    params(AuthorizationHeader),
    responses((status = 200, description = "The user", body = ArcUser), Authenticated)
)]
pub async fn me(permitted: Permitted<Anybody>) -> Json<ArcUser> {
    Json(permitted.caller.claims.user)
}
