//! `GET /avatar/{file}` (get_avatar): a picture, as what it is. Host root, no authentication: the name is the secret.

use axum::extract::State;
use axum::response::Response;
use shared::App;
use shared::accounts::avatar::{AvatarName, load};
use shared::surfaces::engine::{EngineError, ErrorBody, Segment, picture};

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
pub async fn get_avatar(State(app): State<App>, Segment(file): Segment) -> Result<Response, EngineError> {
    picture(match AvatarName::parse(&file) {
        Some(name) => load(&app, &name).await?,
        None => None,
    })
}
