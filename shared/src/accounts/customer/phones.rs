//! Telephone numbers of customers. Anybody may note a number; it is theirs when they repeat the code of a text message that
//! was sent to it, and then nobody else's. Codes are short, so what is kept of one is a mark under a key that is not in the
//! table, it ends soon, five guesses void it, and each is counted before it is judged.

mod number;

use std::time::Duration;

use futures_util::future::{try_join, try_join3};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, Customer, Scope};
use crate::App;
use crate::accounts::User;
use crate::act::{Failure, Undone};
use crate::activity::Activity;
use crate::http::throttle::{self, Gauge};
use crate::ids::UserId;
use crate::notify::{Message, Template};
use crate::sessions::Origin;
use crate::store::{Commit, Key, Record, StoreError, retried};
use crate::tokens::{Keyring, OneTime, Secret};

pub use number::PhoneNumber;

/// A code is good so long (ASVS 6.5.5).
pub const LIFETIME: Duration = Duration::from_secs(600);

/// Numbers that one customer has at most, and how many of them may wait for their code.
pub const MOST: usize = 20;
/// See [`MOST`].
pub const MOST_UNVERIFIED: usize = 10;

/// A number of a customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Phone {
    /// Whose.
    pub user_id: UserId,
    /// The number.
    #[serde(flatten)]
    pub number: PhoneNumber,
    /// When its owner repeated a code.
    pub validated_at: Option<Timestamp>,
    /// When it was noted.
    pub created_at: Timestamp,
}

impl Record for Phone {
    const KIND: &'static str = "phone";
    fn key(&self) -> Key {
        Key::new(
            User::partition(self.user_id),
            format!("KYC#PHONE#{}", self.number.digits()),
        )
    }
}

/// What is kept of a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    user_id: UserId,
    #[serde(flatten)]
    number: PhoneNumber,
    #[serde(flatten)]
    secret: OneTime,
}

impl Record for Code {
    const KIND: &'static str = "phone code";
    fn key(&self) -> Key {
        Key::new(
            User::partition(self.user_id),
            format!("KYC#CODE#{}", self.number.digits()),
        )
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.secret.valid_until)
    }
}

/// Says that a number is somebody's, and nobody else's.
#[derive(Debug, Serialize, Deserialize)]
pub struct PhoneClaim {
    number: String,
    /// Whose it is.
    pub user_id: UserId,
}

impl PhoneClaim {
    fn key_of(number: &PhoneNumber) -> Key {
        Key::new(format!("PHONE#{}", number.digits()), "CLAIM")
    }
}

impl Record for PhoneClaim {
    const KIND: &'static str = "phone claim";
    fn key(&self) -> Key {
        Key::new(format!("PHONE#{}", self.number), "CLAIM")
    }
}

/// Why a number was not noted, sent a code, or verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// The account is gone.
    #[error("the user does not exist")]
    Gone,
    /// Somebody has verified it, perhaps the same customer.
    #[error("the number is verified already")]
    Taken,
    /// The customer has noted it.
    #[error("the number was noted before")]
    Noted,
    /// The customer has not noted it.
    #[error("the number was not noted")]
    Unknown,
    /// The customer has as many as there may be.
    #[error("there are too many numbers")]
    TooMany,
    /// The code is another, over, or was never sent.
    #[error("the code is not valid")]
    WrongCode,
}

type Result<T> = std::result::Result<T, Undone<NotDone>>;

/// Notes a number and sends a code to it.
///
/// # Errors
/// [`NotDone`].
pub async fn add(app: &App, user: UserId, number: &PhoneNumber) -> Result<()> {
    let sending = Sending::begin(app, user, number).await?;
    retried(|| async {
        let customer = read(app, user, number).await?;
        if customer.phone(number).is_some() {
            return refused(NotDone::Noted);
        }
        let waiting = customer.phones.iter().filter(|phone| phone.validated_at.is_none());
        if customer.phones.len() >= MOST || waiting.count() >= MOST_UNVERIFIED {
            return refused(NotDone::TooMany);
        }
        let mut change = Change::of(app, &customer);
        change.put(&Phone {
            user_id: user,
            number: number.clone(),
            validated_at: None,
            created_at: app.clock.now(),
        });
        sending.send(&mut change);
        change.commit(app).await.map(drop)
    })
    .await
}

/// Sends another code to a number that was noted. The one before is void.
///
/// # Errors
/// [`NotDone`].
pub async fn send(app: &App, user: UserId, number: &PhoneNumber) -> Result<()> {
    let sending = Sending::begin(app, user, number).await?;
    retried(|| async {
        let customer = read(app, user, number).await?;
        if customer.phone(number).is_none() {
            return refused(NotDone::Unknown);
        }
        let mut change = Change::of(app, &customer);
        sending.send(&mut change);
        change.commit(app).await.map(drop)
    })
    .await
}

