//! Who somebody is in a provider's words, read into what can only hold what is right.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Provider;
use crate::accounts::Email;
use crate::accounts::profile::{MAX_NAME, Profile};

/// Bytes of a subject at most (OpenID Connect Core 1.0 §2).
const MAX_SUBJECT: usize = 255;

/// Somebody a provider vouches for.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Who vouches.
    pub provider: Provider,
    /// Who vouches, as configured.
    pub issuer: String,
    /// Whom it vouches for: never anybody else's at this issuer, and never changes.
    pub subject: Subject,
    /// An address that it says is theirs; none where it says that it does not know.
    pub email: Option<Email>,
    /// What it tells about them.
    pub profile: Profile,
}

/// What a provider calls somebody: 1 to 255 bytes, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Reads a subject; `None` where no provider may call anybody so.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=MAX_SUBJECT).contains(&text.len()) && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What providers tell about somebody, whatever they call it. It is a claim until it was checked where it comes from.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Told {
    /// The subject of OpenID Connect.
    #[serde(default)]
    pub sub: Option<String>,
    /// The same in the Graph API, where it may be a number.
    #[serde(default, deserialize_with = "text_or_number")]
    pub id: Option<String>,
    /// An address.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the provider knows that it is theirs. Apple writes it as a text.
    #[serde(default, deserialize_with = "yes_or_no")]
    pub email_verified: Option<bool>,
    /// The whole name.
    #[serde(default)]
    pub name: Option<String>,
    /// The given name.
    #[serde(default, alias = "first_name")]
    pub given_name: Option<String>,
    /// The family name.
    #[serde(default, alias = "last_name")]
    pub family_name: Option<String>,
    /// A name that somebody chose.
    #[serde(default, alias = "preferred_username")]
    pub username: Option<String>,
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    })
}

fn yes_or_no<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::Bool(said) => Some(said),
        Value::String(text) => Some(text == "true"),
        _ => Some(false),
    })
}

/// What it means that a provider says nothing about whether an address is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// It says so where it knows: it does not know.
    Unverified,
    /// It has no word for that, and shows only addresses that were confirmed there.
    Verified,
}

impl Told {
    /// The address, where the provider knows that it is theirs.
    pub fn verified_email(&self, silence: Silence) -> Option<Email> {
        let is_theirs = self.email_verified.unwrap_or(silence == Silence::Verified);
        self.email
            .as_deref()
            .filter(|_| is_theirs)
            .and_then(|email| Email::parse(email).ok())
    }

    /// The name, shortened to what a profile holds.
    pub fn profile(&self) -> Profile {
        let told = |name: &Option<String>| name.as_deref().map(shown).filter(|name| !name.is_empty());
        match (told(&self.given_name), told(&self.family_name)) {
            (None, None) => {
                let name = told(&self.name).or_else(|| told(&self.username));
                let name = name.or_else(|| self.email.as_deref().map(before_at));
                Profile::of_name(&name.unwrap_or_default())
            }
            (first, last) => Profile {
                first_name: first.unwrap_or_default(),
                last_name: last.unwrap_or_default(),
                ..Profile::of_name("")
            },
        }
    }
}

/// A name without what does not belong into one.
fn shown(name: &str) -> String {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).collect();
    name.chars().take(MAX_NAME).collect()
}

fn before_at(email: &str) -> String {
    shown(email.split('@').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(value: Value) -> Told {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn an_address_counts_where_the_provider_says_that_it_is_theirs() {
        let email = |verified: Value, silence| {
            let told = told(json!({ "email": "ada@example.com", "email_verified": verified }));
            told.verified_email(silence).is_some()
        };
        use Silence::{Unverified, Verified};
        for yes in [json!(true), json!("true")] {
            assert!(email(yes.clone(), Unverified) && email(yes, Verified));
        }
        for no in [
            json!(false),
            json!("false"),
            json!("TRUE"),
            json!(1),
            json!([true]),
            json!({}),
        ] {
            assert!(!email(no.clone(), Unverified) && !email(no.clone(), Verified), "{no}");
        }
        assert!(!email(json!(null), Unverified) && email(json!(null), Verified));
        let nonsense = told(json!({ "email": "not an address", "email_verified": true }));
        assert!(nonsense.verified_email(Verified).is_none());
    }

    #[test]
    fn a_name_from_whatever_is_told() {
        for (value, first, last) in [
            (
                json!({ "given_name": "Ada", "family_name": "Lovelace" }),
                "Ada",
                "Lovelace",
            ),
            (
                json!({ "first_name": "Ada", "last_name": "Lovelace" }),
                "Ada",
                "Lovelace",
            ),
            (json!({ "name": "Ada Lovelace" }), "Ada", "Lovelace"),
            (json!({ "family_name": "Lovelace", "name": "x" }), "", "Lovelace"),
            (json!({ "username": "ada" }), "ada", ""),
            (json!({ "preferred_username": "ada", "name": " \n" }), "ada", ""),
            (json!({ "email": "ada@example.com" }), "ada", ""),
            (json!({}), "", ""),
        ] {
            let profile = told(value.clone()).profile();
            assert_eq!(
                (profile.first_name.as_str(), profile.last_name.as_str()),
                (first, last),
                "{value}"
            );
        }
        let long = told(json!({ "given_name": "a".repeat(1000) })).profile();
        assert_eq!(long.first_name.len(), MAX_NAME);
    }

    #[test]
    fn what_a_subject_is() {
        assert_eq!(told(json!({ "id": 4711 })).id.as_deref(), Some("4711"));
        assert_eq!(told(json!({ "id": -1 })).id, None);
        assert!(Subject::parse("1").is_some() && Subject::parse(&"a".repeat(255)).is_some());
        for none in ["", "a\nb", "\0", &"a".repeat(256)] {
            assert_eq!(Subject::parse(none), None, "{none:?}");
        }
    }
}
