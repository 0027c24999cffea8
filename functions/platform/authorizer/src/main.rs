//! Decides for API Gateway whether a request to somebody's own API may pass, as a Lambda function.

#![recursion_limit = "256"]

use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform_authorizer::{Asked, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = shared::http::gateway::from_env()?;
    let app = &app;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Asked>| {
        // In a box: it carries the state of the table's client.
        Box::pin(handle(app, event.payload)).await.map_err(Error::from)
    }))
    .await
}
