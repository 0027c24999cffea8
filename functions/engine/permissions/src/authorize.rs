//! `POST /api/v1/user/authorize` (authorize): whether the caller may do something. Always an answer, never a refusal: what
//! nobody grants, or nobody knows, is `false`.

use axum::extract::{FromRequest as _, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::access::Question;
use shared::access::standing::{self, Wanted};
use shared::ids::OrgId;
use shared::surfaces::engine::{
    Authenticated, EngineError, ErrorBody, GuardedHeaders, JsonBody, bearer, hint_to_renew, wanted,
};
use shared::{App, sessions};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
struct AuthorizeRequest {
    /// The resource.
    #[schema(nullable = false)]
    resource: Option<String>,
    /// `all`, `org`, `associated`, `own`, or `*` for any.
    #[schema(nullable = false)]
    scope: Option<String>,
    /// `write`, `create`, `update`, `delete`, `read`, or `*` for any.
    #[schema(nullable = false)]
    action: Option<String>,
    /// The organization; absent or 0 for the one that the request acts in.
    #[serde(rename = "orgID")]
    #[schema(rename = "orgID", value_type = Option<String>, nullable = false)]
    org_id: Option<Value>,
}

#[derive(Serialize, ToSchema)]
struct Decision {
    /// Whether the caller may.
    status: bool,
}

#[utoipa::path(
    post,
    path = "/api/v1/user/authorize",
    operation_id = "authorize",
    tag = "permissions",
    summary = "Ask whether the caller may do something",
    params(GuardedHeaders),
    request_body = AuthorizeRequest,
    responses(
        Authenticated,
        (status = 200, description = "The answer", body = Decision),
        (status = 400, description = "Broken JSON or a member of the wrong type", body = ErrorBody),
    )
)]
pub async fn authorize(State(app): State<App>, request: Request) -> response::Result<Response, EngineError> {
    // Token, then body, then the table: the body names the organization, and one round trip reads all of it. Only who
    // sends a body that cannot be read is told first when the session has ended.
    let bearer = bearer(&app, request.headers()).await?;
    let header = wanted(request.headers());
    let read = JsonBody::<AuthorizeRequest>::from_request(request, &()).await;
    let (asked, wanted) = match read.and_then(|JsonBody(asked)| asked.wanted(header).map(|wanted| (asked, wanted))) {
        Ok(read) => read,
        Err(error) => {
            let live = sessions::check(&app, bearer.user_id, bearer.session_id).await?;
            return Err(live.map_or_else(EngineError::unauthorized, |_| error));
        }
    };
    let checked = standing::check(&app, bearer.user_id, bearer.session_id, &bearer.hints, wanted).await?;
    let (live, standing) = checked.ok_or_else(EngineError::unauthorized)?;
    let status = standing.is_some_and(|standing| standing.answer(&asked.question()).is_some());
    sessions::mark_seen(&app, &live.session).await;
    Ok(hint_to_renew(
        &app,
        Json(Decision { status }).into_response(),
        bearer.expires_at,
    ))
}

impl AuthorizeRequest {
    fn question(&self) -> Question<'_> {
        let text = |member: &'_ Option<String>| member.clone().unwrap_or_default();
        Question::new(
            self.resource.as_deref().unwrap_or_default(),
            &text(&self.scope),
            &text(&self.action),
        )
    }

    /// In which organization: the body's, or else the header's.
    fn wanted(&self, header: Wanted) -> Result<Wanted, EngineError> {
        match &self.org_id {
            None => Ok(header),
            Some(Value::String(id)) => Ok(OrgId::parse(id).map_or(Wanted::Nowhere, Wanted::Named)),
            Some(Value::Number(number)) if number.as_i64() == Some(0) => Ok(header),
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(Wanted::Nowhere),
            Some(_) => Err(EngineError::invalid("orgID", "has the wrong JSON type")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(org_id: Value) -> Result<Wanted, EngineError> {
        let asked = AuthorizeRequest {
            resource: None,
            scope: None,
            action: None,
            org_id: Some(org_id),
        };
        asked.wanted(Wanted::Unsaid)
    }

    #[test]
    fn which_organization_the_body_names() {
        assert_eq!(wanted(0.into()).unwrap(), Wanted::Unsaid);
        assert_eq!(wanted(7.into()).unwrap(), Wanted::Nowhere);
        assert_eq!(wanted((-1).into()).unwrap(), Wanted::Nowhere);
        assert_eq!(wanted(u64::MAX.into()).unwrap(), Wanted::Nowhere);
        assert_eq!(
            wanted(OrgId::HOME.to_string().into()).unwrap(),
            Wanted::Named(OrgId::HOME)
        );
        assert_eq!(wanted("".into()).unwrap(), Wanted::Nowhere);
        for other in [
            serde_json::json!(1.5),
            serde_json::json!(true),
            serde_json::json!([]),
            serde_json::json!({}),
        ] {
            assert!(wanted(other).is_err());
        }
    }
}
