//! Profiles of customers: who they say they are, for an administrator to decide. At most one of a customer's is not decided.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use unicode_normalization::char::is_combining_mark;

use super::country::is_country;
use super::problem::{Problems, Reason, is_json, squished};
use super::{Change, Customer, Scope};
use crate::App;
use crate::accounts::{User, directory};
use crate::act::Undone;
use crate::ids::{UserId, new_ulid};
use crate::store::{Key, Record, StoreError, retried};

/// Code points that any text of a profile has at most.
const MOST: usize = 255;

/// Characters of metadata that are kept.
const MOST_METADATA: usize = 5120;

/// Where a profile stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileState {
    /// Being written.
    Drafted,
    /// To be decided.
    Submitted,
    /// Right.
    Verified,
    /// Wrong; the customer may write another one.
    Rejected,
}

impl ProfileState {
    /// The state of this name.
    pub fn parse(text: &str) -> Option<Self> {
        let states = [Self::Drafted, Self::Submitted, Self::Verified, Self::Rejected];
        states.into_iter().find(|state| state.as_str() == text)
    }

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            ProfileState::Drafted => "drafted",
            ProfileState::Submitted => "submitted",
            ProfileState::Verified => "verified",
            ProfileState::Rejected => "rejected",
        }
    }

    /// Whether it waits for its customer or for an administrator.
    pub fn is_open(self) -> bool {
        matches!(self, ProfileState::Drafted | ProfileState::Submitted)
    }
}

/// What a profile says. Every part may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Date of birth.
    pub dob: Option<Date>,
    /// Street and house.
    pub address: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Country, as it was written (ISO 3166-1, two or three letters).
    pub country: Option<String>,
    /// Something in JSON, as it was written.
    pub metadata: Option<String>,
}

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KycProfile {
    /// Identifier, in order of time.
    pub id: String,
    /// Whose.
    pub user_id: UserId,
    /// Where it stands.
    pub state: ProfileState,
    /// What it says.
    #[serde(flatten)]
    pub details: Details,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl KycProfile {
    /// Where a profile of `user` is kept.
    pub fn key_of(user: UserId, id: &str) -> Key {
        Key::new(User::partition(user), format!("KYC#PROFILE#{id}"))
    }
}

impl Record for KycProfile {
    const KIND: &'static str = "profile";
    fn key(&self) -> Key {
        Self::key_of(self.user_id, &self.id)
    }
}

/// Why a profile was not written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// The account is gone.
    #[error("the user does not exist")]
    Gone,
    /// There is none that its customer may change.
    #[error("there is no profile that may be changed")]
    NoDraft,
    /// What it says is no good.
    #[error(transparent)]
    Invalid(#[from] Problems),
}

type Result<T> = std::result::Result<T, Undone<NotWritten>>;

impl Details {
    /// The same in the form in which it is kept.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn checked(self, today: Date) -> std::result::Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut text = |attribute, text: Option<String>, shortest, is_known: fn(char) -> bool| {
            let text = text?;
            let squished = match attribute {
                // The published API keeps an address as it is written.
                "address" => text,
                _ => squished(&text),
            };
            let length = squished.chars().count();
            let is_odd = length == 0 || !squished.chars().all(|c| is_word(c) || is_known(c));
            problems.note_if(is_odd, attribute, Reason::Invalid);
            problems.note_if(length > 0 && length < shortest, attribute, Reason::TooShort);
            problems.note_if(length > MOST, attribute, Reason::TooLong);
            Some(squished)
        };
        let in_names = |c| matches!(c, ' ' | '-' | '\'');
        let kept = Self {
            first_name: text("first_name", self.first_name, 1, in_names),
            last_name: text("last_name", self.last_name, 1, in_names),
            city: text("city", self.city, 1, |c| {
                matches!(c, ' ' | '-' | '–' | '.' | '~' | '\'')
            }),
            postcode: text("postcode", self.postcode, 2, |c| matches!(c, ' ' | '-')),
            address: text("address", self.address, 1, |c| " -–,.~;/:#\"\\&'()".contains(c)),
            ..self
        };
        let is_foreign = kept.country.as_deref().is_some_and(|country| !is_country(country));
        let phrase = Reason::Phrase("must have alpha2 or alpha3 format".into());
        problems.note_if(is_foreign, "country", phrase);
        let is_unborn = kept.dob.is_some_and(|dob| dob > today);
        problems.note_if(is_unborn, "dob", Reason::Invalid);
        let metadata = kept.metadata.as_deref();
        let is_odd = metadata.is_some_and(|metadata| !is_json(metadata));
        problems.note_if(is_odd, "metadata", Reason::InvalidFormat);
        let is_long = metadata.is_some_and(|metadata| metadata.chars().count() > MOST_METADATA);
        problems.note_if(is_long, "metadata", Reason::TooLong);
        problems.or_ok().map(|()| kept)
    }

    /// The same, with what `newer` says where it says something.
    #[must_use]
    pub(crate) fn with(self, newer: &Self) -> Self {
        let newer = newer.clone();
        Self {
            first_name: newer.first_name.or(self.first_name),
            last_name: newer.last_name.or(self.last_name),
            dob: newer.dob.or(self.dob),
            address: newer.address.or(self.address),
            postcode: newer.postcode.or(self.postcode),
            city: newer.city.or(self.city),
            country: newer.country.or(self.country),
            metadata: newer.metadata.or(self.metadata),
        }
    }
}

