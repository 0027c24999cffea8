//! A published client library of OAuth drives arc. What differs is translated in one place, which is the whole of arc's
//! dialect: JSON instead of a form, other names, times instead of durations, and the access token beside the refresh token.

use std::sync::{Arc, Mutex};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Response, StatusCode};
use oauth2::basic::{BasicClient, BasicErrorResponseType};
use oauth2::{
    AuthorizationCode, ClientId, HttpRequest, HttpResponse, PkceCodeChallenge, RequestTokenError, TokenResponse as _,
    TokenUrl,
};
use serde_json::{Value, json};
use shared::clients::code::Challenge;
use tests::arc::login;
use tests::server::CLIENT_ID;
use tests::{Answer, Client, PASSWORD, Server};

const ADA: &str = "ada@example.com";

/// Speaks OAuth to the library and arc to the server.
#[derive(Clone)]
struct Dialect {
    client: Client,
    now: jiff::Timestamp,
    /// The access token of the pair, which a refresh shows as well.
    access: Arc<Mutex<Option<String>>>,
}

impl Dialect {
    async fn translate(self, request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
        assert_eq!(request.headers()[CONTENT_TYPE], "application/x-www-form-urlencoded");
        let form: Vec<(String, String)> =
            reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(request.body())))
                .unwrap()
                .query_pairs()
                .into_owned()
                .collect();
        let said = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let answer = match said("grant_type").as_deref() {
            Some("authorization_code") => {
                let mut body = json!({ "code": said("code"), "clientId": said("client_id") });
                if let Some(verifier) = said("code_verifier") {
                    body["code_verifier"] = json!(verifier);
                }
                self.client.post("/auth/token", &body).await
            }
            Some("refresh_token") => {
                let access = self.access.lock().unwrap().clone().unwrap_or_default();
                let body = json!({ "refreshToken": said("refresh_token") });
                self.client
                    .arc()
                    .call(Method::POST, "/auth/token-refresh", &access, &body)
                    .await
            }
            other => panic!("{other:?}"),
        };
        Ok(self.answer(&answer))
    }

    fn answer(&self, answer: &Answer) -> HttpResponse {
        let said = answer.json();
        let (status, body) = match answer.status {
            StatusCode::OK => {
                *self.access.lock().unwrap() = said["accessToken"].as_str().map(str::to_owned);
                let expires_in = said["expires"].as_i64().unwrap() / 1000 - self.now.as_second();
                let body = json!({
                    "access_token": said["accessToken"], "refresh_token": said["refreshToken"],
                    "token_type": "Bearer", "expires_in": expires_in,
                });
                (StatusCode::OK, body)
            }
            _ => {
                let body = json!({ "error": "invalid_grant", "error_description": said["error"]["message"] });
                (StatusCode::BAD_REQUEST, body)
            }
        };
        let mut response = Response::new(body.to_string().into_bytes());
        *response.status_mut() = status;
        *response.headers_mut() = HeaderMap::from_iter([(CONTENT_TYPE, "application/json".parse().unwrap())]);
        response
    }
}

#[tokio::test]
async fn a_published_library_signs_in_refreshes_and_logs_out() {
    let server = Server::start().await;
    let arc = server.client().arc();
    arc.0.sign_up(ADA).await;
    let dialect = Dialect {
        client: server.client(),
        now: server.clock.read(),
        access: Arc::default(),
    };
    let http = |request: HttpRequest| dialect.clone().translate(request);
    let oauth = BasicClient::new(ClientId::new(CLIENT_ID.to_owned()))
        .set_auth_type(oauth2::AuthType::RequestBody)
        .set_token_uri(TokenUrl::new(format!("{}/auth/token", server.client().url())).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    assert!(Challenge::parse(challenge.as_str()).is_some());
    let mut body = login(ADA, PASSWORD);
    body["code_challenge"] = json!(challenge.as_str());
    body["code_challenge_method"] = json!(challenge.method().as_str());
    let code = arc.post("/auth/login", &body).await.expect(200).json()["code"].clone();
    let code = AuthorizationCode::new(code.as_str().unwrap().to_owned());

    let without = oauth.exchange_code(code.clone()).request_async(&http).await;
    assert!(is_invalid_grant(&without.unwrap_err()));
    let tokens = oauth
        .exchange_code(code.clone())
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await;
    let tokens = tokens.unwrap();
    assert_eq!(tokens.expires_in().unwrap().as_secs(), 900);
    arc.me(tokens.access_token().secret()).await.expect(200);

    let next = oauth
        .exchange_refresh_token(tokens.refresh_token().unwrap())
        .request_async(&http)
        .await;
    let next = next.unwrap();
    assert_ne!(next.access_token().secret(), tokens.access_token().secret());
    arc.me(tokens.access_token().secret())
        .await
        .expect_said_by_check(401, "TokenRevoked");
    let me = arc.me(next.access_token().secret()).await.expect(200).json();
    assert_eq!(me["username"], ADA);

    let body = json!({ "refreshToken": next.refresh_token().unwrap().secret() });
    let out = arc
        .call(Method::POST, "/logout", next.access_token().secret(), &body)
        .await;
    assert_eq!(out.expect(200).json()["success"], Value::Bool(true));
    let late = oauth
        .exchange_refresh_token(next.refresh_token().unwrap())
        .request_async(&http)
        .await;
    assert!(is_invalid_grant(&late.unwrap_err()));
}

fn is_invalid_grant<E: std::error::Error + 'static>(
    error: &RequestTokenError<E, oauth2::StandardErrorResponse<BasicErrorResponseType>>,
) -> bool {
    match error {
        RequestTokenError::ServerResponse(said) => *said.error() == BasicErrorResponseType::InvalidGrant,
        other => panic!("{other:?}"),
    }
}
