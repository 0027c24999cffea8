//! `where`: which rows are meant.

use std::cmp::Ordering;

use regex::Regex;
use serde_json::{Map, Value};

use super::model::{Held, Model, Property, Row};
use super::{Bounds, Checked, Invalid, Wrong, pattern, wrong};

/// Which rows are meant.
#[derive(Debug, Clone)]
pub struct Clause(Node);

#[derive(Debug, Clone)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Test(Property, Test),
}

/// What is asked of one property. Nothing is asked of null but whether it is null, as in the database of the published
/// service: a row without a value is neither equal to one nor unequal.
#[derive(Debug, Clone)]
enum Test {
    Null(bool),
    Ordered(fn(Ordering) -> bool, Held),
    Between(Held, Held),
    In(Vec<Held>),
    NotIn(Vec<Held>),
    Matches(Regex, bool),
    /// An operator that nobody knows.
    Never,
}

impl Clause {
    /// Every row.
    pub fn everything() -> Self {
        Self(Node::All(Vec::new()))
    }

    /// Reads a `where`.
    ///
    /// # Errors
    /// [`Invalid`] for properties that the rows do not have, values that cannot be compared with them, and more than is
    /// allowed.
    pub fn read(model: Model, given: &Value) -> Result<Self, Invalid> {
        Self::read_at(model, "", given).map_err(|wrong| wrong.with(given))
    }

    pub(super) fn read_at(model: Model, path: &str, given: &Value) -> Checked<Self> {
        let mut reader = Reader {
            model,
            left: Bounds::NODES,
        };
        reader.object(path, given, Bounds::DEPTH).map(Self)
    }

    /// Whether `row` is meant.
    pub fn matches(&self, row: &Row) -> bool {
        self.0.matches(row)
    }
}

impl Node {
    fn matches(&self, row: &Row) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(row)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(row)),
            Self::Test(property, test) => test.holds(&property.of(row)),
        }
    }
}

impl Test {
    fn holds(&self, held: &Held) -> bool {
        let equals = |other: &Held| held.compared(other) == Some(Ordering::Equal);
        match self {
            Self::Null(is_null) => matches!(held, Held::Null) == *is_null,
            Self::Ordered(fits, other) => held.compared(other).is_some_and(fits),
            Self::Between(first, last) => {
                held.compared(first).is_some_and(Ordering::is_ge) && held.compared(last).is_some_and(Ordering::is_le)
            }
            Self::In(values) => values.iter().any(equals),
            Self::NotIn(values) => *held != Held::Null && !values.iter().any(equals),
            Self::Matches(regex, wanted) => held.text().is_some_and(|text| regex.is_match(&text) == *wanted),
            Self::Never => false,
        }
    }
}

/// Reads conditions, so many at most.
struct Reader {
    model: Model,
    left: usize,
}

