//! Makes tokens that look like ours.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use shared::random::Random;
use shared::tokens::Keyring;
use tests::client::{claims, header_of};
use tests::{Client, Server};

/// A genuine token, taken apart, and keys to sign others with.
pub struct Forger {
    pub token: String,
    pub header: Value,
    pub claims: Value,
    /// The server's own keys: a token that is refused although these signed it is refused for what it says.
    pub ec: EncodingKey,
    pub rsa: EncodingKey,
    /// The attacker's key.
    pub other: EncodingKey,
    /// What the server publishes.
    pub ec_jwk: Value,
    pub rsa_jwk: Value,
}

impl Forger {
    /// With a token of `email`, who is made.
    pub async fn of(server: &Server, client: &Client, email: &str) -> Self {
        let token = client.join(email).await;
        let jwks = client.get("/.well-known/jwks.json").await.expect(200).json();
        let published = |kty: &str| {
            let keys = jwks["keys"].as_array().unwrap();
            keys.iter().find(|key| key["kty"] == kty).unwrap().clone()
        };
        let document = std::fs::read_to_string(server.data_dir().join("keyring.json")).unwrap();
        let another = Keyring::generate(Timestamp::UNIX_EPOCH, &Random::system()).unwrap();
        Self {
            header: header_of(&token),
            claims: claims(&token),
            token,
            ec: EncodingKey::from_ec_pem(pem(&document, "EC").as_bytes()).unwrap(),
            rsa: EncodingKey::from_rsa_pem(pem(&document, "RSA").as_bytes()).unwrap(),
            other: EncodingKey::from_ec_pem(pem(&another, "EC").as_bytes()).unwrap(),
            ec_jwk: published("EC"),
            rsa_jwk: published("RSA"),
        }
    }

    /// The genuine header with these members; null takes one away.
    pub fn header_with(&self, changes: &[(&str, Value)]) -> Value {
        with(&self.header, changes)
    }

    /// The genuine claims with these members; null takes one away.
    pub fn claims_with(&self, changes: &[(&str, Value)]) -> Value {
        with(&self.claims, changes)
    }

    /// Signed by the server's own key, as genuine tokens are.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        sign(header, claims, &self.ec, Algorithm::ES256)
    }

    /// The genuine token's three parts.
    pub fn parts(&self) -> [&str; 3] {
        let parts: Vec<&str> = self.token.split('.').collect();
        parts.try_into().unwrap()
    }

    /// The forms in which somebody may take a public key for a shared secret.
    pub fn public_forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        let decode = |member: &str| URL_SAFE_NO_PAD.decode(self.ec_jwk[member].as_str().unwrap()).unwrap();
        let (x, y) = (decode("x"), decode("y"));
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        // SubjectPublicKeyInfo of P-256 (RFC 5480): all but the point is constant.
        let spki = [
            b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00",
            point.as_slice(),
        ]
        .concat();
        let encoded = STANDARD.encode(&spki);
        let (first, second) = encoded.split_at(64);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n");
        vec![
            ("no secret", Vec::new()),
            ("the PEM", pem.clone().into_bytes()),
            (
                "the PEM without its last line break",
                pem.trim_end().as_bytes().to_vec(),
            ),
            ("the DER", spki),
            ("the point", point),
            ("x", x),
            ("the JWK", self.ec_jwk.to_string().into_bytes()),
            ("the RSA JWK", self.rsa_jwk.to_string().into_bytes()),
            ("the key's id", self.ec_jwk["kid"].as_str().unwrap().as_bytes().to_vec()),
            ("a common one", b"secret".to_vec()),
        ]
    }
}

fn pem(document: &str, family: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap();
    let keys = document["signing"].as_array().unwrap();
    let key = keys.iter().find(|key| key["family"] == family).unwrap();
    key["private_key"].as_str().unwrap().to_owned()
}

pub fn with(object: &Value, changes: &[(&str, Value)]) -> Value {
    let mut object = object.clone();
    let members = object.as_object_mut().unwrap();
    for (name, value) in changes {
        match value {
            Value::Null => members.remove(*name),
            value => members.insert((*name).to_owned(), value.clone()),
        };
    }
    object
}

/// One part of a token.
pub fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token of whatever header and claims.
pub fn sign(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A header with this algorithm and the genuine type.
pub fn typed(alg: &str) -> Value {
    json!({ "alg": alg, "typ": "at+jwt" })
}

/// Tokens, and what is wrong with each.
pub type Corpus = Vec<(String, String)>;

/// All of them are refused, on a route that reads and on one that acts; and the genuine one is not.
pub async fn all_refused(client: &Client, forger: &Forger, corpus: Corpus, least: usize) {
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
