//! auth-clients: making, finding, changing and removing OAuth clients.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use shared::clients::{self, ClientId};
use tests::managing::new_client;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{PASSWORD, Server};

use super::members;

const INVALID: &str = "The request body is invalid. See error object `details` property for more info.";

#[rstest]
#[tokio::test]
async fn a_client_is_made_shown_and_hidden(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let admin = server.managing().await;
    let made = admin.call(Method::POST, "/auth-clients", &new_client("web")).await;
    let made = made.expect(200).json();
    // Both secrets once; what is null is left out.
    let now = "2026-03-01T12:00:00Z";
    let mut wanted = new_client("web");
    for (name, value) in [
        ("id", json!(2)),
        ("deleted", json!(false)),
        ("createdOn", json!(now)),
        ("modifiedOn", json!(now)),
    ] {
        wanted[name] = value;
    }
    assert_eq!(made, wanted);

    for (name, value) in [
        ("clientSecret", json!("******")),
        ("secret", json!("******")),
        ("deletedOn", json!(null)),
        ("deletedBy", json!(null)),
    ] {
        wanted[name] = value;
    }
    assert_eq!(admin.get("/auth-clients/2").await.expect(200).json(), wanted);
    let all = admin.get("/auth-clients").await.expect(200).json();
    assert_eq!((&all[1], all.as_array().unwrap().len()), (&wanted, 2));
    assert_eq!(all[0]["redirectUrl"], json!(null));
    let kept = format!("{:?}", server.dump().await);
    assert!(!kept.contains("one secret") && !kept.contains("another secret"));
    assert!(is_proved(&server, "web", "one secret").await);
    assert!(!is_proved(&server, "web", "another secret").await);

    // Numbers ascend.
    assert_eq!(admin.make("mobile").await, 3);
    // A second one of the same name is refused, and takes no number.
    let again = admin.call(Method::POST, "/auth-clients", &new_client("web")).await;
    again.expect_arc(409, "ConflictError", "Unique constraint violation error ! clientId");
    assert_eq!(admin.make("tablet").await, 4);
}

async fn is_proved(server: &Server, client_id: &str, secret: &str) -> bool {
    let app = server.app();
    let id = ClientId::parse(client_id).unwrap();
    let client = clients::find(&app.store, &id).await.unwrap().unwrap();
    client.is_proved_by(&app.keys.get().await.unwrap(), secret).unwrap()
}

/// What only the server says is ignored.
#[tokio::test]
async fn what_only_the_server_says_is_ignored() {
    let server = Server::start().await;
    let admin = server.managing().await;
    let mut body = new_client("web");
    for (name, value) in [
        ("deleted", json!(true)),
        ("deletedOn", json!("2020-01-01T00:00:00Z")),
        ("deletedBy", json!("somebody")),
        ("createdOn", json!("2020-01-01T00:00:00Z")),
        ("modifiedOn", json!("2020-01-01T00:00:00Z")),
    ] {
        body[name] = value;
    }
    admin.call(Method::POST, "/auth-clients", &body).await.expect(200);
    for method in [Method::PUT, Method::PATCH] {
        admin.call(method, "/auth-clients/2", &body).await.expect(204);
        let shown = admin.get("/auth-clients/2").await.expect(200).json();
        assert_eq!(shown["deleted"], false);
        assert_eq!(shown["deletedBy"], json!(null));
        assert_eq!(shown["createdOn"], "2026-03-01T12:00:00Z");
    }
}

