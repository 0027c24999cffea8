//! Tokens that were signed a moment ago, for those who ask again with nothing changed: a signature takes longer than everything
//! else about a decision. Within one second they would differ in nothing but their names.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::tokens::barong::{BarongClaims, Stands};

/// So many tokens are remembered; then it begins anew.
const MOST: usize = 10_000;

/// The memory.
#[derive(Default)]
pub struct Signed(Mutex<HashMap<Stands, Recent>>);

/// What was signed.
struct Recent {
    claims: BarongClaims,
    /// When, in seconds since 1970.
    at: i64,
    token: String,
}

impl Signed {
    /// A token that says the same as `claims`, signed less than `reuse` seconds before `now`.
    pub fn recent(&self, claims: &BarongClaims, now: i64, reuse: i64) -> Option<String> {
        let signed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = signed.get(&claims.stands)?;
        let is_fresh = (0..reuse).contains(&(now - recent.at));
        (is_fresh && recent.claims.say_the_same(claims)).then(|| recent.token.clone())
    }

    /// Remembers what was signed at `at`.
    pub fn remember(&self, claims: BarongClaims, at: i64, token: &str) {
        let mut signed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if signed.len() >= MOST {
            signed.clear();
        }
        let token = token.to_owned();
        signed.insert(claims.stands.clone(), Recent { claims, at, token });
    }
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::App;
    use crate::accounts::profile::Profile;
    use crate::accounts::sign_up::draft;
    use crate::accounts::{Email, State, User};
    use crate::clock::Clock;
    use crate::config::Config;
    use crate::ids::SessionId;
    use crate::random::Random;

    fn user(email: &str) -> User {
        let config = Config::from_lookup(|_| None).unwrap();
        let app = App::new(config, Clock::system(), Random::seeded(2));
        draft(&app, &Email::parse(email).unwrap(), Profile::default(), State::Active)
    }

    #[test]
    fn a_token_is_handed_out_again_while_it_says_what_holds() {
        let (signed, random) = (Signed::default(), Random::seeded(1));
        let mut ada = user("ada@example.com");
        let session = SessionId::generate(&random);
        let claims = |user: &User| BarongClaims::new(user, Stands::Sid(session), &random);
        assert_eq!(signed.recent(&claims(&ada), 100, 1), None);
        signed.remember(claims(&ada), 100, "first");
        let asked = |user: &User, now, reuse| signed.recent(&claims(user), now, reuse);
        assert_eq!(asked(&ada, 100, 1).as_deref(), Some("first"));
        assert_eq!(asked(&ada, 101, 1), None, "a second later");
        assert_eq!(asked(&ada, 101, 2).as_deref(), Some("first"));
        assert_eq!(asked(&ada, 99, 2), None, "a clock that went back");
        assert_eq!(asked(&ada, 100, 0), None, "where nothing is used again");
        ada.level += 1;
        assert_eq!(asked(&ada, 100, 1), None, "it would say another level");
        let other = BarongClaims::new(&ada, Stands::Sid(SessionId::generate(&random)), &random);
        assert_eq!(signed.recent(&other, 100, 1), None, "another session");
        assert!(!format!("{signed:?}").contains("first"));
        for _ in 0..MOST {
            let stands = Stands::Sid(SessionId::generate(&random));
            signed.remember(BarongClaims::new(&ada, stands, &random), 100, "more");
        }
        assert!(signed.0.lock().unwrap().len() <= MOST, "memory is bounded");
    }
}
