//! Whoever may not sign in any more is shut out of everything at once, whoever switched the account off and how; and what
//! they had before does not come back with the account.

use std::sync::Arc;

use http::Method;
use serde_json::Value;
use tests::barong::STRONG;

use super::entrances::{Brought, let_in_nobody};
use super::house::{HOME, Host, House};
use super::operation::Operation;
use super::sweep::{Fate, Refusal, Sweep};
use super::warden::{By, Warden};

/// Every way to switch an account off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// barong: a state, by PUT.
    State(&'static str),
    /// barong: the same by POST.
    StatePosted(&'static str),
    /// barong: a label that brings a state.
    Label(&'static str),
    /// barong: by its owner.
    Closed,
    /// engine: in the home organization.
    Deactivated,
    /// engine: in the only organization that it belongs to.
    DeactivatedByHost,
}

pub const WAYS: [Way; 10] = [
    Way::State("banned"),
    Way::State("locked"),
    Way::State("deleted"),
    Way::StatePosted("banned"),
    Way::Label("ban"),
    Way::Label("lock"),
    Way::Label("delete"),
    Way::Closed,
    Way::Deactivated,
    Way::DeactivatedByHost,
];

impl Way {
    /// Somebody to whom this may be done: administrators do not close their accounts, and belong to more organizations.
    pub async fn warden(self, house: &Arc<House>, name: usize) -> Warden {
        let name = format!("warden-{name}");
        match self {
            Self::Closed | Self::DeactivatedByHost => Warden::without_rights(house, &name).await,
            _ => Warden::of(house, &name).await,
        }
    }

    pub async fn off(self, warden: &Warden) {
        let (house, uid) = (&warden.house, warden.cookie.uid.as_str());
        let admin = &house.admin;
        match self {
            Self::State(state) => {
                let form = [("uid", uid), ("state", state)];
                admin.put("/users", &form).await.expect(200);
            }
            Self::StatePosted(state) => {
                let form = [("uid", uid), ("state", state)];
                admin.post("/users/update", &form).await.expect(201);
            }
            Self::Label(key) => {
                let form = [("uid", uid), ("key", key), ("value", "yes"), ("scope", "private")];
                admin.post("/users/labels", &form).await.expect(201);
            }
            Self::Closed => {
                // The codes are those of an app that nobody has.
                warden.asked_for_codes(false).await;
                let form = [("password", STRONG)];
                warden.owner().delete("/users/me", &form).await.expect(204);
            }
            Self::Deactivated => Self::switch(warden, HOME, &house.root, "deactivate").await,
            Self::DeactivatedByHost => {
                let Host { founder, org, role } = &house.host;
                let client = house.server.client();
                client.bind(founder, org, &warden.id, role).await.expect(200);
                Self::switch(warden, org, founder, "deactivate").await;
            }
        }
    }

    /// The state that the account has then.
    pub fn leads_to(self) -> &'static str {
        match self {
            Self::State(state) | Self::StatePosted(state) => state,
            Self::Label("ban") => "banned",
            Self::Label("lock") => "locked",
            Self::Label(_) | Self::Closed => "deleted",
            Self::Deactivated | Self::DeactivatedByHost => "inactive",
        }
    }

    async fn on(self, warden: &Warden) {
        let (house, uid) = (&warden.house, warden.cookie.uid.as_str());
        match self {
            Self::Deactivated => Self::switch(warden, HOME, &house.root, "activate").await,
            Self::DeactivatedByHost => {
                let Host { founder, org, .. } = &house.host;
                Self::switch(warden, org, founder, "activate").await;
            }
            Self::Label(key) => {
                let path = format!("/users/labels?uid={uid}&key={key}&scope=private");
                house.admin.delete(&path, &[]).await.expect(204);
            }
            _ => {
                let form = [("uid", uid), ("state", "active")];
                house.admin.put("/users", &form).await.expect(200);
            }
        }
    }

    async fn switch(warden: &Warden, org: &str, token: &str, how: &str) {
        let path = format!("/api/v1/users/{}/{how}", warden.id);
        let client = warden.house.server.client();
        let answer = client.call_in(org, Method::PUT, &path, token, &Value::Null).await;
        answer.expect(200);
    }
}

/// All that an account has.
const ALL: [By; 7] = [
    By::Engine,
    By::Identity,
    By::Arc,
    By::Cookie,
    By::Token,
    By::Key,
    By::KeyToken,
];

/// Afterwards sessions stay ended, and keys wait for their owner to turn them on.
#[tokio::test]
async fn whoever_is_switched_off_opens_no_door_then_or_afterwards() {
    let house = House::start().await;
    let mut tried = 0;
    for (n, way) in WAYS.into_iter().enumerate() {
        let warden = way.warden(&house, n).await;
        let brought = Brought::by(&warden).await;
        warden.asked_for_codes(true).await;
        way.off(&warden).await;
        let mut sweep = Sweep::begin(&warden).await;
        sweep.all_refused(&ALL, Fate::SwitchedOff, &format!("{way:?}")).await;
        tried += sweep.tried + let_in_nobody(&warden, &brought, way).await;

        way.on(&warden).await;
        warden.asked_for_codes(true).await;
        let mut sweep = Sweep::begin(&warden).await;
        for operation in Operation::guarded().filter(|operation| operation.takes_nothing()) {
            for by in operation.own().iter().filter(|own| ALL.contains(own)) {
                let shown = warden.shown_to(operation, *by);
                let refusal = Refusal::of(operation, &shown, Fate::Ended);
                let what = format!("{way:?}, undone, by {by:?}");
                sweep.refused(operation, &shown, &refusal, &what).await;
            }
        }
        sweep.unchanged(&format!("{way:?}, undone")).await;
        tried += sweep.tried;
    }
    assert!(tried >= 3_480, "{tried}");
}
