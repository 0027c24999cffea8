//! Members that nobody asked for (ASVS 8.2.3; CVE-2025-61928, CVE-2026-27946): ignored, and without effect.

use http::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use shared::accounts::{Account, State, User};
use tests::{PASSWORD, Server};

use super::{dump, text_of, user_of};

/// What an attacker would like to set, in every spelling that comes to mind.
fn extras() -> Value {
    json!({
        "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "user_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "userId": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "uid": "ID0000000000",
        "state": "active",
        "status": "active",
        "emailVerified": true,
        "email_verified": true,
        "is_social": true,
        "isSocialAccount": true,
        "is_admin": true,
        "roles": [{ "role": "Super Admin", "orgID": "00000000000000000000000000" }],
        "role_ids": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"],
        "organizations": [{ "id": "00000000000000000000000000", "name": "x" }],
        "org_id": "00000000000000000000000000",
        "session_epoch": 7,
        "sign_ins": 7,
        "created_at": "1970-01-01T00:00:00Z",
        "avatar": "/avatar/../keyring.json",
        "profile": { "first_name": "Eve", "bio": "x" },
        "hash": "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA",
        "token_hash": "x",
        "attempts": -100,
        "valid_until": "2999-01-01T00:00:00Z",
        "kind": "user",
        "pk": "USER#0",
        "sk": "USER",
        "v": 99,
        "expires_at": 1,
        "__proto__": { "state": "active" },
        "constructor": { "prototype": {} },
    })
}

fn beside(body: Value) -> Value {
    let mut all = extras();
    all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    all
}

async fn account(server: &Server, token: &str) -> Account {
    Account::read(&server.app().store, user_of(token))
        .await
        .unwrap()
        .unwrap()
}

fn is_ordinary(user: &User) {
    assert_ne!(user.id.to_string(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    assert_ne!(user.uid, "ID0000000000");
    assert_eq!(
        (user.state, user.is_social, user.session_epoch),
        (State::Pending, false, 0)
    );
    assert_eq!(user.profile.avatar, None);
}

#[tokio::test]
async fn sign_up_makes_an_ordinary_account_whatever_else_is_sent() {
    let server = Server::start().await;
    let client = server.client();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD, "firstName": "Ada", "lastName": "L" });
    client.post("/api/v1/signup", &beside(body)).await.expect(200);
    let token = client.sign_in("ada@example.com").await;
    let account = account(&server, &token).await;
    is_ordinary(&account.user);
    assert_eq!(account.user.created_at, server.clock.read());
    assert_eq!(
        (
            account.user.profile.first_name.as_str(),
            account.user.profile.bio.as_str()
        ),
        ("Ada", "")
    );
    assert!(account.memberships.is_empty());
    let me = client.me(&token).await.expect(200).json();
    assert_eq!((&me["roles"], &me["organizations"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn sign_in_opens_an_ordinary_session_whatever_else_is_sent() {
    let server = Server::start().await;
    let client = server.client();
    let other = user_of(&client.join("bob@example.com").await).to_string();
    client.sign_up("ada@example.com").await;
    let mut body = beside(json!({ "username": "ada@example.com", "password": PASSWORD }));
    let session = "6fa459ea-ee8a-4ca4-894e-db77e160355e";
    for (name, value) in [
        ("sub", other.as_str()),
        ("jti", session),
        ("session", session),
        ("sid", session),
        ("ip", "6.6.6.6"),
        ("user_agent", "x"),
    ] {
        body[name] = json!(value);
    }
    body["user_id"] = json!(other);
    let token = client.post("/api/v1/signin", &body).await.expect(200).text();
    assert_eq!(client.me(&token).await.json()["username"], "ada@example.com");
    let account = account(&server, &token).await;
    is_ordinary(&account.user);
    let [opened] = &account.sessions[..] else {
        panic!("one session")
    };
    assert_ne!(opened.id.to_string(), session);
    assert_eq!(opened.ip.to_string(), "127.0.0.1");
}

#[tokio::test]
async fn a_profile_holds_nothing_but_a_profile() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up("bob@example.com").await;
    let token = client.join("ada@example.com").await;
    let mut form = Form::new().text("bio", "b");
    for (name, value) in extras().as_object().unwrap() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        form = form.text(name.clone(), text);
    }
    for name in [
        "email",
        "username",
        "password",
        "profile.firstName",
        "profile[bio]",
        "user[state]",
        "first_name",
    ] {
        form = form.text(name, "bob@example.com");
    }
    let before = account(&server, &token).await.user;
    client.update_profile(&token, form).await.expect(200);
    let after = account(&server, &token).await.user;
    is_ordinary(&after);
    assert_eq!(after.profile.bio, "b");
    assert_eq!(after.profile.first_name, before.profile.first_name);
    assert_eq!(
        (after.email.typed(), after.id, after.uid),
        ("ada@example.com", before.id, before.uid)
    );
    client.sign_in("ada@example.com").await;
}

#[tokio::test]
async fn nobody_changes_anybodys_profile_but_their_own() {
    let server = Server::start().await;
    let client = server.client();
    let (ada, bob) = (
        client.join("ada@example.com").await,
        client.join("bob@example.com").await,
    );
    let id = user_of(&bob).to_string();
    let form = Form::new()
        .text("firstName", "Eve")
        .text("user_id", id.clone())
        .text("id", id.clone());
    let request = client
        .request(Method::POST, "/api/v1/user/updateprofile")
        .query(&[("id", &id), ("user_id", &id)]);
    client
        .send(request.header("x-auth", &ada).header("x-user-id", &id).multipart(form))
        .await
        .expect(200);
    assert_eq!(client.me(&bob).await.json()["profile"]["firstName"], "Ada");
    assert_eq!(client.me(&ada).await.json()["profile"]["firstName"], "Eve");
}

#[tokio::test]
async fn a_reset_is_for_its_address_and_nobody_else() {
    let server = Server::start().await;
    let client = server.client();
    let bob = client.join("bob@example.com").await;
    client.sign_up("ada@example.com").await;
    let mut body = beside(json!({ "email": "ada@example.com" }));
    body["user_id"] = json!(user_of(&bob).to_string());
    body["to"] = json!("eve@example.com");
    body["token"] = json!("0".repeat(32));
    client.post("/api/v1/user/reset", &body).await.expect(200);
    assert!(client.mails("eve@example.com").await.is_empty());
    let resets = dump(&server).await;
    let [reset] = &resets
        .iter()
        .filter(|item| text_of(item, "kind") == "password reset")
        .collect::<Vec<_>>()[..]
    else {
        panic!("one reset")
    };
    assert_eq!(reset["attempts"].as_n().unwrap(), "0");
    let until = server.clock.read().as_second() + 3600;
    assert_eq!(reset["expires_at"].as_n().unwrap(), &until.to_string());

    server.clock.advance(std::time::Duration::from_secs(1));
    let token = client.reset_token("ada@example.com").await;
    let mut body = beside(json!({ "email": "ada@example.com", "password": "a different long phrase" }));
    body["user_id"] = json!(user_of(&bob).to_string());
    client
        .post(&format!("/api/v1/user/changepassword/{token}"), &body)
        .await
        .expect(200);
    client.sign_in("bob@example.com").await;
    client.me(&bob).await.expect(200);
    let ada = client
        .sign_in_with("ada@example.com", "a different long phrase")
        .await
        .expect(200)
        .text();
    assert_eq!(account(&server, &ada).await.user.state, State::Pending);
}
