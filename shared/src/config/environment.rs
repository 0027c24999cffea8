//! What the environment says: one variable at a time, or many of them in [`SETTINGS`].

use std::collections::BTreeMap;

use super::{ConfigError, VARIABLES};

/// Holds other variables, as a JSON object of text. A template has as many parameters as somebody can look through, and a
/// function's environment is small: whoever needs a variable for which there is no parameter writes it here.
const SETTINGS: &str = "SETTINGS";

/// Variables, and how their values are read.
pub(super) struct Env<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    settings: BTreeMap<String, String>,
}

impl<'a> Env<'a> {
    /// # Errors
    /// `SETTINGS`, when it is no object of text, names what nobody reads, or what is set by itself as well: one of the two
    /// would be overlooked.
    pub(super) fn read(lookup: &'a dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut env = Self {
            lookup,
            settings: BTreeMap::new(),
        };
        let Some(text) = env.text(SETTINGS) else { return Ok(env) };
        let wanted = r#"a JSON object of text, such as {"BARONG_UID_PREFIX": "ID"}"#;
        let settings: BTreeMap<String, String> =
            serde_json::from_str(&text).map_err(|_| env.wrong(SETTINGS, wanted))?;
        for name in settings.keys() {
            let known = VARIABLES.iter().find(|v| v.name == name && v.name != SETTINGS);
            let problem = match known {
                None => format!("take {name} out of it: no such variable is read"),
                Some(known) if env.text(known.name).is_some() => {
                    format!("take {name} out of it, or unset {name}: it is set by itself as well")
                }
                Some(_) => continue,
            };
            return Err(ConfigError {
                name: SETTINGS,
                problem,
            });
        }
        env.settings = settings;
        Ok(env)
    }

    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        debug_assert!(
            VARIABLES.iter().any(|v| v.name == name),
            "{name} is missing from VARIABLES"
        );
        let said = |value: String| Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        // A template sets what nobody gave it to nothing.
        let by_itself = (self.lookup)(name).and_then(said);
        by_itself.or_else(|| self.settings.get(name).cloned().and_then(said))
    }

    pub(super) fn text_or(&self, name: &'static str, default: &str) -> String {
        self.text(name).unwrap_or_else(|| default.to_owned())
    }

    pub(super) fn wrong(&self, name: &'static str, wanted: &str) -> ConfigError {
        ConfigError {
            name,
            problem: format!("set it to {wanted}, or unset it"),
        }
    }

    pub(super) fn parsed<T: std::str::FromStr>(
        &self,
        name: &'static str,
        wanted: &str,
    ) -> Result<Option<T>, ConfigError> {
        self.text(name)
            .map(|text| text.parse().map_err(|_| self.wrong(name, wanted)))
            .transpose()
    }

    pub(super) fn flag(&self, name: &'static str, default: bool) -> Result<bool, ConfigError> {
        match self.text(name).as_deref() {
            None => Ok(default),
            Some("true" | "on" | "1") => Ok(true),
            Some("false" | "off" | "0") => Ok(false),
            Some(_) => Err(self.wrong(name, "true or false")),
        }
    }

    pub(super) fn list<T: std::str::FromStr>(&self, name: &'static str, wanted: &str) -> Result<Vec<T>, ConfigError> {
        let text = self.text(name).unwrap_or_default();
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().map_err(|_| self.wrong(name, wanted)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn config(settings: &str, beside: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(|name| match name {
            SETTINGS => Some(settings.to_owned()),
            name => beside
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, value)| (*value).to_owned()),
        })
    }

    #[test]
    fn settings_are_variables() {
        let config = config(r#"{"BARONG_UID_PREFIX": "UX", "REFRESH_GRACE": "7"}"#, &[]).unwrap();
        assert_eq!(config.barong.uid_prefix, "UX");
        assert_eq!(config.refresh_grace, 7);
    }

    #[test]
    fn what_is_set_to_nothing_is_not_set() {
        let config = config(r#"{"REFRESH_GRACE": "7"}"#, &[("REFRESH_GRACE", " ")]).unwrap();
        assert_eq!(config.refresh_grace, 7);
        assert!(self::config(" ", &[]).is_ok());
    }

    #[test]
    fn settings_that_would_be_overlooked_are_named() {
        for (settings, beside, problem) in [
            ("[]", None, "set it to a JSON object of text"),
            (r#"{"REFRESH_GRACE": 7}"#, None, "set it to a JSON object of text"),
            (
                r#"{"REFRESH_GRACES": "7"}"#,
                None,
                "take REFRESH_GRACES out of it: no such variable",
            ),
            (r#"{"SETTINGS": "{}"}"#, None, "take SETTINGS out of it"),
            (
                r#"{"REFRESH_GRACE": "7"}"#,
                Some(("REFRESH_GRACE", "8")),
                "or unset REFRESH_GRACE",
            ),
        ] {
            let error = config(settings, beside.as_slice()).unwrap_err();
            assert_eq!(error.name, SETTINGS, "{settings}");
            assert!(error.problem.contains(problem), "{settings}: {}", error.problem);
        }
        // A value that cannot be used is named as ever.
        assert_eq!(
            config(r#"{"REFRESH_GRACE": "x"}"#, &[]).unwrap_err().name,
            "REFRESH_GRACE"
        );
    }
}
