//! The mailbox of a laptop: messages as files, so that a test or a person can read what would have been sent.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Channel, NotifyError};
use crate::files;

/// So many messages are shown and kept; the oldest go.
const MAX_KEPT: usize = 500;

/// A delivered message.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivered {
    /// The outbox message's identifier, in order of time.
    pub id: String,
    /// Recipient.
    pub to: String,
    /// Sender; mails only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Subject; mails only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Plain text.
    pub text: String,
    /// HTML; mails only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// When it was delivered, RFC 3339.
    pub sent_at: String,
}

/// A directory of messages.
#[derive(Debug, Clone)]
pub struct Mailbox(PathBuf);

impl Mailbox {
    /// The mailbox in `directory`.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self(directory.into())
    }

    /// Puts a message in. The same message a second time is still one message.
    ///
    /// # Errors
    /// [`NotifyError::Provider`] when the file system refuses.
    pub async fn put(&self, channel: Channel, message: &Delivered) -> Result<(), NotifyError> {
        let bytes = serde_json::to_vec(message).map_err(wrong)?;
        let directory = self.directory(channel);
        files::write(&directory.join(format!("{}.json", message.id)), &bytes)
            .await
            .map_err(wrong)?;
        for old in names(&directory).await.map_err(wrong)?.iter().skip(MAX_KEPT) {
            tokio::fs::remove_file(directory.join(old)).await.map_err(wrong)?;
        }
        Ok(())
    }

    /// The messages, newest first; only those to `to`, ignoring case, where it is given.
    ///
    /// # Errors
    /// [`NotifyError::Provider`] when the file system refuses.
    pub async fn list(&self, channel: Channel, to: Option<&str>) -> Result<Vec<Delivered>, NotifyError> {
        let directory = self.directory(channel);
        let mut messages = Vec::new();
        for name in names(&directory).await.map_err(wrong)? {
            let bytes = tokio::fs::read(directory.join(name)).await.map_err(wrong)?;
            messages.push(serde_json::from_slice::<Delivered>(&bytes).map_err(wrong)?);
        }
        messages.retain(|message| to.is_none_or(|to| message.to.to_lowercase() == to.trim().to_lowercase()));
        Ok(messages)
    }

    fn directory(&self, channel: Channel) -> PathBuf {
        self.0.join(match channel {
            Channel::Mail => "mail",
            Channel::Sms => "sms",
        })
    }
}

/// Names of the messages, newest first: identifiers sort by time.
async fn names(directory: &Path) -> std::io::Result<Vec<String>> {
    let mut entries = match tokio::fs::read_dir(directory).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        names.extend(
            entry
                .file_name()
                .into_string()
                .ok()
                .filter(|name| name.ends_with(".json")),
        );
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    Ok(names)
}

fn wrong(error: impl std::fmt::Display) -> NotifyError {
    NotifyError::Provider(error.to_string())
}
