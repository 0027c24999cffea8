//! What is configured of barong's surface: its own names, with its prefix.

use secrecy::SecretString;

use super::{ConfigError, Env};
use crate::credentials::password::Composition;

/// Which statuses success has: those of the document, or those that the original program sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusCodes {
    /// Those of the document.
    Documented,
    /// Those of the original program.
    Runtime,
}

impl StatusCodes {
    /// The one of two that is configured.
    pub fn of<T>(self, documented: T, runtime: T) -> T {
        match self {
            Self::Documented => documented,
            Self::Runtime => runtime,
        }
    }
}

/// How robots are kept out.
#[derive(Debug, Clone)]
pub enum CaptchaConfig {
    /// They are not.
    None,
    /// By Google's reCAPTCHA.
    Recaptcha {
        /// What clients are told.
        site_key: String,
        /// What only the provider knows besides.
        secret_key: SecretString,
        /// Where answers are verified.
        url: String,
    },
    /// By GeeTest.
    Geetest {
        /// What clients are told.
        id: String,
        /// What only the provider knows besides.
        key: SecretString,
        /// Where challenges are registered and answers verified.
        url: String,
    },
}

impl CaptchaConfig {
    /// As clients are told.
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Recaptcha { .. } => "recaptcha",
            Self::Geetest { .. } => "geetest",
        }
    }
}

/// Whose pages may read answers in a browser.
#[derive(Debug, Clone)]
pub struct CorsConfig {
    /// Origins; `*` is everybody.
    pub origins: Vec<String>,
    /// Seconds that a browser remembers it.
    pub max_age: u32,
    /// Whether cookies may come along.
    pub allow_credentials: bool,
}

/// Everything that can be configured of barong's surface.
#[derive(Debug, Clone)]
pub struct BarongConfig {
    /// Which statuses success has.
    pub status_codes: StatusCodes,
    /// What links in mails begin with, where it is not `PUBLIC_URL`; no slash at the end.
    pub domain: Option<String>,
    /// What short identifiers of accounts begin with, in capitals.
    pub uid_prefix: String,
    /// The name of the session cookie.
    pub session_name: String,
    /// Seconds that a session lives without being used.
    pub session_expire_time: u32,
    /// Whether a request by cookie that changes something needs its token.
    pub csrf_protection: bool,
    /// What a new password is made of.
    pub password_composition: Composition,
    /// Bits of entropy that a new password has at least.
    pub password_min_entropy: u32,
    /// Whether a well-known word counts as one character.
    pub password_use_dictionary: bool,
    /// How robots are kept out.
    pub captcha: CaptchaConfig,
    /// Where they are.
    pub captcha_protected_endpoints: Vec<String>,
    /// Whose pages may read answers in a browser.
    pub cors: CorsConfig,
    /// What clients are told about phones.
    pub phone_verification: String,
    /// The commit that clients are told.
    pub git_sha: String,
    /// The date of the build that clients are told.
    pub build_date: String,
}

impl BarongConfig {
    pub(super) fn read(env: &Env<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            status_codes: match env.text("BARONG_STATUS_CODES").as_deref() {
                None | Some("documented") => StatusCodes::Documented,
                Some("runtime") => StatusCodes::Runtime,
                Some(_) => return Err(env.wrong("BARONG_STATUS_CODES", "documented or runtime")),
            },
            domain: env
                .text("BARONG_DOMAIN")
                .map(|domain| domain.trim_end_matches('/').to_owned()),
            uid_prefix: uid_prefix(env)?,
            session_name: session_name(env)?,
            session_expire_time: seconds(env, "BARONG_SESSION_EXPIRE_TIME", 1800)?,
            csrf_protection: env.flag("BARONG_CSRF_PROTECTION", true)?,
            password_composition: composition(env)?,
            password_min_entropy: env
                .parsed("BARONG_PASSWORD_MIN_ENTROPY", "a number of bits, such as 14")?
                .unwrap_or(14),
            password_use_dictionary: env.flag("BARONG_PASSWORD_USE_DICTIONARY", true)?,
            captcha: captcha(env)?,
            captcha_protected_endpoints: protected(env)?,
            cors: cors(env)?,
            phone_verification: match env.text_or("BARONG_PHONE_VERIFICATION", "twilio_sms") {
                known if ["mock", "twilio_sms", "twilio_verify"].contains(&known.as_str()) => known,
                _ => return Err(env.wrong("BARONG_PHONE_VERIFICATION", "mock, twilio_sms or twilio_verify")),
            },
            git_sha: env.text_or("GIT_SHA", ""),
            build_date: env.text_or("BUILD_DATE", ""),
        })
    }
}

/// What a captcha may stand before.
const ENDPOINTS: [&str; 4] = ["user_create", "session_create", "password_reset", "email_confirmation"];

fn seconds(env: &Env<'_>, name: &'static str, default: u32) -> Result<u32, ConfigError> {
    let wanted = "a number of seconds, at least 1";
    match env.parsed(name, wanted)? {
        Some(0) => Err(env.wrong(name, wanted)),
        given => Ok(given.unwrap_or(default)),
    }
}

fn uid_prefix(env: &Env<'_>) -> Result<String, ConfigError> {
    let prefix = env.text_or("BARONG_UID_PREFIX", "ID").to_uppercase();
    match (2..=6).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_uppercase()) {
        true => Ok(prefix),
        false => Err(env.wrong("BARONG_UID_PREFIX", "2 to 6 letters")),
    }
}

