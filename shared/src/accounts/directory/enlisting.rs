//! Making lists know the accounts of a table that is older than they are. Each account is seen to once, and the whole may be cut
//! off at any point.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{card, profiles};
use crate::App;
use crate::accounts::Customer;
use crate::accounts::customer::Label;
use crate::accounts::customer::labels;
use crate::accounts::user::{UidClaim, User};
use crate::ids::UserId;
use crate::store::commit::{Step, flag};
use crate::store::query::Index;
use crate::store::record::read;
use crate::store::{Commit, Condition, Key, Query, Record, StoreError, retried};

/// Changes of a commit that only writes again what is there: half of what a commit may have.
const AT_A_TIME: usize = 50;

/// Says that lists know every account of the table.
#[derive(Debug, Serialize, Deserialize)]
pub struct Complete {
    /// Since when.
    pub since: Timestamp,
}

impl Complete {
    /// Where it is kept.
    pub fn key_of() -> Key {
        Key::new("BOOTSTRAP", "LISTS")
    }
}

impl Record for Complete {
    const KIND: &'static str = "complete lists";
    fn key(&self) -> Key {
        Self::key_of()
    }
}

/// Makes lists know every account.
///
/// # Errors
/// [`StoreError`] when the table cannot be read or written.
pub async fn enlist_all(app: &App) -> Result<(), StoreError> {
    let mut next = Some(Query::partition(UidClaim::EVERYBODY).of(Index::Gsi1).limit(super::MOST));
    while let Some(query) = next {
        let page = app.store.query(query.clone()).await?;
        next = page.next.clone().map(|cursor| query.after(cursor));
        let claims = page.records::<UidClaim>()?;
        let keys = claims.iter().map(|claim| User::key_of(claim.user_id)).collect();
        let users = app.store.get_all(keys).await?.into_iter().flatten();
        for user in users.map(read::<User>) {
            let user = user?;
            if !user.is_listed {
                retried(|| enlist(app, user.id)).await?;
            }
        }
    }
    let since = app.clock.now();
    let mut commit = Commit::<StoreError>::new();
    commit.put(&Complete { since });
    app.store.commit(commit).await
}

/// Makes lists know one account, as it is in this moment: whoever changes it meanwhile makes this begin anew.
async fn enlist(app: &App, id: UserId) -> Result<(), StoreError> {
    let Some(customer) = Customer::read(&app.store, id).await? else {
        return Ok(());
    };
    let user = customer.user();
    if user.is_listed {
        return Ok(());
    }
    let unchanged = || Condition::Version(customer.account.version);
    for some in customer.labels.chunks(AT_A_TIME) {
        let mut commit = Commit::<StoreError>::new();
        commit.check(user.key(), unchanged());
        for label in some {
            commit.put(label);
        }
        app.store.commit(commit).await?;
    }
    // Each has two entries.
    for some in customer.profiles.chunks(AT_A_TIME / 2) {
        let mut commit = Commit::<StoreError>::new();
        commit.check(user.key(), unchanged());
        for profile in some {
            profiles::keep(&mut commit, profile);
        }
        app.store.commit(commit).await?;
    }
    let private: Vec<Label> = customer
        .labels
        .iter()
        .filter(|label| label.is_private())
        .cloned()
        .collect();
    let mut commit = Commit::<StoreError>::new();
    commit.update(user.key(), unchanged(), [Step::Set("is_listed", flag(true))]);
    labels::count(&mut commit, id, &[], &private);
    profiles::count(&mut commit, id, customer.profiles.len());
    card::made(&mut commit, user);
    app.store.commit(commit).await
}
