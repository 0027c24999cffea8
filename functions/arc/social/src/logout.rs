//! `POST /keycloak/logout` (keycloak-logout) and `POST /google/logout` (google-logout): as `POST /logout`; and if the session
//! began through that provider, it is told.

use axum::Json;
use shared::federation::{Provider, upstream};
use shared::surfaces::arc::{
    Anybody, ArcError, AuthorizationHeader, JsonBody, LoggedOut, Logout, LogoutAnswers, Permitted, log_out,
};

#[utoipa::path(
    post,
    path = "/google/logout",
    operation_id = "google-logout",
    tag = "logout",
    summary = "Log out, and at Google",
    params(AuthorizationHeader),
    request_body = Logout,
    responses(LogoutAnswers)
)]
pub async fn google_logout(permitted: Permitted<Anybody, JsonBody<Logout>>) -> Result<Json<LoggedOut>, ArcError> {
    everywhere(Provider::Google, &permitted).await
}

#[utoipa::path(
    post,
    path = "/keycloak/logout",
    operation_id = "keycloak-logout",
    tag = "logout",
    summary = "Log out, and of Keycloak",
    params(AuthorizationHeader),
    request_body = Logout,
    responses(LogoutAnswers)
)]
pub async fn keycloak_logout(permitted: Permitted<Anybody, JsonBody<Logout>>) -> Result<Json<LoggedOut>, ArcError> {
    everywhere(Provider::Keycloak, &permitted).await
}

/// A function is frozen when it has answered, so the provider is told before that. What it says to it changes nothing.
async fn everywhere(
    provider: Provider,
    permitted: &Permitted<Anybody, JsonBody<Logout>>,
) -> Result<Json<LoggedOut>, ArcError> {
    let logged_out = log_out(permitted).await?;
    upstream::end(&permitted.app, provider, permitted.caller.session.upstream.as_ref()).await;
    Ok(Json(logged_out))
}
