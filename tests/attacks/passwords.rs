//! What may be a password, and what is done with it (ASVS 6.2).

use serde_json::json;
use tests::{Answer, Server};

const ADA: &str = "augusta@example.com";

async fn sign_up(server: &Server, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password, "firstName": "Augusta", "lastName": "Lovelace" });
    server.client().post("/api/v1/signup", &body).await
}

#[tokio::test]
async fn the_most_used_passwords_are_refused_in_whatever_dress() {
    let server = Server::start().await;
    for password in [
        "password",
        "PASSWORD",
        "P@ssw0rd",
        "drowssap",
        "12345678",
        "qwertyuiop",
        "letmein",
        "aaaaaaaaaaaa",
    ] {
        sign_up(&server, ADA, password)
            .await
            .expect_engine_error(400, &["password"]);
    }
    let client = server.client();
    sign_up(&server, ADA, "a quiet evening at sea").await.expect(200);
    let token = client.reset_token(ADA).await;
    for password in ["password", "P@ssw0rd", "12345678"] {
        let answer = client.change_password(&token, ADA, password).await;
        answer.expect_engine_error(400, &["password"]);
    }
}

#[tokio::test]
async fn what_others_know_of_its_owner_is_no_password() {
    let server = Server::start().await;
    for password in ["augusta", "Augusta1843", "lovelace", "Lovelace.Augusta", "countersign1"] {
        sign_up(&server, ADA, password)
            .await
            .expect_engine_error(400, &["password"]);
    }
}

/// The first thing that anybody tries.
#[tokio::test]
async fn the_address_itself_is_no_password() {
    let server = Server::start().await;
    for email in [ADA, "ada@example.com"] {
        sign_up(&server, email, email)
            .await
            .expect_engine_error(400, &["password"]);
        sign_up(&server, email, &email.to_uppercase())
            .await
            .expect_engine_error(400, &["password"]);
    }
}

#[tokio::test]
async fn nothing_is_asked_of_a_passwords_characters() {
    let server = Server::start().await;
    for (n, password) in [
        "kein schoener land",
        "KEIN SCHOENER LAND",
        "пароль-на-завтра",
        "密码正确的马电池",
        "🐎🔋📎✅🌵🎷🐌🧭",
        "  spaces at both ends  ",
        "84629 17350 66281",
        "\"quotes\" and \\slashes\\ and \u{0}",
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("user{n}@example.com");
        sign_up(&server, &email, password).await.expect(200);
        server.client().sign_in_with(&email, password).await.expect(200);
    }
}

/// Exactly as it was set: nothing is cut off, trimmed, or changed in case.
#[tokio::test]
async fn a_password_is_verified_as_it_was_received() {
    let server = Server::start().await;
    let client = server.client();
    let password = " Ein Satz, der länger ist als zweiundsiebzig Bytes, damit nichts von ihm abgeschnitten wird. ";
    sign_up(&server, ADA, password).await.expect(200);
    let cut = &password[..72];
    for other in [
        password.trim(),
        &password.to_lowercase(),
        cut,
        &format!("{password}x"),
        &password[1..],
    ] {
        client.sign_in_with(ADA, other).await.expect(401);
    }
    client.sign_in_with(ADA, password).await.expect(200);
    // The same character, spelled by another keyboard: NFKC once, at the door (NIST SP 800-63B-4).
    let decomposed = password.replace('ä', "a\u{308}");
    client.sign_in_with(ADA, &decomposed).await.expect(200);
}

#[tokio::test]
async fn sixty_four_characters_and_more_are_allowed() {
    let server = Server::start().await;
    for (n, length) in [64, 65, 128, 256].into_iter().enumerate() {
        let password: String = "maple window seven ".repeat(14).chars().take(length).collect();
        sign_up(&server, &format!("user{n}@example.com"), &password)
            .await
            .expect(200);
    }
}

/// There is no account that anybody knows the password of: without configuration one is made up (ASVS 6.3.2).
#[tokio::test]
async fn there_is_no_default_password() {
    let server = Server::setup().env("BOOTSTRAP_ADMIN_PASSWORD", "").start().await;
    let client = server.client();
    let shared::bootstrap::Bootstrap::Made { made_up_password } = &server.local.bootstrap else {
        panic!("the administrator was not made: {:?}", server.local.bootstrap)
    };
    assert!(made_up_password.is_some());
    for password in [
        "",
        "admin",
        "password",
        "changeme",
        tests::server::ADMIN,
        tests::server::ADMIN_PASSWORD,
    ] {
        client.sign_in_with(tests::server::ADMIN, password).await.expect(401);
    }
}
