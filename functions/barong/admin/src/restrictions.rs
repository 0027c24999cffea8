//! Rules of where requests may come from: `GET`, `POST`, `PUT` and `DELETE /admin/restrictions` (admin.restrictions.list, .create,
//! .update, .delete), and `POST /admin/restrictions/whitelink` (.whitelink). A change acts on the next request, in every process.

use std::time::Duration;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use shared::App;
use shared::access::edge::kept::Current;
use shared::access::edge::restriction::manage::{self, Draft, NotChanged, Wanted};
use shared::access::edge::{Category, Restriction, Scope, whitelink};
use shared::surfaces::barong::entities::Moment;
use shared::surfaces::barong::params::integer;
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Given, Guarded, PageParams, Paging, Params, in_words, scalar,
    success,
};
use utoipa::ToSchema;

use crate::parameters::{number, one_of};

/// A rule.
#[derive(Serialize, ToSchema)]
pub struct RestrictionView {
    /// Its number.
    id: i64,
    /// whitelist, maintenance, blacklist or blocklogin.
    category: &'static str,
    /// all, ip, ip_subnet, continent or country.
    scope: &'static str,
    /// Which one.
    value: String,
    /// The status of the answer to whom it keeps out.
    code: u16,
    /// enabled or disabled.
    state: &'static str,
    /// When it was made.
    created_at: Moment,
    /// When it last changed.
    updated_at: Moment,
}

impl RestrictionView {
    fn of(rule: &Restriction) -> Self {
        Self {
            id: rule.id,
            category: rule.category.as_str(),
            scope: rule.scope.as_str(),
            value: rule.value.clone(),
            code: rule.code,
            state: if rule.is_enabled { "enabled" } else { "disabled" },
            created_at: Moment(rule.created_at),
            updated_at: Moment(rule.updated_at),
        }
    }
}

/// What is listed; what is absent is everything.
struct Filter {
    scope: Option<Scope>,
    category: Option<Category>,
    when: fn(&Restriction) -> Timestamp,
    from: Option<i64>,
    to: Option<i64>,
}

impl Filter {
    fn read(given: &mut Given<'_>) -> Self {
        let scope = given.optional_filled("scope");
        let scope = self::scope(given, scope);
        let category = given.optional_filled("category");
        let category = self::category(given, category);
        let when = given.read("range", "admin.restriction.invalid_range", |range| match range {
            "created" => Some((|rule| rule.created_at) as fn(&Restriction) -> Timestamp),
            "updated" => Some(|rule| rule.updated_at),
            _ => None,
        });
        let [from, to] = ["from", "to"].map(|name| given.read(name, "invalid", integer));
        Self {
            scope,
            category,
            when: when.unwrap_or(|rule| rule.created_at),
            from,
            to,
        }
    }

    fn takes(&self, rule: &Restriction) -> bool {
        let at = (self.when)(rule).as_second();
        self.scope.is_none_or(|scope| scope == rule.scope)
            && self.category.is_none_or(|category| category == rule.category)
            && self.from.is_none_or(|from| from <= at)
            && self.to.is_none_or(|to| at <= to)
    }
}

#[utoipa::path(
    get,
    path = "/admin/restrictions",
    operation_id = "admin.restrictions.list",
    tag = "admin",
    summary = "Rules of where requests may come from",
    params(
        CallerHeaders,
        ("scope" = Option<String>, Query, description = "all, ip, ip_subnet, continent or country"),
        ("category" = Option<String>, Query, description = "whitelist, maintenance, blacklist or blocklogin"),
        ("range" = Option<String>, Query, description = "created or updated: what from and to are about"),
        ("from" = Option<i64>, Query, description = "Seconds since 1970, included"),
        ("to" = Option<i64>, Query, description = "Seconds since 1970, included"),
        PageParams,
    ),
    responses(
        (status = 200, description = "Rules by their numbers, also those that are off; Total, Page, Per-Page and Link say which of how many", body = Vec<RestrictionView>),
        (status = 422, description = "`admin.restriction.empty_…` and `admin.restriction.invalid_…` of scope and category; `admin.restriction.invalid_range`, `invalid`: from or to is no number; `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.restriction");
    let filter = Filter::read(&mut given);
    let paging = Paging::read(&mut given);
    given.done()?;
    let tables = Current::read(&app).await?.tables;
    let found: Vec<&Restriction> = tables.rules.iter().filter(|rule| filter.takes(rule)).collect();
    let total = found.len() as u64;
    let rows = paging.of(found).into_iter().map(RestrictionView::of);
    Ok(paging.answer(&app, &uri, total, rows.collect()))
}