#[rstest]
#[case(json!({ "id": 7 }), "", "additionalProperties")]
#[case(json!({ "x": 1 }), "", "additionalProperties")]
#[case(json!({ "clientId": 1 }), "/clientId", "type")]
#[case(json!({ "clientId": "" }), "/clientId", "minLength")]
#[case(json!({ "clientId": "a".repeat(51) }), "/clientId", "maxLength")]
#[case(json!({ "clientId": "a\nb" }), "/clientId", "pattern")]
#[case(json!({ "clientSecret": "" }), "/clientSecret", "minLength")]
#[case(json!({ "clientSecret": "******" }), "/clientSecret", "not")]
#[case(json!({ "secret": "******" }), "/secret", "not")]
#[case(json!({ "secret": "a".repeat(201) }), "/secret", "maxLength")]
#[case(json!({ "redirectUrl": "/in" }), "/redirectUrl", "format")]
#[case(json!({ "redirectUrl": "javascript:alert(1)" }), "/redirectUrl", "format")]
#[case(json!({ "redirectUrl": "https://app.example.com/#a" }), "/redirectUrl", "format")]
#[case(json!({ "redirectUrl": format!("https://a.example/{}", "a".repeat(200)) }), "/redirectUrl", "maxLength")]
#[case(json!({ "accessTokenExpiration": 0 }), "/accessTokenExpiration", "minimum")]
#[case(json!({ "accessTokenExpiration": -5 }), "/accessTokenExpiration", "minimum")]
#[case(json!({ "accessTokenExpiration": 86401 }), "/accessTokenExpiration", "maximum")]
#[case(json!({ "refreshTokenExpiration": 1e12 as i64 }), "/refreshTokenExpiration", "maximum")]
#[case(json!({ "authCodeExpiration": 601 }), "/authCodeExpiration", "maximum")]
#[case(json!({ "authCodeExpiration": "180" }), "/authCodeExpiration", "type")]
#[case(json!({ "deletedOn": "yesterday" }), "/deletedOn", "format")]
#[case(json!({ "deleted": null }), "/deleted", "type")]
#[case(json!({ "clientType": "secret" }), "/clientType", "enum")]
#[tokio::test]
async fn a_body_that_breaks_its_schema(#[case] wrong: Value, #[case] path: &str, #[case] code: &str) {
    let server = Server::start().await;
    let client = server.client();
    let mut body = new_client("web");
    for (name, value) in wrong.as_object().unwrap() {
        body[name] = value.clone();
    }
    // Before anybody is asked who they are.
    let answer = client.post("/auth-clients", &body).await;
    let answer = answer.expect_arc(422, "UnprocessableEntityError", INVALID).json();
    assert_eq!(answer["error"]["code"], "VALIDATION_FAILED");
    let detail = &answer["error"]["details"][0];
    assert_eq!(
        (&detail["path"], &detail["code"]),
        (&json!(path), &json!(code)),
        "{detail}"
    );
    assert_eq!(members(detail), ["code", "info", "message", "path"]);
}

#[tokio::test]
async fn every_required_member_is_required() {
    let server = Server::start().await;
    for name in [
        "clientId",
        "clientSecret",
        "secret",
        "accessTokenExpiration",
        "refreshTokenExpiration",
        "authCodeExpiration",
    ] {
        let mut body = new_client("web");
        body.as_object_mut().unwrap().remove(name);
        for (method, path) in [(Method::POST, "/auth-clients"), (Method::PUT, "/auth-clients/1")] {
            let request = server.client().request(method, path).json(&body);
            let answer = server.client().send(request).await;
            let answer = answer.expect_arc(422, "UnprocessableEntityError", INVALID).json();
            assert_eq!(answer["error"]["details"][0]["info"]["missingProperty"], name);
        }
    }
    let request = server
        .client()
        .request(Method::POST, "/auth-clients")
        .header("content-type", "application/json");
    let answer = server.client().send(request.body("{")).await.expect(400);
    assert_eq!(answer.json()["error"]["name"], "SyntaxError");
    let request = server
        .client()
        .request(Method::POST, "/auth-clients")
        .header("content-type", "text/plain");
    let message = "Content-type text/plain does not match [application/json].";
    server
        .client()
        .send(request.body("{}"))
        .await
        .expect_arc(415, "UnsupportedMediaTypeError", message);
}

