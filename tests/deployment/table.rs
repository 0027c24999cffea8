//! The table, the outbox's stream and the environment in the template are those of the program.

use serde_json::{Value, json};
use shared::config::VARIABLES;
use shared::store::schema;
use tests::Server;

use super::stack::Stack;

/// Compares with what `create_table` made, as the engine describes it, not with what the program says about it.
#[tokio::test]
async fn the_template_makes_the_table_that_the_program_makes() {
    let server = Server::start().await;
    let table = server.app().store.table();
    let client = table.client().await;
    let described = client.describe_table().table_name(table.name()).send().await.unwrap();
    let made = described.table.unwrap();
    let stack = Stack::read();
    let template = stack.at("/Resources/Table/Properties");

    let attributes = made.attribute_definitions().iter().map(|attribute| {
        json!({ "AttributeName": attribute.attribute_name, "AttributeType": attribute.attribute_type.as_str() })
    });
    assert_eq!(sorted(&template["AttributeDefinitions"]), sorted(&attributes.collect()));
    assert_eq!(
        template["AttributeDefinitions"].as_array().unwrap().len(),
        schema::KEY_ATTRIBUTES.len()
    );
    assert_eq!(template["KeySchema"], keys(made.key_schema()));

    let indexes = made.global_secondary_indexes().iter().map(|index| {
        let projection = index.projection().unwrap().projection_type().unwrap();
        json!({
            "IndexName": index.index_name().unwrap(),
            "KeySchema": keys(index.key_schema()),
            "Projection": { "ProjectionType": projection.as_str() },
        })
    });
    assert_eq!(sorted(&template["GlobalSecondaryIndexes"]), sorted(&indexes.collect()));

    let stream = made.stream_specification().unwrap();
    assert!(stream.stream_enabled());
    assert_eq!(
        template["StreamSpecification"],
        json!({ "StreamViewType": stream.stream_view_type().unwrap().as_str() })
    );

    let ttl = client
        .describe_time_to_live()
        .table_name(table.name())
        .send()
        .await
        .unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(
        template["TimeToLiveSpecification"],
        json!({ "AttributeName": ttl.attribute_name().unwrap(), "Enabled": true })
    );
    assert_eq!(template["BillingMode"], "PAY_PER_REQUEST");
}

/// What is kept is kept for good, whatever happens to the stack.
#[test]
fn what_people_own_outlives_the_stack() {
    let stack = Stack::read();
    for name in ["Table", "Keyring", "Files"] {
        let resource = stack.at(&format!("/Resources/{name}"));
        assert_eq!(resource["DeletionPolicy"], "Retain", "{name}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}");
    }
    let table = stack.at("/Resources/Table/Properties");
    assert_eq!(table["DeletionProtectionEnabled"], true);
    assert_eq!(
        table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    // The functions take this document for "not made yet"; another one would be taken for the keys.
    assert_eq!(stack.at("/Resources/Keyring/Properties/SecretString"), "{}");
}

/// The mailer is woken for new messages, and for nothing else.
#[test]
fn the_stream_is_filtered_for_messages() {
    let stack = Stack::read();
    let source = stack.at("/Resources/PlatformMailer/Properties/Events/Outbox/Properties");
    assert_eq!(source["Stream"], json!({ "Fn::GetAtt": ["Table", "StreamArn"] }));
    let filters = source["FilterCriteria"]["Filters"].as_array().unwrap();
    assert_eq!(filters.len(), 1, "filters are alternatives");
    let pattern: Value = serde_json::from_str(filters[0]["Pattern"].as_str().unwrap()).unwrap();
    let wanted = json!({
        "eventName": ["INSERT"],
        "dynamodb": { "Keys": { "pk": { "S": [{ "prefix": shared::notify::PREFIX }] } } },
    });
    assert_eq!(pattern, wanted);
    // The mailer answers with what failed; without this Lambda would not look at the answer.
    assert_eq!(source["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
    // It gives up some time, but outlives a lease many times over.
    let age = source["MaximumRecordAgeInSeconds"].as_u64().unwrap();
    assert!(
        age > 10 * shared::notify::mailer::LEASE.as_secs() && age < 24 * 3600,
        "{age}"
    );
    assert_eq!(source["MaximumRetryAttempts"], Value::Null);
    let timeout = stack
        .at("/Resources/PlatformMailer/Properties/Timeout")
        .as_u64()
        .unwrap();
    assert!(
        timeout < shared::notify::mailer::LEASE.as_secs(),
        "a lease ends under somebody who is still sending"
    );
    assert_eq!(source["DestinationConfig"]["OnFailure"]["Type"], "SQS");
}

#[test]
fn the_template_sets_variables_that_are_read() {
    let stack = Stack::read();
    let mut set: Vec<&String> = Vec::new();
    let everywhere = stack.at("/Globals/Function/Environment/Variables").as_object().unwrap();
    set.extend(everywhere.keys());
    for (_, function) in stack.functions() {
        let own = function["Properties"]["Environment"]["Variables"].as_object();
        set.extend(own.into_iter().flat_map(|own| own.keys()));
    }
    for name in &set {
        assert!(
            VARIABLES.iter().any(|variable| variable.name == name.as_str()),
            "{name} is read by nobody"
        );
    }
    // Without these a function would fall back to what is meant for a laptop.
    for name in [
        "TABLE_NAME",
        "KEYRING_SECRET_ID",
        "FILES_BUCKET",
        "PUBLIC_URL",
        "MAIL_FROM",
    ] {
        assert!(everywhere.contains_key(name), "{name} is not set");
    }
}

fn keys(schema: &[aws_sdk_dynamodb::types::KeySchemaElement]) -> Value {
    let keys = schema
        .iter()
        .map(|element| json!({ "AttributeName": element.attribute_name, "KeyType": element.key_type.as_str() }));
    keys.collect()
}

fn sorted(values: &Value) -> Vec<String> {
    let mut texts: Vec<String> = values.as_array().unwrap().iter().map(Value::to_string).collect();
    texts.sort_unstable();
    texts
}
