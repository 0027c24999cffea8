//! The adapters to S3, Secrets Manager, SES and SNS, against an emulator of them. Skipped where there is none.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::clock::Clock;
use shared::config::MailConfig;
use shared::files::{File, Files};
use shared::notify::NotifyError;
use shared::notify::ses::Ses;
use shared::notify::sns::Sns;
use shared::notify::template::{Rendered, Template};
use shared::random::Random;
use shared::tokens::keys::KeyringSource;
use shared::tokens::{Keyring, Keys};
use tests::{emulator, picture, services};

use super::mime;

#[tokio::test]
async fn files_live_in_a_bucket() {
    let Some(endpoint) = services::aws() else { return };
    let (aws, bucket) = (emulator::aws(&endpoint), emulator::name("files"));
    let s3 = aws.s3().await;
    s3.create_bucket().bucket(&bucket).send().await.unwrap();
    let files = Files::bucket(bucket.clone(), aws);

    let name = "avatar/0123456789abcdef0123456789abcdef.png";
    assert!(files.get(name).await.unwrap().is_none());
    files.delete(name).await.unwrap();

    let file = |bytes| File {
        bytes,
        media_type: "image/png",
    };
    files.put(name, &file(picture::png())).await.unwrap();
    assert_eq!(files.get(name).await.unwrap(), Some(picture::png()));
    let kept = s3.head_object().bucket(&bucket).key(name).send().await.unwrap();
    assert_eq!(kept.content_type(), Some("image/png"));

    files.put(name, &file(vec![0; 3_000_000])).await.unwrap();
    assert_eq!(files.get(name).await.unwrap().map(|bytes| bytes.len()), Some(3_000_000));
    files.delete(name).await.unwrap();
    assert!(files.get(name).await.unwrap().is_none());
}

/// A bucket that is not there is an error, and not a file that is not there.
#[tokio::test]
async fn a_missing_bucket_is_no_missing_file() {
    let Some(endpoint) = services::aws() else { return };
    let files = Files::bucket(emulator::name("none"), emulator::aws(&endpoint));
    assert!(files.get("avatar/x.png").await.is_err());
    let file = File {
        bytes: picture::png(),
        media_type: "image/png",
    };
    assert!(files.put("avatar/x.png", &file).await.is_err());
}

/// A secret with this content, and keys that read it, as a process of its own would.
async fn secret(endpoint: &str, content: &str) -> String {
    let secrets = emulator::aws(endpoint).secrets_manager().await;
    let name = emulator::name("keyring");
    secrets
        .create_secret()
        .name(&name)
        .secret_string(content)
        .send()
        .await
        .unwrap();
    name
}

async fn content(endpoint: &str, id: &str) -> String {
    let secrets = emulator::aws(endpoint).secrets_manager().await;
    secrets
        .get_secret_value()
        .secret_id(id)
        .send()
        .await
        .unwrap()
        .secret_string
        .unwrap()
}

fn keys(endpoint: &str, id: &str) -> Keys {
    let source = KeyringSource::Secret {
        id: id.to_owned(),
        aws: emulator::aws(endpoint),
    };
    Keys::new(source, Clock::system(), Random::system())
}

fn kids(keyring: &Keyring) -> BTreeSet<String> {
    let published = serde_json::to_value(keyring.jwks(Clock::system().now())).unwrap();
    let kids: BTreeSet<_> = published
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].to_string())
        .collect();
    assert!(!kids.is_empty());
    kids
}

