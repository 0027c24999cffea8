//! `GET /api/v1/master-data/…` (master_data_actions, master_data_resources, master_data_scopes): the words that permissions
//! are made of.

use axum::Json;
use shared::access::{Action, Scope, permission};
use shared::surfaces::engine::{Guarded, GuardedHeaders, Permitted, ReadMasterData};

#[utoipa::path(
    get,
    path = "/api/v1/master-data/actions",
    operation_id = "master_data_actions",
    tag = "permissions",
    summary = "List the actions",
    description = "Needs `masterdata:*:read`.",
    params(GuardedHeaders),
    responses(
        Guarded,
        (status = 200, description = "Always the same", body = Vec<String>),
    )
)]
pub async fn master_data_actions(_permitted: Permitted<ReadMasterData>) -> Json<[&'static str; 5]> {
    Json(Action::ALL.map(Action::as_str))
}

#[utoipa::path(
    get,
    path = "/api/v1/master-data/resources",
    operation_id = "master_data_resources",
    tag = "permissions",
    summary = "List the resources",
    description = "Needs `masterdata:*:read`. New permissions do not add to this list.",
    params(GuardedHeaders),
    responses(
        Guarded,
        (status = 200, description = "Always the same", body = Vec<String>),
    )
)]
pub async fn master_data_resources(_permitted: Permitted<ReadMasterData>) -> Json<[&'static str; 8]> {
    Json(permission::RESOURCES)
}

#[utoipa::path(
    get,
    path = "/api/v1/master-data/scopes",
    operation_id = "master_data_scopes",
    tag = "permissions",
    summary = "List the scopes",
    description = "Needs `masterdata:*:read`; `all` is shown to those who have it for that.",
    params(GuardedHeaders),
    responses(
        Guarded,
        (status = 200, description = "The scopes, the widest first", body = Vec<String>),
    )
)]
pub async fn master_data_scopes(permitted: Permitted<ReadMasterData>) -> Json<Vec<&'static str>> {
    let shown = Scope::ALL
        .into_iter()
        .filter(|scope| *scope != Scope::All || permitted.scope == Scope::All);
    Json(shown.map(Scope::as_str).collect())
}
