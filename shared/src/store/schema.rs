//! The table's definition, for those that make it: the local server and the tests. template.yaml says the same to AWS,
//! and a test compares the two.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use super::StoreError;
use super::record::TTL;

/// Every key attribute; all are strings.
pub const KEY_ATTRIBUTES: [&str; 6] = ["pk", "sk", "gsi1pk", "gsi1sk", "gsi2pk", "gsi2sk"];

/// Makes the table unless it exists.
///
/// # Errors
/// [`StoreError::Unavailable`] when the endpoint does not answer or refuses.
pub async fn create_table(client: &Client, name: &str) -> Result<(), StoreError> {
    let unavailable = |error: &dyn std::fmt::Display| StoreError::Unavailable(error.to_string());
    let build = |error: aws_sdk_dynamodb::error::BuildError| StoreError::corrupt(error);
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest);
    for attribute in KEY_ATTRIBUTES {
        let definition = AttributeDefinition::builder()
            .attribute_name(attribute)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .map_err(build)?;
        request = request.attribute_definitions(definition);
    }
    for element in key_schema("")? {
        request = request.key_schema(element);
    }
    for index in ["gsi1", "gsi2"] {
        let projection = Projection::builder().projection_type(ProjectionType::All).build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(index)
            .set_key_schema(Some(key_schema(index)?))
            .projection(projection)
            .build()
            .map_err(build)?;
        request = request.global_secondary_indexes(index);
    }
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::KeysOnly)
        .build()
        .map_err(build)?;
    match request.stream_specification(stream).send().await {
        Ok(_) => {}
        Err(error) => match error.as_service_error() {
            Some(CreateTableError::ResourceInUseException(_)) => return Ok(()),
            _ => return Err(unavailable(&DisplayErrorContext(&error))),
        },
    }
    let ttl = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name(TTL)
        .build()
        .map_err(build)?;
    client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(ttl)
        .send()
        .await
        .map_err(|error| unavailable(&DisplayErrorContext(&error)))?;
    Ok(())
}

fn key_schema(prefix: &str) -> Result<Vec<KeySchemaElement>, StoreError> {
    [("pk", KeyType::Hash), ("sk", KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            KeySchemaElement::builder()
                .attribute_name(format!("{prefix}{name}"))
                .key_type(kind)
                .build()
                .map_err(StoreError::corrupt)
        })
        .collect()
}
