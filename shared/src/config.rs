//! The environment, read once. Every variable stands in [`VARIABLES`], with its default and what it is for.

pub mod barong;
mod customers;
mod edge;
mod environment;
mod providers;
mod variables;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;

use crate::accounts::email::Email;
use crate::clients::{ClientId, ClientSecret};
use crate::credentials::passkey::relying_party;
use crate::federation::FederationConfig;
use crate::http::Proxies;
use crate::http::throttle::{Limit, Limits};
use crate::store::Patience;

use environment::Env;

pub use barong::BarongConfig;
pub use customers::CustomerConfig;
pub use edge::EdgeConfig;
pub use variables::{VARIABLES, Variable};

/// What is wrong with the environment.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{name}: {problem}")]
pub struct ConfigError {
    /// The variable.
    pub name: &'static str,
    /// What to do about it.
    pub problem: String,
}

/// Where the table is.
#[derive(Debug, Clone)]
pub enum TableConfig {
    /// In the process, over one file in the data directory. Only the local server can.
    Embedded,
    /// DynamoDB, or something that speaks like it at an endpoint.
    Named {
        /// The table's name.
        name: String,
        /// Whether the local server makes it when it is absent.
        create: bool,
    },
}

/// How to reach AWS.
#[derive(Debug, Clone)]
pub struct AwsConfig {
    /// Region name.
    pub region: String,
    /// Endpoint of every service, instead of AWS.
    pub endpoint: Option<String>,
    /// Endpoint of DynamoDB, instead of AWS.
    pub dynamodb_endpoint: Option<String>,
    /// Credentials of the environment; without them the SDK's chain is asked.
    pub credentials: Option<AwsCredentials>,
    /// How long the table is waited for. Not read from the environment: it has to fit a function's own time-out.
    pub patience: Patience,
}

/// Credentials as Lambda puts them into the environment.
#[derive(Debug, Clone)]
pub struct AwsCredentials {
    /// Access key id.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: SecretString,
    /// Session token of temporary credentials.
    pub session_token: Option<SecretString>,
}

/// The first administrator.
#[derive(Debug, Clone)]
pub struct BootstrapAdmin {
    /// The address it signs in with.
    pub email: Email,
    /// Its password; made up and printed when absent.
    pub password: Option<SecretString>,
}

/// The first OAuth client.
#[derive(Debug, Clone)]
pub struct BootstrapClient {
    /// What it calls itself.
    pub client_id: ClientId,
    /// Its secret; made up and printed when absent.
    pub secret: Option<ClientSecret>,
}

/// How mails leave.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The sender.
    pub from: String,
    /// SES configuration set.
    pub configuration_set: Option<String>,
}

/// Who we are to an authenticator.
#[derive(Debug, Clone)]
pub struct WebauthnConfig {
    /// The relying party's identifier, a domain.
    pub rp_id: String,
    /// Its name, for people.
    pub rp_name: String,
    /// Origins whose pages may use passkeys.
    pub origins: Vec<String>,
}

impl WebauthnConfig {
    /// The domain of an address; `localhost` where it is a number.
    fn host(url: &str) -> String {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = host.split_once('/').map_or(host, |(host, _)| host);
        let is_number = host.starts_with('[') || host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok();
        let domain = host.split_once(':').map_or(host, |(domain, _)| domain);
        if is_number {
            "localhost".to_owned()
        } else {
            domain.to_owned()
        }
    }

    /// The origin of an address, with `localhost` where it is a number.
    pub fn origin(url: &str) -> String {
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        let host = rest.split_once('/').map_or(rest, |(host, _)| host);
        let port = host
            .rsplit_once(':')
            .map(|(_, port)| port)
            .filter(|port| port.parse::<u16>().is_ok());
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}{port}", Self::host(url))
    }
}

