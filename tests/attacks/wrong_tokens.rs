//! Tokens that bear our own signature and are not for this, or not any more (ASVS 9.2; GHSA-wxg7-w2v3-w38g): all refused.

use http::Method;
use serde_json::{Value, json};
use tests::Server;

use super::forger::{Corpus, Forger, all_refused};

#[tokio::test]
async fn a_token_of_another_kind_is_refused() {
    let server = Server::start().await;
    let client = server.client();
    let forger = Forger::of(&server, &client, "ada@example.com").await;
    let mut corpus = Corpus::new();
    // All of these bear our own signature.
    for typ in [
        "JWT",
        "at",
        "AT+jwt ",
        "id+jwt",
        "refresh+jwt",
        "rt+jwt",
        "secevent+jwt",
        "dpop+jwt",
        "",
    ] {
        let header = forger.header_with(&[("typ", json!(typ))]);
        corpus.push((format!("typ {typ:?}"), forger.signed(&header, &forger.claims)));
    }
    for typ in [Value::Null, json!(7), json!(["at+jwt"])] {
        let header = forger.header_with(&[("typ", typ.clone())]);
        corpus.push((format!("typ {typ}"), forger.signed(&header, &forger.claims)));
    }
    for crit in [json!(["exp"]), json!(["b64"]), json!([]), json!(["urn:example:x"])] {
        let header = forger.header_with(&[("crit", crit.clone())]);
        corpus.push((format!("crit {crit}"), forger.signed(&header, &forger.claims)));
    }
    for (name, values) in [
        (
            "iss",
            [
                json!("BigBucks"),
                json!("bigbucks auth"),
                json!("BigBucks Auth "),
                json!(["BigBucks Auth"]),
                json!(1),
            ],
        ),
        (
            "aud",
            [
                json!("barong"),
                json!("ENGINE"),
                json!(""),
                json!({ "engine": true }),
                json!(1),
            ],
        ),
        (
            "iss",
            [
                json!(""),
                json!("https://evil.example"),
                json!("barong"),
                json!("arc"),
                json!(true),
            ],
        ),
        (
            "aud",
            [
                json!("arc"),
                json!("identity"),
                json!(client.url()),
                json!([]),
                json!(["barong"]),
            ],
        ),
    ] {
        for value in values {
            let claims = forger.claims_with(&[(name, value.clone())]);
            corpus.push((format!("{name} {value}"), forger.signed(&forger.header, &claims)));
        }
    }
    all_refused(&client, &forger, corpus, 35).await;
}

#[tokio::test]
async fn a_token_without_a_claim_or_with_an_odd_one_is_refused() {
    let server = Server::start().await;
    let client = server.client();
    let forger = Forger::of(&server, &client, "ada@example.com").await;
    let now = server.clock.read().as_second();
    let mut corpus = Corpus::new();
    for name in ["iss", "aud", "sub", "jti", "iat", "exp", "user"] {
        let claims = forger.claims_with(&[(name, Value::Null)]);
        corpus.push((format!("no {name}"), forger.signed(&forger.header, &claims)));
        let mut null = forger.claims.clone();
        null[name] = Value::Null;
        corpus.push((format!("null {name}"), forger.signed(&forger.header, &null)));
    }
    for (name, value) in [
        ("exp", json!(now)),
        ("exp", json!(now - 1)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MIN)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(1e300)),
        ("exp", json!(f64::from(i32::MAX) + 0.5)),
        ("exp", json!((now + 3600).to_string())),
        ("exp", json!("2999-01-01T00:00:00Z")),
        ("exp", json!([now + 3600])),
        ("exp", json!(true)),
        ("iat", json!(now + 1)),
        ("iat", json!(now + 86400)),
        ("iat", json!(now.to_string())),
        ("iat", json!(i64::MAX)),
        ("user", json!("ada")),
        ("user", json!({})),
    ] {
        let claims = forger.claims_with(&[(name, value.clone())]);
        corpus.push((format!("{name} {value}"), forger.signed(&forger.header, &claims)));
    }
    let padded = forger.claims_with(&[("padding", json!("x".repeat(20_000)))]);
    corpus.push(("of 27 KB".into(), forger.signed(&forger.header, &padded)));
    all_refused(&client, &forger, corpus, 32).await;
}

