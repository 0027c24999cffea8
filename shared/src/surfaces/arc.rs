//! The arc surface (`/auth/*`, `/auth-clients`, `/otp-caches`, `/logout`): errors are `{error: {statusCode, name, message}}`;
//! tokens travel in Authorization; bodies and parameters are judged before anybody is asked who they are.

mod body;
mod caller;
mod client;
mod error;
mod listing;
mod logout;
mod permit;
mod query;
mod schema;
mod words;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};

pub use crate::act::in_words;
pub use crate::http::bearer;
pub use body::{ClientBody, FormBody, JsonBody};
pub use caller::{Authenticated, AuthorizationHeader, Caller, caller};
pub use client::{authenticate, not_proved};
pub use error::{ArcError, ErrorBody};
pub use listing::{Filtered, Listed, Meant, PathNumber};
pub use logout::{LoggedOut, Logout, LogoutAnswers, log_out};
pub use permit::{
    Anybody, Gate, Guarded, MANAGE_CLIENTS, NotAllowed, Nothing, Permitted, Requirement, VIEW_LOGIN_ACTIVITY,
    ViewLoginActivity,
};
pub use query::required;
pub use words::{bad_credentials, not_let_in, not_refreshed, token_missing, user_inactive};

use crate::App;

/// What the paths of this surface begin with.
pub const BASES: [&str; 8] = [
    "/auth/",
    "/auth-clients",
    "/otp-caches",
    "/logout",
    "/keycloak/",
    "/google/",
    "/login-activity",
    "/active-users/",
];

/// Finishes a group's routes: those that anybody may call, and those that stand behind the gate. A known path with a method
/// that it does not have is a path that does not exist.
pub fn surface(app: App, open: Router<App>, guarded: Router<Gate>) -> Router {
    let guarded = match guarded.has_routes() {
        true => guarded.route_layer(from_fn_with_state(app.clone(), permit::identified)),
        false => guarded,
    };
    let guarded: Router = guarded.with_state(Gate::before(app.clone()));
    let routes: Router = open.with_state(app);
    routes.merge(guarded).method_not_allowed_fallback(not_found)
}

/// The answer to a path that does not exist.
pub async fn not_found() -> Response {
    ArcError::no_route().into_response()
}
