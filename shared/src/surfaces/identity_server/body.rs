//! Reading identity-server's bodies: one JSON object, whatever the Content-Type says; unknown members are ignored, `null`
//! counts as absent, anything else that is not as documented is 400 "Invalid Request".

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::IdentityError;
use crate::http::body::whole;

/// A JSON body of up to 1 MiB.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = IdentityError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, IdentityError> {
        parse(&whole(request).await?).map(Self)
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, IdentityError> {
    // A struct could be read from an array as well; of two members with one name the last counts.
    let mut object: Map<String, Value> = serde_json::from_slice(bytes).map_err(|_| IdentityError::invalid_request())?;
    object.retain(|_, value| !value.is_null());
    serde_json::from_value(Value::Object(object)).map_err(|_| IdentityError::invalid_request())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq, Default)]
    #[serde(default)]
    struct Form {
        name: Option<String>,
        reset_password: bool,
    }

    fn form(text: &str) -> Result<Form, IdentityError> {
        parse(text.as_bytes())
    }

    #[test]
    fn an_object_is_read_and_what_it_has_beside_is_not() {
        let ada = || Form {
            name: Some("Ada".into()),
            reset_password: false,
        };
        assert_eq!(form(r#" {"name":"Ada"} "#).unwrap(), ada());
        assert_eq!(form(r#"{"name":"Ada","other":{"a":[1]}}"#).unwrap(), ada());
        assert_eq!(form(r#"{"name":"Ada","reset_password":null}"#).unwrap(), ada());
        assert_eq!(form(r#"{"NAME":"Ada"}"#).unwrap(), Form::default());
    }

    #[test]
    fn what_is_no_object_or_has_a_wrong_type_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "null",
            "[]",
            r#"["Ada",true]"#,
            "1",
            r#""text""#,
            "{'name':1}",
            "\u{feff}{}",
            r#"{"name":"Ada"} trailing"#,
            r#"{"name":1}"#,
            r#"{"reset_password":"true"}"#,
        ] {
            assert_eq!(form(text), Err(IdentityError::invalid_request()), "{text:?}");
        }
        assert!(
            form(&"[".repeat(100_000)).is_err(),
            "deep nesting ends as an error, not as a crash"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _either = parse::<Form>(&bytes);
        }
    }
}
