//! Sessions of a browser, which go by a cookie. The cookie names user and session and holds a secret, of which the session
//! keeps a hash, so that a request costs one batch get. Such a session is bound to the client that began it and to its
//! network, and ends when it is not used for a while; it never lives longer than any other.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{COOKIE, HeaderMap, HeaderValue};
use ipnet::{Ipv4Net, Ipv6Net};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LIFETIME, Opening, Origin, SEEN_EVERY, Session};
use crate::App;
use crate::accounts::User;
use crate::ids::{Bits, SessionId, UserId};
use crate::store::commit::{Step, text};
use crate::store::{Commit, Condition, Key, Record, StoreError};
use crate::tokens::{Secret, SecretHash};

/// Bytes of the secret in a cookie.
const SECRET: usize = 24;

/// Digits of the token against requests that another site makes in the browser's name.
const CSRF_DIGITS: usize = 20;

/// What a session of a browser keeps of its cookie, and of the client that began it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Binding {
    secret: SecretHash,
    csrf: SecretHash,
    network: String,
    /// When it ends if it is not used before.
    pub idle_until: Timestamp,
}

impl Binding {
    /// Whether this is the token that a request must bring which changes something.
    pub fn has_csrf_token(&self, token: &str) -> bool {
        self.csrf.matches(&Secret::presented(token.to_owned()).hash())
    }
}

/// A cookie that was just made, with the token that belongs to it. Neither is kept.
#[derive(Debug)]
pub struct Cookie {
    value: Secret,
    csrf_token: Secret,
}

impl Cookie {
    /// What X-CSRF-Token must say: 20 hexadecimal digits.
    pub fn csrf_token(&self) -> &str {
        self.csrf_token.expose()
    }

    /// The header that gives it to the browser. Pages cannot read it, and other sites send it only with a plain link
    /// (ASVS 3.3). Without https, on a laptop, it travels as everything else does.
    pub fn header(&self, app: &App) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&written(app, self.value.expose(), LIFETIME)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// The header that takes the cookie away.
pub fn removal(app: &App) -> Option<HeaderValue> {
    HeaderValue::from_str(&written(app, "", Duration::ZERO)).ok()
}

fn written(app: &App, value: &str, max_age: Duration) -> String {
    let secure = if app.config.public_url.starts_with("http://") {
        ""
    } else {
        "; Secure"
    };
    let (name, seconds) = (&app.config.barong.session_name, max_age.as_secs());
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// How a session of a browser begins, and the cookie that it goes by.
///
/// # Errors
/// [`StoreError`] where time ends.
pub fn opening<'a>(app: &App, user: UserId, origin: &'a Origin) -> Result<(Opening<'a>, Cookie), StoreError> {
    let mut opening = Opening::usual(app, origin)?;
    let secret: [u8; SECRET] = app.random.bytes();
    let mut value = user.bits().to_be_bytes().to_vec();
    value.extend(opening.id.bits().to_be_bytes());
    value.extend(secret);
    let digits: String = app
        .random
        .bytes::<{ CSRF_DIGITS / 2 }>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let cookie = Cookie {
        value: Secret::presented(URL_SAFE_NO_PAD.encode(&value)),
        csrf_token: Secret::presented(digits),
    };
    opening.cookie = Some(Binding {
        secret: cookie.value.hash(),
        csrf: cookie.csrf_token.hash(),
        network: network(origin.ip),
        idle_until: idle_until(app)?,
    });
    Ok((opening, cookie))
}

fn idle_until(app: &App) -> Result<Timestamp, StoreError> {
    let idle = Duration::from_secs(app.config.barong.session_expire_time.into());
    app.clock.now().checked_add(idle).map_err(StoreError::corrupt)
}

/// A cookie as a client presents it.
#[derive(Debug)]
pub struct Presented {
    /// Whose session it names.
    pub user: UserId,
    /// The session that it names.
    pub session: SessionId,
    value: Secret,
}

impl Presented {
    /// The cookie of a request; `None` where there is none that could be one of ours.
    pub fn of(app: &App, headers: &HeaderMap) -> Option<Self> {
        find(headers, &app.config.barong.session_name).and_then(Self::parse)
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .filter(|bytes| bytes.len() == 32 + SECRET)?;
        let bits = |from: usize| Some(u128::from_be_bytes(bytes.get(from..from + 16)?.try_into().ok()?));
        Some(Self {
            user: UserId::of_bits(bits(0)?),
            session: SessionId::of_bits(bits(16)?),
            value: Secret::presented(text.to_owned()),
        })
    }

