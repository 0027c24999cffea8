//! What AWS Lambda is to a function's process: the Runtime API on a port of its own, and the process beside it.
//!
//! A function asks for the next event (`GET …/invocation/next`), and posts what came of it (`…/response` or `…/error`).

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::SET_COOKIE;
use http::{HeaderName, StatusCode};
use serde_json::Value;
use shared::clock::Clock;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::{Answer, binaries};

/// A function has so long to ask for its first event, and to answer each.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a function may answer with at most (Lambda's limit).
const MAX_RESPONSE: usize = 6 * 1024 * 1024;

/// What came of an event.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The function's answer.
    Response(Value),
    /// The function said that it failed: `{errorType, errorMessage, …}`.
    Error(Value),
}

impl Outcome {
    #[track_caller]
    pub fn response(self) -> Value {
        match self {
            Self::Response(value) => value,
            Self::Error(error) => panic!("the function failed: {error}"),
        }
    }
}

struct Invocation {
    event: Bytes,
    done: oneshot::Sender<Outcome>,
}

#[derive(Clone)]
struct Api {
    queue: Arc<tokio::sync::Mutex<mpsc::Receiver<Invocation>>>,
    running: Arc<Mutex<HashMap<String, oneshot::Sender<Outcome>>>>,
    asked: mpsc::Sender<Instant>,
    log: Arc<Mutex<Vec<u8>>>,
}

/// A function's process.
pub struct Function {
    child: Child,
    server: JoinHandle<()>,
    events: mpsc::Sender<Invocation>,
    log: Arc<Mutex<Vec<u8>>>,
    output: Arc<Mutex<Vec<u8>>>,
    /// From the start of the process to its first question.
    pub started_in: Duration,
}

impl Function {
    /// Starts the binary `name` with these variables, and no others but Lambda's, and waits until it asks for an event.
    pub async fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        let binary = tokio::task::spawn_blocking({
            let name = name.to_owned();
            move || binaries::path(&name)
        });
        Self::start_at(binary.await.unwrap(), name, variables).await
    }

    /// The same for a binary that was built elsewhere.
    pub async fn start_at(binary: PathBuf, name: &str, variables: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (events, queue) = mpsc::channel(16);
        let (asked, mut questions) = mpsc::channel(16);
        let api = Api {
            queue: Arc::new(tokio::sync::Mutex::new(queue)),
            running: Arc::default(),
            asked,
            log: Arc::default(),
        };
        let routes = routes(api.clone());
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });

        let mut command = Command::new(binary);
        command
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (variable, value) in [
            ("AWS_LAMBDA_RUNTIME_API", address.to_string().as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "group"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_SESSION_TOKEN", "test"),
            ("_HANDLER", "bootstrap"),
        ] {
            command.env(variable, value);
        }
        command.envs(variables.iter().copied());
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        let output = Arc::default();
        keep(child.stderr.take().unwrap(), Arc::clone(&api.log));
        keep(child.stdout.take().unwrap(), Arc::clone(&output));
        let mut function = Self {
            child,
            output,
            log: api.log,
            server,
            events,
            started_in: Duration::ZERO,
        };

        let deadline = begun + PATIENCE;
        loop {
            match tokio::time::timeout(Duration::from_millis(50), questions.recv()).await {
                Ok(first) => {
                    function.started_in = first.unwrap().duration_since(begun);
                    return function;
                }
                Err(_) => {
                    let ended = function.child.try_wait().unwrap();
                    assert!(ended.is_none(), "{name} ended ({ended:?}): {}", function.log());
                    assert!(
                        Instant::now() < deadline,
                        "{name} asked for no event: {}",
                        function.log()
                    );
                }
            }
        }
    }

    /// Hands over an event and waits for what comes of it.
    pub async fn invoke(&self, event: &Value) -> Outcome {
        self.invoke_text(event.to_string()).await
    }

    /// The same for an event that may not even be JSON.
    pub async fn invoke_text(&self, event: impl Into<Bytes>) -> Outcome {
        let (done, outcome) = oneshot::channel();
        let invocation = Invocation {
            event: event.into(),
            done,
        };
        self.events
            .send(invocation)
            .await
            .unwrap_or_else(|_| panic!("nobody serves events"));
        match tokio::time::timeout(PATIENCE, outcome).await {
            Ok(Ok(outcome)) => outcome,
            problem => panic!("no answer ({problem:?}): {}", self.log()),
        }
    }

    /// Hands over an event of API Gateway and reads the answer as API Gateway does.
    pub async fn call(&self, event: &Value) -> Answer {
        answer(&self.invoke(event).await.response())
    }

    /// What the process wrote to standard error until now.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// What the process wrote to standard output until now: metrics.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }

    /// The same when there are so many lines, or when there never will be: what a process wrote is read a moment later.
    pub async fn output_of(&self, lines: usize) -> String {
        let deadline = Instant::now() + PATIENCE;
        while self.output().lines().count() < lines && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.output()
    }

    /// Whether the process is there.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
        self.server.abort();
    }
}

