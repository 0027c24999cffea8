//! Tokens of identity-server that are forged, or genuine and not for this: all refused, by validate and on every route.

use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tests::client::{claims, header_of};
use tests::{Identity, Server};

use super::forger::{Corpus, Forger, part, sign};

const ADA: &str = "ada@example.com";

/// A genuine token of this surface, taken apart.
struct Genuine {
    forger: Forger,
    token: String,
    header: Value,
    claims: Value,
}

impl Genuine {
    async fn of(server: &Server) -> Self {
        let client = server.client();
        let forger = Forger::of(server, &client, ADA).await;
        let token = client.identity().sign_in(ADA, tests::PASSWORD).await;
        Self {
            forger,
            header: header_of(&token),
            claims: claims(&token),
            token,
        }
    }

    /// The genuine claims but for one member; null takes it away.
    fn claims_with(&self, name: &str, value: &Value) -> Value {
        let mut claims = self.claims.clone();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
        claims
    }

    /// The genuine header but for one member.
    fn header_with(&self, name: &str, value: &Value) -> Value {
        let mut header = self.header.clone();
        header[name] = value.clone();
        header
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        sign(header, claims, &self.forger.rsa, Algorithm::RS512)
    }

    /// None of them passes, and the genuine one does.
    async fn all_refused(&self, identity: &Identity, corpus: Corpus, least: usize) {
        assert!(corpus.len() >= least, "{} tokens", corpus.len());
        assert!(identity.is_live(&self.signed(&self.header, &self.claims)).await);
        for (what, token) in &corpus {
            assert!(!identity.is_live(token).await, "{what}: {token}");
            let answer = identity.get_by(token, "/users").await;
            assert_eq!(answer.status, 401, "{what}: {token}");
        }
        assert!(identity.is_live(&self.token).await);
    }
}

#[tokio::test]
async fn an_identity_token_of_another_algorithm_or_key_is_refused() {
    let server = Server::start().await;
    let genuine = Genuine::of(&server).await;
    let forger = &genuine.forger;
    let mut corpus = Corpus::new();
    for alg in ["none", "None", "", "RS512 ", "rs512", "HS512"] {
        let header = genuine.header_with("alg", &json!(alg));
        for signature in ["", "AA", genuine.token.rsplit('.').next().unwrap()] {
            let token = format!("{}.{}.{signature}", part(&header), part(&genuine.claims));
            corpus.push((format!("alg {alg:?}"), token));
        }
    }
    for (name, algorithm) in [
        ("RS256", Algorithm::RS256),
        ("RS384", Algorithm::RS384),
        ("PS256", Algorithm::PS256),
        ("PS512", Algorithm::PS512),
    ] {
        for alg in [name, "RS512"] {
            let header = genuine.header_with("alg", &json!(alg));
            corpus.push((
                format!("{name} as {alg}"),
                sign(&header, &genuine.claims, &forger.rsa, algorithm),
            ));
        }
    }
    // The right claims, by engine's key.
    for kid in [&forger.ec_jwk["kid"], &forger.rsa_jwk["kid"]] {
        let header = genuine.header_with("alg", &json!("ES256"));
        let mut header = header;
        header["kid"] = kid.clone();
        corpus.push((
            format!("ES256 with {kid}"),
            sign(&header, &genuine.claims, &forger.ec, Algorithm::ES256),
        ));
    }
    // A public key taken for a shared secret.
    for (name, algorithm) in [("HS256", Algorithm::HS256), ("HS512", Algorithm::HS512)] {
        let header = genuine.header_with("alg", &json!(name));
        for secret in [
            forger.rsa_jwk.to_string(),
            forger.rsa_jwk["n"].as_str().unwrap().to_owned(),
            String::new(),
        ] {
            let key = EncodingKey::from_secret(secret.as_bytes());
            corpus.push((
                format!("{name} with a public key"),
                sign(&header, &genuine.claims, &key, algorithm),
            ));
        }
    }
    for kid in [
        json!(null),
        json!(""),
        json!("x"),
        json!(1),
        forger.ec_jwk["kid"].clone(),
    ] {
        let header = genuine.header_with("kid", &kid);
        corpus.push((format!("kid {kid}"), genuine.signed(&header, &genuine.claims)));
    }
    genuine.all_refused(&server.client().identity(), corpus, 35).await;
}

