//! What a role is made of, as create_role and update_role take and return it.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::access::Role;
use shared::access::role::is_nameable;
use shared::access::roles::Draft;
use shared::accounts::profile::{MAX_NAME, at_most, is_one_line};
use shared::ids::RoleId;
use shared::surfaces::engine::EngineError;
use utoipa::ToSchema;

/// Characters that a name has at least.
const MIN_NAME: usize = 4;
/// Characters that a description has at most.
const MAX_DESCRIPTION: usize = 1000;
/// Bytes that the free form has at most, as JSON.
const MAX_ATTRS: usize = 16 * 1024;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RoleDraft)]
pub struct Body {
    /// 4 to 100 characters; unique in the organization whatever the case.
    #[schema(required, nullable = false)]
    name: Option<String>,
    /// At most 1,000 characters.
    description: Option<String>,
    /// Free form, kept as it is; at most 16 KiB.
    #[schema(value_type = Option<Object>)]
    extra_attrs: Option<Value>,
}

impl Body {
    pub fn read(self) -> Result<Draft, EngineError> {
        let mut problems = EngineError::new(StatusCode::BAD_REQUEST, "The request is not valid");
        let name = self.name.unwrap_or_default().trim().to_owned();
        let description = self.description.unwrap_or_default();
        if name.chars().count() < MIN_NAME {
            problems = problems.with("Name", "must be at least 4 characters");
        } else if let Err(too_long) = at_most(MAX_NAME, &name) {
            problems = problems.with("Name", too_long.to_string());
        } else if !is_nameable(&name) || !is_one_line(&name) {
            problems = problems.with("Name", "must be one line of ordinary characters");
        }
        if let Err(too_long) = at_most(MAX_DESCRIPTION, &description) {
            problems = problems.with("Description", too_long.to_string());
        }
        match &self.extra_attrs {
            None => {}
            Some(attrs @ Value::Object(_)) if attrs.to_string().len() <= MAX_ATTRS => {}
            Some(Value::Object(_)) => problems = problems.with("extraAttrs", "must be at most 16 KiB"),
            Some(_) => problems = problems.with("extraAttrs", "has the wrong JSON type"),
        }
        problems.or_ok()?;
        Ok(Draft {
            name,
            description,
            extra_attrs: self.extra_attrs,
        })
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleBody {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: RoleId,
    name: String,
    description: String,
    #[schema(value_type = Option<Object>)]
    extra_attrs: Option<Value>,
}

impl From<Role> for RoleBody {
    fn from(role: Role) -> Self {
        Self {
            id: role.id,
            name: role.name,
            description: role.description,
            extra_attrs: role.extra_attrs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(name: &str, description: &str, attrs: Option<Value>) -> String {
        let body = Body {
            name: Some(name.into()),
            description: Some(description.into()),
            extra_attrs: attrs,
        };
        body.read().err().map_or_else(String::new, |error| format!("{error:?}"))
    }

    #[test]
    fn names_have_4_to_100_characters() {
        for name in [
            "",
            "abc",
            "   abc   ",
            &"x".repeat(101),
            &"\u{fdfa}".repeat(90),
            "two\nlines",
        ] {
            assert!(problems(name, "", None).contains("\"Name\""), "{name}");
        }
        for name in ["abcd", "ÄÖÜß", &"x".repeat(100)] {
            assert_eq!(problems(name, "", None), "", "{name}");
        }
    }

    #[test]
    fn the_free_form_is_an_object_of_limited_size() {
        for attrs in [
            serde_json::json!([]),
            serde_json::json!("x"),
            serde_json::json!({ "x": "y".repeat(MAX_ATTRS) }),
        ] {
            assert!(problems("name", "", Some(attrs)).contains("extraAttrs"));
        }
        assert_eq!(problems("name", "", Some(serde_json::json!({ "a": [1, null] }))), "");
        assert!(problems("name", &"x".repeat(1001), None).contains("Description"));
    }
}
