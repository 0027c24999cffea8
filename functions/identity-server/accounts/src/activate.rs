//! `GET /identity/v1/public/activate/{uid}/{code}` (public-activate), the same under `users` (users-activate), and both with
//! POST: lets an account in, by the code that was mailed to its address. The mail links to a page that POSTs, so that a
//! scanner which follows the link activates nothing; GET is for clients that were written for it.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::ALLOW;
use http::{Method, StatusCode};
use serde::Deserialize;
use shared::App;
use shared::accounts::activation;
use shared::ids::AsUuid;
use shared::sessions::Origin;
use shared::surfaces::identity_server::{ErrorText, IdentityError, in_words};
use shared::tokens::Secret;
use utoipa::{IntoParams, IntoResponses};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct Link {
    /// The user
    #[param(format = "uuid")]
    uid: String,
    /// The code of the mail
    code: String,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// `true`: the account is active
    #[response(status = 200)]
    Activated(bool),
    /// `false`: the uid is no UUID
    #[response(status = 400)]
    Malformed(bool),
    /// `false`: unknown user, or a code that is wrong, was used, is void after five wrong ones, or is older than a day
    #[response(status = 404)]
    NotValid(bool),
    /// "Too Many Requests": codes tried from this client; see Retry-After
    #[response(status = 429)]
    TooMany(ErrorText),
}

/// A HEAD asks what a GET would say, and these do something: it is refused.
pub async fn not_by_head(request: Request, next: Next) -> Response {
    match *request.method() {
        Method::HEAD => ([(ALLOW, "GET,POST")], IdentityError::method_not_allowed()).into_response(),
        _ => next.run(request).await,
    }
}

type Parts = Result<Path<Link>, PathRejection>;
type Activated = Result<Json<bool>, IdentityError>;

#[utoipa::path(
    get,
    path = "/identity/v1/public/activate/{uid}/{code}",
    operation_id = "public-activate",
    tag = "public",
    summary = "Activate user",
    params(Link),
    responses(Answers)
)]
pub async fn public_activate(State(app): State<App>, origin: Origin, link: Parts) -> Activated {
    let malformed = || IdentityError::no(StatusCode::BAD_REQUEST);
    let Path(Link { uid, code }) = link.map_err(|_| malformed())?;
    let AsUuid(user) = AsUuid::parse(&uid).ok_or_else(malformed)?;
    activation::activate(&app, user, &Secret::presented(code), &origin)
        .await
        .map_err(in_words(|_| IdentityError::no(StatusCode::NOT_FOUND)))?;
    Ok(Json(true))
}

#[utoipa::path(
    post,
    path = "/identity/v1/public/activate/{uid}/{code}",
    operation_id = "public-activate-post",
    tag = "public",
    summary = "Activate user",
    description = "The same as GET, for those who do not change things with GET.",
    params(Link),
    responses(Answers)
)]
pub async fn public_activate_post(app: State<App>, origin: Origin, link: Parts) -> Activated {
    public_activate(app, origin, link).await
}

#[utoipa::path(
    get,
    path = "/identity/v1/users/activate/{uid}/{code}",
    operation_id = "users-activate",
    tag = "users",
    summary = "Activate user",
    description = "The same as `GET /identity/v1/public/activate/{uid}/{code}`.",
    params(Link),
    responses(Answers)
)]
pub async fn users_activate(app: State<App>, origin: Origin, link: Parts) -> Activated {
    public_activate(app, origin, link).await
}

#[utoipa::path(
    post,
    path = "/identity/v1/users/activate/{uid}/{code}",
    operation_id = "users-activate-post",
    tag = "users",
    summary = "Activate user",
    description = "The same as `POST /identity/v1/public/activate/{uid}/{code}`.",
    params(Link),
    responses(Answers)
)]
pub async fn users_activate_post(app: State<App>, origin: Origin, link: Parts) -> Activated {
    public_activate(app, origin, link).await
}
