//! The group on one screen.

use axum::Router;
use axum::routing::get;
use shared::App;

use crate::assets;
use crate::page::{
    self, Account, Activate, ConfirmAddress, Forgotten, Invitation, NewPassword, NotFound, SetPassword, SignIn, SignUp,
};

/// The group's routes. Unknown paths below `/account` are answered by a page as well.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/account", page::of(&app, |frame| Account { frame }))
        // As people type it.
        .route("/account/", page::of(&app, |frame| Account { frame }))
        .route("/account/sign-in", page::of(&app, |frame| SignIn { frame }))
        .route("/account/sign-up", page::of(&app, |frame| SignUp { frame }))
        .route("/account/forgotten", page::of(&app, |frame| Forgotten { frame }))
        // Where mails link to, as engine's document says.
        .route(
            "/auth/changepassword/{token}",
            page::of(&app, |frame| NewPassword { frame }),
        )
        .route(
            "/auth/invitations/accept/{token}",
            page::of(&app, |frame| Invitation { frame }),
        )
        // As identity-server's activation says.
        .route(
            "/account/activate/{uid}/{code}",
            page::of(&app, |frame| Activate { frame }),
        )
        // As barong's document says.
        .route(
            "/accounts/confirmation",
            page::of(&app, |frame| ConfirmAddress { frame }),
        )
        .route(
            "/accounts/password_reset",
            page::of(&app, |frame| SetPassword { frame }),
        )
        .route("/account/assets/{version}/{file}", get(assets::serve))
        .route("/account/{*path}", page::missing(&app, |frame| NotFound { frame }))
}