/// Everything that can be configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the local server listens.
    pub listen: SocketAddr,
    /// Where the local server keeps what it keeps.
    pub data_dir: PathBuf,
    /// What links in mails begin with; no slash at the end.
    pub public_url: String,
    /// The name mails are signed with.
    pub service_name: String,
    /// Whose headers are believed when they say who the client is.
    pub trusted_proxies: Proxies,
    /// Origins allowed by CORS.
    pub cors_origins: Vec<String>,
    /// Level of the log.
    pub log_level: tracing::Level,
    /// Where a function's metrics are told to CloudWatch; without one none are.
    pub metrics_namespace: Option<String>,
    /// Issuer of identity-server's tokens.
    pub identity_issuer: String,
    /// Issuer of arc's tokens.
    pub arc_issuer: String,
    /// What is configured of barong's surface.
    pub barong: BarongConfig,
    /// What is configured of the edge.
    pub edge: EdgeConfig,
    /// What the link of a mail with a reset of arc begins with; the token follows.
    pub arc_reset_url: String,
    /// Seconds in which a pair of arc's tokens is exchanged for the same successor again.
    pub refresh_grace: u32,
    /// Whether a one-time password that works is kept so that those who may store one can see it.
    pub otp_cache_reveal: bool,
    /// Attempt limits; none with `THROTTLE=off`.
    pub limits: Option<Limits>,
    /// Least length of a new password in code points.
    pub password_min_length: usize,
    /// What customers are asked for, and how far they are known.
    pub customers: CustomerConfig,
    /// Who we are to an authenticator.
    pub webauthn: WebauthnConfig,
    /// Whom people may sign in through.
    pub federation: FederationConfig,
    /// The first administrator.
    pub bootstrap_admin: BootstrapAdmin,
    /// The first OAuth client.
    pub bootstrap_client: BootstrapClient,
    /// Where the table is.
    pub table: TableConfig,
    /// The secret that holds the keyring; a file in the data directory when absent.
    pub keyring_secret_id: Option<String>,
    /// The bucket of uploaded files; a directory in the data directory when absent.
    pub files_bucket: Option<String>,
    /// How mails leave.
    pub mail: MailConfig,
    /// How to reach AWS.
    pub aws: AwsConfig,
}

impl Config {
    /// What links in barong's mails begin with.
    pub fn barong_domain(&self) -> &str {
        self.barong.domain.as_ref().unwrap_or(&self.public_url)
    }

