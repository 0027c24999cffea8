//! API keys as clients see them, for their owners and for administrators.

use std::cmp::Ordering;

use axum::response::Response;
use http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use super::entities::Moment;
use super::{Given, Paging};
use crate::App;
use crate::credentials::api_key::{ALGORITHM, ApiKey};

/// An API key.
#[derive(Serialize, ToSchema)]
pub struct ApiKeyView {
    /// Its name.
    kid: String,
    /// HS256.
    algorithm: &'static str,
    /// What its owner says that it is for.
    scope: Vec<String>,
    /// active or inactive.
    state: &'static str,
    /// What requests are signed with; only when it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it last changed.
    updated_at: Moment,
}

impl ApiKeyView {
    /// A key of somebody who is in this epoch of keys.
    pub fn of(key: &ApiKey, epoch: u64) -> Self {
        Self {
            kid: key.kid.to_string(),
            algorithm: ALGORITHM,
            scope: key.scope.clone(),
            state: key.state_of(epoch).as_str(),
            secret: None,
            created_at: Moment(key.created_at),
            updated_at: Moment(key.updated_at),
        }
    }

    /// The same with its secret, which is shown once.
    #[must_use]
    pub fn with_secret(self, secret: &str) -> Self {
        Self {
            secret: Some(secret.to_owned()),
            ..self
        }
    }
}

/// Which part of a list of keys is wanted, and how it is sorted.
#[derive(Debug)]
pub struct KeyList {
    order: Option<fn(&ApiKey, &ApiKey) -> Ordering>,
    is_descending: bool,
    paging: Paging,
}

impl KeyList {
    /// Reads `ordering`, `order_by`, `page` and `limit`; what is wrong with the first two is said with these keys.
    pub fn read(given: &mut Given<'_>, [ordering, attribute]: [&'static str; 2]) -> Self {
        let is_descending = given.read("ordering", ordering, |text| {
            ["asc", "desc"].contains(&text).then_some(text == "desc")
        });
        Self {
            is_descending: is_descending == Some(true),
            order: given.read("order_by", attribute, order),
            paging: Paging::read(given),
        }
    }

    /// The answer: this part of all keys of somebody who is in this epoch of keys.
    pub fn answer(self, app: &App, uri: &Uri, mut keys: Vec<ApiKey>, epoch: u64) -> Response {
        if let Some(order) = self.order {
            keys.sort_by(order);
        }
        if self.is_descending {
            keys.reverse();
        }
        let total = keys.len() as u64;
        let rows = self.paging.of(keys);
        let rows = rows.iter().map(|key| ApiKeyView::of(key, epoch)).collect();
        self.paging.answer(app, uri, total, rows)
    }
}

/// How keys may be sorted.
fn order(attribute: &str) -> Option<fn(&ApiKey, &ApiKey) -> Ordering> {
    Some(match attribute {
        "id" | "created_at" => |a, b| a.created_at.cmp(&b.created_at),
        "updated_at" => |a, b| a.updated_at.cmp(&b.updated_at),
        "kid" => |a, b| a.kid.as_str().cmp(b.kid.as_str()),
        "state" => |a, b| a.set.as_str().cmp(b.set.as_str()),
        "scope" => |a, b| a.scope.cmp(&b.scope),
        "algorithm" => |_, _| Ordering::Equal,
        _ => return None,
    })
}
