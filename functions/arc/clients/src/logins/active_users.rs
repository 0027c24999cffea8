//! `GET /active-users/{range}` (active-users): who was there on each day or in each month.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts as _, Path, Request};
use http::Uri;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::App;
use shared::accounts::email::{EmailClaim, partition};
use shared::activity::logins;
use shared::ids::{AsUuid, UserId};
use shared::store::record::read;
use shared::store::{Key, StoreError};
use shared::surfaces::arc::{
    ArcError, AuthorizationHeader, ErrorBody, Gate, Guarded, Permitted, ViewLoginActivity, required,
};
use shared::surfaces::loopback::{moment, parameter};

use super::{LoginTypeName, LoginView};

/// Days that may be asked for.
const MOST_DAYS: i64 = 366;
/// Sign-ins that are looked at.
const MOST: usize = 20_000;
/// Users that may be named.
const MOST_NAMED: usize = 50;

/// What is asked for.
#[derive(Debug)]
pub struct Asked {
    range: Range,
    first: Timestamp,
    last: Timestamp,
    named: Option<Named>,
}

#[derive(Debug, Clone, Copy)]
enum Range {
    Daily,
    Monthly,
}

/// Whom it is about, or not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Named {
    #[serde(deserialize_with = "flag")]
    inclusion: bool,
    user_identity: Identity,
    user_identifier: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Identity {
    ActorId,
    UserName,
}

/// In brackets, everything is text.
fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Ok(flag),
        Value::String(text) => text.parse().map_err(serde::de::Error::custom),
        _ => Err(serde::de::Error::custom("inclusion is true or false")),
    }
}

impl FromRequest<Gate> for Asked {
    type Rejection = ArcError;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, ArcError> {
        let (mut parts, _) = request.into_parts();
        let range = Path::<String>::from_request_parts(&mut parts, gate).await;
        let range = range.map(|Path(range)| range).unwrap_or_default();
        let range = match range.as_str() {
            "daily" => Range::Daily,
            "monthly" => Range::Monthly,
            _ => return Err(ArcError::param_invalid(&json!(range).to_string(), "range")),
        };
        let (first, last) = (time(&parts.uri, "startDate")?, time(&parts.uri, "endDate")?);
        let days = last.as_second().saturating_sub(first.as_second()) / 86_400;
        if last < first || days > MOST_DAYS {
            let said = required(&parts.uri, "endDate")?;
            let problem = format!("must be 0 to {MOST_DAYS} days after startDate");
            let error = ArcError::param_invalid(&json!(said).to_string(), "endDate");
            return Err(error.details(json!([{ "path": "", "code": "range", "message": problem, "info": {} }])));
        }
        Ok(Self {
            range,
            first,
            last,
            named: named(&parts.uri)?,
        })
    }
}

fn time(uri: &Uri, name: &str) -> Result<Timestamp, ArcError> {
    let text = required(uri, name)?;
    moment(&text).ok_or_else(|| ArcError::param_invalid(&json!(text).to_string(), name))
}

fn named(uri: &Uri) -> Result<Option<Named>, ArcError> {
    let invalid = |given: &Value, problem: String| {
        let error = ArcError::param_invalid(&given.to_string(), "filter");
        error.details(json!([{ "path": "", "code": "type", "message": problem, "info": {} }]))
    };
    let given = parameter(uri.query().unwrap_or_default(), "filter");
    let given =
        given.map_err(|wrong| ArcError::param_invalid(&wrong.given.to_string(), "filter").details(wrong.details));
    let Some(given) = given? else { return Ok(None) };
    let named: Named = serde_json::from_value(given.clone()).map_err(|problem| invalid(&given, problem.to_string()))?;
    match named.user_identifier.len() <= MOST_NAMED {
        true => Ok(Some(named)),
        false => Err(invalid(&given, format!("at most {MOST_NAMED} users may be named"))),
    }
}

type Groups = BTreeMap<String, BTreeMap<LoginTypeName, Vec<LoginView>>>;

#[utoipa::path(
    get,
    path = "/active-users/{range}",
    operation_id = "active-users",
    tag = "activity",
    summary = "Who was there",
    description = "Of the caller's tenant, by day (`YYYY-MM-DD`) or month (`MM-YYYY`) of UTC and by what happened; each user once in each group.",
    params(
        AuthorizationHeader,
        ("range" = String, Path, description = "`daily` or `monthly`"),
        ("startDate" = String, Query, description = "From this moment on"),
        ("endDate" = String, Query, description = "To this moment, at most 366 days later"),
        ("filter" = Option<String>, Query, description = "`{inclusion, userIdentity: actorId|userName, userIdentifier: […]}`: only these users, or all others"),
    ),
    responses(
        Guarded,
        (status = 200, description = "Sign-ins by day or month and by what happened", body = Object),
        (status = 400, description = "A parameter is missing or cannot be used; or there are more than 20,000 sign-ins in the range", body = ErrorBody),
    )
)]
pub async fn active_users(request: Permitted<ViewLoginActivity, Asked>) -> Result<Json<Groups>, ArcError> {
    let (app, asked) = (&request.app, &request.body);
    let users = match &asked.named {
        Some(named) => Some((named.inclusion, users(app, named).await?)),
        None => None,
    };
    let tenant = request.caller.tenant();
    let found = logins::between(app, tenant, (asked.first, asked.last), MOST + 1).await?;
    if found.len() > MOST {
        let error = ArcError::param_invalid("", "startDate");
        let message = "there are too many sign-ins in the range; ask for a shorter one";
        return Err(error.details(json!([{ "path": "", "code": "maxItems", "message": message, "info": {} }])));
    }
    let (mut groups, mut seen) = (Groups::new(), BTreeSet::new());
    for activity in found {
        let (user, group) = (activity.user_id, asked.range.group(activity.at));
        let wanted = users
            .as_ref()
            .is_none_or(|(inclusion, users)| users.contains(&user) == *inclusion);
        let Some(view) = LoginView::of(activity).filter(|_| wanted) else {
            continue;
        };
        if seen.insert((group.clone(), view.login_type, user)) {
            let by_type = groups.entry(group).or_default();
            by_type.entry(view.login_type).or_default().push(view);
        }
    }
    Ok(Json(groups))
}

/// The users who are named. Who does not exist is nobody.
async fn users(app: &App, named: &Named) -> Result<BTreeSet<UserId>, StoreError> {
    let identifiers = named.user_identifier.iter();
    match named.user_identity {
        Identity::ActorId => Ok(identifiers
            .filter_map(|id| AsUuid::parse(id))
            .map(|AsUuid(id)| id)
            .collect()),
        Identity::UserName => {
            let names: BTreeSet<String> = identifiers.map(|name| partition(name)).collect();
            let keys = names.iter().map(|name| Key::new(name, EmailClaim::SK)).collect();
            let claims = app.store.get_all(keys).await?.into_iter().flatten();
            claims.map(|claim| Ok(read::<EmailClaim>(claim)?.user_id)).collect()
        }
    }
}

impl Range {
    fn group(self, at: Timestamp) -> String {
        let date = TimeZone::UTC.to_datetime(at).date();
        match self {
            Self::Daily => date.to_string(),
            Self::Monthly => format!("{:02}-{:04}", date.month(), date.year()),
        }
    }
}
