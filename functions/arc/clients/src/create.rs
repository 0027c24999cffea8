//! `POST /auth-clients` (auth-clients-create): makes a client. Its secrets are shown this once.

use axum::Json;
use http::StatusCode;
use serde_json::Value;
use shared::clients::manage::{self, By, NotDone};
use shared::surfaces::arc::{ArcError, AuthorizationHeader, ErrorBody, Guarded, NotAllowed, Permitted, in_words};
use shared::surfaces::loopback::Row;

use crate::form::{NewClient, Read};
use crate::view::{ClientView, row};

#[utoipa::path(
    post,
    path = "/auth-clients",
    operation_id = "auth-clients-create",
    tag = "auth-clients",
    summary = "Create a client",
    description = "Its secrets are kept as hashes and shown this once.",
    params(AuthorizationHeader),
    request_body = NewClient,
    responses(
        Guarded,
        (status = 200, description = "The client", body = ClientView),
        (status = 400, description = "Broken JSON", body = ErrorBody),
        (status = 409, description = "Another client has the clientId, or there are as many as there may be", body = ErrorBody),
        (status = 422, description = "The body breaks its schema", body = ErrorBody),
    )
)]
pub async fn auth_clients_create(request: Permitted<NotAllowed, Read<NewClient>>) -> Result<Json<Row>, ArcError> {
    let Permitted {
        app,
        caller,
        origin,
        body: Read(draft),
        ..
    } = request;
    let by = By {
        user: caller.user.id,
        origin: &origin,
    };
    let client = manage::create(&app, by, &draft).await.map_err(in_words(refusal))?;
    let mut row = row(client)?;
    for (member, secret) in [("clientSecret", draft.secret), ("secret", draft.other)] {
        if let Some(secret) = secret {
            row.insert(member.to_owned(), secret.expose().into());
        }
    }
    // What was not said is not shown here.
    row.retain(|_, value| *value != Value::Null);
    Ok(Json(row))
}

/// What a refusal is in this surface's words.
pub fn refusal(refusal: NotDone) -> ArcError {
    let conflict = |detail: &str| {
        let message = format!("Unique constraint violation error ! {detail}");
        ArcError::new(StatusCode::CONFLICT, message)
    };
    match refusal {
        NotDone::Taken => conflict("clientId"),
        NotDone::TooMany => ArcError::new(StatusCode::CONFLICT, refusal.to_string()),
        NotDone::First => ArcError::not_allowed(),
        NotDone::Unknown => ArcError::internal(refusal),
    }
}
