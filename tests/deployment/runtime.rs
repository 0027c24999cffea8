//! Every function's program under the Lambda runtime answers as the server in this process does. Both work on the same
//! table, keys and files.

use http::HeaderMap;
use rstest::rstest;
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::events::{self, over_http, with_body, with_path, with_token};
use tests::runtime_api::{Function, Outcome};
use tests::server::Setup;
use tests::{Answer, Client, PASSWORD, Server};

/// A server with the clock of this machine, which is the clock of the programs beside it.
pub async fn server() -> Server {
    at_work(Server::setup()).start().await
}

/// With the clock that programs have as well.
pub fn at_work(setup: Setup<'_>) -> Setup<'_> {
    setup.with(|parts| parts.clock = Clock::system())
}

/// The program `name` beside `server`.
pub async fn beside(server: &Server, name: &str, more: &[(&str, &str)]) -> Function {
    let config = &server.app().config;
    let mut variables = vec![
        ("TABLE_NAME", shared::app::EMBEDDED_TABLE),
        (
            "AWS_ENDPOINT_URL_DYNAMODB",
            config.aws.dynamodb_endpoint.as_deref().unwrap(),
        ),
        ("DATA_DIR", server.data_dir().to_str().unwrap()),
        ("PUBLIC_URL", &config.public_url),
        ("THROTTLE", "off"),
        ("METRICS_NAMESPACE", "Countersign/test"),
    ];
    variables.extend(more);
    let function = Function::start(name, &variables).await;
    eprintln!("{name} asked for its first event after {:?}", function.started_in);
    function
}

/// The same but for what differs between any two answers.
fn comparable(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    headers.remove("date");
    assert!(headers.remove("x-request-id").is_some());
    headers
}

/// Status and headers.
#[track_caller]
fn same_head(by_function: &Answer, by_server: &Answer, status: u16) {
    assert_eq!(
        by_function.status,
        by_server.status,
        "{}",
        String::from_utf8_lossy(&by_function.bytes)
    );
    assert_eq!(
        by_function.status.as_u16(),
        status,
        "{}",
        String::from_utf8_lossy(&by_function.bytes)
    );
    assert_eq!(comparable(&by_function.headers), comparable(&by_server.headers));
}

#[track_caller]
fn same(by_function: &Answer, by_server: &Answer, status: u16) {
    same_head(by_function, by_server, status);
    assert_eq!(by_function.bytes, by_server.bytes);
}

/// The token of the newest mail, which leads to `url`.
async fn mailed_token(client: &Client, email: &str, url: &str) -> String {
    let mails = client.mails(email).await;
    let text = mails.first().expect("a mail")["text"].as_str().unwrap();
    let (_, rest) = text.split_once(&format!("{url}/auth/changepassword/")).expect(text);
    rest.split_once('?').expect(text).0.to_owned()
}

/// An account lives through the program and another through the server, step by step.
#[tokio::test]
async fn an_account_lives_the_same_life_under_lambda() {
    let server = server().await;
    let (client, engine) = (server.client(), beside(&server, "engine-auth", &[]).await);
    let both = async |by_function: &Value, by_server: &Value| {
        (engine.call(by_function).await, over_http(&client, by_server).await)
    };
    // Their names are as long as each other's, and so are the answers.
    let (ada, eve) = ("ada@example.com", "eve@example.com");

    let account = |email| json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" });
    let sign_up = |email| with_body(events::http("signup"), &account(email));
    let (function, http) = both(&events::http("signup"), &sign_up(eve)).await;
    same(&function, &http, 200);
    let (function, http) = both(&sign_up(ada), &sign_up(eve)).await;
    assert!(function.status.is_client_error());
    same(&function, &http, http.status.as_u16());

    let sign_in = |email, password| {
        with_body(
            events::http("signin"),
            &json!({ "username": email, "password": password }),
        )
    };
    let (function, http) = both(&events::http("signin"), &sign_in(eve, PASSWORD)).await;
    same_head(&function, &http, 200);
    let (ada_token, eve_token) = (function.text(), http.text());
    // Each takes the other's tokens.
    for token in [&ada_token, &eve_token] {
        let me = with_token(events::http("get_me"), token);
        let (function, http) = both(&me, &me).await;
        same(&function, &http, 200);
    }
    let (function, http) = both(&sign_in(ada, "wrong and long"), &sign_in(eve, "wrong and long")).await;
    same(&function, &http, 401);

    let update = with_token(events::http("update_profile"), &ada_token);
    assert_eq!(update["isBase64Encoded"], true);
    let (function, http) = both(&update, &update).await;
    same(&function, &http, 200);
    let me = client.me(&ada_token).await.expect(200).json();
    assert_eq!(me["profile"]["country"], "United Kingdom");

    // The server kept the last picture; then the function keeps one.
    for by_function in [false, true] {
        if by_function {
            engine.call(&update).await.expect(200);
        }
        let me = client.me(&ada_token).await.expect(200).json();
        let avatar = with_path(events::http("get_avatar"), me["profile"]["avatar"].as_str().unwrap());
        assert_eq!(engine.invoke(&avatar).await.response()["isBase64Encoded"], true);
        let (function, http) = both(&avatar, &avatar).await;
        same(&function, &http, 200);
        assert_eq!(function.header("content-type"), Some("image/png"));
        let (sent, picture) = (events::body(&update), function.bytes);
        assert!(picture.len() > 100 && sent.windows(picture.len()).any(|part| part == picture));
    }
    let (function, http) = both(&events::http("get_avatar"), &events::http("get_avatar")).await;
    same(&function, &http, 404);

    let reset = |email| with_body(events::http("send_reset_token"), &json!({ "email": email }));
    let (function, http) = both(&events::http("send_reset_token"), &reset(eve)).await;
    same(&function, &http, 200);
    let url = server.app().config.public_url.as_str();
    let change = async |email| {
        let path = format!(
            "/api/v1/user/changepassword/{}",
            mailed_token(&client, email, url).await
        );
        let body = json!({ "email": email, "password": "a different long phrase" });
        with_body(with_path(events::http("change_password"), &path), &body)
    };
    let (by_function, by_server) = (change(ada).await, change(eve).await);
    let (function, http) = both(&by_function, &by_server).await;
    same(&function, &http, 200);
    let (function, http) = both(&by_function, &by_server).await;
    same(&function, &http, 400);
    let ended = with_token(events::http("get_me"), &ada_token);
    let (function, http) = both(&ended, &ended).await;
    same(&function, &http, 401);

    let again = |email| sign_in(email, "a different long phrase");
    let (function, http) = both(&again(ada), &again(eve)).await;
    same_head(&function, &http, 200);
    let carrying = |operation, token: &Answer| with_token(events::http(operation), &token.text());
    let (function, http) = both(&carrying("renew_token", &function), &carrying("renew_token", &http)).await;
    same_head(&function, &http, 202);
    let (by_function, by_server) = (carrying("signout", &function), carrying("signout", &http));
    let (function, http) = both(&by_function, &by_server).await;
    same(&function, &http, 200);
    let (function, http) = both(&by_function, &by_server).await;
    same(&function, &http, 401);

    // The log names requests as the gateway does, and says nothing that is secret.
    let log = engine.log();
    assert!(
        log.contains(events::http("signout")["requestContext"]["requestId"].as_str().unwrap()),
        "{log}"
    );
    for secret in [
        PASSWORD,
        "a different long phrase",
        "wrong and long",
        &ada_token,
        &eve_token,
        ada,
        eve,
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
        assert!(!engine.output().contains(secret), "{secret} in {}", engine.output());
    }
    // The metrics are told on standard output, and nothing else is.
    let answered = log.lines().filter(|line| line.contains("\"answered\"")).count();
    let told = told(&engine.output_of(answered).await);
    let ends = |operation: &str, outcome: &str| {
        told.iter()
            .filter(|line| line["operation"] == operation && line["outcome"] == outcome)
            .count()
    };
    assert_eq!(ends("POST /api/v1/signin", "done"), 2);
    assert_eq!(ends("POST /api/v1/signin", "refused"), 1);
    assert_eq!(ends("POST /api/v1/user/changepassword/{token}", "done"), 1);
    assert_eq!(told.len(), answered, "one for each request");
}

/// What a function told of its requests.
fn told(output: &str) -> Vec<Value> {
    let lines = output
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect(line));
    let told: Vec<Value> = lines.collect();
    for line in &told {
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Countersign/test");
        assert!(line["latency"].as_f64().unwrap() > 0.0, "{line}");
        assert_eq!(line["surface"], "engine", "{line}");
        assert!(line["request"].as_str().unwrap().len() > 5, "{line}");
    }
    told
}

