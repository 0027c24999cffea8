//! `GET /auth-clients/count` (auth-clients-count): how many clients are meant.

use axum::Json;
use serde::Serialize;
use shared::clients::manage;
use shared::surfaces::arc::{ArcError, AuthorizationHeader, ErrorBody, Guarded, Meant, NotAllowed, Permitted};
use utoipa::ToSchema;

use crate::view::{Clients, row};

/// So many.
#[derive(Debug, Serialize, ToSchema)]
pub struct Count {
    /// How many.
    pub count: usize,
}

#[utoipa::path(
    get,
    path = "/auth-clients/count",
    operation_id = "auth-clients-count",
    tag = "auth-clients",
    summary = "Count clients",
    params(
        AuthorizationHeader,
        ("where" = Option<String>, Query, description = "JSON text, or `where[clientId]=web`"),
    ),
    responses(
        Guarded,
        (status = 200, description = "How many there are", body = Count),
        (status = 400, description = "The where cannot be used", body = ErrorBody),
    )
)]
pub async fn auth_clients_count(request: Permitted<NotAllowed, Meant<Clients>>) -> Result<Json<Count>, ArcError> {
    let mut count = 0;
    for client in manage::list(&request.app).await? {
        let row = row(client)?;
        count += usize::from(request.body.clause.as_ref().is_none_or(|clause| clause.matches(&row)));
    }
    Ok(Json(Count { count }))
}