/// A rule to be made.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewRestriction {
    /// all, ip, ip_subnet, continent or country.
    scope: String,
    /// An address, a network, a country or continent by code or name; 64 characters at most.
    value: String,
    /// whitelist, maintenance, blacklist or blocklogin.
    category: String,
    /// enabled, unless it says disabled.
    state: Option<String>,
    /// The status of the answer to whom it keeps out, 400 to 599.
    code: Option<u16>,
}

#[utoipa::path(
    post,
    path = "/admin/restrictions",
    operation_id = "admin.restrictions.create",
    tag = "admin",
    summary = "Make a rule of where requests may come from",
    description = "A blocklogin rule ends the sessions that began where it is about, when they are used next.",
    params(CallerHeaders),
    request_body(content = NewRestriction, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It acts on the next request; the body is the status once more", body = u16),
        (status = 422, description = "`admin.restriction.missing_…`, `admin.restriction.empty_…` and `admin.restriction.invalid_…` of its parameters; `invalid`: the code is no number, `code.inclusion`, `value.invalid`, `value.taken`; `admin.restriction.caller_lockout`: the caller would be kept out, and is not on a whitelist", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.restriction");
    let scope = given.filled("scope");
    let scope = self::scope(&mut given, Some(scope));
    let value = given.filled("value");
    let category = given.filled("category");
    let category = self::category(&mut given, Some(category));
    let is_enabled = state(&mut given);
    let code = code(&mut given);
    given.done()?;
    let (Some(scope), Some(category)) = (scope, category) else {
        return Err(BarongError::invalid("invalid"));
    };
    let draft = Draft {
        category,
        scope,
        value,
        code,
        is_enabled: is_enabled.unwrap_or(true),
    };
    manage::create(&app, caller.origin.ip, &draft)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(success(&app, StatusCode::CREATED, StatusCode::OK)))
}

/// What is to be different about a rule; what is missing stays.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct RestrictionChange {
    /// Its number.
    id: i64,
    /// all, ip, ip_subnet, continent or country.
    scope: Option<String>,
    /// whitelist, maintenance, blacklist or blocklogin.
    category: Option<String>,
    /// An address, a network, a country or continent by code or name; 64 characters at most.
    value: Option<String>,
    /// enabled or disabled.
    state: Option<String>,
    /// The status of the answer to whom it keeps out, 400 to 599.
    code: Option<u16>,
}

