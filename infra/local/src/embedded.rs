//! The embedded table: a DynamoDB-compatible engine over one SQLite file, on a loopback port of its own. The rest of the
//! house speaks to it as it speaks to DynamoDB.

use std::error::Error;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use dynoxide::Database;
use rusqlite::Connection;
use shared::notify;
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
    let database = open(directory, storage).map_err(|error| unusable(&error))?;
    serve(database).await.map_err(|error| unusable(&error))
}

/// Opens the database, and mends what makes it slower the longer it is used: the engine looks for a table's last stream record
/// before it writes each item, and has no index to find it by; and it keeps stream records for ever.
fn open(directory: &Path, storage: Storage) -> Result<Database, Box<dyn Error>> {
    static MEMORIES: AtomicU64 = AtomicU64::new(0);
    let address = match storage {
        // By a name, because the mending is done through a connection of its own.
        Storage::Memory => format!(
            "file:memory-{}?mode=memory&cache=shared",
            MEMORIES.fetch_add(1, Ordering::Relaxed)
        ),
        Storage::File => directory.join("table.sqlite").to_string_lossy().into_owned(),
    };
    let database = Database::new(&address)?;
    let connection = Connection::open(&address)?;
    connection.execute_batch(
        "CREATE INDEX IF NOT EXISTS stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    )?;
    // DynamoDB forgets them after a day, but a laptop may sleep longer before its mail goes out.
    connection.execute(
        "DELETE FROM _stream_records WHERE created_at < unixepoch() - ?1",
        [notify::KEPT.as_secs()],
    )?;
    Ok(database)
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

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn opened() -> (TempDir, Connection) {
        let directory = TempDir::new().unwrap();
        open(directory.path(), Storage::File).unwrap();
        let connection = Connection::open(directory.path().join("table.sqlite")).unwrap();
        (directory, connection)
    }

    /// What the engine asks before it writes an item, and what it asks for a reader of the stream.
    #[test]
    fn stream_records_are_found_without_looking_at_all_of_them() {
        let (_directory, connection) = opened();
        for question in [
            "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 't'",
            "SELECT keys_json FROM _stream_records
             WHERE table_name = 't' AND shard_id = 's' AND CAST(sequence_number AS INTEGER) > 1
             ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 1000",
        ] {
            let plan: String = connection
                .query_row(&format!("EXPLAIN QUERY PLAN {question}"), [], |row| row.get(3))
                .unwrap();
            assert!(plan.contains("INDEX stream_order (table_name=?"), "{plan}");
        }
    }

    #[test]
    fn a_start_drops_stream_records_of_what_is_gone() {
        let (directory, connection) = opened();
        let kept = notify::KEPT.as_secs();
        for (number, age) in [(1, kept + 60), (2, kept - 60), (3, 0)] {
            connection
                .execute(
                    "INSERT INTO _stream_records (table_name, event_name, keys_json, sequence_number, shard_id, created_at)
                     VALUES ('t', 'INSERT', '{}', ?1, 's', unixepoch() - ?2)",
                    (number, age),
                )
                .unwrap();
        }
        open(directory.path(), Storage::File).unwrap();
        let left: String = connection
            .query_row("SELECT group_concat(sequence_number) FROM _stream_records", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(left, "2,3");
    }
}
