//! Authorization codes: what somebody who gave their password gets for a client, and the client exchanges for tokens. A code
//! works once, for that client; used a second time it ends the session that it opened (RFC 6749 §4.1.2).

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::proof::{self, Credentials};
use super::second_step::SecondStep;
use super::sign_in::{Arrival, NotLetIn, open};
use super::{Client, ClientId};
use crate::App;
use crate::accounts::Account;
use crate::act::Undone;
use crate::credentials::totp::{self, Asked, SecondFactor};
use crate::federation::upstream::Upstream;
use crate::ids::{SessionId, UserId};
use crate::sessions::sign_in::{Attempt, Known, Shown, known_of, prove};
use crate::sessions::{self, LIFETIME, Origin, still_let_in};
use crate::store::commit::{Step, text};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Key, Record, StoreError, retried};
use crate::tokens::arc::{ArcDevice, Issued};
use crate::tokens::{Secret, SecretHash};

/// A code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    hash: SecretHash,
    /// The number of the client that it is for.
    pub client: i64,
    /// Who gave the password.
    pub user_id: UserId,
    /// The user's epoch at that time: whoever ends all sessions ends what may open one.
    epoch: u64,
    /// SHA-256 of what the client keeps to itself until it exchanges the code (RFC 7636), where it wants to prove that.
    challenge: Option<Challenge>,
    /// When it ends by itself.
    pub valid_until: Timestamp,
    /// The session that it opened.
    session_id: Option<SessionId>,
    /// Who vouched for them, where it was a provider and no password.
    #[serde(default)]
    upstream: Option<Upstream>,
    /// How often it was used.
    #[serde(default)]
    uses: u32,
    /// Whether a code of an authenticator app was shown for it.
    #[serde(default)]
    pub(super) second_factor: bool,
}

impl Code {
    /// Where a code is kept.
    pub fn key_of(code: &Secret) -> Key {
        Self::key_of_hash(&code.hash())
    }

    fn key_of_hash(hash: &SecretHash) -> Key {
        Key::new(format!("SECRET#{}", hash.as_str()), "CODE")
    }
}

impl Record for Code {
    const KIND: &'static str = "code";
    fn key(&self) -> Key {
        Self::key_of_hash(&self.hash)
    }
    fn ttl(&self) -> Option<Timestamp> {
        // As long as the session may live that it opened: somebody who uses it again is noticed.
        self.valid_until.checked_add(LIFETIME).ok()
    }
}

/// A code challenge of the method S256: 43 characters of base64url (RFC 7636 §4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenge(String);

impl Challenge {
    /// Reads a challenge; `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == digest::SHA256_OUTPUT_LEN).then(|| Self(text.to_owned()))
    }

    fn is_met_by(&self, verifier: &str) -> bool {
        let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
        let expected = URL_SAFE_NO_PAD.encode(digest);
        // RFC 7636 §4.1.
        let is_one = (43..=128).contains(&verifier.len());
        is_one && self.0.as_bytes().ct_eq(expected.as_bytes()).into()
    }
}

/// Why a code was not exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotExchanged {
    /// There is no such client, or none that the user may use any more.
    #[error("the client is unknown")]
    NoClient,
    /// No code, another client's, without its verifier, or of a user who may not sign in any more.
    #[error("the code is not valid")]
    NotValid,
    /// Too old, or used before; the session that it opened has ended then.
    #[error("the code was used or is too old")]
    Spent,
    /// The account asks for a code of an authenticator app, and none was shown; see [`second_step`](super::second_step).
    #[error("a second factor is needed")]
    NeedsSecondFactor,
}

impl From<NotLetIn> for NotExchanged {
    fn from(why: NotLetIn) -> Self {
        match why {
            NotLetIn::OtherClient | NotLetIn::NoClient(_) => NotExchanged::NoClient,
            NotLetIn::WrongCredentials | NotLetIn::NotActive(_) => NotExchanged::NotValid,
            NotLetIn::MissingOtp | NotLetIn::Otp(_) => NotExchanged::NeedsSecondFactor,
        }
    }
}

