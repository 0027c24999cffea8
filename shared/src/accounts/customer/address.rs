//! That mail to an address arrives: the mark on the user, the label that says so, and the level that follows, whatever
//! surface it was shown on.

use super::Change;
use super::labels::{self, Label, Scope};
use crate::App;
use crate::accounts::User;
use crate::store::commit::{Step, text};
use crate::store::{Commit, StoreError};

/// The label's key and value.
const LABEL: (&str, &str) = ("email", "verified");

/// Adds to `change` that its customer's address is confirmed, with the label that says so.
pub fn confirm<E: From<StoreError>>(change: &mut Change<'_, E>, app: &App) {
    change.user(Step::Set("email_confirmed_at", text(app.clock.now())));
    change.label(Scope::Private, LABEL.0, LABEL.1);
}

/// The same for `user`, who is made in `commit` and whose state is decided already.
pub fn confirm_new<E>(commit: &mut Commit<E>, app: &App, user: &mut User) {
    let now = app.clock.now();
    let label = Label {
        user_id: user.id,
        key: LABEL.0.to_owned(),
        value: LABEL.1.to_owned(),
        scope: Scope::Private,
        description: None,
        created_at: now,
        updated_at: now,
    };
    user.email_confirmed_at = Some(now);
    user.level = app.config.customers.rules.level(std::slice::from_ref(&label));
    labels::count(commit, user.id, &[], std::slice::from_ref(&label));
    commit.create(&label);
}
