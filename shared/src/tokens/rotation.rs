//! How long what a key signed matters, which decides how long it is kept after it has retired.

use std::time::Duration;

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::keyring::{Family, Keyring, Lives, NotTurned};
use super::{access, mailed};
use crate::clients::Lifetimes;
use crate::config::Config;
use crate::random::Random;

/// By the longest of all kinds of tokens that a key of the family signs.
pub fn lives(config: &Config, family: Family) -> Lives {
    let seconds = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
    match family {
        Family::Ec => {
            let good = seconds(access::ENGINE.lifetime);
            Lives { good, known: good }
        }
        Family::Rsa => {
            let identity = access::identity(&config.identity_issuer).lifetime;
            let longest = identity.max(mailed::LIFETIME).max(config.edge.token_lifetime);
            // Arc's clients say how long theirs live, within bounds; and a token that has ended is shown beside the refresh
            // token that came with it.
            let good = seconds(longest.max(Lifetimes::MOST_ACCESS_TOKEN.into()));
            let refreshed = Duration::from_secs(Lifetimes::MOST_REFRESH_TOKEN.into());
            Lives {
                good,
                known: good.max(refreshed),
            }
        }
    }
}

/// The document of the keyring after this one, which is kept as `version`: see [`Keyring::turned`].
///
/// # Errors
/// [`NotTurned`].
pub fn turned(
    config: &Config,
    document: &str,
    version: &str,
    now: Timestamp,
    random: &Random,
) -> Result<Zeroizing<String>, NotTurned> {
    Keyring::turned(document, version, now, random, |family| lives(config, family))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(jwt_expire_time: &'static str) -> Config {
        Config::from_lookup(|name| (name == "BARONG_JWT_EXPIRE_TIME").then(|| jwt_expire_time.to_owned())).unwrap()
    }

    #[test]
    fn the_longest_token_counts() {
        let day = Duration::from_secs(24 * 3600);
        let usual = lives(&config("3600"), Family::Rsa);
        assert_eq!((usual.good, usual.known), (day, 366 * day));
        let long = lives(&config("34560000"), Family::Rsa);
        assert_eq!((long.good, long.known), (400 * day, 400 * day));
        let engine = lives(&config("34560000"), Family::Ec);
        assert_eq!((engine.good, engine.known), (day / 24, day / 24));
    }
}
