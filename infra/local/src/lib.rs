//! All of Countersign in one process: every function's routes over one table, which is embedded unless configuration names
//! another one, and the mailer, which puts what it sends into a mailbox.

mod documents;
mod embedded;
mod mailroom;
mod pages;
mod routes;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use shared::App;
use shared::access::edge;
use shared::bootstrap::{Bootstrap, BootstrapError, bootstrap};
use shared::clients::first::{self, FirstClient};
use shared::clock::Clock;
use shared::config::{Config, TableConfig, WebauthnConfig};
use shared::random::Random;
use shared::store::{StoreError, schema};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use documents::{
    arc as arc_document, barong as barong_document, engine as engine_document, identity_server as identity_document,
};
pub use embedded::{Lock, serve as serve_embedded};
pub use mailroom::Mailroom;
pub use pages::account as account_address;

/// How often the outbox is looked at.
const MAIL_EVERY: Duration = Duration::from_millis(200);

/// The same on an emulator: DynamoDB Local searches the streams of all its tables for each look, which takes a second where there are
/// many. Whoever opens the mailbox does not wait for it: it is emptied into first.
const EMULATED_MAIL_EVERY: Duration = Duration::from_secs(5);

/// Where the embedded table keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// A file in the data directory.
    File,
    /// Memory, for tests.
    Memory,
}

/// Why the server does not run, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on {0}: {1}; set PORT to another port")]
    Listen(SocketAddr, std::io::Error),
    /// Another server works in the same directory.
    #[error("{0} is in use by another server; stop it, or set DATA_DIR to another directory")]
    InUse(String),
    /// The data directory cannot be used.
    #[error("{0}: {1}; set DATA_DIR to a directory that can be written")]
    DataDir(String, String),
    /// The table cannot be used.
    #[error(
        "the table does not answer ({0}); check TABLE_NAME and AWS_ENDPOINT_URL_DYNAMODB, or set CREATE_TABLE=1 to make it"
    )]
    Table(StoreError),
    /// The first administrator could not be made.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// What is made here with keys of this machine, the functions at AWS could not verify.
    #[error("the table is at AWS and its keyring is not; set KEYRING_SECRET_ID to the stack's output KeyringSecretArn")]
    Keyring,
    /// The first client could not be made.
    #[error(transparent)]
    FirstClient(shared::act::Failure),
}

/// A running server.
#[derive(Debug)]
pub struct Local {
    /// Everything its requests use.
    pub app: App,
    /// Where it is reached, such as `http://127.0.0.1:8000`.
    pub url: String,
    /// What was found or made at the start.
    pub bootstrap: Bootstrap,
    /// The first OAuth client, as it was found or made.
    pub first_client: FirstClient,
    tasks: Vec<JoinHandle<()>>,
    _lock: Option<Lock>,
}

impl Local {
    /// Starts a server. `adjust` may exchange parts before anything is served; tests put a door before the table.
    ///
    /// # Errors
    /// [`LaunchError`].
    pub async fn launch(
        mut config: Config,
        clock: Clock,
        random: Random,
        storage: Storage,
        adjust: impl FnOnce(App) -> App,
    ) -> Result<Self, LaunchError> {
        // Listening comes first: a taken port is told before anything is made.
        let listen = config.listen;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|error| LaunchError::Listen(listen, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| LaunchError::Listen(listen, error))?;
        let url = format!("http://{address}");
        // The port is known only now; what was given stays.
        if config.public_url == "http://127.0.0.1:0" {
            if config.webauthn.origins == [WebauthnConfig::origin(&config.public_url)] {
                config.webauthn.origins = vec![WebauthnConfig::origin(&url)];
            }
            config.public_url.clone_from(&url);
        }

        let mut tasks = Vec::new();
        let mut lock = None;
        let create = match config.table {
            TableConfig::Embedded => {
                if storage == Storage::File {
                    lock = Some(Lock::take(&config.data_dir)?);
                }
                let (endpoint, task) = embedded::start(&config.data_dir, storage).await?;
                config.aws.dynamodb_endpoint = Some(endpoint);
                tasks.push(task);
                true
            }
            TableConfig::Named { .. }
                if config.aws.dynamodb_endpoint.is_none() && config.keyring_secret_id.is_none() =>
            {
                return Err(LaunchError::Keyring);
            }
            TableConfig::Named { create, .. } => create,
        };
        let app = adjust(App::new(config, clock, random));
        if create {
            let table = app.store.table();
            schema::create_table(table.client().await, table.name())
                .await
                .map_err(LaunchError::Table)?;
        }
        let bootstrap = bootstrap(&app).await.map_err(|error| match error {
            BootstrapError::Other(shared::act::Failure::Store(error)) => LaunchError::Table(error),
            error => error.into(),
        })?;
        let first_client = first::bootstrap(&app).await.map_err(LaunchError::FirstClient)?;
        edge::first::bootstrap(&app).await.map_err(LaunchError::Table)?;
        app.edge.places.prepare();

        // At AWS the deployed mailer sends; an emulator has nobody else who would.
        let emulated = app.config.aws.dynamodb_endpoint.is_some();
        let mail_every = match app.config.table {
            TableConfig::Embedded => MAIL_EVERY,
            TableConfig::Named { .. } => EMULATED_MAIL_EVERY,
        };
        let mailroom = emulated.then(|| Arc::new(Mailroom::new(app.clone())));
        if let Some(mailroom) = mailroom.clone() {
            tasks.push(tokio::spawn(async move {
                loop {
                    tokio::time::sleep(mail_every).await;
                    mailroom.work().await;
                }
            }));
        }
        let routes = routes::all(&app, mailroom).into_make_service_with_connect_info::<SocketAddr>();
        tasks.push(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the server stopped");
            }
        }));
        Ok(Self {
            app,
            url,
            bootstrap,
            first_client,
            tasks,
            _lock: lock,
        })
    }

    /// Waits for Ctrl-C or SIGTERM. What was acknowledged is in the table already, so stopping needs no ceremony.
    pub async fn until_interrupted(self) {
        let terminate = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => signal.recv().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate => {}
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
