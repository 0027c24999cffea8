//! The answer that opens a session: the user, the token against forged requests, and the cookie.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::SET_COOKIE;
use shared::App;
use shared::accounts::User;
use shared::accounts::customer::Customer;
use shared::ids::UserId;
use shared::sessions::browser::Opened;
use shared::surfaces::barong::BarongError;
use shared::surfaces::barong::entities::FullUserView;

/// What is known about a user, as clients see it.
///
/// # Errors
/// The table's.
pub async fn full(app: &App, user: UserId) -> Result<FullUserView, BarongError> {
    let customer = Customer::read(&app.store, user).await?;
    let customer = customer.ok_or_else(|| BarongError::not_found("record.not_found"))?;
    Ok(FullUserView::known(app, &customer))
}

/// Answers somebody who has a session now.
pub fn answer(app: &App, status: StatusCode, view: FullUserView, opened: &Opened) -> Response {
    let view = view.opened(opened.cookie.csrf_token());
    let mut response = (status, Json(view)).into_response();
    if let Some(cookie) = opened.cookie.header(app) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The same for somebody who was just made: nothing else is known of them.
pub fn made(app: &App, status: StatusCode, user: &User, opened: &Opened) -> Response {
    answer(app, status, FullUserView::of(user), opened)
}
