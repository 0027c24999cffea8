//! Setting a new password by mail for a client: the token alone says whose password it is, and is good for the client that
//! asked. It is the same reset as any other, one for each address, so that a newer one voids it whoever asked for that.

use std::time::Duration;

use futures_util::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::email::{Email, EmailClaim};
use super::password_reset::{self, Good, PasswordReset, good};
use crate::App;
use crate::access::{Role, home};
use crate::act::{Failure, Undone};
use crate::clients::Client;
use crate::clients::sign_in::may_use;
use crate::credentials::PasswordRecord;
use crate::credentials::password::{Password, Verdict, WeakPassword};
use crate::http::throttle;
use crate::ids::{OrgId, RoleId, UserId};
use crate::notify::{Message, Template};
use crate::sessions::Origin;
use crate::store::record::{read, read_optional};
use crate::store::{Commit, Key, Query, Record};
use crate::tokens::arc::ArcClaims;
use crate::tokens::{OneTime, Secret, SecretHash};

/// A reset is valid so long.
pub const LIFETIME: Duration = Duration::from_secs(1800);

/// By which a reset is found by its token, also after it was used.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ResetToken {
    hash: SecretHash,
    email: Email,
    client: i64,
    valid_until: Timestamp,
}

impl ResetToken {
    fn partition(hash: &SecretHash) -> String {
        format!("SECRET#{}", hash.as_str())
    }
}

