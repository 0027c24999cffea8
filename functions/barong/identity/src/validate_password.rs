//! `POST /api/v2/identity/password/validate` (identity.password.validate): how strong a password is. Nothing is kept of it.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use shared::App;
use shared::credentials::password::{Password, entropy};
use shared::surfaces::barong::{BarongError, ErrorKeys, Params};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct PasswordToScore {
    /// The password; it may be blank.
    password: String,
}

#[derive(Serialize, ToSchema)]
pub struct Strength {
    /// Bits of entropy; below 0 for the weakest.
    #[schema(value_type = f64)]
    entropy: Number,
}

#[utoipa::path(
    post,
    path = "/identity/password/validate",
    operation_id = "identity.password.validate",
    tag = "identity",
    summary = "How strong a password is",
    request_body(content = PasswordToScore, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "Its strength", body = Strength),
        (status = 422, description = "`identity.general.missing_password`; `password.too_long` beyond what is read", body = ErrorKeys),
    )
)]
pub async fn validate_password(
    State(app): State<App>,
    params: Params,
) -> Result<(StatusCode, Json<Strength>), BarongError> {
    let mut given = params.of("identity.general");
    let password = given.required("password");
    given.done()?;
    let password = Password::present(password).map_err(|_| BarongError::invalid("password.too_long"))?;
    let entropy = number(entropy(&password, app.config.barong.password_use_dictionary));
    Ok((StatusCode::CREATED, Json(Strength { entropy })))
}

/// A whole number where it is one.
fn number(entropy: f64) -> Number {
    #[expect(clippy::cast_possible_truncation, reason = "a password has a few hundred bits")]
    let whole = entropy as i64;
    #[expect(clippy::cast_precision_loss, reason = "a password has a few hundred bits")]
    let is_whole = (whole as f64 - entropy).abs() < f64::EPSILON;
    match Number::from_f64(entropy) {
        Some(fraction) if !is_whole => fraction,
        _ => whole.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_written_as_one() {
        let written = |entropy| number(entropy).to_string();
        assert_eq!(
            [written(16.0), written(-2.0), written(13.5), written(4.625)],
            ["16", "-2", "13.5", "4.625"]
        );
    }
}
