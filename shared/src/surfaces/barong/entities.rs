//! Entities as clients see them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::accounts::customer::{Customer, DataStorage, KycProfile, Label, Phone};
use crate::accounts::{State, User};
use crate::activity::Activity;
use crate::activity::audit::Audit;

/// A moment in UTC, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = "date-time", example = "2020-06-01T07:01:20Z")]
pub struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y-%m-%dT%H:%M:%SZ"))
    }
}

/// A moment in UTC, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = "date-time", example = "2020-06-01T07:01:20.123Z")]
pub struct Instant(pub Timestamp);

impl Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y-%m-%dT%H:%M:%S.%3fZ"))
    }
}

/// A user.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserView {
    /// The address, as typed.
    pub email: String,
    /// The short public identifier.
    pub uid: String,
    /// What it may do, by the permission table.
    pub role: String,
    /// How much is verified of it.
    pub level: u8,
    /// Whether a sign-in needs a code.
    pub otp: bool,
    /// pending, active, banned, deleted, locked, and what other surfaces know besides: inactive, unactivated.
    pub state: &'static str,
    /// Who brought it here.
    #[schema(required)]
    pub referral_uid: Option<String>,
    /// What a client keeps with it: JSON as text.
    #[schema(required)]
    pub data: Option<String>,
}

impl UserView {
    /// A user.
    pub fn of(user: &User) -> Self {
        Self {
            email: user.email.typed().to_owned(),
            uid: user.uid.clone(),
            role: user.role.clone(),
            level: user.level,
            otp: user.two_factor,
            state: State::as_str(user.state),
            referral_uid: user.referrer.as_ref().map(|referrer| referrer.uid.clone()),
            data: user.data.clone(),
        }
    }
}

/// A user and everything that it may know of itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FullUserView {
    /// The user.
    #[serde(flatten)]
    pub user: UserView,
    /// What X-CSRF-Token must say in this session; only where it was just opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub csrf_token: Option<String>,
    /// What is said of it, by itself and by the system.
    pub labels: Vec<LabelView>,
    /// Its phones.
    pub phones: Vec<PhoneView>,
    /// What it told about the person.
    pub profiles: Vec<ProfileView>,
    /// What clients keep with it.
    pub data_storages: Vec<DataStorageView>,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl FullUserView {
    /// A user and everything that is known of it.
    pub fn known(app: &App, customer: &Customer) -> Self {
        let masking = app.config.customers.masking;
        let phones = customer.phones.iter().map(|phone| PhoneView::of(phone, masking));
        let profiles = customer
            .profiles
            .iter()
            .map(|profile| ProfileView::of(profile, masking));
        Self {
            labels: customer.labels.iter().map(LabelView::of).collect(),
            phones: phones.collect(),
            profiles: profiles.collect(),
            data_storages: customer.storages.iter().map(DataStorageView::of).collect(),
            ..Self::of(customer.user())
        }
    }

    /// A user of whom nothing else is known.
    pub fn of(user: &User) -> Self {
        Self {
            user: UserView::of(user),
            csrf_token: None,
            labels: Vec::new(),
            phones: Vec::new(),
            profiles: Vec::new(),
            data_storages: Vec::new(),
            created_at: Moment(user.created_at),
            updated_at: Moment(user.updated_at.unwrap_or(user.created_at)),
        }
    }

    /// The same in the answer that opens a session.
    #[must_use]
    pub fn opened(self, csrf_token: &str) -> Self {
        Self {
            csrf_token: Some(csrf_token.to_owned()),
            ..self
        }
    }
}

/// A label.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LabelView {
    /// Its name.
    pub key: String,
    /// What it says.
    pub value: String,
    /// public or private.
    pub scope: &'static str,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl LabelView {
    /// A label.
    pub fn of(label: &Label) -> Self {
        Self {
            key: label.key.clone(),
            value: label.value.clone(),
            scope: label.scope.as_str(),
            created_at: Moment(label.created_at),
            updated_at: Moment(label.updated_at),
        }
    }
}

/// A phone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhoneView {
    /// Its country, in two letters.
    pub country: String,
    /// Its number: digits without plus.
    pub number: String,
    /// When its owner showed that messages arrive.
    #[schema(required)]
    pub validated_at: Option<Instant>,
}

impl PhoneView {
    /// A phone; a part of its number where numbers are masked.
    pub fn of(phone: &Phone, masking: bool) -> Self {
        Self {
            country: phone.number.country().to_owned(),
            number: match masking {
                true => phone.number.masked(),
                false => phone.number.digits().to_owned(),
            },
            validated_at: phone.validated_at.map(Instant),
        }
    }
}

