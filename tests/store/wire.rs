//! The wire between the SDK and an engine, where answers get lost and DynamoDB says what the engines never say.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tests::server::{Table, fresh_name};
use tests::{Server, services};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a request.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It is answered.
    Pass,
    /// It reaches the engine, but the connection breaks before the answer.
    AnswerLost,
    /// The connection breaks before it reaches the engine.
    Lost,
    /// It is answered with this error of DynamoDB, and does not reach the engine.
    Error(Value),
}

/// An error of DynamoDB by its name.
pub fn error(name: &str) -> Verdict {
    Verdict::Error(json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": name }))
}

/// A transaction that was cancelled for these reasons, one for each change.
pub fn cancelled(codes: &[&str]) -> Verdict {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code })).collect();
    let name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    Verdict::Error(json!({ "__type": name, "Message": "cancelled", "CancellationReasons": reasons }))
}

/// A request that came by.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Such as `TransactWriteItems`.
    pub operation: String,
    pub request: Value,
    /// The engine's answer; null where it was not asked.
    pub answer: Value,
}

#[derive(Default)]
struct State {
    plan: Mutex<HashMap<String, VecDeque<Verdict>>>,
    seen: Mutex<Vec<Seen>>,
}

/// A proxy before an engine.
#[derive(Clone)]
pub struct Wire {
    pub endpoint: String,
    state: Arc<State>,
}

impl Wire {
    /// A proxy before `engine`, such as `http://127.0.0.1:8000`.
    pub async fn before(engine: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<State>::default();
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            let engine = Arc::new((reqwest::Client::builder().build().unwrap(), engine));
            while let Ok((stream, _)) = listener.accept().await {
                let (state, engine) = (Arc::clone(&shared), Arc::clone(&engine));
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while exchange(&mut stream, &state, &engine).await.is_some() {}
                });
            }
        });
        Self { endpoint, state }
    }

    /// A server whose table is behind a wire; `None` when the engine is not there.
    pub async fn server(table: Table) -> Option<(Server, Self)> {
        let engine = match table {
            Table::DynamoDbLocal => services::dynamodb()?,
            Table::Embedded => {
                let database = dynoxide::Database::memory().unwrap();
                countersign::serve_embedded(database).await.unwrap().0
            }
        };
        let wire = Self::before(engine).await;
        let setup = Server::setup()
            .env("AWS_ENDPOINT_URL_DYNAMODB", &wire.endpoint)
            .env("TABLE_NAME", fresh_name())
            .env("CREATE_TABLE", "1");
        Some((setup.start().await, wire))
    }

    /// What becomes of the next requests of `operation`; those beyond pass.
    pub fn plan(&self, operation: &str, verdicts: impl IntoIterator<Item = Verdict>) {
        let mut plan = self.state.plan.lock().unwrap();
        plan.entry(operation.to_owned()).or_default().extend(verdicts);
    }

    /// The requests since the last time this was asked, without those of the mailer, which reads the stream all the time.
    pub fn take(&self) -> Vec<Seen> {
        let mut seen = std::mem::take(&mut *self.state.seen.lock().unwrap());
        let of_mailer = ["DescribeTable", "DescribeStream", "GetShardIterator", "GetRecords"];
        seen.retain(|seen| !of_mailer.contains(&seen.operation.as_str()));
        seen
    }

    /// How many verdicts are left over.
    pub fn planned(&self) -> usize {
        self.state.plan.lock().unwrap().values().map(VecDeque::len).sum()
    }
}

/// One request and its answer; `None` when the connection ends.
async fn exchange(stream: &mut BufReader<TcpStream>, state: &State, engine: &(reqwest::Client, String)) -> Option<()> {
    let (headers, body) = read(stream).await?;
    let operation = headers
        .iter()
        .find(|(name, _)| name == "x-amz-target")
        .and_then(|(_, target)| target.split_once('.'))
        .map(|(_, operation)| operation.to_owned())?;
    let mut request: Value = serde_json::from_slice(&body).ok()?;
    let verdict = {
        let mut plan = state.plan.lock().unwrap();
        let next = plan.get_mut(&operation).and_then(VecDeque::pop_front);
        next.unwrap_or(Verdict::Pass)
    };
    // What a request costs, the engines tell when they are asked. They do not verify signatures.
    let priced = [
        "GetItem",
        "BatchGetItem",
        "Query",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "TransactWriteItems",
    ];
    if priced.contains(&operation.as_str()) {
        request["ReturnConsumedCapacity"] = json!("TOTAL");
    }
    let (status, answer) = match &verdict {
        Verdict::Lost => (0, Value::Null),
        Verdict::Error(error) => (400, error.clone()),
        Verdict::Pass | Verdict::AnswerLost => {
            let mut forwarded = engine.0.post(&engine.1).body(request.to_string());
            for (name, value) in headers {
                if !["host", "content-length", "connection"].contains(&name.as_str()) {
                    forwarded = forwarded.header(name, value);
                }
            }
            let response = forwarded.send().await.ok()?;
            let status = response.status().as_u16();
            (status, response.json().await.ok()?)
        }
    };
    let reached = matches!(verdict, Verdict::Pass | Verdict::AnswerLost);
    state.seen.lock().unwrap().push(Seen {
        operation,
        request,
        answer: if reached { answer.clone() } else { Value::Null },
    });
    if matches!(verdict, Verdict::Lost | Verdict::AnswerLost) {
        return None;
    }
    let body = answer.to_string();
    let head = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body.as_bytes()).await.ok()
}

/// Headers, their names in lower case, and body of a request.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<(Vec<(String, String)>, Vec<u8>)> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|bytes| *bytes > 0)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|bytes| *bytes > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?;
    let mut body = vec![0; length.1.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some((headers, body))
}