/// A letter, a digit or what joins them, in whatever script.
fn is_word(c: char) -> bool {
    // Marks stand on letters, as decomposed text and many scripts write them.
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}

/// Begins a profile.
///
/// # Errors
/// [`NotWritten`].
pub async fn create(app: &App, user: UserId, details: Details, is_final: bool) -> Result<KycProfile> {
    let details = details.checked(today(app));
    retried(|| async {
        let customer = read(app, user).await?;
        let mut problems = Problems::default();
        let is_open = customer.profiles.iter().any(|profile| profile.state.is_open());
        problems.note_if(is_open, "state", Reason::Exists);
        let details = problems.take(details.clone());
        problems.or_ok().map_err(|problems| Undone::Refused(problems.into()))?;
        let now = app.clock.now();
        let profile = KycProfile {
            id: new_ulid(&app.clock, &app.random).to_string(),
            user_id: user,
            state: state(is_final),
            details: details.unwrap_or_default(),
            created_at: now,
            updated_at: now,
        };
        write(app, &customer, profile).await
    })
    .await
}

/// Goes on with the profile that is being written.
///
/// # Errors
/// [`NotWritten`].
pub async fn update(app: &App, user: UserId, details: Details, is_final: bool) -> Result<KycProfile> {
    let details = details.checked(today(app));
    retried(|| async {
        let customer = read(app, user).await?;
        let is_drafted = |profile: &&KycProfile| profile.state == ProfileState::Drafted;
        let draft = customer.profiles.iter().find(is_drafted);
        let draft = draft.ok_or(Undone::Refused(NotWritten::NoDraft))?.clone();
        let newer = details.clone().map_err(|problems| Undone::Refused(problems.into()))?;
        let profile = KycProfile {
            state: state(is_final),
            details: draft.details.with(&newer),
            updated_at: app.clock.now(),
            ..draft
        };
        write(app, &customer, profile).await
    })
    .await
}

/// Adds to `change` that a profile is as it is here, and the labels that follow: `profile` says its state, and a document that
/// was verified for another profile has to be looked at again.
pub fn keep<E: From<StoreError>>(change: &mut Change<'_, E>, customer: &Customer, profile: &KycProfile) {
    let name = match customer.profiles.iter().any(|known| known.id == profile.id) {
        true => "model.profile.updated",
        false => "model.profile.created",
    };
    let record = json!({ "user": change.shown(), "state": profile.state.as_str() });
    change.put(profile);
    if customer.user().is_listed {
        let is_new = customer.profiles.iter().all(|known| known.id != profile.id);
        directory::profiles::keep(change, profile);
        directory::profiles::count(change, profile.user_id, usize::from(is_new));
    }
    change.tell(name, record);
    change.label(Scope::Private, "profile", profile.state.as_str());
    let document = customer.label(Scope::Private, "document");
    if document.is_some_and(|label| label.value == "verified") {
        change.label(Scope::Private, "document", "replaced");
    }
}