#[utoipa::path(
    put,
    path = "/admin/restrictions",
    operation_id = "admin.restrictions.update",
    tag = "admin",
    summary = "Change a rule of where requests may come from",
    params(CallerHeaders),
    request_body(content = RestrictionChange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It acts on the next request; the body is the status once more", body = u16),
        (status = 404, description = "`admin.restriction.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.restriction.missing_id`, `admin.restriction.empty_…` of all parameters, `invalid`: the number is none, and what making a rule may answer besides", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn update(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.restriction");
    let id = number(&mut given, "id");
    let scope = given.optional_filled("scope");
    let scope = self::scope(&mut given, scope);
    let category = given.optional_filled("category");
    let category = self::category(&mut given, category);
    let wanted = Wanted {
        category,
        scope,
        value: given.optional_filled("value"),
        is_enabled: state(&mut given),
        code: code(&mut given),
    };
    given.done()?;
    let id = id.ok_or_else(unknown)?;
    manage::update(&app, caller.origin.ip, id, &wanted)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(StatusCode::OK))
}

#[utoipa::path(
    delete,
    path = "/admin/restrictions",
    operation_id = "admin.restrictions.delete",
    tag = "admin",
    summary = "Remove a rule of where requests may come from",
    params(CallerHeaders, ("id" = i64, Query, description = "Its number")),
    responses(
        (status = 204, description = "It is gone, from the next request on"),
        (status = 404, description = "`admin.restriction.doesnt_exist`", body = ErrorKeys),
        (status = 422, description = "`admin.restriction.missing_id`, `admin.restriction.empty_id`, `invalid`: the number is none; `admin.restriction.caller_lockout`: it is what lets the caller in", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn delete(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let mut given = params.of("admin.restriction");
    let id = number(&mut given, "id");
    given.done()?;
    let id = id.ok_or_else(unknown)?;
    manage::delete(&app, caller.origin.ip, id)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(success(&app, StatusCode::NO_CONTENT, StatusCode::OK)))
}

/// How long a link works.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewWhitelink {
    /// So many days or hours, 1 to 30; 1 when it is missing.
    expire_time: Option<i64>,
    /// day, unless it says hour.
    range: Option<String>,
}

/// A link.
#[derive(Serialize, ToSchema)]
pub struct WhitelinkView {
    /// What POST /identity/users/access asks for: 64 hexadecimal digits.
    whitelink_token: String,
}

#[utoipa::path(
    post,
    path = "/admin/restrictions/whitelink",
    operation_id = "admin.restrictions.whitelink",
    tag = "admin",
    summary = "Make a link that lets addresses in",
    description = "Whoever uses it is let in from their address from then on. It cannot be taken back.",
    params(CallerHeaders),
    request_body(content = NewWhitelink, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The link, shown this once", body = WhitelinkView),
        (status = 422, description = "`admin.restriction.empty_expire_time`, `invalid_expire`, `admin.restriction.empty_range`, `invalid_range`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn whitelink(
    State(app): State<App>,
    params: Params,
) -> Result<(StatusCode, Json<WhitelinkView>), BarongError> {
    let mut given = params.of("admin.restriction");
    let expire = given.optional_filled("expire_time");
    let number = |text: &str| {
        u64::try_from(integer(text)?)
            .ok()
            .filter(|number| (1..=30).contains(number))
    };
    let many = one_of(&mut given, expire, "invalid_expire", number);
    let range = given.optional_filled("range");
    let unit = one_of(&mut given, range, "invalid_range", |range| match range {
        "day" => Some(24),
        "hour" => Some(1),
        _ => None,
    });
    given.done()?;
    let lifetime = Duration::from_secs(many.unwrap_or(1) * unit.unwrap_or(24) * 3600);
    let token = whitelink::create(&app, lifetime).await?;
    let view = WhitelinkView {
        whitelink_token: token.expose().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

fn scope(given: &mut Given<'_>, text: Option<String>) -> Option<Scope> {
    one_of(given, text, "admin.restriction.invalid_scope", Scope::parse)
}

fn category(given: &mut Given<'_>, text: Option<String>) -> Option<Category> {
    one_of(given, text, "admin.restriction.invalid_category", Category::parse)
}

/// Whether a rule is in force.
fn state(given: &mut Given<'_>) -> Option<bool> {
    let text = given.optional_filled("state");
    one_of(given, text, "admin.restriction.invalid_state", |state| match state {
        "enabled" => Some(true),
        "disabled" => Some(false),
        _ => None,
    })
}

/// A status that says that something is wrong.
fn code(given: &mut Given<'_>) -> Option<u16> {
    let text = given.optional_filled("code");
    let number = one_of(given, text, "invalid", integer)?;
    let code = u16::try_from(number).ok().filter(|code| (400..=599).contains(code));
    if code.is_none() {
        given.refuse("code.inclusion");
    }
    code
}

fn unknown() -> BarongError {
    BarongError::not_found("admin.restriction.doesnt_exist")
}

fn refusal(why: NotChanged) -> BarongError {
    match why {
        NotChanged::Unknown => unknown(),
        NotChanged::InvalidValue => BarongError::invalid("value.invalid"),
        NotChanged::Taken => BarongError::invalid("value.taken"),
        NotChanged::LocksOut => BarongError::invalid("admin.restriction.caller_lockout"),
    }
}