/// Ours bear no `nbf`; one that does is held to it all the same.
#[tokio::test]
async fn a_token_before_its_time_is_refused() {
    let server = Server::start().await;
    let client = server.client();
    let forger = Forger::of(&server, &client, "ada@example.com").await;
    let now = server.clock.read().as_second();
    let mut corpus = Corpus::new();
    for nbf in [
        json!(now + 1),
        json!(now + 86400),
        json!(i64::MAX),
        json!("tomorrow"),
        json!([now]),
    ] {
        let claims = forger.claims_with(&[("nbf", nbf.clone())]);
        corpus.push((format!("nbf {nbf}"), forger.signed(&forger.header, &claims)));
    }
    let begun = forger.claims_with(&[("nbf", json!(now))]);
    client.me(&forger.signed(&forger.header, &begun)).await.expect(200);
    all_refused(&client, &forger, corpus, 5).await;
}

#[tokio::test]
async fn a_token_of_another_session_or_for_another_user_is_refused() {
    let server = Server::start().await;
    let (client, elsewhere) = (server.client(), Server::start().await);
    let forger = Forger::of(&server, &client, "ada@example.com").await;
    let bob = Forger::of(&server, &client, "bob@example.com").await;
    let (ada_sub, ada_jti) = (&forger.claims["sub"], &forger.claims["jti"]);
    let mut corpus = Corpus::new();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for (sub, jti) in [
        (bob.claims["sub"].clone(), ada_jti.clone()),
        (ada_sub.clone(), bob.claims["jti"].clone()),
        (json!("01ARZ3NDEKTSV4RRFFQ69G5FAV"), ada_jti.clone()),
        (ada_sub.clone(), json!("6fa459ea-ee8a-4ca4-894e-db77e160355e")),
        (json!(text(ada_sub).to_lowercase()), ada_jti.clone()),
        (json!(format!(" {}", text(ada_sub))), ada_jti.clone()),
        (json!(format!("{}#", text(ada_sub))), ada_jti.clone()),
        (ada_sub.clone(), json!(text(ada_jti).to_uppercase())),
        (ada_sub.clone(), json!(text(ada_jti).replace('-', ""))),
        (ada_sub.clone(), json!(format!("{{{}}}", text(ada_jti)))),
        (ada_sub.clone(), json!("")),
        (json!(""), ada_jti.clone()),
        (json!(1), ada_jti.clone()),
        (ada_sub.clone(), json!([ada_jti])),
        (ada_jti.clone(), ada_sub.clone()),
    ] {
        let claims = forger.claims_with(&[("sub", sub.clone()), ("jti", jti.clone())]);
        corpus.push((format!("sub {sub}, jti {jti}"), forger.signed(&forger.header, &claims)));
    }
    // All test servers share a keyring, so this one is signed by the right key: its session is not kept here.
    corpus.push((
        "of another table".into(),
        elsewhere.client().join("ada@example.com").await,
    ));
    let ended = client.sign_in("ada@example.com").await;
    client.call(Method::POST, "/api/v1/signout", &ended).await.expect(200);
    corpus.push(("of a session that was ended".into(), ended));
    all_refused(&client, &forger, corpus, 17).await;
}

#[tokio::test]
async fn what_a_token_says_of_its_user_gives_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let forger = Forger::of(&server, &client, "ada@example.com").await;
    let role = json!({ "role": "Super Admin", "orgID": "0".repeat(26) });
    let user = json!({ "username": "root@example.com", "roles": [role] });
    let claims = forger.claims_with(&[("user", user), ("roles", json!(["admin"])), ("scope", json!("*"))]);
    let token = forger.signed(&forger.header, &claims);
    // Our signature, the right session: the table says who it is and what it may do.
    let me = client.me(&token).await.expect(200).json();
    assert_eq!((&me["username"], &me["roles"]), (&json!("ada@example.com"), &json!([])));
    let renewed = client
        .call(Method::POST, "/api/v1/renew", &token)
        .await
        .expect(202)
        .text();
    let said = tests::client::claims(&renewed);
    assert_eq!(said["user"], json!({ "username": "ada@example.com", "roles": null }));
    assert_eq!((&said["roles"], &said["scope"]), (&Value::Null, &Value::Null));
}