#[tokio::test]
async fn the_gateways_request_id_is_the_answers() {
    let server = server().await;
    let engine = beside(&server, "engine-auth", &[]).await;
    let event = events::http("get_me");
    let answer = engine.call(&event).await.expect(401);
    assert_eq!(
        answer.header("x-request-id"),
        event["requestContext"]["requestId"].as_str()
    );
}

#[rstest]
#[case::unknown_path("get_me", "GET", "/api/v1/nothing", 404)]
#[case::wrong_method("signin", "GET", "/api/v1/signin", 405)]
#[case::wrong_method_of_a_guarded_path("get_me", "DELETE", "/api/v1/me", 405)]
#[case::no_token("get_me", "GET", "/api/v1/me", 401)]
#[case::broken_json("signin", "POST", "/api/v1/signin", 400)]
#[tokio::test]
async fn refusals_are_the_surfaces_own(
    #[case] operation: &str,
    #[case] method: &str,
    #[case] path: &str,
    #[case] status: u16,
) {
    let server = server().await;
    let engine = beside(&server, "engine-auth", &[]).await;
    let mut event = with_path(events::http(operation), path);
    event["requestContext"]["http"]["method"] = method.into();
    event["body"] = "{".into();
    event["headers"]["content-length"] = "1".into();
    let (function, http) = (engine.call(&event).await, over_http(&server.client(), &event).await);
    same(&function, &http, status);
    assert!(function.json()["message"].is_string());
}

