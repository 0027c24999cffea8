//! How an operation is asked for: as its event in `events/` says, with what the server really has in the places of the
//! examples' identifiers.

use serde_json::{Value, json};
use tests::{Answer, events};

use super::house::HOME;
use super::identity_server;
use super::operation::Operation;
use super::warden::{By, Shown, Warden};

/// Headers of an event that are neither the gateway's nor somebody's credential.
const KEPT: [&str; 2] = ["content-type", "x-organization-id"];

/// What stands in the events for an organization.
pub const AN_ORGANIZATION: &str = "01KAQ7R4M2X8V5T9C3B6N1D0FG";

impl Warden {
    /// Asks for an operation by this.
    pub async fn asks(&self, id: &str, by: By) -> Answer {
        let operation = Operation::named(id);
        self.sends(&self.request(operation, &self.shown_to(operation, by)))
            .await
    }

    /// Sends a request that is ready.
    pub async fn sends(&self, event: &Value) -> Answer {
        events::over_http(&self.house.server.client(), event).await
    }

    /// The request of an operation, by who shows this.
    pub fn request(&self, operation: &Operation, shown: &Shown) -> Value {
        self.request_with(operation, shown, &self.stand_ins(operation))
    }

    /// The same with these instead of the examples' identifiers.
    pub fn request_with(&self, operation: &Operation, shown: &Shown, stand_ins: &[(&str, String)]) -> Value {
        let mut event = events::http(&operation.id);
        let replaced = |value: &Value| {
            let text = value.as_str().unwrap_or_default().to_owned();
            let with = |text: String, (example, real): &(&str, String)| text.replace(example, real);
            Value::from(stand_ins.iter().fold(text, with))
        };
        event["requestContext"]["http"]["method"] = json!(operation.method.as_str());
        for place in ["rawPath", "rawQueryString", "body"] {
            event[place] = replaced(&event[place]);
        }
        let mut headers = serde_json::Map::new();
        for name in KEPT {
            if let Some(value) = event["headers"].get(name) {
                headers.insert(name.into(), replaced(value));
            }
        }
        for (name, value) in &shown.headers {
            headers.insert((*name).to_owned(), json!(value));
        }
        event["headers"] = Value::Object(headers);
        if identity_server::BY_BODY.contains(&operation.id.as_str()) {
            let body = shown
                .in_body
                .as_ref()
                .map_or(json!({}), |token| json!({ "token": token }));
            event["body"] = body.to_string().into();
        }
        event
    }

    /// What stands in the events for something, and what that is here.
    pub fn stand_ins(&self, operation: &Operation) -> Vec<(&'static str, String)> {
        let house = &self.house;
        let mut all = vec![
            // Engine.
            ("01KAQ7QWZ8E4R6T2Y9V1C3B5NM", house.user.clone()),
            ("01KAQ7R4M3J5H2K8P7Q4S6W9YZ", house.role.clone()),
            (AN_ORGANIZATION, HOME.to_owned()),
            ("01KAQ7T6D0G8H4J2K5M7N9P3QR", house.invitation.clone()),
            ("6f1d3c58-2b7e-4a90-9c41-8e5d0a7b3f26", house.session.clone()),
            ("4503599627370497", self.passkey.clone()),
            ("replacewithatoken", self.invitation.clone()),
            // Identity-server.
            ("019ae5e0-7d6e-4ae7-9c41-8e5d0a7b3f26", house.user_uid.clone()),
            ("019ae5e1-0a1b-7c2d-8e3f-4a5b6c7d8e9f", house.role_uid.clone()),
            (r#""role_id": 3"#, format!(r#""role_id": {}"#, house.role_number)),
            ("/roles/3", format!("/roles/{}", house.role_number)),
            (
                r#""permission_id": 1"#,
                format!(r#""permission_id": {}"#, house.permission),
            ),
            ("/permissions/1", format!("/permissions/{}", house.permission)),
            // Arc.
            ("/auth-clients/7", format!("/auth-clients/{}", house.client_number)),
            ("where[id]=7", format!("where[id]={}", house.client_number)),
            ("/login-activity/7", format!("/login-activity/{}", house.login)),
            (super::arc::A_REFRESH_TOKEN, self.pair.refresh.clone()),
            // Barong.
            ("0123456789abcdef", self.key.kid.clone()),
            ("ID30DD0DD986", house.customer.clone()),
            ("id=150", format!("id={}", house.permission_row)),
            ("id=7", format!("id={}", house.restriction)),
            ("Tecohvi0-rainy-Day", tests::barong::STRONG.to_owned()),
            ("correct horse battery staple", tests::barong::STRONG.to_owned()),
        ];
        let address = match super::arc::BY_MAIL.contains(&operation.id.as_str()) {
            true => &self.guest,
            false => &self.email,
        };
        all.push(("ada@example.com", address.clone()));
        all
    }
}
