//! `GET /auth-clients` (auth-clients-find): the clients that a filter wants.

use axum::Json;
use shared::clients::manage;
use shared::surfaces::arc::{ArcError, AuthorizationHeader, ErrorBody, Filtered, Guarded, NotAllowed, Permitted};
use shared::surfaces::loopback::Row;

use crate::view::{ClientView, Clients, row};

#[utoipa::path(
    get,
    path = "/auth-clients",
    operation_id = "auth-clients-find",
    tag = "auth-clients",
    summary = "Find clients",
    params(
        AuthorizationHeader,
        ("filter" = Option<String>, Query, description = "JSON text, or `filter[where][clientId]=web`: where, order, limit, offset or skip, fields"),
    ),
    responses(
        Guarded,
        (status = 200, description = "The clients, by their numbers where no order is asked for", body = Vec<ClientView>),
        (status = 400, description = "The filter cannot be used", body = ErrorBody),
    )
)]
pub async fn auth_clients_find(request: Permitted<NotAllowed, Filtered<Clients>>) -> Result<Json<Vec<Row>>, ArcError> {
    let clients = manage::list(&request.app).await?;
    let rows = clients.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(Json(request.body.filter.applied(rows)))
}
