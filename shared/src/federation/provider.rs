//! Who vouches for people, and where it is asked. Everything is configured: no address, key or issuer is taken from what a
//! provider or a client says.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

/// Somebody who vouches for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Google, by OpenID Connect.
    Google,
    /// Facebook, by OAuth and its Graph API.
    Facebook,
    /// Instagram, by OAuth and its Graph API.
    Instagram,
    /// Apple, by OpenID Connect, and with a form in place of a redirect.
    Apple,
    /// A realm of a Keycloak, by OpenID Connect.
    Keycloak,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Google,
        Self::Facebook,
        Self::Instagram,
        Self::Apple,
        Self::Keycloak,
    ];

    /// Its name, in lower case; also the method of a sign-in in the activity.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Facebook => "facebook",
            Self::Instagram => "instagram",
            Self::Apple => "apple",
            Self::Keycloak => "keycloak",
        }
    }

    /// Where it sends browsers back to: for every provider another place, so that none answers in another's name
    /// (RFC 9700 §4.4).
    pub fn callback(self) -> &'static str {
        match self {
            Self::Google => "/auth/google-auth-redirect",
            Self::Facebook => "/auth/facebook-auth-redirect",
            Self::Instagram => "/auth/instagram-auth-redirect",
            Self::Apple => "/auth/apple-oauth-redirect",
            Self::Keycloak => "/auth/keycloak-auth-redirect",
        }
    }

    /// Whether it sends people back by a form that they post, which needs another kind of cookie.
    pub fn posts_back(self) -> bool {
        self == Self::Apple
    }
}

/// What we prove ourselves with to a provider.
#[derive(Debug, Clone)]
pub enum ProviderSecret {
    /// A text.
    Text(SecretString),
    /// A key that signs a short-lived text, as Apple asks for.
    Key {
        /// The team, which is who says it.
        team: String,
        /// Which of the team's keys it is.
        id: String,
        /// The key (PKCS#8 PEM, P-256).
        pem: SecretString,
    },
}

/// Where it stands who somebody is.
#[derive(Debug, Clone)]
pub enum Source {
    /// In a signed id token (OpenID Connect Core 1.0 §2).
    IdToken {
        /// The keys that sign it.
        jwks: Url,
        /// What else it knows about somebody, where the id token shows no address.
        userinfo: Option<Url>,
    },
    /// In an answer to whoever has an access token.
    UserInfo(Url),
}

/// A provider that is configured.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// Which one it is.
    pub provider: Provider,
    /// Who it says it is; accounts belong to it. Where it signs nothing this is a fixed text.
    pub issuer: String,
    /// Where browsers are sent to.
    pub authorize: Url,
    /// Where a code is exchanged.
    pub token: Url,
    /// Where it stands who somebody is.
    pub source: Source,
    /// Where it is told that somebody signed out, or that a token is not needed any more.
    pub end: Option<Url>,
    /// Where it says whose access token this is.
    pub inspect: Option<Url>,
    /// What we are called there.
    pub client_id: String,
    /// What we prove it with.
    pub secret: ProviderSecret,
    /// Where it sends browsers back to, where that is not at our own address.
    pub callback: Option<String>,
    /// What it is asked to tell.
    pub scope: String,
}

impl ProviderConfig {
    /// Where it sends browsers back to.
    pub fn redirect_uri(&self, public_url: &str) -> String {
        let usual = || format!("{public_url}{}", self.provider.callback());
        self.callback.clone().unwrap_or_else(usual)
    }

    /// Whether this is who we configured. Google's libraries leave the scheme out (OpenID Connect Core 1.0 §15.6.2).
    pub fn is_issuer(&self, issuer: &str) -> bool {
        let bare = self.issuer.strip_prefix("https://");
        issuer == self.issuer || (self.provider == Provider::Google && bare == Some(issuer))
    }
}

/// The providers that are configured.
#[derive(Debug, Clone, Default)]
pub struct FederationConfig {
    /// Each at most once.
    pub providers: Vec<ProviderConfig>,
    /// Whether a provider may be at a private address, and without TLS.
    pub allow_private: bool,
}

impl FederationConfig {
    /// The configuration of a provider; `None` where it is not configured.
    pub fn of(&self, provider: Provider) -> Option<&ProviderConfig> {
        self.providers.iter().find(|config| config.provider == provider)
    }
}
