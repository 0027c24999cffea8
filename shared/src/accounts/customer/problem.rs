//! What is wrong with something that a customer wants kept: which attribute, and why. All of it is said at once.

use std::borrow::Cow;

/// Why an attribute is refused, in the words of the published API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Somebody, or something, has it already.
    Taken,
    /// Fewer characters than are needed.
    TooShort,
    /// More characters than are kept.
    TooLong,
    /// Characters or a form that it may not have.
    Invalid,
    /// No JSON.
    InvalidFormat,
    /// None of those that there are.
    Inclusion,
    /// One of those that are reserved.
    Exclusion,
    /// Nothing.
    Blank,
    /// There is one already.
    Exists,
    /// There are as many as there may be.
    LimitReached,
    /// A phrase: the published API has some.
    Phrase(Cow<'static, str>),
}

impl Reason {
    /// As it is said.
    pub fn as_str(&self) -> &str {
        match self {
            Reason::Taken => "taken",
            Reason::TooShort => "too_short",
            Reason::TooLong => "too_long",
            Reason::Invalid => "invalid",
            Reason::InvalidFormat => "invalid_format",
            Reason::Inclusion => "inclusion",
            Reason::Exclusion => "exclusion",
            Reason::Blank => "blank",
            Reason::Exists => "exists",
            Reason::LimitReached => "limit_reached",
            Reason::Phrase(phrase) => phrase,
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// With which attribute.
    pub attribute: &'static str,
    /// Why.
    pub reason: Reason,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.attribute, self.reason.as_str())
    }
}

/// Everything that is wrong, in the order of the attributes; empty while nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.keys().join(", "))]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// One thing.
    pub fn one(attribute: &'static str, reason: Reason) -> Self {
        Self(vec![Problem { attribute, reason }])
    }

    /// Notes something more.
    pub fn note(&mut self, attribute: &'static str, reason: Reason) {
        self.0.push(Problem { attribute, reason });
    }

    /// Notes something more where `is_so`.
    pub fn note_if(&mut self, is_so: bool, attribute: &'static str, reason: Reason) {
        if is_so {
            self.note(attribute, reason);
        }
    }

    /// Notes what is wrong with a value, or gives the value.
    pub fn take<T>(&mut self, parsed: Result<T, Self>) -> Option<T> {
        parsed.map_err(|problems| self.0.extend(problems.0)).ok()
    }

    /// Each as `attribute.reason`.
    pub fn keys(&self) -> Vec<String> {
        self.0.iter().map(Problem::to_string).collect()
    }

    /// Nothing, when nothing is wrong.
    ///
    /// # Errors
    /// What is wrong.
    pub fn or_ok(self) -> Result<(), Self> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(self),
        }
    }
}

/// Whether a text is JSON, whatever it says.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// A text without blanks around it, and with one blank for every run of them inside.
pub(super) fn squished(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
