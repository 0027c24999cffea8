//! What a body says of a client. It is judged before anybody is asked who they are: by its schema first, then by what a
//! schema cannot say.

use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::clients::{Change, ClientId, ClientSecret, Draft, Lifetimes, RedirectUrl};
use shared::surfaces::arc::{ArcError, Gate, JsonBody};
use utoipa::ToSchema;

use crate::view::{ClientTypeName, MASK};

/// A body that becomes something else.
pub trait Form: DeserializeOwned + ToSchema {
    /// What it becomes.
    type Read;

    /// Reads it.
    ///
    /// # Errors
    /// 422, naming the member.
    fn read(self) -> Result<Self::Read, ArcError>;
}

/// A body that was read.
#[derive(Debug)]
pub struct Read<F: Form>(pub F::Read);

impl<F: Form> FromRequest<Gate> for Read<F> {
    type Rejection = ArcError;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, ArcError> {
        let JsonBody(form) = JsonBody::<F>::from_request(request, gate).await?;
        form.read().map(Self)
    }
}

/// What only the server says may be sent, and is ignored.
macro_rules! form {
    ($(#[$doc:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            #[schema(nullable = false)]
            deleted: Option<bool>,
            #[schema(value_type = Option<String>, format = "date-time")]
            deleted_on: Option<String>,
            deleted_by: Option<String>,
            #[schema(value_type = Option<String>, format = "date-time", nullable = false)]
            created_on: Option<String>,
            #[schema(value_type = Option<String>, format = "date-time", nullable = false)]
            modified_on: Option<String>,
            $($own)*
        }
    };
}

form! {
    /// A new client.
    #[expect(dead_code, reason = "what only the server says is read, and ignored")]
    NewClient {
        #[schema(min_length = 1, max_length = 50)]
        client_id: String,
        #[schema(min_length = 1, max_length = 200)]
        client_secret: String,
        #[schema(min_length = 1, max_length = 200)]
        secret: String,
        /// An absolute http or https address.
        #[schema(nullable = false, max_length = 200)]
        redirect_url: Option<String>,
        /// Seconds.
        #[schema(minimum = 1, maximum = 86_400)]
        access_token_expiration: u32,
        /// Seconds.
        #[schema(minimum = 1, maximum = 31_622_400)]
        refresh_token_expiration: u32,
        /// Seconds.
        #[schema(minimum = 1, maximum = 600)]
        auth_code_expiration: u32,
        #[schema(nullable = false, inline)]
        client_type: Option<ClientTypeName>,
    }
}

form! {
    /// A client as it is to be from now on. The mask in the place of a secret leaves the secret.
    #[expect(dead_code, reason = "what only the server says is read, and ignored")]
    WholeClient {
        #[schema(nullable = false)]
        id: Option<i64>,
        #[schema(min_length = 1, max_length = 50)]
        client_id: String,
        #[schema(min_length = 1, max_length = 200)]
        client_secret: String,
        #[schema(min_length = 1, max_length = 200)]
        secret: String,
        /// An absolute http or https address.
        #[schema(nullable = false, max_length = 200)]
        redirect_url: Option<String>,
        /// Seconds.
        #[schema(minimum = 1, maximum = 86_400)]
        access_token_expiration: u32,
        /// Seconds.
        #[schema(minimum = 1, maximum = 31_622_400)]
        refresh_token_expiration: u32,
        /// Seconds.
        #[schema(minimum = 1, maximum = 600)]
        auth_code_expiration: u32,
        #[schema(nullable = false, inline)]
        client_type: Option<ClientTypeName>,
    }
}

form! {
    /// What is to be different of a client. The mask in the place of a secret leaves the secret.
    PartOfClient {
        #[schema(nullable = false)]
        id: Option<i64>,
        #[schema(nullable = false, min_length = 1, max_length = 50)]
        client_id: Option<String>,
        #[schema(nullable = false, min_length = 1, max_length = 200)]
        client_secret: Option<String>,
        #[schema(nullable = false, min_length = 1, max_length = 200)]
        secret: Option<String>,
        /// An absolute http or https address.
        #[schema(nullable = false, max_length = 200)]
        redirect_url: Option<String>,
        /// Seconds.
        #[schema(nullable = false, minimum = 1, maximum = 86_400)]
        access_token_expiration: Option<u32>,
        /// Seconds.
        #[schema(nullable = false, minimum = 1, maximum = 31_622_400)]
        refresh_token_expiration: Option<u32>,
        /// Seconds.
        #[schema(nullable = false, minimum = 1, maximum = 600)]
        auth_code_expiration: Option<u32>,
        #[schema(nullable = false, inline)]
        client_type: Option<ClientTypeName>,
    }
}

