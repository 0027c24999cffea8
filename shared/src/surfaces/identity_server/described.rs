//! What roles and permissions have in common here: a name and a description.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::IdentityError;
use crate::access::named::Named;
use crate::access::role::is_nameable;
use crate::accounts::profile::{at_most, is_one_line};

/// Characters that a name has at most.
const MAX_NAME: usize = 100;
/// Characters that a description has at most.
const MAX_DESCRIPTION: usize = 500;

/// A new role or permission.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Described {
    /// 1 to 100 characters in one line; unique whatever the case.
    #[schema(required, nullable = false)]
    name: Option<String>,
    /// At most 500 characters.
    #[serde(default)]
    description: String,
}

impl Described {
    /// Name and description.
    ///
    /// # Errors
    /// 400 "Invalid Request" without a name, and for what is too long.
    pub fn read(self) -> Result<(String, String), IdentityError> {
        let name = self.name.unwrap_or_default().trim().to_owned();
        let is_name = !name.is_empty() && is_one_line(&name) && is_nameable(&name);
        let fits = at_most(MAX_NAME, &name).is_ok() && at_most(MAX_DESCRIPTION, &self.description).is_ok();
        match is_name && fits {
            true => Ok((name, self.description)),
            false => Err(IdentityError::invalid_request()),
        }
    }
}

/// A permission as clients see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionView {
    id: i64,
    name: String,
    description: String,
}

impl From<Named> for PermissionView {
    fn from(named: Named) -> Self {
        Self {
            id: named.number,
            name: named.name,
            description: named.description,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, description: &str) -> Result<(String, String), IdentityError> {
        let body = Described {
            name: Some(name.into()),
            description: description.into(),
        };
        body.read()
    }

    #[test]
    fn a_name_has_1_to_100_characters_in_one_line() {
        for name in ["a", "ä", &"ß".repeat(100), "read:everything", " Clerk "] {
            assert_eq!(read(name, "").unwrap().0, name.trim());
        }
        for name in [
            "",
            "  ",
            &"x".repeat(101),
            "two\nlines",
            "nul\0",
            &"\u{fdfa}".repeat(90),
        ] {
            assert!(read(name, "").is_err(), "{name:?}");
        }
        let nameless = Described {
            name: None,
            description: String::new(),
        };
        assert!(nameless.read().is_err());
    }

    #[test]
    fn a_description_has_500_characters_at_most() {
        let long = "ß".repeat(500);
        assert_eq!(read("a", &long).unwrap().1, long);
        assert!(read("a", &"ß".repeat(501)).is_err());
    }
}
