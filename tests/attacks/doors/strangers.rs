//! Who shows nothing, what is broken, or what is good for something on another surface.

use http::Method;
use serde_json::{Value, json};
use tests::events;

use super::operation::{Operation, Surface};
use super::sweep::{Fate, Refusal, Sweep};
use super::warden::{By, Shown, Warden};
use super::{arc, barong, engine, identity_server};

#[tokio::test]
async fn nothing_and_what_is_broken_opens_no_door() {
    let warden = Warden::alone().await;
    let mut sweep = Sweep::begin(&warden).await;
    for operation in Operation::guarded() {
        let nothing = Shown::default();
        let refusal = Refusal::of(operation, &nothing, Fate::Unknown);
        sweep.refused(operation, &nothing, &refusal, "without anything").await;
        for event in side_doors(operation, &warden) {
            sweep.sent(operation, &event, &refusal, "by a side door").await;
        }
        for (shown, refusal) in broken(operation, &warden) {
            sweep.refused(operation, &shown, &refusal, "by what is broken").await;
        }
    }
    sweep.unchanged("by strangers").await;
    assert!(sweep.tried >= 3_032, "{}", sweep.tried);
}

/// The same operation by HEAD where it answers GET, and under the base by which gateways know barong.
fn side_doors(operation: &Operation, warden: &Warden) -> Vec<Value> {
    let front = warden.request(operation, &Shown::default());
    let mut sides = Vec::new();
    if operation.method == Method::GET {
        let mut head = front.clone();
        head["requestContext"]["http"]["method"] = json!("HEAD");
        sides.push(head);
    }
    if operation.surface == Surface::Barong {
        let path = front["rawPath"]
            .as_str()
            .unwrap()
            .replacen("/api/v2", "/api/v2/barong", 1);
        sides.push(events::with_path(front, &path));
    }
    sides
}

/// What is not quite what opens the operation, and what is said to it.
fn broken(operation: &Operation, warden: &Warden) -> Vec<(Shown, Refusal)> {
    let token = warden.text(operation.own()[0]);
    let shown = match operation.surface {
        Surface::Engine => engine::broken(token),
        Surface::IdentityServer => identity_server::broken(operation, token),
        Surface::Arc => arc::broken(token),
        Surface::Barong => return barong::broken(operation, &warden.house.server, warden),
    };
    let refused = |shown: Shown| {
        let refusal = Refusal::of(operation, &shown, Fate::Unknown);
        (shown, refusal)
    };
    shown.into_iter().map(refused).collect()
}

/// As it is shown at home, and in every dress that the other surface knows.
#[tokio::test]
async fn what_opens_one_surface_opens_no_other() {
    let warden = Warden::alone().await;
    let mut sweep = Sweep::begin(&warden).await;
    for operation in Operation::guarded() {
        for by in By::ALL.into_iter().filter(|by| !operation.own().contains(by)) {
            let text = warden.text(by);
            let mut dressed = match operation.surface {
                Surface::Engine => engine::dresses(text),
                Surface::IdentityServer => identity_server::dresses(operation, text),
                Surface::Arc => arc::dresses(text),
                Surface::Barong => barong::dresses(&warden.house.server, &warden, text),
            };
            let at_home = warden.shown(by, &warden.house.server);
            if !dressed.contains(&at_home) {
                dressed.push(at_home);
            }
            for shown in dressed {
                let refusal = Refusal::of(operation, &shown, Fate::Unknown);
                sweep.refused(operation, &shown, &refusal, &format!("by {by:?}")).await;
            }
        }
    }
    sweep.unchanged("by strangers").await;
    assert!(sweep.tried >= 2_668, "{}", sweep.tried);
}
