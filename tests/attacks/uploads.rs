//! Pictures that are none, and names that lead elsewhere.

use reqwest::multipart::{Form, Part};
use tests::{Client, Server, picture};

async fn upload(client: &Client, token: &str, bytes: Vec<u8>, name: &str) -> u16 {
    let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
    client.update_profile(token, form).await.status.as_u16()
}

#[tokio::test]
async fn a_path_leads_nowhere_but_to_pictures() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    assert_eq!(upload(&client, &token, picture::png(), "a").await, 200);
    let path = client.me(&token).await.json()["profile"]["avatar"]
        .as_str()
        .unwrap()
        .to_owned();
    let name = path.strip_prefix("/avatar/").unwrap();
    client.get(&path).await.expect(200);
    // The keyring is there, two directories above the pictures.
    assert!(server.data_dir().join("files/avatar/../../keyring.json").exists());
    let absolute = server.data_dir().join("keyring.json");
    let absolute = absolute.to_str().unwrap().replace('/', "%2f");
    for wanted in [
        "..%2f..%2fkeyring.json",
        "..%2F..%2Fkeyring.json",
        "%2e%2e%2f%2e%2e%2fkeyring.json",
        "..%252f..%252fkeyring.json",
        "..%5c..%5ckeyring.json",
        "..%c0%af..%c0%afkeyring.json",
        "....%2f%2f....%2f%2fkeyring.json",
        "..%2f..%2fkeyring.json%00.jpg",
        &format!("..%2f..%2fkeyring.json%00{name}"),
        &absolute,
        &format!(".%2f{name}"),
        &format!("..%2favatar%2f{name}"),
        &format!("{name}%00"),
        &format!("{name}%20"),
        &format!("{name}."),
        &format!("{name}/"),
        &format!("{name}%2f"),
        &name.to_uppercase(),
        &name.replace(".jpg", ".draft"),
        &name.replace(".jpg", ".jpg.draft"),
        "*",
        "",
    ] {
        let answer = client.get(&format!("/avatar/{wanted}")).await;
        assert!(answer.status.is_client_error(), "{wanted}: {}", answer.status);
        assert!(!answer.text().contains("private_key"), "{wanted}");
    }
}

#[tokio::test]
async fn a_files_name_chooses_nothing() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let before = std::fs::read_to_string(server.data_dir().join("keyring.json")).unwrap();
    for name in [
        "../../keyring.json",
        "/etc/passwd",
        "a.html",
        "..\\x",
        "",
        "x\".jpg",
        &"x".repeat(5000),
    ] {
        assert_eq!(upload(&client, &token, picture::png(), name).await, 200, "{name}");
        let me = client.me(&token).await.json();
        let name = me["profile"]["avatar"]
            .as_str()
            .unwrap()
            .strip_prefix("/avatar/")
            .unwrap();
        assert!(name.len() == 36 && name.ends_with(".jpg"), "{name}");
    }
    assert_eq!(
        std::fs::read_to_string(server.data_dir().join("keyring.json")).unwrap(),
        before
    );
    let kept = std::fs::read_dir(server.data_dir().join("files/avatar"))
        .unwrap()
        .count();
    assert_eq!(kept, 1, "each replaced the one before");
}

/// A picture that is a page as well is served as a picture, in a sandbox, and never sniffed.
#[tokio::test]
async fn a_polyglot_is_never_a_document() {
    let server = Server::start().await;
    let client = server.client();
    let token = client.join("ada@example.com").await;
    let script = b"<html><script>alert(document.domain)</script>";
    let prologues = [
        &b"GIF89a\x01\0\x01\0"[..],
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    ];
    for (prologue, media_type) in prologues.into_iter().zip(["image/gif", "image/png", "image/jpeg"]) {
        let status = upload(&client, &token, [prologue, script].concat(), "a.html").await;
        assert_eq!(status, 200);
        let me = client.me(&token).await.json();
        let answer = client.get(me["profile"]["avatar"].as_str().unwrap()).await.expect(200);
        assert_eq!(answer.header("content-type"), Some(media_type));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            answer.header("content-security-policy"),
            Some("default-src 'none'; sandbox")
        );
    }
    for page in [
        &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
        b"\xef\xbb\xbf<svg/>",
        b" \n<html>",
        b"<!--GIF89a-->",
        b"%!PS-Adobe",
        b"MZ\x90\0",
        b"#!/bin/sh\n",
    ] {
        assert_eq!(upload(&client, &token, page.to_vec(), "a.gif").await, 400);
    }
}

#[tokio::test]
async fn a_picture_cannot_be_uploaded_by_anybody_but_its_owner() {
    let server = Server::start().await;
    let client = server.client();
    let (ada, bob) = (
        client.join("ada@example.com").await,
        client.join("bob@example.com").await,
    );
    assert_eq!(upload(&client, &ada, picture::png(), "a").await, 200);
    assert_eq!(upload(&client, "a.b.c", picture::gif(), "a").await, 401);
    let path = client.me(&ada).await.json()["profile"]["avatar"]
        .as_str()
        .unwrap()
        .to_owned();
    // Replacing one's own never removes another's.
    for _ in 0..2 {
        assert_eq!(upload(&client, &bob, picture::gif(), "a").await, 200);
    }
    assert_eq!(client.get(&path).await.expect(200).bytes, picture::png());
}
