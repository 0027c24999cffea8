//! OAuth clients: the programs that sign people in here. They are few and live in one partition.
//!
//! A client is kept under its clientId, which is what a request names: one read finds it, and the place is the claim that
//! nobody else has the same. Its number, which administrators know it by, leads to the clientId. A client that is removed
//! is kept for the record where no request looks, and its clientId is free again; so whatever belongs to a client names
//! the number as well, which is never given twice.

pub mod code;
pub mod first;
pub mod manage;
pub mod proof;
pub mod second_step;
pub mod sign_in;
mod value;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::store::record::read_optional;
use crate::store::{Commit, Key, Record, Sequence, Store, StoreError};
use crate::tokens::Keyring;
use crate::tokens::keyring::KeyringError;

pub use value::{ClientId, ClientSecret, Lifetimes, RedirectUrl};

/// The numbers of clients, from 1.
pub const NUMBERS: Sequence = Sequence("CLIENTS");

/// Whether a client can keep a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// It can, and proves itself by it.
    Private,
    /// It cannot, as a program on somebody's telephone: what proves its requests is the code challenge.
    Public,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// What administrators know it by.
    pub number: i64,
    /// What it calls itself.
    pub client_id: ClientId,
    /// What is kept of the secret that it proves itself by; see [`Keyring::mark`].
    secret_mark: Option<String>,
    /// What is kept of the other secret, which the published API has and nothing uses.
    other_mark: Option<String>,
    /// Where people are sent back to.
    pub redirect_url: Option<RedirectUrl>,
    /// How long what it gets lives.
    pub lifetimes: Lifetimes,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub modified_at: Timestamp,
    /// When it was removed, and by whom.
    pub deleted: Option<Deleted>,
}

/// The end of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: UserId,
}

/// What somebody says of a client that is to be made.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it calls itself.
    pub client_id: ClientId,
    /// What it proves itself by.
    pub secret: Option<ClientSecret>,
    /// The other secret.
    pub other: Option<ClientSecret>,
    /// Where people are sent back to.
    pub redirect_url: Option<RedirectUrl>,
    /// How long what it gets lives.
    pub lifetimes: Lifetimes,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
}

/// What is to be different of a client; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What it calls itself. Tokens of the client under its old clientId end with it.
    pub client_id: Option<ClientId>,
    /// What it proves itself by.
    pub secret: Option<ClientSecret>,
    /// The other secret.
    pub other: Option<ClientSecret>,
    /// Where people are sent back to, or that they are sent nowhere.
    pub redirect_url: Option<Option<RedirectUrl>>,
    /// Seconds that an access token lives.
    pub access_token: Option<u32>,
    /// Seconds that a refresh token lives.
    pub refresh_token: Option<u32>,
    /// Seconds that a code lives.
    pub code: Option<u32>,
    /// Whether it can keep a secret.
    pub client_type: Option<ClientType>,
}

impl Client {
    /// The partition of everything about clients.
    pub const PARTITION: &'static str = "CLIENTS";

    /// What the sort key of every client begins with that is there.
    pub const PREFIX: &'static str = "CLIENT#";

    /// The number of the first client, which every account may use and nobody can remove.
    pub const FIRST: i64 = 1;

    /// Where the client of this clientId is kept.
    pub fn key_of(client_id: &ClientId) -> Key {
        Key::new(Self::PARTITION, format!("{}{client_id}", Self::PREFIX))
    }

    /// Whether it is the first client.
    pub fn is_first(&self) -> bool {
        self.number == Self::FIRST
    }

    /// Whether `secret` is the one it proves itself by.
    ///
    /// # Errors
    /// [`KeyringError`] when the key is gone that it was marked with.
    pub fn is_proved_by(&self, keyring: &Keyring, secret: &str) -> Result<bool, KeyringError> {
        match &self.secret_mark {
            Some(mark) => keyring.has_mark(&secret_of(self.number), secret, mark),
            None => Ok(false),
        }
    }

    /// The same with what `change` says.
    fn changed(&self, change: &Change, keyring: &Keyring, now: Timestamp) -> Result<Self, KeyringError> {
        let mut changed = Self {
            modified_at: now,
            ..self.clone()
        };
        if let Some(client_id) = &change.client_id {
            changed.client_id = client_id.clone();
        }
        if let Some(secret) = &change.secret {
            changed.secret_mark = Some(keyring.mark(&secret_of(self.number), secret.expose())?);
        }
        if let Some(other) = &change.other {
            changed.other_mark = Some(keyring.mark(&other_of(self.number), other.expose())?);
        }
        if let Some(url) = &change.redirect_url {
            changed.redirect_url = url.clone();
        }
        if let Some(client_type) = change.client_type {
            changed.client_type = client_type;
        }
        let Change {
            access_token,
            refresh_token,
            code,
            ..
        } = change;
        // What is out of bounds was refused where it came from.
        let lifetimes = self.lifetimes.with(*access_token, *refresh_token, *code);
        changed.lifetimes = lifetimes.unwrap_or(self.lifetimes);
        Ok(changed)
    }

    fn drafted(draft: Draft, number: i64, keyring: &Keyring, now: Timestamp) -> Result<Self, KeyringError> {
        let mark = |purpose: String, secret: Option<ClientSecret>| {
            secret.map(|secret| keyring.mark(&purpose, secret.expose())).transpose()
        };
        Ok(Self {
            number,
            secret_mark: mark(secret_of(number), draft.secret)?,
            other_mark: mark(other_of(number), draft.other)?,
            client_id: draft.client_id,
            redirect_url: draft.redirect_url,
            lifetimes: draft.lifetimes,
            client_type: draft.client_type,
            created_at: now,
            modified_at: now,
            deleted: None,
        })
    }

    /// Adds to `commit` that it is there. `taken` is what it means that another has its clientId; that the number is taken is
    /// for the caller to write.
    fn create_in<E>(&self, commit: &mut Commit<E>, taken: impl FnOnce() -> E + Send + 'static) {
        commit.create(self).otherwise(|_| taken());
        commit.create(&Number {
            number: self.number,
            client_id: self.client_id.clone(),
        });
    }
}

impl Record for Client {
    const KIND: &'static str = "client";
    fn key(&self) -> Key {
        match self.deleted {
            None => Self::key_of(&self.client_id),
            Some(_) => Key::new(Self::PARTITION, format!("DELETED#{}", self.number)),
        }
    }
}

/// What the secret of a client is marked for.
fn secret_of(number: i64) -> String {
    format!("client secret {number}")
}

fn other_of(number: i64) -> String {
    format!("client's other secret {number}")
}

/// By which a client is found by its number.
#[derive(Debug, Serialize, Deserialize)]
struct Number {
    number: i64,
    client_id: ClientId,
}

impl Number {
    fn key_of(number: i64) -> Key {
        Key::new(Client::PARTITION, format!("NUMBER#{number}"))
    }
}

impl Record for Number {
    const KIND: &'static str = "client number";
    fn key(&self) -> Key {
        Self::key_of(self.number)
    }
}

/// The client that calls itself so: one read. To read it beside other items there is [`Client::key_of`].
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn find(store: &Store, client_id: &ClientId) -> Result<Option<Client>, StoreError> {
    let [client] = store.get([Client::key_of(client_id)]).await?;
    read_optional(client)
}
