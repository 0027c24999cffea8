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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_and_empty_text_is_absent() {
        let uri: Uri = "/x?a=1%2B1+b%25&b=&a=2".parse().unwrap();
        assert_eq!(text(&uri, "a").as_deref(), Some("1+1 b%"));
        assert_eq!(text(&uri, "b"), None);
        assert_eq!(text(&uri, "c"), None);
    }
}