/// A name that fits into a header as it is (RFC 6265 §4.1.1).
fn session_name(env: &Env<'_>) -> Result<String, ConfigError> {
    let name = env.text_or("BARONG_SESSION_NAME", "_barong_session");
    match name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    {
        true => Ok(name),
        false => Err(env.wrong("BARONG_SESSION_NAME", "letters, digits, _, - and .")),
    }
}

fn composition(env: &Env<'_>) -> Result<Composition, ConfigError> {
    match env.text("BARONG_PASSWORD_REGEXP") {
        None => Ok(Composition::usual()),
        Some(pattern) => {
            Composition::parse(&pattern).ok_or_else(|| env.wrong("BARONG_PASSWORD_REGEXP", "a regular expression"))
        }
    }
}

fn captcha(env: &Env<'_>) -> Result<CaptchaConfig, ConfigError> {
    let given = |name| {
        env.text(name)
            .ok_or_else(|| env.wrong(name, "what the provider gave you"))
    };
    match env.text("BARONG_CAPTCHA").as_deref() {
        None | Some("none") => Ok(CaptchaConfig::None),
        Some("recaptcha") => Ok(CaptchaConfig::Recaptcha {
            site_key: given("BARONG_RECAPTCHA_SITE_KEY")?,
            secret_key: given("BARONG_RECAPTCHA_SECRET_KEY")?.into(),
            url: env.text_or(
                "BARONG_RECAPTCHA_URL",
                "https://www.google.com/recaptcha/api/siteverify",
            ),
        }),
        Some("geetest") => Ok(CaptchaConfig::Geetest {
            id: given("BARONG_GEETEST_ID")?,
            key: given("BARONG_GEETEST_KEY")?.into(),
            url: env
                .text_or("BARONG_GEETEST_URL", "https://api.geetest.com")
                .trim_end_matches('/')
                .to_owned(),
        }),
        Some(_) => Err(env.wrong("BARONG_CAPTCHA", "none, recaptcha or geetest")),
    }
}

fn protected(env: &Env<'_>) -> Result<Vec<String>, ConfigError> {
    let name = "BARONG_CAPTCHA_PROTECTED_ENDPOINTS";
    let wanted = "some of user_create, session_create, password_reset and email_confirmation";
    let named: Vec<String> = env.list(name, wanted)?;
    match named.iter().all(|known| ENDPOINTS.contains(&known.as_str())) {
        true if named.is_empty() => Ok(ENDPOINTS.map(str::to_owned).to_vec()),
        true => Ok(named),
        false => Err(env.wrong(name, wanted)),
    }
}

fn cors(env: &Env<'_>) -> Result<CorsConfig, ConfigError> {
    let mut origins: Vec<String> = env.list("BARONG_API_CORS_ORIGINS", "origins such as https://app.example.com")?;
    if origins.is_empty() {
        origins.push("*".to_owned());
    }
    let allow_credentials = env.flag("BARONG_API_CORS_ALLOW_CREDENTIALS", false)?;
    // Anybody's page could act as whoever looks at it.
    if allow_credentials && origins.iter().any(|origin| origin == "*") {
        return Err(env.wrong(
            "BARONG_API_CORS_ALLOW_CREDENTIALS",
            "false as long as the origins are *",
        ));
    }
    Ok(CorsConfig {
        origins,
        max_age: env
            .parsed("BARONG_API_CORS_MAX_AGE", "a number of seconds")?
            .unwrap_or(3600),
        allow_credentials,
    })
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn wrong(pairs: &[(&'static str, &'static str)]) -> Option<&'static str> {
        let pairs = pairs.to_vec();
        let lookup = move |name: &str| {
            pairs
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Config::from_lookup(lookup).err().map(|error| error.name)
    }

    #[test]
    fn an_empty_environment_is_as_the_original_begins() {
        let config = Config::from_lookup(|_| None).unwrap().barong;
        assert_eq!(
            (config.uid_prefix.as_str(), config.session_name.as_str()),
            ("ID", "_barong_session")
        );
        assert_eq!((config.session_expire_time, config.password_min_entropy), (1800, 14));
        assert_eq!(
            (config.captcha.name(), config.cors.origins),
            ("none", vec!["*".to_owned()])
        );
        assert_eq!(config.captcha_protected_endpoints.len(), 4);
    }

    #[test]
    fn a_value_that_cannot_be_used_names_its_variable() {
        for (name, value) in [
            ("BARONG_STATUS_CODES", "both"),
            ("BARONG_UID_PREFIX", "I"),
            ("BARONG_UID_PREFIX", "ID1"),
            ("BARONG_SESSION_NAME", "a session"),
            ("BARONG_SESSION_NAME", "a=b;"),
            ("BARONG_SESSION_EXPIRE_TIME", "0"),
            ("BARONG_CSRF_PROTECTION", "maybe"),
            ("BARONG_PASSWORD_REGEXP", "("),
            ("BARONG_CAPTCHA", "turing"),
            ("BARONG_CAPTCHA_PROTECTED_ENDPOINTS", "everything"),
            ("BARONG_API_CORS_ALLOW_CREDENTIALS", "true"),
            ("BARONG_PHONE_VERIFICATION", "pigeon"),
        ] {
            assert_eq!(wrong(&[(name, value)]), Some(name), "{value}");
        }
        assert_eq!(
            wrong(&[("BARONG_CAPTCHA", "recaptcha")]),
            Some("BARONG_RECAPTCHA_SITE_KEY")
        );
        assert_eq!(wrong(&[("BARONG_CAPTCHA", "geetest")]), Some("BARONG_GEETEST_ID"));
    }
}