impl Reader {
    fn count(&mut self, path: &str) -> Checked<()> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => wrong(path, "maxProperties", "there are too many conditions"),
        }
    }

    /// Conditions that hold together.
    fn object(&mut self, path: &str, given: &Value, depth: usize) -> Checked<Node> {
        let Value::Object(members) = given else {
            return wrong(path, "type", "must be object");
        };
        let nodes = members.iter().map(|(name, value)| {
            let path = format!("{path}/{name}");
            match name.as_str() {
                "and" => self.several(&path, value, depth).map(Node::All),
                "or" => self.several(&path, value, depth).map(Node::Any),
                name => {
                    let property = self.model.property(&path, name)?;
                    self.of_property(&path, property, value)
                }
            }
        });
        nodes.collect::<Checked<Vec<Node>>>().map(Node::All)
    }

    /// The parts of an `and` or an `or`.
    fn several(&mut self, path: &str, given: &Value, depth: usize) -> Checked<Vec<Node>> {
        let Some(depth) = depth.checked_sub(1) else {
            return wrong(path, "maxDepth", "it is nested too deep");
        };
        let mut nodes = Vec::new();
        for (place, part) in self.list(path, given)?.iter().enumerate() {
            nodes.push(self.object(&format!("{path}/{place}"), part, depth)?);
        }
        Ok(nodes)
    }

    fn list<'a>(&mut self, path: &str, given: &'a Value) -> Checked<&'a [Value]> {
        let Value::Array(parts) = given else {
            return wrong(path, "type", "must be array");
        };
        parts.iter().try_for_each(|_| self.count(path))?;
        Ok(parts)
    }

    /// A value that the property equals, or operators that hold together.
    fn of_property(&mut self, path: &str, property: Property, given: &Value) -> Checked<Node> {
        let tests = match given {
            Value::Object(operators) if operators.is_empty() => {
                return wrong(path, "minProperties", "must not be empty");
            }
            Value::Object(operators) => self.operators(path, property, operators)?,
            value => vec![self.test(path, property, "eq", value)?],
        };
        Ok(Node::All(
            tests.into_iter().map(|test| Node::Test(property, test)).collect(),
        ))
    }

    fn operators(&mut self, path: &str, property: Property, operators: &Map<String, Value>) -> Checked<Vec<Test>> {
        let mut tests = Vec::new();
        for (name, value) in operators {
            tests.push(self.test(&format!("{path}/{name}"), property, name, value)?);
        }
        Ok(tests)
    }

    fn test(&mut self, path: &str, property: Property, operator: &str, given: &Value) -> Checked<Test> {
        self.count(path)?;
        let ordered = |fits| Ok(Test::Ordered(fits, property.operand(path, given)?));
        let matching = |regex: Checked<Regex>, wanted| Ok(Test::Matches(regex?, wanted));
        match operator {
            "eq" | "neq" if property.operand(path, given)? == Held::Null => Ok(Test::Null(operator == "eq")),
            "eq" => ordered(Ordering::is_eq),
            "neq" => ordered(Ordering::is_ne),
            "gt" => ordered(Ordering::is_gt),
            "gte" => ordered(Ordering::is_ge),
            "lt" => ordered(Ordering::is_lt),
            "lte" => ordered(Ordering::is_le),
            "between" => match self.values(path, property, given)?.as_slice() {
                [first, last] => Ok(Test::Between(first.clone(), last.clone())),
                _ => wrong(path, "items", "must be two values"),
            },
            "inq" => Ok(Test::In(self.values(path, property, given)?)),
            "nin" => Ok(Test::NotIn(self.values(path, property, given)?)),
            "like" => matching(pattern::like(path, text(path, given)?, false), true),
            "nlike" => matching(pattern::like(path, text(path, given)?, false), false),
            "ilike" => matching(pattern::like(path, text(path, given)?, true), true),
            "nilike" => matching(pattern::like(path, text(path, given)?, true), false),
            "regexp" => matching(pattern::expression(path, text(path, given)?), true),
            _ => Ok(Test::Never),
        }
    }

    fn values(&mut self, path: &str, property: Property, given: &Value) -> Checked<Vec<Held>> {
        let values = self.list(path, given)?;
        values.iter().map(|value| property.operand(path, value)).collect()
    }
}

