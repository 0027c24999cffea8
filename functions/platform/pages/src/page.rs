//! What every page has in common: its frame, its policy, and that it is made once.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderName};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, any, get};
use shared::App;
use shared::credentials::password::PasswordPolicy;

use crate::assets;

/// Scripts, style and pictures from here and nowhere else; the API is here too. No markup is ever made of text
/// (Trusted Types), so that what somebody calls themselves cannot become a script. `blob:` is a picture that was chosen
/// and is not sent yet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// What a page may ask a device for: passkeys, and nothing else.
const PERMISSIONS: &str = "publickey-credentials-create=(self), publickey-credentials-get=(self), camera=(), \
                           geolocation=(), microphone=(), payment=(), usb=()";

/// What the frame of every page says. It comes from configuration only.
#[derive(Debug)]
pub struct Frame {
    /// What the service is called.
    service: String,
    /// Where scripts and style are.
    assets: String,
    /// The domain that passkeys are bound to.
    rp_id: String,
    /// Characters that a new password has at least.
    min_length: usize,
    /// Characters that a new password has at most.
    max_length: usize,
}

impl Frame {
    fn of(app: &App) -> Self {
        Self {
            service: app.config.service_name.clone(),
            assets: assets::base(),
            rp_id: app.relying_party.id().to_owned(),
            min_length: app.password_policy.min_length,
            max_length: PasswordPolicy::MOST,
        }
    }
}

macro_rules! pages {
    ($($name:ident $path:literal $purpose:literal,)+) => {$(
        #[doc = $purpose]
        #[derive(Template)]
        #[template(path = $path)]
        pub struct $name {
            pub frame: Frame,
        }
    )+};
}

pages! {
    Account "account.html" "Who one is: profile, passkeys, sessions, organizations.",
    Activate "activate.html" "Activating an account, behind the link of a mail.",
    ConfirmAddress "confirm-address.html" "Confirming an address, behind the link of a mail.",
    SetPassword "set-password.html" "Setting a new password, behind the link of a mail of barong.",
    SignIn "sign-in.html" "Signing in with a password or a passkey.",
    SignUp "sign-up.html" "Making an account.",
    Forgotten "forgotten.html" "Asking for a new password.",
    NewPassword "new-password.html" "Setting a new password, behind the link of a mail.",
    Invitation "invitation.html" "Accepting an invitation, behind the link of a mail.",
    NotFound "not-found.html" "There is no such page.",
}

/// Serves a page to `GET`. It is the same for everybody, hence made here and once.
pub fn of<T: Template>(app: &App, page: impl FnOnce(Frame) -> T) -> MethodRouter {
    let made = Made::of(app, page);
    get(async move || made.with(StatusCode::OK))
}

/// Says with a page that there is none.
pub fn missing<T: Template>(app: &App, page: impl FnOnce(Frame) -> T) -> MethodRouter {
    let made = Made::of(app, page);
    any(async move || made.with(StatusCode::NOT_FOUND))
}

#[derive(Clone)]
struct Made(Option<Arc<str>>);

impl Made {
    fn of<T: Template>(app: &App, page: impl FnOnce(Frame) -> T) -> Self {
        match page(Frame::of(app)).render() {
            Ok(html) => Self(Some(html.into())),
            Err(error) => {
                tracing::error!(%error, "a page cannot be made");
                Self(None)
            }
        }
    }

    fn with(&self, status: StatusCode) -> Response {
        let Some(html) = self.0.as_deref() else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let headers = [
            (CONTENT_SECURITY_POLICY, POLICY),
            (HeaderName::from_static("permissions-policy"), PERMISSIONS),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ];
        (status, headers, Html(html.to_owned())).into_response()
    }
}
