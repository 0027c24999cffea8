//! A server in this process.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use countersign::{Local, Storage};
use jiff::Timestamp;
use shared::App;
use shared::accounts::email::EmailClaim;
use shared::accounts::{Email, User};
use shared::app::Parts;
use shared::clock::{Clock, ClockHand};
use shared::config::Config;
use shared::random::Random;
use shared::store::record::read;
use shared::store::{Item, Key, Patience};
use shared::tokens::Keyring;

use crate::{Client, services};

/// Which engine the table is on. A test that takes this as a value runs on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The embedded one, in memory.
    Embedded,
    /// AWS's DynamoDB Local, at `DYNAMODB_ENDPOINT`.
    DynamoDbLocal,
}

/// The administrator of every test server.
pub const ADMIN: &str = "root@example.com";
/// The administrator's password.
pub const ADMIN_PASSWORD: &str = "a long and quiet evening";

/// The first OAuth client of every test server.
pub const CLIENT_ID: &str = "the first client";
/// The client's secret.
pub const CLIENT_SECRET: &str = "kept by the first client";

/// A running server.
pub struct Server {
    pub local: Local,
    pub clock: ClockHand,
    data_dir: tempfile::TempDir,
}

/// What a test wants to be different.
pub struct Setup<'a> {
    variables: Vec<(&'a str, String)>,
    adjust: Box<dyn FnOnce(&mut Parts) + 'a>,
    storage: Storage,
    patience: Option<Patience>,
}

impl<'a> Setup<'a> {
    /// Sets an environment variable of the server.
    pub fn env(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Waits for the table so long, instead of as long as usual.
    pub fn waiting(self, patience: Patience) -> Self {
        Self {
            patience: Some(patience),
            ..self
        }
    }

    /// Exchanges parts of the server before it serves anything.
    pub fn with(self, adjust: impl FnOnce(&mut Parts) + 'a) -> Self {
        Self {
            adjust: Box::new(adjust),
            ..self
        }
    }

    /// Starts it on the embedded table.
    pub async fn start(self) -> Server {
        self.start_on(Table::Embedded).await.unwrap()
    }

    /// Starts it; `None` when the engine is not there.
    pub async fn start_on(mut self, table: Table) -> Option<Server> {
        if table == Table::DynamoDbLocal {
            let endpoint = services::dynamodb()?;
            self.variables.push(("AWS_ENDPOINT_URL_DYNAMODB", endpoint));
            self.variables.push(("TABLE_NAME", fresh_name()));
            self.variables.push(("CREATE_TABLE", "1".into()));
            // DynamoDB Local keeps a database for each access key, and gets slow where one has many tables.
            let account = ACCOUNT.fetch_add(1, Ordering::Relaxed) % ACCOUNTS;
            self.variables.push(("AWS_ACCESS_KEY_ID", format!("test{account}")));
            self.variables.push(("AWS_SECRET_ACCESS_KEY", "test".into()));
            // It is one thread for all tests: what would be a dead connection elsewhere is a long queue there.
            self.patience.get_or_insert(Patience {
                request: Duration::from_secs(8),
                call: Duration::from_secs(24),
                ..Patience::default()
            });
        }
        let data_dir = tempfile::tempdir().unwrap();
        std::fs::write(data_dir.path().join("keyring.json"), keyring()).unwrap();
        let variables = self.variables;
        let mut config = Config::from_lookup(|name| {
            let given = variables
                .iter()
                .rev()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone());
            given.or_else(|| match name {
                "PORT" => Some("0".into()),
                "DATA_DIR" => Some(data_dir.path().to_string_lossy().into_owned()),
                "THROTTLE" => Some("off".into()),
                "BOOTSTRAP_ADMIN_EMAIL" => Some(ADMIN.into()),
                "BOOTSTRAP_ADMIN_PASSWORD" => Some(ADMIN_PASSWORD.into()),
                "BOOTSTRAP_CLIENT_ID" => Some(CLIENT_ID.into()),
                "BOOTSTRAP_CLIENT_SECRET" => Some(CLIENT_SECRET.into()),
                _ => None,
            })
        })
        .unwrap();
        if let Some(patience) = self.patience {
            config.aws.patience = patience;
        }
        let (clock, hand) = Clock::settable("2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap());
        let random = Random::seeded(SEED.fetch_add(1, Ordering::Relaxed));
        let adjust = self.adjust;
        let adjust = move |app: App| app.with(adjust);
        let local = Local::launch(config, clock, random, self.storage, adjust)
            .await
            .unwrap();
        Some(Server {
            local,
            clock: hand,
            data_dir,
        })
    }
}

/// So many access keys share the tables of DynamoDB Local.
const ACCOUNTS: u64 = 64;

static ACCOUNT: AtomicU64 = AtomicU64::new(0);

static SEED: AtomicU64 = AtomicU64::new(1);

/// A table name that no other test, in this run or another, uses.
pub fn fresh_name() -> String {
    format!("test-{:032x}", Random::system().u128())
}

/// Making RSA keys takes longer than most tests: all servers of this process share a keyring.
fn keyring() -> &'static str {
    static KEYRING: OnceLock<String> = OnceLock::new();
    KEYRING.get_or_init(|| {
        Keyring::generate(Timestamp::UNIX_EPOCH, &Random::system())
            .unwrap()
            .to_string()
    })
}

impl Server {
    /// A server that differs from the usual one.
    pub fn setup<'a>() -> Setup<'a> {
        Setup {
            variables: Vec::new(),
            adjust: Box::new(|_| {}),
            storage: Storage::Memory,
            patience: None,
        }
    }

    /// The usual server on the embedded table: no throttling.
    pub async fn start() -> Self {
        Self::setup().start().await
    }

    /// The usual server on `table`; `None` when that engine is not there.
    pub async fn on(table: Table) -> Option<Self> {
        Self::setup().start_on(table).await
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(&self.local.url)
    }

    /// Everything the server's requests use.
    pub fn app(&self) -> &App {
        &self.local.app
    }

    /// Everything in the table.
    pub async fn dump(&self) -> Vec<Item> {
        let mut pages = self.scan().await.into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            items.push(item.unwrap());
        }
        items
    }

    /// How many items there are that a filter lets through, such as `begins_with(pk, :value)`. They are counted where they are.
    pub async fn count(&self, filter: &str, value: &str) -> usize {
        let counting = self.scan().await.select(Select::Count).filter_expression(filter);
        let counting = counting.expression_attribute_values(":value", AttributeValue::S(value.to_owned()));
        let mut pages = counting.into_paginator().send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += usize::try_from(page.unwrap().count).unwrap();
        }
        count
    }

    async fn scan(&self) -> ScanFluentBuilder {
        let table = self.app().store.table();
        let scan = table.client().await.scan();
        scan.table_name(table.name()).consistent_read(true)
    }

    /// Where the server keeps what it keeps.
    pub fn data_dir(&self) -> &std::path::Path {
        self.data_dir.path()
    }
}

/// Where the user is kept who signs in with an address.
pub async fn user_of(server: &Server, email: &str) -> Key {
    let email = Email::parse(email).unwrap();
    let [claim] = server.app().store.get([EmailClaim::key(&email)]).await.unwrap();
    let claim: EmailClaim = read(claim.unwrap()).unwrap();
    User::key_of(claim.user_id)
}
