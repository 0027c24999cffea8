//! The rotation's program, with Secrets Manager as an emulator plays it. Skipped where there is no emulator.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::random::Random;
use shared::tokens::Keyring;
use tests::runtime_api::{Function, Outcome};
use tests::{emulator, events, services};

/// A secret, and the program that rotates it.
struct Vault {
    endpoint: String,
    arn: String,
    rotation: Function,
}

impl Vault {
    /// With a keyring that was made so long ago.
    async fn with_keyring(age: Duration) -> Option<Self> {
        let made_at = Clock::system().now().checked_sub(age).unwrap();
        Self::holding(&Keyring::generate(made_at, &Random::system()).unwrap()).await
    }

    async fn holding(content: &str) -> Option<Self> {
        let endpoint = services::aws()?;
        let secrets = emulator::aws(&endpoint).secrets_manager().await;
        let made = secrets
            .create_secret()
            .name(emulator::name("keyring"))
            .secret_string(content);
        let arn = made.send().await.unwrap().arn.unwrap();
        let variables = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("KEYRING_SECRET_ID", &arn),
            ("TABLE_NAME", "none"),
        ];
        let rotation = Function::start("platform-rotation", &variables).await;
        Some(Self {
            endpoint,
            arn,
            rotation,
        })
    }

    async fn step(&self, step: &str, token: &str) -> Outcome {
        let mut event = events::read("platform/rotate_secret.json");
        event["Step"] = step.into();
        event["SecretId"] = self.arn.as_str().into();
        event["ClientRequestToken"] = token.into();
        self.rotation.invoke(&event).await
    }

    async fn done(&self, step: &str, token: &str) {
        assert_eq!(self.step(step, token).await.response(), Value::Null);
    }

    async fn refused(&self, step: &str, token: &str, why: &str) {
        let Outcome::Error(error) = self.step(step, token).await else {
            panic!("{step} was done")
        };
        let said = error["errorMessage"].as_str().unwrap();
        assert!(said.contains(why), "{step}: {said}");
    }

    /// All steps of a rotation, as Secrets Manager asks for them.
    async fn rotate(&self, token: &str) {
        for step in STEPS {
            self.done(step, token).await;
        }
    }

    /// The version with a label, and what it says.
    async fn labelled(&self, label: &str) -> Option<(String, Value)> {
        let secrets = emulator::aws(&self.endpoint).secrets_manager().await;
        let found = secrets.get_secret_value().secret_id(&self.arn).version_stage(label);
        let found = found.send().await.ok()?;
        let content = serde_json::from_str(&found.secret_string.unwrap()).unwrap();
        Some((found.version_id.unwrap(), content))
    }

    async fn current(&self) -> (String, Value) {
        self.labelled("AWSCURRENT").await.unwrap()
    }

    /// Another hand writes the keyring. The label is moved by name: the emulator otherwise leaves it where it was as well.
    async fn write(&self, content: &Value) {
        let (before, _) = self.current().await;
        let secrets = emulator::aws(&self.endpoint).secrets_manager().await;
        let put = secrets.put_secret_value().secret_id(&self.arn).version_stages("BYHAND");
        let put = put.secret_string(content.to_string()).send().await.unwrap();
        let moved = secrets.update_secret_version_stage().secret_id(&self.arn);
        let moved = moved.version_stage("AWSCURRENT").remove_from_version_id(before);
        moved.move_to_version_id(put.version_id.unwrap()).send().await.unwrap();
    }

    /// As if everything that happened had happened earlier.
    async fn back_date(&self, by: Duration) {
        let (_, mut content) = self.current().await;
        for kind in ["signing", "sealing"] {
            for entry in content[kind].as_array_mut().unwrap() {
                for (name, value) in entry.as_object_mut().unwrap() {
                    if name.ends_with("_at") || name == "since" {
                        let at: Timestamp = value.as_str().unwrap().parse().unwrap();
                        *value = at.checked_sub(by).unwrap().to_string().into();
                    }
                }
            }
        }
        self.write(&content).await;
    }
}

const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A version as Secrets Manager names them.
fn token() -> String {
    emulator::name("version")
}

/// The public identity of keys in a state: their public halves are not kept, so their place in time is.
fn count(content: &Value, state: &str) -> usize {
    let keys = content["signing"].as_array().unwrap();
    keys.iter().filter(|key| key["state"] == state).count()
}

#[tokio::test]
async fn the_four_steps_turn_the_keyring() {
    let Some(vault) = Vault::with_keyring(DAY).await else {
        return;
    };
    let (before, old) = vault.current().await;
    let first = token();
    vault.done("createSecret", &first).await;
    assert_eq!(vault.current().await.0, before, "nobody sees it before it was tried");
    assert_eq!(vault.labelled("AWSPENDING").await.unwrap().0, first);
    for step in &STEPS[1..] {
        vault.done(step, &first).await;
    }
    let (version, content) = vault.current().await;
    assert_eq!(version, first);
    assert_eq!((count(&content, "active"), count(&content, "next")), (2, 2));
    assert_eq!(vault.labelled("AWSPREVIOUS").await.unwrap(), (before, old));

    // The next ones were made a moment ago; they sign when everybody knows them.
    let second = token();
    vault.refused("createSecret", &second, "not known everywhere").await;
    assert_eq!(vault.current().await.0, first);
    vault.back_date(DAY).await;
    vault.rotate(&second).await;
    let (version, content) = vault.current().await;
    assert_eq!(version, second);
    let counts = ["next", "active", "retired"].map(|state| count(&content, state));
    assert_eq!(counts, [2, 2, 2]);
    for key in content["signing"].as_array().unwrap() {
        assert_eq!(
            key["private_key"].is_string(),
            key["state"] != "retired",
            "{}",
            key["state"]
        );
    }
    // What it did is told, and not with what.
    let log = vault.rotation.log();
    assert!(log.contains(&second) && !log.contains("PRIVATE"), "{log}");
    assert!(!log.contains(content["sealing"][0]["key"].as_str().unwrap()));
}