    /// Reads the process's environment.
    ///
    /// # Errors
    /// The first variable whose value cannot be used, and what to do about it.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads variables from `lookup`; a variable that is set but empty counts as absent.
    ///
    /// # Errors
    /// The first variable whose value cannot be used.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let env = Env::read(&lookup)?;
        let port = env.parsed("PORT", "a port number, such as 8000")?.unwrap_or(8000_u16);
        let listen: SocketAddr = env
            .parsed("LISTEN", "an address and port, such as 0.0.0.0:8000")?
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)));
        let data_dir = PathBuf::from(env.text_or("DATA_DIR", "./.countersign"));
        let public_url = match env.text("PUBLIC_URL") {
            None => format!("http://127.0.0.1:{}", listen.port()),
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => url.trim_end_matches('/').into(),
            Some(_) => return Err(env.wrong("PUBLIC_URL", "an address that begins with https:// or http://")),
        };
        let password_min_length = env
            .parsed("PASSWORD_MIN_LENGTH", "a number of at least 6")?
            .unwrap_or(6);
        if password_min_length < 6 {
            return Err(env.wrong("PASSWORD_MIN_LENGTH", "a number of at least 6"));
        }
        let endpoint = env.text("AWS_ENDPOINT_URL");
        let arc_reset_url = env.text_or("ARC_RESET_URL", &format!("{public_url}/account/reset/"));
        let service_name = env.text_or("SERVICE_NAME", "Countersign");
        Ok(Self {
            barong: BarongConfig::read(&env)?,
            edge: EdgeConfig::read(&env)?,
            webauthn: env.webauthn(&public_url, &service_name)?,
            federation: providers::read(&env)?,
            listen,
            data_dir,
            public_url,
            service_name,
            trusted_proxies: Proxies {
                networks: env.list("TRUSTED_PROXIES", "networks such as 10.0.0.0/8, separated by commas")?,
                gateway: env
                    .parsed("BARONG_GATEWAY", "cloudflare or akamai")?
                    .unwrap_or_default(),
            },
            cors_origins: env.list(
                "CORS_ORIGINS",
                "origins such as https://app.example.com, separated by commas",
            )?,
            log_level: env
                .parsed("LOG_LEVEL", "error, warn, info, debug or trace")?
                .unwrap_or(tracing::Level::INFO),
            metrics_namespace: env.metrics_namespace()?,
            identity_issuer: env.text_or("IDENTITY_ISSUER", "go"),
            arc_issuer: env.text_or("ARC_ISSUER", "arc"),
            arc_reset_url,
            refresh_grace: env
                .parsed("REFRESH_GRACE", "a number of seconds, 0 for none")?
                .unwrap_or(10),
            otp_cache_reveal: env.text("OTP_CACHE_REVEAL").as_deref() == Some("1"),
            limits: env.limits()?,
            password_min_length,
            customers: env.customers()?,
            bootstrap_admin: BootstrapAdmin {
                email: Email::parse(&env.text_or("BOOTSTRAP_ADMIN_EMAIL", "admin@example.com"))
                    .map_err(|_| env.wrong("BOOTSTRAP_ADMIN_EMAIL", "an e-mail address"))?,
                password: env.text("BOOTSTRAP_ADMIN_PASSWORD").map(SecretString::from),
            },
            bootstrap_client: env.bootstrap_client()?,
            table: match env.text("TABLE_NAME") {
                None => TableConfig::Embedded,
                Some(name) => TableConfig::Named {
                    name,
                    create: env.text("CREATE_TABLE").as_deref() == Some("1"),
                },
            },
            keyring_secret_id: env.text("KEYRING_SECRET_ID"),
            files_bucket: env.text("FILES_BUCKET"),
            mail: MailConfig {
                from: env.text_or("MAIL_FROM", "no-reply@example.com"),
                configuration_set: env.text("MAIL_CONFIGURATION_SET"),
            },
            aws: AwsConfig {
                region: env.text_or("AWS_REGION", "us-east-1"),
                dynamodb_endpoint: env.text("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| endpoint.clone()),
                endpoint,
                credentials: env
                    .text("AWS_ACCESS_KEY_ID")
                    .zip(env.text("AWS_SECRET_ACCESS_KEY"))
                    .map(|(access_key_id, secret)| AwsCredentials {
                        access_key_id,
                        secret_access_key: secret.into(),
                        session_token: env.text("AWS_SESSION_TOKEN").map(SecretString::from),
                    }),
                patience: Patience::default(),
            },
        })
    }
}

