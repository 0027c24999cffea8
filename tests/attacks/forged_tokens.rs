//! Tokens that are not ours (ASVS 9.1; CVE-2026-9090): a corpus, all refused.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tests::Server;

use super::forger::{Corpus, Forger, all_refused, part, sign, typed};

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
