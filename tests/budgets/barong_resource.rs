//! What it costs at the table when users do something with their own account on barong's surface.

use http::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use tests::barong::{OTHER, STRONG};
use tests::owner::{Owner, step};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::meter::{Cost, Metered};
use super::operations::hold;

const NUMBER: &str = "+442079460018";

/// What each operation costs. In this order, so that each finds what it needs.
async fn costs(metered: &Metered) -> Vec<(&'static str, Cost)> {
    let server = &metered.server;
    let ada = Owner::join(server, "ada@example.com").await;
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    measure!("me", 200, ada.get("/users/me"));
    server.clock.advance(std::time::Duration::from_secs(1));
    measure!("keep data", 200, ada.put("/users/me", &[("data", "{}")]));
    measure!("activity", 200, ada.get("/users/activity/all"));
    measure!(
        "make a label",
        201,
        ada.post("/labels", &[("key", "colour"), ("value", "red")])
    );
    measure!("change a label", 200, ada.patch("/labels/colour", &[("value", "blue")]));
    measure!("remove a label", 204, ada.delete("/labels/colour", &[]));
    measure!("begin a profile", 201, ada.post("/profiles", &[]));
    let file = Part::bytes(tests::picture::png()).file_name("a.png");
    let form = Form::new().text("doc_type", "Passport").text("doc_number", "1");
    let form = form.text("doc_expire", "2030-12-31").part("upload[]", file);
    let upload = ada.request(Method::POST, "/documents").multipart(form);
    measure!("upload a document", 201, ada.barong.send(upload));
    let number = [("phone_number", NUMBER)];
    measure!("note a number", 201, ada.post("/phones", &number));
    measure!("send another code", 201, ada.post("/phones/send_code", &number));
    let wrong = [("phone_number", NUMBER), ("verification_code", "wrong")];
    measure!("a wrong code", 404, ada.post("/phones/verify", &wrong));
    let code = {
        server.clock.advance(std::time::Duration::from_secs(1));
        ada.post("/phones/send_code", &number).await.expect(201);
        ada.sms_code(NUMBER).await.unwrap()
    };
    let right = [("phone_number", NUMBER), ("verification_code", &code)];
    measure!("verify a number", 201, ada.post("/phones/verify", &right));
    measure!("get a secret", 201, ada.post("/otp/generate_qrcode", &[]));
    let codes = ada.qr_code().await;
    server.clock.advance(std::time::Duration::from_secs(1));
    let code = codes.now(server);
    measure!("switch codes on", 201, ada.post("/otp/enable", &[("code", &code)]));
    step(server);
    let code = codes.now(server);
    let form = [("algorithm", "HS256"), ("totp_code", &code)];
    let key = measure!("make an API key", 201, ada.post("/api_keys", &form)).json();
    let path = format!("/api_keys/{}", key["kid"].as_str().unwrap());
    measure!("list API keys", 200, ada.get("/api_keys"));
    step(server);
    let code = codes.now(server);
    let form = [("state", "inactive"), ("totp_code", &code)];
    measure!("change an API key", 200, ada.patch(&path, &form));
    step(server);
    let code = codes.now(server);
    measure!("remove an API key", 204, ada.delete(&path, &[("totp_code", &code)]));
    step(server);
    let code = codes.now(server);
    measure!("switch codes off", 201, ada.post("/otp/disable", &[("code", &code)]));
    let form = [
        ("old_password", STRONG),
        ("new_password", OTHER),
        ("confirm_password", OTHER),
    ];
    measure!("change the password", 201, ada.put("/users/password", &form));
    measure!(
        "shut the account down",
        204,
        ada.delete("/users/me", &[("password", OTHER)])
    );
    costs
}

/// The session's end moves once a minute, beside the work: a write of its own where a new code was waited for.
const EXPECTED: &[(&str, usize, &str)] = &[
    ("me", 3, "get3 | query | query"),
    ("keep data", 3, "get3 | query | commit2"),
    ("activity", 2, "get3 | query"),
    ("make a label", 3, "get3 | query | commit3"),
    ("change a label", 3, "get3 | query | commit3"),
    ("remove a label", 3, "get3 | query | commit2"),
    ("begin a profile", 3, "get3 | query | commit9"),
    ("upload a document", 4, "get3 | query | query | commit6"),
    ("note a number", 3, "get3 | query get1 | commit4"),
    ("send another code", 3, "get3 | query get1 | commit3"),
    ("a wrong code", 3, "get3 | query get1 | commit1"),
    ("verify a number", 5, "get3 | query get1 | commit1 | commit13 | query"),
    ("get a secret", 3, "get3 | get2 | commit2"),
    ("switch codes on", 3, "get3 | query | commit10"),
    ("make an API key", 3, "get3 | get2 | commit5"),
    ("list API keys", 2, "get3 | query"),
    ("change an API key", 3, "get3 | get3 commit1 | commit3"),
    ("remove an API key", 3, "get3 | get3 | commit5"),
    ("switch codes off", 3, "get3 | query commit1 | commit8"),
    ("change the password", 4, "get3 | get1 | get2 | commit6"),
    ("shut the account down", 4, "get3 | get2 [query] | query | commit10"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_each_operation_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    hold("off", table, costs, EXPECTED).await;
}
