//! The variables of those whom people may sign in through. A provider is configured when we are called something there.

use secrecy::SecretString;
use url::Url;

use super::{ConfigError, Env};
use crate::federation::provider::{ProviderSecret, Source};
use crate::federation::{FederationConfig, Provider, ProviderConfig};

/// The configured providers.
pub(super) fn read(env: &Env<'_>) -> Result<FederationConfig, ConfigError> {
    let reader = Reader {
        env,
        allow_private: env.text("ALLOW_PRIVATE_PROVIDERS").as_deref() == Some("1"),
    };
    let found = [
        reader.google()?,
        reader.facebook()?,
        reader.instagram()?,
        reader.apple()?,
        reader.keycloak()?,
    ];
    Ok(FederationConfig {
        providers: found.into_iter().flatten().collect(),
        allow_private: reader.allow_private,
    })
}

struct Reader<'a> {
    env: &'a Env<'a>,
    allow_private: bool,
}

impl Reader<'_> {
    fn google(&self) -> Result<Option<ProviderConfig>, ConfigError> {
        let Some(client_id) = self.env.text("GOOGLE_AUTH_CLIENT_ID") else {
            return Ok(None);
        };
        Ok(Some(ProviderConfig {
            provider: Provider::Google,
            issuer: self.issuer("GOOGLE_AUTH_ISSUER", "https://accounts.google.com")?,
            authorize: self.url("GOOGLE_AUTH_URL", "https://accounts.google.com/o/oauth2/v2/auth")?,
            token: self.url("GOOGLE_AUTH_TOKEN_URL", "https://oauth2.googleapis.com/token")?,
            source: Source::IdToken {
                jwks: self.url("GOOGLE_AUTH_JWKS_URL", "https://www.googleapis.com/oauth2/v3/certs")?,
                userinfo: Some(self.url(
                    "GOOGLE_AUTH_USERINFO_URL",
                    "https://openidconnect.googleapis.com/v1/userinfo",
                )?),
            },
            end: Some(self.url("GOOGLE_AUTH_REVOKE_URL", "https://oauth2.googleapis.com/revoke")?),
            inspect: None,
            client_id,
            secret: self.secret("GOOGLE_AUTH_CLIENT_SECRET")?,
            callback: self.callback("GOOGLE_AUTH_CALLBACK_URL")?,
            scope: "openid profile email".into(),
        }))
    }

    fn facebook(&self) -> Result<Option<ProviderConfig>, ConfigError> {
        let Some(client_id) = self.env.text("FACEBOOK_AUTH_CLIENT_ID") else {
            return Ok(None);
        };
        Ok(Some(ProviderConfig {
            provider: Provider::Facebook,
            issuer: self.issuer("FACEBOOK_AUTH_ISSUER", "https://www.facebook.com")?,
            authorize: self.url("FACEBOOK_AUTH_URL", "https://www.facebook.com/v21.0/dialog/oauth")?,
            token: self.url(
                "FACEBOOK_AUTH_TOKEN_URL",
                "https://graph.facebook.com/v21.0/oauth/access_token",
            )?,
            source: Source::UserInfo(self.url(
                "FACEBOOK_AUTH_USERINFO_URL",
                "https://graph.facebook.com/v21.0/me?fields=id,name,first_name,last_name,email",
            )?),
            end: None,
            inspect: Some(self.url(
                "FACEBOOK_AUTH_DEBUG_URL",
                "https://graph.facebook.com/v21.0/debug_token",
            )?),
            client_id,
            secret: self.secret("FACEBOOK_AUTH_CLIENT_SECRET")?,
            callback: self.callback("FACEBOOK_AUTH_CALLBACK_URL")?,
            scope: "email".into(),
        }))
    }

    fn instagram(&self) -> Result<Option<ProviderConfig>, ConfigError> {
        let Some(client_id) = self.env.text("INSTAGRAM_AUTH_CLIENT_ID") else {
            return Ok(None);
        };
        Ok(Some(ProviderConfig {
            provider: Provider::Instagram,
            issuer: self.issuer("INSTAGRAM_AUTH_ISSUER", "https://www.instagram.com")?,
            authorize: self.url("INSTAGRAM_AUTH_URL", "https://www.instagram.com/oauth/authorize")?,
            token: self.url(
                "INSTAGRAM_AUTH_TOKEN_URL",
                "https://api.instagram.com/oauth/access_token",
            )?,
            source: Source::UserInfo(self.url(
                "INSTAGRAM_AUTH_USERINFO_URL",
                "https://graph.instagram.com/me?fields=id,username",
            )?),
            end: None,
            inspect: None,
            client_id,
            secret: self.secret("INSTAGRAM_AUTH_CLIENT_SECRET")?,
            callback: self.callback("INSTAGRAM_AUTH_CALLBACK_URL")?,
            scope: "instagram_business_basic".into(),
        }))
    }

    fn apple(&self) -> Result<Option<ProviderConfig>, ConfigError> {
        let Some(client_id) = self.env.text("APPLE_AUTH_CLIENT_ID") else {
            return Ok(None);
        };
        Ok(Some(ProviderConfig {
            provider: Provider::Apple,
            issuer: self.issuer("APPLE_AUTH_ISSUER", "https://appleid.apple.com")?,
            authorize: self.url("APPLE_AUTH_URL", "https://appleid.apple.com/auth/authorize")?,
            token: self.url("APPLE_AUTH_TOKEN_URL", "https://appleid.apple.com/auth/token")?,
            source: Source::IdToken {
                jwks: self.url("APPLE_AUTH_JWKS_URL", "https://appleid.apple.com/auth/keys")?,
                userinfo: None,
            },
            end: None,
            inspect: None,
            client_id,
            secret: self.apple_secret()?,
            callback: self.callback("APPLE_AUTH_CALLBACK_URL")?,
            scope: "name email".into(),
        }))
    }

    /// Apple gives a key, from which the secret is made.
    fn apple_secret(&self) -> Result<ProviderSecret, ConfigError> {
        let Some(pem) = self.env.text("APPLE_AUTH_PRIVATE_KEY") else {
            return self.secret("APPLE_AUTH_CLIENT_SECRET");
        };
        let pem = pem.replace("\\n", "\n");
        if jsonwebtoken::EncodingKey::from_ec_pem(pem.as_bytes()).is_err() {
            return Err(self.env.wrong("APPLE_AUTH_PRIVATE_KEY", "the key as Apple gives it"));
        }
        let needed = |name| {
            self.env
                .text(name)
                .ok_or_else(|| self.env.wrong(name, "what Apple says beside the key"))
        };
        Ok(ProviderSecret::Key {
            team: needed("APPLE_AUTH_TEAM_ID")?,
            id: needed("APPLE_AUTH_KEY_ID")?,
            pem: pem.into(),
        })
    }

    fn keycloak(&self) -> Result<Option<ProviderConfig>, ConfigError> {
        let Some(client_id) = self.env.text("KEYCLOAK_CLIENT_ID") else {
            return Ok(None);
        };
        let host = self.env.text("KEYCLOAK_HOST").unwrap_or_default();
        let realm = self.env.text("KEYCLOAK_REALM").unwrap_or_default();
        if realm.is_empty() || realm.contains(['/', '?', '#', '%']) {
            return Err(self.env.wrong("KEYCLOAK_REALM", "the name of a realm"));
        }
        let issuer = format!("{}/auth/realms/{realm}", host.trim_end_matches('/'));
        let url = |path| self.parsed("KEYCLOAK_HOST", &format!("{issuer}/protocol/openid-connect/{path}"));
        Ok(Some(ProviderConfig {
            provider: Provider::Keycloak,
            authorize: url("auth")?,
            token: url("token")?,
            source: Source::IdToken {
                jwks: url("certs")?,
                userinfo: Some(url("userinfo")?),
            },
            end: Some(url("logout")?),
            inspect: None,
            client_id,
            secret: self.secret("KEYCLOAK_CLIENT_SECRET")?,
            callback: self.callback("KEYCLOAK_CALLBACK_URL")?,
            scope: self.env.text_or("KEYCLOAK_SCOPE", "openid"),
            issuer,
        }))
    }

    fn secret(&self, name: &'static str) -> Result<ProviderSecret, ConfigError> {
        let secret = self.env.text(name).map(SecretString::from);
        let secret = secret.ok_or_else(|| self.env.wrong(name, "the secret that the provider gave"))?;
        Ok(ProviderSecret::Text(secret))
    }

    fn callback(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let given = self.env.text(name);
        match given
            .as_deref()
            .is_none_or(|text| Url::parse(text).is_ok_and(|url| url.fragment().is_none()))
        {
            true => Ok(given),
            false => Err(self.env.wrong(name, "an address, as it stands at the provider")),
        }
    }

    /// An issuer is a text. It is part of a key, in which a `#` ends it.
    fn issuer(&self, name: &'static str, default: &str) -> Result<String, ConfigError> {
        let text = self.env.text_or(name, default);
        match text.len() <= 200 && !text.contains('#') {
            true => Ok(text),
            false => Err(self.env.wrong(name, "at most 200 characters without #")),
        }
    }

    fn url(&self, name: &'static str, default: &str) -> Result<Url, ConfigError> {
        self.parsed(name, &self.env.text_or(name, default))
    }

    fn parsed(&self, name: &'static str, text: &str) -> Result<Url, ConfigError> {
        let wanted = "an address that begins with https://, or with http:// where ALLOW_PRIVATE_PROVIDERS=1";
        let schemes: &[&str] = if self.allow_private {
            &["https", "http"]
        } else {
            &["https"]
        };
        let url = Url::parse(text).ok().filter(|url| schemes.contains(&url.scheme()));
        let url = url.filter(|url| url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
        url.ok_or_else(|| self.env.wrong(name, wanted))
    }
}
