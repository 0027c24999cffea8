//! What the deployed mailer is to the deployed table: reads the stream and delivers new messages, here into a mailbox.

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use shared::App;
use shared::notify::PREFIX;
use shared::notify::mailbox::Mailbox;
use shared::notify::mailer::{Outlet, deliver};
use tokio::sync::Mutex;

/// Delivers what the outbox holds.
#[derive(Debug)]
pub struct Mailroom {
    app: App,
    /// Where messages end.
    pub mailbox: Mailbox,
    outlet: Outlet,
    stream: Mutex<Stream>,
}

/// How far the stream was read. A start reads it from its beginning: messages that were sent are skipped by their mark.
#[derive(Debug, Default)]
struct Stream {
    client: Option<(Client, String)>,
    shards: HashMap<String, Option<String>>,
    undelivered: Vec<String>,
}

impl Mailroom {
    /// A mailroom with its mailbox in the data directory.
    pub fn new(app: App) -> Self {
        let mailbox = Mailbox::new(app.config.data_dir.join("mailbox"));
        let outlet = Outlet::Mailbox(mailbox.clone());
        Self {
            app,
            mailbox,
            outlet,
            stream: Mutex::default(),
        }
    }

    /// Delivers every message that was written until now. A failure is told to the log and tried again next time.
    pub async fn work(&self) {
        let mut stream = self.stream.lock().await;
        match stream.news(&self.app).await {
            Ok(ids) => stream.undelivered.extend(ids),
            Err(error) => {
                tracing::warn!(error, "the table's stream could not be read");
                stream.shards.clear();
            }
        }
        let mut again = Vec::new();
        for id in std::mem::take(&mut stream.undelivered) {
            if let Err(error) = deliver(&self.app, &self.outlet, &id).await {
                tracing::warn!(id, %error, "a message was not delivered yet");
                again.push(id);
            }
        }
        stream.undelivered = again;
    }
}

impl Stream {
    /// Identifiers of messages that were written since the last time.
    async fn news(&mut self, app: &App) -> Result<Vec<String>, String> {
        let (client, arn) = self.connect(app).await?;
        if self.shards.values().all(Option::is_none) {
            let described = client.describe_stream().stream_arn(&arn).send().await.map_err(text)?;
            for shard in described
                .stream_description
                .and_then(|stream| stream.shards)
                .unwrap_or_default()
            {
                let Some(id) = shard.shard_id else { continue };
                if self.shards.contains_key(&id) {
                    continue;
                }
                let request = client.get_shard_iterator().stream_arn(&arn).shard_id(&id);
                let request = request.shard_iterator_type(ShardIteratorType::TrimHorizon);
                self.shards
                    .insert(id, request.send().await.map_err(text)?.shard_iterator);
            }
        }
        let mut ids = Vec::new();
        for place in self.shards.values_mut() {
            while let Some(iterator) = place.clone() {
                let read = client
                    .get_records()
                    .shard_iterator(iterator)
                    .send()
                    .await
                    .map_err(text)?;
                *place = read.next_shard_iterator;
                let records = read.records.unwrap_or_default();
                if records.is_empty() {
                    break;
                }
                ids.extend(records.iter().filter_map(message_id));
            }
        }
        Ok(ids)
    }

    async fn connect(&mut self, app: &App) -> Result<(Client, String), String> {
        if let Some(known) = &self.client {
            return Ok(known.clone());
        }
        let table = app.store.table();
        let described = table
            .client()
            .await
            .describe_table()
            .table_name(table.name())
            .send()
            .await
            .map_err(text)?;
        let arn = described
            .table
            .and_then(|table| table.latest_stream_arn)
            .ok_or("the table has no stream")?;
        let client = Client::new(&app.aws.sdk(app.config.aws.dynamodb_endpoint.as_deref()).await);
        Ok(self.client.insert((client, arn)).clone())
    }
}

/// The identifier of a message that was inserted.
fn message_id(record: &Record) -> Option<String> {
    if record.event_name.as_ref()?.as_str() != "INSERT" {
        return None;
    }
    let pk = record.dynamodb.as_ref()?.keys.as_ref()?.get("pk")?.as_s().ok()?;
    pk.strip_prefix(PREFIX).map(str::to_owned)
}

fn text(error: impl std::error::Error + 'static) -> String {
    DisplayErrorContext(error).to_string()
}