#[tokio::test]
async fn public_keys_are_the_same_under_lambda() {
    let server = server().await;
    let keys = beside(&server, "platform-keys", &[]).await;
    let event = events::http("jwks");
    let (function, http) = (keys.call(&event).await, over_http(&server.client(), &event).await);
    same(&function, &http, 200);
    assert!(!function.json()["keys"].as_array().unwrap().is_empty());
    assert!(!function.text().contains("\"d\""));
}

#[tokio::test]
async fn a_broken_event_harms_nobody_but_itself() {
    let server = server().await;
    let mut engine = beside(&server, "engine-auth", &[]).await;
    for event in ["no JSON", "{}", "[]", "null", r#"{"version": "2.0"}"#] {
        let outcome = engine.invoke_text(event).await;
        assert!(matches!(outcome, Outcome::Error(_)), "{event}: {outcome:?}");
    }
    let mut undecodable = events::http("update_profile");
    undecodable["body"] = "%%% no base64 %%%".into();
    let outcome = engine.invoke(&undecodable).await;
    assert!(matches!(outcome, Outcome::Error(_)), "{outcome:?}");
    assert!(engine.is_alive(), "{}", engine.log());
    engine.call(&events::http("signup")).await.expect(200);

    let mut mailer = beside(&server, "platform-mailer", &[]).await;
    for event in ["no JSON", "{}", r#"{"Records": [{}]}"#] {
        let outcome = mailer.invoke_text(event).await;
        assert!(matches!(outcome, Outcome::Error(_)), "{event}: {outcome:?}");
    }
    let answer = mailer.invoke(&json!({ "Records": [] })).await.response();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert!(mailer.is_alive(), "{}", mailer.log());
}
