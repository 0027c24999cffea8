//! What the rows have that a parameter asks about.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::{Checked, wrong};

/// A row as a client sees it.
pub type Row = Map<String, Value>;

/// What a property holds; null beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A moment, RFC 3339.
    Time,
}

/// A property of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// The properties of the rows of one list.
#[derive(Debug, Clone, Copy)]
pub struct Model(pub &'static [Property]);

/// What a property holds, or is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    Null,
    Text(String),
    Number(f64),
    Flag(bool),
    Time(Timestamp),
}

impl Model {
    /// The property of this name.
    pub(super) fn property(self, path: &str, name: &str) -> Checked<Property> {
        match self.0.iter().find(|property| property.name == name) {
            Some(property) => Ok(*property),
            None => wrong(path, "additionalProperties", format!("there is no property {name:?}")),
        }
    }
}

impl Property {
    /// What `row` holds.
    pub(super) fn of(self, row: &Row) -> Held {
        match row.get(self.name) {
            Some(value) => self.read(value).unwrap_or(Held::Null),
            None => Held::Null,
        }
    }

    /// What is compared with this property. A bracketed parameter says everything as text.
    pub(super) fn operand(self, path: &str, value: &Value) -> Checked<Held> {
        match self.read(value) {
            Some(held) => Ok(held),
            None => wrong(path, "type", format!("{} holds {}", self.name, self.kind.in_words())),
        }
    }

    fn read(self, value: &Value) -> Option<Held> {
        match (self.kind, value) {
            (_, Value::Null) => Some(Held::Null),
            (Kind::Text, Value::String(text)) => Some(Held::Text(text.clone())),
            (Kind::Text, Value::Number(number)) => Some(Held::Text(number.to_string())),
            (Kind::Text, Value::Bool(flag)) => Some(Held::Text(flag.to_string())),
            (Kind::Number | Kind::Flag | Kind::Time, Value::String(text)) if text == "null" => Some(Held::Null),
            (Kind::Number, Value::Number(number)) => number.as_f64().map(Held::Number),
            (Kind::Number, Value::String(text)) => {
                let number = text.trim().parse::<f64>().ok();
                number.filter(|number| number.is_finite()).map(Held::Number)
            }
            (Kind::Flag, Value::Bool(flag)) => Some(Held::Flag(*flag)),
            (Kind::Flag, Value::String(text)) => text.parse().ok().map(Held::Flag),
            (Kind::Time, Value::String(text)) => moment(text).map(Held::Time),
            _ => None,
        }
    }
}

impl Kind {
    fn in_words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Time => "a moment, such as 2026-01-31T12:00:00Z",
        }
    }
}

/// A moment, or the beginning of a day in UTC.
pub fn moment(text: &str) -> Option<Timestamp> {
    let day = || {
        TimeZone::UTC
            .to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0))
            .ok()
    };
    text.parse::<Timestamp>().ok().or_else(day)
}

impl Held {
    /// As a text that a pattern may match; nothing matches null.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Time(time) => Some(time.to_string()),
        }
    }

    /// The order of two values of one property; `None` where one is null, which is neither before nor after anything.
    pub(super) fn compared(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Number(one), Self::Number(other)) => one.partial_cmp(other),
            (Self::Flag(one), Self::Flag(other)) => Some(one.cmp(other)),
            (Self::Time(one), Self::Time(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }

    /// The order in a list: null comes last, as in the database of the published service.
    pub(super) fn listed(&self, other: &Self) -> Ordering {
        let is_null = |held: &Self| matches!(held, Self::Null);
        self.compared(other)
            .unwrap_or_else(|| is_null(self).cmp(&is_null(other)))
    }
}
