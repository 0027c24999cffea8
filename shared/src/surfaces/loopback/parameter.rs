//! The two ways in which a parameter is written: as JSON text, and with a name in brackets for every step into it.

use serde_json::{Map, Value, json};

use super::{Bounds, Invalid};

/// The parameter `name` of a URL's query; `None` where it is not there, or empty.
///
/// # Errors
/// [`Invalid`] where it is no object.
pub fn parameter(query: &str, name: &str) -> Result<Option<Value>, Invalid> {
    let plain = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
    if let Some((_, text)) = plain {
        return match text.is_empty() {
            true => Ok(None),
            false => written_as_json(&text).map(Some),
        };
    }
    let bracketed = query.split('&').filter(|pair| is_step_into(pair, name));
    let bracketed: Vec<&str> = bracketed.collect();
    match bracketed.is_empty() {
        true => Ok(None),
        false => written_in_brackets(&bracketed.join("&"), name).map(Some),
    }
}

fn written_as_json(text: &str) -> Result<Value, Invalid> {
    let invalid = |details| Invalid {
        given: Value::String(text.to_owned()),
        details,
    };
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(invalid(
            json!([{ "path": "", "code": "type", "message": "must be object", "info": { "type": "object" } }]),
        )),
        Err(error) => Err(invalid(json!({ "syntaxError": error.to_string() }))),
    }
}

/// Whether a pair of a query, still encoded, goes into the parameter: `name[...`, whatever of it is encoded.
fn is_step_into(pair: &str, name: &str) -> bool {
    let key = form_urlencoded::parse(pair.as_bytes()).next();
    let key = key.map(|(key, _)| key.into_owned()).unwrap_or_default();
    key.strip_prefix(name).is_some_and(|rest| rest.starts_with('['))
}

fn written_in_brackets(query: &str, name: &str) -> Result<Value, Invalid> {
    // A where is nested as deep as its filter and its operators in addition.
    let config = serde_qs::Config::new()
        .max_depth(2 * Bounds::DEPTH + 4)
        .use_form_encoding(true);
    let read: Result<Map<String, Value>, _> = config.deserialize_str(query);
    let invalid = |problem: String| Invalid {
        given: Value::String(query.to_owned()),
        details: json!({ "syntaxError": problem }),
    };
    let mut read = read.map_err(|error| invalid(error.to_string()))?;
    match read.remove(name).map(lists) {
        Some(value @ Value::Object(_)) => Ok(value),
        _ => Err(invalid(format!("{name} is not an object"))),
    }
}

/// An object whose members are numbered from 0 is a list.
fn lists(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let numbered = (0..members.len()).all(|place| members.contains_key(&place.to_string()));
            match numbered && !members.is_empty() {
                true => {
                    let place = |(key, value): (String, Value)| Some((key.parse::<usize>().ok()?, lists(value)));
                    let mut items: Vec<(usize, Value)> = members.into_iter().filter_map(place).collect();
                    items.sort_by_key(|(place, _)| *place);
                    Value::Array(items.into_iter().map(|(_, value)| value).collect())
                }
                false => Value::Object(members.into_iter().map(|(key, value)| (key, lists(value))).collect()),
            }
        }
        Value::Array(items) => Value::Array(items.into_iter().map(lists).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> Option<Value> {
        parameter(query, "filter").unwrap()
    }

    #[test]
    fn both_ways_say_the_same() {
        let wanted = json!({ "where": { "clientId": "a b", "or": [{ "id": { "inq": ["1", "2"] } }, { "id": "3" }] }, "limit": "1" });
        let text = wanted.to_string();
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        assert_eq!(read(&format!("x=1&filter={encoded}")), Some(wanted.clone()));
        for query in [
            "filter[where][clientId]=a%20b&filter[where][or][0][id][inq][0]=1&filter[where][or][0][id][inq][1]=2&filter[where][or][1][id]=3&filter[limit]=1",
            "filter%5Bwhere%5D%5BclientId%5D=a+b&filter%5Bwhere%5D%5Bor%5D%5B0%5D%5Bid%5D%5Binq%5D[]=1&filter%5Bwhere%5D%5Bor%5D%5B0%5D%5Bid%5D%5Binq%5D[]=2&filter[where][or][1][id]=3&filter[limit]=1&other[x]=y",
        ] {
            assert_eq!(read(query), Some(wanted.clone()), "{query}");
        }
    }

    #[test]
    fn absent_and_empty_are_nothing() {
        for query in ["", "filter=", "filter", "filters=1", "filtered[a]=1", "&&=&"] {
            assert_eq!(read(query), None, "{query}");
        }
        assert_eq!(read("filter={}"), Some(json!({})));
    }

    #[test]
    fn what_is_no_object_is_invalid() {
        for query in [
            "filter={",
            "filter=x",
            "filter=[]",
            "filter=1",
            "filter=null",
            "filter[]=1",
            "filter[where=1",
        ] {
            assert!(parameter(query, "filter").is_err(), "{query}");
        }
        let Invalid { given, details } = parameter("filter=%7B", "filter").unwrap_err();
        assert_eq!(given, json!("{"));
        assert!(details["syntaxError"].is_string());
        // Brackets beyond what anybody needs are a part of a name, which no property has.
        let deep = format!("filter{}=1", "[a]".repeat(10_000));
        assert!(parameter(&deep, "filter").is_ok());
        let deep = format!("filter={}", "%7B%22a%22:".repeat(10_000));
        assert!(parameter(&deep, "filter").is_err());
    }

    /// What can be written in both ways: texts, and lists and objects that are not empty.
    fn values() -> impl Strategy<Value = Value> {
        ".{0,12}".prop_map(Value::from).prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
                objects(inner),
            ]
        })
    }

    fn objects(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        let members = proptest::collection::btree_map("[a-z]{1,4}", inner, 1..4);
        members.prop_map(|members| Value::Object(members.into_iter().collect()))
    }

    /// A value as a client writes it, with a name in brackets for every step into it.
    fn in_brackets(name: &str, value: &Value, pairs: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                members
                    .iter()
                    .for_each(|(key, value)| in_brackets(&format!("{name}[{key}]"), value, pairs));
            }
            Value::Array(items) => {
                items
                    .iter()
                    .enumerate()
                    .for_each(|(at, value)| in_brackets(&format!("{name}[{at}]"), value, pairs));
            }
            text => {
                let text: String = form_urlencoded::byte_serialize(text.as_str().unwrap().as_bytes()).collect();
                pairs.push(format!("{name}={text}"));
            }
        }
    }

    proptest! {
        #[test]
        fn a_filter_says_the_same_in_both_ways(filter in objects(values())) {
            let text: String = form_urlencoded::byte_serialize(filter.to_string().as_bytes()).collect();
            prop_assert_eq!(read(&format!("x=1&filter={text}")), Some(filter.clone()));
            let mut pairs = vec!["x=1".to_owned()];
            in_brackets("filter", &filter, &mut pairs);
            prop_assert_eq!(read(&pairs.join("&")), Some(filter));
        }

        #[test]
        fn no_query_panics(query in "(filter|where|\\[|\\]|=|&|[0-9]|%5B|%|a|\\{|\"|:){0,30}") {
            let _either = parameter(&query, "filter");
        }

        #[test]
        fn a_query_of_any_bytes_does_not_panic(query in ".{0,60}") {
            let _either = parameter(&query, "where");
        }
    }
}
