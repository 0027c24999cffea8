//! Barong: what administrators do, as a Lambda function.

use shared::surfaces::barong::not_found;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(|app| barong_admin::routes(app).fallback(not_found)).await
}
