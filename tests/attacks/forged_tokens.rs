//! Tokens that are not ours, or not for this (ASVS 9.1, 9.2; GHSA-wxg7-w2v3-w38g, CVE-2026-9090): a corpus, all refused.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tests::{Client, Server};

use super::forger::{Forger, part, sign, typed};

type Corpus = Vec<(String, String)>;

/// All of them are refused, on a route that reads and on one that acts; and the genuine one is not.
async fn all_refused(client: &Client, forger: &Forger, corpus: Corpus, least: usize) {
    assert!(corpus.len() >= least, "{} tokens", corpus.len());
    let again = forger.signed(&forger.header, &forger.claims);
    client.me(&again).await.expect(200);
    for (what, token) in &corpus {
        let answer = client.me(token).await;
        assert_eq!(answer.status, 401, "{what}: {token}");
        let bearer = format!("Bearer {token}");
        let request = client
            .request(Method::POST, "/api/v1/renew")
            .header("authorization", bearer);
        assert_eq!(client.send(request).await.status, 401, "{what}: {token}");
    }
    client.me(&forger.token).await.expect(200);
}

#[tokio::test]
async fn another_algorithm_is_refused() {
    let server = Server::start().await;
    let client = server.client();
    let forger = Forger::of(&server, &client, "ada@example.com").await;
    let mut corpus = Corpus::new();
    let genuine = forger.parts()[2];
    for none in [
        "none", "None", "NONE", "nOnE", "", "null", "ES256 ", "es256", "ES256K", "HS0",
    ] {
        let header = forger.header_with(&[("alg", json!(none))]);
        for signature in ["", genuine, "AA"] {
            let token = format!("{}.{}.{signature}", part(&header), part(&forger.claims));
            corpus.push((format!("alg {none:?}, signature {signature:?}"), token));
        }
    }
    for header in [
        forger.header_with(&[("alg", Value::Null)]),
        forger.header_with(&[("alg", json!(["ES256", "none"]))]),
        forger.header_with(&[("alg", json!(false))]),
        json!({}),
        json!([]),
    ] {
        corpus.push((
            format!("header {header}"),
            format!("{}.{}.{genuine}", part(&header), part(&forger.claims)),
        ));
    }
    for (name, algorithm) in [
        ("HS256", Algorithm::HS256),
        ("HS384", Algorithm::HS384),
        ("HS512", Algorithm::HS512),
    ] {
        let header = forger.header_with(&[("alg", json!(name))]);
        for (secret, bytes) in forger.public_forms() {
            let key = EncodingKey::from_secret(&bytes);
            corpus.push((
                format!("{name}, {secret}"),
                sign(&header, &forger.claims, &key, algorithm),
            ));
        }
    }
    for (name, algorithm) in [
        ("RS256", Algorithm::RS256),
        ("RS512", Algorithm::RS512),
        ("PS256", Algorithm::PS256),
    ] {
        for kid in [&forger.ec_jwk["kid"], &forger.rsa_jwk["kid"]] {
            for alg in [name, "ES256"] {
                let header = forger.header_with(&[("alg", json!(alg)), ("kid", kid.clone())]);
                let token = sign(&header, &forger.claims, &forger.rsa, algorithm);
                corpus.push((format!("our RSA key, {name} called {alg}, kid {kid}"), token));
            }
        }
    }
    all_refused(&client, &forger, corpus, 70).await;
}

