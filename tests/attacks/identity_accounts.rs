//! Attacks on identity-server's accounts: who is there, what is set, where mails lead, what is kept.

use http::{HeaderMap, Method};
use serde_json::{Value, json};
use shared::accounts::State;
use tests::identity::{BASE, NOBODY};
use tests::{Answer, Identity, PASSWORD, Server};

use super::timing::alike;
use super::{dump, text_of};

const ADA: &str = "ada@example.com";
const EVE: &str = "eve@example.com";
const NEW: &str = "a different long phrase";

/// All that a client sees, but for what differs between any two answers.
fn seen(answer: &Answer) -> (u16, HeaderMap, Vec<u8>) {
    let mut headers = answer.headers.clone();
    for name in ["date", "x-request-id"] {
        headers.remove(name);
    }
    (answer.status.as_u16(), headers, answer.bytes.clone())
}

/// One account in use, and one that waits.
async fn populated(server: &Server) -> (Identity, String) {
    let identity = server.client().identity();
    let (uid, _) = identity.join(ADA).await;
    identity.register("waiting@example.com").await;
    (identity, uid)
}

#[tokio::test]
async fn authenticate_does_not_tell_who_has_an_account() {
    let server = Server::start().await;
    let (identity, _) = populated(&server).await;
    let wrong = seen(&identity.authenticate(ADA, "wrong").await);
    assert_eq!(wrong.0, 401);
    for (email, password) in [(EVE, PASSWORD), (EVE, "wrong"), ("waiting@example.com", "wrong")] {
        assert_eq!(seen(&identity.authenticate(email, password).await), wrong, "{email}");
    }
}

#[tokio::test]
async fn a_change_of_password_does_not_tell_who_has_an_account() {
    let server = Server::start().await;
    let (identity, uid) = populated(&server).await;
    let waiting = identity.link("waiting@example.com").await.uid;
    let wrong = seen(&identity.reset_password(&uid, "wrong", NEW).await);
    assert_eq!(wrong.0, 401);
    for uid in [NOBODY, &waiting] {
        assert_eq!(seen(&identity.reset_password(uid, "wrong", NEW).await), wrong, "{uid}");
    }
    // Nor do the rules for a new password, of which some are about its owner.
    let personal = seen(&identity.reset_password(&uid, "wrong", "lovelace-ada").await);
    assert_eq!(
        seen(&identity.reset_password(NOBODY, "wrong", "lovelace-ada").await),
        personal
    );
}

#[tokio::test]
async fn an_activation_does_not_tell_who_has_an_account() {
    let server = Server::start().await;
    let (identity, active) = populated(&server).await;
    let waiting = identity.link("waiting@example.com").await.uid;
    let open = async |uid: &str| seen(&identity.get(&format!("/public/activate/{uid}/wrong")).await);
    let unknown = open(NOBODY).await;
    assert_eq!(unknown.0, 404);
    assert_eq!((open(&active).await, open(&waiting).await), (unknown.clone(), unknown));
}

#[tokio::test]
async fn authenticate_takes_as_long_for_an_unknown_address() {
    let server = Server::start().await;
    let (identity, _) = populated(&server).await;
    let wrong = async |email: &str| {
        identity.authenticate(email, "wrong").await.expect(401);
    };
    alike(
        async |_| wrong(ADA).await,
        async |n| wrong(&format!("eve{n}@example.com")).await,
    )
    .await;
}

#[tokio::test]
async fn a_change_of_password_takes_as_long_for_an_unknown_user() {
    let server = Server::start().await;
    let (identity, uid) = populated(&server).await;
    let wrong = async |uid: &str| {
        identity.reset_password(uid, "wrong", NEW).await.expect(401);
    };
    alike(async |_| wrong(&uid).await, async |_| wrong(NOBODY).await).await;
}

/// That an address is taken is said; how long it takes says no more than that.
#[tokio::test]
async fn registering_hashes_whether_the_address_is_taken_or_not() {
    let server = Server::start().await;
    let (identity, _) = populated(&server).await;
    let register = async |email: &str| {
        let body = json!({ "name": "Ada", "email": email, "password": PASSWORD });
        identity.post("/public/register", &body).await;
    };
    alike(
        async |_| register(ADA).await,
        async |n| register(&format!("eve{n}@example.com")).await,
    )
    .await;
}

/// What an attacker would like to set.
fn extras() -> Value {
    json!({
        "uid": NOBODY, "id": NOBODY, "user_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "active": true, "state": "active",
        "email_confirmed_at": "1970-01-01T00:00:00Z", "roles": ["admin"], "permissions": ["*"], "role_ids": [1],
        "is_admin": true, "member_of": 1, "session_epoch": 7, "code": "0", "code_hash": "x", "token_hash": "x",
        "attempts": -100, "valid_until": "2999-01-01T00:00:00Z", "token": "x", "link": "https://evil.example",
        "profile": { "bio": "x" }, "hash": "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA", "kind": "user", "pk": "USER#0",
        "v": 9, "expires_at": 1, "min_length": 1, "__proto__": { "active": true },
    })
}

