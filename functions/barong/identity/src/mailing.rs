//! What the operations read that mail a link to an address.

use serde::Deserialize;
use shared::App;
use shared::accounts::Email;
use shared::surfaces::barong::{BarongError, Params};
use utoipa::ToSchema;

use crate::captcha;

#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Addressee {
    /// The address.
    email: String,
    /// The answer to the captcha: a text, or an object of geetest_challenge, geetest_validate and geetest_seccode.
    #[schema(value_type = Option<String>)]
    captcha_response: Option<serde_json::Value>,
}

/// The address that a link is wanted for, after the captcha of this `endpoint`; none where the text is no address, which belongs
/// to nobody.
///
/// # Errors
/// The keys of what is missing, or of the captcha.
pub async fn addressee(app: &App, params: &Params, endpoint: &str) -> Result<Option<Email>, BarongError> {
    let mut given = params.of("identity.user");
    let email = given.filled("email");
    let captcha = captcha::answer(&mut given, "identity.user.invalid_captcha_format");
    given.done()?;
    captcha::passed(app, endpoint, captcha.as_ref()).await?;
    Ok(Email::parse(&email).ok())
}
