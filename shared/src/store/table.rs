//! The only code that speaks to DynamoDB.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, KeysAndAttributes, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};

use super::commit::{Change, Effect, Outcome};
use super::door::{Answer, Call};
use super::query::{Cursor, Index, Page, Query, Range};
use super::record::{Item, Key};
use super::{StoreError, expression::Expression};
use crate::aws::Aws;
use crate::random::Random;

/// How often a call is tried that met throttling or a competing transaction, or that left keys unread.
const ATTEMPTS: u32 = 6;

/// BatchGetItem's limit.
const MAX_KEYS: usize = 100;

/// One table behind one endpoint; connects at the first call.
#[derive(Debug)]
pub struct Table {
    name: String,
    aws: Aws,
    random: Random,
    client: tokio::sync::OnceCell<Client>,
}

impl Table {
    /// The table `name`. `random` says how long it steps aside for competitors.
    pub fn new(name: impl Into<String>, aws: Aws, random: Random) -> Self {
        Self {
            name: name.into(),
            aws,
            random,
            client: tokio::sync::OnceCell::new(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client, for those that manage the table.
    pub async fn client(&self) -> &Client {
        self.client.get_or_init(|| self.aws.dynamodb()).await
    }

    /// Answers a call.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be answered, or not in time.
    pub async fn answer(&self, call: Call) -> Result<Answer, StoreError> {
        let patience = self.aws.patience().call;
        match tokio::time::timeout(patience, self.ask(call)).await {
            Ok(answer) => answer,
            Err(_) => Err(StoreError::Unavailable(format!("no answer within {patience:?}"))),
        }
    }

    async fn ask(&self, call: Call) -> Result<Answer, StoreError> {
        match call {
            Call::Get(keys) => self.get(keys).await.map(Answer::Items),
            Call::Query(query) => self.query(query).await.map(Answer::Page),
            Call::Commit(changes) => self.commit(changes).await.map(Answer::Outcome),
        }
    }

    async fn get(&self, keys: Vec<Key>) -> Result<Vec<Option<Item>>, StoreError> {
        if let [key] = keys.as_slice() {
            let request = self
                .client()
                .await
                .get_item()
                .table_name(&self.name)
                .set_key(Some(key.attributes()));
            let output = request.consistent_read(true).send().await.map_err(store_error)?;
            return Ok(vec![output.item]);
        }
        let mut found: HashMap<Key, Item> = HashMap::with_capacity(keys.len());
        for chunk in keys.chunks(MAX_KEYS) {
            self.get_chunk(chunk, &mut found).await?;
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    async fn get_chunk(&self, keys: &[Key], found: &mut HashMap<Key, Item>) -> Result<(), StoreError> {
        let mut wanted: Vec<&Key> = keys.iter().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut wanted: Vec<Item> = wanted.into_iter().map(Key::attributes).collect();
        for attempt in 0..ATTEMPTS {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(wanted))
                .consistent_read(true)
                .build()
                .map_err(StoreError::corrupt)?;
            let call = self.client().await.batch_get_item().request_items(&self.name, request);
            let output = call.send().await.map_err(store_error)?;
            for item in output
                .responses
                .and_then(|mut tables| tables.remove(&self.name))
                .unwrap_or_default()
            {
                let key = Key::of(&item).ok_or_else(|| StoreError::corrupt("an item without a key"))?;
                found.insert(key, item);
            }
            // DynamoDB may leave keys unread; they are asked for again.
            wanted = output
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&self.name))
                .map(|rest| rest.keys)
                .unwrap_or_default();
            if wanted.is_empty() {
                return Ok(());
            }
            self.pause(attempt).await;
        }
        Err(StoreError::Throttled)
    }

    async fn query(&self, query: Query) -> Result<Page, StoreError> {
        let prefix = match query.index {
            None => "",
            Some(Index::Gsi1) => "gsi1",
            Some(Index::Gsi2) => "gsi2",
        };
        let mut expression = Expression::default();
        let (pk, sk) = (
            expression.name(&format!("{prefix}pk")),
            expression.name(&format!("{prefix}sk")),
        );
        let partition = expression.text(query.pk);
        let condition = match query.range {
            Range::All => {
                expression.forget(&sk);
                format!("{pk} = {partition}")
            }
            Range::Begins(start) => format!("{pk} = {partition} AND begins_with({sk}, {})", expression.text(start)),
            Range::Between(first, last) => {
                let (first, last) = (expression.text(first), expression.text(last));
                format!("{pk} = {partition} AND {sk} BETWEEN {first} AND {last}")
            }
        };
        let request = self
            .client()
            .await
            .query()
            .table_name(&self.name)
            .key_condition_expression(condition);
        let output = request
            .set_index_name(query.index.map(|_| prefix.to_owned()))
            .consistent_read(query.index.is_none())
            .set_expression_attribute_names(expression.names())
            .set_expression_attribute_values(expression.values())
            .set_limit(query.limit)
            .scan_index_forward(!query.descending)
            .set_exclusive_start_key(query.after.map(|cursor| cursor.0))
            .send()
            .await
            .map_err(store_error)?;
        Ok(Page {
            items: output.items.unwrap_or_default(),
            next: output.last_evaluated_key.map(Cursor),
        })
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<Outcome, StoreError> {
        match changes.as_slice() {
            [] => Ok(Outcome::Done),
            [change] if change.repeatable() => {
                for attempt in 0..ATTEMPTS {
                    match self.write_one(change).await {
                        // A transaction holds the item at this moment.
                        Err(StoreError::Conflict) => self.pause(attempt).await,
                        settled => return settled,
                    }
                }
                Err(StoreError::Conflict)
            }
            _ => self.write_together(changes).await,
        }
    }

    /// A single change that may be repeated: half the units of a transaction.
    async fn write_one(&self, change: &Change) -> Result<Outcome, StoreError> {
        let client = self.client().await;
        let mut expression = Expression::default();
        let condition = expression.condition(&change.condition);
        let keep = condition.as_ref().map(|_| ReturnValuesOnConditionCheckFailure::AllOld);
        let key = Some(change.key.attributes());
        match &change.effect {
            Effect::Put(item) => {
                client
                    .put_item()
                    .table_name(&self.name)
                    .set_item(Some(item.clone()))
                    .send()
                    .await
                    .map_err(store_error)?;
            }
            Effect::Delete => {
                client
                    .delete_item()
                    .table_name(&self.name)
                    .set_key(key)
                    .send()
                    .await
                    .map_err(store_error)?;
            }
            Effect::Update(steps) => {
                let update = expression.update(steps);
                let request = client
                    .update_item()
                    .table_name(&self.name)
                    .set_key(key)
                    .update_expression(update);
                let request = request
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .set_return_values_on_condition_check_failure(keep);
                if let Err(error) = request.send().await {
                    return match error.into_service_error() {
                        aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(
                            refused,
                        ) => Ok(Outcome::Refused {
                            index: 0,
                            existing: refused.item,
                        }),
                        other => Err(service_error(&other)),
                    };
                }
            }
            Effect::Check => {}
        }
        Ok(Outcome::Done)
    }

    /// A transaction. Every repetition of it carries the same token, so that an answer that got lost, or a first request
    /// that is still under way, does not make the commit refuse itself. Only a transaction that was cancelled, and so did
    /// nothing, is begun anew.
    async fn write_together(&self, changes: Vec<Change>) -> Result<Outcome, StoreError> {
        let changes = changes
            .into_iter()
            .map(|change| self.transact_item(change))
            .collect::<Result<Vec<_>, _>>()?;
        let mut token = transaction_token();
        let mut last = StoreError::Throttled;
        for attempt in 0..ATTEMPTS {
            let request = self.client().await.transact_write_items().client_request_token(&token);
            let sent = request.set_transact_items(Some(changes.clone())).send().await;
            let Err(error) = sent else { return Ok(Outcome::Done) };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {
                    last = StoreError::Unavailable("the transaction is still under way".into());
                }
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons();
                    if let Some(outcome) = refused(reasons) {
                        return Ok(outcome);
                    }
                    last = why_cancelled(reasons)?;
                    token = transaction_token();
                }
                _ => return Err(store_error(error)),
            }
            self.pause(attempt).await;
        }
        Err(last)
    }

    /// Steps aside before the next attempt.
    async fn pause(&self, attempt: u32) {
        tokio::time::sleep(self.aws.patience().pause_after(attempt, &self.random)).await;
    }

    fn transact_item(&self, change: Change) -> Result<TransactWriteItem, StoreError> {
        let mut expression = Expression::default();
        let condition = expression.condition(&change.condition);
        let keep = ReturnValuesOnConditionCheckFailure::AllOld;
        let key = change.key.attributes();
        let item = TransactWriteItem::builder();
        let item = match change.effect {
            Effect::Put(record) => item.put(
                Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(record))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .return_values_on_condition_check_failure(keep)
                    .build()
                    .map_err(StoreError::corrupt)?,
            ),
            Effect::Update(steps) => {
                let update = expression.update(&steps);
                item.update(
                    Update::builder()
                        .table_name(&self.name)
                        .set_key(Some(key))
                        .update_expression(update)
                        .set_condition_expression(condition)
                        .set_expression_attribute_names(expression.names())
                        .set_expression_attribute_values(expression.values())
                        .return_values_on_condition_check_failure(keep)
                        .build()
                        .map_err(StoreError::corrupt)?,
                )
            }
            Effect::Delete => item.delete(
                Delete::builder()
                    .table_name(&self.name)
                    .set_key(Some(key))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .return_values_on_condition_check_failure(keep)
                    .build()
                    .map_err(StoreError::corrupt)?,
            ),
            Effect::Check => item.condition_check(
                ConditionCheck::builder()
                    .table_name(&self.name)
                    .set_key(Some(key))
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .return_values_on_condition_check_failure(keep)
                    .build()
                    .map_err(StoreError::corrupt)?,
            ),
        };
        Ok(item.build())
    }
}

