//! `POST /auth/verify-otp` (verify-otp): an authorization code for a code that was mailed.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::clients::sign_in::NotLetIn;
use shared::credentials::one_time_password::code::{self, NotVerified};
use shared::organizations::tenancy::Status;
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, JsonBody, in_words};
use utoipa::{IntoResponses, ToSchema};

/// A code that somebody got.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// The user name.
    key: String,
    /// The six digits.
    otp: String,
    /// Not looked at: the code is for the client that asked for it.
    #[serde(rename = "clientId")]
    #[schema(nullable = false)]
    _client_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Given {
    /// For `POST /auth/token`; works once, for the client that asked for the six digits.
    code: String,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// A code
    #[response(status = 200)]
    Given(Given),
    /// Broken JSON; `User not active yet`: the account is not activated
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `{message: "Otp Invalid"}`; `{message: "Otp Token Incorrect or Expired"}`: none was asked for, it is over, or there
    /// were too many wrong ones; `{message: "UserInactive"}`; `Client Invalid`: the client is not for this user
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body breaks its schema
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many attempts: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/auth/verify-otp",
    operation_id = "verify-otp",
    tag = "mfa",
    summary = "Get a code for a code that was mailed",
    request_body = Presented,
    responses(Answers)
)]
pub async fn verify_otp(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<Presented>,
) -> Result<Json<Given>, ArcError> {
    let verified = code::verify(&app, &body.key, &body.otp, &origin).await;
    let code = verified.map_err(in_words(refusal))?;
    Ok(Json(Given {
        code: code.expose().to_owned(),
    }))
}

fn refusal(why: NotVerified) -> ArcError {
    match why {
        NotVerified::Wrong => ArcError::refused("Otp Invalid"),
        NotVerified::Over => ArcError::refused("Otp Token Incorrect or Expired"),
        NotVerified::NotLetIn(NotLetIn::OtherClient) => ArcError::client_invalid(),
        NotVerified::NotLetIn(NotLetIn::NotActive(Status::Registered)) => {
            ArcError::new(StatusCode::BAD_REQUEST, "User not active yet")
        }
        NotVerified::NotLetIn(NotLetIn::NotActive(_)) => ArcError::refused("UserInactive"),
        NotVerified::NotLetIn(NotLetIn::WrongCredentials | NotLetIn::NoClient(_)) => {
            ArcError::refused("Invalid Credentials")
        }
    }
}
