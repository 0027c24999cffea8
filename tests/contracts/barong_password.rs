//! resource.users.password.

use serde_json::json;
use tests::Server;
use tests::barong::{OTHER, STRONG};
use tests::owner::Owner;

const ADA: &str = "ada@example.com";

fn form<'a>(old: &'a str, new: &'a str, again: &'a str) -> [(&'static str, &'a str); 3] {
    [
        ("old_password", old),
        ("new_password", new),
        ("confirm_password", again),
    ]
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let other = ada.barong.sign_in(ADA).await;
    let changed = ada
        .put("/users/password", &form(STRONG, OTHER, OTHER))
        .await
        .expect(201);
    assert_eq!(changed.json(), json!(201));
    ada.get("/users/me").await.expect(200);
    let rest = Owner {
        session: other,
        ..ada.clone()
    };
    rest.get("/users/me").await.expect(401);
    ada.barong
        .enter(ADA, STRONG)
        .await
        .expect_keys(401, &["identity.session.invalid_params"]);
    ada.barong.enter(ADA, OTHER).await.expect_session(201);
    // It is the same password everywhere, and its owner is told.
    server.client().sign_in_with(ADA, OTHER).await.expect(200);
    let mails = server.client().mails(ADA).await;
    assert!(
        mails
            .iter()
            .any(|mail| mail["subject"].as_str().unwrap().to_lowercase().contains("password"))
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_in_this_order() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let missing: Vec<String> = ["old_password", "new_password", "confirm_password"]
        .iter()
        .flat_map(|name| ["missing", "empty"].map(|why| format!("resource.user.{why}_{name}")))
        .collect();
    let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
    ada.put("/users/password", &[]).await.expect_keys(422, &missing);
    for (old, new, again, status, key) in [
        ("wrong", "weak", "other", 422, "resource.password.doesnt_match"),
        ("wrong", "weak", "weak", 400, "resource.password.prev_pass_not_correct"),
        (STRONG, STRONG, STRONG, 400, "resource.password.no_change_provided"),
        (STRONG, "weak", "weak", 422, "password.requirements"),
        (STRONG, "Password1", "Password1", 422, "password.weak"),
    ] {
        ada.put("/users/password", &form(old, new, again))
            .await
            .expect_keys(status, &[key]);
    }
    let long = format!("Aa1{}", "-xY".repeat(24));
    ada.put("/users/password", &form(STRONG, &long, &long))
        .await
        .expect_keys(422, &["password.too_long"]);
    let entries = ada.get("/users/activity/password").await.expect(200).json();
    let entries = entries.as_array().unwrap();
    assert_eq!(entries.len(), 6);
    for entry in entries {
        assert_eq!(
            (&entry["action"], &entry["result"]),
            (&json!("password change"), &json!("failed"))
        );
        assert!(entry["data"].as_str().unwrap().contains("reason"));
    }
    ada.barong.enter(ADA, STRONG).await.expect_session(201);
}