/// What a user told about the person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProfileView {
    /// Given name.
    #[schema(required)]
    pub first_name: Option<String>,
    /// Family name.
    #[schema(required)]
    pub last_name: Option<String>,
    /// Day of birth.
    #[schema(required)]
    pub dob: Option<String>,
    /// Street and house.
    #[schema(required)]
    pub address: Option<String>,
    /// Post code.
    #[schema(required)]
    pub postcode: Option<String>,
    /// Town.
    #[schema(required)]
    pub city: Option<String>,
    /// Country.
    #[schema(required)]
    pub country: Option<String>,
    /// drafted, submitted, verified or rejected.
    pub state: &'static str,
    /// JSON as text.
    #[schema(required)]
    pub metadata: Option<String>,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl ProfileView {
    /// A profile; a part of name and day of birth where they are masked.
    pub fn of(profile: &KycProfile, masking: bool) -> Self {
        let details = profile.details.clone();
        Self {
            first_name: details.first_name,
            last_name: match masking {
                true => details.last_name.as_deref().map(|name| masked(name, 1, 0)),
                false => details.last_name,
            },
            dob: match masking {
                true => details.dob.map(|dob| dob.strftime("%Y-%m-**").to_string()),
                false => details.dob.map(|dob| dob.to_string()),
            },
            address: details.address,
            postcode: details.postcode,
            city: details.city,
            country: details.country,
            state: profile.state.as_str(),
            metadata: details.metadata,
            created_at: Moment(profile.created_at),
            updated_at: Moment(profile.updated_at),
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HappenedView {
    /// The client's address.
    pub user_ip: String,
    /// Where that is; not told.
    #[schema(required)]
    pub user_ip_country: Option<String>,
    /// What the client called itself.
    pub user_agent: String,
    /// What it is about.
    pub topic: String,
    /// What was done.
    pub action: String,
    /// succeed, failed or denied.
    pub result: &'static str,
    /// JSON as text: why it failed, or what was asked for.
    #[schema(required)]
    pub data: Option<String>,
    /// When.
    pub created_at: Moment,
}

impl HappenedView {
    /// What happened to an account.
    pub fn of(activity: &Activity) -> Self {
        Self {
            user_ip: activity.ip.to_string(),
            user_ip_country: None,
            user_agent: match activity.user_agent.as_str() {
                "" => "-".to_owned(),
                agent => agent.to_owned(),
            },
            topic: activity.topic.clone(),
            action: Self::action_of(activity).to_owned(),
            result: activity.outcome.as_str(),
            data: activity.data.clone(),
            created_at: Moment(activity.at),
        }
    }

    /// What the edge wrote down.
    pub fn of_audit(audit: &Audit) -> Self {
        Self {
            user_ip: audit.ip.to_string(),
            user_ip_country: None,
            user_agent: audit.user_agent.clone(),
            topic: audit.topic.clone(),
            action: audit.action.clone(),
            result: audit.result.as_str(),
            data: Some(audit.data.clone()),
            created_at: Moment(audit.at),
        }
    }

    /// What was done, in barong's words where other surfaces have their own.
    pub fn action_of(activity: &Activity) -> &str {
        match (activity.topic.as_str(), activity.action.as_str()) {
            ("password", "change") => "password change",
            ("password", "reset") => "password reset",
            ("account", "create") => "signup",
            (_, action) => action,
        }
    }
}

/// A text of which only its first and its last characters are shown.
pub fn masked(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    let is_shown = |place: usize| place < first || place + last >= length;
    let letters = text.chars().enumerate();
    letters
        .map(|(place, letter)| if is_shown(place) { letter } else { '*' })
        .collect()
}

/// What a client keeps with a user.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DataStorageView {
    /// Its name.
    pub title: String,
    /// JSON as text.
    pub data: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl DataStorageView {
    /// Data of a user.
    pub fn of(storage: &DataStorage) -> Self {
        Self {
            title: storage.title.clone(),
            data: storage.data.clone(),
            created_at: Moment(storage.created_at),
            updated_at: Moment(storage.updated_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_shows_its_ends() {
        assert_eq!(masked("Lovelace", 1, 0), "L*******");
        assert_eq!(masked("AB123456", 2, 2), "AB****56");
        assert_eq!(masked("ABC", 2, 2), "ABC");
        assert_eq!(masked("", 1, 0), "");
        let number = crate::accounts::customer::phones::PhoneNumber::parse("+442079460018").unwrap();
        assert_eq!(number.masked(), "44******0018");
    }

    #[test]
    fn moments_are_in_utc() {
        let at: Timestamp = "2020-06-01T09:01:20.987654321+02:00".parse().unwrap();
        assert_eq!(serde_json::to_string(&Moment(at)).unwrap(), r#""2020-06-01T07:01:20Z""#);
        assert_eq!(
            serde_json::to_string(&Instant(at)).unwrap(),
            r#""2020-06-01T07:01:20.987Z""#
        );
    }
}