    /// Where its session and the session's user are kept.
    pub fn keys(&self) -> [Key; 2] {
        [Session::key_of(self.user, self.session), User::key_of(self.user)]
    }

    /// Whether it is the cookie of `session`.
    pub fn opens(&self, session: &Session) -> bool {
        let binding = session.cookie.as_ref();
        binding.is_some_and(|binding| binding.secret.matches(&self.value.hash()))
    }
}

/// The value of the cookie `name` (RFC 6265 §4.2).
fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.trim_matches('"'))
}

/// Why a session is not for whoever presents its cookie. Then it ends: the cookie may have been stolen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It has no cookie, or another one.
    #[error("the session does not go by this cookie")]
    Cookie,
    /// It ended by itself, or was not used for too long.
    #[error("the session is over")]
    Over,
    /// Another client began it.
    #[error("the session is another client's")]
    UserAgent,
    /// It began in another network.
    #[error("the session is of another network")]
    Network,
}

/// Whether `session` is for a client at `origin`.
///
/// # Errors
/// [`Mismatch`].
pub fn judge(session: &Session, origin: &Origin, now: Timestamp) -> Result<(), Mismatch> {
    let binding = session.cookie.as_ref().ok_or(Mismatch::Cookie)?;
    if now >= session.valid_until || now >= binding.idle_until {
        return Err(Mismatch::Over);
    }
    if session.user_agent != origin.user_agent {
        return Err(Mismatch::UserAgent);
    }
    match binding.network == network(origin.ip) {
        true => Ok(()),
        false => Err(Mismatch::Network),
    }
}

/// The network that a session is bound to: 16 bits of an IPv4 address, 96 of an IPv6 one.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => Ipv4Net::new(v4, 16)
            .unwrap_or(Ipv4Net::from(Ipv4Addr::UNSPECIFIED))
            .trunc()
            .to_string(),
        IpAddr::V6(v6) => Ipv6Net::new(v6, 96)
            .unwrap_or(Ipv6Net::from(Ipv6Addr::UNSPECIFIED))
            .trunc()
            .to_string(),
    }
}