impl Env<'_> {
    /// Passkeys do not work on addresses that are numbers, so that a laptop is `localhost` to them.
    fn webauthn(&self, public_url: &str, service_name: &str) -> Result<WebauthnConfig, ConfigError> {
        let config = WebauthnConfig {
            rp_id: self.text_or("WEBAUTHN_RP_ID", &WebauthnConfig::host(public_url)),
            rp_name: self.text_or("WEBAUTHN_RP_NAME", service_name),
            origins: match self.list(
                "WEBAUTHN_ORIGINS",
                "origins such as https://id.example.com, separated by commas",
            )? {
                origins if origins.is_empty() => vec![WebauthnConfig::origin(public_url)],
                origins => origins,
            },
        };
        let wanted = format!(
            "origins of {0} or of domains below it, such as https://{0}",
            config.rp_id
        );
        match relying_party::build(&config) {
            Ok(_) => Ok(config),
            Err(_) => Err(self.wrong("WEBAUTHN_ORIGINS", &wanted)),
        }
    }

    /// CloudWatch takes no other letters, and ignores what it does not take.
    fn metrics_namespace(&self) -> Result<Option<String>, ConfigError> {
        let name = self.text("METRICS_NAMESPACE");
        let is_taken = |letter: char| letter.is_ascii_alphanumeric() || "._-#:/".contains(letter);
        match &name {
            Some(text) if text.len() > 255 || !text.chars().all(is_taken) => Err(self.wrong(
                "METRICS_NAMESPACE",
                "at most 255 letters, digits, and . _ - # : /, such as Countersign/production",
            )),
            _ => Ok(name),
        }
    }

    fn bootstrap_client(&self) -> Result<BootstrapClient, ConfigError> {
        let client_id = ClientId::parse(&self.text_or("BOOTSTRAP_CLIENT_ID", "countersign"));
        let secret = self.text("BOOTSTRAP_CLIENT_SECRET").map(|text| {
            ClientSecret::parse(&text).ok_or_else(|| self.wrong("BOOTSTRAP_CLIENT_SECRET", "at most 200 characters"))
        });
        Ok(BootstrapClient {
            client_id: client_id.ok_or_else(|| self.wrong("BOOTSTRAP_CLIENT_ID", "at most 50 characters"))?,
            secret: secret.transpose()?,
        })
    }

    fn limits(&self) -> Result<Option<Limits>, ConfigError> {
        match self.text("THROTTLE").as_deref() {
            Some("off") => return Ok(None),
            None | Some("on") => {}
            Some(_) => return Err(self.wrong("THROTTLE", "on or off")),
        }
        let limit = |name, default| -> Result<Limit, ConfigError> {
            Ok(self.parsed(name, "count/seconds, such as 10/900")?.unwrap_or(default))
        };
        let defaults = Limits::default();
        Ok(Some(Limits {
            signin_account: limit("THROTTLE_SIGNIN_ACCOUNT", defaults.signin_account)?,
            signin_address: limit("THROTTLE_SIGNIN_ADDRESS", defaults.signin_address)?,
            signup_address: limit("THROTTLE_SIGNUP_ADDRESS", defaults.signup_address)?,
            register_account: limit("THROTTLE_REGISTER_ACCOUNT", defaults.register_account)?,
            activate_address: limit("THROTTLE_ACTIVATE_ADDRESS", defaults.activate_address)?,
            reset_account: limit("THROTTLE_RESET_ACCOUNT", defaults.reset_account)?,
            reset_address: limit("THROTTLE_RESET_ADDRESS", defaults.reset_address)?,
            invite_account: limit("THROTTLE_INVITE_ACCOUNT", defaults.invite_account)?,
            resend_invitation: limit("THROTTLE_RESEND_INVITATION", defaults.resend_invitation)?,
            otp_account: limit("THROTTLE_OTP_ACCOUNT", defaults.otp_account)?,
            otp_address: limit("THROTTLE_OTP_ADDRESS", defaults.otp_address)?,
            totp_account: limit("THROTTLE_TOTP_ACCOUNT", defaults.totp_account)?,
            passkey_address: limit("THROTTLE_PASSKEY_ADDRESS", defaults.passkey_address)?,
            sms_account: limit("THROTTLE_SMS_ACCOUNT", defaults.sms_account)?,
            sms_number: limit("THROTTLE_SMS_NUMBER", defaults.sms_number)?,
            sms_repeat: limit("THROTTLE_SMS_REPEAT", defaults.sms_repeat)?,
            sms_country: limit("THROTTLE_SMS_COUNTRY", defaults.sms_country)?,
            sms_code_account: limit("THROTTLE_SMS_CODE_ACCOUNT", defaults.sms_code_account)?,
            social_address: limit("THROTTLE_SOCIAL_ADDRESS", defaults.social_address)?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        Config::from_lookup(move |name| pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
    }

    #[test]
    fn an_empty_environment_is_a_laptop() {
        let config = config(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
        assert_eq!(config.public_url, "http://127.0.0.1:8000");
        assert!(matches!(config.table, TableConfig::Embedded));
        assert_eq!(
            config.limits.unwrap().signin_account,
            Limit {
                count: 10,
                seconds: 900
            }
        );
        assert_eq!(config.password_min_length, 6);
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named() {
        for (name, value) in [
            ("PORT", "eighty"),
            ("LISTEN", "localhost"),
            ("PUBLIC_URL", "example.com"),
            ("TRUSTED_PROXIES", "10.0.0.0/99"),
            ("LOG_LEVEL", "loud"),
            ("METRICS_NAMESPACE", "a b"),
            ("THROTTLE", "maybe"),
            ("THROTTLE_SIGNIN_ACCOUNT", "10 per minute"),
            ("THROTTLE_RESET_ADDRESS", "10/0"),
            ("PASSWORD_MIN_LENGTH", "5"),
            ("PASSWORD_MIN_LENGTH", "long"),
            ("BOOTSTRAP_ADMIN_EMAIL", "nobody"),
            ("BOOTSTRAP_CLIENT_ID", &"a".repeat(51)),
            ("BOOTSTRAP_CLIENT_SECRET", &"a".repeat(201)),
        ] {
            assert_eq!(config(&[(name, value)]).unwrap_err().name, name, "{name}={value}");
        }
    }

    #[test]
    fn a_provider_that_is_half_configured_is_named() {
        let google = [("GOOGLE_AUTH_CLIENT_ID", "us"), ("GOOGLE_AUTH_CLIENT_SECRET", "x")];
        let keycloak = [("KEYCLOAK_CLIENT_ID", "us"), ("KEYCLOAK_CLIENT_SECRET", "x")];
        let cases: [(&[(&str, &str)], &str); 9] = [
            (&google[..1], "GOOGLE_AUTH_CLIENT_SECRET"),
            (
                &[google[0], google[1], ("GOOGLE_AUTH_URL", "http://a.example.com")],
                "GOOGLE_AUTH_URL",
            ),
            (
                &[google[0], google[1], ("GOOGLE_AUTH_JWKS_URL", "https://u:p@a.b/")],
                "GOOGLE_AUTH_JWKS_URL",
            ),
            (
                &[google[0], google[1], ("GOOGLE_AUTH_ISSUER", "a#b")],
                "GOOGLE_AUTH_ISSUER",
            ),
            (&keycloak, "KEYCLOAK_REALM"),
            (&[keycloak[0], keycloak[1], ("KEYCLOAK_REALM", "a/b")], "KEYCLOAK_REALM"),
            (&[keycloak[0], keycloak[1], ("KEYCLOAK_REALM", "a")], "KEYCLOAK_HOST"),
            (&[("APPLE_AUTH_CLIENT_ID", "us")], "APPLE_AUTH_CLIENT_SECRET"),
            (
                &[("APPLE_AUTH_CLIENT_ID", "us"), ("APPLE_AUTH_PRIVATE_KEY", "no key")],
                "APPLE_AUTH_PRIVATE_KEY",
            ),
        ];
        for (pairs, name) in cases {
            assert_eq!(config(pairs).unwrap_err().name, name, "{pairs:?}");
        }
    }

    #[test]
    fn a_provider_is_where_it_is_by_default() {
        use crate::federation::Provider;
        let pairs = [
            ("FACEBOOK_AUTH_CLIENT_ID", "us"),
            ("FACEBOOK_AUTH_CLIENT_SECRET", "hunter2"),
            ("PUBLIC_URL", "https://id.example.com"),
        ];
        let config = config(&pairs).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        let providers = config.federation.providers;
        let [facebook] = &providers[..] else {
            panic!("{providers:?}")
        };
        assert_eq!(facebook.provider, Provider::Facebook);
        let callback = facebook.redirect_uri(&config.public_url);
        assert_eq!(callback, "https://id.example.com/auth/facebook-auth-redirect");
        assert_eq!(facebook.token.host_str(), Some("graph.facebook.com"));
    }

    #[test]
    fn endpoints_and_limits() {
        let config = config(&[
            ("AWS_ENDPOINT_URL", "http://x"),
            ("THROTTLE", "off"),
            ("PUBLIC_URL", "https://a.b/"),
        ]);
        let config = config.unwrap();
        assert_eq!(config.aws.dynamodb_endpoint.as_deref(), Some("http://x"));
        assert!(config.limits.is_none());
        assert_eq!(config.public_url, "https://a.b");
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = config(&[
            ("AWS_ACCESS_KEY_ID", "AKIA"),
            ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ("BOOTSTRAP_CLIENT_SECRET", "hunter2"),
        ]);
        let config = config.unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
