//! What somebody finds who reads the table (ASVS 6.5.2, 11.4.2, 14.1).

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{PASSWORD, Server};

use super::{dump, text_of};

const ADA: &str = "ada@example.com";

#[rstest]
#[tokio::test]
async fn a_password_is_kept_as_argon2id_with_a_salt_of_its_own(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up(ADA).await;
    client.sign_up("bob@example.com").await;
    // Beyond 72 bytes, where others keep the clear text.
    let long = format!("{PASSWORD} {PASSWORD} {PASSWORD} {PASSWORD}");
    let body = json!({ "email": "eve@example.com", "password": long, "firstName": "E", "lastName": "V" });
    client.post("/api/v1/signup", &body).await.expect(200);

    let items = dump(&server).await;
    assert!(!format!("{items:?}").contains(PASSWORD));
    let hashes: Vec<&str> = items
        .iter()
        .filter(|item| text_of(item, "kind") == "password")
        .map(|item| text_of(item, "hash"))
        .collect();
    assert_eq!(hashes.len(), 4, "three and the administrator's");
    let mut salts = Vec::new();
    for hash in hashes {
        let rest = hash
            .strip_prefix("$argon2id$v=19$m=19456,t=2,p=1$")
            .unwrap_or_else(|| panic!("{hash}"));
        let (salt, tag) = rest.split_once('$').unwrap();
        assert!(salt.len() >= 22 && tag.len() >= 43, "{hash}");
        salts.push(salt);
    }
    salts.sort_unstable();
    salts.dedup();
    assert_eq!(salts.len(), 4);
}

#[rstest]
#[tokio::test]
async fn a_reset_token_is_kept_hashed_and_its_mail_sealed(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    client.sign_up(ADA).await;
    let unknown = "somebody-else@example.com";
    for email in [ADA, unknown] {
        client
            .post("/api/v1/user/reset", &json!({ "email": email }))
            .await
            .expect(200);
    }
    let before = dump(&server).await;
    let mail = &client.mails(ADA).await[0];
    let after = dump(&server).await;
    let (_, link) = mail["text"]
        .as_str()
        .unwrap()
        .split_once("/auth/changepassword/")
        .unwrap();
    let token = &link[..32];

    for items in [&before, &after] {
        let all = format!("{items:?}");
        assert!(!all.contains(token), "the token itself");
        assert!(!all.contains("changepassword"), "the link");
        let resets: Vec<_> = items
            .iter()
            .filter(|item| text_of(item, "kind") == "password reset")
            .collect();
        assert_eq!(resets.len(), 2);
        // SHA-256 in base64url.
        assert!(resets.iter().all(|reset| text_of(reset, "token_hash").len() == 43));
        let messages: Vec<_> = items.iter().filter(|item| text_of(item, "kind") == "message").collect();
        assert_eq!(messages.len(), 2);
        let all = format!("{messages:?}");
        assert!(!all.contains("example.com"), "recipients are sealed: {all}");
    }
    // Content goes when it was sent; that of a mail to nobody cannot be told from another's.
    let sealed = |item: &&shared::store::Item| item.contains_key("sealed");
    let messages: Vec<_> = after.iter().filter(|item| text_of(item, "kind") == "message").collect();
    let (kept, sent): (Vec<_>, Vec<_>) = messages.into_iter().partition(|item| sealed(item));
    assert_eq!((kept.len(), sent.len()), (1, 1));
    assert_eq!((text_of(kept[0], "stage"), text_of(sent[0], "stage")), ("void", "sent"));
}

#[tokio::test]
async fn a_used_token_leaves_nothing_behind() {
    let server = Server::start().await;
    let client = server.client();
    client.sign_up(ADA).await;
    let token = client.reset_token(ADA).await;
    server.clock.advance(Duration::from_secs(1));
    client
        .change_password(&token, ADA, "a different long phrase")
        .await
        .expect(200);
    let items = dump(&server).await;
    assert!(items.iter().all(|item| text_of(item, "kind") != "password reset"));
    assert!(!format!("{items:?}").contains("a different long phrase"));
}

#[tokio::test]
async fn tokens_are_not_kept() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    client.me(&token).await.expect(200);
    let all = format!("{:?}", dump(&server).await);
    for part in token.split('.') {
        assert!(!all.contains(part));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn uploaded_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let server = Server::start().await;
    let client = server.client();
    let token = client.join(ADA).await;
    let part = reqwest::multipart::Part::bytes(tests::picture::png()).file_name("a.sh");
    let form = reqwest::multipart::Form::new().part("file", part);
    client.update_profile(&token, form).await.expect(200);
    let kept: Vec<_> = std::fs::read_dir(server.data_dir().join("files/avatar"))
        .unwrap()
        .collect();
    assert_eq!(kept.len(), 1);
    for file in kept {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "not for others, and not to be run");
    }
}
