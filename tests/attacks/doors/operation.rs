//! What there is: every operation of the four API documents.

use std::sync::LazyLock;

use http::Method;
use serde_json::Value;

use super::super::tenancy;
use super::warden::By;
use super::{arc, barong, engine, identity_server};

/// A surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Engine,
    IdentityServer,
    Arc,
    Barong,
}

impl Surface {
    pub const ALL: [Self; 4] = [Self::Engine, Self::IdentityServer, Self::Arc, Self::Barong];

    fn document(self) -> Value {
        let document = match self {
            Self::Engine => countersign::engine_document(),
            Self::IdentityServer => countersign::identity_document(),
            Self::Arc => countersign::arc_document(),
            Self::Barong => countersign::barong_document(),
        };
        serde_json::to_value(document).unwrap()
    }

    /// Operations that anybody may call.
    pub fn open(self) -> &'static Open {
        match self {
            Self::Engine => &engine::OPEN,
            Self::IdentityServer => &identity_server::OPEN,
            Self::Arc => &arc::OPEN,
            Self::Barong => &barong::OPEN,
        }
    }
}

/// Operations that anybody may call, by what they lead to.
pub struct Open {
    /// They let somebody in, or lead to that. What uses a code up comes after what only needs it.
    pub entrances: &'static [&'static str],
    /// They let somebody in by a provider's word: `contracts::arc_social` and `contracts::engine_social` try them.
    pub by_provider: &'static [&'static str],
    /// They make an account, or confirm one that was not active yet; one that was switched off meanwhile stays so.
    pub for_new_ones: &'static [&'static str],
    /// Nobody is anybody after them.
    pub elsewhere: &'static [&'static str],
}

impl Open {
    pub fn all(&self) -> impl Iterator<Item = &'static str> {
        let lists = [self.entrances, self.by_provider, self.for_new_ones, self.elsewhere];
        lists.into_iter().flatten().copied()
    }
}

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    pub surface: Surface,
    pub id: String,
    pub method: Method,
    /// What the document says that it does.
    pub description: String,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// The names of what its body may hold.
    pub members: Vec<String>,
    /// The statuses that it may be answered with.
    pub statuses: Vec<u16>,
}

impl Operation {
    /// All that there are.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Operation>> = LazyLock::new(Operation::of_documents);
        &ALL
    }

    /// All that are not open to anybody.
    pub fn guarded() -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(|operation| !operation.is_open())
    }

    /// The one of this name.
    pub fn named(id: &str) -> &'static Self {
        Self::all().iter().find(|operation| operation.id == id).unwrap()
    }

    pub fn is_open(&self) -> bool {
        self.surface.open().all().any(|id| id == self.id)
    }

    fn of_documents() -> Vec<Self> {
        let of = |surface: Surface| {
            let document = surface.document();
            let operations = tenancy::operations(&document);
            let read = move |operation: &Value| Self::read(surface, &document, operation);
            operations.iter().map(read).collect::<Vec<_>>()
        };
        Surface::ALL.into_iter().flat_map(of).collect()
    }

    fn read(surface: Surface, document: &Value, operation: &Value) -> Self {
        let text = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let bodies = operation["requestBody"]["content"].as_object().into_iter().flatten();
        let members = bodies.flat_map(|(_, content)| {
            let reference = content["schema"]["$ref"].as_str().unwrap_or_default();
            let pointer = format!("{}/properties", reference.trim_start_matches('#'));
            let properties = document.pointer(&pointer).and_then(Value::as_object);
            properties.into_iter().flat_map(|all| all.keys().cloned())
        });
        let statuses = operation["responses"].as_object().into_iter().flatten();
        Self {
            surface,
            id: text("operationId"),
            method: operation["method"].as_str().unwrap().parse().unwrap(),
            description: text("description"),
            parameters: parameters
                .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                .collect(),
            members: members.collect(),
            statuses: statuses.map(|(status, _)| status.parse().unwrap()).collect(),
        }
    }

    pub fn takes(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|name| name == parameter)
    }

    /// Whether it only shows something, and nothing in particular.
    pub fn takes_nothing(&self) -> bool {
        self.method == Method::GET
            && self
                .parameters
                .iter()
                .all(|name| name.contains("X-") || name == "Authorization")
    }

    /// Whether the document says that it wants a credential.
    pub fn wants_a_credential(&self) -> bool {
        let by_body = identity_server::BY_BODY.contains(&self.id.as_str());
        by_body || self.takes("X-Auth") || self.takes("Authorization")
    }

    /// What opens it.
    pub fn own(&self) -> &'static [By] {
        match self.surface {
            Surface::Engine => &[By::Engine],
            Surface::IdentityServer => &[By::Identity],
            Surface::Arc if arc::BY_MAIL.contains(&self.id.as_str()) => &[By::Mailed],
            Surface::Arc => &[By::Arc],
            Surface::Barong if self.id == barong::EDGE => &[By::Cookie, By::Key],
            Surface::Barong => &[By::Cookie, By::Token, By::Key, By::KeyToken],
        }
    }
}