/// Body and parameters first, then the token, then the permission.
#[rstest]
#[case(Method::POST, "/auth-clients", new_client("web"))]
#[case(Method::GET, "/auth-clients", Value::Null)]
#[case(Method::GET, "/auth-clients/count", Value::Null)]
#[case(Method::PATCH, "/auth-clients?where={}", json!({ "authCodeExpiration": 60 }))]
#[case(Method::GET, "/auth-clients/1", Value::Null)]
#[case(Method::PUT, "/auth-clients/1", new_client("web"))]
#[case(Method::PATCH, "/auth-clients/1", json!({ "authCodeExpiration": 60 }))]
#[case(Method::DELETE, "/auth-clients/1", Value::Null)]
#[tokio::test]
async fn nobody_but_who_holds_the_permission(#[case] method: Method, #[case] path: &str, #[case] body: Value) {
    let server = Server::start().await;
    let client = server.client();
    let send = async |authorization: Option<String>| {
        let request = client.request(method.clone(), path);
        let request = authorization
            .iter()
            .fold(request, |request, value| request.header("authorization", value));
        client
            .send(if body.is_null() { request } else { request.json(&body) })
            .await
    };
    send(None)
        .await
        .expect_arc(401, "UnauthorizedError", "Bearer realm=\"Users\"");
    let object = |key: &str| json!({ "message": key });
    for bad in ["x", "a.b.c"] {
        send(Some(format!("Bearer {bad}")))
            .await
            .expect_arc(401, "UnauthorizedError", object("TokenExpired"));
    }
    client.sign_up("ada@example.com").await;
    let ada = server.managing_as("ada@example.com", PASSWORD).await;
    let by_ada = format!("Bearer {}", ada.token);
    send(Some(by_ada))
        .await
        .expect_arc(403, "ForbiddenError", "NotAllowedAccess");
    let admin = server.managing().await;
    let before = server.dump().await.len();
    let engine = client.admin().await;
    send(Some(format!("Bearer {engine}")))
        .await
        .expect_arc(401, "UnauthorizedError", object("TokenExpired"));
    assert!(before > 0);
    // The scheme is read in whatever case.
    let answer = send(Some(format!("bEaReR {}", admin.token))).await;
    assert!(
        answer.status.is_success() || path == "/auth-clients/1" && method == Method::DELETE,
        "{answer:?}"
    );
}

#[rstest]
#[tokio::test]
async fn a_client_is_changed_in_part(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let admin = server.managing().await;
    let id = admin.make("web").await;
    let path = format!("/auth-clients/{id}");
    server.clock.advance(std::time::Duration::from_secs(60));
    let patch = async |body: Value| admin.call(Method::PATCH, &path, &body).await;
    let answer = patch(json!({ "accessTokenExpiration": 60, "id": id, "clientSecret": "******" }))
        .await
        .expect(204);
    assert!(answer.bytes.is_empty());
    let shown = admin.get(&path).await.expect(200).json();
    assert_eq!(shown["accessTokenExpiration"], 60);
    assert_eq!(shown["refreshTokenExpiration"], 86400);
    assert_eq!(shown["modifiedOn"], "2026-03-01T12:01:00Z");
    assert_eq!(shown["createdOn"], "2026-03-01T12:00:00Z");
    assert!(
        is_proved(&server, "web", "one secret").await,
        "the mask leaves the secret"
    );
    patch(json!({ "clientSecret": "a third secret" })).await.expect(204);
    assert!(is_proved(&server, "web", "a third secret").await);
    assert!(!is_proved(&server, "web", "one secret").await);

    patch(json!({ "clientId": "site" })).await.expect(204);
    assert_eq!(admin.get(&path).await.expect(200).json()["clientId"], "site");
    assert!(is_proved(&server, "site", "a third secret").await);
    // The old name is free, the new one is not.
    let other = admin.make("web").await;
    let taken = admin
        .call(
            Method::PATCH,
            &format!("/auth-clients/{other}"),
            &json!({ "clientId": "site" }),
        )
        .await;
    taken.expect_arc(409, "ConflictError", "Unique constraint violation error ! clientId");

    let empty = patch(json!({}))
        .await
        .expect_arc(400, "Error", "Data is required for the patch request");
    assert_eq!(empty.json()["error"]["code"], "INVALID_BODY_DEFINITION");
    for body in [
        json!({ "id": id + 1 }),
        json!({ "x": 1 }),
        json!({ "clientId": "" }),
        json!({ "redirectUrl": null }),
    ] {
        patch(body).await.expect_arc(422, "UnprocessableEntityError", INVALID);
    }
}

#[rstest]
#[tokio::test]
async fn a_client_is_replaced_as_a_whole(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let admin = server.managing().await;
    let id = admin.make("web").await;
    let path = format!("/auth-clients/{id}");
    let mut body = new_client("web");
    body.as_object_mut().unwrap().remove("redirectUrl");
    body["clientSecret"] = json!("******");
    body["secret"] = json!("******");
    body["authCodeExpiration"] = json!(60);
    admin.call(Method::PUT, &path, &body).await.expect(204);
    let shown = admin.get(&path).await.expect(200).json();
    assert_eq!(
        (&shown["redirectUrl"], &shown["authCodeExpiration"]),
        (&json!(null), &json!(60))
    );
    assert!(is_proved(&server, "web", "one secret").await);
    body["clientType"] = json!("public");
    admin.call(Method::PUT, &path, &body).await.expect(204);
    assert_eq!(admin.get(&path).await.expect(200).json()["clientType"], "public");
    body["id"] = json!(id + 1);
    admin
        .call(Method::PUT, &path, &body)
        .await
        .expect_arc(422, "UnprocessableEntityError", INVALID);
}

