//! A table of one's own, at which waits and units are counted at once, and into which items go by the thousand.

use dynoxide::{Database, ImportOptions, Item};
use tests::Server;
use tests::server::Table::Embedded;
use tests::server::{Setup, fresh_name};

use super::capacity::count;
use super::meter::{Cost, Metered};
use crate::store::wire::Wire;

/// A server behind a counting door, and its table behind a wire.
pub struct Counted {
    pub metered: Metered,
    pub wire: Wire,
    database: Database,
    table: String,
}

impl Counted {
    pub async fn start(setup: Setup<'_>) -> Self {
        let database = Database::memory().unwrap();
        let (endpoint, served) = countersign::serve_embedded(database.clone()).await.unwrap();
        // It is served until the process ends.
        std::mem::forget(served);
        let (wire, table) = (Wire::before(endpoint).await, fresh_name());
        let setup = setup
            .env("AWS_ENDPOINT_URL_DYNAMODB", &wire.endpoint)
            .env("TABLE_NAME", &table)
            .env("CREATE_TABLE", "1");
        let metered = Metered::start(setup, Embedded).await.unwrap();
        Self {
            metered,
            wire,
            database,
            table,
        }
    }

    pub fn server(&self) -> &Server {
        &self.metered.server
    }

    /// Puts items into the table past the server, as they are.
    pub fn import(&self, items: &[Item]) {
        for some in items.chunks(20_000) {
            let options = ImportOptions::default();
            let done = self.database.import_items(&self.table, some.to_vec(), options).unwrap();
            assert_eq!(done.items_imported, some.len());
        }
    }

    /// What `act` does at the table, and the units that it reads and writes; without what the mailer does meanwhile.
    pub async fn count<T>(&self, act: impl Future<Output = T>) -> (T, Cost, (f64, f64)) {
        self.wire.settle().await;
        self.wire.take();
        let (told, cost) = self.metered.cost(act).await;
        self.wire.settle().await;
        (told, cost, count(self.wire.take()))
    }
}