impl Record for ResetToken {
    const KIND: &'static str = "reset token";
    fn key(&self) -> Key {
        Key::new(Self::partition(&self.hash), "RESET")
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// Why a token sets no password.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoClientReset {
    /// No token, or one that is too old.
    #[error("the token is unknown or too old")]
    Unknown,
    /// A token for something else.
    #[error("the token is for something else")]
    OtherPurpose,
    /// Used, or voided by a newer one.
    #[error("the token was used")]
    Used,
    /// The token is good for another client.
    #[error("another client asked for it")]
    OtherClient,
    /// The new password is the one of now; the token stays good.
    #[error("the new password is the old one")]
    Unchanged,
    /// The new password is no good; the token stays good.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
}

type Result<T> = std::result::Result<T, Undone<NoClientReset>>;

fn refused<T>(why: NoClientReset) -> Result<T> {
    Err(Undone::Refused(why))
}

/// Keeps a new reset for `email` and mails its token, when the address belongs to somebody who may sign in for the client.
///
/// # Errors
/// [`Failure`], never for an unknown address.
pub async fn request(app: &App, email: &Email, client: &Client, origin: &Origin) -> std::result::Result<(), Failure> {
    let keyring = app.keys.get().await?;
    let [claim] = app.store.get([EmailClaim::key(email)]).await?;
    let claim = read_optional::<EmailClaim>(claim)?;
    // For an unknown address somebody is looked for who does not exist: it takes as long.
    let nobody = || UserId::generate(&app.clock, &app.random);
    let user = claim.as_ref().map_or_else(nobody, |claim| claim.user_id);
    let holder = home::holder(&app.store, user).await?;
    // The roles of whoever has some were one question more, which everybody waits for: it would tell who administers.
    if holder.as_ref().is_none_or(|holder| holder.roles.is_empty()) {
        let none = Role::key_of(OrgId::HOME, RoleId::generate(&app.clock, &app.random));
        let [_] = app.store.get([none]).await?;
    }
    let is_served = holder.is_some_and(|home::Holder { user, roles }| {
        user.state.may_sign_in() && !user.is_social && may_use(client, &roles)
    });

    let token = Secret::generate_hex(&app.random);
    let reset = PasswordReset {
        email: email.clone(),
        user_id: claim.as_ref().filter(|_| is_served).map(|claim| claim.user_id),
        client: Some(client.number),
        token: OneTime::new(&token, app.clock.now(), LIFETIME)?,
    };
    let template = Template::PasswordReset {
        link: format!("{}{}", app.config.arc_reset_url, token.expose()),
        minutes: LIFETIME.as_secs() / 60,
    };
    // The mail goes to the address as its owner typed it, not as whoever asks does.
    let to = claim.as_ref().map_or(email, |claim| &claim.email);
    let message = Message::mail(app, &keyring, to, &template)?;
    let message = if is_served { message } else { message.to_nobody() };

    let mut commit = Commit::<Failure>::new();
    password_reset::count_mail(&mut commit, app, email, origin);
    commit.create(&ResetToken {
        hash: token.hash(),
        email: email.clone(),
        client: client.number,
        valid_until: reset.token.valid_until,
    });
    commit.put(&reset);
    commit.create(&message);
    app.store.commit(commit).await
}

/// Whether a token would set a password. It is not used by that.
///
/// # Errors
/// [`NoClientReset`].
pub async fn look(app: &App, token: &Secret) -> Result<()> {
    let found = find(app, token).await?;
    let keys = [EmailClaim::key(&found.email), PasswordReset::key_of(&found.email)];
    let [claim, reset] = app.store.get(keys).await?;
    of_client(
        &found,
        read_optional(claim)?,
        read_optional(reset)?,
        token,
        app.clock.now(),
    )
    .map(drop)
}

async fn find(app: &App, token: &Secret) -> Result<ResetToken> {
    let partition = Query::partition(ResetToken::partition(&token.hash()));
    let found = app.store.query(partition).await?.items.into_iter().next();
    let Some(item) = found else {
        let keyring = app.keys.get().await?;
        let (issuer, now) = (&app.config.arc_issuer, app.clock.now());
        return refused(match ArcClaims::recognise(&keyring, issuer, now, token.expose()) {
            Some(_) => NoClientReset::OtherPurpose,
            None => NoClientReset::Unknown,
        });
    };
    let is_reset = item
        .get("kind")
        .is_some_and(|kind| kind.as_s().is_ok_and(|kind| kind == ResetToken::KIND));
    if !is_reset {
        return refused(NoClientReset::OtherPurpose);
    }
    let found: ResetToken = read(item)?;
    match app.clock.now() < found.valid_until {
        true => Ok(found),
        false => refused(NoClientReset::Unknown),
    }
}

fn of_client(
    found: &ResetToken,
    claim: Option<EmailClaim>,
    reset: Option<PasswordReset>,
    token: &Secret,
    now: Timestamp,
) -> Result<(EmailClaim, PasswordReset)> {
    let reset = reset.filter(|reset| reset.client == Some(found.client));
    good(claim, reset, token, now).ok_or(Undone::Refused(NoClientReset::Used))
}

/// Sets the new password with a token, and ends all sessions: token, password, sessions, activity and notice in one
/// commit, so that a token works once under any interleaving.
///
/// # Errors
/// [`NoClientReset`]; nothing has changed then.
pub async fn redeem(app: &App, token: &Secret, new: &Password, client: &Client, origin: &Origin) -> Result<()> {
    let gauges: Vec<_> = password_reset::tries(app, origin).into_iter().collect();
    let keyring = app.keys.get().await?;
    let counted = throttle::count::<Undone<NoClientReset>>(app, &gauges);
    let (found, ()) = try_join(find(app, token), counted).await?;
    if found.client != client.number {
        return refused(NoClientReset::OtherClient);
    }
    let email = &found.email;
    let keys = [
        EmailClaim::key(email),
        PasswordReset::key_of(email),
        PasswordRecord::key_of(email),
    ];
    let [claim, reset, password] = app.store.get(keys).await?;
    let (claim, reset) = of_client(
        &found,
        read_optional(claim)?,
        read_optional(reset)?,
        token,
        app.clock.now(),
    )?;
    let context = [email.canonical(), email.local_part(), &app.config.service_name];
    let checked = app.password_policy.check(new, &context);
    checked.map_err(|weak| Undone::Refused(weak.into()))?;
    let password = read_optional::<PasswordRecord>(password)?;
    if let Some(password) = &password {
        let verdict = app.passwords.verify(new, Some(&password.hash)).await?;
        if matches!(verdict, Verdict::Right { .. }) {
            return refused(NoClientReset::Unchanged);
        }
    }
    let hash = app.passwords.hash(new, app.random.bytes()).await?;
    let good = Good {
        claim,
        reset,
        has_password: password.is_some(),
    };
    let mut commit = Commit::<Undone<NoClientReset>>::new();
    good.set(&mut commit, app, &keyring, hash, origin, || {
        Undone::Refused(NoClientReset::Used)
    })?;
    app.store.commit(commit).await
}
