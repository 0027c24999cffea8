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
}
