//! Who is calling is the gateway's word, and no header's.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rstest::rstest;
use serde_json::Value;
use tests::events;

use super::runtime::{beside, server};

/// Anybody may write a header; the source address is the gateway's word.
#[rstest]
#[case::v4("198.51.100.23")]
#[case::v6("2001:db8::17")]
#[tokio::test]
async fn a_session_comes_from_where_the_gateway_says(#[case] source: &str) {
    let server = server().await;
    server.client().sign_up("ada@example.com").await;
    let engine = beside(&server, "engine-auth", &[]).await;
    let token = engine
        .call(&from(events::http("signin"), source, "192.0.2.66"))
        .await
        .expect(200)
        .text();

    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let table = server.app().store.table();
    let session = format!("SESSION#{}", claims["jti"].as_str().unwrap());
    let found = table.client().await.query().table_name(table.name()).index_name("gsi2");
    let found = found.key_condition_expression("gsi2pk = :session");
    let found = found
        .expression_attribute_values(":session", AttributeValue::S(session))
        .send()
        .await
        .unwrap();
    let [session] = found.items() else { panic!("{found:?}") };
    assert_eq!(session["ip"], AttributeValue::S(source.into()));
    assert_eq!(session["user_agent"], AttributeValue::S("curl/8.5.0".into()));
}

#[tokio::test]
async fn a_forged_header_is_no_way_around_a_limit() {
    let server = server().await;
    server.client().sign_up("ada@example.com").await;
    // A window that does not end while this runs.
    let limits = [("THROTTLE", "on"), ("THROTTLE_SIGNIN_ADDRESS", "2/4000000000")];
    let engine = beside(&server, "engine-auth", &limits).await;
    let sign_in = async |source, forged| engine.call(&from(events::http("signin"), source, forged)).await;
    sign_in("198.51.100.23", "192.0.2.1").await.expect(200);
    sign_in("198.51.100.23", "192.0.2.2").await.expect(200);
    let refused = sign_in("198.51.100.23", "192.0.2.3").await.expect(429);
    assert!(refused.header("retry-after").is_some());
    sign_in("198.51.100.24", "198.51.100.23").await.expect(200);
}

/// The event, coming from `source`, with a header that says otherwise.
fn from(mut event: Value, source: &str, forged: &str) -> Value {
    event["requestContext"]["http"]["sourceIp"] = source.into();
    event["headers"]["x-forwarded-for"] = forged.into();
    event["headers"]["forwarded"] = format!("for={forged}").into();
    event["headers"]["x-real-ip"] = forged.into();
    event
}
