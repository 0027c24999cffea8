//! The wire between the SDK and an engine, where answers get lost, connections die and DynamoDB says what the engines never say.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};
use shared::store::Patience;
use tests::server::{Setup, Table, fresh_name};
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
    /// The connection is half open: nothing comes back and nothing ends. Whether the request arrives before.
    Silent { arrives: bool },
    /// It reaches the engine, half of the answer comes, and then this.
    Half(End),
    /// It is answered with this, and does not reach the engine.
    Says(u16, Value),
}

/// What a connection does that stops in the middle of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Silence,
    Close,
    Reset,
}

/// An error of DynamoDB by its name.
pub fn error(name: &str) -> Verdict {
    let status = if name == "InternalServerError" { 500 } else { 400 };
    let body = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": name });
    Verdict::Says(status, body)
}

/// A transaction that was cancelled for these reasons, one for each change.
pub fn cancelled(codes: &[&str]) -> Verdict {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code })).collect();
    let name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let body = json!({ "__type": name, "Message": "cancelled", "CancellationReasons": reasons });
    Verdict::Says(400, body)
}

/// A request that came by.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Such as `TransactWriteItems`.
    pub operation: String,
    pub request: Value,
    /// The engine's answer; null where it was not asked.
    pub answer: Value,
    /// The number of its connection, in the order in which they were made.
    pub connection: usize,
    pub at: Instant,
}

#[derive(Default)]
struct State {
    plan: Mutex<HashMap<String, VecDeque<Verdict>>>,
    /// What becomes of every request of an operation, or of any (`*`), that nothing is planned for.
    rule: Mutex<Option<(String, Verdict)>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    /// Requests that cost something and are not among the seen yet.
    under_way: Arc<()>,
    /// Connections with a lesser number are dead.
    first_alive: AtomicUsize,
}

impl State {
    /// What becomes of a request of `operation` that came on a connection.
    fn judge(&self, operation: &str, connection: usize) -> Verdict {
        if connection < self.first_alive.load(Ordering::SeqCst) {
            return Verdict::Silent { arrives: false };
        }
        let mut plan = self.plan.lock().unwrap();
        let next = plan.get_mut(operation).and_then(VecDeque::pop_front);
        next.unwrap_or_else(|| match &*self.rule.lock().unwrap() {
            Some((known, verdict)) if known == "*" || known == operation => verdict.clone(),
            _ => Verdict::Pass,
        })
    }
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
                // An answer is two writes: the second would wait for the first to be acknowledged, which takes 40 ms.
                stream.set_nodelay(true).unwrap();
                let (state, engine) = (Arc::clone(&shared), Arc::clone(&engine));
                let number = state.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    while exchange(&mut stream, number, &state, &engine).await.is_some() {}
                });
            }
        });
        Self { endpoint, state }
    }

    /// A server whose table is behind a wire; `None` when the engine is not there.
    pub async fn server(table: Table) -> Option<(Server, Self)> {
        Self::server_with(table, |setup| setup).await
    }

    /// The same for one that does not wait as long as usual.
    pub async fn impatient_server(table: Table, patience: Patience) -> Option<(Server, Self)> {
        Self::server_with(table, |setup| setup.waiting(patience)).await
    }

    async fn server_with(
        table: Table,
        differ: impl FnOnce(Setup<'static>) -> Setup<'static>,
    ) -> Option<(Server, Self)> {
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
        Some((differ(setup).start().await, wire))
    }

    /// What becomes of the next requests of `operation`; those beyond pass.
    pub fn plan(&self, operation: &str, verdicts: impl IntoIterator<Item = Verdict>) {
        let mut plan = self.state.plan.lock().unwrap();
        plan.entry(operation.to_owned()).or_default().extend(verdicts);
    }

    /// What becomes of every request of `operation`, or of any (`*`), from now on.
    pub fn rule(&self, operation: &str, verdict: Verdict) {
        *self.state.rule.lock().unwrap() = Some((operation.to_owned(), verdict));
    }

    /// Nothing goes wrong any more, but for connections that are dead.
    pub fn heal(&self) {
        *self.state.rule.lock().unwrap() = None;
        self.state.plan.lock().unwrap().clear();
    }

    /// Every connection that there is dies without a word; new ones are well. How many there were so far.
    pub fn kill_connections(&self) -> usize {
        let made = self.state.connections.load(Ordering::SeqCst);
        self.state.first_alive.store(made, Ordering::SeqCst);
        made
    }

    /// The requests since the last time this was asked, without those of the mailer, which reads the stream all the time.
    pub fn take(&self) -> Vec<Seen> {
        let mut seen = std::mem::take(&mut *self.state.seen.lock().unwrap());
        let of_mailer = ["DescribeTable", "DescribeStream", "GetShardIterator", "GetRecords"];
        seen.retain(|seen| !of_mailer.contains(&seen.operation.as_str()));
        seen
    }

    /// Waits for requests whose sender has lost interest: they would count as part of what comes next.
    pub async fn settle(&self) {
        while Arc::strong_count(&self.state.under_way) > 1 {
            tokio::task::yield_now().await;
        }
    }

    /// How many verdicts are left over.
    pub fn planned(&self) -> usize {
        self.state.plan.lock().unwrap().values().map(VecDeque::len).sum()
    }
}

/// One request and its answer; `None` when the connection ends.
async fn exchange(
    stream: &mut BufReader<TcpStream>,
    connection: usize,
    state: &State,
    engine: &(reqwest::Client, String),
) -> Option<()> {
    let (headers, body) = read(stream).await?;
    let operation = headers
        .iter()
        .find(|(name, _)| name == "x-amz-target")
        .and_then(|(_, target)| target.split_once('.'))
        .map(|(_, operation)| operation.to_owned())?;
    let mut request: Value = serde_json::from_slice(&body).ok()?;
    let (verdict, at) = (state.judge(&operation, connection), Instant::now());
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
    let under_way = priced.contains(&operation.as_str()).then(|| {
        request["ReturnConsumedCapacity"] = json!("TOTAL");
        Arc::clone(&state.under_way)
    });
    let (status, answer) = match &verdict {
        Verdict::Lost | Verdict::Silent { arrives: false } | Verdict::Says(..) => (0, Value::Null),
        Verdict::Pass | Verdict::AnswerLost | Verdict::Silent { arrives: true } | Verdict::Half(_) => {
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
    state.seen.lock().unwrap().push(Seen {
        operation,
        request,
        answer: answer.clone(),
        connection,
        at,
    });
    drop(under_way);
    match verdict {
        Verdict::Pass => say(stream, status, &answer.to_string(), 1).await,
        Verdict::Says(status, error) => say(stream, status, &error.to_string(), 1).await,
        Verdict::Lost | Verdict::AnswerLost => None,
        Verdict::Silent { .. } => until_left(stream).await,
        Verdict::Half(end) => {
            say(stream, status, &answer.to_string(), 2).await?;
            match end {
                End::Silence => until_left(stream).await,
                End::Close => None,
                End::Reset => {
                    stream.get_ref().set_zero_linger().ok()?;
                    None
                }
            }
        }
    }
}

/// Answers; the body only as far as its `part`th part.
async fn say(stream: &mut BufReader<TcpStream>, status: u16, body: &str, part: usize) -> Option<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(&body.as_bytes()[..length / part]).await.ok()?;
    stream.flush().await.ok()
}

/// Says nothing until the other side has left.
async fn until_left(stream: &mut BufReader<TcpStream>) -> Option<()> {
    let _ = tokio::io::copy(stream, &mut tokio::io::sink()).await;
    None
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
