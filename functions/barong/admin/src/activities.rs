//! What happened: `GET /admin/activities` (admin.activities.list) to accounts, `GET /admin/activities/admin`
//! (admin.activities.list_admin) what the edge wrote down of administrators and of whoever was refused. Nothing changes either.

use std::collections::HashMap;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use shared::App;
use shared::accounts::{User, directory};
use shared::activity::{Activity, Who, audit, everybody};
use shared::ids::UserId;
use shared::store::sieve::Sieve;
use shared::surfaces::barong::entities::{HappenedView, UserView};
use shared::surfaces::barong::params::integer;
use shared::surfaces::barong::{BarongError, CallerHeaders, ErrorKeys, Given, Guarded, Paging, Params};
use utoipa::{IntoParams, ToSchema};

/// Something that happened to an account.
#[derive(Serialize, ToSchema)]
pub struct ActivityWithUser {
    /// What.
    #[serde(flatten)]
    happened: HappenedView,
    /// Whose account.
    #[schema(required)]
    user: Option<UserView>,
}

/// Something that an administrator did, or that somebody was refused.
#[derive(Serialize, ToSchema)]
pub struct AdminActivity {
    /// What.
    #[serde(flatten)]
    happened: HappenedView,
    /// Who did it.
    #[schema(required)]
    admin: Option<UserView>,
    /// To whom, where that is a user.
    #[schema(required)]
    target: Option<UserView>,
}

/// What a log may be asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its schema is used")]
struct Asked {
    /// What it is about
    topic: Option<String>,
    /// What was done
    action: Option<String>,
    /// Whose account, or who did it, by the short identifier
    uid: Option<String>,
    /// The same by the address
    email: Option<String>,
    /// Seconds since 1970, included
    from: Option<i64>,
    /// Seconds since 1970, included
    to: Option<i64>,
    /// From 1
    page: Option<u64>,
    /// 1 to 100
    limit: Option<u64>,
}

/// What is listed; what is absent is everything.
struct Filter {
    topic: Option<String>,
    action: Option<String>,
    who: Who,
    from: Option<i64>,
    to: Option<i64>,
}

impl Filter {
    fn read(given: &mut Given<'_>) -> Self {
        let topic = text(given, "topic", "admin.activity.non_string_topic");
        let action = text(given, "action", "admin.activity.non_string_action");
        let uid = text(given, "uid", "admin.activity.non_string_uid");
        let email = text(given, "email", "admin.activity.non_string_email");
        let [from, to] = ["from", "to"].map(|name| given.read(name, "invalid", integer));
        Self {
            topic,
            action,
            who: Who { uid, email },
            from,
            to,
        }
    }

    fn takes(&self, topic: &str, action: &str) -> bool {
        let is = |wanted: &Option<String>, known: &str| wanted.as_deref().is_none_or(|wanted| wanted == known);
        is(&self.topic, topic) && is(&self.action, action)
    }
}

/// A text; a blank one is absent.
fn text(given: &mut Given<'_>, name: &str, not_a_text: &'static str) -> Option<String> {
    match given.value(name) {
        Some(Value::Array(_) | Value::Object(_)) => {
            given.refuse(not_a_text);
            None
        }
        _ => given.optional(name).filter(|text| !text.trim().is_empty()),
    }
}

#[utoipa::path(
    get,
    path = "/admin/activities",
    operation_id = "admin.activities.list",
    tag = "admin",
    summary = "What happened to accounts",
    description = "The newest 10000 entries of the range are looked at: Total says how many were found among them. A narrower range finds older ones.",
    params(
        CallerHeaders,
        Asked,
    ),
    responses(
        (status = 200, description = "The newest first; Total, Page, Per-Page and Link say which of how many", body = Vec<ActivityWithUser>),
        (status = 422, description = "`admin.activity.non_string_…` of topic, action, uid and email; `invalid`: from or to is no number; `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.activity");
    let filter = Filter::read(&mut given);
    let paging = Paging::read(&mut given);
    given.done()?;
    let wanted = everybody::Wanted {
        who: filter.who.clone(),
        from: filter.from,
        to: filter.to,
    };
    let takes = |activity: &Activity| filter.takes(&activity.topic, HappenedView::action_of(activity));
    let sieve = Sieve::new(paging.skip(), paging.take());
    let found = everybody::list(&app, &wanted, sieve, takes).await?;
    let users = users(&app, found.rows.iter().map(|activity| activity.user_id)).await?;
    let rows = found.rows.iter().map(|activity| ActivityWithUser {
        happened: HappenedView::of(activity),
        user: users.get(&activity.user_id).map(UserView::of),
    });
    Ok(paging.answer(&app, &uri, found.total, rows.collect()))
}

#[utoipa::path(
    get,
    path = "/admin/activities/admin",
    operation_id = "admin.activities.list_admin",
    tag = "admin",
    summary = "What administrators did, and what was refused to anybody",
    description = "The newest 10000 entries of the range are looked at: Total says how many were found among them. A narrower range finds older ones.",
    params(
        CallerHeaders,
        Asked,
        ("target_uid" = Option<String>, Query, description = "To whom, by the short identifier"),
        ("range" = Option<String>, Query, description = "created: what from and to are about"),
    ),
    responses(
        (status = 200, description = "The newest first; Total, Page, Per-Page and Link say which of how many", body = Vec<AdminActivity>),
        (status = 422, description = "`admin.activity.non_string_…` of topic, action, uid, email and target_uid; `admin.activity.invalid_range`, `invalid`: from or to is no number; `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list_admin(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.activity");
    let filter = Filter::read(&mut given);
    let paging = Paging::read(&mut given);
    let target_uid = text(&mut given, "target_uid", "admin.activity.non_string_target_uid");
    let is_created = |range: &str| (range == "created").then_some(());
    given.read("range", "admin.activity.invalid_range", is_created);
    given.done()?;
    let wanted = audit::Wanted {
        who: filter.who.clone(),
        target_uid,
        from: filter.from,
        to: filter.to,
    };
    let takes = |entry: &audit::Audit| filter.takes(&entry.topic, &entry.action);
    let sieve = Sieve::new(paging.skip(), paging.take());
    let found = audit::list(&app, &wanted, sieve, takes).await?;
    let uids = found.rows.iter().filter_map(|entry| entry.target_uid.as_deref());
    let targets = directory::named(&app.store, uids).await?;
    let ids = found.rows.iter().map(|entry| entry.user_id);
    let users = users(&app, ids.chain(targets.values().copied())).await?;
    let view = |id: &UserId| users.get(id).map(UserView::of);
    let rows = found.rows.iter().map(|entry| AdminActivity {
        happened: HappenedView::of_audit(entry),
        admin: view(&entry.user_id),
        target: entry
            .target_uid
            .as_ref()
            .and_then(|uid| targets.get(uid))
            .and_then(view),
    });
    Ok(paging.answer(&app, &uri, found.total, rows.collect()))
}

/// Users as they are now.
async fn users(app: &App, ids: impl Iterator<Item = UserId>) -> Result<HashMap<UserId, User>, BarongError> {
    let users = directory::all_of(&app.store, ids).await?;
    Ok(users.into_iter().map(|user| (user.id, user)).collect())
}
