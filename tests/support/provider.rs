//! A provider that people sign in through: all five of them, on one loopback port, each as it speaks. It vouches for whom the
//! test says, and misbehaves as the test says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use aws_lc_rs::{digest, hmac};
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, HeaderMap};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::server::Setup;

/// What we are called at every provider.
pub const US: &str = "the-application";
/// What we prove that with.
pub const SECRET: &str = "known-to-both";
/// When a test's clock begins, in seconds since 1970.
const BEGIN: i64 = 1_772_366_400;

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twist {
    WrongIssuer,
    WrongAudience,
    /// For us and for another, who asked.
    OthersToken,
    WrongNonce,
    NoNonce,
    Unsigned,
    /// Signed with the public key as if it were a shared secret.
    PublicKeyAsSecret,
    /// The token brings its own key.
    KeyInToken,
    Expired,
    NotYet,
    OtherKey,
    UnknownKey,
    NoKeyName,
    NoSubject,
    NoIdToken,
    /// Tells nothing in the id token, and of somebody else when it is asked.
    OthersUserInfo,
    /// Tells nothing in the id token but who it is.
    Terse,
    Refuses,
    Fails,
    NoJson,
    SendsElsewhere,
    Slow,
    Huge,
    /// Shows a link and lets people go back by it.
    Waits,
    /// Answers in another's name (RFC 9207).
    OtherAnswers,
    /// The token was given to another application.
    OtherApplication,
    InvalidToken,
}

/// For whom it vouches.
#[derive(Debug, Clone)]
pub struct Person {
    pub subject: String,
    pub email: Option<String>,
    pub verified: Option<Value>,
}

impl Person {
    pub fn new(subject: &str, email: &str) -> Self {
        Self {
            subject: subject.into(),
            email: Some(email.into()),
            verified: Some(json!(true)),
        }
    }

    /// The same, saying this of whether the address is theirs.
    pub fn verified(self, verified: impl Into<Option<Value>>) -> Self {
        Self {
            verified: verified.into(),
            ..self
        }
    }

    pub fn without_email(self) -> Self {
        Self { email: None, ..self }
    }
}

/// What a code was given for.
#[derive(Debug, Clone)]
struct Grant {
    provider: String,
    redirect_uri: String,
    challenge: String,
    nonce: Option<String>,
    person: Person,
}

/// What it knows.
#[derive(Debug)]
struct Known {
    person: Person,
    twist: Option<Twist>,
    denies: bool,
    codes: HashMap<String, Grant>,
    access: HashMap<String, Person>,
    used: Vec<String>,
    /// Forms that it was sent: path and members.
    forms: Vec<(String, HashMap<String, String>)>,
    keys_read: u32,
    next: u32,
    now: i64,
}

#[derive(Clone)]
struct Shared {
    url: String,
    known: Arc<Mutex<Known>>,
}

