//! `PATCH /auth-clients` (auth-clients-update-all): changes all clients that are meant.

use axum::Json;
use shared::clients::manage::{self, By};
use shared::surfaces::arc::{
    ArcError, AuthorizationHeader, ErrorBody, Guarded, Meant, NotAllowed, Permitted, in_words,
};

use crate::count::Count;
use crate::create::refusal;
use crate::form::{PartOfClient, Read};
use crate::view::{Clients, row};

#[utoipa::path(
    patch,
    path = "/auth-clients",
    operation_id = "auth-clients-update-all",
    tag = "auth-clients",
    summary = "Change many clients",
    description = "What belongs to one client (id, clientId, secrets) is refused. That all are meant has to be said: `where={}`.",
    params(
        AuthorizationHeader,
        ("where" = String, Query, description = "JSON text, or `where[clientId]=web`"),
    ),
    request_body = PartOfClient,
    responses(
        Guarded,
        (status = 200, description = "How many were changed", body = Count),
        (status = 400, description = "The where is missing, or cannot be used", body = ErrorBody),
        (status = 422, description = "The body breaks its schema, or says what belongs to one client", body = ErrorBody),
    )
)]
pub async fn auth_clients_update_all(
    request: Permitted<NotAllowed, Meant<Clients, Read<PartOfClient>>>,
) -> Result<Json<Count>, ArcError> {
    let Permitted {
        app,
        caller,
        origin,
        body: Meant {
            clause,
            body: Read(said),
            ..
        },
        ..
    } = request;
    let clause = clause.ok_or_else(|| ArcError::param_missing("where"))?;
    if let Some(member) = said.own {
        return Err(ArcError::member_invalid(member, "not", "belongs to one client"));
    }
    let by = By {
        user: caller.user.id,
        origin: &origin,
    };
    let meant = |client: &shared::clients::Client| row(client.clone()).is_ok_and(|row| clause.matches(&row));
    let done = manage::change_all(&app, by, meant, &said.change).await;
    let count = done.map_err(in_words(refusal))?;
    Ok(Json(Count { count }))
}
