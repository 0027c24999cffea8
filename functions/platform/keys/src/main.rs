//! The public keys, as a Lambda function.

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(platform_keys::routes).await
}