/// A running provider.
pub struct Provider {
    pub url: String,
    known: Arc<Mutex<Known>>,
    task: JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let known = Arc::new(Mutex::new(Known {
            person: Person::new("4711", "ada@example.com"),
            twist: None,
            denies: false,
            codes: HashMap::new(),
            access: HashMap::new(),
            used: Vec::new(),
            forms: Vec::new(),
            keys_read: 0,
            next: 0,
            now: BEGIN,
        }));
        let shared = Shared {
            url: url.clone(),
            known: known.clone(),
        };
        let realm = "/auth/realms/{provider}/protocol/openid-connect";
        let mut routes = Router::new();
        for base in ["/{provider}", realm] {
            routes = routes
                .route(&format!("{base}/auth"), get(authorize))
                .route(&format!("{base}/token"), post(token))
                .route(&format!("{base}/userinfo"), get(userinfo))
                .route(&format!("{base}/certs"), get(certs))
                .route(&format!("{base}/inspect"), get(inspect))
                .route(&format!("{base}/logout"), post(end))
                .route(&format!("{base}/revoke"), post(end));
        }
        let routes = routes.with_state(shared);
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, known, task }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    /// Vouches for this person from now on.
    pub fn vouches_for(&self, person: Person) {
        self.known().person = person;
    }

    /// Does this wrong from now on.
    pub fn twists(&self, twist: impl Into<Option<Twist>>) {
        self.known().twist = twist.into();
    }

    /// Has another clock than tests have that set theirs by hand.
    pub fn is_at(&self, now: Timestamp) {
        self.known().now = now.as_second();
    }

    /// Whoever comes says no.
    pub fn denies(&self) {
        self.known().denies = true;
    }

    /// How often its keys were read.
    pub fn keys_read(&self) -> u32 {
        self.known().keys_read
    }

    /// The forms that were sent to paths which end so.
    pub fn forms(&self, path: &str) -> Vec<HashMap<String, String>> {
        let known = self.known();
        let sent = known.forms.iter().filter(|(sent, _)| sent.ends_with(path));
        sent.map(|(_, form)| form.clone()).collect()
    }

    /// An id token of Google about the person, as a program gets it that asked on its own.
    pub fn id_token(&self) -> String {
        let known = self.known();
        signed(&known, &format!("{}/google", self.url), "google", &known.person, None)
    }

    /// An access token for the person, as a program gets it that asked on its own.
    pub fn access_token(&self) -> String {
        let mut known = self.known();
        known.next += 1;
        let token = format!("access-{}", known.next);
        let person = known.person.clone();
        known.access.insert(token.clone(), person);
        token
    }

    /// Lets a server sign people in through it, by whatever name.
    pub fn serves<'a>(&self, setup: Setup<'a>) -> Setup<'a> {
        let variables = self.variables().into_iter();
        variables.fold(setup, |setup, (name, value)| setup.env(name, value))
    }

    /// The variables that lead to it.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![("ALLOW_PRIVATE_PROVIDERS", "1".to_owned())];
        for [id, secret] in [
            ["GOOGLE_AUTH_CLIENT_ID", "GOOGLE_AUTH_CLIENT_SECRET"],
            ["FACEBOOK_AUTH_CLIENT_ID", "FACEBOOK_AUTH_CLIENT_SECRET"],
            ["INSTAGRAM_AUTH_CLIENT_ID", "INSTAGRAM_AUTH_CLIENT_SECRET"],
            ["APPLE_AUTH_CLIENT_ID", "APPLE_AUTH_CLIENT_SECRET"],
            ["KEYCLOAK_CLIENT_ID", "KEYCLOAK_CLIENT_SECRET"],
        ] {
            variables.extend([(id, US.to_owned()), (secret, SECRET.to_owned())]);
        }
        let places = [
            ("GOOGLE_AUTH_URL", "/google/auth"),
            ("GOOGLE_AUTH_TOKEN_URL", "/google/token"),
            ("GOOGLE_AUTH_ISSUER", "/google"),
            ("GOOGLE_AUTH_JWKS_URL", "/google/certs"),
            ("GOOGLE_AUTH_USERINFO_URL", "/google/userinfo"),
            ("GOOGLE_AUTH_REVOKE_URL", "/google/revoke"),
            ("FACEBOOK_AUTH_URL", "/facebook/auth"),
            ("FACEBOOK_AUTH_TOKEN_URL", "/facebook/token"),
            ("FACEBOOK_AUTH_USERINFO_URL", "/facebook/userinfo?fields=id,email"),
            ("FACEBOOK_AUTH_DEBUG_URL", "/facebook/inspect"),
            ("INSTAGRAM_AUTH_URL", "/instagram/auth"),
            ("INSTAGRAM_AUTH_TOKEN_URL", "/instagram/token"),
            ("INSTAGRAM_AUTH_USERINFO_URL", "/instagram/userinfo"),
            ("APPLE_AUTH_URL", "/apple/auth"),
            ("APPLE_AUTH_TOKEN_URL", "/apple/token"),
            ("APPLE_AUTH_ISSUER", "/apple"),
            ("APPLE_AUTH_JWKS_URL", "/apple/certs"),
            ("KEYCLOAK_HOST", ""),
        ];
        variables.extend(places.map(|(name, path)| (name, format!("{}{path}", self.url))));
        variables.push(("KEYCLOAK_REALM", "test".to_owned()));
        variables
    }
}
fn members(text: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The page where people say yes or no. Whoever comes here says it at once.
async fn authorize(State(shared): State<Shared>, Path(provider): Path<String>, RawQuery(query): RawQuery) -> Response {
    let asked = members(&query.unwrap_or_default());
    let mut known = shared.known.lock().unwrap();
    if asked.get("client_id").map(String::as_str) != Some(US) || asked["response_type"] != "code" {
        return (StatusCode::BAD_REQUEST, "unknown application").into_response();
    }
    if asked.get("code_challenge_method").map(String::as_str) != Some("S256") {
        return (StatusCode::BAD_REQUEST, "no code challenge").into_response();
    }
    let mut sent = vec![("state", asked["state"].clone())];
    if known.denies {
        sent.push(("error", "access_denied".into()));
    } else {
        known.next += 1;
        let code = format!("code-{}", known.next);
        let grant = Grant {
            provider: provider.clone(),
            redirect_uri: asked["redirect_uri"].clone(),
            challenge: asked["code_challenge"].clone(),
            nonce: asked.get("nonce").cloned(),
            person: known.person.clone(),
        };
        known.codes.insert(code.clone(), grant);
        sent.push(("code", code));
    }
    if known.twist == Some(Twist::OtherAnswers) {
        sent.push(("iss", "https://another.example.com".into()));
    }
    let back = &asked["redirect_uri"];
    if asked.get("response_mode").map(String::as_str) == Some("form_post") {
        let name = json!({ "name": { "firstName": "Augusta", "lastName": "King" }, "email": "mallory@example.com" });
        sent.push(("user", name.to_string()));
        return Html(form(back, &sent)).into_response();
    }
    let sent = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(sent)
        .finish();
    let back = format!("{back}?{sent}");
    if known.twist == Some(Twist::Waits) {
        return Html(format!("<a href=\"{}\">Go on</a>", back.replace('&', "&amp;"))).into_response();
    }
    Redirect::to(&back).into_response()
}

/// A form that posts itself.
fn form(action: &str, sent: &[(&str, String)]) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;");
    let fields = sent.iter().map(|(name, value)| {
        let value = escape(value);
        format!("<input type=hidden name=\"{name}\" value=\"{value}\">")
    });
    let fields: String = fields.collect();
    let action = escape(action);
    format!("<form method=post action=\"{action}\">{fields}</form><script>document.forms[0].submit()</script>")
}

