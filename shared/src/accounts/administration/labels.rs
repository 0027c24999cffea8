//! Labels that administrators put on customers, in both scopes. State and level follow from the private ones at once.

use serde_json::json;

use super::find;
use crate::App;
use crate::access::edge::protection::{Administrator, Protected};
use crate::accounts::customer::labels::{MOST_PUBLIC, parse};
use crate::accounts::customer::problem::{Problems, Reason};
use crate::accounts::customer::{Change, Customer, Label, Scope};
use crate::act::Undone;
use crate::ids::UserId;
use crate::notify::events;
use crate::store::retried;

/// Labels of one scope that administrators put on one customer at most, so that all of them are read in one query.
const MOST: usize = MOST_PUBLIC;

/// Characters of a description.
const MOST_DESCRIPTION: usize = 255;

/// Why a label was not made, changed or removed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLabelled {
    /// There is no such user.
    #[error("there is no such user")]
    Unknown,
    /// The user is protected.
    #[error(transparent)]
    Protected(#[from] Protected),
    /// There is no label of this key and scope.
    #[error("there is no such label")]
    NoLabel,
    /// identity-server would have no administrator left.
    #[error("it is the last administrator")]
    LastAdministrator,
    /// Something about it is no good.
    #[error(transparent)]
    Invalid(#[from] Problems),
}

type Result<T> = std::result::Result<T, Undone<NotLabelled>>;

/// Which label, as it was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Whose, by the short identifier.
    pub uid: &'a str,
    /// Its key.
    pub key: &'a str,
    /// public or private.
    pub scope: &'a str,
}

/// What it is to say, as it was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The value.
    pub value: &'a str,
    /// What is written about it; as before where it is absent.
    pub description: Option<&'a str>,
}

/// A key and a scope that there may be.
struct Place {
    key: String,
    scope: Scope,
}

impl Wanted<'_> {
    /// Where it is; `None` where nothing can be.
    fn place(&self) -> Option<Place> {
        let key = parse("key", self.key).ok()?;
        Scope::parse(self.scope).map(|scope| Place { key, scope })
    }
}

fn refused<T>(why: NotLabelled) -> Result<T> {
    Err(Undone::Refused(why))
}

async fn customer(app: &App, by: Administrator<'_>, id: UserId) -> Result<Customer> {
    let customer = Customer::read(&app.store, id).await?;
    let customer = customer.ok_or(Undone::Refused(NotLabelled::Unknown))?;
    let protected = by.may_change(customer.user());
    protected.map_err(|why| Undone::Refused(why.into()))?;
    Ok(customer)
}

fn change<'c>(app: &App, by: Administrator<'_>, customer: &'c Customer) -> Change<'c, Undone<NotLabelled>> {
    let mut change = Change::of(app, customer);
    by.in_office(&mut change, customer.user());
    change.or_last_administrator(|| Undone::Refused(NotLabelled::LastAdministrator));
    change
}

/// Puts the label on, and tells what was decided about a document by it.
fn put(change: &mut Change<'_, Undone<NotLabelled>>, customer: &Customer, place: &Place, said: Said<'_>, value: &str) {
    let before = customer
        .label(place.scope, &place.key)
        .map(|label| label.value.as_str());
    change.describe(place.scope, &place.key, value, said.description);
    let decided = match value {
        "verified" => "system.document.verified",
        "rejected" => "system.document.rejected",
        _ => return,
    };
    if place.scope == Scope::Private && place.key == "document" && before != Some(value) {
        change.tell(decided, json!({ "user": events::user(customer.user()) }));
    }
}

/// What is wrong with a description.
fn check_description(problems: &mut Problems, said: Said<'_>) {
    let is_long = said
        .description
        .is_some_and(|text| text.chars().count() > MOST_DESCRIPTION);
    problems.note_if(is_long, "description", Reason::TooLong);
}

/// Makes a label.
///
/// # Errors
/// [`NotLabelled`].
pub async fn create(app: &App, by: Administrator<'_>, wanted: Wanted<'_>, said: Said<'_>) -> Result<()> {
    let id = find(app, wanted.uid).await?;
    let id = id.ok_or(Undone::Refused(NotLabelled::Unknown))?;
    retried(|| async {
        let customer = customer(app, by, id).await?;
        make(app, by, &customer, wanted, said).await
    })
    .await
}

async fn make(app: &App, by: Administrator<'_>, customer: &Customer, wanted: Wanted<'_>, said: Said<'_>) -> Result<()> {
    let mut problems = Problems::default();
    let place = wanted.place();
    if let Some(Place { key, scope }) = &place {
        problems.note_if(customer.label(*scope, key).is_some(), "key", Reason::Taken);
        let many = customer.labels.iter().filter(|label| label.scope == *scope).count();
        problems.note_if(many >= MOST, "key", Reason::LimitReached);
    }
    problems.take(parse("key", wanted.key));
    let value = problems.take(parse("value", said.value));
    check_description(&mut problems, said);
    problems.note_if(Scope::parse(wanted.scope).is_none(), "scope", Reason::Inclusion);
    problems.or_ok().map_err(|problems| Undone::Refused(problems.into()))?;
    let (Some(place), Some(value)) = (place, value) else {
        return refused(NotLabelled::NoLabel);
    };
    let mut change = change(app, by, customer);
    put(&mut change, customer, &place, said, &value);
    change.commit(app).await.map(drop)
}

/// Whether a label that is to be changed is made where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is made.
    Made,
    /// It is refused.
    Refused,
}

/// Gives a label another value, and another description where there is one.
///
/// # Errors
/// [`NotLabelled`].
pub async fn update(
    app: &App,
    by: Administrator<'_>,
    wanted: Wanted<'_>,
    said: Said<'_>,
    missing: Missing,
) -> Result<()> {
    let id = find(app, wanted.uid).await?;
    let id = id.ok_or(Undone::Refused(NotLabelled::Unknown))?;
    retried(|| async {
        let customer = customer(app, by, id).await?;
        let place = wanted.place();
        let place = place.filter(|place| customer.label(place.scope, &place.key).is_some());
        let Some(place) = place else {
            return match missing {
                Missing::Made => make(app, by, &customer, wanted, said).await,
                Missing::Refused => refused(NotLabelled::NoLabel),
            };
        };
        let mut problems = Problems::default();
        let value = problems.take(parse("value", said.value)).unwrap_or_default();
        check_description(&mut problems, said);
        problems.or_ok().map_err(|problems| Undone::Refused(problems.into()))?;
        let mut change = change(app, by, &customer);
        put(&mut change, &customer, &place, said, &value);
        change.commit(app).await.map(drop)
    })
    .await
}

/// Removes a label.
///
/// # Errors
/// [`NotLabelled`].
pub async fn delete(app: &App, by: Administrator<'_>, wanted: Wanted<'_>) -> Result<()> {
    let id = find(app, wanted.uid).await?;
    let id = id.ok_or(Undone::Refused(NotLabelled::Unknown))?;
    retried(|| async {
        let customer = customer(app, by, id).await?;
        let place = wanted.place();
        let label = place.and_then(|place| customer.label(place.scope, &place.key));
        let Some(Label { scope, key, .. }) = label else {
            return refused(NotLabelled::NoLabel);
        };
        let mut change = change(app, by, &customer);
        change.unlabel(*scope, key);
        change.commit(app).await.map(drop)
    })
    .await
}
