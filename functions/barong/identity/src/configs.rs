//! `GET /api/v2/identity/configs` (identity.configs): what clients should know before somebody fills in a form.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::config::barong::CaptchaConfig;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct Configs {
    /// Seconds that a session lives without being used.
    session_expire_time: u32,
    /// none, recaptcha or geetest.
    captcha_type: &'static str,
    /// What reCAPTCHA is asked with.
    #[serde(skip_serializing_if = "Option::is_none")]
    captcha_id: Option<String>,
    /// mock, twilio_sms or twilio_verify.
    phone_verification_type: String,
    /// Bits of entropy that a password has at least.
    password_min_entropy: u32,
    /// What a password matches, as Ruby shows it.
    password_regexp: String,
}

#[utoipa::path(
    get,
    path = "/identity/configs",
    operation_id = "identity.configs",
    tag = "identity",
    summary = "What clients should know",
    responses((status = 200, description = "What is configured", body = Configs))
)]
pub async fn configs(State(app): State<App>) -> Json<Configs> {
    let config = &app.config.barong;
    Json(Configs {
        session_expire_time: config.session_expire_time,
        captcha_type: config.captcha.name(),
        captcha_id: match &config.captcha {
            CaptchaConfig::Recaptcha { site_key, .. } => Some(site_key.clone()),
            CaptchaConfig::None | CaptchaConfig::Geetest { .. } => None,
        },
        phone_verification_type: config.phone_verification.clone(),
        password_min_entropy: config.password_min_entropy,
        password_regexp: format!("(?-mix:{})", config.password_composition.pattern()),
    })
}