#[tokio::test]
async fn an_empty_keyring_is_filled_once() {
    let Some(endpoint) = services::aws() else { return };
    let id = secret(&endpoint, "{}").await;
    let first = kids(keys(&endpoint, &id).get().await.unwrap().as_ref());
    let made = content(&endpoint, &id).await;
    assert!(serde_json::from_str::<Value>(&made).unwrap()["signing"].is_array());
    // A process that starts later finds it.
    assert_eq!(kids(keys(&endpoint, &id).get().await.unwrap().as_ref()), first);
    assert_eq!(content(&endpoint, &id).await, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_find_it_empty_together_agree() {
    let Some(endpoint) = services::aws() else { return };
    let id = secret(&endpoint, "{}").await;
    let start = || {
        let keys = keys(&endpoint, &id);
        tokio::spawn(async move { kids(keys.get().await.unwrap().as_ref()) })
    };
    let racing = [start(), start(), start()];
    let mut seen = BTreeSet::new();
    for process in racing {
        seen.insert(process.await.unwrap());
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(
        kids(keys(&endpoint, &id).get().await.unwrap().as_ref()),
        seen.pop_first().unwrap()
    );
}

#[tokio::test]
async fn an_existing_keyring_is_read_and_left_alone() {
    let Some(endpoint) = services::aws() else { return };
    let document = Keyring::generate(Clock::system().now(), &Random::system()).unwrap();
    let id = secret(&endpoint, &document).await;
    let read = kids(keys(&endpoint, &id).get().await.unwrap().as_ref());
    assert_eq!(read, kids(&Keyring::parse(&document).unwrap()));
    assert_eq!(content(&endpoint, &id).await, document.as_str());
}

/// A damaged keyring is never replaced: new keys would end every session, and what was sealed would be lost.
#[tokio::test]
async fn a_keyring_that_cannot_be_read_is_an_error() {
    let Some(endpoint) = services::aws() else { return };
    for broken in ["no JSON", r#"{"signing": []"#, "[]"] {
        let id = secret(&endpoint, broken).await;
        assert!(keys(&endpoint, &id).get().await.is_err(), "{broken}");
        assert_eq!(content(&endpoint, &id).await, broken);
    }
    assert!(keys(&endpoint, &emulator::name("none")).get().await.is_err());
}

#[tokio::test]
async fn a_mail_has_text_and_html() {
    let Some(endpoint) = services::aws() else { return };
    let (from, to) = (emulator::sender(&endpoint).await, emulator::address("to"));
    let ses = Ses::new(
        emulator::aws(&endpoint),
        MailConfig {
            from: from.clone(),
            configuration_set: None,
        },
    );
    let link = "https://id.example.com/auth/changepassword/abc?email=ada%2Bx@example.com&org=1=2".to_owned();
    let template = Template::PasswordReset {
        link: link.clone(),
        minutes: 60,
    };
    let mail = template.render("Zoë & Söhne").unwrap();
    let id = ses.send(&to, &mail).await.unwrap();

    let sent = emulator::mails(&endpoint, &to).await;
    let [sent] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(sent["id"], id);
    assert_eq!(sent["source"], from);
    let mime = mime::parse(sent["raw_data"].as_str().unwrap());
    assert_eq!(mime.header("from"), from);
    assert_eq!(mime.header("to"), to);
    assert_eq!(mime::words(mime.header("subject")), mail.subject);
    assert!(mime.header("content-type").starts_with("multipart/alternative"));
    let [text, html] = mime.parts() else { panic!("{mime:?}") };
    // The last one is the one to prefer (RFC 2046 §5.1.4).
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(text.text().trim_end(), mail.text.replace("\r\n", "\n").trim_end());
    assert!(text.text().contains(&link) && text.text().contains("Zoë & Söhne"));
    assert_eq!(html.text().trim_end(), mail.html.replace("\r\n", "\n").trim_end());
    // A line of a mail is 998 characters at most (RFC 5322 §2.1.1).
    assert!(sent["raw_data"].as_str().unwrap().lines().all(|line| line.len() <= 998));
}

/// A subject cannot add a header, and an address cannot add a recipient.
#[tokio::test]
async fn nothing_breaks_out_of_a_header() {
    let Some(endpoint) = services::aws() else { return };
    let (from, to, victim) = (
        emulator::sender(&endpoint).await,
        emulator::address("to"),
        emulator::address("victim"),
    );
    let ses = Ses::new(
        emulator::aws(&endpoint),
        MailConfig {
            from,
            configuration_set: None,
        },
    );
    let mail = Rendered {
        subject: format!("Hello\r\nBcc: {victim}"),
        text: "x".into(),
        html: "<p>x".into(),
    };
    ses.send(&to, &mail).await.unwrap();
    let sent = emulator::mails(&endpoint, &to).await;
    let mime = mime::parse(sent[0]["raw_data"].as_str().unwrap());
    assert!(!mime.has("bcc"), "{mime:?}");
    assert_eq!(mime.parts().len(), 2, "{mime:?}");
    let two = ses.send(&format!("{to}, {victim}"), &mail).await;
    assert!(matches!(two, Err(NotifyError::Content(_))), "{two:?}");
    assert!(emulator::mails(&endpoint, &victim).await.is_empty());
}

#[tokio::test]
async fn a_sender_that_is_not_verified_is_refused() {
    let Some(endpoint) = services::aws() else { return };
    let from = emulator::address("unverified");
    let ses = Ses::new(
        emulator::aws(&endpoint),
        MailConfig {
            from,
            configuration_set: None,
        },
    );
    let mail = Template::PasswordChanged.render("Acme").unwrap();
    let refused = ses.send(&emulator::address("to"), &mail).await;
    assert!(matches!(refused, Err(NotifyError::Provider(_))), "{refused:?}");
}

/// One variable moves every service; another one moves the table alone.
#[test]
fn endpoints_come_from_the_environment() {
    let config = |variables: &[(&str, &str)]| {
        let known = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).into())
        };
        shared::config::Config::from_lookup(known).unwrap().aws
    };
    let all = config(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]);
    assert_eq!(all.endpoint.as_deref(), Some("http://127.0.0.1:1"));
    assert_eq!(all.dynamodb_endpoint, all.endpoint);
    let both = config(&[
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:2"),
    ]);
    assert_eq!(both.endpoint.as_deref(), Some("http://127.0.0.1:1"));
    assert_eq!(both.dynamodb_endpoint.as_deref(), Some("http://127.0.0.1:2"));
    let table = config(&[("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:2")]);
    assert_eq!(
        (table.endpoint, table.dynamodb_endpoint.as_deref()),
        (None, Some("http://127.0.0.1:2"))
    );
    assert_eq!(config(&[("AWS_REGION", "eu-central-1")]).region, "eu-central-1");
}

