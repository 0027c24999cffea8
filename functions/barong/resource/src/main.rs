//! Barong: what users do with their own account, as a Lambda function.

use shared::surfaces::barong::not_found;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(|app| barong_resource::routes(app).fallback(not_found)).await
}
