//! `filter`: which rows, in which order, from where to where, and what of each.

use std::cmp::Ordering;

use serde_json::Value;

use super::clause::Clause;
use super::model::{Model, Property, Row};
use super::{Bounds, Checked, Invalid, wrong};

/// What somebody wants of a list.
#[derive(Debug, Clone)]
pub struct Filter {
    clause: Clause,
    order: Vec<(Property, Direction)>,
    skip: usize,
    limit: Option<usize>,
    fields: Fields,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

/// What is shown of a row.
#[derive(Debug, Clone)]
enum Fields {
    All,
    Only(Vec<&'static str>),
    Without(Vec<&'static str>),
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            clause: Clause::everything(),
            order: Vec::new(),
            skip: 0,
            limit: None,
            fields: Fields::All,
        }
    }
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// [`Invalid`] for what no filter has, and properties that the rows do not have.
    pub fn read(model: Model, given: &Value) -> Result<Self, Invalid> {
        Self::read_at(model, given).map_err(|wrong| wrong.with(given))
    }

    fn read_at(model: Model, given: &Value) -> Checked<Self> {
        let Value::Object(members) = given else {
            return wrong("", "type", "must be object");
        };
        let mut filter = Self::default();
        for (name, value) in members {
            let path = format!("/{name}");
            match name.as_str() {
                "where" => filter.clause = Clause::read_at(model, &path, value)?,
                "order" => filter.order = order(model, &path, value)?,
                "fields" => filter.fields = fields(model, &path, value)?,
                "limit" => filter.limit = Some(number(&path, value, 1)?),
                // Two names for the same.
                "offset" | "skip" => filter.skip = number(&path, value, 0)?,
                _ => return wrong("", "additionalProperties", format!("a filter has no {name:?}")),
            }
        }
        Ok(filter)
    }

    /// The rows that are wanted, as they are wanted. `rows` come in the order that holds where none is asked for.
    pub fn applied(&self, mut rows: Vec<Row>) -> Vec<Row> {
        rows.retain(|row| self.clause.matches(row));
        rows.sort_by(|one, other| self.compared(one, other));
        let rows = rows.into_iter().skip(self.skip);
        let rows = rows.take(self.limit.unwrap_or(usize::MAX));
        rows.map(|row| self.fields.of(row)).collect()
    }

