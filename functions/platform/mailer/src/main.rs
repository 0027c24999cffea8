//! Sends the outbox: consumes the table's stream, as a Lambda function.

#![recursion_limit = "256"]

use lambda_runtime::{Error, LambdaEvent, service_fn};
use platform_mailer::{Batch, handle};
use shared::notify::mailer::Outlet;
use shared::notify::ses::Ses;
use shared::notify::sns::Sns;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = shared::http::gateway::from_env()?;
    let ses = Ses::new(app.aws.clone(), app.config.mail.clone());
    let outlet = Outlet::Aws(ses, Sns::new(app.aws.clone()));
    let (app, outlet) = (&app, &outlet);
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Batch>| {
        Ok::<_, Error>(handle(app, outlet, event.payload).await)
    }))
    .await
}
