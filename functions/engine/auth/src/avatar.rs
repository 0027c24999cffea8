//! `GET /avatar/{file}` (get_avatar): a picture, as what it is. Host root, no authentication: the name is the secret.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use shared::App;
use shared::accounts::avatar::{AvatarName, load};
use shared::surfaces::engine::{EngineError, ErrorBody};

#[utoipa::path(
    get,
    path = "/avatar/{file}",
    operation_id = "get_avatar",
    tag = "files",
    summary = "A picture",
    params(("file" = String, Path, description = "As in `profile.avatar` of `/me`")),
    responses(
        (status = 200, description = "The picture, with its real type", body = String, content_type = "image/*"),
        (status = 404, description = "There is no such picture", body = ErrorBody),
    )
)]
pub async fn get_avatar(
    State(app): State<App>,
    file: Result<Path<String>, PathRejection>,
) -> Result<Response, EngineError> {
    let name = file
        .ok()
        .and_then(|Path(file)| AvatarName::parse(&file))
        .ok_or_else(EngineError::not_found)?;
    let picture = load(&app, &name).await?.ok_or_else(EngineError::not_found)?;
    // A name is used for one picture only, so it may be kept for good; and it is never a document to run scripts in.
    let headers = [
        (CONTENT_TYPE, picture.media_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (CONTENT_DISPOSITION, "inline"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, picture.bytes).into_response())
}
