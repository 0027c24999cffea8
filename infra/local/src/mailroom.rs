//! What the deployed mailer is to the deployed table: reads the stream and delivers new messages, here into a mailbox.

use std::collections::{HashMap, VecDeque};

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use serde_json::Value;
use shared::App;
use shared::notify::events::{self, Event};
use shared::notify::mailbox::Mailbox;
use shared::notify::mailer::{Outlet, deliver};
use shared::notify::{NotifyError, PREFIX};
use tokio::sync::Mutex;

/// So many events are shown; the oldest are forgotten.
const MOST_EVENTS: usize = 500;

/// Delivers what the outbox holds, and knows what happened.
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
    events: VecDeque<String>,
}

/// What was written since the last time, by identifiers.
#[derive(Default)]
struct News {
    messages: Vec<String>,
    events: Vec<String>,
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
            Ok(news) => {
                stream.undelivered.extend(news.messages);
                stream.remember(news.events);
            }
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

    /// The events until now, the newest first.
    ///
    /// # Errors
    /// [`NotifyError`] when they cannot be read.
    pub async fn events(&self) -> Result<Vec<Value>, NotifyError> {
        self.work().await;
        let ids: Vec<String> = self.stream.lock().await.events.iter().cloned().collect();
        let keyring = self.app.keys.get().await?;
        let mut told = Vec::new();
        for ids in ids.chunks(100) {
            let keys = ids.iter().map(|id| Event::key_of(id)).collect();
            for item in self.app.store.get_all(keys).await?.into_iter().flatten() {
                told.push(Event::of_item(item)?.told(&keyring)?);
            }
        }
        told.reverse();
        Ok(told)
    }
}

impl Stream {
    /// A stream that is read from its beginning again tells what is known.
    fn remember(&mut self, ids: Vec<String>) {
        for id in ids {
            if !self.events.contains(&id) {
                self.events.push_back(id);
            }
        }
        let forgotten = self.events.len().saturating_sub(MOST_EVENTS);
        self.events.drain(..forgotten);
    }

    /// What was written since the last time.
    async fn news(&mut self, app: &App) -> Result<News, String> {
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
        let mut news = News::default();
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
                news.messages
                    .extend(records.iter().filter_map(|record| inserted(record, PREFIX)));
                news.events
                    .extend(records.iter().filter_map(|record| inserted(record, events::PREFIX)));
            }
        }
        Ok(news)
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

/// The identifier of what was inserted under a prefix.
fn inserted(record: &Record, prefix: &str) -> Option<String> {
    if record.event_name.as_ref()?.as_str() != "INSERT" {
        return None;
    }
    let pk = record.dynamodb.as_ref()?.keys.as_ref()?.get("pk")?.as_s().ok()?;
    pk.strip_prefix(prefix).map(str::to_owned)
}

fn text(error: impl std::error::Error + 'static) -> String {
    DisplayErrorContext(error).to_string()
}