#[tokio::test]
async fn an_identity_token_that_is_not_for_this_is_refused() {
    let server = Server::start().await;
    let genuine = Genuine::of(&server).await;
    let now = server.clock.read().as_second();
    let mut corpus = Corpus::new();
    for typ in ["at+jwt", "JWT", "identity", "IDENTITY+JWT ", "refresh+jwt", ""] {
        let header = genuine.header_with("typ", &json!(typ));
        corpus.push((format!("typ {typ:?}"), genuine.signed(&header, &genuine.claims)));
    }
    let crit = genuine.header_with("crit", &json!(["exp"]));
    corpus.push(("crit".into(), genuine.signed(&crit, &genuine.claims)));
    let uid = genuine.claims["aud"][0].clone();
    let ulid = json!(tests::client::user_id(&genuine.forger.token));
    for (name, values) in [
        (
            "iss",
            vec![
                Value::Null,
                json!("GO"),
                json!("BigBucks Auth"),
                json!(["go"]),
                json!(""),
            ],
        ),
        (
            "aud",
            vec![
                Value::Null,
                json!([]),
                uid.clone(),
                json!([uid, uid]),
                json!([ulid]),
                json!(["engine"]),
                json!("engine"),
                json!([uid.as_str().unwrap().replace('-', "")]),
            ],
        ),
        (
            "jti",
            vec![
                Value::Null,
                json!(""),
                json!(1),
                json!("6fa459ea-ee8a-4ca4-894e-db77e160355e"),
            ],
        ),
        ("sub", vec![Value::Null, json!(1)]),
        (
            "exp",
            vec![
                Value::Null,
                json!(now),
                json!(0),
                json!(-1),
                json!(i64::MAX),
                json!("tomorrow"),
            ],
        ),
        ("nbf", vec![json!(now + 1), json!("x")]),
        ("iat", vec![Value::Null, json!(now + 1)]),
    ] {
        for value in values {
            let claims = genuine.claims_with(name, &value);
            corpus.push((format!("{name} {value}"), genuine.signed(&genuine.header, &claims)));
        }
    }
    genuine.all_refused(&server.client().identity(), corpus, 34).await;
}

/// The session decides whose token it is, and the name in it nothing.
#[tokio::test]
async fn an_identity_token_names_its_own_session_and_nobody_elses() {
    let server = Server::start().await;
    let genuine = Genuine::of(&server).await;
    let identity = server.client().identity();
    let (bob, bobs) = identity.join("bob@example.com").await;
    let claims_of_bob = claims(&bobs);
    let mut corpus = Corpus::new();
    for (name, value) in [("aud", json!([bob])), ("jti", claims_of_bob["jti"].clone())] {
        let claims = genuine.claims_with(name, &value);
        corpus.push((format!("{name} of another"), genuine.signed(&genuine.header, &claims)));
    }
    genuine.all_refused(&identity, corpus, 2).await;
    let mut named = genuine.claims_with("sub", &json!("Super Admin"));
    named["roles"] = json!(["admin"]);
    let named = genuine.signed(&genuine.header, &named);
    assert!(identity.is_live(&named).await);
    identity.get_by(&named, "/users").await.expect_said(403, "Forbidden");
}

/// What one surface signs is worth nothing on the other, whatever header it comes in.
#[tokio::test]
async fn a_token_of_one_surface_opens_no_other() {
    let server = Server::start().await;
    let genuine = Genuine::of(&server).await;
    let (client, identity) = (server.client(), server.client().identity());
    let engine = &genuine.forger.token;
    assert!(!identity.is_live(engine).await);
    for (name, value) in [
        ("authorization", format!("Bearer {engine}")),
        ("x-auth", engine.clone()),
        ("x-auth", genuine.token.clone()),
        ("jwtauth", genuine.token.clone()),
        ("authorization", genuine.token.clone()),
        ("cookie", format!("token={}", genuine.token)),
    ] {
        let request = client.request(Method::GET, "/identity/v1/users").header(name, value);
        client.send(request).await.expect_said(401, "Unauthorized");
    }
    let query = format!("/users?token={}", genuine.token);
    identity.get(&query).await.expect_said(401, "Unauthorized");
    for name in ["authorization", "x-auth", "jwtauth"] {
        let request = client.request(Method::GET, "/api/v1/me");
        let request = request.header(name, format!("Bearer {}", genuine.token));
        client.send(request).await.expect_engine_error(401, &[]);
    }
    // Not even with engine's type, issuer and audience, as its key is another.
    let mut header = genuine.header_with("typ", &json!("at+jwt"));
    let forged = genuine.signed(&header, &genuine.forger.claims);
    client.me(&forged).await.expect_engine_error(401, &[]);
    // And not with ours by engine's key.
    header["typ"] = genuine.header["typ"].clone();
    header["alg"] = json!("ES256");
    header["kid"] = genuine.forger.ec_jwk["kid"].clone();
    assert!(
        !identity
            .is_live(&sign(&header, &genuine.claims, &genuine.forger.ec, Algorithm::ES256))
            .await
    );
}
