//! `GET /admin/users/{uid}` (admin.users.get): a user with everything that is known of its owner.

use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use futures_util::future::try_join;
use serde_json::Map;
use shared::App;
use shared::accounts::{Customer, administration};
use shared::surfaces::barong::{BarongError, Caller, CallerHeaders, ErrorKeys, Guarded};

use crate::by::reads;
use crate::entities::KycUserView;
use crate::refusals::no_user;

#[utoipa::path(
    get,
    path = "/admin/users/{uid}",
    operation_id = "admin.users.get",
    tag = "admin",
    summary = "A user with everything that is known of its owner",
    description = "Nothing is masked, and it is written down that it was read.",
    params(CallerHeaders, ("uid" = String, Path, description = "The short identifier")),
    responses(
        (status = 200, description = "The user", body = KycUserView),
        (status = 404, description = "`admin.user.doesnt_exist`", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Path(uid): Path<String>,
) -> Result<Json<KycUserView>, BarongError> {
    let id = administration::find(&app, &uid).await?.ok_or_else(no_user)?;
    let parameters = Map::from_iter([("uid".to_owned(), uid.into())]);
    // Nobody reads it whose reading is not written down.
    let noting = reads(&app, &caller, uri.path(), parameters);
    let (customer, ()) = try_join(Customer::read(&app.store, id), noting).await?;
    let customer = customer.ok_or_else(no_user)?;
    Ok(Json(KycUserView::of(&app, &customer).await?))
}
