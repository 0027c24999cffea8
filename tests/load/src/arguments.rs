//! What is asked for on the command line.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use crate::scenario::Scenario;

/// What `--help` says.
pub const HELP: &str = "\
Drives a running Countersign and says how fast it answers.

  load <base URL> [options]

  --clients N          clients at once, each with an account of its own (16)
  --seconds N          how long each scenario is driven (10)
  --scenarios a,b      which of sign-in, me, refresh, authz (all)
  --client-id ID       the OAuth client that refreshes (countersign)
  --client-secret TEXT its secret; without one nothing is refreshed
  --pid N              a process of this machine whose memory is reported
  --chart FILE         where the chart goes (load.svg)

The server must run with THROTTLE=off: otherwise it refuses, rightly, what looks like an attack.
";

/// What is asked for.
pub struct Arguments {
    /// The address, without a slash at the end.
    pub url: String,
    pub clients: usize,
    pub time: Duration,
    pub scenarios: Vec<Scenario>,
    pub client_id: String,
    pub client_secret: Option<String>,
    pub pid: Option<u32>,
    pub chart: PathBuf,
}

impl Arguments {
    /// From the command line; `None` when help is asked for.
    pub fn read() -> Result<Option<Self>, String> {
        Self::parse(lexopt::Parser::from_env()).map_err(|error| format!("{error}; --help says what there is"))
    }

    fn parse(mut parser: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let mut url = None;
        let mut arguments = Self {
            url: String::new(),
            clients: 16,
            time: Duration::from_secs(10),
            scenarios: Scenario::ALL.to_vec(),
            client_id: "countersign".to_owned(),
            client_secret: None,
            pid: None,
            chart: PathBuf::from("load.svg"),
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("clients") => arguments.clients = at_least_1(parser.value()?.parse()?)?,
                Long("seconds") => {
                    let seconds = at_least_1(parser.value()?.parse()?)?;
                    arguments.time = Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX));
                }
                Long("scenarios") => arguments.scenarios = scenarios(&parser.value()?.string()?)?,
                Long("client-id") => arguments.client_id = parser.value()?.string()?,
                Long("client-secret") => arguments.client_secret = Some(parser.value()?.string()?),
                Long("pid") => arguments.pid = Some(parser.value()?.parse()?),
                Long("chart") => arguments.chart = parser.value()?.into(),
                Value(value) if url.is_none() => url = Some(value.string()?),
                other => return Err(other.unexpected()),
            }
        }
        let url = url.ok_or_else(|| lexopt::Error::from("no base URL".to_owned()))?;
        arguments.url = url.trim_end_matches('/').to_owned();
        if arguments.client_secret.is_none() {
            arguments.scenarios.retain(|scenario| *scenario != Scenario::Refresh);
        }
        Ok(Some(arguments))
    }
}

fn at_least_1(number: usize) -> Result<usize, lexopt::Error> {
    match number {
        0 => Err("0 is too few".to_owned().into()),
        number => Ok(number),
    }
}

fn scenarios(names: &str) -> Result<Vec<Scenario>, lexopt::Error> {
    let named = |name: &str| {
        let found = Scenario::ALL.into_iter().find(|scenario| scenario.name() == name);
        found.ok_or_else(|| format!("no scenario is called {name}").into())
    };
    names.split(',').map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Option<Arguments>, lexopt::Error> {
        Arguments::parse(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let arguments = parsed(&["http://127.0.0.1:8000/"]).unwrap().unwrap();
        assert_eq!(arguments.url, "http://127.0.0.1:8000");
        assert_eq!((arguments.clients, arguments.time.as_secs()), (16, 10));
        // Nobody refreshes without a client's secret.
        assert_eq!(arguments.scenarios, [Scenario::SignIn, Scenario::Me, Scenario::Authz]);
    }

    #[test]
    fn scenarios_are_chosen_by_name() {
        let arguments = ["--scenarios", "refresh,me", "http://x", "--client-secret", "s"];
        assert_eq!(
            parsed(&arguments).unwrap().unwrap().scenarios,
            [Scenario::Refresh, Scenario::Me]
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for arguments in [
            &[][..],
            &["http://x", "http://y"],
            &["http://x", "--clients", "0"],
            &["http://x", "--clients", "many"],
            &["http://x", "--seconds"],
            &["http://x", "--scenarios", "sign-out"],
            &["http://x", "--faster"],
        ] {
            assert!(parsed(arguments).is_err(), "{arguments:?}");
        }
        assert!(parsed(&["--help"]).unwrap().is_none());
    }
}
