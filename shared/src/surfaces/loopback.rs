//! LoopBack's `filter` and `where`: which rows somebody wants, in which order, and what of each. It is pure: it reads
//! parameters and works on rows in memory, and is for lists that are short by nature.
//!
//! Rooms: [`parameter`] the two ways in which a parameter is written, [`model`] what rows have, [`clause`] which rows are
//! meant, [`pattern`] texts that match, [`filter`] the rest. What may be asked for is bounded by [`Bounds`].

pub mod clause;
pub mod filter;
pub mod model;
pub mod parameter;
mod pattern;

use serde_json::{Value, json};

pub use clause::Clause;
pub use filter::Filter;
pub use model::{Kind, Model, Property, Row, moment};
pub use parameter::parameter;

/// How much a parameter may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Bounds;

impl Bounds {
    /// Conditions, and values of a list, that there are at most in one parameter.
    pub const NODES: usize = 200;
    /// How deep `and` and `or` may be nested.
    pub const DEPTH: usize = 8;
    /// Characters of a pattern.
    pub const PATTERN: usize = 200;
    /// Bytes of memory that a compiled pattern takes.
    pub const COMPILED: usize = 1 << 18;
}

/// A parameter that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Invalid {
    /// What was given.
    pub given: Value,
    /// What is wrong with it.
    pub details: Value,
}

/// Something that is wrong, with the path to it in the parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    path: String,
    code: &'static str,
    message: String,
}

type Checked<T> = Result<T, Wrong>;

fn wrong<T>(path: &str, code: &'static str, message: impl Into<String>) -> Checked<T> {
    Err(Wrong {
        path: path.to_owned(),
        code,
        message: message.into(),
    })
}

impl Wrong {
    fn with(self, given: &Value) -> Invalid {
        let Self { path, code, message } = self;
        Invalid {
            given: given.clone(),
            details: json!([{ "path": path, "code": code, "message": message, "info": {} }]),
        }
    }
}
