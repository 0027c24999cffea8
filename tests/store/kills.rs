//! The program killed in the middle of its work, again and again: what it acknowledged is there, and nothing is there by half.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Method;
use reqwest::multipart::Form;
use serde_json::json;
use shared::random::Random;
use tests::{Client, PASSWORD};
use tokio::sync::Notify;

use super::process::start;

const KILLS: u8 = 50;
const CLIENTS: u8 = 4;

/// What one person tried, and what they were told for certain.
struct Told {
    email: String,
    signed_up: bool,
    token: Option<String>,
    /// The last name that was acknowledged, and the last that was tried.
    names: (u32, u32),
}

/// Counts acknowledgements, and says when there were so many.
struct Acknowledged {
    left: AtomicUsize,
    enough: Notify,
}

impl Acknowledged {
    fn one(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.enough.notify_one();
        }
    }
}

/// Signs up, signs in and changes the name until the program is gone.
async fn live(client: Client, email: String, acknowledged: Arc<Acknowledged>) -> Told {
    let mut told = Told {
        email,
        signed_up: false,
        token: None,
        names: (0, 0),
    };
    let person = json!({ "email": told.email, "password": PASSWORD, "firstName": "0", "lastName": "Lovelace" });
    let sign_up = client.request(Method::POST, "/api/v1/signup").json(&person);
    match sign_up.send().await {
        Ok(answer) => assert_eq!(answer.status(), 200),
        Err(_) => return told,
    }
    told.signed_up = true;
    acknowledged.one();
    let credentials = json!({ "username": told.email, "password": PASSWORD });
    let sign_in = client.request(Method::POST, "/api/v1/signin").json(&credentials);
    let Ok(answer) = sign_in.send().await else { return told };
    assert_eq!(answer.status(), 200);
    // The body may be cut off.
    let Ok(token) = answer.text().await else { return told };
    told.token = Some(token.clone());
    acknowledged.one();
    loop {
        told.names.1 += 1;
        let name = Form::new().text("firstName", told.names.1.to_string());
        let change = client
            .request(Method::POST, "/api/v1/user/updateprofile")
            .header("x-auth", &token);
        match change.multipart(name).send().await {
            Ok(answer) => assert_eq!(answer.status(), 200),
            Err(_) => return told,
        }
        told.names.0 = told.names.1;
        acknowledged.one();
    }
}

/// What somebody was told holds after the kill, and what they were not told is there or not there, as a whole.
async fn verify(client: &Client, told: &Told) {
    if let Some(token) = &told.token {
        let me = client.me(token).await.expect(200).json();
        let name: u32 = me["profile"]["firstName"].as_str().unwrap().parse().unwrap();
        assert!(
            (told.names.0..=told.names.1).contains(&name),
            "{name}: {:?}",
            told.names
        );
        return;
    }
    let status = client.sign_in_with(&told.email, PASSWORD).await.status;
    match told.signed_up {
        true => assert_eq!(status, 200),
        // The address is nobody's, unless it is theirs.
        false if status == 401 => client.sign_up(&told.email).await,
        false => assert_eq!(status, 200),
    }
}

/// One life of the program: those of the life before are looked after, then others come, and it is killed after an
/// acknowledgement that chance has chosen.
async fn one_life(directory: &Path, life: u8, before: Vec<Told>) -> Vec<Told> {
    let (mut child, client) = start(directory).await;
    for told in &before {
        verify(&client, told).await;
    }
    let [chance] = Random::seeded(u64::from(life)).bytes();
    let acknowledged = Arc::new(Acknowledged {
        left: AtomicUsize::new(1 + usize::from(chance % 24)),
        enough: Notify::new(),
    });
    let people: Vec<_> = (0..CLIENTS)
        .map(|person| {
            let email = format!("person{person}.of{life}@example.com");
            tokio::spawn(live(client.clone(), email, Arc::clone(&acknowledged)))
        })
        .collect();
    acknowledged.enough.notified().await;
    child.kill().await.unwrap();
    let mut told = Vec::new();
    for person in people {
        told.push(person.await.unwrap());
    }
    told
}

#[tokio::test]
async fn fifty_kills_under_load_lose_nothing_that_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for life in 0..KILLS {
        told = one_life(directory.path(), life, told).await;
    }
    let (_child, client) = start(directory.path()).await;
    for told in &told {
        verify(&client, told).await;
    }
}
