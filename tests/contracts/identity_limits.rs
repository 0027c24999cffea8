//! What no operation of identity-server answers: unknown paths, wrong methods, bodies that are too large or no JSON. And its
//! public keys.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::Server;
use tests::client::header_of;
use tests::identity::{BASE, NOBODY};

const MIB: usize = 1024 * 1024;

/// Everything that reads a body.
const READING: [&str; 8] = [
    "/public/validate",
    "/auth/validate",
    "/public/register",
    "/users/register",
    "/public/authenticate",
    "/auth/authenticate",
    "/public/reset-password",
    "/users/reset-password",
];

#[tokio::test]
async fn an_unknown_path_is_404_not_found() {
    let server = Server::start().await;
    let identity = server.client().identity();
    for path in [
        "",
        "/",
        "/nothing",
        "/public",
        "/public/validate/",
        "/public//validate",
        "/PUBLIC/validate",
        "/auth/register",
        "/public/activate",
        &format!("/public/activate/{NOBODY}"),
        &format!("/auth/activate/{NOBODY}/0"),
        "/.well-known",
        "/%ff",
    ] {
        identity.get(path).await.expect_said(404, "Not Found");
        identity.post(path, &json!({})).await.expect_said(404, "Not Found");
    }
}

#[tokio::test]
async fn a_wrong_method_is_405() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let token = identity.admin().await;
    let activate = format!("/public/activate/{NOBODY}/0");
    let known: Vec<(&str, Vec<Method>)> = READING
        .iter()
        // There `users` may also be asked for a user whose uid is odd.
        .map(|path| (*path, vec![Method::POST]))
        .chain([
            (activate.as_str(), vec![Method::GET, Method::POST]),
            ("/users", vec![Method::GET]),
            ("/.well-known/jwks.json", vec![Method::GET]),
        ])
        .collect();
    for (path, known) in known {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if known.contains(&method) {
                continue;
            }
            let answer = identity.call(method.clone(), path, &token, &Value::Null).await;
            let answer = answer.expect_said(405, "Method Not Allowed");
            let allowed = answer.header("allow").unwrap_or_default();
            assert!(
                known.iter().all(|known| allowed.contains(known.as_str())),
                "{method} {path}: {allowed}"
            );
        }
    }
}

#[rstest]
#[case("")]
#[case("{")]
#[case("null")]
#[case("[]")]
#[case("\"text\"")]
#[case("{} {}")]
#[case("{'token':1}")]
#[tokio::test]
async fn what_is_no_json_object_is_an_invalid_request(#[case] body: &str) {
    let server = Server::start().await;
    let identity = server.client().identity();
    for path in READING {
        let answer = identity.0.post_text(&format!("{BASE}{path}"), body).await;
        answer.expect_said(400, "Invalid Request");
    }
}

#[tokio::test]
async fn a_body_of_more_than_1_mib_is_413() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let padded = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2));
    for path in READING {
        let path = format!("{BASE}{path}");
        identity.0.post_text(&path, padded(MIB)).await.expect(400);
        let answer = identity.0.post_text(&path, padded(MIB + 1)).await;
        answer.expect_said(413, "Request Too Large");
    }
}

#[tokio::test]
async fn unknown_members_and_other_content_types_do_not_matter() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let body = r#"{"token":"a.b.c","other":{"deep":[1]}}"#;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-8",
    ] {
        let request = identity.0.request(Method::POST, &format!("{BASE}/public/validate"));
        let answer = identity
            .0
            .send(request.header("content-type", content_type).body(body))
            .await;
        answer.expect_json(401, &json!(false));
    }
}

#[tokio::test]
async fn the_public_keys_are_rsa_for_rs512_and_the_token_names_one() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let answer = identity.get("/.well-known/jwks.json").await.expect(200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let keys = answer.json();
    let keys = keys["keys"].as_array().unwrap();
    for key in keys {
        assert_eq!(
            (&key["kty"], &key["alg"], &key["use"]),
            (&json!("RSA"), &json!("RS512"), &json!("sig"))
        );
        assert_eq!(super::members(key), ["alg", "e", "kid", "kty", "n", "use"]);
    }
    let token = identity.admin().await;
    assert!(keys.iter().any(|key| key["kid"] == header_of(&token)["kid"]));
    // Whoever has nothing but the set can check the signature.
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(keys[0].clone()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS512);
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();
}
