//! The account page: profile, picture, organizations.

use http::Method;
use tests::{PASSWORD, picture};

use super::{at_home, settle, sign_in};

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn a_profile_is_changed_and_gets_a_picture() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    settle(&browser, ADA).await;
    assert_eq!(browser.texts("#name").await, ["Ada Lovelace"]);
    assert_eq!(browser.texts(".person .avatar").await, ["AL"]);
    browser.fills("#firstName", "Augusta").await;
    browser.fills("#designation", "Analyst").await;
    browser.fills("#bio", "I see further than the engine.").await;
    let file = server.data_dir().join("ada.png");
    std::fs::write(&file, picture::png()).unwrap();
    browser.chooses("#file", &file).await;
    browser.sees("#profile .avatar img[src^='blob:']").await;
    browser.clicks("#profile [type=submit]").await;
    browser.reads("#profile [role=status]", "Saved.").await;
    browser.reload().await;
    browser.reads("#name", "Augusta Lovelace").await;
    browser.sees(".person .avatar img[src^='/avatar/']").await;
    let is_shown = "const [image] = document.images; return image.complete && image.naturalWidth > 0";
    assert_eq!(browser.runs(is_shown, vec![]).await, true);

    // What the API keeps when it is sent empty is not said to be gone.
    browser.fills("#bio", "").await;
    browser.clicks("#profile [type=submit]").await;
    browser.reads("#profile [role=status]", "About you").await;
    let bio = browser
        .runs("return document.getElementById('bio').value", vec![])
        .await;
    assert_eq!(bio, "I see further than the engine.");

    std::fs::write(&file, "no picture at all").unwrap();
    browser.chooses("#file", &file).await;
    browser.clicks("#profile [type=submit]").await;
    browser.reads("#profile .picture .problem", "PNG").await;
    browser.closes().await;
}

#[tokio::test]
async fn organizations_are_shown_with_the_roles_of_now() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    let client = server.client();
    let token = client.join(ADA).await;
    browser.goto("/account/sign-in").await;
    sign_in(&browser, ADA, PASSWORD).await;
    browser.sees("#organizations .empty").await;
    // Given after this browser signed in.
    for name in ["Acme Works", "Zenith Works"] {
        client.found(&token, name).await;
    }
    browser.reload().await;
    browser.reads("#organizations .rows", "Acme Works").await;
    browser.reads("#organizations .rows", "Zenith Works").await;
    browser.reads("#organizations .badge", "Admin").await;
    assert!(!browser.can_see("#organizations .empty").await);
    browser.closes().await;
}

/// What somebody calls themselves, or an organization, is shown as it is and is nothing but text.
#[tokio::test]
async fn a_name_is_never_markup() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    let client = server.client();
    let token = client.join(ADA).await;
    let name = "<img src=x onerror=document.title='owned'>";
    client.found(&token, name).await;
    let form = reqwest::multipart::Form::new().text("firstName", name);
    client.update_profile(&token, form).await.expect(200);
    let request = client
        .request(Method::POST, "/api/v1/signin")
        .header("user-agent", name);
    let body = serde_json::json!({ "username": ADA, "password": PASSWORD });
    client.send(request.json(&body)).await.expect(200);
    browser.goto("/account/sign-in").await;
    sign_in(&browser, ADA, PASSWORD).await;
    browser.reads("#name", name).await;
    browser.reads("#organizations .rows", name).await;
    browser.reads("#sessions .rows", name).await;
    assert_eq!(
        browser.runs("return document.title", vec![]).await,
        "Your account · Countersign"
    );
    browser.closes().await;
}
