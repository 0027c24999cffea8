//! An authenticator in software: makes ES256 credentials and signs challenges with them as a browser passes them on
//! (WebAuthn §6). Everything that it says can be made wrong.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};
use shared::random::Random;

use crate::{Answer, Client};

/// The user was there.
pub const PRESENT: u8 = 0x01;
/// The user proved to be who they are.
pub const VERIFIED: u8 = 0x04;
/// The credential may be on several devices.
pub const BACKUP_ELIGIBLE: u8 = 0x08;
/// A credential is attached.
const ATTESTED: u8 = 0x40;

/// A credential that an authenticator made.
#[derive(Clone)]
pub struct Credential {
    pub id: Vec<u8>,
    /// What the authenticator calls its user.
    pub user_handle: Vec<u8>,
    pkcs8: Vec<u8>,
}

/// What an authenticator and the browser before it say; change it before asking them.
#[derive(Clone)]
pub struct Authenticator {
    /// The page that asks.
    pub origin: String,
    /// The relying party that the page asks for.
    pub rp_id: String,
    /// What the authenticator says of its user.
    pub flags: u8,
    /// Its signature counter; 0 is none.
    pub counter: u32,
    /// The kinds of ceremony, `webauthn.create` and `webauthn.get`.
    pub kinds: [String; 2],
    pub transports: Vec<String>,
}

pub fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(value.as_str().expect("a text"))
        .expect("base64url")
}

impl Authenticator {
    /// One behind a page of this server's own.
    pub fn at(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            rp_id: "localhost".into(),
            flags: PRESENT | VERIFIED,
            counter: 0,
            kinds: ["webauthn.create".into(), "webauthn.get".into()],
            transports: vec!["internal".into(), "hybrid".into()],
        }
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Makes a credential for the options of `register/begin`, and what the browser sends to `register/finish`.
    pub fn register(&self, options: &Value) -> (Credential, Value) {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let credential = Credential {
            id: Random::system().bytes::<32>().to_vec(),
            user_handle: bytes(&options["publicKey"]["user"]["id"]),
            pkcs8: pkcs8.as_ref().to_vec(),
        };
        let response = self.register_as(options, &credential);
        (credential, response)
    }

    /// The same with a credential that exists already.
    pub fn register_as(&self, options: &Value, credential: &Credential) -> Value {
        let client_data = self.client_data(&self.kinds[0], &options["publicKey"]["challenge"]);
        let mut data = self.authenticator_data(self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(credential.id.len()).unwrap().to_be_bytes());
        data.extend(&credential.id);
        data.extend(cose_key(credential.key().public_key().as_ref()));
        let attestation = [
            &[0xa3][..],
            &cbor_text("fmt"),
            &cbor_text("none"),
            &cbor_text("attStmt"),
            &[0xa0],
            &cbor_text("authData"),
            &cbor_bytes(&data),
        ];
        json!({
            "id": text(&credential.id),
            "rawId": text(&credential.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(&client_data),
                "attestationObject": text(&attestation.concat()),
                "transports": self.transports,
            },
            "clientExtensionResults": {},
        })
    }

    /// Signs the challenge of `login/begin`: what the browser sends to `login/finish`.
    pub fn sign(&self, options: &Value, credential: &Credential) -> Value {
        let client_data = self.client_data(&self.kinds[1], &options["publicKey"]["challenge"]);
        let data = self.authenticator_data(self.flags);
        let signed = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
        let signature = credential.key().sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": text(&credential.id),
            "rawId": text(&credential.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(&client_data),
                "authenticatorData": text(&data),
                "signature": text(signature.as_ref()),
                "userHandle": text(&credential.user_handle),
            },
            "clientExtensionResults": {},
        })
    }
}

/// The steps between which an authenticator does its part.
impl Client {
    /// An authenticator behind a page of the server's own.
    pub fn authenticator(&self) -> Authenticator {
        Authenticator::at(&self.url().replace("127.0.0.1", "localhost"))
    }

    /// What whoever has the token is to ask an authenticator for.
    pub async fn passkey_options(&self, token: &str) -> Value {
        let begun = self.call(Method::POST, "/api/v1/webauthn/register/begin", token).await;
        begun.expect(200).json()
    }

    /// Finishes adding a passkey.
    pub async fn finish_passkey(&self, token: &str, response: &Value) -> Answer {
        self.call_with(Method::POST, "/api/v1/webauthn/register/finish", token, response)
            .await
    }

    /// Adds a passkey to the account of whoever has the token.
    pub async fn add_passkey(&self, token: &str, authenticator: &Authenticator) -> Credential {
        let (credential, response) = authenticator.register(&self.passkey_options(token).await);
        self.finish_passkey(token, &response).await.expect(200);
        credential
    }

    /// A challenge to sign in with, of somebody, or with `{}` of whoever the authenticator finds.
    pub async fn passkey_challenge(&self, body: &Value) -> Value {
        self.post("/api/v1/webauthn/login/begin", body).await.expect(200).json()
    }

    /// Finishes signing in.
    pub async fn answer_challenge(&self, response: &Value) -> Answer {
        self.post("/api/v1/webauthn/login/finish", response).await
    }

    /// Signs in with a passkey and without a name.
    pub async fn sign_in_by_passkey(&self, authenticator: &Authenticator, credential: &Credential) -> Answer {
        let response = authenticator.sign(&self.passkey_challenge(&json!({})).await, credential);
        self.answer_challenge(&response).await
    }

    /// The passkeys of whoever has the token.
    pub async fn passkeys(&self, token: &str) -> Vec<Value> {
        let listed = self.call(Method::GET, "/api/v1/webauthn/credentials", token).await;
        listed.expect(200).json().as_array().unwrap().clone()
    }
}

impl Credential {
    fn key(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.pkcs8).unwrap()
    }
}

/// A public key as COSE writes it (RFC 9053 §7.1.1): EC2, ES256, P-256, x, y.
fn cose_key(point: &[u8]) -> Vec<u8> {
    let [4, coordinates @ ..] = point else {
        panic!("an uncompressed point")
    };
    let (x, y) = coordinates.split_at(32);
    [
        &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21][..],
        &cbor_bytes(x),
        &[0x22],
        &cbor_bytes(y),
    ]
    .concat()
}

fn cbor_text(text: &str) -> Vec<u8> {
    [&cbor_head(0x60, text.len())[..], text.as_bytes()].concat()
}

fn cbor_bytes(bytes: &[u8]) -> Vec<u8> {
    [&cbor_head(0x40, bytes.len())[..], bytes].concat()
}

fn cbor_head(major: u8, length: usize) -> Vec<u8> {
    match length {
        0..=23 => vec![major | length as u8],
        24..=255 => vec![major | 24, length as u8],
        _ => [&[major | 25][..], &u16::try_from(length).unwrap().to_be_bytes()].concat(),
    }
}

/// The members of an object with one of them exchanged, at a path such as `response.signature`.
pub fn with(mut response: Value, path: &str, value: Value) -> Value {
    let pointer = format!("/{}", path.replace('.', "/"));
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = response.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => drop(parent.remove(member)),
        value => drop(parent.insert(member.to_owned(), value)),
    }
    response
}