impl From<sessions::sign_in::NotSignedIn> for NotExchanged {
    fn from(why: sessions::sign_in::NotSignedIn) -> Self {
        NotLetIn::from(why).into()
    }
}

type Result<T> = std::result::Result<T, Undone<NotExchanged>>;

/// Gives a code for a password. Without the code of an authenticator app that the account asks for it opens nothing, but its
/// owner may go on with [`second_step`](super::second_step).
///
/// # Errors
/// [`NotLetIn`].
pub async fn ask(
    app: &App,
    attempt: &Attempt<'_>,
    said: &Credentials,
    challenge: Option<&Challenge>,
) -> std::result::Result<Secret, Undone<NotLetIn>> {
    let code = Secret::generate_hex(&app.random);
    let keyring = app.keys.get().await?;
    let (proven, client) = Box::pin(prove(app, attempt, proof::prove::<NotLetIn>(app, said))).await?;
    let keep = |commit: &mut Commit<Undone<NotLetIn>>, known: &Known| {
        super::sign_in::judge(&client, known).map_err(Undone::Refused)?;
        let second_factor = match attempt.otp {
            Some(_) => totp::require(commit, app, &keyring, &known.account, SecondFactor::Code(attempt.otp))?,
            None => Asked::Not,
        };
        let given = Given {
            code: &code,
            client: &client,
            challenge,
            second_factor: second_factor == Asked::Taken,
            upstream: None,
            origin: attempt.origin,
        };
        given.keep(commit, app, &known.account)?;
        Ok(())
    };
    proven.then(app, keep).await?;
    Ok(code)
}

/// A code that somebody is given.
pub struct Given<'a> {
    /// The code.
    pub code: &'a Secret,
    /// Who may exchange it.
    pub client: &'a Client,
    /// What its exchange must meet.
    pub challenge: Option<&'a Challenge>,
    /// Whether a code of an authenticator app was shown for it.
    pub second_factor: bool,
    /// Who vouches, where it is a provider.
    pub upstream: Option<&'a Upstream>,
    /// Where it is asked from.
    pub origin: &'a Origin,
}

impl Given<'_> {
    /// Adds to `commit` the code for the owner of `account`, who may sign in and may use the client; where the account asks for a
    /// second factor that was not shown, also that it may be shown now.
    ///
    /// # Errors
    /// [`StoreError`] where time ends.
    pub fn keep<E>(&self, commit: &mut Commit<E>, app: &App, account: &Account) -> std::result::Result<(), StoreError> {
        let user = &account.user;
        self.create(commit, app, user.id, user.session_epoch)?;
        commit.check(user.key(), still_let_in(user));
        if account.totp.as_ref().is_some_and(|totp| totp.record.is_active()) && !self.second_factor {
            commit.put(&SecondStep::of(app, user, self.client, self.origin)?);
        }
        Ok(())
    }

    /// Adds to `commit` the code for a user of this epoch, and nothing else.
    ///
    /// # Errors
    /// [`StoreError`] where time ends.
    pub(super) fn create<E>(
        &self,
        commit: &mut Commit<E>,
        app: &App,
        user_id: UserId,
        epoch: u64,
    ) -> std::result::Result<(), StoreError> {
        let until = app.clock.now().checked_add(self.client.lifetimes.code());
        commit.create(&Code {
            hash: self.code.hash(),
            client: self.client.number,
            user_id,
            epoch,
            challenge: self.challenge.cloned(),
            valid_until: until.map_err(StoreError::corrupt)?,
            session_id: None,
            upstream: self.upstream.cloned(),
            uses: 0,
            second_factor: self.second_factor,
        });
        Ok(())
    }
}

/// What a client sends to exchange a code.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The code.
    pub code: &'a Secret,
    /// The client.
    pub client_id: &'a str,
    /// What only the client can know that asked for the code.
    pub verifier: Option<&'a str>,
    /// What is asked with.
    pub device: ArcDevice,
    /// Where from.
    pub origin: &'a Origin,
}