#[tokio::test]
async fn a_step_may_come_twice_and_after_a_crash() {
    let Some(vault) = Vault::with_keyring(DAY).await else {
        return;
    };
    let first = token();
    for step in STEPS {
        vault.done(step, &first).await;
        let (current, pending) = (vault.current().await, vault.labelled("AWSPENDING").await);
        vault.done(step, &first).await;
        assert_eq!(vault.current().await, current, "{step}");
        assert_eq!(vault.labelled("AWSPENDING").await, pending, "{step}");
    }
    // Everything again, much later.
    let current = vault.current().await;
    vault.rotate(&first).await;
    assert_eq!(vault.current().await, current);

    // The program died after it had written, and the rotation was begun anew under another name.
    vault.back_date(DAY).await;
    let (lost, next) = (token(), token());
    vault.done("createSecret", &lost).await;
    vault.rotate(&next).await;
    assert_eq!(vault.current().await.0, next);
    // Whoever finishes the lost one now takes nothing back.
    vault.refused("finishSecret", &lost, "changed meanwhile").await;
    assert_eq!(vault.current().await.0, next);
}

#[tokio::test]
async fn two_that_create_at_the_same_moment_agree() {
    let Some(vault) = Vault::with_keyring(DAY).await else {
        return;
    };
    let other = Function::start(
        "platform-rotation",
        &[
            ("AWS_ENDPOINT_URL", vault.endpoint.as_str()),
            ("KEYRING_SECRET_ID", &vault.arn),
            ("TABLE_NAME", "none"),
        ],
    )
    .await;
    let token = token();
    let event = json!({ "Step": "createSecret", "SecretId": vault.arn, "ClientRequestToken": token });
    let (one, two) = tokio::join!(vault.rotation.invoke(&event), other.invoke(&event));
    assert_eq!((one.response(), two.response()), (Value::Null, Value::Null));
    let made = vault.labelled("AWSPENDING").await;
    vault.rotate(&token).await;
    assert_eq!(Some(vault.current().await), made);
}

/// Somebody takes a key out by hand while a rotation is under way. The rotation must not bring it back.
#[tokio::test]
async fn a_rotation_that_was_overtaken_is_given_up() {
    let Some(vault) = Vault::with_keyring(DAY).await else {
        return;
    };
    let (first, second) = (token(), token());
    vault.done("createSecret", &first).await;
    let (_, content) = vault.current().await;
    vault.write(&content).await;
    let (by_hand, _) = vault.current().await;
    vault.refused("testSecret", &first, "changed meanwhile").await;
    vault.refused("finishSecret", &first, "changed meanwhile").await;
    assert_eq!(vault.current().await.0, by_hand);
    assert!(
        vault.labelled("AWSPENDING").await.is_none(),
        "the next one waits for nobody"
    );
    vault.rotate(&second).await;
    assert_eq!(vault.current().await.0, second);
}

/// A stack that was just deployed has an empty secret, and is rotated at once.
#[tokio::test]
async fn an_empty_keyring_is_made_and_turned() {
    let Some(vault) = Vault::holding("{}").await else {
        return;
    };
    let first = token();
    vault.rotate(&first).await;
    let (version, content) = vault.current().await;
    assert_eq!(version, first);
    assert_eq!((count(&content, "active"), count(&content, "next")), (2, 2));
}

#[tokio::test]
async fn what_is_no_rotation_is_refused() {
    let Some(mut vault) = Vault::with_keyring(DAY).await else {
        return;
    };
    let before = vault.current().await;
    for step in &STEPS[1..] {
        vault.refused(step, &token(), "there is no version").await;
    }
    let mut event = events::read("platform/rotate_secret.json");
    event["SecretId"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:another".into();
    let Outcome::Error(error) = vault.rotation.invoke(&event).await else {
        panic!("another secret was rotated")
    };
    assert!(error["errorMessage"].as_str().unwrap().contains("KEYRING_SECRET_ID"));
    for broken in [
        "{}",
        "null",
        r#"{"Step": "dropSecret", "SecretId": "a", "ClientRequestToken": "b"}"#,
    ] {
        assert!(
            matches!(vault.rotation.invoke_text(broken).await, Outcome::Error(_)),
            "{broken}"
        );
    }
    assert!(vault.rotation.is_alive());
    assert_eq!(vault.current().await, before);
}

/// A keyring that is damaged is no reason to replace it.
#[tokio::test]
async fn what_is_no_keyring_is_left_alone() {
    let Some(vault) = Vault::holding(r#"{"signing":[],"sealing":[]}"#).await else {
        return;
    };
    let before = vault.current().await;
    vault.refused("createSecret", &token(), "keyring").await;
    assert_eq!(vault.current().await, before);
}
