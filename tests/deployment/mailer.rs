//! The mailer's program on a table of its own, with SES as an emulator plays it. Skipped where there is no emulator.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodbstreams::types::ShardIteratorType;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use countersign::serve_embedded;
use dynoxide::Database;
use http::{StatusCode, Uri};
use serde_json::{Value, json};
use shared::App;
use shared::accounts::Email;
use shared::app::EMBEDDED_TABLE;
use shared::clock::Clock;
use shared::config::Config;
use shared::notify::{Message, Stage, Template};
use shared::random::Random;
use shared::store::commit::{Step, text};
use shared::store::record::read;
use shared::store::{Commit, Condition, Record as _, StoreError, schema};
use tests::runtime_api::Function;
use tests::{emulator, events, services};
use tokio::net::TcpListener;

use super::mime;

/// A table with an outbox that nobody but the program empties.
struct Post {
    app: App,
    mailer: Function,
    _data_dir: tempfile::TempDir,
}

impl Post {
    async fn open(emulator: &str) -> Self {
        let (table, _task) = serve_embedded(Database::memory().unwrap()).await.unwrap();
        let data_dir = tempfile::tempdir().unwrap();
        let from = emulator::sender(emulator).await;
        let variables = [
            ("TABLE_NAME", EMBEDDED_TABLE),
            ("AWS_ENDPOINT_URL_DYNAMODB", &table),
            ("AWS_ENDPOINT_URL", emulator),
            ("DATA_DIR", data_dir.path().to_str().unwrap()),
            ("MAIL_FROM", &from),
            ("SERVICE_NAME", "Acme"),
            ("METRICS_NAMESPACE", "Countersign/test"),
        ];
        let config = Config::from_lookup(|name| {
            let given = variables.iter().find(|(known, _)| *known == name);
            given.map(|(_, value)| (*value).to_owned())
        });
        let app = App::new(config.unwrap(), Clock::system(), Random::system());
        schema::create_table(app.store.table().client().await, EMBEDDED_TABLE)
            .await
            .unwrap();
        let mailer = Function::start("platform-mailer", &variables).await;
        eprintln!(
            "platform-mailer asked for its first event after {:?}",
            mailer.started_in
        );
        Self {
            app,
            mailer,
            _data_dir: data_dir,
        }
    }

    /// Writes a message to somebody whom no other test writes to.
    async fn write(&self) -> (Message, String) {
        let to = emulator::address("to");
        let keyring = self.app.keys.get().await.unwrap();
        let link = "https://id.example.com/auth/changepassword/abc?email=x".to_owned();
        let template = Template::PasswordReset { link, minutes: 60 };
        let message = Message::mail(&self.app, &keyring, &Email::parse(&to).unwrap(), &template).unwrap();
        let mut commit = Commit::<StoreError>::new();
        commit.create(&message);
        self.app.store.commit(commit).await.unwrap();
        (message, to)
    }

    async fn spoil(&self, message: &Message) {
        let mut commit = Commit::<StoreError>::new();
        let spoiled = Step::Set("sealed", text("not what was sealed"));
        commit.update(message.key(), Condition::Present, [spoiled]);
        self.app.store.commit(commit).await.unwrap();
    }

    async fn stage(&self, message: &Message) -> Stage {
        let [item] = self.app.store.get([message.key()]).await.unwrap();
        read::<Message>(item.unwrap()).unwrap().stage
    }

    /// What the table's stream holds, as Lambda hands it over.
    async fn stream(&self) -> Vec<Value> {
        let config = self.app.aws.sdk(self.app.config.aws.dynamodb_endpoint.as_deref()).await;
        let client = aws_sdk_dynamodbstreams::Client::new(&config);
        let streams = client.list_streams().table_name(EMBEDDED_TABLE).send().await.unwrap();
        let arn = streams.streams()[0].stream_arn().unwrap();
        let described = client.describe_stream().stream_arn(arn).send().await.unwrap();
        let mut records = Vec::new();
        for shard in described.stream_description.unwrap().shards() {
            let iterator = client
                .get_shard_iterator()
                .stream_arn(arn)
                .shard_id(shard.shard_id().unwrap());
            let iterator = iterator.shard_iterator_type(ShardIteratorType::TrimHorizon);
            let iterator = iterator.send().await.unwrap().shard_iterator.unwrap();
            let read = client.get_records().shard_iterator(iterator).send().await.unwrap();
            records.extend(read.records().iter().map(|record| {
                let changed = record.dynamodb().unwrap();
                let text = |name: &str| json!({ "S": changed.keys().unwrap()[name].as_s().unwrap() });
                json!({
                    "eventName": record.event_name().unwrap().as_str(),
                    "dynamodb": {
                        "Keys": { "pk": text("pk"), "sk": text("sk") },
                        "SequenceNumber": changed.sequence_number().unwrap(),
                    },
                })
            }));
        }
        records
    }

