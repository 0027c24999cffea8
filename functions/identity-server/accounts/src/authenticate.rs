//! `POST /identity/v1/public/authenticate` (public-authenticate), and the same under `auth` (auth-authenticate): a token
//! for an address and its password.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::accounts::Email;
use shared::credentials::password::Password;
use shared::credentials::totp::WrongCode;
use shared::sessions::Origin;
use shared::sessions::sign_in::{Attempt, NotSignedIn, sign_in};
use shared::surfaces::identity_server::{ErrorText, IdentityError, JsonBody, in_words};
use shared::tokens::access::IdentityClaims;
use utoipa::{IntoResponses, ToSchema};

use crate::shape::UserView;

#[derive(Deserialize, ToSchema)]
pub struct Authenticate {
    /// The address.
    #[schema(required, nullable = false)]
    email: Option<String>,
    /// The password.
    #[schema(required, nullable = false)]
    password: Option<String>,
    /// A code of the authenticator app, where the account asks for one.
    #[schema(nullable = false)]
    otp_code: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Authenticated {
    #[serde(flatten)]
    user: UserView,
    /// RS512; half an hour.
    token: String,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// "Invalid Credentials": unknown user or wrong password; "OTP Code Required", "Invalid OTP Code" or "OTP Code Already
    /// Used": the password is right, and the account asks for a code of an authenticator app
    #[response(status = 401)]
    Wrong(ErrorText),
    /// "User Not Active": the password is right, but the account is not activated, or switched off
    #[response(status = 403)]
    NotActive(ErrorText),
    /// "Too Many Requests": see Retry-After
    #[response(status = 429)]
    TooMany(ErrorText),
}

#[utoipa::path(
    post,
    path = "/identity/v1/public/authenticate",
    operation_id = "public-authenticate",
    tag = "public",
    summary = "Authenticate User",
    request_body = Authenticate,
    responses(
        Answers,
        (status = 200, description = "The user, with a token of a new session", body = Authenticated),
        (status = 400, description = "\"Invalid Request\": broken JSON, or no address or password", body = ErrorText),
    )
)]
pub async fn public_authenticate(
    State(app): State<App>,
    origin: Origin,
    JsonBody(body): JsonBody<Authenticate>,
) -> Result<Json<Authenticated>, IdentityError> {
    let given = |text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .ok_or_else(IdentityError::invalid_request)
    };
    let (email, password) = (given(body.email)?, given(body.password)?);
    Email::parse(&email).map_err(|_| IdentityError::invalid_request())?;
    // A password that is too long to be anybody's is as wrong as any other.
    let password = Password::present(password).map_err(|_| refusal(NotSignedIn::WrongCredentials))?;
    let attempt = Attempt {
        username: &email,
        password,
        origin: &origin,
        or_one_time: false,
        otp: body.otp_code.as_deref(),
    };
    let signed_in = sign_in(&app, attempt).await.map_err(in_words(refusal))?;
    let user = UserView::of(&signed_in.user);
    let claims = IdentityClaims {
        sub: user.name.clone(),
        jti: signed_in.session.id,
    };
    let keyring = app.keys.get().await?;
    let (issuer, now) = (&app.config.identity_issuer, app.clock.now());
    let token = claims.sign(&keyring, issuer, now, signed_in.user.id)?;
    Ok(Json(Authenticated { user, token }))
}

fn refusal(why: NotSignedIn) -> IdentityError {
    match why {
        NotSignedIn::WrongCredentials => IdentityError::new(StatusCode::UNAUTHORIZED, "Invalid Credentials"),
        NotSignedIn::NotActive(_) => IdentityError::new(StatusCode::FORBIDDEN, "User Not Active"),
        NotSignedIn::MissingOtp => IdentityError::new(StatusCode::UNAUTHORIZED, "OTP Code Required"),
        NotSignedIn::Otp(WrongCode::Wrong) => IdentityError::new(StatusCode::UNAUTHORIZED, "Invalid OTP Code"),
        NotSignedIn::Otp(WrongCode::Used) => IdentityError::new(StatusCode::UNAUTHORIZED, "OTP Code Already Used"),
    }
}

#[utoipa::path(
    post,
    path = "/identity/v1/auth/authenticate",
    operation_id = "auth-authenticate",
    tag = "auth",
    summary = "Authenticate User",
    description = "The same as `POST /identity/v1/public/authenticate`.",
    request_body = Authenticate,
    responses(
        Answers,
        (status = 200, description = "The user, with a token of a new session", body = Authenticated),
        (status = 400, description = "\"Invalid Request\": broken JSON, or no address or password", body = ErrorText),
    )
)]
pub async fn auth_authenticate(
    state: State<App>,
    origin: Origin,
    body: JsonBody<Authenticate>,
) -> Result<Json<Authenticated>, IdentityError> {
    public_authenticate(state, origin, body).await
}