async fn write(app: &App, customer: &Customer, profile: KycProfile) -> Result<KycProfile> {
    let mut change = Change::<Undone<NotWritten>>::of(app, customer);
    keep(&mut change, customer, &profile);
    change.commit(app).await?;
    Ok(profile)
}

fn state(is_final: bool) -> ProfileState {
    match is_final {
        true => ProfileState::Submitted,
        false => ProfileState::Drafted,
    }
}

/// The day in UTC.
pub(crate) fn today(app: &App) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(app.clock.now()).date()
}

async fn read(app: &App, user: UserId) -> Result<Customer> {
    let customer = Customer::read(&app.store, user).await?;
    customer.ok_or(Undone::Refused(NotWritten::Gone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(change: impl FnOnce(&mut Details)) -> Vec<String> {
        let mut details = Details::default();
        change(&mut details);
        let today = "2026-03-01".parse().unwrap();
        details
            .checked(today)
            .err()
            .map(|problems| problems.keys())
            .unwrap_or_default()
    }

    #[test]
    fn nothing_is_asked_for() {
        assert!(problems(|_| {}).is_empty());
    }

    #[test]
    fn what_is_told_must_make_sense() {
        for good in ["Ada", "Jean-Luc", "O'Neil", "Zoë", "Анна", "李", "  two   words "] {
            assert!(
                problems(|details| details.first_name = Some(good.into())).is_empty(),
                "{good}"
            );
        }
        for bad in ["", " ", "a<b", "x;y", "two\u{0}"] {
            assert_eq!(
                problems(|details| details.last_name = Some(bad.into())),
                ["last_name.invalid"],
                "{bad}"
            );
        }
        assert_eq!(
            problems(|details| details.first_name = Some("x".repeat(256))),
            ["first_name.too_long"]
        );
        assert_eq!(
            problems(|details| details.postcode = Some("1".into())),
            ["postcode.too_short"]
        );
        assert_eq!(
            problems(|details| details.postcode = Some("1.2".into())),
            ["postcode.invalid"]
        );
        assert_eq!(
            problems(|details| details.city = Some("St. John's".into())),
            Vec::<String>::new()
        );
        assert_eq!(
            problems(|details| details.city = Some("here/there".into())),
            ["city.invalid"]
        );
        assert!(problems(|details| details.address = Some("1, High St. (rear) #4".into())).is_empty());
        assert_eq!(
            problems(|details| details.address = Some("<b>".into())),
            ["address.invalid"]
        );
        assert_eq!(
            problems(|details| details.metadata = Some("{".into())),
            ["metadata.invalid_format"]
        );
        assert!(problems(|details| details.metadata = Some("{\"a\":[1]}".into())).is_empty());
        for good in ["gb", "GB", "usa", "UKR"] {
            assert!(
                problems(|details| details.country = Some(good.into())).is_empty(),
                "{good}"
            );
        }
        for bad in ["", "x", "zz", "zzz", "United Kingdom"] {
            let said = ["country.must have alpha2 or alpha3 format"];
            assert_eq!(problems(|details| details.country = Some(bad.into())), said, "{bad}");
        }
        let date = |text: &str| text.parse().ok();
        assert_eq!(problems(|details| details.dob = date("2026-03-02")), ["dob.invalid"]);
        assert!(problems(|details| details.dob = date("2026-03-01")).is_empty());
    }

    #[test]
    fn all_that_is_wrong_is_said_in_order() {
        let said = problems(|details| {
            details.first_name = Some("<".into());
            details.city = Some("<".into());
            details.country = Some("nowhere".into());
        });
        assert_eq!(
            said,
            [
                "first_name.invalid",
                "city.invalid",
                "country.must have alpha2 or alpha3 format"
            ]
        );
    }
}
