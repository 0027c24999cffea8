//! `cargo run`: all of Countersign in one process.

use std::process::ExitCode;

use countersign::{Local, Storage};
use secrecy::ExposeSecret as _;
use shared::bootstrap::Bootstrap;
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
    greet(&local);
    local.until_interrupted().await;
    Ok(())
}

/// What somebody who started the server for the first time wants to know.
fn greet(local: &Local) {
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
    println!("Countersign is running. Stop it with Ctrl-C.\n");
    println!("  Open            {url}/");
    println!("  API documents   {url}/docs");
    println!("  Mailbox         {url}/_local/mail");
    println!("  Table           {table}\n");
    println!("  Administrator   {}", config.bootstrap_admin.email);
    match &local.bootstrap {
        Bootstrap::Made {
            made_up_password: Some(password),
        } => {
            println!(
                "  Password        {}   (made up just now; it is not shown again)",
                password.expose_secret()
            );
        }
        Bootstrap::Made { made_up_password: None } => println!("  Password        as in BOOTSTRAP_ADMIN_PASSWORD"),
        Bootstrap::Inhabited => println!("  Password        as it was set when the table was made"),
    }
    println!();
}
