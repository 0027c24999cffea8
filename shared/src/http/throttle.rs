//! Attempt limits: counters in the table, one for each purpose, subject and window. What is counted is the attempt, not
//! the failure, and it is counted before it is judged, so that a thousand guesses at the same moment are a thousand.

use std::net::IpAddr;
use std::str::FromStr;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::try_join_all;
use jiff::Timestamp;

use crate::App;
use crate::store::commit::{Step, int};
use crate::store::record::TTL;
use crate::store::{Commit, Condition, Item, Key, StoreError};

/// So many attempts in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Attempts.
    pub count: u32,
    /// Seconds; windows begin at multiples of it.
    pub seconds: u32,
}

impl FromStr for Limit {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (count, seconds) = text.split_once('/').ok_or(())?;
        let limit = Self {
            count: count.trim().parse().map_err(drop)?,
            seconds: seconds.trim().parse().map_err(drop)?,
        };
        if limit.count == 0 || limit.seconds == 0 {
            Err(())
        } else {
            Ok(limit)
        }
    }
}

/// Every limit there is.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Sign-ins for one address of e-mail.
    pub signin_account: Limit,
    /// Sign-ins from one client.
    pub signin_address: Limit,
    /// Sign-ups from one client.
    pub signup_address: Limit,
    /// Activation mails to one address of e-mail.
    pub register_account: Limit,
    /// Activation codes tried from one client.
    pub activate_address: Limit,
    /// Reset mails to one address of e-mail.
    pub reset_account: Limit,
    /// Reset mails asked for, and reset tokens tried, from one client.
    pub reset_address: Limit,
    /// Invitations that one user sends.
    pub invite_account: Limit,
    /// Mails that repeat one invitation.
    pub resend_invitation: Limit,
    /// Codes to sign in with that are mailed to one address of e-mail.
    pub otp_account: Limit,
    /// One-time passwords and codes stored, asked for, and tried, from one client.
    pub otp_address: Limit,
    /// Codes of an authenticator app that somebody shows who is signed in.
    pub totp_account: Limit,
    /// Passkey sign-ins begun, finished, and asked about, from one client.
    pub passkey_address: Limit,
    /// Text messages with a code that one user has sent.
    pub sms_account: Limit,
    /// Those to one telephone number, whoever has them sent.
    pub sms_number: Limit,
    /// Those of one user to one number: how soon one may be repeated.
    pub sms_repeat: Limit,
    /// Those to all numbers of one country.
    pub sms_country: Limit,
    /// Codes that one user tries.
    pub sms_code_account: Limit,
    /// Sign-ins through a provider, begun and finished from one client.
    pub social_address: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |count, seconds| Limit { count, seconds };
        Self {
            signin_account: limit(10, 900),
            signin_address: limit(100, 900),
            signup_address: limit(30, 3600),
            register_account: limit(5, 3600),
            activate_address: limit(30, 3600),
            reset_account: limit(5, 3600),
            reset_address: limit(30, 3600),
            invite_account: limit(200, 3600),
            resend_invitation: limit(5, 3600),
            otp_account: limit(5, 3600),
            otp_address: limit(60, 900),
            totp_account: limit(10, 900),
            passkey_address: limit(300, 900),
            sms_account: limit(10, 3600),
            sms_number: limit(5, 3600),
            sms_repeat: limit(2, 60),
            sms_country: limit(500, 3600),
            sms_code_account: limit(30, 3600),
            social_address: limit(300, 900),
        }
    }
}

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in {retry_after} seconds")]
pub struct Throttled {
    /// Seconds until the next window.
    pub retry_after: u32,
}

/// One counter of the window that is now.
#[derive(Debug, Clone)]
pub struct Gauge {
    /// Where it is kept.
    pub key: Key,
    limit: Limit,
    window_end: i64,
    now: i64,
}

