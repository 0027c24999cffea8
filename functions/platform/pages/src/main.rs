//! Pages for people, as a Lambda function.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::http::gateway::run(platform_pages::routes).await
}
