//! The authorizer of a customer's own HTTP API: API Gateway asks before it lets a request on, with what it knows of it, and
//! gets the decision that the authz endpoint makes about the same request. It changes nothing but the end of the session.

mod answer;
mod asked;

use std::time::Instant;

use shared::App;
use shared::access::edge::Ruling;
use shared::surfaces::barong::{Asking, BarongError, pass, refused};

pub use answer::{Answer, Context, Failed};
pub use asked::Asked;

/// Decides about a request.
///
/// # Errors
/// [`Failed`]: API Gateway answers 500, and nobody passes.
pub async fn handle(app: &App, asked: Asked) -> Result<Answer, Failed> {
    let begun = Instant::now();
    let (id, route) = (asked.id().to_owned(), asked.route().to_owned());
    let decided = decide(app, asked).await;
    let millis = begun.elapsed().as_secs_f64() * 1e3;
    match &decided {
        // The route, never the path: it may carry secrets.
        Ok(answer) => tracing::info!(id, route, passes = answer.is_authorized, millis, "decided"),
        Err(Failed) => tracing::error!(id, route, millis, "not decided"),
    }
    decided
}

async fn decide(app: &App, asked: Asked) -> Result<Answer, Failed> {
    let path = asked.path();
    let request = asked.request(&app.config.trusted_proxies)?;
    let ruling = pass(app, path.as_ref(), request, Asking::Gateway).await;
    let (ruling, ..) = ruling.map_err(|error| failed(&error))?;
    Ok(match ruling {
        Ruling::Open => Answer::open(),
        Ruling::Refused(why) => Answer::refused(&refused(why)),
        Ruling::Passed(passenger) => {
            let token = passenger.token(app).await.map_err(|failure| failed(&failure.into()))?;
            Answer::passed(&passenger.user, &token)
        }
    })
}

/// What it was stands in the log already.
fn failed(error: &BarongError) -> Failed {
    tracing::error!(keys = ?error.keys(), "no decision");
    Failed
}