fn beside(body: Value) -> Value {
    let mut all = extras();
    all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    all
}

#[tokio::test]
async fn a_registration_makes_an_ordinary_account_whatever_else_is_sent() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let body = beside(json!({ "name": "Ada", "email": ADA, "password": PASSWORD }));
    identity
        .post("/public/register", &body)
        .await
        .expect_said(200, "User Registered");
    identity
        .authenticate(ADA, PASSWORD)
        .await
        .expect_said(403, "User Not Active");
    let link = identity.link(ADA).await;
    assert_ne!(link.uid, NOBODY);
    let user = crate::contracts::user_with(&server, &link.uid).await;
    assert_eq!(
        (user.state, user.member_of, user.session_epoch),
        (State::Unactivated, 0, 0)
    );
    assert_eq!(
        (user.email_confirmed_at, user.reset_password, user.profile.bio.as_str()),
        (None, false, "")
    );
    identity.activate(&link).await.expect(200);
    let body = beside(json!({ "email": ADA, "password": PASSWORD }));
    let answer = identity.post("/public/authenticate", &body).await.expect(200).json();
    assert_eq!(answer["uid"], json!(link.uid));
    let token = answer["token"].as_str().unwrap();
    identity.get_by(token, "/users").await.expect(403);
    let body = beside(json!({ "user_uid": link.uid, "old_password": PASSWORD, "new_password": "s3cretx" }));
    identity.post("/public/reset-password", &body).await.expect(400);
}

#[tokio::test]
async fn an_activation_link_does_not_follow_the_requests_headers() {
    let server = Server::start().await;
    let identity = server.client().identity();
    for (n, (name, value)) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "evil"),
        ("forwarded", "host=evil.example;proto=https"),
        ("origin", "http://evil.example"),
        ("referer", "http://evil.example/"),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("ada{n}@example.com");
        let body = json!({ "name": "http://evil.example", "email": email, "password": PASSWORD });
        let request = identity.0.request(Method::POST, &format!("{BASE}/public/register"));
        identity
            .0
            .send(request.header(name, value).json(&body))
            .await
            .expect(200);
        let mails = identity.0.mails(&email).await;
        let [mail] = mails.as_slice() else { panic!("{mails:?}") };
        let text = mail["text"].as_str().unwrap();
        assert_eq!(text.matches("://").count(), 1, "{text}");
        assert!(
            text.contains(&format!("{}/account/activate/", identity.0.url())),
            "{text}"
        );
        // A stranger's mailbox is not shown what whoever registers has chosen.
        assert!(!mail.to_string().contains("evil"), "{mail}");
    }
}

/// What follows the link of the mail, as scanners do, activates nothing.
#[tokio::test]
async fn following_the_mails_link_activates_nothing() {
    let server = Server::start().await;
    let identity = server.client().identity();
    identity.register(ADA).await;
    let link = identity.link(ADA).await;
    let path = format!("/account/activate/{}/{}", link.uid, link.code);
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        let request = identity.0.request(method, &path);
        identity.0.send(request).await;
    }
    identity
        .authenticate(ADA, PASSWORD)
        .await
        .expect_said(403, "User Not Active");
    identity.activate(&link).await.expect_json(200, &json!(true));
}

#[tokio::test]
async fn an_activation_code_is_kept_hashed_and_its_mail_sealed() {
    let server = Server::start().await;
    let identity = server.client().identity();
    identity.register(ADA).await;
    let before = dump(&server).await;
    let link = identity.link(ADA).await;
    for items in [&before, &dump(&server).await] {
        let all = format!("{items:?}");
        assert!(!all.contains(&link.code), "the code itself");
        assert!(!all.contains("account/activate"), "the link");
        let kept: Vec<_> = items
            .iter()
            .filter(|item| text_of(item, "kind") == "activation")
            .collect();
        assert_eq!(kept.len(), 1);
        // SHA-256 in base64url.
        assert_eq!(text_of(kept[0], "token_hash").len(), 43);
    }
    identity.activate(&link).await.expect(200);
    let items = dump(&server).await;
    assert!(
        items.iter().all(|item| text_of(item, "kind") != "activation"),
        "a used code leaves nothing behind"
    );
}

#[tokio::test]
async fn codes_at_the_same_moment_activate_once_and_wrong_ones_are_all_counted() {
    let server = Server::start().await;
    let identity = server.client().identity();
    let (code, wrong) = ("code", "wrong");
    for (what, status) in [(code, 1), (wrong, 0)] {
        let email = format!("{what}@example.com");
        identity.register(&email).await;
        let mut link = identity.link(&email).await;
        let right = link.clone();
        if what == wrong {
            link.code = "f".repeat(32);
        }
        let answers = futures_util::future::join_all((0..8).map(|_| identity.activate(&link))).await;
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, status, "{answers:?}");
        identity.activate(&right).await.expect(404);
    }
}