    /// Hands the mailer a batch and returns the identifiers of what failed.
    async fn deliver(&self, records: &[Value]) -> Vec<String> {
        let answer = self.mailer.invoke(&json!({ "Records": records })).await.response();
        let failures = answer["batchItemFailures"].as_array().unwrap();
        failures
            .iter()
            .map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A record of the stream at `place`.
fn record(pk: &str, place: &str) -> Value {
    let mut event = events::read("platform/outbox_stream.json");
    let mut record = event["Records"][0].take();
    record["dynamodb"]["Keys"]["pk"]["S"] = pk.into();
    record["dynamodb"]["SequenceNumber"] = place.into();
    record
}

fn record_of(message: &Message, place: &str) -> Value {
    record(&message.key().pk, place)
}

#[tokio::test]
async fn a_batch_is_sent_once_and_says_what_failed() {
    let Some(emulator) = services::aws() else { return };
    let post = Post::open(&emulator).await;
    let ((first, to_first), (second, to_second)) = (post.write().await, post.write().await);
    let (poison, to_poison) = post.write().await;
    post.spoil(&poison).await;

    let before = [
        record_of(&first, "101"),
        // The stream may repeat itself, within a batch and after it.
        record_of(&first, "101"),
        record("USER#01HZZZZZZZZZZZZZZZZZZZZZZZ", "102"),
        record("OUTBOX#01HZZZZZZZZZZZZZZZZZZZZZZZ", "103"),
    ];
    let rest = [record_of(&poison, "104"), record_of(&second, "105")];
    assert_eq!(post.deliver(&[&before[..], &rest].concat()).await, ["104"]);
    assert_eq!(emulator::mails(&emulator, &to_first).await.len(), 1);
    assert_eq!(post.stage(&first).await, Stage::Sent);
    assert_eq!(
        post.stage(&second).await,
        Stage::Sent,
        "a message behind a bad one is not held up"
    );
    assert_eq!(post.stage(&poison).await, Stage::Pending);

    // The stream comes again from where it failed, and goes on behind that when it has given up.
    assert_eq!(post.deliver(&rest).await, ["104"]);
    assert_eq!(post.deliver(&rest[1..]).await, [] as [&str; 0]);
    // A restart reads everything once more.
    assert_eq!(post.deliver(&before).await, [] as [&str; 0]);
    assert_eq!(post.stage(&second).await, Stage::Sent);
    for to in [&to_first, &to_second] {
        assert_eq!(emulator::mails(&emulator, to).await.len(), 1, "{to}");
    }
    assert!(emulator::mails(&emulator, &to_poison).await.is_empty());

    let (log, output) = (post.mailer.log(), post.mailer.output_of(11).await);
    let ends = |outcome: &str| output.matches(&format!("\"outcome\":\"{outcome}\"")).count();
    assert_eq!((ends("done"), ends("failed")), (9, 2), "{output}");
    assert!(
        log.contains(&poison.id) && log.contains("a message was not sent"),
        "{log}"
    );
    for secret in [&to_first, &to_second, "changepassword/abc"] {
        assert!(!log.contains(secret), "{secret} in {log}");
        assert!(!output.contains(secret), "{secret} in {output}");
    }
}

/// What was sent keeps neither its recipient nor its link, and says what the provider calls it.
#[tokio::test]
async fn a_message_that_was_sent_is_forgotten_but_for_its_mark() {
    let Some(emulator) = services::aws() else { return };
    let post = Post::open(&emulator).await;
    let (message, to) = post.write().await;
    assert_eq!(post.deliver(&[record_of(&message, "1")]).await, [] as [&str; 0]);
    let mails = emulator::mails(&emulator, &to).await;
    assert_eq!(mails.len(), 1);
    let [item] = post.app.store.get([message.key()]).await.unwrap();
    let item = item.unwrap();
    assert!(
        !item.contains_key("sealed") && !item.contains_key("leased_until"),
        "{item:?}"
    );
    assert_eq!(item["provider_id"].as_s().unwrap(), mails[0]["id"].as_str().unwrap());
}

/// SES that takes no more for a while: how often it says so before it takes one, and how many it took.
#[derive(Default)]
struct BusySes {
    refusals: AtomicUsize,
    taken: AtomicUsize,
}

impl BusySes {
    async fn start(refusals: usize) -> (Arc<Self>, String) {
        let ses = Arc::new(Self::default());
        ses.refusals.store(refusals, Ordering::SeqCst);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let routes = Router::new().fallback(Self::answer).with_state(Arc::clone(&ses));
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        (ses, endpoint)
    }

    async fn answer(State(ses): State<Arc<Self>>, uri: Uri) -> Response {
        let left = |left: usize| left.checked_sub(1);
        if !uri.path().ends_with("/outbound-emails") {
            return Json(json!({})).into_response();
        }
        if ses
            .refusals
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left)
            .is_ok()
        {
            let error = [("x-amzn-errortype", "TooManyRequestsException")];
            let said = Json(json!({ "message": "Maximum sending rate exceeded." }));
            return (StatusCode::TOO_MANY_REQUESTS, error, said).into_response();
        }
        ses.taken.fetch_add(1, Ordering::SeqCst);
        Json(json!({ "MessageId": "0100018c" })).into_response()
    }
}

/// The sending rate of SES is a limit like any other: the message waits, and is sent once.
#[tokio::test]
async fn a_message_that_ses_is_too_busy_for_is_sent_later_and_once() {
    // The SDK tries three times by itself.
    let (ses, endpoint) = BusySes::start(4).await;
    let post = Post::open(&endpoint).await;
    let (message, _) = post.write().await;
    assert_eq!(post.deliver(&[record_of(&message, "7")]).await, ["7"]);
    assert_eq!(
        (post.stage(&message).await, ses.taken.load(Ordering::SeqCst)),
        (Stage::Pending, 0)
    );
    for _ in 0..3 {
        assert_eq!(post.deliver(&[record_of(&message, "7")]).await, [] as [&str; 0]);
        assert_eq!(
            (post.stage(&message).await, ses.taken.load(Ordering::SeqCst)),
            (Stage::Sent, 1)
        );
    }
}

/// From the registration to the mail, through what is deployed: function, table, stream, mailer, SES.
#[tokio::test]
async fn whoever_registers_gets_a_mail() {
    let Some(emulator) = services::aws() else { return };
    let post = Post::open(&emulator).await;
    let config = &post.app.config;
    let variables = [
        ("TABLE_NAME", EMBEDDED_TABLE),
        (
            "AWS_ENDPOINT_URL_DYNAMODB",
            config.aws.dynamodb_endpoint.as_deref().unwrap(),
        ),
        ("DATA_DIR", config.data_dir.to_str().unwrap()),
        ("PUBLIC_URL", "https://id.example.com"),
    ];
    let accounts = Function::start("identity-server-accounts", &variables).await;
    let to = emulator::address("grace");
    let body = json!({ "name": "Grace Hopper", "email": to, "password": "a nanosecond of wire" });
    let event = events::with_body(events::http("public-register"), &body);
    accounts.call(&event).await.expect(200);

    let records = post.stream().await;
    let is_message = |record: &&Value| {
        let pk = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap();
        record["eventName"] == "INSERT" && pk.starts_with(shared::notify::PREFIX)
    };
    assert_eq!(
        records.iter().filter(is_message).count(),
        1,
        "one message, among other changes"
    );
    assert!(records.len() > 3, "{records:?}");
    // The whole stream, without the filter and twice: it is one mail.
    for _ in 0..2 {
        assert_eq!(post.deliver(&records).await, [] as [&str; 0]);
    }
    let mails = emulator::mails(&emulator, &to).await;
    assert_eq!(mails.len(), 1);
    let mime = mime::parse(mails[0]["raw_data"].as_str().unwrap());
    assert!(
        mime.parts()[0]
            .text()
            .contains("https://id.example.com/account/activate/"),
        "{mime:?}"
    );
    // What the mailer wrote down is in the stream again, and wakes nobody.
    let after = post.stream().await;
    assert!(after.len() > records.len());
    assert_eq!(after.iter().filter(is_message).count(), 1);
}

/// A sender that SES does not know is no reason to lose a message.
#[tokio::test]
async fn a_message_that_is_refused_is_sent_later() {
    let Some(emulator) = services::aws() else { return };
    let mut post = Post::open(&emulator).await;
    let (message, to) = post.write().await;
    let unknown = emulator::address("unverified");
    let table = post.app.config.aws.dynamodb_endpoint.clone().unwrap();
    let variables = [
        ("TABLE_NAME", EMBEDDED_TABLE),
        ("AWS_ENDPOINT_URL_DYNAMODB", table.as_str()),
        ("AWS_ENDPOINT_URL", emulator.as_str()),
        ("DATA_DIR", post.app.config.data_dir.to_str().unwrap()),
        ("MAIL_FROM", &unknown),
    ];
    let working = std::mem::replace(&mut post.mailer, Function::start("platform-mailer", &variables).await);
    assert_eq!(post.deliver(&[record_of(&message, "7")]).await, ["7"]);
    assert_eq!(post.stage(&message).await, Stage::Pending);
    post.mailer = working;
    assert_eq!(post.deliver(&[record_of(&message, "7")]).await, [] as [&str; 0]);
    assert_eq!(emulator::mails(&emulator, &to).await.len(), 1);
}
