//! Links that lift restrictions: an administrator gives one away, and whoever uses it is let in from their address from then
//! on. It works for several addresses, until it ends.

use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::kept;
use super::restriction::{Category, RESTRICTION_NUMBERS, Restriction, Scope};
use crate::App;
use crate::act::Undone;
use crate::store::commit::Step;
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Key, Record, StoreError, retried};
use crate::tokens::{Secret, SecretHash};

/// So many addresses one link lets in: one that got about does not fill the table.
const MOST_USES: i64 = 1000;

/// A link, under the hash of its token.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Whitelink {
    hash: SecretHash,
    valid_until: Timestamp,
}

impl Whitelink {
    fn key_of(hash: &SecretHash) -> Key {
        Key::new(format!("SECRET#{}", hash.as_str()), "WHITELINK")
    }
}

impl Record for Whitelink {
    const KIND: &'static str = "whitelink";
    fn key(&self) -> Key {
        Self::key_of(&self.hash)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// Why nobody was let in by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotLetIn {
    /// There is no such link, or it has ended.
    #[error("there is no such link")]
    Unknown,
    /// The address is let in already.
    #[error("the address is let in already")]
    AlreadyIn,
}

/// Makes a link that works for `lifetime`: its token of 64 hexadecimal digits.
///
/// # Errors
/// [`StoreError`].
pub async fn create(app: &App, lifetime: Duration) -> Result<Secret, StoreError> {
    let token = Secret::generate_hex(&app.random);
    let mut commit = Commit::<StoreError>::new();
    commit.create(&Whitelink {
        hash: token.hash(),
        valid_until: app.clock.now().checked_add(lifetime).map_err(StoreError::corrupt)?,
    });
    app.store.commit(commit).await?;
    Ok(token)
}

/// Lets `ip` in by the link of a token: a rule that is there until an administrator removes it.
///
/// # Errors
/// [`NotLetIn`].
pub async fn use_link(app: &App, token: &Secret, ip: IpAddr) -> Result<(), Undone<NotLetIn>> {
    retried(|| use_once(app, token, ip)).await
}

async fn use_once(app: &App, token: &Secret, ip: IpAddr) -> Result<(), Undone<NotLetIn>> {
    let key = Whitelink::key_of(&token.hash());
    let [link, numbers] = app.store.get([key.clone(), RESTRICTION_NUMBERS.key()]).await?;
    let (now, number) = (app.clock.now(), RESTRICTION_NUMBERS.next(numbers.as_ref())?);
    let unknown = || Undone::Refused(NotLetIn::Unknown);
    read_optional::<Whitelink>(link)?
        .filter(|link| now < link.valid_until)
        .ok_or_else(unknown)?;
    let rule = Restriction {
        id: number.number(),
        category: Category::Whitelist,
        scope: Scope::Ip,
        value: ip.to_canonical().to_string(),
        code: Restriction::default_code(Category::Whitelist, Scope::Ip),
        is_enabled: true,
        created_at: now,
        updated_at: now,
    };
    let mut commit = Commit::<Undone<NotLetIn>>::new();
    let still_good = Condition::All(vec![Condition::Present, Condition::Below("uses", MOST_USES)]);
    commit
        .update(key, still_good, [Step::Add("uses", 1)])
        .otherwise(move |_| unknown());
    commit
        .create(&rule.claim())
        .otherwise(|_| Undone::Refused(NotLetIn::AlreadyIn));
    commit.create(&rule);
    number.take(&mut commit);
    kept::touch(&mut commit);
    app.store.commit(commit).await
}
