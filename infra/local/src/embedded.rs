//! The embedded table: a DynamoDB-compatible engine over one SQLite file, on a loopback port of its own. The rest of the
//! house speaks to it as it speaks to DynamoDB.

use std::fs::{File, TryLockError};
use std::path::Path;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{LaunchError, Storage};

/// Keeps other servers out of a data directory, for as long as the process lives, however it ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock is held by the open file")] File);

impl Lock {
    /// Takes the lock of `directory`, which is made if need be.
    ///
    /// # Errors
    /// [`LaunchError::InUse`] when another process has it.
    pub fn take(directory: &Path) -> Result<Self, LaunchError> {
        let unusable = |error: std::io::Error| LaunchError::DataDir(directory.display().to_string(), error.to_string());
        std::fs::create_dir_all(directory).map_err(unusable)?;
        let file = File::create(directory.join("lock")).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(LaunchError::InUse(directory.display().to_string())),
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }
}

/// Starts the embedded table and returns its endpoint.
pub async fn start(directory: &Path, storage: Storage) -> Result<(String, JoinHandle<()>), LaunchError> {
    let unusable =
        |error: &dyn std::fmt::Display| LaunchError::DataDir(directory.display().to_string(), error.to_string());
    let database = match storage {
        Storage::Memory => Database::memory(),
        Storage::File => {
            let path = directory.join("table.sqlite");
            Database::new(&path.to_string_lossy())
        }
    };
    serve(database.map_err(|error| unusable(&error))?)
        .await
        .map_err(|error| unusable(&error))
}

/// Serves a database on a free loopback port.
///
/// # Errors
/// When no port is to be had.
pub async fn serve(database: Database) -> std::io::Result<(String, JoinHandle<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let task = tokio::spawn(async move {
        if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()).await {
            tracing::error!(error, "the embedded table stopped");
        }
    });
    Ok((endpoint, task))
}
