//! Arc: signing in for a client, tokens, passwords and sign-up, as a Lambda function.

use shared::surfaces::arc::not_found;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(|app| arc_auth::routes(app).fallback(not_found)).await
}
