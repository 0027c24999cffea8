//! Data that customers keep here, which only administrators remove.

use super::find;
use crate::App;
use crate::accounts::customer::{Change, Customer, Scope};
use crate::act::Undone;
use crate::store::{Condition, Record, retried};

/// Why nothing was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRemoved {
    /// There is no such user.
    #[error("there is no such user")]
    Unknown,
    /// Nothing is kept under the title.
    #[error("there is no such data")]
    NoData,
}

/// Removes what a user keeps under a title, and the label that says so; it may be kept anew. Whoever may administrate users may
/// do so to a superadmin too, as the published API has it.
///
/// # Errors
/// [`NotRemoved`].
pub async fn delete(app: &App, uid: &str, title: &str) -> Result<(), Undone<NotRemoved>> {
    let unknown = || Undone::Refused(NotRemoved::Unknown);
    let id = find(app, uid).await?.ok_or_else(unknown)?;
    retried(|| async {
        let customer = Customer::read(&app.store, id).await?.ok_or_else(unknown)?;
        let kept = customer.storages.iter().find(|kept| kept.title == title);
        let kept = kept.ok_or(Undone::Refused(NotRemoved::NoData))?;
        let mut change = Change::<Undone<NotRemoved>>::of(app, &customer);
        change.delete(kept.key(), Condition::Present);
        change.unlabel(Scope::Private, &title.to_lowercase());
        change.commit(app).await.map(drop)
    })
    .await
}
