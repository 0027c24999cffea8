//! Removing a passkey.

use super::{CredentialClaim, Passkey, of_user};
use crate::App;
use crate::accounts::User;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::notify::{Message, Template};
use crate::sessions::Origin;
use crate::store::commit::int;
use crate::store::{Commit, Condition, Record};

/// The user has no such passkey.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such passkey")]
pub struct Unknown;

/// Removes the passkey with this number for good: its credential may be registered again.
///
/// # Errors
/// [`Unknown`].
pub async fn remove(app: &App, user: &User, origin: &Origin, number: u64) -> Result<(), Undone<Unknown>> {
    let passkeys = of_user(&app.store, user.id).await?;
    let passkey: Option<Passkey> = passkeys.into_iter().find(|passkey| passkey.number == number);
    let passkey = passkey.ok_or(Undone::Refused(Unknown))?;
    let keyring = app.keys.get().await?;
    let template = Template::PasskeyRemoved {
        name: passkey.name.clone(),
    };
    let message = Message::mail(app, &keyring, &user.email, &template).map_err(Failure::from)?;
    let mut commit = Commit::<Undone<Unknown>>::new();
    commit
        // Not one that was registered anew meanwhile, with the same credential.
        .delete(passkey.key(), Condition::Equals("number", int(number.cast_signed())))
        .otherwise(|_| Undone::Refused(Unknown));
    commit.delete(CredentialClaim::key_of(&passkey.credential_bytes()?), Condition::Always);
    Activity::new(app, user.id, origin, "passkey", "delete")
        .about(number)
        .enter(&mut commit);
    commit.create(&message);
    app.store.commit(commit).await
}
