//! API keys: `GET` and `POST /resource/api_keys` (resource.api_keys.list, .create), `PATCH` and `DELETE
//! /resource/api_keys/{kid}` (.update, .delete). Every change takes a code of the authenticator app.

use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use shared::App;
use shared::credentials::api_key::manage::{self, By, NotDone, Wanted};
use shared::credentials::api_key::{ALGORITHM, KeyState};
use shared::credentials::totp::WrongCode;
use shared::credentials::totp::enrolment::{self, NotDone as NotShown};
use shared::surfaces::barong::api_keys::{ApiKeyView, KeyList};
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Given, Guarded, PageParams, Params, in_words,
};
use utoipa::ToSchema;

use crate::refusals::not_found;

#[utoipa::path(
    get,
    path = "/resource/api_keys",
    operation_id = "resource.api_keys.list",
    tag = "api_keys",
    summary = "One's API keys",
    params(
        CallerHeaders,
        PageParams,
        ("ordering" = Option<String>, Query, description = "asc or desc"),
        ("order_by" = Option<String>, Query, description = "id, kid, algorithm, scope, state, created_at or updated_at"),
    ),
    responses(
        (status = 200, description = "Without their secrets; Total, Page, Per-Page and Link say which of how many", body = Vec<ApiKeyView>),
        (status = 422, description = "`resource.api_key.invalid_ordering`, `resource.api_key.invalid_attribute`, `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("resource.apikey");
    let wrong = [
        "resource.api_key.invalid_ordering",
        "resource.api_key.invalid_attribute",
    ];
    let list = KeyList::read(&mut given, wrong);
    given.done()?;
    let keys = manage::list(&app, caller.user().id).await?;
    Ok(list.answer(&app, &uri, keys, caller.user().api_key_epoch))
}

/// A key to be made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewKey {
    /// HS256.
    algorithm: String,
    /// What it is for: words, separated by commas.
    scope: Option<String>,
    /// A code of the authenticator app.
    totp_code: String,
}

/// What a key is for: a list, or words separated by commas.
fn scope(given: &mut Given<'_>) -> Option<Vec<String>> {
    if !matches!(given.value("scope"), Some(Value::Array(_))) {
        given.optional_filled("scope")?;
    }
    given.list("scope")
}

#[utoipa::path(
    post,
    path = "/resource/api_keys",
    operation_id = "resource.api_keys.create",
    tag = "api_keys",
    summary = "Make an API key",
    params(CallerHeaders),
    request_body(content = NewKey, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The key with its secret, which is shown this once", body = ApiKeyView),
        (status = 400, description = "`resource.api_key.2fa_disabled`", body = ErrorKeys),
        (status = 422, description = "`resource.apikey.missing_algorithm`, `resource.apikey.empty_algorithm`, `resource.apikey.empty_scope`, `resource.api_key.missing_totp`, `resource.apikey.empty_totp_code`, `resource.api_key.invalid_totp`, `totp.error`: the code was used, `algorithm.inclusion`, `kid.blank`, `api_key.limit_reached`", body = ErrorKeys),
        (status = 429, description = "Too many guesses: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    params: Params,
) -> Result<(StatusCode, Json<ApiKeyView>), BarongError> {
    let mut given = params.of("resource.apikey");
    let (algorithm, scope) = (given.filled("algorithm"), scope(&mut given));
    let code = given.optional_filled("totp_code");
    if given.value("totp_code").is_none() {
        given.refuse("resource.api_key.missing_totp");
    }
    given.done()?;
    let by = By {
        user: caller.user().id,
        code: code.as_deref().unwrap_or_default(),
        origin: &caller.origin,
    };
    if algorithm != ALGORITHM {
        let mut keys = vec!["algorithm.inclusion".into()];
        // Without HS in its name it would be an asymmetric one, whose key its owner names.
        keys.extend((!algorithm.contains("HS")).then(|| "kid.blank".into()));
        let refusal = BarongError::several(StatusCode::UNPROCESSABLE_ENTITY, keys);
        return Err(after_the_code(&app, by, refusal).await);
    }
    let (key, secret) = manage::create(&app, by, &scope.unwrap_or_default())
        .await
        .map_err(in_words(refusal))?;
    let view = ApiKeyView::of(&key, key.epoch).with_secret(&secret);
    Ok((StatusCode::CREATED, Json(view)))
}

/// What is wrong with a key is said to whoever showed a code; it is used up as by the published API.
async fn after_the_code(app: &App, by: By<'_>, wrong: BarongError) -> BarongError {
    match enrolment::verify(app, by.user, by.code).await {
        Ok(()) => wrong,
        Err(undone) => in_words(|why: NotShown| refusal(why.into()))(undone),
    }
}

/// What is to be different about a key.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct KeyChange {
    /// What it is for: words, separated by commas; as before when it is missing.
    scope: Option<String>,
    /// active or inactive; as before when it is missing.
    state: Option<String>,
    /// A code of the authenticator app.
    totp_code: String,
}

