//! Identity-server: roles, what they give, and who has them, as a Lambda function.

use shared::surfaces::identity_server::not_found;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(|app| identity_server_roles::routes(app).fallback(not_found)).await
}
