//! openid-configuration: everything that it names is there.

use serde_json::json;
use tests::{Server, client};

#[tokio::test]
async fn a_client_finds_what_it_needs() {
    let setup = Server::setup()
        .env("PUBLIC_URL", "https://id.example.com")
        .env("ARC_ISSUER", "https://id.example.com");
    let server = setup.start().await;
    let arc = server.client().arc();
    let answer = arc.get("/.well-known/openid-configuration").await.expect(200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let found = answer.json();
    let pair = arc.join("ada@example.com").await;
    assert_eq!(found["issuer"], client::claims(&pair.access)["iss"]);
    assert_eq!(found["response_types_supported"], json!(["code"]));
    let path = |name: &str| {
        let url = found[name].as_str().unwrap();
        url.strip_prefix("https://id.example.com").unwrap().to_owned()
    };
    let login = tests::arc::login("ada@example.com", tests::PASSWORD);
    let code = arc
        .post(&path("authorization_endpoint"), &login)
        .await
        .expect(200)
        .json();
    let exchange = json!({ "code": code["code"], "clientId": tests::server::CLIENT_ID });
    let pair = arc.post(&path("token_endpoint"), &exchange).await.expect_pair();
    let call = async |method, name: &str, body| arc.call(method, &path(name), &pair.access, &body).await;
    call(http::Method::GET, "userinfo_endpoint", json!(null))
        .await
        .expect(200);
    let keys = arc.get(&path("jwks_uri")).await.expect(200).json();
    let kid = &client::header_of(&pair.access)["kid"];
    assert!(keys["keys"].as_array().unwrap().iter().any(|key| &key["kid"] == kid));
    let body = json!({ "refreshToken": pair.refresh });
    call(http::Method::POST, "end_session_endpoint", body).await.expect(200);
}
