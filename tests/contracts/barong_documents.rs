//! resource.documents.list, .create.

use http::Method;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::json;
use tests::owner::Owner;
use tests::picture::{gif, png};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::{Answer, Server};

const ADA: &str = "ada@example.com";
const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Part {
    Part::bytes(bytes.into()).file_name(name.to_owned())
}

fn passport() -> Form {
    let form = Form::new().text("doc_type", "Passport").text("doc_number", "AB 123456");
    form.text("doc_expire", "2030-12-31")
}

async fn send(owner: &Owner, form: Form) -> Answer {
    let request = owner.request(Method::POST, "/documents").multipart(form);
    owner.barong.send(request).await
}

#[rstest]
#[tokio::test]
async fn documents_are_kept_and_shown_by_a_link(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    assert_eq!(ada.get("/documents").await.expect(200).json(), json!([]));
    let form = passport()
        .part("upload[]", file("front.PNG", png()))
        .part("upload[]", file("back.pdf", PDF))
        .text("metadata", "{\"n\": 1}");
    assert_eq!(send(&ada, form).await.expect(201).json(), json!(201));
    assert!(ada.labels().await.contains(&"document:pending".to_owned()));
    let documents = ada.get("/documents").await.expect(200).json();
    let documents = documents.as_array().unwrap();
    assert_eq!(documents.len(), 2);
    let (mut contents, mut paths) = (Vec::new(), Vec::new());
    for document in documents {
        assert_eq!(document.as_object().unwrap().len(), 4);
        assert_eq!(
            (&document["doc_type"], &document["doc_number"], &document["doc_expire"]),
            (&json!("Passport"), &json!("AB 123456"), &json!("2030-12-31"))
        );
        let url = document["upload"]["url"].as_str().unwrap();
        let path = url.strip_prefix(server.client().url()).unwrap();
        let answer = server.client().get(path).await.expect(200);
        assert_eq!(answer.header("content-disposition"), Some("attachment"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        contents.push((answer.header("content-type").unwrap().to_owned(), answer.bytes.clone()));
        // A link is for one file, and for a minute.
        let (start, signature) = path.split_once("signature=").unwrap();
        let changed = format!("{start}signature={}", signature.chars().rev().collect::<String>());
        server.client().get(&changed).await.expect(404);
        server
            .client()
            .get(&path.replace("until=1", "until=2"))
            .await
            .expect(404);
        server.client().get(path.split_once('?').unwrap().0).await.expect(404);
        paths.push(path.to_owned());
    }
    contents.sort();
    let wanted = [("application/pdf", PDF.to_vec()), ("image/png", png())];
    assert_eq!(contents, wanted.map(|(kind, bytes)| (kind.to_owned(), bytes)));
    server.clock.advance(std::time::Duration::from_secs(60));
    for path in paths {
        server.client().get(&path).await.expect(404);
    }
}

#[tokio::test]
async fn one_file_alone_is_a_list_of_one() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    send(&ada, passport().part("upload", file("a.png", png())))
        .await
        .expect(201);
    assert_eq!(
        ada.get("/documents").await.expect(200).json().as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let upload = || file("a.png", png());
    let missing = [
        "resource.document.missing_doc_type",
        "resource.document.empty_doc_type",
        "resource.document.missing_doc_number",
        "resource.document.empty_doc_number",
        "resource.document.missing_upload",
    ];
    ada.post("/documents", &[]).await.expect_keys(422, &missing);
    let form = || Form::new().text("doc_type", "Passport").text("doc_number", "1");
    for (form, key) in [
        (form().part("upload[]", upload()), "resource.documents.invalid_format"),
        (
            form().part("upload[]", upload()).text("doc_expire", "31.12.2030"),
            "resource.documents.expire_not_a_date",
        ),
        (
            form().part("upload[]", upload()).text("doc_expire", "2026-02-28"),
            "resource.documents.already_expired",
        ),
        (
            passport().part("upload[]", upload()).text("doc_category", "inside"),
            "resource.documents.doc_category",
        ),
        (passport().text("upload[]", "a file"), "upload.blank"),
        (
            passport().part("upload[]", upload()).text("doc_type", "Library card"),
            "doc_type.inclusion",
        ),
        (
            passport().part("upload[]", upload()).text("doc_number", "1/2"),
            "doc_number.invalid",
        ),
        (
            passport()
                .part("upload[]", upload())
                .text("doc_number", "1".repeat(129)),
            "doc_number.too_long",
        ),
        (
            passport().part("upload[]", upload()).text("metadata", "{"),
            "metadata.invalid_format",
        ),
    ] {
        send(&ada, form).await.expect_keys(422, &[key]);
    }
    assert_eq!(ada.get("/documents").await.expect(200).json(), json!([]));
    // The day of its end is a good one.
    let form = form().part("upload[]", upload()).text("doc_expire", "2026-03-01");
    send(&ada, form).await.expect(201);
}

/// Content decides, and one bad file keeps all of them out.
#[tokio::test]
async fn files_are_what_their_names_say() {
    let server = Server::start().await;
    let ada = Owner::join(&server, ADA).await;
    let allowed = "allowed types: jpg, jpeg, png, pdf";
    let formats = "allowed types: image/jpeg, image/png, application/pdf";
    for (name, bytes, phrase) in [
        (
            "a.exe",
            png(),
            format!("You are not allowed to upload \"exe\" files, {allowed}"),
        ),
        (
            "png",
            png(),
            format!("You are not allowed to upload \"\" files, {allowed}"),
        ),
        (
            "a.svg",
            png(),
            format!("You are not allowed to upload \"svg\" files, {allowed}"),
        ),
        (
            "a.png",
            Vec::new(),
            "File size should be greater than 1 Bytes".to_owned(),
        ),
        (
            "a.png",
            gif(),
            format!("You are not allowed to upload image/gif files, {formats}"),
        ),
        (
            "a.png",
            PDF.to_vec(),
            format!("You are not allowed to upload application/pdf files, {formats}"),
        ),
        (
            "a.pdf",
            b"<html><script>alert(1)</script></html>".to_vec(),
            format!("You are not allowed to upload text/html files, {formats}"),
        ),
    ] {
        let form = passport()
            .part("upload[]", file("good.png", png()))
            .part("upload[]", file(name, bytes));
        send(&ada, form).await.expect_keys(422, &[&format!("upload.{phrase}")]);
    }
    assert_eq!(ada.get("/documents").await.expect(200).json(), json!([]));
    let kept = server.data_dir().join("files/documents");
    assert!(!kept.exists() || std::fs::read_dir(kept).unwrap().next().is_none());
}

#[tokio::test]
async fn a_file_has_a_limit_of_its_own() {
    let server = Server::setup().env("BARONG_UPLOAD_SIZE_MAX_RANGE", "1").start().await;
    let ada = Owner::join(&server, ADA).await;
    let padded = |bytes: usize| [png(), vec![0; bytes - png().len()]].concat();
    send(&ada, passport().part("upload[]", file("a.png", padded(1024 * 1024))))
        .await
        .expect(201);
    send(
        &ada,
        passport().part("upload[]", file("a.png", padded(1024 * 1024 + 1))),
    )
    .await
    .expect_keys(422, &["upload.File size should be less than 1 MB"]);
}

#[rstest]
#[tokio::test]
async fn there_are_ten_documents_at_most(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let ada = Owner::join(&server, ADA).await;
    let form = |files: usize| (0..files).fold(passport(), |form, _| form.part("upload[]", file("a.png", png())));
    send(&ada, form(9)).await.expect(201);
    send(&ada, form(2))
        .await
        .expect_keys(400, &["resource.documents.limit_will_be_reached"]);
    send(&ada, form(1)).await.expect(201);
    send(&ada, form(1))
        .await
        .expect_keys(400, &["resource.documents.limit_will_be_reached"]);
    assert_eq!(
        ada.get("/documents").await.expect(200).json().as_array().unwrap().len(),
        10
    );
}