impl Gauge {
    /// The counter of a client's address; an IPv6 client is its /64, which is what one customer gets.
    pub fn address(app: &App, purpose: &str, limit: fn(&Limits) -> Limit, address: IpAddr) -> Option<Self> {
        Self::new(app, purpose, limit, &network(address))
    }

    /// The counter of an account, by what it is looked up with, whether there is such an account or not.
    pub fn account(app: &App, purpose: &str, limit: fn(&Limits) -> Limit, name: &str) -> Option<Self> {
        let digest = digest::digest(&digest::SHA256, name.as_bytes());
        Self::new(app, purpose, limit, &URL_SAFE_NO_PAD.encode(digest))
    }

    /// `None` where limits are switched off.
    fn new(app: &App, purpose: &str, limit: fn(&Limits) -> Limit, subject: &str) -> Option<Self> {
        let limit = limit(app.config.limits.as_ref()?);
        let now = app.clock.now().as_second();
        let window = now.div_euclid(limit.seconds.into());
        let key = Key::new(format!("LIMIT#{purpose}#{subject}#{window}"), "COUNT");
        Some(Self {
            key,
            limit,
            window_end: (window + 1) * i64::from(limit.seconds),
            now,
        })
    }

    fn throttled(&self) -> Throttled {
        Throttled {
            retry_after: u32::try_from(self.window_end - self.now)
                .unwrap_or(self.limit.seconds)
                .max(1),
        }
    }

    /// Looks at a counter that was read: a client that is over its limit is sent away before anything costs.
    ///
    /// # Errors
    /// [`Throttled`].
    pub fn look(&self, item: Option<&Item>) -> Result<(), Throttled> {
        let count = item
            .and_then(|item| item.get("count")?.as_n().ok()?.parse::<u32>().ok())
            .unwrap_or(0);
        if count >= self.limit.count {
            Err(self.throttled())
        } else {
            Ok(())
        }
    }

    /// Counts one attempt as a part of `commit`, which is refused when the limit is reached.
    pub fn count_in<E: From<Throttled> + 'static>(&self, commit: &mut Commit<E>) {
        let throttled = self.throttled();
        let ttl = (self.window_end + 60).max(Timestamp::UNIX_EPOCH.as_second());
        let steps = [Step::Add("count", 1), Step::Default(TTL, int(ttl))];
        commit
            .update(
                self.key.clone(),
                Condition::Below("count", self.limit.count.into()),
                steps,
            )
            .otherwise(move |_| throttled.into());
    }
}

/// Counts one attempt on each of `gauges`, side by side: one wait.
///
/// # Errors
/// [`Throttled`] as soon as one is over its limit, or the table's error: without its counters nobody is let in.
pub async fn count<E>(app: &App, gauges: &[Gauge]) -> Result<(), E>
where
    E: From<Throttled> + From<StoreError> + 'static,
{
    let attempts = gauges.iter().map(|gauge| {
        let mut commit = Commit::<E>::new();
        gauge.count_in(&mut commit);
        app.store.commit(commit)
    });
    try_join_all(attempts).await.map(drop)
}

/// What counts as one client: an IPv6 client is its /64, which is what one customer gets.
pub(crate) fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_its_address_however_it_is_spelled() {
        let subject = |text: &str| network(text.parse().unwrap());
        assert_eq!(subject("192.0.2.1"), subject("::ffff:192.0.2.1"));
        assert_eq!(subject("2001:db8::1"), subject("2001:0DB8:0:0:ffff:ffff:ffff:ffff"));
        assert_ne!(subject("2001:db8::1"), subject("2001:db8:0:1::1"));
    }

    #[test]
    fn limits_are_read_strictly() {
        assert_eq!(
            "10/900".parse(),
            Ok(Limit {
                count: 10,
                seconds: 900
            })
        );
        for text in ["", "10", "10/", "/900", "0/900", "10/0", "-1/9", "1/2/3"] {
            assert_eq!(text.parse::<Limit>(), Err(()), "{text}");
        }
    }
}
