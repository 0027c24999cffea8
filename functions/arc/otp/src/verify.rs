//! `POST /auth/verify-otp` (verify-otp): an authorization code for a code that was mailed, or for one of an authenticator app,
//! where a password came before.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::act::Undone;
use shared::clients::second_step::{self, NotTaken};
use shared::clients::sign_in::NotLetIn;
use shared::credentials::one_time_password::code::{self, NotVerified};
use shared::organizations::tenancy::Status;
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, JsonBody, in_words};
use shared::tokens::Secret;
use utoipa::{IntoResponses, ToSchema};

/// A code that somebody got.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// The user name.
    key: String,
    /// The six digits.
    otp: String,
    /// The client's identifier; needed where the digits are those of an authenticator app. A code that was mailed is for the
    /// client that asked for it.
    #[serde(rename = "clientId")]
    #[schema(nullable = false)]
    client_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Given {
    /// For `POST /auth/token`; works once, for the client that asked for the six digits, or for the one named.
    code: String,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// A code
    #[response(status = 200)]
    Given(Given),
    /// Broken JSON; `User not active yet`: the account is not activated; `MFA is not enabled for this user.`: with a `clientId`,
    /// there is neither a mailed code nor a password that came before
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `{message: "Otp Invalid"}`; `{message: "Otp Token Incorrect or Expired"}`: none was asked for, it is over, or there
    /// were too many wrong ones, or it is not the code of the authenticator app; `{message: "UserInactive"}`; `Client Invalid`: the client is not for this user
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
    summary = "Get a code for a code that was mailed, or for one of an authenticator app",
    description = "In authenticator mode it follows `POST /auth/login`, within five minutes, for the same client and from the same network, or `POST /auth/create-qr-code`, whose secret it confirms.",
    request_body = Presented,
    responses(Answers)
)]
pub async fn verify_otp(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<Presented>,
) -> Result<Json<Given>, ArcError> {
    if let Some(client_id) = &body.client_id {
        match second_step::take(&app, &body.key, client_id, &body.otp, &origin).await {
            Err(Undone::Refused(NotTaken::NoStep)) => {}
            taken => return taken.map(Given::from).map(Json).map_err(in_words(not_taken)),
        }
    }
    let verified = code::verify(&app, &body.key, &body.otp, &origin).await;
    let refusal = |why| match why {
        NotVerified::NotAsked if body.client_id.is_some() => {
            ArcError::new(StatusCode::BAD_REQUEST, "MFA is not enabled for this user.")
        }
        why => not_verified(why),
    };
    verified.map(Given::from).map(Json).map_err(in_words(refusal))
}

impl From<Secret> for Given {
    fn from(code: Secret) -> Self {
        Self {
            code: code.expose().to_owned(),
        }
    }
}

fn over() -> ArcError {
    ArcError::refused("Otp Token Incorrect or Expired")
}

fn not_verified(why: NotVerified) -> ArcError {
    match why {
        NotVerified::Wrong => ArcError::refused("Otp Invalid"),
        NotVerified::Over | NotVerified::NotAsked => over(),
        NotVerified::NotLetIn(why) => not_let_in(why),
    }
}

fn not_taken(why: NotTaken) -> ArcError {
    match why {
        NotTaken::NoStep | NotTaken::Code(_) => over(),
        NotTaken::NotLetIn(why) => not_let_in(why),
    }
}

fn not_let_in(why: NotLetIn) -> ArcError {
    match why {
        NotLetIn::OtherClient => ArcError::client_invalid(),
        NotLetIn::NotActive(Status::Registered) => ArcError::new(StatusCode::BAD_REQUEST, "User not active yet"),
        NotLetIn::NotActive(_) => ArcError::refused("UserInactive"),
        NotLetIn::MissingOtp | NotLetIn::Otp(_) => over(),
        NotLetIn::WrongCredentials | NotLetIn::NoClient(_) => ArcError::refused("Invalid Credentials"),
    }
}
