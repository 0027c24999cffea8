//! Uploaded files: a bucket in production, a directory on a laptop. Names come from this program, never from a client.

pub mod picture;

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use tokio::io::AsyncWriteExt;

use crate::App;
use crate::act::Failure;
use crate::aws::Aws;
use crate::tokens::{Secret, SecretHash};

/// A file and what it is.
#[derive(Debug)]
pub struct File {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its media type, by its content.
    pub media_type: &'static str,
}

/// The files could not be reached. Texts are for the log.
#[derive(Debug, thiserror::Error)]
#[error("files: {0}")]
pub struct FileError(String);

/// Where files are kept.
#[derive(Debug)]
pub enum Files {
    /// A directory.
    Directory(PathBuf),
    /// An S3 bucket.
    Bucket {
        /// Its name.
        name: String,
        /// How to reach it.
        aws: Aws,
        /// The client, once it was needed.
        client: tokio::sync::OnceCell<aws_sdk_s3::Client>,
    },
}

impl Files {
    /// The bucket `name`.
    pub fn bucket(name: String, aws: Aws) -> Self {
        Self::Bucket {
            name,
            aws,
            client: tokio::sync::OnceCell::new(),
        }
    }

    /// Keeps a file.
    ///
    /// # Errors
    /// [`FileError`]; nothing is kept then.
    pub async fn put(&self, name: &str, file: &File) -> Result<(), FileError> {
        match self {
            Self::Directory(root) => write(&root.join(name), &file.bytes).await.map_err(wrong),
            Self::Bucket {
                name: bucket,
                aws,
                client,
            } => {
                let client = client.get_or_init(|| aws.s3()).await;
                let request = client
                    .put_object()
                    .bucket(bucket)
                    .key(name)
                    .content_type(file.media_type);
                let body = ByteStream::from(file.bytes.clone());
                request
                    .body(body)
                    .send()
                    .await
                    .map_err(|error| wrong(DisplayErrorContext(error)))?;
                Ok(())
            }
        }
    }

    /// A file's content; `None` when there is none.
    ///
    /// # Errors
    /// [`FileError`].
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        match self {
            Self::Directory(root) => match tokio::fs::read(root.join(name)).await {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(wrong(error)),
            },
            Self::Bucket {
                name: bucket,
                aws,
                client,
            } => {
                let client = client.get_or_init(|| aws.s3()).await;
                match client.get_object().bucket(bucket).key(name).send().await {
                    Ok(object) => Ok(Some(object.body.collect().await.map_err(wrong)?.to_vec())),
                    Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => Ok(None),
                    Err(error) => Err(wrong(DisplayErrorContext(error))),
                }
            }
        }
    }

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// [`FileError`].
    pub async fn delete(&self, name: &str) -> Result<(), FileError> {
        match self {
            Self::Directory(root) => match tokio::fs::remove_file(root.join(name)).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(wrong(error)),
                _ => Ok(()),
            },
            Self::Bucket {
                name: bucket,
                aws,
                client,
            } => {
                let client = client.get_or_init(|| aws.s3()).await;
                let request = client.delete_object().bucket(bucket).key(name);
                request
                    .send()
                    .await
                    .map_err(|error| wrong(DisplayErrorContext(error)))?;
                Ok(())
            }
        }
    }
}

impl Files {
    /// A link to a file, good for so many seconds, whoever has it: one that the bucket's service checks, or one of the local
    /// server. What it leads to is downloaded, not shown.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn link(&self, app: &App, name: &str, seconds: u64) -> Result<String, Failure> {
        let lifetime = Duration::from_secs(seconds);
        match self {
            Self::Directory(_) => {
                let until = app.clock.now().checked_add(lifetime).map_err(wrong)?.as_second();
                let signature = signature(app, name, until).await?;
                let base = &app.config.public_url;
                Ok(format!(
                    "{base}/_local/{name}?until={until}&signature={}",
                    signature.as_str()
                ))
            }
            Self::Bucket {
                name: bucket,
                aws,
                client,
            } => {
                let client = client.get_or_init(|| aws.s3()).await;
                let request = client.get_object().bucket(bucket).key(name);
                let request = request.response_content_disposition("attachment");
                let settings = PresigningConfig::expires_in(lifetime).map_err(wrong)?;
                let signed = request.presigned(settings).await;
                Ok(signed
                    .map_err(|error| wrong(DisplayErrorContext(error)))?
                    .uri()
                    .to_owned())
            }
        }
    }
}

/// Whether a link of the local server is for this file, and in time.
///
/// # Errors
/// [`Failure`].
pub async fn is_linked(app: &App, name: &str, until: &str, presented: &str) -> Result<bool, Failure> {
    let until = until.parse::<i64>().ok();
    let Some(until) = until.filter(|until| app.clock.now().as_second() < *until) else {
        return Ok(false);
    };
    Ok(signature(app, name, until)
        .await?
        .matches(&SecretHash::presented(presented)))
}

async fn signature(app: &App, name: &str, until: i64) -> Result<SecretHash, Failure> {
    let mark = app
        .keys
        .get()
        .await?
        .mark(&format!("link to {name}"), &until.to_string())?;
    Ok(Secret::presented(mark).hash())
}

fn wrong(error: impl std::fmt::Display) -> FileError {
    FileError(error.to_string())
}

/// Writes a file as a whole: a reader, or a restart after a crash, sees all of it or nothing.
///
/// # Errors
/// Those of the file system.
pub async fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        tokio::fs::create_dir_all(parent).await?;
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    let mut file = tokio::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    drop(file);
    tokio::fs::rename(&draft, path).await
}
