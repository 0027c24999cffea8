//! Parameters as an operation reads them, in the order in which they are documented; what is wrong with them is said together.

use std::borrow::Cow;

use http::StatusCode;
use jiff::civil::Date;
use serde_json::Value;

use super::{Params, Upload};
use crate::accounts::customer::profiles::Details;
use crate::surfaces::barong::error::BarongError;

/// Parameters as one operation reads them, and what is wrong with them so far.
#[derive(Debug)]
pub struct Given<'a> {
    pub(super) params: &'a Params,
    pub(super) resource: &'static str,
    pub(super) keys: Vec<Cow<'static, str>>,
}

impl Given<'_> {
    /// A parameter as it came, also `null`; `None` where it is absent.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.params.values.get(name)
    }

    /// A text that must be there; it may be blank.
    pub fn required(&mut self, name: &str) -> String {
        if self.value(name).is_none() {
            self.refuse(format!("{}.missing_{name}", self.resource));
        }
        self.optional(name).unwrap_or_default()
    }

    /// A text that must be there and not blank.
    pub fn filled(&mut self, name: &str) -> String {
        self.filled_as(name, name)
    }

    /// The same where the key of what is missing has another name.
    pub fn filled_as(&mut self, name: &str, missing: &str) -> String {
        if self.value(name).is_none() {
            self.refuse(format!("{}.missing_{missing}", self.resource));
        }
        let text = self.optional(name);
        if text.as_ref().is_none_or(|text| text.trim().is_empty()) && !self.is_nested(name) {
            self.refuse(format!("{}.empty_{name}", self.resource));
        }
        text.unwrap_or_default()
    }

    /// A text that may be absent, and may be blank. A number or a truth value is the text that it is written as.
    pub fn optional(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Null => None,
            Value::Array(_) | Value::Object(_) => {
                self.refuse("invalid");
                None
            }
        }
    }

    /// A text that may be absent, but not blank.
    pub fn optional_filled(&mut self, name: &str) -> Option<String> {
        let is_there = self.value(name).is_some();
        let text = self.optional(name);
        if is_there && !self.is_nested(name) && text.as_ref().is_none_or(|text| text.trim().is_empty()) {
            self.refuse(format!("{}.empty_{name}", self.resource));
        }
        text
    }

    /// A parameter that may be absent, read by `parse`; what it cannot read is refused with `key`. A blank one is absent.
    pub fn read<T>(
        &mut self,
        name: &str,
        key: impl Into<Cow<'static, str>>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.optional(name).filter(|text| !text.trim().is_empty())?;
        let value = parse(text.trim());
        if value.is_none() {
            self.refuse(key);
        }
        value
    }

    /// The texts of a list, which may be sent as one text with commas as well; `None` where it is absent.
    pub fn list(&mut self, name: &str) -> Option<Vec<String>> {
        match self.value(name)? {
            Value::Array(list) => Some(
                list.iter()
                    .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                    .collect(),
            ),
            _ => {
                let text = self.optional(name)?;
                Some(
                    text.split(',')
                        .map(|part| part.trim().to_owned())
                        .filter(|part| !part.is_empty())
                        .collect(),
                )
            }
        }
    }

    /// The files that were uploaded as `name` or `name[]`.
    pub fn uploads(&self, name: &str) -> Vec<&Upload> {
        let of_name = self.params.uploads.iter().filter(|(known, _)| known == name);
        of_name.map(|(_, upload)| upload).collect()
    }

    /// Notes what is wrong besides.
    pub fn refuse(&mut self, key: impl Into<Cow<'static, str>>) {
        self.keys.push(key.into());
    }

    /// What is wrong so far.
    pub fn keys(&self) -> &[Cow<'static, str>] {
        &self.keys
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 422 with everything that is wrong.
    pub fn done(self) -> Result<(), BarongError> {
        match self.keys.is_empty() {
            true => Ok(()),
            false => Err(BarongError::several(StatusCode::UNPROCESSABLE_ENTITY, self.keys)),
        }
    }

    fn is_nested(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Array(_) | Value::Object(_)))
    }
}

/// A whole number, of nothing but digits.
pub fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text.parse()
        .ok()
        .filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A truth value, in any of the spellings that forms have for it.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A day, as ISO 8601 writes it, also with slashes or as a moment of it.
pub fn date(text: &str) -> Option<Date> {
    let day = text.replace('/', "-");
    day.get(..10).unwrap_or(&day).parse().ok()
}

/// What a profile is to say, each part of which may be missing.
pub fn details(given: &mut Given<'_>) -> Details {
    Details {
        first_name: given.optional("first_name"),
        last_name: given.optional("last_name"),
        dob: given.read("dob", "invalid", date),
        address: given.optional("address"),
        postcode: given.optional("postcode"),
        city: given.optional("city"),
        country: given.optional("country"),
        metadata: given.optional("metadata"),
    }
}
