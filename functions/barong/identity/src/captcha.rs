//! Whether a person is asking, where configuration wants to know.

use serde_json::Value;
use shared::App;
use shared::credentials::captcha::{NoPerson, verify};
use shared::surfaces::barong::{BarongError, Given};

/// The parameter that answers the question. What is neither a text nor an object is refused with `key`.
pub fn answer(given: &mut Given<'_>, key: &'static str) -> Option<Value> {
    match given.value("captcha_response")? {
        Value::Null => None,
        answer @ (Value::String(_) | Value::Object(_)) => Some(answer.clone()),
        Value::Array(_) | Value::Number(_) | Value::Bool(_) => {
            given.refuse(key);
            None
        }
    }
}

/// Lets persons through.
///
/// # Errors
/// What the answer lacks.
pub async fn passed(app: &App, endpoint: &str, answer: Option<&Value>) -> Result<(), BarongError> {
    verify(app, endpoint, answer).await.map_err(|why| match why {
        NoPerson::Required => BarongError::bad_request("identity.captcha.required"),
        NoPerson::Fields => BarongError::bad_request("identity.captcha.mandatory_fields"),
        NoPerson::NotConfirmed => BarongError::invalid("identity.captcha.verification_failed"),
    })
}
