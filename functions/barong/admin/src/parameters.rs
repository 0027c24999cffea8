//! Parameters that several operations read alike.

use shared::surfaces::barong::Given;
use shared::surfaces::barong::params::integer;

/// A number that must be there.
pub fn number(given: &mut Given<'_>, name: &str) -> Option<i64> {
    let text = given.filled(name);
    one_of(given, Some(text), "invalid", integer)
}

/// What a text names; what it may not name is refused with `key`. A blank one was refused before.
pub fn one_of<T>(
    given: &mut Given<'_>,
    text: Option<String>,
    key: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    let value = parse(text.trim());
    if value.is_none() {
        given.refuse(key);
    }
    value
}
