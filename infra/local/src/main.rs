//! `cargo run`: all of Countersign in one process.

use std::io::Write;
use std::process::ExitCode;

use countersign::{Local, Storage, account_address};
use secrecy::ExposeSecret as _;
use shared::bootstrap::Bootstrap;
use shared::clients::first::FirstClient;
use shared::clock::Clock;
use shared::config::{Config, TableConfig};
use shared::random::Random;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("countersign: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::from_env()?;
    shared::http::log::init(config.log_level);
    let local = Local::launch(config, Clock::system(), Random::system(), Storage::File, |app| app).await?;
    // Whoever started this may not be listening any more; the server runs all the same.
    let _unheard = greet(&local, &mut std::io::stdout());
    local.until_interrupted().await;
    Ok(())
}

/// What somebody who started the server for the first time wants to know.
fn greet(local: &Local, out: &mut impl Write) -> std::io::Result<()> {
    let (config, url) = (&local.app.config, &local.url);
    let table = match &config.table {
        TableConfig::Embedded => format!("embedded, in {}", config.data_dir.display()),
        TableConfig::Named { name, .. } => {
            format!(
                "{name} at {}",
                config.aws.dynamodb_endpoint.as_deref().unwrap_or("DynamoDB")
            )
        }
    };
    writeln!(out, "Countersign is running. Stop it with Ctrl-C.\n")?;
    writeln!(out, "  Open            {url}/")?;
    writeln!(out, "  Account         {}", account_address(config))?;
    writeln!(out, "  API documents   {url}/docs")?;
    writeln!(out, "  Mailbox         {url}/_local/mail")?;
    writeln!(out, "  Table           {table}\n")?;
    writeln!(out, "  Administrator   {}", config.bootstrap_admin.email)?;
    match &local.bootstrap {
        Bootstrap::Made {
            made_up_password: Some(password),
        } => {
            let password = password.expose_secret();
            writeln!(
                out,
                "  Password        {password}   (made up just now; it is not shown again)"
            )
        }
        Bootstrap::Made { made_up_password: None } => writeln!(out, "  Password        as in BOOTSTRAP_ADMIN_PASSWORD"),
        Bootstrap::Inhabited => writeln!(out, "  Password        as it was set when the table was made"),
    }?;
    writeln!(out, "  OAuth client    {}", config.bootstrap_client.client_id)?;
    match &local.first_client {
        FirstClient::Made {
            made_up_secret: Some(secret),
        } => {
            let secret = secret.expose();
            writeln!(
                out,
                "  Secret          {secret}   (made up just now; it is not shown again)"
            )
        }
        FirstClient::Made { made_up_secret: None } => writeln!(out, "  Secret          as in BOOTSTRAP_CLIENT_SECRET"),
        FirstClient::Known => writeln!(out, "  Secret          as it was set when the first client was made"),
    }?;
    writeln!(out)?;
    out.flush()
}
