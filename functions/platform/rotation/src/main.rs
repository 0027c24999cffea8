//! Turns the keyring: a rotation function of Secrets Manager, as a Lambda function.

#![recursion_limit = "256"]

use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform_rotation::{Event, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = shared::http::gateway::from_env()?;
    let app = &app;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Event>| {
        Ok::<_, Error>(handle(app, &event.payload).await?)
    }))
    .await
}
