//! A client as administrators see it. A secret is shown once, in the answer to whoever made the client, and as a mask ever
//! after.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::clients::{Client, ClientType};
use shared::ids::{AsUuid, UserId};
use shared::surfaces::arc::{ArcError, Listed};
use shared::surfaces::loopback::{Kind, Model, Property, Row};
use utoipa::ToSchema;

/// What stands in the place of a secret.
pub const MASK: &str = "******";

/// A client.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientView {
    /// Always false: a client that was removed is not shown.
    deleted: bool,
    #[schema(value_type = Option<String>, format = "date-time")]
    deleted_on: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "uuid")]
    deleted_by: Option<AsUuid<UserId>>,
    #[schema(value_type = String, format = "date-time")]
    created_on: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    modified_on: Timestamp,
    id: i64,
    client_id: String,
    /// `******`, but in the answer to whoever made the client.
    client_secret: String,
    /// `******`, but in the answer to whoever made the client.
    secret: String,
    /// Where people are sent back to.
    redirect_url: Option<String>,
    /// Seconds.
    access_token_expiration: u64,
    /// Seconds.
    refresh_token_expiration: u64,
    /// Seconds.
    auth_code_expiration: u64,
    /// `public` for a client that cannot keep a secret; not shown for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_type: Option<ClientTypeName>,
}

/// Whether a client can keep a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientTypeName {
    /// It can.
    Private,
    /// It cannot.
    Public,
}

impl From<ClientTypeName> for ClientType {
    fn from(name: ClientTypeName) -> Self {
        match name {
            ClientTypeName::Private => Self::Private,
            ClientTypeName::Public => Self::Public,
        }
    }
}

impl From<Client> for ClientView {
    fn from(client: Client) -> Self {
        Self {
            deleted: client.deleted.is_some(),
            deleted_on: client.deleted.as_ref().map(|deleted| deleted.at),
            deleted_by: client.deleted.as_ref().map(|deleted| AsUuid(deleted.by)),
            created_on: client.created_at,
            modified_on: client.modified_at,
            id: client.number,
            client_id: client.client_id.into(),
            client_secret: MASK.to_owned(),
            secret: MASK.to_owned(),
            redirect_url: client.redirect_url.map(String::from),
            access_token_expiration: client.lifetimes.access_token().as_secs(),
            refresh_token_expiration: client.lifetimes.refresh_token().as_secs(),
            auth_code_expiration: client.lifetimes.code().as_secs(),
            client_type: Some(ClientTypeName::Public).filter(|_| client.client_type == ClientType::Public),
        }
    }
}

/// A client as a row of a list.
///
/// # Errors
/// 500 where it cannot be written as JSON, which does not happen.
pub fn row(client: Client) -> Result<Row, ArcError> {
    match serde_json::to_value(ClientView::from(client)) {
        Ok(Value::Object(row)) => Ok(row),
        _ => Err(ArcError::internal("a client that is no JSON object")),
    }
}

/// The rows of `/auth-clients`.
#[derive(Debug)]
pub enum Clients {}

const fn property(name: &'static str, kind: Kind) -> Property {
    Property { name, kind }
}

impl Listed for Clients {
    const MODEL: Model = Model(&[
        property("deleted", Kind::Flag),
        property("deletedOn", Kind::Time),
        property("deletedBy", Kind::Text),
        property("createdOn", Kind::Time),
        property("modifiedOn", Kind::Time),
        property("id", Kind::Number),
        property("clientId", Kind::Text),
        property("clientSecret", Kind::Text),
        property("secret", Kind::Text),
        property("redirectUrl", Kind::Text),
        property("accessTokenExpiration", Kind::Number),
        property("refreshTokenExpiration", Kind::Number),
        property("authCodeExpiration", Kind::Number),
        property("clientType", Kind::Text),
    ]);
}
