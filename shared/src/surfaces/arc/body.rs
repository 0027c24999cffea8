//! Reading arc's bodies: one JSON object that keeps to its schema. What the schema does not name is refused. A body that is
//! not there at all is like `{}`, but where a client says in it who it is.

use axum::extract::{FromRequest, Request};
use http::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::map::Entry;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::error::ArcError;
use super::schema::{Violation, violations};
use crate::http::body::whole;

/// What a JSON body is announced as. Without an announcement it is taken for one.
const JSON: &str = "application/json";

/// What a form is announced as, likewise.
const FORM: &str = "application/x-www-form-urlencoded";

/// A JSON body of up to 1 MiB. `T` refuses what it does not name (`deny_unknown_fields`), and its schema says so.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned + ToSchema, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ArcError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ArcError> {
        let value = read(request).await?.unwrap_or_else(|| Value::Object(Map::new()));
        judged(value).map(Self)
    }
}

/// The same for an operation that a client calls by its identifier and secret: without any body there is no client.
#[derive(Debug)]
pub struct ClientBody<T>(pub T);

impl<T: DeserializeOwned + ToSchema, S: Sync> FromRequest<S> for ClientBody<T> {
    type Rejection = ArcError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ArcError> {
        let value = read(request).await?.ok_or_else(ArcError::client_auth_absent)?;
        judged(value).map(Self)
    }
}

/// A form of up to 1 MiB whose members are texts; it is judged as a JSON object of them is. Without any body it has no members.
#[derive(Debug)]
pub struct FormBody<T>(pub T);

impl<T: DeserializeOwned + ToSchema, S: Sync> FromRequest<S> for FormBody<T> {
    type Rejection = ArcError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ArcError> {
        let announced = announced(request.headers(), FORM);
        let bytes = whole(request).await?;
        if !bytes.is_empty() {
            announced?;
        }
        judged(members(&bytes)).map(Self)
    }
}

/// The members of a form. One that is there twice is no text (RFC 6749 §3.1).
fn members(form: &[u8]) -> Value {
    let mut members = Map::new();
    for (name, text) in form_urlencoded::parse(form) {
        let text = Value::from(text);
        match members.entry(name) {
            Entry::Vacant(place) => drop(place.insert(text)),
            Entry::Occupied(mut place) => drop(place.insert(Value::Array(vec![text]))),
        }
    }
    Value::Object(members)
}

/// The JSON of a body; `None` where there is no body.
async fn read(request: Request) -> Result<Option<Value>, ArcError> {
    let announced = announced(request.headers(), JSON);
    let bytes = whole(request).await?;
    match bytes.is_empty() {
        true => Ok(None),
        false => {
            announced?;
            serde_json::from_slice(&bytes).map(Some).map_err(ArcError::json_syntax)
        }
    }
}

fn announced(headers: &HeaderMap, wanted: &str) -> Result<(), ArcError> {
    let Some(given) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let given = String::from_utf8_lossy(given.as_bytes());
    let kind = given.split(';').next().unwrap_or_default().trim();
    match kind.eq_ignore_ascii_case(wanted) {
        true => Ok(()),
        false => Err(ArcError::media_type(&given, wanted)),
    }
}

fn judged<T: DeserializeOwned + ToSchema>(value: Value) -> Result<T, ArcError> {
    let violations = violations(&T::schema(), &value);
    if !violations.is_empty() {
        return Err(ArcError::body_invalid(&violations));
    }
    serde_json::from_value(value).map_err(|problem| {
        // The schema says less than the type: such as that a number fits into its type.
        ArcError::body_invalid(&[Violation::of("", "type", problem.to_string())])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::json;
    use utoipa::PartialSchema as _;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Form {
        user_name: String,
        #[schema(nullable = false, minimum = 1, maximum = 10)]
        number: Option<u32>,
        #[schema(value_type = Option<String>, format = "date-time")]
        at: Option<String>,
        #[schema(value_type = Option<Object>, nullable = false)]
        data: Option<Map<String, Value>>,
    }

    fn wrong(body: Value) -> Value {
        json!(violations(&Form::schema(), &body))
    }

    #[test]
    fn a_body_that_keeps_to_its_schema_is_read() {
        let form: Form = judged(json!({ "userName": "ada", "number": 2, "at": null, "data": { "x": [1] } })).unwrap();
        assert_eq!((form.user_name.as_str(), form.number), ("ada", Some(2)));
        assert_eq!(
            wrong(json!({ "userName": "ada", "at": "2026-01-01T00:00:00Z" })),
            json!([])
        );
    }

    #[test]
    fn all_that_is_wrong_is_named() {
        assert_eq!(
            wrong(json!({ "number": "1", "x": 1 })),
            json!([
                {
                    "path": "",
                    "code": "required",
                    "message": "must have required property 'userName'",
                    "info": { "missingProperty": "userName" }
                },
                {
                    "path": "",
                    "code": "additionalProperties",
                    "message": "must NOT have additional properties",
                    "info": { "additionalProperty": "x" }
                },
                { "path": "/number", "code": "type", "message": "must be integer", "info": { "type": "integer" } }
            ])
        );
    }

    #[test]
    fn what_breaks_which_rule() {
        for (body, path, code) in [
            (json!([]), "", "type"),
            (json!(null), "", "type"),
            (json!("text"), "", "type"),
            (json!({ "userName": null }), "/userName", "type"),
            (json!({ "userName": 1 }), "/userName", "type"),
            (json!({ "userName": "a", "number": 0 }), "/number", "minimum"),
            (json!({ "userName": "a", "number": 11 }), "/number", "maximum"),
            (json!({ "userName": "a", "number": 1.5 }), "/number", "type"),
            (json!({ "userName": "a", "number": null }), "/number", "type"),
            (json!({ "userName": "a", "at": "yesterday" }), "/at", "format"),
            (json!({ "userName": "a", "data": [] }), "/data", "type"),
        ] {
            let found = wrong(body.clone());
            assert_eq!(
                (&found[0]["path"], &found[0]["code"]),
                (&json!(path), &json!(code)),
                "{body}"
            );
            assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
        }
    }

    #[test]
    fn a_form_is_judged_as_its_members_are() {
        let found = |form: &str| judged::<Form>(members(form.as_bytes())).map(|form| form.user_name);
        assert_eq!(found("userName=a%26b+c").unwrap(), "a&b c");
        for wrong in [
            "",
            "userName=a&userName=b",
            "userName=a&x=1",
            "userName=a&number=1",
            "username=a",
        ] {
            assert!(found(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn json_is_announced_or_nothing_is() {
        let given = |value: &str| announced(&HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]), JSON);
        for fine in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json;x=y",
        ] {
            assert!(given(fine).is_ok(), "{fine}");
        }
        for other in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "",
            "application/jsonp",
        ] {
            assert!(given(other).is_err(), "{other}");
        }
        assert!(announced(&HeaderMap::new(), JSON).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                let _either = judged::<Form>(value);
            }
        }
    }
}
