//! `POST /api/v1/signup` (signup): makes an account in state pending. No session, no mail.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::App;
use shared::accounts::Email;
use shared::accounts::profile::{MAX_NAME, at_most};
use shared::accounts::sign_up::{NewAccount, sign_up};
use shared::credentials::password::Password;
use shared::sessions::Origin;
use shared::surfaces::engine::{EngineError, ErrorBody, JsonBody, MessageBody};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    /// The address, also the name to sign in with; compared without case.
    #[schema(required, nullable = false)]
    email: Option<String>,
    /// 6 characters or more, as configured; any characters.
    #[schema(required, nullable = false)]
    password: Option<String>,
    /// Given name.
    #[schema(required, nullable = false)]
    first_name: Option<String>,
    /// Family name.
    #[schema(required, nullable = false)]
    last_name: Option<String>,
}

impl SignUp {
    /// All four are needed; whatever is wrong is said at once.
    fn validate(self) -> Result<NewAccount, EngineError> {
        let mut problems = EngineError::new(http::StatusCode::BAD_REQUEST, "The request is not valid");
        let email = Email::parse(self.email.as_deref().unwrap_or_default());
        if email.is_err() {
            problems = problems.with("email", "must be an e-mail address");
        }
        for (key, name) in [("firstName", &self.first_name), ("lastName", &self.last_name)] {
            let name = name.as_deref().unwrap_or_default();
            if name.trim().is_empty() {
                problems = problems.with(key, "is required");
            } else if let Err(too_long) = at_most(MAX_NAME, name) {
                problems = problems.with(key, too_long.to_string());
            }
        }
        let password = match self
            .password
            .filter(|password| !password.is_empty())
            .map(Password::present)
        {
            Some(Ok(password)) => Some(password),
            Some(Err(too_long)) => {
                problems = problems.with("password", too_long.to_string());
                None
            }
            None => {
                problems = problems.with("password", "is required");
                None
            }
        };
        match (email, password, self.first_name, self.last_name) {
            (Ok(email), Some(password), Some(first_name), Some(last_name)) => problems.or_ok().map(|()| NewAccount {
                email,
                password,
                first_name,
                last_name,
            }),
            _ => Err(problems),
        }
    }
}

#[utoipa::path(
    post,
    path = "/api/v1/signup",
    operation_id = "signup",
    tag = "auth",
    summary = "Make an account",
    request_body = SignUp,
    responses(
        (status = 200, description = "The account was made", body = MessageBody),
        (status = 400, description = "Broken JSON, a member that is missing or wrong, or a taken address", body = ErrorBody),
        (status = 429, description = "Too many sign-ups from this client; see Retry-After", body = ErrorBody),
    )
)]
pub async fn signup(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<SignUp>,
) -> Result<Json<MessageBody>, EngineError> {
    sign_up(&app, body.validate()?, &origin).await?;
    Ok(Json(MessageBody {
        message: "User registered successfully",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> SignUp {
        let text = |text: &str| Some(text.to_owned());
        SignUp {
            email: text("ada@example.com"),
            password: text("s3cret-enough"),
            first_name: text("Ada"),
            last_name: text("Lovelace"),
        }
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let nothing = SignUp {
            email: None,
            password: None,
            first_name: None,
            last_name: None,
        };
        let shown = format!("{:?}", nothing.validate().unwrap_err());
        for key in ["email", "password", "firstName", "lastName"] {
            assert!(shown.contains(&format!("\"{key}\"")), "{shown}");
        }
        assert!(body().validate().is_ok());
    }

    #[test]
    fn a_name_that_is_blank_or_endless_is_refused() {
        assert!(
            SignUp {
                first_name: Some("  ".into()),
                ..body()
            }
            .validate()
            .is_err()
        );
        assert!(
            SignUp {
                last_name: Some("x".repeat(MAX_NAME + 1)),
                ..body()
            }
            .validate()
            .is_err()
        );
        assert!(
            SignUp {
                last_name: Some("ß".repeat(MAX_NAME)),
                ..body()
            }
            .validate()
            .is_ok()
        );
    }
}