#[rstest]
#[tokio::test]
async fn a_client_is_removed_and_its_tokens_with_it(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let admin = server.managing().await;
    let id = admin.make("web").await;
    let path = format!("/auth-clients/{id}");
    let by_web = server.managing_by("web", "one secret", ADMIN, ADMIN_PASSWORD).await;
    by_web.get("/auth-clients").await.expect(200);
    assert!(
        admin
            .call(Method::DELETE, &path, &Value::Null)
            .await
            .expect(204)
            .bytes
            .is_empty()
    );
    let revoked = json!({ "message": "TokenRevoked" });
    by_web
        .get("/auth-clients")
        .await
        .expect_arc(401, "UnauthorizedError", revoked.clone());

    let gone = format!("Entity not found: auth_clients with id {id}");
    for (method, body) in [
        (Method::DELETE, Value::Null),
        (Method::PATCH, json!({ "authCodeExpiration": 1 })),
        (Method::PUT, new_client("web")),
    ] {
        let answer = admin
            .call(method, &path, &body)
            .await
            .expect_arc(404, "Error", gone.clone());
        assert_eq!(answer.json()["error"]["code"], "ENTITY_NOT_FOUND");
    }
    admin
        .get(&path)
        .await
        .expect_arc(404, "NotFoundError", "EntityNotFound");
    let all = json!({ "where": { "deleted": true } });
    assert_eq!(
        admin.ask("/auth-clients", "filter", &all).await.expect(200).json(),
        json!([])
    );
    assert_eq!(
        admin.get("/auth-clients/count").await.expect(200).json(),
        json!({ "count": 1 })
    );

    // Its name is free again, its number is not; and what belonged to it stays worthless.
    assert_eq!(admin.make("web").await, id + 1);
    by_web
        .get("/auth-clients")
        .await
        .expect_arc(401, "UnauthorizedError", revoked);
}

#[tokio::test]
async fn the_first_client_stays() {
    let server = Server::start().await;
    let admin = server.managing().await;
    let answer = admin.call(Method::DELETE, "/auth-clients/1", &Value::Null).await;
    answer.expect_arc(403, "ForbiddenError", "NotAllowedAccess");
    admin.get("/auth-clients/1").await.expect(200);
}

#[rstest]
#[case("x", 400)]
#[case("1x", 400)]
#[case("count2", 400)]
#[case("7", 404)]
#[case("0", 404)]
#[case("-1", 404)]
#[case("1.5", 404)]
#[case("99999999999999999999", 404)]
#[tokio::test]
async fn a_number_that_is_none(#[case] id: &str, #[case] status: u16) {
    let server = Server::start().await;
    let admin = server.managing().await;
    for method in [Method::GET, Method::DELETE] {
        let path = format!("/auth-clients/{id}");
        let answer = admin.call(method.clone(), &path, &Value::Null).await;
        if status == 404 {
            answer.expect(404);
            continue;
        }
        // Before anybody is asked who they are.
        let stranger = server.client().send(server.client().request(method, &path)).await;
        for answer in [answer, stranger] {
            let message = format!("Invalid data \"{id}\" for parameter id.");
            let answer = answer.expect_arc(400, "BadRequestError", message);
            assert_eq!(answer.json()["error"]["code"], "INVALID_PARAMETER_VALUE");
        }
    }
}

#[rstest]
#[case(Method::POST, "/auth-clients/1")]
#[case(Method::PUT, "/auth-clients")]
#[case(Method::DELETE, "/auth-clients")]
#[case(Method::POST, "/auth-clients/count")]
#[case(Method::GET, "/auth-clients/1/secrets")]
#[tokio::test]
async fn what_is_not_there(#[case] method: Method, #[case] path: &str) {
    let server = Server::start().await;
    let answer = server.client().send(server.client().request(method, path)).await;
    answer.expect_arc(404, "NotFoundError", "API not found !");
}
