//! One account on two surfaces: one password, one state, one set of sessions.

use std::time::Duration;

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::{claims, user_id};
use tests::identity::uid_of;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const HOME: &str = "00000000000000000000000000";

#[rstest]
#[tokio::test]
async fn an_account_is_the_same_on_both_surfaces(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());

    // Ada registers at identity-server, and is nobody anywhere until she opens the link.
    identity.register("Ada@Example.com").await;
    identity
        .authenticate(ADA, PASSWORD)
        .await
        .expect_said(403, "User Not Active");
    client.sign_in_with(ADA, PASSWORD).await.expect(401);
    let link = identity.link(ADA).await;
    identity.activate(&link).await.expect_json(200, &json!(true));

    // She signs in on both, and is the same person.
    let (own, engine) = (identity.sign_in(ADA, PASSWORD).await, client.sign_in(ADA).await);
    assert_eq!(uid_of(&user_id(&engine)), link.uid);
    let me = client.me(&engine).await.expect(200).json();
    assert_eq!(
        (&me["username"], &me["profile"]["firstName"]),
        (&json!("Ada@Example.com"), &json!("Ada"))
    );

    // Each surface's sessions are in the other's reach.
    let id = user_id(&engine);
    let path = format!("/api/v1/sessions/users/{id}");
    let sessions = client.call(Method::GET, &path, &engine).await.expect(200).text();
    let session = claims(&own)["jti"].as_str().unwrap().to_owned();
    assert!(sessions.contains(&session), "{sessions}");
    client
        .call(Method::DELETE, &format!("/api/v1/sessions/{session}"), &engine)
        .await
        .expect(200);
    assert!(!identity.is_live(&own).await);
    client.me(&engine).await.expect(200);

    // She makes an organization on engine; identity-server knows nothing of it, and loses nothing by it.
    client.found(&engine, "Analytical Engines").await;
    let own = identity.sign_in(ADA, PASSWORD).await;
    let user = identity
        .get_by(&own, &format!("/users/{}", link.uid))
        .await
        .expect(200)
        .json();
    assert_eq!(user["roles"], json!([]));

    // A password that is set here is the password there, and ends what was open there.
    server.clock.advance(Duration::from_secs(1));
    let answer = identity
        .reset_password(&link.uid, PASSWORD, "a different long phrase")
        .await;
    answer.expect_said(200, "Password Reset");
    client.me(&engine).await.expect(401);
    client.sign_in_with(ADA, PASSWORD).await.expect(401);
    client.sign_in_with(ADA, "a different long phrase").await.expect(200);

    // And the other way round.
    let own = identity.sign_in(ADA, "a different long phrase").await;
    server.clock.advance(Duration::from_secs(1));
    let reset = client.reset_token(ADA).await;
    client.change_password(&reset, ADA, PASSWORD).await.expect(200);
    assert!(!identity.is_live(&own).await);
    let own = identity.sign_in(ADA, PASSWORD).await;

    // Bob signs up on engine, and needs no activation.
    let bob = client.join(BOB).await;
    let bobs = identity.sign_in(BOB, PASSWORD).await;
    let uid = uid_of(&user_id(&bob));
    assert_eq!(claims(&bobs)["aud"], json!([uid]));
    identity
        .get_by(&bobs, &format!("/users/{}", link.uid))
        .await
        .expect_said(403, "Forbidden");

    // The administrator of identity-server sees both, and whom engine's administrator switches off is off here.
    let admin = identity.admin().await;
    let all = identity.get_by(&admin, "/users").await.expect(200).json();
    let active = |all: &Value| -> Vec<bool> {
        let users = all.as_array().unwrap().iter();
        users.map(|user| user["active"].as_bool().unwrap()).collect()
    };
    assert_eq!(active(&all), [true, true, true]);
    let root = client.admin().await;
    let role = client.make_role(&root, HOME, "staff").await;
    client.bind(&root, HOME, &user_id(&bob), &role).await.expect(200);
    let user = identity
        .get_by(&bobs, &format!("/users/{uid}"))
        .await
        .expect(200)
        .json();
    assert_eq!(user["roles"][0]["name"], "staff");
    let path = format!("/api/v1/users/{}/deactivate", user_id(&bob));
    client
        .call_in(HOME, Method::PUT, &path, &root, &Value::Null)
        .await
        .expect(200);
    assert!(!identity.is_live(&bobs).await);
    client.me(&bob).await.expect(401);
    identity
        .authenticate(BOB, PASSWORD)
        .await
        .expect_said(403, "User Not Active");
    let all = identity.get_by(&admin, "/users").await.expect(200).json();
    assert_eq!(active(&all), [true, true, false]);

    // Whoever is signed out everywhere on engine is signed out here.
    let engine = client.sign_in(ADA).await;
    let path = format!("/api/v1/users/{id}/sessions");
    client.call(Method::DELETE, &path, &engine).await.expect(200);
    assert!(!identity.is_live(&own).await);
    client.me(&engine).await.expect(200);
}
