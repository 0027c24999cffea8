//! The token of the Authorization header (RFC 6750 §2.1).

use http::header::{AUTHORIZATION, HeaderMap};

/// The token of the Authorization header, and of nowhere else: query and cookies end up in logs, and are sent without the
/// client's will.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn where_a_token_is_found() {
        let found = |value: &'static str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(found("Bearer a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(found("bEARER  a.b.c ").as_deref(), Some("a.b.c"));
        for other in ["a.b.c", "Basic YTpi", "Bearer", ""] {
            assert_eq!(found(other), None, "{other}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    proptest! {
        #[test]
        fn a_token_is_read_as_it_was_sent(scheme in "[Bb][Ee][Aa][Rr][Ee][Rr]", spaces in " {1,3}", token in "[!-~]{1,40}") {
            let value = HeaderValue::from_str(&format!("{scheme}{spaces}{token}")).unwrap();
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
            prop_assert_eq!(bearer(&headers), Some(token.as_str()));
        }

        #[test]
        fn no_header_panics_and_no_other_scheme_is_one(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
                let is_bearer = bytes.trim_ascii_start().get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"bearer "));
                prop_assert!(is_bearer || bearer(&headers).is_none());
            }
        }
    }
}