/// Makes a number its owner's, who repeats its code: code, claim, number, label, and what follows from the label, in one commit.
///
/// # Errors
/// [`NotDone`].
pub async fn verify(app: &App, user: UserId, number: &PhoneNumber, code: &str, origin: &Origin) -> Result<()> {
    let wrong = || Undone::Refused(NotDone::WrongCode);
    let gauge = account_gauge(app, "smscode", user, |limits| limits.sms_code_account);
    let gauges: Vec<Gauge> = gauge.into_iter().collect();
    let counted = throttle::count::<Undone<NotDone>>(app, &gauges);
    let (customer, keyring, ()) = try_join3(read(app, user, number), keyring(app), counted).await?;
    if customer.phone(number).is_none() {
        return refused(NotDone::Unknown);
    }
    let is_it = |code: &&Code| code.number == *number && !code.secret.is_over(app.clock.now());
    let kept = customer.codes.iter().find(is_it).ok_or_else(wrong)?.clone();
    kept.secret.count_guess(app, kept.key(), NotDone::WrongCode).await?;
    let purpose = purpose_of(user, number);
    if !kept.secret.opens_with_marked(&keyring, &purpose, code, app.clock.now()) {
        return Err(wrong());
    }
    let mut read_already = Some(customer);
    retried(|| {
        let first = read_already.take();
        let (kept, keyring) = (&kept, &keyring);
        async move {
            let customer = match first {
                Some(customer) => customer,
                None => read(app, user, number).await?,
            };
            let mut phone = customer.phone(number).ok_or(Undone::Refused(NotDone::Unknown))?.clone();
            phone.validated_at = Some(app.clock.now());
            let mut change = Change::of(app, &customer);
            kept.secret
                .consume_counted(&mut change, kept.key(), || Undone::Refused(NotDone::WrongCode));
            let claim = PhoneClaim {
                number: number.digits().to_owned(),
                user_id: user,
            };
            change.create(&claim).otherwise(|_| Undone::Refused(NotDone::Taken));
            change.put(&phone);
            if customer.label(Scope::Private, "phone").is_none() {
                change.label(Scope::Private, "phone", "verified");
            }
            Activity::new(app, user, origin, "phone", "verify").enter(&mut change);
            let notice = Template::PhoneVerified {
                number: number.masked(),
            };
            change.create(&Message::mail(app, keyring, &customer.user().email, &notice)?);
            change.commit(app).await.map(drop)
        }
    })
    .await
}

impl Customer {
    /// The customer's entry of a number.
    fn phone(&self, number: &PhoneNumber) -> Option<&Phone> {
        self.phones.iter().find(|phone| phone.number == *number)
    }
}

fn refused<T>(why: NotDone) -> Result<T> {
    Err(Undone::Refused(why))
}

/// The customer, unless somebody has verified the number: one wait.
async fn read(app: &App, user: UserId, number: &PhoneNumber) -> Result<Customer> {
    let claim = app.store.get([PhoneClaim::key_of(number)]);
    let (customer, [claim]) = try_join(Customer::read(&app.store, user), claim).await?;
    let customer = customer.ok_or(Undone::Refused(NotDone::Gone))?;
    match claim {
        Some(_) => refused(NotDone::Taken),
        None => Ok(customer),
    }
}

async fn keyring(app: &App) -> Result<std::sync::Arc<Keyring>> {
    Ok(app.keys.get().await?)
}

fn account_gauge(
    app: &App,
    purpose: &str,
    user: UserId,
    limit: fn(&throttle::Limits) -> throttle::Limit,
) -> Option<Gauge> {
    Gauge::account(app, purpose, limit, &user.to_string())
}

/// What stands for a code that is for one number of one user.
fn marked(keyring: &Keyring, user: UserId, number: &PhoneNumber, code: &str) -> std::result::Result<Secret, Failure> {
    Ok(Secret::presented(keyring.mark(&purpose_of(user, number), code)?))
}

/// What it is marked for.
fn purpose_of(user: UserId, number: &PhoneNumber) -> String {
    format!("{} of {user} at {}", Code::KIND, number.digits())
}

/// Five decimal digits, as the published API has them. That they come from 64 bits makes none of them noticeably likelier.
fn five_digits(app: &App) -> String {
    format!("{:05}", u64::from_be_bytes(app.random.bytes()) % 100_000)
}

/// A text message that is about to be sent.
struct Sending {
    code: Code,
    message: Message,
    gauges: Vec<Gauge>,
}

impl Sending {
    /// Counts what the user asks for, whatever comes of it: who asks about many numbers learns little. What is sent is
    /// counted when it is: text messages cost money, and disturb whoever gets them.
    async fn begin(app: &App, user: UserId, number: &PhoneNumber) -> Result<Self> {
        let asked = account_gauge(app, "sms", user, |limits| limits.sms_account);
        let asked: Vec<Gauge> = asked.into_iter().collect();
        throttle::count::<Undone<NotDone>>(app, &asked).await?;
        let keyring = keyring(app).await?;
        let code = five_digits(app);
        let secret = marked(&keyring, user, number, &code)?;
        let text = app.config.customers.code_message.replace("{{code}}", &code);
        let pair = format!("{user} {}", number.digits());
        let gauges = [
            Gauge::account(app, "smsnumber", |limits| limits.sms_number, number.digits()),
            Gauge::account(app, "smsrepeat", |limits| limits.sms_repeat, &pair),
            Gauge::account(app, "smscountry", |limits| limits.sms_country, number.country()),
        ];
        Ok(Self {
            code: Code {
                user_id: user,
                number: number.clone(),
                secret: OneTime::new(&secret, app.clock.now(), LIFETIME)?,
            },
            message: Message::sms(app, &keyring, number, text)?,
            gauges: gauges.into_iter().flatten().collect(),
        })
    }

    fn send<E: From<StoreError> + From<throttle::Throttled> + 'static>(&self, commit: &mut Commit<E>) {
        for gauge in &self.gauges {
            gauge.count_in(commit);
        }
        commit.put(&self.code);
        commit.create(&self.message);
    }
}