fn keep(mut pipe: impl std::io::Read + Send + 'static, kept: Arc<Mutex<Vec<u8>>>) {
    std::thread::spawn(move || {
        let mut part = [0; 4096];
        while let Ok(length @ 1..) = pipe.read(&mut part) {
            kept.lock().unwrap().extend_from_slice(&part[..length]);
        }
    });
}

fn routes(api: Api) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(respond))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(fail))
        .route("/2018-06-01/runtime/init/error", post(refuse))
        .layer(DefaultBodyLimit::max(MAX_RESPONSE))
        .with_state(api)
}

async fn next(State(api): State<Api>) -> Response {
    // Only the first question is waited for; the others find nobody who listens, or no room.
    let _nobody = api.asked.try_send(Instant::now());
    let Some(Invocation { event, done }) = api.queue.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = format!("{:032x}", shared::random::Random::system().u128());
    let deadline = Clock::system().now().as_millisecond() + 15_000;
    api.running.lock().unwrap().insert(id.clone(), done);
    let headers = [
        ("lambda-runtime-aws-request-id", id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:test".into(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-6a02d3c0-0123456789abcdef01234567;Sampled=0".into(),
        ),
        ("content-type", "application/json".into()),
    ];
    (headers, event).into_response()
}

async fn respond(State(api): State<Api>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    end(&api, &id, Outcome::Response(json(&body)))
}

async fn fail(State(api): State<Api>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    end(&api, &id, Outcome::Error(json(&body)))
}

/// A function that cannot start says why, and ends.
async fn refuse(State(api): State<Api>, body: Bytes) -> StatusCode {
    api.log.lock().unwrap().extend_from_slice(&body);
    StatusCode::ACCEPTED
}

/// An answer to an event that is not under way is refused, as Lambda does.
fn end(api: &Api, id: &str, outcome: Outcome) -> StatusCode {
    let done = api.running.lock().unwrap().remove(id);
    match done.map(|done| done.send(outcome)) {
        Some(Ok(())) => StatusCode::ACCEPTED,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

/// An answer in API Gateway's format 2.0.
fn answer(response: &Value) -> Answer {
    let mut headers = http::HeaderMap::new();
    for (name, value) in response["headers"].as_object().into_iter().flatten() {
        headers.append(
            name.parse::<HeaderName>().unwrap(),
            value.as_str().unwrap().parse().unwrap(),
        );
    }
    for (name, values) in response["multiValueHeaders"].as_object().into_iter().flatten() {
        for value in values.as_array().unwrap() {
            let (name, value) = (name.parse::<HeaderName>().unwrap(), value.as_str().unwrap());
            if !headers.get_all(&name).iter().any(|known| known == value) {
                headers.append(name, value.parse().unwrap());
            }
        }
    }
    // The payload of version 2.0 keeps cookies apart.
    for cookie in response["cookies"].as_array().into_iter().flatten() {
        headers.append(SET_COOKIE, cookie.as_str().unwrap().parse().unwrap());
    }
    let body = response["body"].as_str().unwrap_or_default();
    let bytes = match response["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(body).unwrap(),
        _ => body.as_bytes().to_vec(),
    };
    let status = u16::try_from(response["statusCode"].as_u64().expect("a status")).unwrap();
    Answer {
        status: status.try_into().unwrap(),
        headers,
        bytes,
    }
}
