//! Profiles that wait for a decision. Only a submitted one is changed, and at most one of a customer's is.

use super::find;
use crate::App;
use crate::access::edge::protection::{Administrator, Protected};
use crate::accounts::customer::problem::{Problems, Reason};
use crate::accounts::customer::profiles::{Details, ProfileState, keep, today};
use crate::accounts::customer::{Change, Customer, KycProfile};
use crate::act::Undone;
use crate::store::retried;

/// Why a profile was not changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDecided {
    /// There is no such user, or nothing of theirs waits.
    #[error("nothing waits for a decision")]
    NothingWaits,
    /// The user is protected.
    #[error(transparent)]
    Protected(#[from] Protected),
    /// What it is to say is no good.
    #[error(transparent)]
    Invalid(#[from] Problems),
}

/// Decides about a profile, or corrects it: the state of this name where there is one, and what `details` says.
///
/// # Errors
/// [`NotDecided`].
pub async fn decide(
    app: &App,
    by: Administrator<'_>,
    uid: &str,
    details: Details,
    state: Option<&str>,
) -> Result<KycProfile, Undone<NotDecided>> {
    let nothing = || Undone::Refused(NotDecided::NothingWaits);
    let id = find(app, uid).await?.ok_or_else(nothing)?;
    let mut problems = Problems::default();
    let details = problems.take(details.checked(today(app)));
    let state = state.map(ProfileState::parse);
    problems.note_if(state == Some(None), "state", Reason::Inclusion);
    retried(|| async {
        let customer = Customer::read(&app.store, id).await?.ok_or_else(nothing)?;
        let waits = |profile: &&KycProfile| profile.state == ProfileState::Submitted;
        let waiting = customer.profiles.iter().find(waits).ok_or_else(nothing)?;
        let protected = by.may_change(customer.user());
        protected.map_err(|why| Undone::Refused(why.into()))?;
        let wrong = problems.clone().or_ok();
        wrong.map_err(|problems| Undone::Refused(problems.into()))?;
        let profile = KycProfile {
            state: state.flatten().unwrap_or(waiting.state),
            details: waiting.details.clone().with(&details.clone().unwrap_or_default()),
            updated_at: app.clock.now(),
            ..waiting.clone()
        };
        let mut change = Change::<Undone<NotDecided>>::of(app, &customer);
        by.in_office(&mut change, customer.user());
        keep(&mut change, &customer, &profile);
        change.commit(app).await?;
        Ok(profile)
    })
    .await
}
