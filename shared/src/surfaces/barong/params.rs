//! What a request gives: query and body as one set of parameters, whether the body is a form, multipart or JSON. Where both
//! name a parameter, the body counts. Unknown ones are ignored.
//!
//! An operation reads its parameters in the order in which they are documented; what is wrong with them is said together:
//!
//! ```ignore
//! let mut given = params.of("identity.user");
//! let (email, password) = (given.filled("email"), given.filled("password"));
//! given.done()?;
//! ```

mod given;

use std::fmt;

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::error::BarongError;
use crate::http::body::whole;

pub use given::{Given, boolean, date, details, integer};

/// So many parameters are read; a request that has more is refused.
const MOST: usize = 500;

/// An uploaded file.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What the client calls it.
    pub file_name: String,
    /// Its content.
    pub bytes: Bytes,
}

/// What a request gives. `Debug` shows no values: passwords are among them.
#[derive(Default)]
pub struct Params {
    values: Map<String, Value>,
    uploads: Vec<(String, Upload)>,
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values.keys()).finish()
    }
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = BarongError;

    async fn from_request(request: Request, state: &S) -> Result<Self, BarongError> {
        let mut params = Self::of_query(request.uri().query().unwrap_or_default());
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        match kind.split(';').next().unwrap_or_default().trim() {
            "multipart/form-data" => {
                let parts = Multipart::from_request(request, state).await;
                params
                    .add_parts(parts.map_err(|_| BarongError::invalid_body())?)
                    .await?;
            }
            kind => params.add_body(kind, &whole(request).await?)?,
        }
        match params.values.len() + params.uploads.len() {
            0..=MOST => Ok(params),
            _ => Err(BarongError::invalid_body()),
        }
    }
}

impl Params {
    /// The parameters of a query.
    pub fn of_query(query: &str) -> Self {
        let mut params = Self::default();
        params.add_pairs(query.as_bytes());
        params
    }

    /// Looks at them as the parameters of a resource, by which keys of errors begin: `identity.user`.
    pub fn of<'a>(&'a self, resource: &'static str) -> Given<'a> {
        Given {
            params: self,
            resource,
            keys: Vec::new(),
        }
    }

    /// All of them as one JSON object, for who writes down what was asked for.
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    fn add_body(&mut self, kind: &str, body: &[u8]) -> Result<(), BarongError> {
        let body = body.trim_ascii();
        let is_json = kind.ends_with("json") || (kind != "application/x-www-form-urlencoded" && body.starts_with(b"{"));
        match (body, is_json) {
            ([], _) => {}
            (_, true) => {
                let object: Map<String, Value> =
                    serde_json::from_slice(body).map_err(|_| BarongError::invalid_body())?;
                self.values.extend(object);
            }
            (_, false) => {
                // What the body names takes the place of the query, and is not added to it.
                let mut form = Self::default();
                form.add_pairs(body);
                self.values.extend(form.values);
            }
        }
        Ok(())
    }

    fn add_pairs(&mut self, pairs: &[u8]) {
        for (name, value) in form_urlencoded::parse(pairs).take(MOST + 1) {
            self.add_text(&name, value.into_owned());
        }
    }

    async fn add_parts(&mut self, mut parts: Multipart) -> Result<(), BarongError> {
        let broken = |error: axum::extract::multipart::MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => BarongError::new(StatusCode::PAYLOAD_TOO_LARGE, "record.too_large"),
            _ => BarongError::invalid_body(),
        };
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(file_name) => {
                    let bytes = part.bytes().await.map_err(broken)?;
                    let name = name.strip_suffix("[]").unwrap_or(&name).to_owned();
                    form.uploads.push((name, Upload { file_name, bytes }));
                }
                // As a form's values are read. The part's own way would take a byte order mark off, of a password as well.
                None => {
                    let bytes = part.bytes().await.map_err(broken)?;
                    form.add_text(&name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
            if form.values.len() + form.uploads.len() > MOST {
                return Err(BarongError::invalid_body());
            }
        }
        self.values.extend(form.values);
        self.uploads.extend(form.uploads);
        Ok(())
    }

