//! `POST /logout` (logout): ends the session by its pair of tokens.

use axum::Json;
use shared::surfaces::arc::{
    Anybody, ArcError, AuthorizationHeader, JsonBody, LoggedOut, Logout, LogoutAnswers, Permitted, log_out,
};

#[utoipa::path(
    post,
    path = "/logout",
    operation_id = "logout",
    tag = "logout",
    summary = "Log out",
    params(AuthorizationHeader),
    request_body = Logout,
    responses(LogoutAnswers)
)]
pub async fn logout(permitted: Permitted<Anybody, JsonBody<Logout>>) -> Result<Json<LoggedOut>, ArcError> {
    log_out(&permitted).await.map(Json)
}
