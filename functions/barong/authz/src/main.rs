//! Whether a gateway lets a request through, as a Lambda function.

use shared::surfaces::barong;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(|app| barong_authz::routes(app).fallback(barong::not_found)).await
}