/// A link that the bucket's service checks, to a file that is downloaded and not shown.
#[tokio::test]
async fn a_link_to_a_file_is_signed_for_a_moment() {
    let Some(endpoint) = services::aws() else { return };
    let server = tests::Server::start().await;
    let (aws, bucket) = (emulator::aws(&endpoint), emulator::name("links"));
    aws.s3().await.create_bucket().bucket(&bucket).send().await.unwrap();
    let files = Files::bucket(bucket, aws);
    let name = "documents/0123456789abcdef0123456789abcdef.png";
    let file = File {
        bytes: picture::png(),
        media_type: "image/png",
    };
    files.put(name, &file).await.unwrap();
    let link = files.link(server.app(), name, 60).await.unwrap();
    assert!(link.starts_with(&endpoint), "{link}");
    for part in [
        "X-Amz-Signature=",
        "X-Amz-Expires=60",
        "response-content-disposition=attachment",
    ] {
        assert!(link.contains(part), "{link}");
    }
    let fetched = reqwest::get(&link).await.unwrap();
    assert_eq!(fetched.bytes().await.unwrap().to_vec(), picture::png());
}

#[tokio::test]
async fn sns_takes_a_text_message() {
    let Some(endpoint) = services::aws() else { return };
    let sns = Sns::new(emulator::aws(&endpoint));
    // Of all that the emulator was sent, the one message that nobody else sends.
    let text = format!("Your code is {}", emulator::name("code"));
    let id = sns.send("+442079460018", &text).await.unwrap();
    assert!(!id.is_empty());
    let seen: Value = reqwest::get(format!("{endpoint}/moto-api/data.json"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(seen["sns"].to_string().contains(&text), "{}", seen["sns"]);
    let refused = sns.send("+44 20", "text").await;
    assert!(matches!(refused, Err(NotifyError::Provider(_))), "{refused:?}");
}
