//! A code to sign in with, mailed to the address of an account at the wish of a client, and good for this client. A request for
//! an address that nobody has does the same work: it keeps a code that belongs to nobody and a message that is never sent.

use std::time::Duration;

use futures_util::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{address_gauge, marked, purpose_of};
use crate::App;
use crate::accounts::email::{self, Email, EmailClaim};
use crate::act::{Failure, Undone};
use crate::clients::sign_in::{NotLetIn, judge};
use crate::clients::{self, Client, ClientId, code as authorization};
use crate::http::throttle::{self, Gauge};
use crate::ids::UserId;
use crate::notify::{Message, Template};
use crate::sessions::Origin;
use crate::sessions::sign_in::known_of;
use crate::store::record::read_optional;
use crate::store::{Commit, Key, Record, retried};
use crate::tokens::{Keyring, OneTime, Secret, one_time};

/// A code is good so long (arc's OTP_STEP).
pub const LIFETIME: Duration = Duration::from_secs(300);

/// A code that was asked for; one for each address, the newest counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginCode {
    partition: String,
    /// Nobody, where the address belongs to nobody.
    user_id: Option<UserId>,
    /// The client that asked for it, and its number.
    client_id: ClientId,
    client: i64,
    #[serde(flatten)]
    secret: OneTime,
}

impl LoginCode {
    fn key_of(partition: &str) -> Key {
        Key::new(partition, "LOGINCODE")
    }

    fn is(&self, keyring: &Keyring, code: &str, now: Timestamp) -> bool {
        let purpose = purpose_of(Self::KIND, &self.partition);
        self.secret.opens_with_marked(keyring, &purpose, code, now)
    }
}

impl Record for LoginCode {
    const KIND: &'static str = "login code";
    fn key(&self) -> Key {
        Self::key_of(&self.partition)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.secret.valid_until)
    }
}

/// Six decimal digits. That they come from 64 bits makes none of them noticeably likelier (ASVS 6.5.4: 20 bits and a limit of
/// guesses).
fn six_digits(app: &App) -> String {
    format!("{:06}", u64::from_be_bytes(app.random.bytes()) % 1_000_000)
}

/// Keeps a new code for a name and mails it, when the name belongs to somebody.
///
/// # Errors
/// [`Failure`], never for an unknown name.
pub async fn send(app: &App, client: &Client, username: &str, origin: &Origin) -> Result<(), Failure> {
    // A name that is no address belongs to nobody, and is mailed to nobody.
    let nobody = || Email::parse("nobody@invalid.example");
    let (partition, typed) = (email::partition(username), Email::parse(username).or_else(|_| nobody()));
    let typed = typed.map_err(crate::store::StoreError::corrupt)?;
    let gauges = [
        Gauge::account(app, "otp", |limits| limits.otp_account, &partition),
        address_gauge(app, origin),
    ];
    let keyring = app.keys.get().await?;
    let [claim] = app.store.get([Key::new(&partition, EmailClaim::SK)]).await?;
    let claim = read_optional::<EmailClaim>(claim)?;

    let code = six_digits(app);
    let secret = marked(&keyring, LoginCode::KIND, &partition, &code)?;
    let kept = LoginCode {
        partition,
        user_id: claim.as_ref().map(|claim| claim.user_id),
        client_id: client.client_id.clone(),
        client: client.number,
        secret: OneTime::new(&secret, app.clock.now(), LIFETIME)?,
    };
    let minutes = LIFETIME.as_secs() / 60;
    let to = claim.as_ref().map_or(&typed, |claim| &claim.email);
    let message = Message::mail(app, &keyring, to, &Template::LoginCode { code, minutes })?;
    let message = if claim.is_some() { message } else { message.to_nobody() };

    let mut commit = Commit::<Failure>::new();
    for gauge in gauges.iter().flatten() {
        gauge.count_in(&mut commit);
    }
    commit.put(&kept);
    commit.create(&message);
    app.store.commit(commit).await
}

/// Why a code was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    /// It is another code.
    #[error("it is another code")]
    Wrong,
    /// It is over.
    #[error("there is no code any more")]
    Over,
    /// None was asked for, or not for a long time.
    #[error("there is no code")]
    NotAsked,
    /// It is the code, and lets nobody in all the same.
    #[error(transparent)]
    NotLetIn(#[from] NotLetIn),
}

/// Takes a code for a name, and gives an authorization code for the client that asked for it: both in one commit. Where the account asks for
/// a code of an authenticator app too, see [`second_step`](crate::clients::second_step).
///
/// # Errors
/// [`NotVerified`]. A wrong code was counted; of the codes for a name that nobody has, every one is wrong.
pub async fn verify(app: &App, username: &str, code: &str, origin: &Origin) -> Result<Secret, Undone<NotVerified>> {
    let gauges: Vec<Gauge> = address_gauge(app, origin).into_iter().collect();
    throttle::count::<Undone<NotVerified>>(app, &gauges).await?;
    let given = Secret::generate_hex(&app.random);
    retried(|| verify_once(app, username, code, &given, origin)).await?;
    Ok(given)
}

async fn verify_once(
    app: &App,
    username: &str,
    code: &str,
    given: &Secret,
    origin: &Origin,
) -> Result<(), Undone<NotVerified>> {
    let key = LoginCode::key_of(&email::partition(username));
    let [kept] = app.store.get([key.clone()]).await?;
    let kept = read_optional::<LoginCode>(kept)?.ok_or(Undone::Refused(NotVerified::NotAsked))?;
    if kept.secret.is_over(app.clock.now()) {
        return Err(Undone::Refused(NotVerified::Over));
    }
    let keyring = app.keys.get().await?;
    if !kept.is(&keyring, code, app.clock.now()) || kept.user_id.is_none() {
        return Err(one_time::count_wrong(app, key, NotVerified::Wrong).await);
    }
    let known = known_of(app, kept.user_id);
    let (known, client) = try_join(known, clients::find(&app.store, &kept.client_id)).await?;
    // Who was removed since then, and a client that was, get nothing.
    let client = client.filter(|client| client.number == kept.client);
    let known = known.ok_or(Undone::Refused(NotVerified::Over))?;
    let client = client.ok_or(Undone::Refused(NotVerified::Over))?;
    judge(&client, &known).map_err(|why| Undone::Refused(why.into()))?;
    let mut commit = Commit::<Undone<NotVerified>>::new();
    let over = || Undone::Refused(NotVerified::Over);
    kept.secret.consume(&mut commit, key, over);
    let given = authorization::Given {
        code: given,
        client: &client,
        challenge: None,
        second_factor: false,
        upstream: None,
        origin,
    };
    given.keep(&mut commit, app, &known.account)?;
    app.store.commit(commit).await
}
