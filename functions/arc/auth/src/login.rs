//! `POST /auth/login` (login): a code for a user name and a password, which the client exchanges for tokens.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::clients::code::{self, Challenge};
use shared::sessions::Origin;
use shared::sessions::sign_in::Attempt;
use shared::surfaces::arc::{ArcError, ClientBody, ErrorBody, authenticate, in_words};
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{bad_credentials, credentials, not_let_in, presented};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The client's identifier.
    client_id: String,
    /// The client's secret. Only a public client may leave it out.
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// The user's e-mail address, in any case.
    username: String,
    /// The user's password.
    password: String,
    /// A code of the authenticator app, where the account asks for one.
    #[schema(nullable = false)]
    otp: Option<String>,
    /// SHA-256 of a secret that the client keeps until it exchanges the code, base64url (RFC 7636).
    #[schema(nullable = false)]
    code_challenge: Option<String>,
    /// `S256`, where there is a challenge.
    #[schema(nullable = false)]
    code_challenge_method: Option<String>,
}

impl Login {
    /// The challenge, where there is one. Without its method it would be a plain one (RFC 7636 §4.3), which proves nothing.
    fn challenge(&self) -> Result<Option<Challenge>, ArcError> {
        let allowed = |member, message: &str| ArcError::member_invalid(member, "pattern", message);
        let Some(text) = &self.code_challenge else {
            return match self.code_challenge_method {
                Some(_) => Err(allowed("code_challenge", "must be there with its method")),
                None => Ok(None),
            };
        };
        if self.code_challenge_method.as_deref() != Some("S256") {
            return Err(allowed("code_challenge_method", "must be S256"));
        }
        let challenge = Challenge::parse(text);
        let wanted = "must be a SHA-256 digest in base64url, 43 characters";
        challenge.map(Some).ok_or_else(|| allowed("code_challenge", wanted))
    }
}

#[derive(Serialize, ToSchema)]
pub struct CodeView {
    /// Works once, for this client, for as long as the client's codes live.
    code: String,
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// A code
    #[response(status = 200)]
    Given(CodeView),
    /// Broken JSON; `User not active yet`: the account is not activated
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `Unauthorized` without a body; `{message: "Client Verification Failed"}`; `{message: "Invalid Credentials"}`;
    /// `{message: "UserInactive"}`: the account is switched off; `Client Invalid`: the client is not for this user
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many attempts: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/auth/login",
    operation_id = "login",
    tag = "login",
    summary = "Get a code for a password",
    request_body = Login,
    responses(Answers)
)]
pub async fn login(
    State(app): State<App>,
    origin: Origin,
    ClientBody(body): ClientBody<Login>,
) -> Result<Json<CodeView>, ArcError> {
    let challenge = body.challenge()?;
    let said = credentials(body.client_id, body.client_secret);
    let Some(password) = presented(body.password) else {
        authenticate(&app, &said).await?;
        return Err(bad_credentials());
    };
    let attempt = Attempt {
        username: &body.username,
        password,
        origin: &origin,
        or_one_time: true,
        otp: body.otp.as_deref().filter(|otp| !otp.is_empty()),
    };
    let words = |why| not_let_in(why, ArcError::client_invalid());
    let code = code::ask(&app, &attempt, &said, challenge.as_ref())
        .await
        .map_err(in_words(words))?;
    Ok(Json(CodeView {
        code: code.expose().to_owned(),
    }))
}
