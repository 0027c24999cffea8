//! Metrics: for each request one line of CloudWatch's embedded metric format on standard output, where Lambda finds it and
//! makes numbers of it. Dimensions are the surface and the outcome, so that there are some twenty metrics, whatever happens;
//! a metric costs money as long as it is written. How many requests there were is how often a latency was told.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use super::layers::RequestId;
use crate::App;
use crate::clock::Clock;
use crate::surfaces::Surface;

/// What came of a request, as an operator sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// What was asked for.
    Done,
    /// A refusal: the client's affair.
    Refused,
    /// A limit on attempts.
    Throttled,
    /// Our affair.
    Failed,
}

impl From<StatusCode> for Outcome {
    fn from(status: StatusCode) -> Self {
        match status {
            StatusCode::TOO_MANY_REQUESTS => Self::Throttled,
            status if status.is_server_error() => Self::Failed,
            status if status.is_client_error() => Self::Refused,
            _ => Self::Done,
        }
    }
}

/// One request.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Where it came in.
    pub surface: Surface,
    /// What was asked for: a method and a route, never a path.
    pub operation: &'a str,
    /// What came of it.
    pub outcome: Outcome,
    /// What the log calls it.
    pub request: &'a str,
    /// How long it took.
    pub latency: Duration,
}

/// Tells metrics.
#[derive(Clone)]
pub struct Metrics {
    namespace: Arc<str>,
    clock: Clock,
    write: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Metrics {
    /// Those of a process, on standard output; none where nobody named a namespace.
    pub fn of(app: &App) -> Option<Self> {
        let namespace = app.config.metrics_namespace.as_deref()?;
        // Lambda reads whole lines. One that cannot be written is lost, and harms nobody.
        let write = |line: &str| drop(writeln!(std::io::stdout().lock(), "{line}"));
        Some(Self::new(namespace, app.clock.clone(), write))
    }

    /// Those of a namespace, written by `write`.
    pub fn new(namespace: &str, clock: Clock, write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self {
            namespace: namespace.into(),
            clock,
            write: Arc::new(write),
        }
    }

    /// Tells of one request.
    pub fn tell(&self, told: &Told<'_>) {
        let line = json!({
            "_aws": {
                "Timestamp": self.clock.now().as_millisecond(),
                "CloudWatchMetrics": [{
                    "Namespace": &*self.namespace,
                    "Dimensions": [["surface", "outcome"]],
                    "Metrics": [{ "Name": "latency", "Unit": "Milliseconds" }],
                }],
            },
            "surface": told.surface,
            "outcome": told.outcome,
            "operation": told.operation,
            "request": told.request,
            "latency": told.latency.as_secs_f64() * 1e3,
        });
        (self.write)(&line.to_string());
    }
}

/// Has every request told.
pub fn told(routes: Router, metrics: Metrics) -> Router {
    routes.layer(from_fn_with_state(metrics, tell))
}

async fn tell(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str);
    let operation = format!("{} {route}", method(request.method()));
    // Of the path only what every path of a surface begins with.
    let surface = Surface::of(request.uri().path());
    let begun = Instant::now();
    let response = next.run(request).await;
    metrics.tell(&Told {
        surface,
        operation: &operation,
        outcome: response.status().into(),
        request: id.as_deref().unwrap_or("-"),
        latency: begun.elapsed(),
    });
    response
}

/// A method may be any word; only those that everybody knows are told.
fn method(method: &http::Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "-",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use axum::body::Body;
    use axum::routing::get;
    use jiff::Timestamp;
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;

    /// What is told of a request for a path that is answered with a status.
    async fn told_of(method: &str, path: &str, status: u16) -> Value {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        let (clock, _) = Clock::settable(Timestamp::from_second(1_800_000_000).unwrap());
        let metrics = Metrics::new("Countersign/acme", clock, move |line| {
            kept.lock().unwrap().push(line.to_owned());
        });
        let status = StatusCode::from_u16(status).unwrap();
        let routes = Router::new().route("/api/v1/user/changepassword/{token}", get(async move || status));
        let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(RequestId("abc".into()));
        super::told(routes, metrics).oneshot(request).await.unwrap();
        let lines = lines.lock().unwrap();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(!lines[0].contains('\n') && !lines[0].contains("s3cr3t"), "{lines:?}");
        serde_json::from_str(&lines[0]).unwrap()
    }

    #[tokio::test]
    async fn a_request_is_one_line_with_two_dimensions() {
        let told = told_of("GET", "/api/v1/user/changepassword/s3cr3t", 200).await;
        assert_eq!(told["_aws"]["Timestamp"], 1_800_000_000_000_i64);
        let [metrics] = told["_aws"]["CloudWatchMetrics"].as_array().unwrap().as_slice() else {
            panic!("{told}")
        };
        assert_eq!(metrics["Namespace"], "Countersign/acme");
        assert_eq!(metrics["Dimensions"], json!([["surface", "outcome"]]));
        // Whatever is named as a dimension or a metric has to be there.
        for name in metrics["Dimensions"][0].as_array().unwrap() {
            assert!(told[name.as_str().unwrap()].is_string(), "{told}");
        }
        assert!(told[metrics["Metrics"][0]["Name"].as_str().unwrap()].is_number());
        assert_eq!(told["operation"], "GET /api/v1/user/changepassword/{token}");
        assert_eq!((&told["surface"], &told["request"]), (&json!("engine"), &json!("abc")));
    }

    #[tokio::test]
    async fn outcomes_are_few() {
        for (status, outcome) in [
            (200, "done"),
            (302, "done"),
            (401, "refused"),
            (429, "throttled"),
            (500, "failed"),
            (503, "failed"),
        ] {
            let told = told_of("GET", "/api/v1/user/changepassword/s3cr3t", status).await;
            assert_eq!(told["outcome"], outcome, "{status}");
        }
    }

    #[tokio::test]
    async fn what_strangers_write_is_not_told() {
        let told = told_of("S3CR3T", "/identity/v1/s3cr3t", 200).await;
        assert_eq!(told["operation"], "- -");
        assert_eq!(
            (&told["surface"], &told["outcome"]),
            (&json!("identity-server"), &json!("refused"))
        );
        assert!(!told.to_string().to_lowercase().contains("s3cr3t"));
    }
}
