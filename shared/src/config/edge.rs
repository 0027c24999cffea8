//! What is configured of the edge, under the names that barong's document has for it.

use std::path::PathBuf;

use super::{ConfigError, Env};
use crate::access::edge::PathRules;

/// What is open to everybody.
const PASS: [&str; 2] = ["api/v2/barong/identity", "api/v2/peatio/public"];

/// What is closed to everybody.
const BLOCK: [&str; 2] = ["api/v2/barong/management", "api/v2/peatio/management"];

/// Everything that can be configured of the edge.
#[derive(Debug, Clone)]
pub struct EdgeConfig {
    /// Paths for which permissions are not asked.
    pub paths: PathRules,
    /// Milliseconds between the nonce of an API key and now, at most.
    pub nonce_lifetime: i64,
    /// Whether such a nonce works once.
    pub nonce_cache: bool,
    /// Seconds that a token lives.
    pub token_lifetime: i64,
    /// Seconds in which the same token is handed out again, while what it says holds.
    pub token_reuse: i64,
    /// Where addresses are.
    pub geoip_db: Option<PathBuf>,
}

impl EdgeConfig {
    pub(super) fn read(env: &Env<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            paths: PathRules {
                pass: paths(env, "BARONG_PASS_PATHS", &PASS)?,
                block: paths(env, "BARONG_BLOCK_PATHS", &BLOCK)?,
            },
            nonce_lifetime: at_least_1(env, "BARONG_APIKEY_NONCE_LIFETIME", "a number of milliseconds", 5000)?,
            nonce_cache: env.flag("BARONG_APIKEY_NONCE_CACHE", false)?,
            token_lifetime: at_least_1(env, "BARONG_JWT_EXPIRE_TIME", "a number of seconds", 3600)?,
            token_reuse: env
                .parsed::<u32>("BARONG_JWT_REUSE", "a number of seconds, 0 for none")?
                .unwrap_or(1)
                .into(),
            geoip_db: env.text("GEOIP_DB").map(PathBuf::from),
        })
    }
}

fn at_least_1(env: &Env<'_>, name: &'static str, wanted: &str, default: u32) -> Result<i64, ConfigError> {
    match env.parsed::<u32>(name, wanted)? {
        Some(0) => Err(env.wrong(name, wanted)),
        given => Ok(given.unwrap_or(default).into()),
    }
}

/// Paths are compared without a slash before them.
fn paths(env: &Env<'_>, name: &'static str, default: &[&str]) -> Result<Vec<String>, ConfigError> {
    let given: Vec<String> = env.list(name, "paths such as api/v2/barong/public, separated by commas")?;
    let paths = match given.is_empty() {
        true => default.iter().map(|path| (*path).to_owned()).collect(),
        false => given,
    };
    let trimmed = paths.iter().map(|path| path.trim_matches('/').to_owned());
    let trimmed: Vec<String> = trimmed.collect();
    match trimmed.iter().any(String::is_empty) {
        // Everything would be below it.
        true => Err(env.wrong(name, "paths such as api/v2/barong/public, separated by commas")),
        false => Ok(trimmed),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, ConfigError};

    fn config(name: &'static str, value: &'static str) -> Result<Config, ConfigError> {
        Config::from_lookup(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn an_empty_environment_is_as_the_original_begins() {
        let edge = Config::from_lookup(|_| None).unwrap().edge;
        assert_eq!((edge.nonce_lifetime, edge.token_lifetime), (5000, 3600));
        assert_eq!((edge.nonce_cache, edge.token_reuse), (false, 1));
        assert_eq!(edge.paths.pass, super::PASS);
        assert_eq!(edge.paths.block, super::BLOCK);
    }

    #[test]
    fn paths_have_no_slash_at_their_ends() {
        let edge = config("BARONG_PASS_PATHS", "/api/v2/a/, api/v2/b").unwrap().edge;
        assert_eq!(edge.paths.pass, ["api/v2/a", "api/v2/b"]);
    }

    #[test]
    fn a_value_that_cannot_be_used_names_its_variable() {
        for (name, value) in [
            ("BARONG_PASS_PATHS", "/"),
            ("BARONG_BLOCK_PATHS", "a,/"),
            ("BARONG_APIKEY_NONCE_LIFETIME", "0"),
            ("BARONG_APIKEY_NONCE_LIFETIME", "5s"),
            ("BARONG_APIKEY_NONCE_CACHE", "redis"),
            ("BARONG_GATEWAY", "Akamai"),
            ("BARONG_JWT_EXPIRE_TIME", "-1"),
            ("BARONG_JWT_REUSE", "always"),
        ] {
            assert_eq!(config(name, value).unwrap_err().name, name, "{value}");
        }
    }
}
