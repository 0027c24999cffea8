//! Whether a person is at the other end, as a provider sees it: Google's reCAPTCHA or GeeTest. Off unless it is configured;
//! where the provider cannot be asked, nobody is taken for a person.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt as _, Limited};
use md5::{Digest as _, Md5};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::App;
use crate::config::barong::CaptchaConfig;

/// A provider has so long to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of an answer that are read.
const MOST_READ: usize = 64 * 1024;

/// Why nobody is taken for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPerson {
    /// There is no answer to the question.
    #[error("an answer is needed")]
    Required,
    /// Something is missing in it.
    #[error("the answer is not whole")]
    Fields,
    /// The provider says no, or says nothing.
    #[error("the answer was not confirmed")]
    NotConfirmed,
}

/// What a client of GeeTest begins with.
#[derive(Debug)]
pub struct Challenge {
    /// Our identifier.
    pub gt: String,
    /// The question: 32 hexadecimal digits.
    pub challenge: String,
}

/// Verifies the `answer` that came with a request for `endpoint`.
///
/// # Errors
/// [`NoPerson`].
pub async fn verify(app: &App, endpoint: &str, answer: Option<&Value>) -> Result<(), NoPerson> {
    let config = &app.config.barong;
    if !config.captcha_protected_endpoints.iter().any(|known| known == endpoint) {
        return Ok(());
    }
    match &config.captcha {
        CaptchaConfig::None => Ok(()),
        CaptchaConfig::Recaptcha { secret_key, url, .. } => recaptcha(url, secret_key, text(answer)?).await,
        CaptchaConfig::Geetest { key, url, .. } => geetest(url, key, answer).await,
    }
}

/// An answer that is a text.
fn text(answer: Option<&Value>) -> Result<&str, NoPerson> {
    let text = answer.and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    text.ok_or(NoPerson::Required)
}

async fn recaptcha(url: &str, secret: &SecretString, answer: &str) -> Result<(), NoPerson> {
    let form = [("secret", secret.expose_secret()), ("response", answer)];
    let said = ask(url, Some(&form)).await.ok_or(NoPerson::NotConfirmed)?;
    let said: Value = serde_json::from_str(&said).map_err(|_| NoPerson::NotConfirmed)?;
    match said.get("success") {
        Some(Value::Bool(true)) => Ok(()),
        _ => Err(NoPerson::NotConfirmed),
    }
}

async fn geetest(url: &str, key: &SecretString, answer: Option<&Value>) -> Result<(), NoPerson> {
    let answer = match answer {
        None | Some(Value::Null) => return Err(NoPerson::Required),
        Some(Value::String(text)) if text.trim().is_empty() => return Err(NoPerson::Required),
        Some(answer) => answer,
    };
    let field = |name: &str| {
        let text = answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        text.ok_or(NoPerson::Fields)
    };
    let (challenge, validate) = (field("geetest_challenge")?, field("geetest_validate")?);
    let seccode = field("geetest_seccode")?;
    if validate != digest(&format!("{}geetest{challenge}", key.expose_secret())) {
        return Err(NoPerson::NotConfirmed);
    }
    let form = [("seccode", seccode)];
    let said = ask(&format!("{url}/validate.php"), Some(&form)).await;
    match said.is_some_and(|said| said.trim() == digest(seccode)) {
        true => Ok(()),
        false => Err(NoPerson::NotConfirmed),
    }
}

/// A new question of GeeTest; `None` where it is not configured or does not answer.
pub async fn challenge(app: &App) -> Option<Challenge> {
    let CaptchaConfig::Geetest { id, key, url } = &app.config.barong.captcha else {
        return None;
    };
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("gt", id)
        .finish();
    let said = ask(&format!("{url}/register.php?{query}"), None).await?;
    Some(Challenge {
        gt: id.clone(),
        challenge: digest(&format!("{}{}", said.trim(), key.expose_secret())),
    })
}

/// What GeeTest's protocol is made of; it protects nothing here.
fn digest(text: &str) -> String {
    Md5::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What a provider says; `None` for anything but a good answer in time. What is wrong stands in the log.
async fn ask(url: &str, form: Option<&[(&str, &str)]>) -> Option<String> {
    match tokio::time::timeout(PATIENCE, answer(url, form)).await {
        Ok(Ok(said)) => Some(said),
        Ok(Err(error)) => {
            tracing::warn!(error, "the captcha's provider did not answer");
            None
        }
        Err(_) => {
            tracing::warn!("the captcha's provider did not answer in time");
            None
        }
    }
}

async fn answer(url: &str, form: Option<&[(&str, &str)]>) -> Result<String, String> {
    let mut request = HttpRequest::new(SdkBody::empty());
    if let Some(form) = form {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|error| error.to_string())?;
        request
            .headers_mut()
            .insert("content-type", "application/x-www-form-urlencoded");
    }
    request.set_uri(url).map_err(|error| error.to_string())?;
    let settings = HttpConnectorSettings::builder().connect_timeout(PATIENCE).build();
    let builder = Connector::builder().connector_settings(settings);
    let connector = match url.starts_with("http://") {
        true => builder.build_http(),
        false => builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build(),
    };
    let response = connector.call(request).await.map_err(|error| error.to_string())?;
    if !response.status().is_success() {
        return Err(format!("it said {}", response.status().as_u16()));
    }
    let body = Limited::new(response.into_body(), MOST_READ).collect().await;
    let bytes = body.map_err(|error| error.to_string())?.to_bytes();
    String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
}