/// Exchanges a code as RFC 6749 and RFC 7636 say.
async fn token(State(shared): State<Shared>, Path(provider): Path<String>, body: String) -> Response {
    let twist = shared.known.lock().unwrap().twist;
    if let Some(odd) = odd(twist).await {
        return odd;
    }
    let form = members(&body);
    let mut known = shared.known.lock().unwrap();
    known.forms.push((format!("/{provider}/token"), form.clone()));
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    if text("client_id") != US || (text("client_secret") != SECRET && !is_signed_secret(&text("client_secret"))) {
        return refused("invalid_client");
    }
    let Some(grant) = known
        .codes
        .remove(&text("code"))
        .filter(|grant| grant.provider == provider)
    else {
        return refused("invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text("code_verifier").as_bytes()));
    if text("grant_type") != "authorization_code"
        || text("redirect_uri") != grant.redirect_uri
        || challenge != grant.challenge
    {
        return refused("invalid_grant");
    }
    known.used.push(text("code"));
    known.next += 1;
    let access = format!("access-{}", known.next);
    known.access.insert(access.clone(), grant.person.clone());
    let mut tokens = json!({ "access_token": access });
    if ["google", "apple", "test"].contains(&provider.as_str()) {
        tokens["refresh_token"] = format!("refresh-of-{access}").into();
        if twist != Some(Twist::NoIdToken) {
            let nonce = grant.nonce.as_deref();
            tokens["id_token"] =
                signed(&known, &issuer(&shared.url, &provider), &provider, &grant.person, nonce).into();
        }
    }
    Json(tokens).into_response()
}

/// A secret that was made by a key of Apple's kind: signed by whom the test's key is.
fn is_signed_secret(secret: &str) -> bool {
    secret.split('.').count() == 3
}

fn issuer(url: &str, provider: &str) -> String {
    match provider {
        "test" => format!("{url}/auth/realms/test"),
        provider => format!("{url}/{provider}"),
    }
}

/// What is wrong with an answer, whatever it is about.
async fn odd(twist: Option<Twist>) -> Option<Response> {
    Some(match twist? {
        Twist::Refuses => (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response(),
        Twist::Fails => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Twist::NoJson => "<html>".into_response(),
        Twist::SendsElsewhere => Redirect::temporary("http://127.0.0.1:9/").into_response(),
        Twist::Slow => std::future::pending().await,
        Twist::Huge => format!("{{\"access_token\":\"{}\"}}", "a".repeat(300 * 1024)).into_response(),
        _ => return None,
    })
}

fn told(provider: &str, person: &Person) -> Value {
    let mut told = match provider {
        "facebook" | "instagram" => json!({ "id": person.subject, "username": "ada" }),
        _ => json!({ "sub": person.subject, "given_name": "Ada", "family_name": "Lovelace" }),
    };
    if provider == "facebook" {
        told["first_name"] = "Ada".into();
        told["last_name"] = "Lovelace".into();
    }
    if let Some(email) = &person.email {
        told["email"] = email.as_str().into();
        if let Some(verified) = &person.verified {
            told["email_verified"] = verified.clone();
        }
    }
    told
}

fn bearer(headers: &HeaderMap) -> String {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    header
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
        .to_owned()
}

async fn userinfo(
    State(shared): State<Shared>,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let twist = shared.known.lock().unwrap().twist;
    if let Some(odd) = odd(twist).await {
        return odd;
    }
    let known = shared.known.lock().unwrap();
    let token = bearer(&headers);
    let Some(person) = known.access.get(&token) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if provider == "facebook" {
        let proof = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), token.as_bytes());
        let proof: String = proof.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let asked = members(&query.unwrap_or_default());
        if asked.get("appsecret_proof") != Some(&proof) {
            return StatusCode::BAD_REQUEST.into_response();
        }
    }
    let mut told = told(&provider, person);
    if known.twist == Some(Twist::OthersUserInfo) {
        told["sub"] = "somebody-else".into();
    }
    if known.twist == Some(Twist::NoSubject) {
        told.as_object_mut().unwrap().remove("id");
    }
    Json(told).into_response()
}

async fn certs(State(shared): State<Shared>) -> Response {
    let twist = shared.known.lock().unwrap().twist;
    if let Some(odd) = odd(twist).await {
        return odd;
    }
    shared.known.lock().unwrap().keys_read += 1;
    let odd = json!({ "kty": "novel", "kid": "odd" });
    Json(json!({ "keys": [odd, jwk(&ours(), "ours"), { "kty": "RSA", "kid": "enc", "use": "enc", "n": "AQAB", "e": "AQAB" }] })).into_response()
}

/// Whose an access token is, as the Graph API says it to the application itself.
async fn inspect(State(shared): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let twist = shared.known.lock().unwrap().twist;
    if let Some(odd) = odd(twist).await {
        return odd;
    }
    let known = shared.known.lock().unwrap();
    if bearer(&headers) != format!("{US}|{SECRET}") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let token = members(&query.unwrap_or_default())
        .remove("input_token")
        .unwrap_or_default();
    let Some(person) = known.access.get(&token) else {
        return Json(json!({ "data": { "is_valid": false } })).into_response();
    };
    let app = if known.twist == Some(Twist::OtherApplication) {
        "another"
    } else {
        US
    };
    let is_valid = known.twist != Some(Twist::InvalidToken);
    let expires_at = if known.twist == Some(Twist::Expired) {
        known.now
    } else {
        0
    };
    let data = json!({ "app_id": app, "is_valid": is_valid, "user_id": person.subject, "expires_at": expires_at });
    Json(json!({ "data": data })).into_response()
}

/// Ends a session of its own.
async fn end(
    State(shared): State<Shared>,
    Path(provider): Path<String>,
    uri: axum::http::Uri,
    body: String,
) -> Response {
    let twist = shared.known.lock().unwrap().twist;
    let path = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    shared
        .known
        .lock()
        .unwrap()
        .forms
        .push((format!("/{provider}/{path}"), members(&body)));
    odd(twist)
        .await
        .unwrap_or_else(|| StatusCode::NO_CONTENT.into_response())
}

/// Making keys takes longer than most tests: all providers of this process share them.
fn key(which: &'static OnceLock<String>) -> EncodingKey {
    let pem = which.get_or_init(|| {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        pem(der.as_ref())
    });
    EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
}

/// A key of the kind that Apple gives (PKCS#8 PEM, P-256).
pub fn apple_key() -> String {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    pem(pair.to_pkcs8v1().unwrap().as_ref())
}

fn pem(der: &[u8]) -> String {
    let lines = STANDARD.encode(der);
    format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n")
}

fn ours() -> EncodingKey {
    static OURS: OnceLock<String> = OnceLock::new();
    key(&OURS)
}

fn other() -> EncodingKey {
    static OTHER: OnceLock<String> = OnceLock::new();
    key(&OTHER)
}

fn jwk(key: &EncodingKey, kid: &str) -> Value {
    let mut jwk = json!(Jwk::from_encoding_key(key, Algorithm::RS256).unwrap());
    jwk["kid"] = kid.into();
    jwk["use"] = "sig".into();
    jwk
}

/// An id token.
fn signed(known: &Known, issuer: &str, provider: &str, person: &Person, nonce: Option<&str>) -> String {
    use Twist::*;
    let mut claims = told(provider, person);
    claims["iss"] = issuer.into();
    claims["aud"] = US.into();
    claims["iat"] = known.now.into();
    claims["exp"] = (known.now + 3600).into();
    if let Some(nonce) = nonce {
        claims["nonce"] = nonce.into();
    }
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some("ours".into());
    let mut key = ours();
    match known.twist {
        Some(WrongIssuer) => claims["iss"] = "https://another.example.com".into(),
        Some(WrongAudience) => claims["aud"] = "another-application".into(),
        Some(OthersToken) => {
            claims["aud"] = json!([US, "another-application"]);
            claims["azp"] = "another-application".into();
        }
        Some(WrongNonce) => claims["nonce"] = "another".into(),
        Some(NoNonce) => drop(claims.as_object_mut().unwrap().remove("nonce")),
        Some(Expired) => claims["exp"] = known.now.into(),
        Some(NotYet) => claims["iat"] = (known.now + 600).into(),
        Some(NoSubject) => drop(claims.as_object_mut().unwrap().remove("sub")),
        Some(OthersUserInfo | Terse) => drop(claims.as_object_mut().unwrap().remove("email")),
        Some(OtherKey) => key = other(),
        Some(UnknownKey) => (key, header.kid) = (other(), Some("another".into())),
        Some(NoKeyName) => header.kid = None,
        Some(KeyInToken) => {
            (key, header.kid) = (other(), Some("another".into()));
            header.jwk = serde_json::from_value(jwk(&other(), "another")).unwrap();
        }
        Some(Unsigned) => return by_hand("none", &claims, |_| Vec::new()),
        Some(PublicKeyAsSecret) => {
            let public = jwk(&ours(), "ours").to_string();
            let key = hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes());
            return by_hand("HS256", &claims, |text| {
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            });
        }
        _ => {}
    }
    encode(&header, &claims, &key).unwrap()
}

fn by_hand(alg: &str, claims: &Value, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!(
        "{}.{}",
        part(&json!({ "alg": alg, "kid": "ours", "typ": "JWT" })),
        part(claims)
    );
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(sign(&text)))
}