/// Writes down that a session was used by its cookie, which moves its end: at most once a minute, because a write for every
/// read would double the price of reading. It never brings an ended session back, and a failure is nobody's concern but the
/// log's.
pub async fn slide(app: &App, session: &Session) {
    let now = app.clock.now();
    let idle = Duration::from_secs(app.config.barong.session_expire_time.into());
    // A session that ends within minutes is moved as often as it needs.
    if now.duration_since(session.last_seen).unsigned_abs() < SEEN_EVERY.min(idle / 4) {
        return;
    }
    let Some(mut binding) = session.cookie.clone() else {
        return;
    };
    let moved = async {
        binding.idle_until = idle_until(app)?;
        let binding = serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(&binding).map_err(StoreError::corrupt)?;
        let mut commit = Commit::<StoreError>::new();
        let steps = [Step::Set("cookie", binding), Step::Set("last_seen", text(now))];
        commit.update(session.key(), Condition::Present, steps);
        app.store.commit(commit).await
    };
    if let Err(error) = moved.await {
        tracing::debug!(%error, "the last use of a session was not written");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Clock;
    use crate::random::Random;

    fn session(agent: &str, ip: &str) -> Session {
        let (clock, random) = (Clock::system(), Random::seeded(1));
        let now = Timestamp::UNIX_EPOCH;
        let after = |seconds| now.checked_add(Duration::from_secs(seconds)).unwrap();
        let secret = Secret::presented("x".into());
        Session {
            id: SessionId::generate(&random),
            user_id: UserId::generate(&clock, &random),
            user_agent: agent.into(),
            ip: ip.parse().unwrap(),
            created_at: now,
            last_seen: now,
            valid_until: after(100),
            epoch: 0,
            pair: None,
            upstream: None,
            cookie: Some(Binding {
                secret: secret.hash(),
                csrf: secret.hash(),
                network: network(ip.parse().unwrap()),
                idle_until: after(50),
            }),
        }
    }

    fn judged(began: (&str, &str), comes: (&str, &str), second: i64) -> Result<(), Mismatch> {
        let origin = Origin::new(comes.1.parse().unwrap(), comes.0);
        judge(
            &session(began.0, began.1),
            &origin,
            Timestamp::from_second(second).unwrap(),
        )
    }

    #[test]
    fn a_session_is_for_its_client_in_its_network() {
        let began = ("curl", "192.0.2.1");
        for same in ["192.0.2.1", "192.0.255.255", "::ffff:192.0.9.9"] {
            assert_eq!(judged(began, ("curl", same), 49), Ok(()), "{same}");
        }
        for other in ["192.1.2.1", "10.0.2.1", "2001:db8::1"] {
            assert_eq!(judged(began, ("curl", other), 0), Err(Mismatch::Network), "{other}");
        }
        for other in ["Curl", "curl ", ""] {
            assert_eq!(
                judged(began, (other, "192.0.2.1"), 0),
                Err(Mismatch::UserAgent),
                "{other}"
            );
        }
        let began = ("curl", "2001:db8::1:2");
        assert_eq!(judged(began, ("curl", "2001:db8::ffff:ffff"), 0), Ok(()));
        assert_eq!(judged(began, ("curl", "2001:db8::1:0:2"), 0), Err(Mismatch::Network));
    }

    #[test]
    fn a_session_is_over_when_it_is_idle_and_in_the_end() {
        let here = ("curl", "192.0.2.1");
        assert_eq!(judged(here, here, 50), Err(Mismatch::Over));
        let mut busy = session(here.0, here.1);
        busy.cookie.as_mut().unwrap().idle_until = Timestamp::from_second(1000).unwrap();
        let origin = Origin::new(here.1.parse().unwrap(), here.0);
        assert_eq!(judge(&busy, &origin, Timestamp::from_second(99).unwrap()), Ok(()));
        assert_eq!(
            judge(&busy, &origin, Timestamp::from_second(100).unwrap()),
            Err(Mismatch::Over)
        );
        busy.cookie = None;
        assert_eq!(judge(&busy, &origin, Timestamp::UNIX_EPOCH), Err(Mismatch::Cookie));
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let found = |line: &str| {
            let headers = HeaderMap::from_iter([(COOKIE, line.parse().unwrap())]);
            find(&headers, "_barong_session").map(str::to_owned)
        };
        assert_eq!(found("a=1; _barong_session=abc; b=2").as_deref(), Some("abc"));
        assert_eq!(found("_barong_session=\"abc\"").as_deref(), Some("abc"));
        assert_eq!(found("x_barong_session=abc; _barong_sessio=n"), None);
        assert_eq!(find(&HeaderMap::new(), "a"), None);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_only_whole_ones_are_cookies(text in "[A-Za-z0-9_-]{0,90}") {
            prop_assert_eq!(Presented::parse(&text).is_some(), URL_SAFE_NO_PAD.decode(&text).is_ok_and(|bytes| bytes.len() == 56));
        }

        /// Of several of one name the first, as browsers put the more specific path first (RFC 6265 §5.4).
        #[test]
        fn a_cookie_is_read_as_it_was_written(
            cookies in proptest::collection::vec(("[a-c_]{1,2}", "[!#-+\\--:<-\\[\\]-~]{0,20}"), 0..6), name in "[a-c_]{1,2}", in_one in any::<bool>(),
        ) {
            let wanted = cookies.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
            let written: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let lines = if in_one { vec![written.join("; ")] } else { written };
            let lines = lines.iter().map(|line| (COOKIE, HeaderValue::from_str(line).unwrap()));
            let headers = HeaderMap::from_iter(lines);
            prop_assert_eq!(find(&headers, &name), wanted);
        }

        #[test]
        fn no_header_panics(bytes in proptest::collection::vec(any::<u8>(), 0..60), name in ".{0,5}") {
            if let Ok(line) = HeaderValue::from_bytes(&bytes) {
                let headers = HeaderMap::from_iter([(COOKIE, line)]);
                let _either = find(&headers, &name);
            }
        }

        /// Whom it names is what is in it; a character less or another one opens nothing.
        #[test]
        fn a_cookie_opens_its_session_and_no_other_does(
            user in any::<u128>(), id in any::<u128>(), secret in any::<[u8; SECRET]>(), at in any::<prop::sample::Index>(), other in "[A-Za-z0-9_-]",
        ) {
            let mut bytes = [user.to_be_bytes(), id.to_be_bytes()].concat();
            bytes.extend(secret);
            let text = URL_SAFE_NO_PAD.encode(&bytes);
            let presented = Presented::parse(&text).unwrap();
            prop_assert_eq!((presented.user.bits(), presented.session.bits()), (user, id));
            let mut session = session("curl", "192.0.2.1");
            session.cookie.as_mut().unwrap().secret = Secret::presented(text.clone()).hash();
            prop_assert!(presented.opens(&session));

            let at = at.index(text.len());
            let mut changed = text.clone();
            changed.replace_range(at..=at, &other);
            prop_assume!(changed != text);
            prop_assert!(!Presented::parse(&changed).is_some_and(|presented| presented.opens(&session)));
            prop_assert!(Presented::parse(&text[..at]).is_none());
        }
    }
}
