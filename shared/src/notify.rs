//! Messages to people. A message is an item of the same commit as what caused it, so that it is sent if and only if the
//! act happened. The mailer reads the table's stream and sends each once.
//!
//! Rooms: [`template`] what mails say, [`events`] what other systems are told, [`mailer`] sending, [`mailbox`] where a laptop
//! keeps messages, [`ses`] and [`sns`] where they go otherwise.

pub mod events;
pub mod mailbox;
pub mod mailer;
pub mod ses;
pub mod sns;
pub mod template;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use events::Event;
pub use template::Template;

use crate::App;
use crate::accounts::Email;
use crate::accounts::customer::phones::PhoneNumber;
use crate::ids::new_ulid;
use crate::store::{Key, Record, StoreError};
use crate::tokens::Keyring;
use crate::tokens::keyring::KeyringError;

/// What the partition key of every message begins with; the mailer's stream filter in template.yaml says the same.
pub const PREFIX: &str = "OUTBOX#";

/// What sealed content is bound to.
const PURPOSE: &str = "outbox";

/// A message or an event is kept so long.
pub const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// A message could not be written, read or sent. Texts are for the log.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The keyring.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// A template or stored content.
    #[error("a message cannot be rendered: {0}")]
    Content(String),
    /// The provider, or the mailbox.
    #[error("a message was not accepted: {0}")]
    Provider(String),
    /// Another delivery of the same message is under way.
    #[error("another delivery is under way")]
    UnderWay,
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// E-mail.
    Mail,
    /// Text message.
    Sms,
}

/// Where a message is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Written, to be sent.
    Pending,
    /// Being sent, until the lease ends.
    Sending,
    /// Accepted by the provider.
    Sent,
    /// Never to be sent: it was written so that an answer takes as long for an unknown address.
    Void,
}

/// A message in the outbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Message {
    /// Identifier, in order of time.
    pub id: String,
    /// How it travels.
    pub channel: Channel,
    /// Where it is on its way.
    pub stage: Stage,
    /// Recipient and content, sealed: links in mails are secrets. Gone when it is sent.
    sealed: Option<String>,
    /// Until when somebody is sending it.
    leased_until: Option<Timestamp>,
    /// What the provider calls it.
    pub provider_id: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is forgotten.
    pub kept_until: Timestamp,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    to: String,
    #[serde(flatten)]
    said: Said,
}

/// What a message says.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Said {
    /// A mail.
    Mail { template: Template },
    /// A text message, in words.
    Sms { text: String },
}

impl Message {
    /// A mail, not yet written to the table.
    ///
    /// # Errors
    /// [`NotifyError`] when it cannot be sealed.
    pub fn mail(app: &App, keyring: &Keyring, to: &Email, template: &Template) -> Result<Self, NotifyError> {
        let template = template.clone();
        Self::new(app, keyring, Channel::Mail, to.typed(), Said::Mail { template })
    }

    /// A text message, not yet written to the table.
    ///
    /// # Errors
    /// [`NotifyError`] when it cannot be sealed.
    pub fn sms(app: &App, keyring: &Keyring, to: &PhoneNumber, text: String) -> Result<Self, NotifyError> {
        Self::new(app, keyring, Channel::Sms, &to.dialled(), Said::Sms { text })
    }

    fn new(app: &App, keyring: &Keyring, channel: Channel, to: &str, said: Said) -> Result<Self, NotifyError> {
        let now = app.clock.now();
        let to = to.to_owned();
        let content = serde_json::to_string(&Content { to, said });
        let content = content.map(Zeroizing::new).map_err(unreadable)?;
        Ok(Self {
            id: new_ulid(&app.clock, &app.random).to_string(),
            channel,
            stage: Stage::Pending,
            sealed: Some(keyring.seal(&app.random, PURPOSE, &content)?),
            leased_until: None,
            provider_id: None,
            created_at: now,
            kept_until: now.checked_add(KEPT).map_err(unreadable)?,
        })
    }

    /// The same message, never to be sent.
    #[must_use]
    pub fn to_nobody(self) -> Self {
        Self {
            stage: Stage::Void,
            ..self
        }
    }

    /// Where the message `id` is kept.
    pub fn key_of(id: &str) -> Key {
        Key::new(format!("{PREFIX}{id}"), "MESSAGE")
    }

    fn open(&self, keyring: &Keyring) -> Result<Content, NotifyError> {
        let sealed = self.sealed.as_deref().ok_or_else(|| unreadable("no content"))?;
        serde_json::from_str(&keyring.open(PURPOSE, sealed)?).map_err(unreadable)
    }
}

impl Record for Message {
    const KIND: &'static str = "message";
    fn key(&self) -> Key {
        Self::key_of(&self.id)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.kept_until)
    }
}

fn unreadable(error: impl std::fmt::Display) -> NotifyError {
    NotifyError::Content(error.to_string())
}
