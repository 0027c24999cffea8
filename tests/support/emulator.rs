//! What tests ask of the emulator of AWS beside what the house asks of it.

use serde_json::Value;
use shared::aws::Aws;
use shared::config::{AwsConfig, Config};
use shared::random::Random;

/// Configuration as it is in production, but for the endpoint.
pub fn config(endpoint: &str) -> AwsConfig {
    let config = Config::from_lookup(|name| match name {
        "AWS_ENDPOINT_URL" => Some(endpoint.to_owned()),
        "AWS_REGION" => Some("us-east-1".to_owned()),
        _ => None,
    });
    config.unwrap().aws
}

/// Clients of the emulator.
pub fn aws(endpoint: &str) -> Aws {
    Aws::new(config(endpoint))
}

/// A name that nobody else uses: the emulator is shared by all tests.
pub fn name(what: &str) -> String {
    format!("{what}-{:032x}", Random::system().u128())
}

/// An address that nobody else uses.
pub fn address(what: &str) -> String {
    format!("{}@example.com", name(what))
}

/// A sender that SES has verified.
pub async fn sender(endpoint: &str) -> String {
    let from = address("from");
    let ses = aws(endpoint).ses().await;
    ses.create_email_identity().email_identity(&from).send().await.unwrap();
    from
}

/// The raw mails that were sent to an address: `{id, source, destinations, raw_data}`.
pub async fn mails(endpoint: &str, to: &str) -> Vec<Value> {
    let answer = reqwest::get(format!("{endpoint}/moto-api/data.json")).await.unwrap();
    let data: Value = answer.json().await.unwrap();
    let sent = data["ses"]["RawMessage"].as_array().cloned().unwrap_or_default();
    let is_to = |mail: &Value| mail["destinations"].as_array().unwrap().iter().any(|known| known == to);
    sent.into_iter().filter(is_to).collect()
}
