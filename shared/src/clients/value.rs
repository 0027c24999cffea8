//! What a client is made of, each of which can only hold what is right.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::random::Random;

/// What a client calls itself: 1 to 50 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    /// The most characters.
    pub const MOST: usize = 50;

    /// Reads a clientId; `None` where no client can have it.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.chars().count() <= Self::MOST && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("not a clientId: {text:?}"))
    }
}

/// A secret of a client, as it is chosen: 1 to 200 characters.
#[derive(Debug, Clone)]
pub struct ClientSecret(SecretString);

impl ClientSecret {
    /// The most characters.
    pub const MOST: usize = 200;

    /// Reads a secret; `None` where it is empty or too long.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.chars().count() <= Self::MOST;
        fits.then(|| Self(text.to_owned().into()))
    }

    /// A new one of 192 random bits.
    pub fn random(random: &Random) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random.bytes::<24>()).into())
    }

    /// The text, for whoever chose it or is told it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Where people are sent back to: an absolute http or https address of at most 200 characters, kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUrl(String);

impl RedirectUrl {
    /// The most characters.
    pub const MOST: usize = 200;

    /// Reads an address. A fragment is refused (RFC 6749 §3.1.2), and a name or password in it.
    pub fn parse(text: &str) -> Option<Self> {
        let written_out = ["http://", "https://"].iter().any(|scheme| {
            text.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        let printable =
            text.chars().count() <= Self::MOST && !text.chars().any(|c| c.is_control() || c.is_whitespace());
        let url = Url::parse(text).ok().filter(|_| written_out && printable)?;
        let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        plain.then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RedirectUrl> for String {
    fn from(url: RedirectUrl) -> Self {
        url.0
    }
}

impl TryFrom<String> for RedirectUrl {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("not an address to send people to: {text:?}"))
    }
}

/// How long what a client gets lives, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetimes {
    access_token: u32,
    refresh_token: u32,
    code: u32,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access_token: 900,
            refresh_token: 86_400,
            code: 180,
        }
    }
}

impl Lifetimes {
    /// An access token lives a day at most, in seconds.
    pub const MOST_ACCESS_TOKEN: u32 = 86_400;
    /// A refresh token lives a year at most, in seconds.
    pub const MOST_REFRESH_TOKEN: u32 = 366 * 86_400;
    /// A code lives ten minutes at most (ASVS 10.4.3), in seconds.
    pub const MOST_CODE: u32 = 600;

    /// Lifetimes in seconds; `None` where one is 0 or beyond its most.
    pub fn new(access_token: u32, refresh_token: u32, code: u32) -> Option<Self> {
        let fit = (1..=Self::MOST_ACCESS_TOKEN).contains(&access_token)
            && (1..=Self::MOST_REFRESH_TOKEN).contains(&refresh_token)
            && (1..=Self::MOST_CODE).contains(&code);
        fit.then_some(Self {
            access_token,
            refresh_token,
            code,
        })
    }

    /// The same with others in place of those that are given, in seconds; `None` where one is 0 or beyond its most.
    pub fn with(self, access_token: Option<u32>, refresh_token: Option<u32>, code: Option<u32>) -> Option<Self> {
        Self::new(
            access_token.unwrap_or(self.access_token),
            refresh_token.unwrap_or(self.refresh_token),
            code.unwrap_or(self.code),
        )
    }

    /// Of an access token.
    pub fn access_token(self) -> Duration {
        Duration::from_secs(self.access_token.into())
    }

    /// Of a refresh token, counted anew at each refresh.
    pub fn refresh_token(self) -> Duration {
        Duration::from_secs(self.refresh_token.into())
    }

    /// Of an authorization code.
    pub fn code(self) -> Duration {
        Duration::from_secs(self.code.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_is_short_and_printable() {
        for text in ["web", "my app", "https://app.example", &"é".repeat(50)] {
            assert_eq!(ClientId::parse(text).unwrap().as_str(), text);
        }
        for text in ["", &"a".repeat(51), "a\nb", "a\0"] {
            assert_eq!(ClientId::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn people_are_sent_to_absolute_addresses_only() {
        for text in [
            "https://app.example/callback",
            "http://localhost:4200/login?x=1",
            "HTTP://[::1]:3000",
        ] {
            assert_eq!(RedirectUrl::parse(text).unwrap().as_str(), text);
        }
        for text in [
            "",
            "/callback",
            "//app.example/",
            "app.example",
            "javascript:alert(1)",
            "ftp://app.example/",
            "https:app.example",
            "https://",
            "https://app.example/#x",
            "https://ada:secret@app.example/",
            "https://app.example/a b",
            "https://app.example/\n",
            &format!("https://app.example/{}", "a".repeat(200)),
        ] {
            assert_eq!(RedirectUrl::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn lifetimes_are_positive_and_bounded() {
        assert_eq!(Lifetimes::new(900, 86_400, 180), Some(Lifetimes::default()));
        for (access, refresh, code) in [
            (0, 1, 1),
            (1, 0, 1),
            (1, 1, 0),
            (86_401, 1, 1),
            (1, u32::MAX, 1),
            (1, 1, 601),
        ] {
            assert_eq!(Lifetimes::new(access, refresh, code), None);
        }
    }
}
