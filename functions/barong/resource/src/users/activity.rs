//! `GET /resource/users/activity/{topic}` (resource.users.activity): what happened to one's account, the newest first.

use axum::extract::{OriginalUri, Path, State};
use axum::response::Response;
use serde::Serialize;
use shared::App;
use shared::activity::{Activity, own};
use shared::surfaces::barong::entities::HappenedView;
use shared::surfaces::barong::params::integer;
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Given, Guarded, PageParams, Paging, Params,
};
use utoipa::ToSchema;

/// What may be asked for; `all` is everything.
const TOPICS: [&str; 5] = ["all", "password", "session", "otp", "account"];

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct ActivityView {
    /// A number that grows with time.
    id: u64,
    /// What happened.
    #[serde(flatten)]
    happened: HappenedView,
}

impl ActivityView {
    fn of(activity: &Activity) -> Self {
        Self {
            id: activity.number(),
            happened: HappenedView::of(activity),
        }
    }
}

/// What is asked for.
struct Wanted {
    topic: String,
    from: Option<i64>,
    to: Option<i64>,
    result: Option<String>,
}

impl Wanted {
    fn read(given: &mut Given<'_>, topic: String) -> Self {
        if topic.trim().is_empty() {
            given.refuse("resource.user.empty_topic");
        } else if !TOPICS.contains(&topic.as_str()) {
            given.refuse("resource.user.wrong_topic");
        }
        let [from, to] = ["time_from", "time_to"].map(|name| {
            let text = given.optional_filled(name)?;
            let seconds = integer(text.trim());
            if seconds.is_none() && !text.trim().is_empty() {
                given.refuse(format!("resource.user.non_integer_{name}"));
            }
            seconds
        });
        Self {
            topic,
            from,
            to,
            result: given.optional_filled("result"),
        }
    }

    fn takes(&self, activity: &Activity) -> bool {
        let at = activity.at.as_second();
        (self.topic == "all" || self.topic == activity.topic)
            && self.from.is_none_or(|from| from <= at)
            && self.to.is_none_or(|to| at < to)
            && self
                .result
                .as_deref()
                .is_none_or(|result| result == activity.outcome.as_str())
    }
}

#[utoipa::path(
    get,
    path = "/resource/users/activity/{topic}",
    operation_id = "resource.users.activity",
    tag = "users",
    summary = "What happened to one's account",
    description = "The newest 5000 entries are looked at.",
    params(
        CallerHeaders,
        ("topic" = String, Path, description = "all, password, session, otp or account"),
        PageParams,
        ("time_from" = Option<i64>, Query, description = "Seconds since 1970, included"),
        ("time_to" = Option<i64>, Query, description = "Seconds since 1970, excluded"),
        ("result" = Option<String>, Query, description = "succeed, failed or denied"),
    ),
    responses(
        (status = 200, description = "The newest first; Total, Page, Per-Page and Link say which of how many", body = Vec<ActivityView>),
        (status = 422, description = "`resource.user.wrong_topic`; `resource.user.no_activity`: there is none; `resource.user.non_integer_…` and `resource.user.empty_…` of time_from and time_to; `resource.user.empty_result`; `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(topic): Path<String>,
    OriginalUri(uri): OriginalUri,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("resource.user");
    let wanted = Wanted::read(&mut given, topic);
    let paging = Paging::read(&mut given);
    given.done()?;
    let entries = own::list(&app, caller.user().id, |activity| wanted.takes(activity)).await?;
    if entries.is_empty() {
        return Err(BarongError::invalid("resource.user.no_activity"));
    }
    let total = entries.len() as u64;
    let rows = paging.of(&entries).into_iter().map(ActivityView::of).collect();
    Ok(paging.answer(&app, &uri, total, rows))
}
