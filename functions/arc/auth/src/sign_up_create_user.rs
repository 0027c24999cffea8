//! `POST /auth/sign-up/create-user` (sign-up-create-user): makes an account with the token that was mailed.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::accounts::User;
use shared::accounts::mailed_sign_up;
use shared::accounts::sign_up::NewAccount;
use shared::ids::{AsUuid, OrgId, UserId};
use shared::sessions::Origin;
use shared::surfaces::arc::{ArcError, ErrorBody, JsonBody, in_words};
use utoipa::{IntoResponses, ToSchema};

use crate::shape::{password_invalid, presented};
use crate::sign_up_create_token::address;
use crate::sign_up_verify_token::{SignUpHeader, refusal, shown};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// The address that the token was mailed to.
    email: String,
    /// A password.
    password: String,
}

#[derive(Serialize, ToSchema)]
pub struct Created {
    /// The address.
    email: String,
    user: UserView,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserView {
    #[schema(value_type = String, format = "uuid")]
    id: AsUuid<UserId>,
    /// The address as it was typed.
    email: String,
    /// The address in lower case.
    username: String,
    /// What stands before the address's `@`, until the user says otherwise.
    first_name: String,
    /// Nothing, until the user says otherwise.
    last_name: Option<String>,
    /// The home organization as a tenant.
    #[schema(value_type = String, format = "uuid")]
    default_tenant_id: AsUuid<OrgId>,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: AsUuid(user.id),
            email: user.email.typed().to_owned(),
            username: user.email.canonical().to_owned(),
            first_name: user.profile.first_name,
            last_name: Some(user.profile.last_name).filter(|name| !name.is_empty()),
            default_tenant_id: AsUuid(OrgId::HOME),
        }
    }
}

#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its schema is used")]
enum Answers {
    /// The account, which can be used at once
    #[response(status = 200)]
    Created(Created),
    /// Broken JSON; `User already exists`; `PasswordInvalid`: weak
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// `Bearer realm="Users"` without a token; `{message: "TokenExpired"}`: none for this, used or too old; `Token Invalid`: it
    /// was mailed to another address
    #[response(status = 401)]
    Refused(ErrorBody),
    /// The body is not announced as JSON
    #[response(status = 415)]
    MediaType(ErrorBody),
    /// The body breaks its schema, or the address is none
    #[response(status = 422)]
    BreaksSchema(ErrorBody),
    /// Too many accounts from this client: see Retry-After
    #[response(status = 429)]
    TooMany(ErrorBody),
}

#[utoipa::path(
    post,
    path = "/auth/sign-up/create-user",
    operation_id = "sign-up-create-user",
    tag = "sign-up",
    summary = "Make an account with a token",
    params(SignUpHeader),
    request_body = CreateUser,
    responses(Answers)
)]
pub async fn sign_up_create_user(
    State(app): State<App>,
    origin: Origin,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CreateUser>,
) -> Result<Json<Created>, ArcError> {
    let email = address(&body.email)?;
    let token = shown(&headers)?;
    let Some(password) = presented(body.password) else {
        mailed_sign_up::look(&app, &token).await.map_err(in_words(refusal))?;
        return Err(password_invalid());
    };
    let new = NewAccount {
        first_name: email.local_part().to_owned(),
        last_name: String::new(),
        email,
        password,
    };
    let made = mailed_sign_up::redeem(&app, &token, new, &origin).await;
    let user = made.map_err(in_words(refusal))?;
    Ok(Json(Created {
        email: user.email.typed().to_owned(),
        user: user.into(),
    }))
}