#[utoipa::path(
    patch,
    path = "/resource/api_keys/{kid}",
    operation_id = "resource.api_keys.update",
    tag = "api_keys",
    summary = "Change an API key",
    params(CallerHeaders, ("kid" = String, Path, description = "Its name")),
    request_body(content = KeyChange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The key", body = ApiKeyView),
        (status = 400, description = "`resource.api_key.2fa_disabled`", body = ErrorKeys),
        (status = 404, description = "`record.not_found`", body = ErrorKeys),
        (status = 422, description = "`resource.apikey.missing_totp_code`, `resource.apikey.empty_…` of totp_code, state and scope, `resource.api_key.invalid_totp`, `totp.error`: the code was used, `state.inclusion`, `state.invalid`: the account is not active", body = ErrorKeys),
        (status = 429, description = "Too many guesses: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(kid): Path<String>,
    params: Params,
) -> Result<Json<ApiKeyView>, BarongError> {
    let mut given = params.of("resource.apikey");
    let code = given.filled("totp_code");
    let state = given.optional_filled("state");
    let scope = scope(&mut given);
    given.done()?;
    let by = By {
        user: caller.user().id,
        code: &code,
        origin: &caller.origin,
    };
    let states = [KeyState::Active, KeyState::Inactive];
    let set = state
        .as_deref()
        .map(|text| states.into_iter().find(|known| known.as_str() == text));
    if set == Some(None) {
        return Err(after_the_code(&app, by, BarongError::invalid("state.inclusion")).await);
    }
    let wanted = Wanted {
        scope,
        set: set.flatten(),
    };
    let (key, epoch) = manage::update(&app, by, &kid, &wanted)
        .await
        .map_err(in_words(refusal))?;
    Ok(Json(ApiKeyView::of(&key, epoch)))
}

#[utoipa::path(
    delete,
    path = "/resource/api_keys/{kid}",
    operation_id = "resource.api_keys.delete",
    tag = "api_keys",
    summary = "Remove an API key",
    params(
        CallerHeaders,
        ("kid" = String, Path, description = "Its name"),
        ("totp_code" = String, Query, description = "A code of the authenticator app"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "`resource.api_key.2fa_disabled`", body = ErrorKeys),
        (status = 404, description = "`record.not_found`", body = ErrorKeys),
        (status = 422, description = "`resource.apikey.missing_totp_code`, `resource.apikey.empty_totp_code`, `resource.api_key.invalid_totp`, `totp.error`: the code was used", body = ErrorKeys),
        (status = 429, description = "Too many guesses: see Retry-After", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(kid): Path<String>,
    params: Params,
) -> Result<StatusCode, BarongError> {
    let mut given = params.of("resource.apikey");
    let code = given.filled("totp_code");
    given.done()?;
    let by = By {
        user: caller.user().id,
        code: &code,
        origin: &caller.origin,
    };
    manage::delete(&app, by, &kid).await.map_err(in_words(refusal))?;
    Ok(StatusCode::NO_CONTENT)
}

fn refusal(why: NotDone) -> BarongError {
    match why {
        NotDone::NotShown(NotShown::NotEnabled | NotShown::AlreadyEnabled) => {
            BarongError::bad_request("resource.api_key.2fa_disabled")
        }
        NotDone::NotShown(NotShown::Code(WrongCode::Wrong)) => BarongError::invalid("resource.api_key.invalid_totp"),
        NotDone::NotShown(NotShown::Code(WrongCode::Used)) => BarongError::invalid("totp.error"),
        NotDone::Gone | NotDone::Unknown => not_found(),
        NotDone::TooMany => BarongError::invalid("api_key.limit_reached"),
        NotDone::NotActive => BarongError::invalid("state.invalid"),
    }
}
