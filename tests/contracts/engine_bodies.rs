//! How bodies are read on every operation that takes JSON.

use http::Method;
use serde_json::json;
use tests::{PASSWORD, Server};

const PATHS: [&str; 4] = [
    "/api/v1/signup",
    "/api/v1/signin",
    "/api/v1/user/reset",
    "/api/v1/user/changepassword/abc",
];

#[tokio::test]
async fn what_is_no_json_object_is_400() {
    let server = Server::start().await;
    let client = server.client();
    for path in PATHS {
        for text in [
            "",
            " ",
            "{",
            "}",
            "[]",
            "[{}]",
            "1",
            "true",
            "\"text\"",
            "nul",
            "{\"email\":\"a@b.c\"",
            "{email:1}",
            "{'email':'x'}",
            "email=x",
            "\u{feff}{}",
        ] {
            client.post_text(path, text).await.expect_engine_error(400, &[]);
        }
    }
}

#[tokio::test]
async fn member_names_match_in_any_case() {
    let server = Server::start().await;
    let client = server.client();
    let body = json!({ "EMAIL": "ada@example.com", "Password": PASSWORD, "firstname": "Ada", "LASTNAME": "Lovelace" });
    client.post("/api/v1/signup", &body).await.expect(200);
    let body = json!({ "UserName": "ada@example.com", "PASSWORD": PASSWORD });
    client.post("/api/v1/signin", &body).await.expect(200);
    client
        .post("/api/v1/user/reset", &json!({ "Email": "ada@example.com" }))
        .await
        .expect(200);
    // A wrong type is named as the document spells it.
    let answer = client.post("/api/v1/signup", &json!({ "FIRSTNAME": 1 })).await;
    answer.expect_engine_error(400, &["firstName"]);
}

#[tokio::test]
async fn unknown_members_and_what_follows_the_first_value_are_ignored() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let body = json!({ "username": "ada@example.com", "password": PASSWORD, "other": { "a": [1, null] } }).to_string();
    for tail in ["", " trailing", "{}", "]", "\n\n{\"username\":\"x\"}"] {
        let answer = client.post_text("/api/v1/signin", format!("{body}{tail}")).await;
        answer.expect(200);
    }
}

#[tokio::test]
async fn null_is_an_empty_object_and_a_null_member_is_an_absent_one() {
    let server = Server::start().await;
    let client = server.client();
    let all = ["email", "password", "firstName", "lastName"];
    client
        .post_text("/api/v1/signup", "null")
        .await
        .expect_engine_error(400, &all);
    client
        .post_text("/api/v1/signin", "null")
        .await
        .expect_engine_error(401, &[]);
    client
        .post_text("/api/v1/user/reset", "null")
        .await
        .expect_engine_error(400, &["email"]);
    let body = json!({ "email": "ada@example.com", "password": null, "firstName": null, "lastName": "L" });
    let answer = client.post("/api/v1/signup", &body).await;
    answer.expect_engine_error(400, &["password", "firstName"]);
    let body = json!({ "username": null, "password": null });
    client.post("/api/v1/signin", &body).await.expect_engine_error(401, &[]);
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("ada@example.com").await;
    let body = json!({ "username": "ada@example.com", "password": PASSWORD }).to_string();
    let post = || client.request(Method::POST, "/api/v1/signin").body(body.clone());
    client.send(post()).await.expect(200);
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "image/png",
        "application/json; charset=utf-16",
        "nonsense",
        "",
    ] {
        client
            .send(post().header("content-type", content_type))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_400_and_named() {
    let server = Server::start().await;
    let client = server.client();
    for (path, member) in [
        ("/api/v1/signup", "email"),
        ("/api/v1/signup", "password"),
        ("/api/v1/signup", "firstName"),
        ("/api/v1/signup", "lastName"),
        ("/api/v1/signin", "username"),
        ("/api/v1/signin", "password"),
        ("/api/v1/user/reset", "email"),
        ("/api/v1/user/changepassword/abc", "email"),
        ("/api/v1/user/changepassword/abc", "password"),
    ] {
        for value in [json!(1), json!(1.5), json!(true), json!([]), json!({})] {
            let answer = client.post(path, &json!({ member: value })).await;
            answer.expect_engine_error(400, &[member]);
        }
    }
}
