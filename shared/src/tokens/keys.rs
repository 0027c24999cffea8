//! Where the keyring comes from: a secret in production, a file of mode 0600 on a laptop. It is made at first use, kept in
//! memory, and read again every five minutes, so that a rotation reaches processes that are warm. While it cannot be read
//! again, what is in memory is good for half an hour: nobody has to notice that Secrets Manager is away for a moment.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_secretsmanager::error::DisplayErrorContext;
use jiff::Timestamp;
use tokio::io::AsyncWriteExt;
use zeroize::Zeroizing;

use super::keyring::{Keyring, KeyringError};
use crate::aws::Aws;
use crate::clock::Clock;
use crate::random::Random;

/// How long a keyring is believed before it is read again.
const FRESH: Duration = Duration::from_secs(300);

/// How long one is believed that cannot be read again.
pub const STALE: Duration = Duration::from_secs(1800);

/// How soon that is tried again.
const TRIED: Duration = Duration::from_secs(30);

/// How long others may keep the public keys.
pub const PUBLIC_FOR: Duration = Duration::from_secs(300);

/// The version that the first keyring of a secret gets, whoever makes it.
const FIRST_VERSION: &str = "countersign-first-keyring-00000001";

/// Where the keyring's document is.
#[derive(Debug)]
pub enum KeyringSource {
    /// A file, for one machine.
    File(PathBuf),
    /// A secret of Secrets Manager.
    Secret {
        /// Its name or ARN.
        id: String,
        /// How to reach it.
        aws: Aws,
    },
}

/// A keyring in memory.
#[derive(Debug, Clone)]
struct Kept {
    read_at: Timestamp,
    /// When reading it again failed, if it did since.
    failed_at: Option<Timestamp>,
    keyring: Arc<Keyring>,
}

impl Kept {
    /// What may be used without asking again.
    fn fresh(&self, now: Timestamp) -> Option<Arc<Keyring>> {
        let within = |at: Timestamp, limit| now.duration_since(at).unsigned_abs() < limit;
        let spared = self.failed_at.is_some_and(|failed| within(failed, TRIED)) && within(self.read_at, STALE);
        (within(self.read_at, FRESH) || spared).then(|| self.keyring.clone())
    }
}

/// Hands out the keyring.
#[derive(Debug)]
pub struct Keys {
    source: KeyringSource,
    clock: Clock,
    random: Random,
    kept: tokio::sync::RwLock<Option<Kept>>,
}

impl Keys {
    /// Keys from `source`; nothing is read yet.
    pub fn new(source: KeyringSource, clock: Clock, random: Random) -> Self {
        Self {
            source,
            clock,
            random,
            kept: tokio::sync::RwLock::new(None),
        }
    }

    /// The keyring.
    ///
    /// # Errors
    /// [`KeyringError`] when it can be neither read nor made.
    pub async fn get(&self) -> Result<Arc<Keyring>, KeyringError> {
        let now = self.clock.now();
        let fresh = |kept: &Kept| kept.fresh(now);
        if let Some(keyring) = self.kept.read().await.as_ref().and_then(fresh) {
            return Ok(keyring);
        }
        let mut kept = self.kept.write().await;
        if let Some(keyring) = kept.as_ref().and_then(fresh) {
            return Ok(keyring);
        }
        let read = self.document().await;
        match read.and_then(|document| Keyring::parse(&document)) {
            Ok(keyring) => {
                let keyring = Arc::new(keyring);
                *kept = Some(Kept {
                    read_at: now,
                    failed_at: None,
                    keyring: keyring.clone(),
                });
                Ok(keyring)
            }
            Err(error) => {
                if let Some(kept) = kept.as_mut() {
                    kept.failed_at = Some(now);
                    if let Some(keyring) = kept.fresh(now) {
                        tracing::error!(%error, "the keyring cannot be read again");
                        return Ok(keyring);
                    }
                }
                Err(error)
            }
        }
    }

    /// The keyring's document as it is kept now; it is made where there is none.
    ///
    /// # Errors
    /// [`KeyringError`] when it can be neither read nor made.
    pub async fn document(&self) -> Result<Zeroizing<String>, KeyringError> {
        match &self.source {
            KeyringSource::File(path) => self.read_file(path).await,
            KeyringSource::Secret { id, aws } => self.read_secret(id, aws).await,
        }
    }

    async fn read_file(&self, path: &PathBuf) -> Result<Zeroizing<String>, KeyringError> {
        match tokio::fs::read_to_string(path).await {
            Ok(document) => Ok(Zeroizing::new(document)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let document = Keyring::generate(self.clock.now(), &self.random)?;
                match write_new(path, &document, &self.random).await {
                    Ok(()) => Ok(document),
                    // Another process was faster: its keys are the ones.
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => tokio::fs::read_to_string(path)
                        .await
                        .map(Zeroizing::new)
                        .map_err(|e| at(path, &e)),
                    Err(error) => Err(at(path, &error)),
                }
            }
            Err(error) => Err(at(path, &error)),
        }
    }

    /// A stack is deployed with the empty document `{}`; the first process that finds it makes the keys. Secrets Manager
    /// has no conditional write: the version that is current afterwards is the one that counts.
    async fn read_secret(&self, id: &str, aws: &Aws) -> Result<Zeroizing<String>, KeyringError> {
        let client = aws.secrets_manager().await;
        let read = async || -> Result<Zeroizing<String>, KeyringError> {
            let output = client.get_secret_value().secret_id(id).version_stage("AWSCURRENT");
            let output = output.send().await;
            let output = output.map_err(|error| KeyringError(DisplayErrorContext(error).to_string()))?;
            Ok(Zeroizing::new(output.secret_string.unwrap_or_default()))
        };
        let document = read().await?;
        if document.trim() != "{}" {
            return Ok(document);
        }
        let made = Keyring::generate(self.clock.now(), &self.random)?;
        // The token is the same for everybody who finds this secret empty, so that Secrets Manager lets only the first
        // of several processes write: it refuses the others, whose content differs.
        let put = client
            .put_secret_value()
            .secret_id(id)
            .client_request_token(FIRST_VERSION);
        if let Err(error) = put.secret_string(made.as_str()).send().await {
            tracing::info!(error = %DisplayErrorContext(error), "another process made the keyring");
        }
        read().await
    }
}

/// Writes a file that nobody but its owner reads, unless there is one; never a part of one.
async fn write_new(path: &PathBuf, document: &str, random: &Random) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        tokio::fs::create_dir_all(parent).await?;
    }
    let draft = path.with_extension(format!("{:016x}.draft", u64::from_be_bytes(random.bytes())));
    let mut file = tokio::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .await?;
    file.write_all(document.as_bytes()).await?;
    file.sync_all().await?;
    let linked = tokio::fs::hard_link(&draft, path).await;
    tokio::fs::remove_file(&draft).await?;
    linked
}

fn at(path: &std::path::Path, error: &std::io::Error) -> KeyringError {
    KeyringError(format!("{}: {error}", path.display()))
}
