//! Reading engine's bodies: JSON whatever the Content-Type says, member names in any case, unknown members ignored,
//! `null` like `{}`, anything after the first value ignored.

use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use http::StatusCode;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde_json::{Error, Value};

use super::error::EngineError;
use crate::http::MAX_MULTIPART;
use crate::http::body::whole;

/// A JSON body of up to 1 MiB.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = EngineError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, EngineError> {
        parse(&whole(request).await?).map(Self)
    }
}

/// The same, where no body at all, or an empty one, is like `{}`.
#[derive(Debug)]
pub struct OptionalJsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for OptionalJsonBody<T> {
    type Rejection = EngineError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, EngineError> {
        let bytes = whole(request).await?;
        match bytes.trim_ascii() {
            [] => parse(b"{}"),
            bytes => parse(bytes),
        }
        .map(Self)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, EngineError> {
    let not_json = || EngineError::new(StatusCode::BAD_REQUEST, "The body must be a JSON object");
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let value = match values.next() {
        Some(Ok(Value::Null)) => Value::Object(serde_json::Map::new()),
        Some(Ok(value @ Value::Object(_))) => value,
        _ => return Err(not_json()),
    };
    serde_path_to_error::deserialize(AnyCase(value)).map_err(|error| {
        let member = error.path().to_string();
        EngineError::invalid(&member, "has the wrong JSON type")
    })
}

/// Matches the members of an object to those of a struct without regard to case, as the published API does. A member
/// that is null counts as absent; of several spellings the last one counts.
struct AnyCase(Value);

impl<'de> Deserializer<'de> for AnyCase {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::Object(object) = self.0 else {
            return self.deserialize_any(visitor);
        };
        let mut members: Vec<(&'static str, Value)> = Vec::new();
        for (name, value) in object {
            let Some(field) = fields.iter().find(|field| field.eq_ignore_ascii_case(&name)) else {
                continue;
            };
            members.retain(|(known, _)| known != field);
            if !value.is_null() {
                members.push((field, value));
            }
        }
        visitor.visit_map(MapDeserializer::new(members.into_iter()))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.into_deserializer().deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The limit of a route that takes multipart.
pub fn multipart_limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_MULTIPART)
}

/// What a broken multipart body is answered with.
pub fn problem_of_multipart(error: &MultipartError) -> EngineError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => EngineError::too_large(),
        _ => EngineError::new(StatusCode::BAD_REQUEST, "The body must be multipart/form-data"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Default)]
    #[serde(rename_all = "camelCase", default)]
    struct Form {
        first_name: Option<String>,
        age: Option<u8>,
    }

    fn form(text: &str) -> Result<Form, EngineError> {
        parse(text.as_bytes())
    }

    #[test]
    fn as_the_published_api_reads_it() {
        let ada = || Form {
            first_name: Some("Ada".into()),
            age: None,
        };
        assert_eq!(form(r#"{"firstName":"Ada"}"#).unwrap(), ada());
        assert_eq!(form(r#"{"FIRSTNAME":"Ada","other":{"a":[1]}}"#).unwrap(), ada());
        assert_eq!(form(r#"{"firstName":"Ada"} trailing"#).unwrap(), ada());
        assert_eq!(form(r#"{"firstName":"Ada","age":null}"#).unwrap(), ada());
        assert_eq!(form("null").unwrap(), Form::default());
        assert_eq!(form(" {} ").unwrap(), Form::default());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[]",
            "1",
            r#""text""#,
            "{'a':1}",
            "\u{feff}{}",
            r#"{"a":1"#,
        ] {
            assert!(form(text).is_err(), "{text:?}");
        }
        assert!(
            form(&"[".repeat(100_000)).is_err(),
            "deep nesting ends as an error, not as a crash"
        );
    }

    #[test]
    fn a_wrong_type_names_its_member() {
        for text in [r#"{"age":"1"}"#, r#"{"AGE":256}"#, r#"{"age":-1}"#, r#"{"age":[1]}"#] {
            let error = format!("{:?}", form(text).unwrap_err());
            assert!(error.contains("\"age\""), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _either = parse::<Form>(&bytes);
        }
    }
}
