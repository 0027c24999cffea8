//! Engine: organizations and their logos, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(|app| engine_organizations::routes(app).fallback(shared::surfaces::engine::not_found))
        .await
}
