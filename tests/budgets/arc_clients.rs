//! What clients, one-time passwords and sign-ins of arc cost: waits and calls.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::managing::new_client;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use tests::totp::another;
use tests::{Codes, PASSWORD};

use super::meter::{Cost, Metered};
use super::operations::hold;

const ADA: &str = "ada@example.com";

async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let server = &metered.server;
    let (client, admin) = (server.client(), server.managing().await);
    client.sign_up(ADA).await;
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let call = async |method: Method, path: &str, body: Value| admin.call(method, path, &body).await;
    measure!("create", 200, call(Method::POST, "/auth-clients", new_client("web")));
    measure!(
        "create, taken",
        409,
        call(Method::POST, "/auth-clients", new_client("web"))
    );
    measure!("find", 200, admin.get("/auth-clients"));
    measure!("count", 200, admin.get("/auth-clients/count"));
    measure!("get", 200, admin.get("/auth-clients/2"));
    let change = json!({ "authCodeExpiration": 60 });
    measure!("update", 204, call(Method::PATCH, "/auth-clients/2", change.clone()));
    measure!(
        "replace, another clientId",
        204,
        call(Method::PUT, "/auth-clients/2", new_client("site"))
    );
    measure!("update all", 200, call(Method::PATCH, "/auth-clients?where={}", change));
    measure!("delete", 204, call(Method::DELETE, "/auth-clients/2", Value::Null));

    let entry = json!({ "otp": "4711", "username": ADA });
    let path = "/otp-caches/ada@example.com";
    measure!("store, a stranger", 200, client.post("/otp-caches", &entry));
    measure!("see, a stranger", 200, client.get(path));
    measure!("store", 200, call(Method::POST, "/otp-caches", entry.clone()));
    measure!("see", 200, admin.get(path));
    measure!("remove", 204, call(Method::DELETE, path, Value::Null));
    let wanted = |key: &str| json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "key": key });
    measure!(
        "send, unknown name",
        204,
        client.post("/auth/send-otp", &wanted("nobody@example.com"))
    );
    measure!("send", 204, client.post("/auth/send-otp", &wanted(ADA)));
    let mails = client.mails(ADA).await;
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = mails[0]["text"]
        .as_str()
        .unwrap()
        .lines()
        .find(is_code)
        .unwrap()
        .to_owned();
    let presented = |otp: &str| json!({ "key": ADA, "otp": otp });
    measure!("verify, wrong", 401, client.post("/auth/verify-otp", &presented("")));
    measure!("verify", 200, client.post("/auth/verify-otp", &presented(&code)));

    let login = tests::arc::login(ADA, PASSWORD);
    let code = client.post("/auth/login", &login).await.expect(200).json();
    let code = code["code"].as_str().unwrap().to_owned();
    let check = || client.request(Method::GET, "/auth/check-qr-code").header("code", &code);
    measure!("check", 200, client.send(check().header("clientid", CLIENT_ID)));
    let arc = client.arc();
    let shown = measure!("show a secret", 200, arc.create_qr_code(&code)).json();
    let codes = Codes::scan_data_url(&shown);
    let first = codes.now(server);
    measure!("first code, wrong", 401, arc.verify_otp(ADA, &another(&first)));
    measure!("first code", 200, arc.verify_otp(ADA, &first));
    server.clock.advance(std::time::Duration::from_secs(30));
    measure!("login, codes on", 200, client.post("/auth/login", &login));
    measure!("second step", 200, arc.verify_otp(ADA, &codes.now(server)));

    let all = measure!("sign-ins", 200, admin.get("/login-activity")).json();
    let one = format!("/login-activity/{}", all[0]["id"].as_str().unwrap());
    measure!("a sign-in", 200, admin.get(&one));
    let month = "/active-users/daily?startDate=2026-03-01&endDate=2026-03-31";
    measure!("active users", 200, admin.get(month));
    costs
}

const WITHOUT_LIMITS: &[(&str, usize, &str)] = &[
    ("create", 3, "get5 get1 | get1 | commit4"),
    ("create, taken", 3, "get5 get1 | get1 | commit4"),
    ("find", 2, "get5 get1 | query"),
    ("count", 2, "get5 get1 | query"),
    ("get", 3, "get5 get1 | get1 | get1"),
    ("update", 4, "get5 get1 | get1 | get1 | commit2"),
    ("replace, another clientId", 4, "get5 get1 | get1 | get1 | commit4"),
    ("update all", 4, "get5 get1 | query | get2 | commit3"),
    ("delete", 4, "get5 get1 | get1 | get1 | commit5"),
    ("store, a stranger", 1, "commit1"),
    ("see, a stranger", 1, "get2"),
    ("store", 2, "get5 get1 | commit2"),
    ("see", 2, "get5 get1 | get2"),
    ("remove", 2, "get5 get1 | commit3"),
    ("send, unknown name", 3, "get1 | get1 | commit2"),
    ("send", 3, "get1 | get1 | commit2"),
    ("verify, wrong", 2, "get1 | commit1"),
    ("verify", 3, "get1 | query get1 | commit3"),
    ("check", 2, "get2 | query"),
    ("show a secret", 4, "get2 | query | get2 | commit3"),
    ("first code, wrong", 3, "get2 | query | query"),
    ("first code", 4, "get2 | query | query | commit10"),
    ("login, codes on", 2, "get1 get2 get1 [query] | commit4"),
    ("second step", 3, "get2 | query | commit4"),
    ("sign-ins", 5, "get5 get1 | query | query | query | query"),
    ("a sign-in", 2, "get5 get1 | query"),
    ("active users", 2, "get5 get1 | query"),
];

/// What strangers ask for is counted: in the commit that does it, or before the code is looked at.
const WITH_LIMITS: &[(&str, usize, &str)] = &[
    ("store, a stranger", 1, "commit2"),
    ("send, unknown name", 3, "get1 | get1 | commit4"),
    ("send", 3, "get1 | get1 | commit4"),
    ("verify, wrong", 3, "commit1 | get1 | commit1"),
    ("verify", 4, "commit1 | get1 | query get1 | commit3"),
    ("first code, wrong", 4, "get2 | commit1 | query | query"),
    ("first code", 5, "get2 | commit1 | query | query | commit11"),
    ("second step", 4, "get2 | commit1 | query | commit5"),
];

#[rstest]
#[case::without_limits("off", WITHOUT_LIMITS)]
#[case::with_limits("on", WITH_LIMITS)]
#[tokio::test(flavor = "multi_thread")]
async fn what_clients_and_codes_cost(
    #[values(Embedded, DynamoDbLocal)] table: Table,
    #[case] throttle: &str,
    #[case] expected: &[(&'static str, usize, &str)],
) {
    hold(throttle, table, costs, expected).await;
}