#[tokio::test]
async fn another_key_is_refused_whatever_the_header_says_of_it() {
    let server = Server::start().await;
    let client = server.client();
    let forger = Forger::of(&server, &client, "ada@example.com").await;
    let mut corpus = Corpus::new();
    let url = format!("{}/.well-known/jwks.json", client.url());
    for (what, changes) in [
        ("our kid", vec![]),
        ("no kid", vec![("kid", Value::Null)]),
        ("its own kid", vec![("kid", json!("attacker"))]),
        ("jwk", vec![("jwk", forger.ec_jwk.clone())]),
        (
            "jwk and its own kid",
            vec![("kid", Value::Null), ("jwk", forger.ec_jwk.clone())],
        ),
        ("jku", vec![("jku", json!("http://evil.example/jwks.json"))]),
        ("jku to us", vec![("jku", json!(url))]),
        ("x5u", vec![("x5u", json!("http://evil.example/key.pem"))]),
        ("x5c", vec![("x5c", json!(["MIIB"]))]),
        ("x5t", vec![("x5t", json!("AAAA"))]),
    ] {
        let header = forger.header_with(&changes);
        corpus.push((
            what.to_owned(),
            sign(&header, &forger.claims, &forger.other, Algorithm::ES256),
        ));
    }
    for kid in [
        json!(""),
        json!(" "),
        json!("../../../../dev/null"),
        json!("keyring.json"),
        json!("' OR 1=1 --"),
        json!("*"),
        json!(0),
        json!([forger.ec_jwk["kid"]]),
        json!(forger.ec_jwk["kid"].as_str().unwrap().to_lowercase()),
        forger.rsa_jwk["kid"].clone(),
        Value::Null,
    ] {
        // Even with the right signature: a token names its key, exactly.
        let header = forger.header_with(&[("kid", kid.clone())]);
        corpus.push((format!("our key called {kid}"), forger.signed(&header, &forger.claims)));
        corpus.push((format!("HS256 with no secret and kid {kid}"), {
            let header = forger.header_with(&[("kid", kid), ("alg", json!("HS256"))]);
            sign(
                &header,
                &forger.claims,
                &EncodingKey::from_secret(b""),
                Algorithm::HS256,
            )
        }));
    }
    all_refused(&client, &forger, corpus, 30).await;
}

#[tokio::test]
async fn a_signature_that_is_not_exactly_ours_is_refused() {
    let server = Server::start().await;
    let client = server.client();
    let forger = Forger::of(&server, &client, "ada@example.com").await;
    let [header, payload, signature] = forger.parts();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut corpus = Corpus::new();
    let mut signed = |what: &str, bytes: &[u8]| {
        let signature = URL_SAFE_NO_PAD.encode(bytes);
        corpus.push((what.to_owned(), format!("{header}.{payload}.{signature}")));
    };
    for at in [0, 1, 31, 32, 62, 63] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        signed(&format!("byte {at} changed"), &changed);
    }
    for length in [0, 1, 32, 63] {
        signed(&format!("cut to {length}"), &bytes[..length]);
    }
    signed("one byte more", &[&bytes[..], &[0]].concat());
    signed("twice", &[&bytes[..], &bytes[..]].concat());
    signed("r and s exchanged", &[&bytes[32..], &bytes[..32]].concat());
    signed("all zero", &[0; 64]);
    signed("all ones", &[255; 64]);
    signed(
        "DER",
        &[&[0x30, 0x44, 2, 32], &bytes[..32], &[2, 32], &bytes[32..]].concat(),
    );

    let other = forger.claims_with(&[("sub", json!("01ARZ3NDEKTSV4RRFFQ69G5FAV"))]);
    let mut shaped = |what: &str, token: String| corpus.push((what.to_owned(), token));
    shaped("another payload", format!("{header}.{}.{signature}", part(&other)));
    let late = forger.claims_with(&[("exp", json!(i32::MAX))]);
    shaped("a later end", format!("{header}.{}.{signature}", part(&late)));
    shaped(
        "another header",
        format!("{}.{payload}.{signature}", part(&typed("ES256"))),
    );
    shaped("spaces in the header", {
        let spaced = forger.header.to_string().replace(':', ": ");
        format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(spaced))
    });
    shaped("two parts", format!("{header}.{payload}"));
    shaped("four parts", format!("{header}.{payload}.{signature}.{signature}"));
    shaped("five parts", format!("{header}.{payload}..{signature}.{signature}"));
    shaped("no payload", format!("{header}..{signature}"));
    shaped("no header", format!(".{payload}.{signature}"));
    shaped("exchanged parts", format!("{payload}.{header}.{signature}"));
    shaped("with padding", format!("{header}.{payload}.{signature}=="));
    shaped("a space inside", format!("{header}.{payload} .{signature}"));
    shaped("in another alphabet", {
        let standard = |part: &str| STANDARD.encode(URL_SAFE_NO_PAD.decode(part).unwrap());
        format!("{}.{}.{}", standard(header), standard(payload), standard(signature))
    });
    shaped(
        "as JSON",
        json!({ "protected": header, "payload": payload, "signature": signature }).to_string(),
    );
    shaped("upper case", forger.token.to_uppercase());
    shaped("reversed", forger.token.chars().rev().collect());
    shaped("two tokens", format!("{},{}", forger.token, forger.token));
    all_refused(&client, &forger, corpus, 30).await;
}

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
