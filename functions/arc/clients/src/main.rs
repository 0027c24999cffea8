//! Arc: OAuth clients, and who signed in, as a Lambda function.

use shared::surfaces::arc::not_found;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(|app| arc_clients::routes(app).fallback(not_found)).await
}
