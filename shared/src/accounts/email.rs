//! E-mail addresses: compared without case, unique across surfaces, shown as typed.

use std::str::FromStr;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::store::{Key, Record};

/// Octets that an address has at most (RFC 5321 §4.5.3.1.3).
const MAX_BYTES: usize = 254;

/// A well-formed address.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    typed: String,
    canonical: String,
}

/// The text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct NotAnAddress;

impl Email {
    /// Reads an address; blanks around it do not count.
    ///
    /// # Errors
    /// [`NotAnAddress`] for what RFC 5321 does not allow as a mailbox, and for display names and address literals.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let typed = text.trim();
        let options = Options::default().without_display_text().without_domain_literal();
        if typed.len() > MAX_BYTES || EmailAddress::parse_with_options(typed, options).is_err() {
            return Err(NotAnAddress);
        }
        Ok(Self {
            typed: typed.to_owned(),
            canonical: typed.to_lowercase(),
        })
    }

    /// As it was typed, to be shown and written to.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// In lower case, to be compared and looked up.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// What stands before the `@`, in lower case.
    pub fn local_part(&self) -> &str {
        self.canonical
            .rsplit_once('@')
            .map_or(self.canonical.as_str(), |(local, _)| local)
    }

    /// The partition of everything that is found by this address.
    pub fn partition(&self) -> String {
        partition(&self.canonical)
    }
}

/// The partition that a text would have if it were an address: a sign-in with anything else finds nothing there. Keys are
/// short in DynamoDB, so what is too long for an address is looked up by its digest.
pub fn partition(text: &str) -> String {
    match text.trim() {
        text if text.len() <= MAX_BYTES => format!("EMAIL#{}", text.to_lowercase()),
        text => format!(
            "EMAIL##{}",
            URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
        ),
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.typed)
    }
}

/// Logs do not show addresses.
impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

impl FromStr for Email {
    type Err = NotAnAddress;
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Email {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.typed
    }
}

/// Says that an address belongs to a user, and to nobody else.
#[derive(Debug, Serialize, Deserialize)]
pub struct EmailClaim {
    /// The address.
    pub email: Email,
    /// Whose it is.
    pub user_id: UserId,
}

impl EmailClaim {
    /// The sort key of a claim.
    pub const SK: &'static str = "CLAIM";

    /// Where the claim on `email` is kept.
    pub fn key(email: &Email) -> Key {
        Key::new(email.partition(), Self::SK)
    }
}

impl Record for EmailClaim {
    const KIND: &'static str = "email claim";
    fn key(&self) -> Key {
        Self::key(&self.email)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_blanks_do_not_matter() {
        let email = Email::parse("  Ada@Example.COM ").unwrap();
        assert_eq!(email.typed(), "Ada@Example.COM");
        assert_eq!(email.canonical(), "ada@example.com");
        assert_eq!(email.local_part(), "ada");
        assert_eq!(email.partition(), partition("ADA@example.com"));
    }

    #[test]
    fn what_is_no_address() {
        for text in [
            "",
            " ",
            "ada",
            "@",
            "ada@",
            "@example.com",
            "a b@c.d",
            "Ada <a@b.c>",
            "a@[127.0.0.1]",
            "a@b\r\nBcc: x@y.z",
        ] {
            assert_eq!(Email::parse(text), Err(NotAnAddress), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@example.com", "a".repeat(250))).is_err());
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_never_keeps_a_line_break(text in ".*") {
            prop_assert!(partition(&text.repeat(50)).len() <= 2048, "a key that DynamoDB refuses");
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(!email.typed().contains(['\r', '\n']));
                prop_assert_eq!(Email::parse(email.typed()), Ok(email));
            }
        }
    }
}
