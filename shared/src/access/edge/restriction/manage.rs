//! What administrators do with rules. Each change requires that nobody else changed rows or rules since they were read, so that
//! nobody locks themselves out by a rule that meets another.

use std::net::IpAddr;

use super::{Category, RESTRICTION_NUMBERS, Restriction, Restrictions, Scope};
use crate::App;
use crate::access::edge::kept::{self, Current};
use crate::access::edge::tables::Tables;
use crate::act::Undone;
use crate::store::{Commit, Condition, Record as _, Versioned, retried};

/// Characters that a value has at most.
const LONGEST: usize = 64;

/// Why a rule was not made, changed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotChanged {
    /// There is no rule of this number.
    #[error("there is no such rule")]
    Unknown,
    /// The value is none of its scope.
    #[error("the value is no good")]
    InvalidValue,
    /// There is a rule of this category about this.
    #[error("there is such a rule already")]
    Taken,
    /// Whoever asks for it would be kept out, or could not sign in again.
    #[error("it would keep out who asks for it")]
    LocksOut,
}

/// A rule to be made.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it does.
    pub category: Category,
    /// What it is about.
    pub scope: Scope,
    /// Which one.
    pub value: String,
    /// The status of the answer; the usual one when absent.
    pub code: Option<u16>,
    /// Whether it is in force.
    pub is_enabled: bool,
}

/// What is to be different about a rule; what is absent stays.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "they are a rule's")]
pub struct Wanted {
    pub category: Option<Category>,
    pub scope: Option<Scope>,
    pub value: Option<String>,
    pub code: Option<u16>,
    pub is_enabled: Option<bool>,
}

type Result<T> = std::result::Result<T, Undone<NotChanged>>;

/// Makes a rule, for somebody at `ip`.
///
/// # Errors
/// [`NotChanged`].
pub async fn create(app: &App, ip: IpAddr, draft: &Draft) -> Result<Restriction> {
    retried(|| async {
        let keys = [kept::version_key(), RESTRICTION_NUMBERS.key()];
        let [version, numbers] = app.store.get(keys).await?;
        let current = Current::of(app, version.as_ref()).await?;
        let (number, now) = (RESTRICTION_NUMBERS.next(numbers.as_ref())?, app.clock.now());
        let rule = Restriction {
            id: number.number(),
            category: draft.category,
            scope: draft.scope,
            value: draft.value.trim().to_owned(),
            code: code(draft.category, draft.scope, draft.code),
            is_enabled: draft.is_enabled,
            created_at: now,
            updated_at: now,
        };
        judge(app, &current.tables, ip, rule.id, Some(&rule))?;
        let mut commit = Commit::<Undone<NotChanged>>::new();
        claim(&mut commit, &rule);
        commit.create(&rule);
        number.take(&mut commit);
        current.touch(&mut commit);
        app.store.commit(commit).await?;
        Ok(rule)
    })
    .await
}

/// Changes a rule, for somebody at `ip`. The status stays what it is, whatever else changes, but for rules that let in.
///
/// # Errors
/// [`NotChanged`].
pub async fn update(app: &App, ip: IpAddr, id: i64, wanted: &Wanted) -> Result<Restriction> {
    retried(|| async {
        let (current, before) = read(app, id).await?;
        let old = before.record.clone();
        let category = wanted.category.unwrap_or(old.category);
        let scope = wanted.scope.unwrap_or(old.scope);
        let rule = Restriction {
            category,
            scope,
            value: wanted.value.as_deref().unwrap_or(&old.value).trim().to_owned(),
            code: code(category, scope, wanted.code.or(Some(old.code))),
            is_enabled: wanted.is_enabled.unwrap_or(old.is_enabled),
            updated_at: app.clock.now(),
            ..old
        };
        judge(app, &current.tables, ip, id, Some(&rule))?;
        let mut commit = Commit::<Undone<NotChanged>>::new();
        let (claimed, claims) = (before.record.claim().key(), rule.claim().key());
        if claimed != claims {
            claim(&mut commit, &rule);
            commit.delete(claimed, Condition::Always);
        }
        commit.replace(&before, &rule);
        current.touch(&mut commit);
        app.store.commit(commit).await?;
        Ok(rule)
    })
    .await
}

/// Removes a rule, for somebody at `ip`.
///
/// # Errors
/// [`NotChanged`].
pub async fn delete(app: &App, ip: IpAddr, id: i64) -> Result<()> {
    retried(|| async {
        let (current, rule) = read(app, id).await?;
        judge(app, &current.tables, ip, id, None)?;
        let mut commit = Commit::<Undone<NotChanged>>::new();
        commit.delete(rule.record.key(), Condition::Version(rule.version));
        commit.delete(rule.record.claim().key(), Condition::Always);
        RESTRICTION_NUMBERS.give_back(&mut commit);
        current.touch(&mut commit);
        app.store.commit(commit).await
    })
    .await
}

async fn read(app: &App, id: i64) -> Result<(Current, Versioned<Restriction>)> {
    let [version, rule] = app.store.get([kept::version_key(), Restriction::key_of(id)]).await?;
    let rule = rule.ok_or(Undone::Refused(NotChanged::Unknown))?;
    Ok((Current::of(app, version.as_ref()).await?, Versioned::from_item(rule)?))
}

/// The status of a rule: whoever is let in is answered by none.
fn code(category: Category, scope: Scope, named: Option<u16>) -> u16 {
    let named = named.filter(|_| category != Category::Whitelist);
    named.unwrap_or_else(|| Restriction::default_code(category, scope))
}

/// Adds to `commit` that there is a rule about this.
fn claim(commit: &mut Commit<Undone<NotChanged>>, rule: &Restriction) {
    commit
        .create(&rule.claim())
        .otherwise(|_| Undone::Refused(NotChanged::Taken));
}

/// Whether the rule `id` may become `after`, or go, if somebody at `ip` wants it.
fn judge(
    app: &App,
    tables: &Tables,
    ip: IpAddr,
    id: i64,
    after: Option<&Restriction>,
) -> std::result::Result<(), NotChanged> {
    let rest = || tables.rules.iter().filter(|rule| rule.id != id);
    if let Some(rule) = after {
        if rule.scope.canonical(&rule.value).is_none() || rule.value.chars().count() > LONGEST {
            return Err(NotChanged::InvalidValue);
        }
        let claim = rule.claim().key();
        if rest().any(|other| other.claim().key() == claim) {
            return Err(NotChanged::Taken);
        }
    }
    let then = Restrictions::new(rest().chain(after).cloned().collect());
    let now = &tables.restrictions;
    let place = match now.needs_place || then.needs_place {
        true => app.edge.places.of(ip),
        false => None,
    };
    let lets_in = |rules: &Restrictions, is_sign_in| rules.keeping_out(ip, place.as_ref(), is_sign_in).is_none();
    let shuts = |is_sign_in| lets_in(now, is_sign_in) && !lets_in(&then, is_sign_in);
    match shuts(false) || shuts(true) {
        true => Err(NotChanged::LocksOut),
        false => Ok(()),
    }
}

impl From<NotChanged> for Undone<NotChanged> {
    fn from(why: NotChanged) -> Self {
        Self::Refused(why)
    }
}
