//! Whoever has switched codes of an authenticator app on is asked for one on every surface and by every way in.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use tests::provider::{Person, Provider};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::totp::another;
use tests::traveller::HOME;
use tests::{Answer, Client, Codes, PASSWORD, Server};

const ADA: &str = "ada@example.com";

async fn engine(client: &Client, password: &str, otp: Option<&str>) -> Answer {
    let mut body = json!({ "username": ADA, "password": password });
    if let Some(otp) = otp {
        body["otpCode"] = otp.into();
    }
    client.post("/api/v1/signin", &body).await
}

async fn identity_server(client: &Client, path: &str, otp: Option<&str>) -> Answer {
    let mut body = json!({ "email": ADA, "password": PASSWORD });
    if let Some(otp) = otp {
        body["otp_code"] = otp.into();
    }
    client.post(&format!("/identity/v1/{path}/authenticate"), &body).await
}

#[rstest]
#[tokio::test]
async fn no_surface_is_a_weaker_door(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let client = server.client();
    let arc = client.arc();
    client.sign_up(ADA).await;
    let token = engine(&client, PASSWORD, None).await.expect(200).text();
    let authenticator = client.authenticator();
    let passkey = client.add_passkey(&token, &authenticator).await;
    let codes = arc.enrol(&server, ADA).await;
    let next = || {
        server.clock.advance(Duration::from_secs(30));
        codes.now(&server)
    };
    let used = codes.now(&server);

    // Engine, by password.
    for (otp, said) in [
        (None, "Enter the code of your authenticator app"),
        (Some(""), "Enter the code of your authenticator app"),
        (Some(&*another(&used)), "This is not the code of your authenticator app"),
        (Some(&*used), "This code was used; wait for the next one"),
    ] {
        let answer = engine(&client, PASSWORD, otp)
            .await
            .expect_engine_error(401, &["otpCode"]);
        assert_eq!(answer.json()["message"], said);
    }
    // The password comes first: who does not have it is not told that there are codes.
    let wrong = engine(&client, "not the password", Some(&used)).await;
    wrong.expect_engine_error(401, &[]);
    engine(&client, PASSWORD, Some(&next())).await.expect(200);

    // Engine, by passkey. Only with the code missing the same response may be sent again.
    let challenge = client.passkey_challenge(&json!({})).await;
    let response = authenticator.sign(&challenge, &passkey);
    let with = |otp: &str| {
        let mut response: Value = response.clone();
        response["otpCode"] = otp.into();
        response
    };
    client
        .answer_challenge(&response)
        .await
        .expect_engine_error(401, &["otpCode"]);
    client
        .answer_challenge(&with(""))
        .await
        .expect_engine_error(401, &["otpCode"]);
    client.answer_challenge(&with(&next())).await.expect(202);
    let challenge = client.passkey_challenge(&json!({})).await;
    let mut response = authenticator.sign(&challenge, &passkey);
    response["otpCode"] = another(&next()).into();
    client
        .answer_challenge(&response)
        .await
        .expect_engine_error(401, &["otpCode"]);
    response["otpCode"] = codes.now(&server).into();
    client.answer_challenge(&response).await.expect_engine_error(401, &[]);

    // Identity-server.
    for path in ["public", "auth"] {
        let now = next();
        identity_server(&client, path, None)
            .await
            .expect_said(401, "OTP Code Required");
        let wrong = another(&now);
        identity_server(&client, path, Some(&wrong))
            .await
            .expect_said(401, "Invalid OTP Code");
        identity_server(&client, path, Some(&now)).await.expect(200);
        identity_server(&client, path, Some(&now))
            .await
            .expect_said(401, "OTP Code Already Used");
    }

    // Arc.
    let code = arc.code(ADA).await;
    arc.exchange(&code).await.expect(401);
    arc.login_token(ADA, PASSWORD).await.expect(401);

    // A new password by mail is a new password and nothing else (ASVS 6.4.3).
    let token = arc.reset_token(ADA).await;
    arc.reset(&token, "another horse battery staple").await.expect(204);
    let reset = engine(&client, "another horse battery staple", None).await;
    reset.expect_engine_error(401, &["otpCode"]);
    engine(&client, "another horse battery staple", Some(&next()))
        .await
        .expect(200);
}

/// What a provider vouches for stands for the password, not for the app, on arc as on engine.
#[tokio::test]
async fn a_provider_is_no_second_factor() {
    let provider = Provider::start().await;
    let server = provider.serves(Server::setup()).start().await;
    server.receives_people_at(HOME).await;
    provider.vouches_for(Person::new("4711", ADA));
    let (client, arc) = (server.client(), server.client().arc());
    let code = async || server.traveller().travels("/auth/google").await.code_at(HOME);
    let shown = arc.create_qr_code(&code().await).await.expect(200).json();
    let codes = Codes::scan_data_url(&shown);
    arc.verify_otp(ADA, &codes.now(&server)).await.expect(200);

    server.clock.advance(Duration::from_secs(30));
    let refused = arc.exchange(&code().await).await;
    refused.expect_said_by_handler(401, "User Verification Failed");
    let given = arc.verify_otp(ADA, &codes.now(&server)).await.expect(200).json();
    arc.exchange(given["code"].as_str().unwrap()).await.expect_pair();

    server.clock.advance(Duration::from_secs(30));
    let with = |otp: Value| json!({ "idToken": provider.id_token(), "otpCode": otp });
    let path = "/api/v1/signin/google";
    for otp in [Value::Null, another(&codes.now(&server)).into()] {
        let answer = client.post(path, &with(otp)).await;
        answer.expect_engine_error(401, &["otpCode"]);
    }
    client.post(path, &with(codes.now(&server).into())).await.expect(202);
}
