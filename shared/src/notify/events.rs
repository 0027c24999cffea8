//! Events: what other systems are told of accounts, under barong's names. An event is an item of the same commit as what
//! caused it, so that it is told if and only if that happened; whoever wants to know learns its key from the table's stream. Mails
//! are messages of their own, so that a reader of events that fails keeps no mail back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{KEPT, NotifyError};
use crate::App;
use crate::accounts::User;
use crate::ids::new_ulid;
use crate::store::record::read;
use crate::store::{Item, Key, Record, StoreError};
use crate::surfaces::barong::entities::Moment;
use crate::tokens::{Keyring, Secret};

/// What the partition key of every event begins with.
pub const PREFIX: &str = "EVENT#";

/// What a sealed token is bound to.
const PURPOSE: &str = "event";

/// Something that happened to an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Identifier, in order of time.
    pub id: String,
    /// What happened: `system.session.create`.
    pub name: String,
    /// Whom and what it is about: JSON.
    record: String,
    /// A token that belongs to it, sealed: whoever has it can act.
    sealed: Option<String>,
    /// When.
    pub at: Timestamp,
    /// When it is forgotten.
    pub kept_until: Timestamp,
}

impl Event {
    /// Something happened.
    ///
    /// # Errors
    /// [`StoreError`] where time ends.
    pub fn new(app: &App, name: &str, record: &Value) -> Result<Self, StoreError> {
        let now = app.clock.now();
        Ok(Self {
            id: new_ulid(&app.clock, &app.random).to_string(),
            name: name.to_owned(),
            record: record.to_string(),
            sealed: None,
            at: now,
            kept_until: now.checked_add(KEPT).map_err(StoreError::corrupt)?,
        })
    }

    /// The same with a token that belongs to it.
    ///
    /// # Errors
    /// [`NotifyError`] when it cannot be sealed.
    pub fn with_token(self, app: &App, keyring: &Keyring, token: &Secret) -> Result<Self, NotifyError> {
        let sealed = Some(keyring.seal(&app.random, PURPOSE, token.expose())?);
        Ok(Self { sealed, ..self })
    }

    /// Where the event `id` is kept.
    pub fn key_of(id: &str) -> Key {
        Key::new(format!("{PREFIX}{id}"), "EVENT")
    }

    /// The event in an item, if it is one.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn of_item(item: Item) -> Result<Self, StoreError> {
        read(item)
    }

    /// As its readers see it: name and record, with the token in its place.
    ///
    /// # Errors
    /// [`NotifyError`] when it cannot be opened.
    pub fn told(&self, keyring: &Keyring) -> Result<Value, NotifyError> {
        let mut record: Value = serde_json::from_str(&self.record).map_err(super::unreadable)?;
        if let (Some(sealed), Some(record)) = (&self.sealed, record.as_object_mut()) {
            record.insert("token".to_owned(), keyring.open(PURPOSE, sealed)?.as_str().into());
        }
        Ok(json!({ "id": self.id, "name": self.name, "record": record, "at": Moment(self.at) }))
    }
}

impl Record for Event {
    const KIND: &'static str = "event";
    fn key(&self) -> Key {
        Self::key_of(&self.id)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.kept_until)
    }
}

/// A user as events show it.
pub fn user(user: &User) -> Value {
    let view = crate::surfaces::barong::entities::UserView::of(user);
    json!({
        "uid": view.uid,
        "email": view.email,
        "role": view.role,
        "level": view.level,
        "otp": view.otp,
        "state": view.state,
        "referral_uid": view.referral_uid,
        "created_at": Moment(user.created_at),
        "updated_at": Moment(user.updated_at.unwrap_or(user.created_at)),
    })
}
