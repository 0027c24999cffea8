//! A role as clients name it: by its uid or by its number, in paths and in bodies.

use serde::Deserialize;
use shared::App;
use shared::access::role_number;
use shared::ids::{AsUuid, RoleId};
use shared::store::StoreError;
use shared::surfaces::identity_server::{IdentityError, number};
use utoipa::openapi::schema::{KnownFormat, OneOfBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{ObjectBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// A role that somebody names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum RoleReference {
    Number(i64),
    Uid(AsUuid<RoleId>),
}

impl PartialSchema for RoleReference {
    fn schema() -> RefOr<Schema> {
        let of = |kind, format| ObjectBuilder::new().schema_type(kind).format(Some(format));
        OneOfBuilder::new()
            .item(of(Type::Integer, SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .item(of(Type::String, SchemaFormat::Custom("uuid".to_owned())))
            .description(Some("The role's number, or its uid"))
            .into()
    }
}

impl ToSchema for RoleReference {}

impl RoleReference {
    /// Reads a part of a path.
    ///
    /// # Errors
    /// 400 for what is neither a number nor a UUID.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let number = || number(text).map(Self::Number);
        AsUuid::parse(text).map(Self::Uid).map_or_else(number, Ok)
    }

    /// The role's identifier; `None` for a number that no role has. Whether there is such a role is for the reader to find out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn id(self, app: &App) -> Result<Option<RoleId>, StoreError> {
        match self {
            Self::Number(number) => role_number::role_of(&app.store, number).await,
            Self::Uid(AsUuid(id)) => Ok(Some(id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    const UID: &str = "0193c5a4-7b7e-7cc3-8d5e-6f1a2b3c4d5e";

    #[test]
    fn a_number_or_a_uid_and_nothing_else() {
        assert_eq!(RoleReference::parse("7"), Ok(RoleReference::Number(7)));
        assert_eq!(RoleReference::parse("-7"), Ok(RoleReference::Number(-7)));
        assert!(matches!(RoleReference::parse(UID), Ok(RoleReference::Uid(_))));
        assert!(matches!(
            RoleReference::parse(&UID.to_uppercase()),
            Ok(RoleReference::Uid(_))
        ));
        for text in [
            "",
            "create",
            "+7",
            "07",
            "7.0",
            " 7",
            "9223372036854775808",
            &UID[1..],
            &UID.replace('-', ""),
        ] {
            assert_eq!(
                RoleReference::parse(text),
                Err(IdentityError::invalid_request()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_body_says_the_number_as_a_number_and_the_uid_as_a_text() {
        let read = |value: Value| from_value::<RoleReference>(value).ok();
        assert_eq!(read(json!(7)), Some(RoleReference::Number(7)));
        assert_eq!(read(json!(UID)), RoleReference::parse(UID).ok());
        for other in [
            json!("7"),
            json!(7.5),
            json!(7.0),
            json!(true),
            json!([7]),
            json!(u64::MAX),
            json!(null),
        ] {
            assert_eq!(read(other.clone()), None, "{other}");
        }
    }
}
