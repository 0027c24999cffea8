//! The door of Lambda: API Gateway's events in, the same routes as everywhere behind it.

use axum::Router;
use lambda_http::request::RequestContext;
use lambda_http::{RequestExt as _, tower};

use super::client::ClientAddress;
use super::layers::{self, RequestId};
use super::metrics::{self, Metrics};
use crate::App;
use crate::config::ConfigError;

/// Runs a function under the Lambda runtime. `routes` are those of its group; everything else is the same for all.
///
/// # Errors
/// What is wrong with the environment, or with the runtime.
pub async fn run(routes: impl FnOnce(App) -> Router) -> Result<(), lambda_http::Error> {
    let app = from_env()?;
    let trusted = app.config.trusted_proxies.clone();
    let told = Metrics::of(&app);
    let routes = layers::around(routes(app));
    let routes = match told {
        Some(told) => metrics::told(routes, told),
        None => routes,
    };
    let service = tower::ServiceBuilder::new()
        .map_request(move |mut request: lambda_http::Request| {
            // The gateway's context says who is calling and what the gateway calls the request; headers say anything.
            let context = request.request_context_ref();
            let (source, id) = match context {
                Some(RequestContext::ApiGatewayV2(context)) => {
                    (context.http.source_ip.clone(), context.request_id.clone())
                }
                _ => (None, None),
            };
            if let Some(peer) = source.and_then(|source| source.parse().ok()) {
                let address = ClientAddress::resolve(peer, request.headers(), &trusted);
                request.extensions_mut().insert(address);
            }
            if let Some(id) = id {
                request.extensions_mut().insert(RequestId(id));
            }
            request
        })
        .service(routes);
    lambda_http::run(service).await
}

/// The parts by the environment, with the log begun.
///
/// # Errors
/// What is wrong with the environment.
pub fn from_env() -> Result<App, ConfigError> {
    let app = App::from_env()?;
    super::log::init(app.config.log_level);
    Ok(app)
}