fn code(reason: &CancellationReason) -> &str {
    reason.code().unwrap_or_default()
}

fn refused(reasons: &[CancellationReason]) -> Option<Outcome> {
    let (index, reason) = reasons
        .iter()
        .enumerate()
        .find(|(_, reason)| code(reason) == "ConditionalCheckFailed")?;
    Some(Outcome::Refused {
        index,
        existing: reason.item.clone().filter(|item| !item.is_empty()),
    })
}

/// Names a transaction. DynamoDB compares the names of everybody in the account, so a seed will not do.
fn transaction_token() -> String {
    format!("{:032x}", Random::system().u128())
}

/// What a cancelled transaction met that may be over the next time.
///
/// # Errors
/// What will not be over.
fn why_cancelled(reasons: &[CancellationReason]) -> Result<StoreError, StoreError> {
    if let Some(invalid) = reasons.iter().find(|reason| code(reason) == "ValidationError") {
        return Err(StoreError::corrupt(
            invalid.message().unwrap_or("an invalid transaction"),
        ));
    }
    match reasons.iter().any(|reason| code(reason) == "TransactionConflict") {
        true => Ok(StoreError::Conflict),
        false => Ok(StoreError::Throttled),
    }
}

fn store_error<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    match error.as_service_error() {
        Some(service) => service_error(service),
        None => StoreError::Unavailable(DisplayErrorContext(&error).to_string()),
    }
}

fn service_error(error: &(impl ProvideErrorMetadata + std::error::Error)) -> StoreError {
    match error.code().unwrap_or_default() {
        "ProvisionedThroughputExceededException" | "RequestLimitExceeded" | "ThrottlingException" => {
            StoreError::Throttled
        }
        "TransactionConflictException" => StoreError::Conflict,
        "ValidationException" => StoreError::corrupt(DisplayErrorContext(error)),
        _ => StoreError::Unavailable(DisplayErrorContext(error).to_string()),
    }
}
