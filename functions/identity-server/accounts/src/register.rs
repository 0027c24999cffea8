//! `POST /identity/v1/public/register` (public-register), and the same under `users` (users-register): makes an account that
//! waits for its activation, and mails the link.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use shared::App;
use shared::accounts::profile::{Profile, at_most, is_one_line};
use shared::accounts::sign_up::NewAccount;
use shared::accounts::{Email, registration};
use shared::credentials::password::Password;
use shared::sessions::Origin;
use shared::surfaces::identity_server::{ErrorText, IdentityError, JsonBody, in_words};
use utoipa::{IntoResponses, ToSchema};

/// Code points that a name has at most.
const MAX_NAME: usize = 150;

#[derive(Deserialize, ToSchema)]
pub struct Register {
    /// At most 150 characters, of which one is not blank.
    #[schema(required, nullable = false)]
    name: Option<String>,
    /// The address to sign in with; compared without case.
    #[schema(required, nullable = false)]
    email: Option<String>,
    /// 8 characters or more, as configured; any characters.
    #[schema(required, nullable = false)]
    password: Option<String>,
    /// Whether the user is asked to set another password: authenticate says so until that is done.
    #[serde(default)]
    reset_password: bool,
}

impl Register {
    /// `None` where something is missing or wrong; which of it is not said.
    fn validate(self) -> Option<NewAccount> {
        let name = self.name.filter(|name| !name.trim().is_empty() && is_one_line(name))?;
        at_most(MAX_NAME, &name).ok()?;
        let Profile {
            first_name, last_name, ..
        } = Profile::of_name(&name);
        Some(NewAccount {
            email: Email::parse(&self.email?).ok()?,
            password: Password::present(self.password?).ok()?,
            first_name,
            last_name,
        })
    }
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// "User Registered": the account waits for its activation
    #[response(status = 200)]
    Registered(String),
    /// "Error Registering": something is missing or wrong, or the address is taken; "Invalid Request": broken JSON
    #[response(status = 400)]
    Invalid(ErrorText),
    /// "Too Many Requests": registrations of this address or from this client; see Retry-After
    #[response(status = 429)]
    TooMany(ErrorText),
}

#[utoipa::path(
    post,
    path = "/identity/v1/public/register",
    operation_id = "public-register",
    tag = "public",
    summary = "Register a user",
    request_body = Register,
    responses(Answers)
)]
pub async fn public_register(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<Register>,
) -> Result<Json<&'static str>, IdentityError> {
    let refused = || IdentityError::new(StatusCode::BAD_REQUEST, "Error Registering");
    let reset_password = body.reset_password;
    let new = body.validate().ok_or_else(refused)?;
    registration::register(&app, new, reset_password, &origin)
        .await
        .map_err(in_words(|_| refused()))?;
    Ok(Json("User Registered"))
}

#[utoipa::path(
    post,
    path = "/identity/v1/users/register",
    operation_id = "users-register",
    tag = "users",
    summary = "Register a user",
    description = "The same as `POST /identity/v1/public/register`.",
    request_body = Register,
    responses(Answers)
)]
pub async fn users_register(
    state: State<App>,
    origin: Origin,
    body: JsonBody<Register>,
) -> Result<Json<&'static str>, IdentityError> {
    public_register(state, origin, body).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(name: &str) -> Register {
        Register {
            name: Some(name.into()),
            email: Some("ada@example.com".into()),
            password: Some("correct horse battery".into()),
            reset_password: false,
        }
    }

    #[test]
    fn a_name_has_1_to_150_characters_in_one_line() {
        for name in ["A", &"ß".repeat(MAX_NAME), "Ada  Lovelace "] {
            assert!(body(name).validate().is_some(), "{name}");
        }
        for name in ["", "  ", &"x".repeat(MAX_NAME + 1), "Ada\r\nBcc: x@y.z", "Ada\0"] {
            assert!(body(name).validate().is_none(), "{name}");
        }
    }

    #[test]
    fn all_three_are_needed() {
        let without: [fn(&mut Register); 3] = [
            |body| body.name = None,
            |body| body.email = None,
            |body| body.password = None,
        ];
        for remove in without {
            let mut body = body("Ada");
            remove(&mut body);
            assert!(body.validate().is_none());
        }
    }
}