    fn compared(&self, one: &Row, other: &Row) -> Ordering {
        let by = |(property, direction): &(Property, Direction)| {
            let order = property.of(one).listed(&property.of(other));
            match direction {
                Direction::Ascending => order,
                Direction::Descending => order.reverse(),
            }
        };
        self.order.iter().map(by).fold(Ordering::Equal, Ordering::then)
    }
}

impl Fields {
    fn of(&self, mut row: Row) -> Row {
        row.retain(|name, _| match self {
            Self::All => true,
            Self::Only(names) => names.contains(&name.as_str()),
            Self::Without(names) => !names.contains(&name.as_str()),
        });
        row
    }
}

fn order(model: Model, path: &str, given: &Value) -> Checked<Vec<(Property, Direction)>> {
    let one = |path: &str, value: &Value| {
        let mut words = value.as_str().unwrap_or_default().split_whitespace();
        let property = model.property(path, words.next().unwrap_or_default())?;
        let direction = match words.next().map(str::to_ascii_uppercase).as_deref() {
            None | Some("ASC") => Direction::Ascending,
            Some("DESC") => Direction::Descending,
            Some(_) => return wrong(path, "pattern", "must end with ASC or DESC"),
        };
        match words.next() {
            None => Ok((property, direction)),
            Some(_) => wrong(path, "pattern", "must be a property, and ASC or DESC"),
        }
    };
    match given {
        Value::String(text) => {
            let parts = text.split(',').map(|part| one(path, &Value::String(part.to_owned())));
            parts.take(Bounds::NODES).collect()
        }
        Value::Array(parts) => {
            let parts = parts.iter().enumerate().take(Bounds::NODES);
            parts
                .map(|(place, part)| one(&format!("{path}/{place}"), part))
                .collect()
        }
        _ => wrong(path, "type", "must be string,array"),
    }
}

fn fields(model: Model, path: &str, given: &Value) -> Checked<Fields> {
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    match given {
        Value::Array(names) => {
            for name in names {
                kept.push(model.property(path, name.as_str().unwrap_or_default())?.name);
            }
        }
        Value::Object(members) => {
            for (name, wanted) in members {
                let path = format!("{path}/{name}");
                let property = model.property(&path, name)?;
                match (wanted, wanted.as_str()) {
                    (Value::Bool(true), _) | (_, Some("true")) => kept.push(property.name),
                    (Value::Bool(false), _) | (_, Some("false")) => dropped.push(property.name),
                    _ => return wrong(&path, "type", "must be boolean"),
                }
            }
        }
        _ => return wrong(path, "type", "must be object,array"),
    }
    Ok(match (kept.is_empty(), dropped.is_empty()) {
        (false, _) => Fields::Only(kept),
        (true, false) => Fields::Without(dropped),
        (true, true) => Fields::All,
    })
}

fn number(path: &str, given: &Value, least: usize) -> Checked<usize> {
    let number = match given {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let number = number.and_then(|number| usize::try_from(number).ok());
    match number {
        Some(number) if number >= least => Ok(number),
        Some(_) => wrong(path, "minimum", format!("must be >= {least}")),
        None => wrong(path, "type", "must be integer"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::model::Kind;
    use super::*;

    const MODEL: Model = Model(&[
        Property {
            name: "id",
            kind: Kind::Number,
        },
        Property {
            name: "name",
            kind: Kind::Text,
        },
    ]);

    fn rows(names: &[Option<&str>]) -> Vec<Row> {
        let numbered = names.iter().enumerate();
        let rows = numbered.map(|(place, name)| json!({ "id": place + 1, "name": name }));
        rows.map(|row| row.as_object().unwrap().clone()).collect()
    }

    fn applied(filter: Value) -> Value {
        let filter = Filter::read(MODEL, &filter).unwrap();
        json!(filter.applied(rows(&[Some("b"), None, Some("a"), Some("b")])))
    }

    fn ids(filter: Value) -> Vec<i64> {
        let rows = applied(filter);
        let ids = rows.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap());
        ids.collect()
    }

    #[test]
    fn order_skip_and_limit() {
        for (filter, wanted) in [
            (json!({}), vec![1, 2, 3, 4]),
            (json!({ "order": "name ASC" }), vec![3, 1, 4, 2]),
            (json!({ "order": "name" }), vec![3, 1, 4, 2]),
            (json!({ "order": "name desc" }), vec![2, 1, 4, 3]),
            (json!({ "order": ["name ASC", "id DESC"] }), vec![3, 4, 1, 2]),
            (json!({ "order": "name ASC, id DESC" }), vec![3, 4, 1, 2]),
            (json!({ "limit": 2 }), vec![1, 2]),
            (json!({ "limit": "2", "offset": "1" }), vec![2, 3]),
            (json!({ "skip": 3 }), vec![4]),
            (json!({ "skip": 9, "limit": 9 }), vec![]),
            (
                json!({ "where": { "name": "b" }, "order": "id DESC", "limit": 1 }),
                vec![4],
            ),
        ] {
            assert_eq!(ids(filter.clone()), wanted, "{filter}");
        }
    }

    #[test]
    fn fields_cut_the_rows() {
        assert_eq!(
            applied(json!({ "fields": { "id": true }, "limit": 1 })),
            json!([{ "id": 1 }])
        );
        assert_eq!(applied(json!({ "fields": ["id"], "limit": 1 })), json!([{ "id": 1 }]));
        assert_eq!(
            applied(json!({ "fields": { "id": "false" }, "limit": 1 })),
            json!([{ "name": "b" }])
        );
        assert_eq!(
            applied(json!({ "fields": {}, "limit": 1 })),
            json!([{ "id": 1, "name": "b" }])
        );
    }

    #[test]
    fn what_no_filter_has_is_refused() {
        for filter in [
            json!([]),
            json!({ "include": [] }),
            json!({ "limit": 0 }),
            json!({ "limit": -1 }),
            json!({ "limit": 1.5 }),
            json!({ "limit": "all" }),
            json!({ "limit": null }),
            json!({ "offset": -1 }),
            json!({ "skip": "x" }),
            json!({ "order": "age" }),
            json!({ "order": "name sideways" }),
            json!({ "order": "name ASC DESC" }),
            json!({ "order": 1 }),
            json!({ "order": [1] }),
            json!({ "fields": { "age": true } }),
            json!({ "fields": ["age"] }),
            json!({ "fields": { "id": 1 } }),
            json!({ "fields": "id" }),
            json!({ "where": [] }),
            json!({ "where": { "age": 1 } }),
        ] {
            assert!(Filter::read(MODEL, &filter).is_err(), "{filter}");
        }
    }

    proptest! {
        /// However a list is cut into pages, together they are the list.
        #[test]
        fn pages_are_the_list(names in proptest::collection::vec(proptest::option::of("[ab]"), 0..12), page in 1_usize..5) {
            let names: Vec<Option<&str>> = names.iter().map(Option::as_deref).collect();
            let whole = Filter::read(MODEL, &json!({ "order": "name DESC" })).unwrap().applied(rows(&names));
            let mut pages = Vec::new();
            for skip in (0..names.len()).step_by(page) {
                let filter = json!({ "order": "name DESC", "skip": skip, "limit": page });
                pages.extend(Filter::read(MODEL, &filter).unwrap().applied(rows(&names)));
            }
            prop_assert_eq!(pages, whole);
        }
    }
}