/// Exchanges a code for the tokens of a new session: code, session and activity in one commit.
///
/// # Errors
/// [`NotExchanged`]; if the code was used before, the session that it opened ends.
pub async fn exchange(app: &App, exchange: &Exchange<'_>) -> Result<Issued> {
    retried(|| exchange_once(app, exchange)).await
}

async fn exchange_once(app: &App, exchange: &Exchange<'_>) -> Result<Issued> {
    let (client, code) = look(app, exchange.client_id, exchange.code).await?;
    let is_met = match (&code.challenge, exchange.verifier) {
        (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
        // A verifier without a challenge: somebody took the challenge out of the request (RFC 9700 §2.1.1).
        (None, Some(_)) | (Some(_), None) => false,
        (None, None) => true,
    };
    if !is_met {
        return Err(Undone::Refused(NotExchanged::NotValid));
    }
    if let Some(session) = code.session_id {
        sessions::end_for_theft(app, code.user_id, session, exchange.origin).await?;
        return Err(Undone::Refused(NotExchanged::Spent));
    }
    in_time(app, &code)?;
    let keyring = app.keys.get().await?;
    let known = holder(app, &code).await?;
    let mut commit = Commit::<Undone<NotExchanged>>::new();
    let arrival = Arrival {
        client: &client,
        device: &exchange.device,
        origin: exchange.origin,
        shown: Shown {
            method: code
                .upstream
                .as_ref()
                .map_or("code", |upstream| upstream.provider.name()),
            second: SecondFactor::Before {
                was_given: code.second_factor,
            },
            keyring: &keyring,
        },
        upstream: code.upstream.as_ref(),
    };
    let (issued, session) = open(app, &mut commit, &known, &arrival)?;
    let steps = [Step::Add("uses", 1), Step::Set("session_id", text(session))];
    // Of two at the same moment the later one reads again, and finds the code used.
    commit.update(
        code.key(),
        Condition::All(vec![Condition::Present, Condition::Below("uses", 1)]),
        steps,
    );
    app.store.commit(commit).await?;
    Ok(issued)
}

/// Whose code it is, while it is worth something.
///
/// # Errors
/// [`NotExchanged::NotValid`] when all of its owner's sessions were ended since.
pub(super) async fn holder(app: &App, code: &Code) -> Result<Known> {
    let known = known_of(app, Some(code.user_id)).await?;
    let known = known.filter(|known| known.account.user.session_epoch == code.epoch);
    known.ok_or(Undone::Refused(NotExchanged::NotValid))
}

/// A code and its client, whether the code was used or is too old or not: one read.
///
/// # Errors
/// [`NotExchanged`] for an unknown client, and for a code that is none or another client's.
pub async fn look(app: &App, client_id: &str, code: &Secret) -> Result<(Client, Code)> {
    let client_id = ClientId::parse(client_id).ok_or(Undone::Refused(NotExchanged::NoClient))?;
    let keys = [Client::key_of(&client_id), Code::key_of(code)];
    let [client, code] = app.store.get(keys).await?;
    let client = read_optional::<Client>(client)?.ok_or(Undone::Refused(NotExchanged::NoClient))?;
    let code = read_optional::<Code>(code)?.filter(|code| code.client == client.number);
    Ok((client, code.ok_or(Undone::Refused(NotExchanged::NotValid))?))
}

/// Whether a code may still be used.
///
/// # Errors
/// [`NotExchanged::Spent`].
pub fn in_time(app: &App, code: &Code) -> Result<()> {
    match code.session_id.is_none() && app.clock.now() < code.valid_until {
        true => Ok(()),
        false => Err(Undone::Refused(NotExchanged::Spent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636() {
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        for other in ["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", "", &"a".repeat(129)] {
            assert!(!challenge.is_met_by(other), "{other}");
        }
    }

    #[test]
    fn a_challenge_is_a_digest() {
        for text in ["", "plain", &"a".repeat(42), &"a".repeat(44), &"=".repeat(43)] {
            assert_eq!(Challenge::parse(text), None, "{text:?}");
        }
    }
}