/// A change that a body says.
#[derive(Debug)]
pub struct Said {
    /// Of which client it says that it is.
    pub id: Option<i64>,
    /// The change.
    pub change: Change,
    /// Whether it says nothing.
    pub is_empty: bool,
    /// A member of it that belongs to one client and not to many.
    pub own: Option<&'static str>,
}

impl Form for NewClient {
    type Read = Draft;

    fn read(self) -> Result<Draft, ArcError> {
        let lifetimes = Lifetimes::new(
            self.access_token_expiration,
            self.refresh_token_expiration,
            self.auth_code_expiration,
        );
        let own = |member: &str, text: &str| match secret(member, text)? {
            Some(secret) => Ok(Some(secret)),
            None => Err(ArcError::member_invalid(member, "not", "must not be the mask")),
        };
        Ok(Draft {
            client_id: client_id(&self.client_id)?,
            secret: own("clientSecret", &self.client_secret)?,
            other: own("secret", &self.secret)?,
            redirect_url: self.redirect_url.as_deref().map(redirect_url).transpose()?,
            lifetimes: lifetimes.ok_or_else(|| ArcError::member_invalid("", "maximum", "lives too long"))?,
            client_type: self.client_type.unwrap_or(ClientTypeName::Private).into(),
        })
    }
}

impl Form for WholeClient {
    type Read = Said;

    fn read(self) -> Result<Said, ArcError> {
        let change = Change {
            client_id: Some(client_id(&self.client_id)?),
            secret: secret("clientSecret", &self.client_secret)?,
            other: secret("secret", &self.secret)?,
            redirect_url: Some(self.redirect_url.as_deref().map(redirect_url).transpose()?),
            access_token: Some(self.access_token_expiration),
            refresh_token: Some(self.refresh_token_expiration),
            code: Some(self.auth_code_expiration),
            client_type: Some(self.client_type.unwrap_or(ClientTypeName::Private).into()),
        };
        Ok(Said {
            id: self.id,
            change,
            is_empty: false,
            own: Some("clientId"),
        })
    }
}

impl Form for PartOfClient {
    type Read = Said;

    fn read(self) -> Result<Said, ArcError> {
        let (is_empty, own) = (self.is_empty(), self.own());
        let given = |member: &str, text: Option<String>| text.map(|text| secret(member, &text)).transpose();
        let change = Change {
            client_id: self.client_id.as_deref().map(client_id).transpose()?,
            secret: given("clientSecret", self.client_secret)?.flatten(),
            other: given("secret", self.secret)?.flatten(),
            redirect_url: self.redirect_url.as_deref().map(redirect_url).transpose()?.map(Some),
            access_token: self.access_token_expiration,
            refresh_token: self.refresh_token_expiration,
            code: self.auth_code_expiration,
            client_type: self.client_type.map(Into::into),
        };
        Ok(Said {
            id: self.id,
            change,
            is_empty,
            own,
        })
    }
}

impl PartOfClient {
    fn is_empty(&self) -> bool {
        let texts = [
            &self.client_id,
            &self.client_secret,
            &self.secret,
            &self.redirect_url,
            &self.deleted_on,
            &self.deleted_by,
            &self.created_on,
            &self.modified_on,
        ];
        let numbers = [
            self.access_token_expiration,
            self.refresh_token_expiration,
            self.auth_code_expiration,
        ];
        texts.iter().all(|text| text.is_none())
            && numbers.iter().all(Option::is_none)
            && self.deleted.is_none()
            && self.id.is_none()
            && self.client_type.is_none()
    }

    fn own(&self) -> Option<&'static str> {
        let members = [
            ("id", self.id.is_some()),
            ("clientId", self.client_id.is_some()),
            ("clientSecret", self.client_secret.is_some()),
            ("secret", self.secret.is_some()),
        ];
        members.iter().find(|(_, given)| *given).map(|(name, _)| *name)
    }
}

fn client_id(text: &str) -> Result<ClientId, ArcError> {
    ClientId::parse(text).ok_or_else(|| ArcError::member_invalid("clientId", "pattern", "must be printable"))
}

/// A secret; `None` for the mask.
fn secret(member: &str, text: &str) -> Result<Option<ClientSecret>, ArcError> {
    match text {
        MASK => Ok(None),
        text => match ClientSecret::parse(text) {
            Some(secret) => Ok(Some(secret)),
            None => Err(ArcError::member_invalid(
                member,
                "maxLength",
                "must NOT be empty or long",
            )),
        },
    }
}

fn redirect_url(text: &str) -> Result<RedirectUrl, ArcError> {
    let wanted = "must be an absolute http or https address";
    RedirectUrl::parse(text).ok_or_else(|| ArcError::member_invalid("redirectUrl", "format", wanted))
}
