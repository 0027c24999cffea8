//! Arc: one-time passwords and codes, as a Lambda function.

use shared::surfaces::arc::not_found;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(|app| arc_otp::routes(app).fallback(not_found)).await
}
