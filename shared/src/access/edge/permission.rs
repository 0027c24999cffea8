//! What roles may do at the edge: rows of role, verb, path and action.

pub mod manage;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tables;
use crate::store::{Key, Record, Sequence};

/// Numbers of permissions.
pub const PERMISSION_NUMBERS: Sequence = Sequence("EDGEPERMISSIONS");

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Action {
    /// It lets through.
    Accept,
    /// It keeps out, whatever else lets through.
    Drop,
    /// It has what is done written down, and lets nobody through.
    Audit,
}

impl Action {
    /// Reads an action in whatever case.
    pub fn parse(text: &str) -> Option<Self> {
        let is = |name: &str| text.eq_ignore_ascii_case(name);
        match () {
            () if is("accept") => Some(Self::Accept),
            () if is("drop") => Some(Self::Drop),
            () if is("audit") => Some(Self::Audit),
            () => None,
        }
    }

    /// As the API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "ACCEPT",
            Self::Drop => "DROP",
            Self::Audit => "AUDIT",
        }
    }
}

/// The method that a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
    /// Whatever the method, also those that no row can name.
    All,
}

impl Verb {
    /// Reads a verb in whatever case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "ALL" => Some(Self::All),
            method => Self::of(method),
        }
    }

    /// The verb that names a method; `None` for those that only [`Verb::All`] is about.
    pub fn of(method: &str) -> Option<Self> {
        match method {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            "PATCH" => Some(Self::Patch),
            "DELETE" => Some(Self::Delete),
            "HEAD" => Some(Self::Head),
            _ => None,
        }
    }

    /// As the API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::All => "ALL",
        }
    }

    /// Whether it is about requests with a method.
    pub fn covers(self, method: Option<Self>) -> bool {
        self == Self::All || Some(self) == method
    }
}

/// A row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Permission {
    /// Its number.
    pub id: i64,
    /// The role that it is about.
    pub role: String,
    /// The method that it is about.
    pub verb: Verb,
    /// What the paths that it is about begin with; no slash before.
    pub path: String,
    /// What it does.
    pub action: Action,
    /// What is written down as the topic, where it has something written down.
    pub topic: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Permission {
    /// What the sort key of every row begins with.
    pub const PREFIX: &'static str = "PERMISSION#";

    /// Where a row is kept.
    pub fn key_of(id: i64) -> Key {
        Key::new(tables::PARTITION, format!("{}{id:010}", Self::PREFIX))
    }
}

impl Record for Permission {
    const KIND: &'static str = "edge permission";
    fn key(&self) -> Key {
        Self::key_of(self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_actions_are_read_in_any_case() {
        assert_eq!(Verb::parse("gEt"), Some(Verb::Get));
        assert_eq!(Verb::parse("all"), Some(Verb::All));
        for other in ["", "OPTIONS", "TRACE", "get ", "*"] {
            assert_eq!(Verb::parse(other), None, "{other}");
        }
        assert_eq!(Verb::of("ALL"), None, "no method is called so");
        assert_eq!(Verb::of("get"), None, "methods have a case (RFC 9110 §9.1)");
        assert_eq!(Action::parse("Accept"), Some(Action::Accept));
        assert_eq!(Action::parse("ALL"), None);
    }

    #[test]
    fn all_covers_what_no_row_can_name() {
        assert!(Verb::All.covers(Verb::of("OPTIONS")));
        assert!(Verb::All.covers(Verb::of("GET")));
        assert!(Verb::Get.covers(Verb::of("GET")));
        assert!(!Verb::Get.covers(Verb::of("HEAD")));
        assert!(!Verb::Get.covers(Verb::of("OPTIONS")));
    }
}
