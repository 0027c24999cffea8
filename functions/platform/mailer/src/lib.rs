//! The mailer: each new message of the outbox is sent once. A batch reports what failed, so that the stream repeats it, and
//! a message that never succeeds ends in the dead-letter queue.

use std::time::Instant;

use serde::{Deserialize, Serialize};
use shared::App;
use shared::http::metrics::{Metrics, Outcome, Told};
use shared::notify::PREFIX;
use shared::notify::mailer::{Outlet, deliver};
use shared::surfaces::Surface;

/// A batch of the table's stream; only what is needed of it.
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// In the order in which the table changed.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// One change of the table.
#[derive(Debug, Deserialize)]
pub struct StreamRecord {
    /// What changed.
    pub dynamodb: Changed,
}

/// What changed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Changed {
    /// The item's key.
    pub keys: ChangedKeys,
    /// Its place in the stream.
    pub sequence_number: String,
}

/// The key of an item that changed.
#[derive(Debug, Deserialize)]
pub struct ChangedKeys {
    /// The partition key.
    pub pk: Text,
}

/// A text as the stream shows it.
#[derive(Debug, Deserialize)]
pub struct Text {
    /// The text.
    #[serde(rename = "S")]
    pub text: String,
}

/// What was not done (`ReportBatchItemFailures`).
#[derive(Debug, Serialize, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Every failure; the stream repeats from the first of them.
    pub batch_item_failures: Vec<Failure>,
}

/// A record that was not done.
#[derive(Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Its place in the stream.
    pub item_identifier: String,
}

/// Sends the messages of a batch. One that fails does not hold up those behind it: the stream repeats from the first
/// failure on, and what was sent is then skipped.
pub async fn handle(app: &App, outlet: &Outlet, batch: Batch) -> Report {
    let (mut report, metrics) = (Report::default(), Metrics::of(app));
    for record in batch.records {
        let Some(id) = record.dynamodb.keys.pk.text.strip_prefix(PREFIX) else {
            continue;
        };
        let begun = Instant::now();
        let delivered = deliver(app, outlet, id).await;
        if let Some(metrics) = &metrics {
            metrics.tell(&Told {
                surface: Surface::Platform,
                operation: "deliver",
                outcome: delivered.as_ref().map_or(Outcome::Failed, |_| Outcome::Done),
                request: id,
                latency: begun.elapsed(),
            });
        }
        match delivered {
            Ok(delivery) => tracing::info!(id, ?delivery, "message"),
            Err(error) => {
                tracing::error!(id, %error, "a message was not sent");
                report.batch_item_failures.push(Failure {
                    item_identifier: record.dynamodb.sequence_number,
                });
            }
        }
    }
    report
}
