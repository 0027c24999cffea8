//! `GET /admin/users` (admin.users.list): users by whatever is known of them.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::Serialize;
use shared::App;
use shared::accounts::Customer;
use shared::accounts::directory::{Rows, search};
use shared::surfaces::barong::entities::{Moment, ProfileView, UserView};
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded, Paging, Params};
use utoipa::ToSchema;

use super::wanted::{Filters, Wanted, rows};
use crate::by;

/// A user and what it told about the person, unmasked.
#[derive(Serialize, ToSchema)]
pub struct UserWithProfilesView {
    /// The user.
    #[serde(flatten)]
    user: UserView,
    /// What it told; this and what follows where `extended` says so.
    #[schema(required = false)]
    profiles: Vec<ProfileView>,
    /// When it was made.
    #[schema(required = false)]
    created_at: Moment,
    /// When it last changed.
    #[schema(required = false)]
    updated_at: Moment,
}

impl UserWithProfilesView {
    fn of(customer: &Customer) -> Self {
        let user = customer.user();
        let profiles = customer.profiles.iter().map(|profile| ProfileView::of(profile, false));
        Self {
            user: UserView::of(user),
            profiles: profiles.collect(),
            created_at: Moment(user.created_at),
            updated_at: Moment(user.updated_at.unwrap_or(user.created_at)),
        }
    }
}

#[utoipa::path(
    get,
    path = "/admin/users",
    operation_id = "admin.users.list",
    tag = "admin",
    summary = "Users",
    description = "Those of whom all is true that is asked for, the oldest account first. Total says how many there are. Where no counter says so, because profiles, times or several things at once are asked for, at most 10,000 accounts are looked at, and Total says how many of these are meant; from and to lead further.",
    params(
        CallerHeaders,
        Filters,
        ("ordering" = Option<String>, Query, description = "asc or desc"),
        ("order_by" = Option<String>, Query, description = "id"),
    ),
    responses(
        (status = 200, description = "A page of them, with their profiles and times where `extended` says so; Total, Page, Per-Page and Link say which of how many", body = Vec<UserWithProfilesView>),
        (status = 422, description = "`admin.user.non_boolean_extended`, `admin.user.invalid_range`, `invalid`, `user.ordering.invalid_ordering`, `user.ordering.invalid_attribute`, `non_integer_page`, `non_positive_page`, `non_integer_limit`, `invalid_limit`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn list(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    caller: Caller,
    params: Params,
) -> Result<Response, BarongError> {
    let mut given = params.of("admin.user");
    let wanted = Wanted::read(&mut given);
    let descends = given.read("ordering", "user.ordering.invalid_ordering", |text| {
        match text.to_ascii_lowercase().as_str() {
            "asc" => Some(false),
            "desc" => Some(true),
            _ => None,
        }
    });
    given.read("order_by", "user.ordering.invalid_attribute", |text| {
        (text == "id").then_some(())
    });
    let paging = Paging::read(&mut given);
    given.done()?;
    if wanted.is_extended {
        by::reads(&app, &caller, uri.path(), params.values().clone()).await?;
    }
    let rows = Rows {
        youngest_first: descends.unwrap_or(false),
        ..rows(paging)
    };
    let found = search::search(&app.store, &wanted.filter, rows).await?;
    if !wanted.is_extended {
        let users = found.users.iter().map(UserView::of).collect();
        return Ok(paging.answer(&app, &uri, found.total, users));
    }
    let customers = search::whole(&app.store, &found.users).await?;
    let users = customers.iter().map(UserWithProfilesView::of).collect();
    Ok(paging.answer(&app, &uri, found.total, users))
}
