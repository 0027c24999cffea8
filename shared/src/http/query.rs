//! Query parameters, read one by one and leniently.

use http::Uri;

/// A query parameter as text: the first of its name, empty ones count as absent.
pub fn text(uri: &Uri, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let mut values = pairs
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned());
    values.next().filter(|value| !value.is_empty())
}

/// A query parameter as a number; what is none counts as absent.
pub fn number(uri: &Uri, name: &str) -> Option<i64> {
    text(uri, name)?.parse().ok()
}

/// Percent-encoding of everything but letters, digits and `-._~@` (RFC 3986 §3.3 and §3.4 allow `@` in a path and a query).
pub fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(byte);
    text.bytes()
        .map(|byte| match plain(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_fits_into_a_link() {
        assert_eq!(encoded("a+b&c=d@example.com"), "a%2Bb%26c%3Dd@example.com");
        assert_eq!(encoded("ü @example.com"), "%C3%BC%20@example.com");
    }

    #[test]
    fn text_is_decoded_and_empty_text_is_absent() {
        let uri: Uri = "/x?a=1%2B1+b%25&b=&a=2".parse().unwrap();
        assert_eq!(text(&uri, "a").as_deref(), Some("1+1 b%"));
        assert_eq!(text(&uri, "b"), None);
        assert_eq!(text(&uri, "c"), None);
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_read_as_it_was(said in ".{1,40}", number_said in any::<i64>()) {
            let uri: Uri = format!("/x?b=1&a={}&a=2&n={number_said}", encoded(&said)).parse().unwrap();
            prop_assert_eq!(text(&uri, "a"), Some(said.clone()));
            prop_assert_eq!(number(&uri, "n"), Some(number_said));
            prop_assert!(encoded(&said).bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~@%".contains(&byte)));
        }

        #[test]
        fn no_query_panics(query in "[!-~]{0,40}") {
            if let Ok(uri) = format!("/x?{query}").parse::<Uri>() {
                let _either = (text(&uri, "a"), number(&uri, ""));
            }
        }
    }
}