    /// `name[]` adds to a list, `name[member]` to an object, as forms spell them.
    fn add_text(&mut self, name: &str, text: String) {
        let value = Value::String(text);
        let inner = name.strip_suffix(']').and_then(|name| name.split_once('['));
        match inner {
            Some((name, "")) => match self.values.get_mut(name) {
                Some(Value::Array(list)) => list.push(value),
                _ => drop(self.values.insert(name.to_owned(), Value::Array(vec![value]))),
            },
            Some((name, member)) => match self.values.get_mut(name) {
                Some(Value::Object(object)) => drop(object.insert(member.to_owned(), value)),
                _ => {
                    let object = Map::from_iter([(member.to_owned(), value)]);
                    self.values.insert(name.to_owned(), Value::Object(object));
                }
            },
            None => drop(self.values.insert(name.to_owned(), value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(query: &str, kind: &str, body: &str) -> Result<Params, BarongError> {
        let request = http::Request::post(format!("/x?{query}")).header(CONTENT_TYPE, kind);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(Params::from_request(request, &()))
    }

    fn values(query: &str, kind: &str, body: &str) -> Value {
        Value::Object(read(query, kind, body).unwrap().values)
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[test]
    fn query_and_body_are_one_and_the_body_counts() {
        let wanted = json!({ "a": "2", "b": "x y", "c": "3" });
        assert_eq!(values("a=1&c=3", FORM, "a=2&b=x+y"), wanted);
        assert_eq!(
            values("a=1&c=3", "application/json; charset=utf-8", r#"{"a":"2","b":"x y"}"#),
            wanted
        );
        assert_eq!(values("a=1&c=3", "", r#"{"a":"2","b":"x y"}"#), wanted);
        assert_eq!(values("a=2&b=x%20y&c=3", "application/json", " "), wanted);
        let parts = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n2\r\n--b\r\n\
                     Content-Disposition: form-data; name=\"b\"\r\n\r\nx y\r\n--b--\r\n";
        assert_eq!(values("a=1&c=3", "multipart/form-data; boundary=b", parts), wanted);
    }

    #[test]
    fn brackets_are_lists_and_objects() {
        let wanted = json!({ "scope": ["trade", "read"], "captcha": { "a": "1", "b": "2" } });
        let form = "scope[]=trade&scope%5B%5D=read&captcha[a]=1&captcha[b]=2";
        assert_eq!(values("", FORM, form), wanted);
        assert_eq!(values("scope[]=other", FORM, form), wanted);
        assert_eq!(
            values("", FORM, "a]=1&b[=2&[c]=3"),
            json!({ "a]": "1", "b[": "2", "": { "c": "3" } })
        );
    }

    #[test]
    fn a_file_is_no_text() {
        let parts =
            "--b\r\nContent-Disposition: form-data; name=\"upload[]\"; filename=\"a.png\"\r\n\r\nPNG\r\n--b--\r\n";
        let params = read("", "multipart/form-data; boundary=b", parts).unwrap();
        let given = params.of("resource.document");
        assert!(given.value("upload").is_none());
        let [upload] = given.uploads("upload")[..] else {
            panic!("one file")
        };
        assert_eq!(
            (upload.file_name.as_str(), upload.bytes.as_ref()),
            ("a.png", b"PNG".as_slice())
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let many = (0..=MOST).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        for (kind, body) in [
            ("application/json", "{"),
            ("application/json", "[]"),
            ("application/json", "null"),
            ("application/json", r#"{"a":1} x"#),
            ("", "{"),
            ("multipart/form-data", "x"),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n2",
            ),
            (FORM, &many),
        ] {
            assert_eq!(
                read("", kind, body).unwrap_err(),
                BarongError::invalid_body(),
                "{kind} {body:.20}"
            );
        }
    }

    #[test]
    fn what_is_missing_and_what_is_empty() {
        let keys = |query: &str| {
            let params = Params::of_query(query);
            let mut given = params.of("identity.user");
            given.filled("email");
            given.filled_as("reset_password_token", "pass_token");
            given.required("password");
            given.optional_filled("otp_code");
            given.keys.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert!(keys("email=a&reset_password_token=b&password=").is_empty());
        let all = [
            "identity.user.missing_email",
            "identity.user.empty_email",
            "identity.user.missing_pass_token",
            "identity.user.empty_reset_password_token",
            "identity.user.missing_password",
        ];
        assert_eq!(keys(""), all);
        let blank = [
            "identity.user.empty_email",
            "identity.user.empty_reset_password_token",
            "identity.user.empty_otp_code",
        ];
        assert_eq!(keys("email=+&reset_password_token=&password=&otp_code="), blank);
        assert_eq!(keys("email[x]=1&reset_password_token=b&password=c"), ["invalid"]);
    }

    #[test]
    fn values_of_json_are_texts_too() {
        let params = read(
            "",
            "application/json",
            r#"{"n":12,"t":true,"z":null,"s":["a","b"],"l":"a, b,"}"#,
        )
        .unwrap();
        let mut given = params.of("identity.user");
        assert_eq!(given.optional("n").as_deref(), Some("12"));
        assert_eq!(given.read("t", "x", boolean), Some(true));
        assert_eq!(given.optional("z"), None);
        assert_eq!(given.list("s"), given.list("l"));
        assert_eq!(given.read("s", "x", integer), None);
        assert_eq!(given.done().unwrap_err(), BarongError::invalid("invalid"));
    }

    #[test]
    fn numbers_truths_and_days() {
        assert_eq!(
            [integer("12"), integer("-1"), integer("+1"), integer("1.0"), integer("")],
            [Some(12), Some(-1), None, None, None]
        );
        assert_eq!(
            [boolean("Yes"), boolean("OFF"), boolean("2")],
            [Some(true), Some(false), None]
        );
        let day = jiff::civil::date(2020, 2, 29);
        assert_eq!(
            [date("2020-02-29"), date("2020/02/29"), date("2020-02-29T01:02:03Z")],
            [Some(day); 3]
        );
        assert_eq!([date("2021-02-29"), date("yesterday"), date("29.02.2020")], [None; 3]);
    }

    /// What a request names. A value has no boundary in it.
    fn members() -> impl Strategy<Value = std::collections::BTreeMap<String, String>> {
        proptest::collection::btree_map("[a-e_]{1,3}", "[^-]{0,20}", 0..5)
    }

    fn form(members: &std::collections::BTreeMap<String, String>) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(members)
            .finish()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_body_panics(query in "[ -~]{0,40}", json in any::<bool>(), body in any::<Vec<u8>>()) {
            let mut params = Params::of_query(&query);
            let _either = params.add_body(if json { "application/json" } else { FORM }, &body);
        }

        /// However a client writes them down, parameters are the same; and those of the body go before those of the query.
        #[test]
        fn a_form_is_a_multipart_is_an_object(query in members(), body in members()) {
            let mut wanted = query.clone();
            wanted.extend(body.clone());
            let wanted = json!(wanted);
            let query = form(&query);
            prop_assert_eq!(&values(&query, FORM, &form(&body)), &wanted);
            prop_assert_eq!(&values(&query, "application/json", &json!(body).to_string()), &wanted);
            let part = |(name, value)| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            let parts: String = body.iter().map(part).collect();
            prop_assert_eq!(&values(&query, "multipart/form-data; boundary=b", &format!("{parts}--b--\r\n")), &wanted);
        }

        #[test]
        fn no_multipart_panics(pieces in proptest::collection::vec("--b|--|\r\n|Content-Disposition: form-data|; name=\"a\"|; filename=\"x\"|[ -~]{0,6}", 0..12)) {
            let _either = read("", "multipart/form-data; boundary=b", &pieces.concat());
        }
    }
}
