//! Everything a request may use, as values: no part of the house reaches for the clock, the environment or the network on
//! its own.

use std::num::NonZeroUsize;
use std::ops::Deref;
use std::sync::Arc;

use crate::access::edge::kept::Kept;
use crate::access::edge::places::Places;
use crate::aws::Aws;
use crate::clock::Clock;
use crate::config::{Config, TableConfig};
use crate::credentials::passkey::relying_party::RelyingParty;
use crate::credentials::password::{Argon2Params, PasswordHasher, PasswordPolicy};
use crate::federation::Federation;
use crate::files::Files;
use crate::random::Random;
use crate::store::{Store, Table};
use crate::tokens::Keys;
use crate::tokens::keys::KeyringSource;

/// So many sign-ins may wait for their hash; more are told to come back.
const HASHES_WAITING: usize = 256;

/// The name of the embedded table.
pub const EMBEDDED_TABLE: &str = "countersign";

/// The parts.
#[derive(Debug)]
pub struct Parts {
    /// Configuration.
    pub config: Config,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// The table.
    pub store: Store,
    /// The keyring.
    pub keys: Keys,
    /// Uploaded files.
    pub files: Files,
    /// Makes and verifies password hashes.
    pub passwords: PasswordHasher,
    /// What a new password must be.
    pub password_policy: PasswordPolicy,
    /// Who we are to an authenticator.
    pub relying_party: RelyingParty,
    /// What is remembered of the edge between requests.
    pub edge: Kept,
    /// Asks the providers that people sign in through.
    pub federation: Federation,
    /// Clients of other AWS services.
    pub aws: Aws,
}

/// A shared reference to the parts; cloning is cheap.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together. Nothing is connected or read yet.
    pub fn new(config: Config, clock: Clock, random: Random) -> Self {
        let aws = Aws::new(config.aws.clone());
        let table = match &config.table {
            TableConfig::Embedded => EMBEDDED_TABLE,
            TableConfig::Named { name, .. } => name,
        };
        let source = match &config.keyring_secret_id {
            Some(id) => KeyringSource::Secret {
                id: id.clone(),
                aws: aws.clone(),
            },
            None => KeyringSource::File(config.data_dir.join("keyring.json")),
        };
        let files = match &config.files_bucket {
            Some(bucket) => Files::bucket(bucket.clone(), aws.clone()),
            None => Files::Directory(config.data_dir.join("files")),
        };
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self(Arc::new(Parts {
            store: Store::new(Table::new(table, aws.clone(), random.clone())),
            keys: Keys::new(source, clock.clone(), random.clone()),
            files,
            passwords: PasswordHasher::new(Argon2Params::default(), cores, HASHES_WAITING),
            password_policy: PasswordPolicy {
                min_length: config.password_min_length,
            },
            relying_party: RelyingParty::new(config.webauthn.clone()),
            edge: Kept::new(Places::new(config.edge.geoip_db.clone())),
            federation: Federation::new(&config.federation, clock.clone()),
            config,
            clock,
            random,
            aws,
        }))
    }

    /// The same parts, but for those that `change` exchanges. For tests that put a door before the table.
    ///
    /// # Panics
    /// Never in production: it is not called there. The parts must not be shared yet.
    #[must_use]
    pub fn with(self, change: impl FnOnce(&mut Parts)) -> Self {
        let mut shared = self.0;
        if let Some(parts) = Arc::get_mut(&mut shared) {
            change(parts);
        }
        Self(shared)
    }

    /// The parts by the process's environment.
    ///
    /// # Errors
    /// What is wrong with the environment.
    pub fn from_env() -> Result<Self, crate::config::ConfigError> {
        Ok(Self::new(Config::from_env()?, Clock::system(), Random::system()))
    }
}
