//! Drives a running Countersign with sign-ins, `/me`, refreshes and decisions of barong's edge, and says how fast it answers.
//!
//! ```sh
//! THROTTLE=off BOOTSTRAP_CLIENT_SECRET=secret cargo run --release
//! cargo run --release -p load -- http://127.0.0.1:8000 --client-secret secret
//! ```
//!
//! It makes accounts of its own (`load-…@example.com`), one for each client, and leaves them there: point it at a table that may
//! be thrown away. Rooms: [`arguments`] what is asked for, [`people`] accounts and what they carry, [`scenario`] what they do,
//! [`measure`] how long it takes, [`chart`] a picture of that, [`web`] requests.

mod arguments;
mod chart;
mod measure;
mod people;
mod scenario;
mod web;

use std::process::ExitCode;

use arguments::{Arguments, HELP};
use measure::Measured;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::read() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(wrong) => return failed(&wrong),
    };
    match drive(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => failed("requests failed: see the column `failed`"),
        Err(wrong) => failed(&wrong),
    }
}

fn failed(wrong: &str) -> ExitCode {
    eprintln!("load: {wrong}");
    ExitCode::FAILURE
}

/// Drives every scenario, prints a row for each, and draws them; whether all requests went well.
async fn drive(arguments: &Arguments) -> Result<bool, String> {
    let mut people = people::gather(arguments).await?;
    let mut all = Vec::new();
    println!("{}", Measured::HEADING);
    for scenario in &arguments.scenarios {
        for person in &mut people {
            person.prepare(*scenario, arguments).await?;
        }
        let measured = measure::run(*scenario, &people, arguments).await?;
        println!("{measured}");
        all.push(measured);
    }
    if let Some(pid) = arguments.pid {
        println!("memory: {}", memory(pid)?);
    }
    std::fs::write(&arguments.chart, chart::draw(&all))
        .map_err(|error| format!("{} cannot be written: {error}", arguments.chart.display()))?;
    eprintln!("the chart is in {}", arguments.chart.display());
    Ok(all.iter().all(|measured| measured.failed == 0))
}

/// What a process of this machine uses, and the most that it ever did.
fn memory(pid: u32) -> Result<String, String> {
    let path = format!("/proc/{pid}/status");
    let status = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
    };
    Ok(format!("{} now, {} at most", of("VmRSS:"), of("VmHWM:")))
}