fn text<'a>(path: &str, given: &'a Value) -> Checked<&'a str> {
    given.as_str().ok_or_else(|| Wrong {
        path: path.to_owned(),
        code: "type",
        message: "must be string".to_owned(),
    })
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
        Property {
            name: "deleted",
            kind: Kind::Flag,
        },
        Property {
            name: "at",
            kind: Kind::Time,
        },
    ]);

    fn rows() -> Vec<Row> {
        let rows = json!([
            { "id": 1, "name": "web", "deleted": false, "at": "2026-01-01T00:00:00Z" },
            { "id": 2, "name": "Mobile", "deleted": false, "at": "2026-02-01T00:00:00.5Z" },
            { "id": 3, "name": null, "deleted": true, "at": null },
        ]);
        serde_json::from_value(rows).unwrap()
    }

    fn found(clause: Value) -> Vec<i64> {
        let clause = Clause::read(MODEL, &clause).unwrap();
        let rows = rows();
        let meant = rows.iter().filter(|row| clause.matches(row));
        meant.map(|row| row["id"].as_i64().unwrap()).collect()
    }

    #[test]
    fn every_operator() {
        for (clause, ids) in [
            (json!({}), vec![1, 2, 3]),
            (json!({ "name": "web" }), vec![1]),
            (json!({ "name": null }), vec![3]),
            (json!({ "at": "null" }), vec![3]),
            (json!({ "id": "1" }), vec![1]),
            (json!({ "deleted": "true" }), vec![3]),
            (json!({ "id": { "eq": 2 } }), vec![2]),
            (json!({ "id": { "neq": 2 } }), vec![1, 3]),
            (json!({ "name": { "neq": "web" } }), vec![2]),
            (json!({ "name": { "neq": null } }), vec![1, 2]),
            (json!({ "id": { "gt": 1 } }), vec![2, 3]),
            (json!({ "id": { "gte": "2" } }), vec![2, 3]),
            (json!({ "id": { "lt": 2 } }), vec![1]),
            (json!({ "id": { "lte": 2.0 } }), vec![1, 2]),
            (json!({ "id": { "gt": 1, "lt": 3 } }), vec![2]),
            (json!({ "id": { "between": [2, 9] } }), vec![2, 3]),
            (json!({ "id": { "inq": ["1", 3] } }), vec![1, 3]),
            (json!({ "id": { "inq": [] } }), vec![]),
            (json!({ "id": { "nin": [1] } }), vec![2, 3]),
            (json!({ "name": { "nin": ["web"] } }), vec![2]),
            (json!({ "name": { "like": "%o%" } }), vec![2]),
            (json!({ "name": { "nlike": "%o%" } }), vec![1]),
            (json!({ "name": { "ilike": "m_BILE" } }), vec![2]),
            (json!({ "name": { "nilike": "m%" } }), vec![1]),
            (json!({ "name": { "regexp": "/^m/i" } }), vec![2]),
            (json!({ "name": { "regexp": "^m" } }), vec![]),
            (json!({ "at": { "gt": "2026-01-15" } }), vec![2]),
            (json!({ "at": { "lte": "2026-01-01T01:00:00+01:00" } }), vec![1]),
            (json!({ "and": [{ "id": { "gt": 1 } }, { "deleted": false }] }), vec![2]),
            (json!({ "or": [{ "id": 1 }, { "deleted": true }] }), vec![1, 3]),
            (json!({ "or": [] }), vec![]),
            (json!({ "or": [{ "id": 1 }, { "id": 2 }], "name": "web" }), vec![1]),
            (json!({ "id": { "exists": true } }), vec![]),
            (json!({ "id": { "near": 1 } }), vec![]),
        ] {
            assert_eq!(found(clause.clone()), ids, "{clause}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_and_where() {
        let deep = (0..9).fold(json!({ "id": 1 }), |inner, _| json!({ "and": [inner] }));
        for (clause, path) in [
            (json!([]), ""),
            (json!("id"), ""),
            (json!({ "ID": 1 }), "/ID"),
            (json!({ "id": "one" }), "/id"),
            (json!({ "id": "NaN" }), "/id"),
            (json!({ "id": [1] }), "/id"),
            (json!({ "id": {} }), "/id"),
            (json!({ "id": { "gt": "x" } }), "/id/gt"),
            (json!({ "id": { "gt": { "x": 1 } } }), "/id/gt"),
            (json!({ "id": { "inq": 1 } }), "/id/inq"),
            (json!({ "id": { "inq": ["x"] } }), "/id/inq"),
            (json!({ "id": { "between": [1] } }), "/id/between"),
            (json!({ "deleted": "maybe" }), "/deleted"),
            (json!({ "at": "yesterday" }), "/at"),
            (json!({ "name": { "like": 1 } }), "/name/like"),
            (json!({ "name": { "regexp": "(" } }), "/name/regexp"),
            (json!({ "and": { "id": 1 } }), "/and"),
            (json!({ "or": [{ "id": 1 }, { "x": 1 }] }), "/or/1/x"),
            (json!({ "id": { "inq": vec![1; 201] } }), "/id/inq"),
            (deep, "/and/0/and/0/and/0/and/0/and/0/and/0/and/0/and/0/and"),
        ] {
            let invalid = Clause::read(MODEL, &clause).unwrap_err();
            assert_eq!(invalid.details[0]["path"], path, "{clause}");
            assert_eq!(invalid.given, clause);
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            (-3_i64..4).prop_map(Value::from),
            "[a-z%_(*]{0,4}".prop_map(Value::from),
        ];
        let names = prop_oneof![
            Just("id"),
            Just("name"),
            Just("at"),
            Just("deleted"),
            Just("and"),
            Just("or"),
            Just("gt"),
            Just("inq"),
            Just("like"),
            Just("regexp"),
            Just("x")
        ];
        leaf.prop_recursive(6, 40, 5, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec((names.clone(), inner), 0..4)
                    .prop_map(|members| members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
            ]
        })
    }

    proptest! {
        /// Whatever can be read can be asked, and asking twice is asking once.
        #[test]
        fn nothing_panics(value in values()) {
            if let Ok(clause) = Clause::read(MODEL, &value) {
                let twice = Clause::read(MODEL, &json!({ "and": [value.clone(), value] }));
                for row in rows() {
                    if let Ok(twice) = &twice {
                        prop_assert_eq!(clause.matches(&row), twice.matches(&row));
                    }
                }
            }
        }

        /// Of a value that is there, an operator and its opposite never both hold, and one does.
        #[test]
        fn opposites_divide_the_rows(number in -3_i64..6, pattern in "[wbeMol%_]{0,4}") {
            for (one, other) in [
                (json!({ "id": { "gt": number } }), json!({ "id": { "lte": number } })),
                (json!({ "id": { "gte": number } }), json!({ "id": { "lt": number } })),
                (json!({ "id": number }), json!({ "id": { "neq": number } })),
                (json!({ "id": { "inq": [number] } }), json!({ "id": { "nin": [number] } })),
                (json!({ "name": { "like": pattern } }), json!({ "name": { "nlike": pattern } })),
                (json!({ "name": { "ilike": pattern } }), json!({ "name": { "nilike": pattern } })),
            ] {
                let (one, other) = (Clause::read(MODEL, &one).unwrap(), Clause::read(MODEL, &other).unwrap());
                for row in rows().iter().take(2) {
                    prop_assert!(one.matches(row) ^ other.matches(row));
                }
            }
        }
    }
}
