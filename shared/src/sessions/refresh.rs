//! Exchanging a pair of tokens for the next one: one read, one commit. A refresh token works once, together with the access
//! token that came with it. Asked again within a moment, as two tabs do or a client whose answer got lost, the same pair is
//! answered with the same successor; asked later it is theft, and ends the session.

use futures_util::future::try_join;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::pair::{Before, Pair};
use super::{Origin, Session};
use crate::App;
use crate::access::standing;
use crate::accounts::User;
use crate::act::Undone;
use crate::activity::Activity;
use crate::clients::{self, Client};
use crate::ids::{AccessId, AsUuid, OrgId, SessionId, UserId};
use crate::organizations::Membership;
use crate::organizations::tenancy::{Status, Tenancy};
use crate::store::record::read_optional;
use crate::store::{Commit, Condition, Item, Key, Record, StoreError, Versioned, retried};
use crate::tokens::arc::{ArcClaims, ArcDevice, Holder, Issued};
use crate::tokens::{Keyring, Secret, SecretHash};

/// By which a session is found by a refresh token, for as long as somebody may present it: also after it was used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefreshToken {
    hash: SecretHash,
    user_id: UserId,
    /// The session.
    pub session_id: SessionId,
    valid_until: Timestamp,
}

impl RefreshToken {
    /// What finds `session` by the refresh token of its pair.
    pub fn of(session: &Session, pair: &Pair) -> Self {
        Self {
            hash: pair.refresh.clone(),
            user_id: session.user_id,
            session_id: session.id,
            valid_until: pair.refresh_until,
        }
    }

    /// Where a refresh token is looked up.
    pub fn key_of(hash: &SecretHash) -> Key {
        Key::new(format!("SECRET#{}", hash.as_str()), "REFRESH")
    }
}

impl Record for RefreshToken {
    const KIND: &'static str = "refresh token";
    fn key(&self) -> Key {
        Self::key_of(&self.hash)
    }
    fn ttl(&self) -> Option<Timestamp> {
        Some(self.valid_until)
    }
}

/// Why there is no next pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRefreshed {
    /// The refresh token is unknown, too old or used, or its session has ended.
    #[error("the refresh token is not in force")]
    Ended,
    /// The access token is not the one that came with it. Both stay good.
    #[error("the two tokens do not belong together")]
    NoPair,
    /// The client was removed.
    #[error("the client is gone")]
    NoClient,
    /// The user may not sign in to the tenant any more.
    #[error("the user is switched off")]
    SwitchedOff,
    /// The user does not belong to the tenant that is wanted.
    #[error("the user is not in this tenant")]
    NoMember,
}

type Result<T> = std::result::Result<T, Undone<NotRefreshed>>;

fn refused<T>(why: NotRefreshed) -> Result<T> {
    Err(Undone::Refused(why))
}

/// Who wants the next pair, and what for.
#[derive(Debug)]
pub struct Renewal<'a> {
    /// The refresh token.
    pub refresh_token: &'a Secret,
    /// The access token that came with it, where one was sent. It may have ended.
    pub access_token: Option<&'a str>,
    /// Another tenant to go over to.
    pub tenant: Option<OrgId>,
    /// What is asked with.
    pub device: ArcDevice,
    /// Where from.
    pub origin: &'a Origin,
}

/// Exchanges a pair for the next one.
///
/// # Errors
/// [`NotRefreshed`]; the session has ended then, if it was theft, and nothing else has changed.
pub async fn renew(app: &App, renewal: &Renewal<'_>) -> Result<Issued> {
    let keyring = app.keys.get().await?;
    let hash = renewal.refresh_token.hash();
    let (now, issuer) = (app.clock.now(), &app.config.arc_issuer);
    let shown = renewal.access_token;
    let claims = shown.and_then(|token| ArcClaims::recognise(&keyring, issuer, now, token));
    retried(|| renew_once(app, &keyring, renewal, &hash, claims.as_ref())).await
}

async fn renew_once(
    app: &App,
    keyring: &Keyring,
    renewal: &Renewal<'_>,
    hash: &SecretHash,
    claims: Option<&ArcClaims>,
) -> Result<Issued> {
    let (token, hinted) = look(app, renewal, hash, claims).await?;
    let Some(token) = token else {
        return refused(NotRefreshed::Ended);
    };
    let (session, hinted) = match hinted {
        Some(hinted) if hinted.is_of(&token) => (hinted.session.clone(), Some(hinted)),
        _ => (read_session(app, &token).await?, None),
    };
    let Some((session, pair)) = session.and_then(with_pair) else {
        return refused(NotRefreshed::Ended);
    };
    let presented = claims.map(|claims| claims.jti);
    match judge(app, &pair, hash, presented) {
        Judged::Good => {}
        Judged::Again(successor) => return again(keyring, &successor),
        Judged::Refused(why) => return refused(why),
        Judged::Theft => {
            super::end_for_theft(app, token.user_id, session.record.id, renewal.origin).await?;
            return refused(NotRefreshed::Ended);
        }
    }
    // Whose access token it is was found out by its session.
    let Some(hinted) = hinted else {
        return refused(NotRefreshed::NoPair);
    };
    let (user, tenancy, client) = hinted.settle(app, renewal, &session.record, &pair)?;
    let holder = Holder {
        user: &user,
        tenancy: &tenancy,
        client: &client,
        device: &renewal.device,
    };
    let issued = holder.issue(app, keyring, session.record.id)?;
    let mut next = issued.pair(&client, tenancy.tenant, app.clock.now())?;
    next.before = Some(Before {
        access: pair.access,
        refresh: pair.refresh,
        exchanged_at: app.clock.now(),
        successor: keyring.seal(&app.random, SUCCESSOR, &Successor::of(&issued).written()?)?,
    });
    commit(app, &session, next, renewal.origin).await?;
    Ok(issued)
}

/// Writes the next pair down, if nobody has changed the session meanwhile.
async fn commit(app: &App, read: &Versioned<Session>, next: Pair, origin: &Origin) -> Result<()> {
    let mut session = read.record.clone();
    session.valid_until = session.valid_until.max(next.refresh_until);
    session.last_seen = app.clock.now();
    let mut commit = Commit::<Undone<NotRefreshed>>::new();
    commit.create(&RefreshToken::of(&session, &next));
    session.pair = Some(next);
    commit.replace(read, &session);
    Activity::new(app, session.user_id, origin, "session", "refresh")
        .about(session.id)
        .enter(&mut commit);
    app.store.commit(commit).await
}

/// What is read by an access token's word, before it is known whether the refresh token belongs to it.
struct Hinted {
    session: Option<Versioned<Session>>,
    user: Option<User>,
    client: Option<Client>,
    tenant: OrgId,
    membership: Option<Membership>,
    roles: Vec<crate::access::Role>,
    session_id: SessionId,
}

/// Reads the refresh token and, beside it, all that the access token names: one wait, where its roles are up to date.
async fn look(
    app: &App,
    renewal: &Renewal<'_>,
    hash: &SecretHash,
    claims: Option<&ArcClaims>,
) -> Result<(Option<RefreshToken>, Option<Hinted>)> {
    let Some(claims) = claims else {
        let [token] = app.store.get([RefreshToken::key_of(hash)]).await?;
        return Ok((in_time(app, read_optional(token)?), None));
    };
    let (AsUuid(user), AsUuid(of_token)) = (claims.user.id, claims.user.tenant_id);
    let tenant = renewal.tenant.unwrap_or(of_token);
    let mut keys = vec![
        RefreshToken::key_of(hash),
        Session::key_of(user, claims.sid),
        User::key_of(user),
        Membership::key_of(user, tenant),
    ];
    if tenant == of_token {
        keys.extend(standing::hinted(tenant, &claims.role_ids));
    }
    let read = async { app.store.get_all(keys).await };
    let (items, client) = try_join(read, clients::find(&app.store, &claims.client_id)).await?;
    let mut items = items.into_iter();
    let mut next = || items.next().flatten();
    let token = in_time(app, read_optional(next())?);
    let session = next().map(Versioned::from_item).transpose()?;
    let (user, membership) = (read_optional(next())?, read_optional::<Membership>(next())?);
    let roles: Vec<Item> = items.flatten().collect();
    let roles = match membership.as_ref().filter(|member| member.is_in_force()) {
        Some(membership) => standing::roles_of(&app.store, membership, roles).await?,
        None => Vec::new(),
    };
    let hinted = Hinted {
        session,
        user,
        client,
        tenant,
        membership,
        roles,
        session_id: claims.sid,
    };
    Ok((token, Some(hinted)))
}

impl Hinted {
    fn is_of(&self, token: &RefreshToken) -> bool {
        self.session_id == token.session_id
    }

    /// Whom the next pair is for, if they may have it.
    fn settle(
        self,
        app: &App,
        renewal: &Renewal<'_>,
        session: &Session,
        pair: &Pair,
    ) -> Result<(User, Tenancy, Client)> {
        let user = self.user.filter(|user| session.is_live(user, app.clock.now()));
        let user = user.ok_or(Undone::Refused(NotRefreshed::Ended))?;
        let client = self.client.filter(|client| client.number == pair.client);
        let client = client.ok_or(Undone::Refused(NotRefreshed::NoClient))?;
        if renewal.tenant.is_some() && self.membership.is_none() && self.tenant != OrgId::HOME {
            return refused(NotRefreshed::NoMember);
        }
        let is_member = self.membership.is_some() || self.tenant == OrgId::HOME;
        let status = Status::of(&user, self.membership.as_ref());
        if !is_member || !status.may_sign_in() {
            return refused(NotRefreshed::SwitchedOff);
        }
        let tenancy = Tenancy {
            tenant: self.tenant,
            roles: self.roles,
            status,
        };
        Ok((user, tenancy, client))
    }
}

fn in_time(app: &App, token: Option<RefreshToken>) -> Option<RefreshToken> {
    token.filter(|token| app.clock.now() < token.valid_until)
}

async fn read_session(app: &App, token: &RefreshToken) -> std::result::Result<Option<Versioned<Session>>, StoreError> {
    let [session] = app
        .store
        .get([Session::key_of(token.user_id, token.session_id)])
        .await?;
    session.map(Versioned::from_item).transpose()
}

fn with_pair(session: Versioned<Session>) -> Option<(Versioned<Session>, Pair)> {
    let pair = session.record.pair.clone()?;
    Some((session, pair))
}

enum Judged {
    /// It is the pair of now.
    Good,
    /// It was the pair until a moment ago: sealed, what it was exchanged for.
    Again(String),
    Refused(NotRefreshed),
    Theft,
}

fn judge(app: &App, pair: &Pair, refresh: &SecretHash, access: Option<AccessId>) -> Judged {
    if pair.refresh.matches(refresh) {
        return match access == Some(pair.access) {
            true => Judged::Good,
            false => Judged::Refused(NotRefreshed::NoPair),
        };
    }
    let Some(before) = pair.before.as_ref().filter(|before| before.refresh.matches(refresh)) else {
        // Two pairs ago, or more.
        return Judged::Theft;
    };
    let grace = SignedDuration::from_secs(app.config.refresh_grace.into());
    match app.clock.now().duration_since(before.exchanged_at) < grace {
        true if access == Some(before.access) => Judged::Again(before.successor.clone()),
        true => Judged::Refused(NotRefreshed::Ended),
        false => Judged::Theft,
    }
}

/// What a successor is sealed for.
const SUCCESSOR: &str = "successor";

/// A pair as it is sealed.
#[derive(Serialize, Deserialize)]
struct Successor {
    access_token: String,
    refresh_token: String,
    expires: i64,
    access: AccessId,
}

impl Successor {
    fn of(issued: &Issued) -> Self {
        Self {
            access_token: issued.access_token.clone(),
            refresh_token: issued.refresh_token.expose().to_owned(),
            expires: issued.expires,
            access: issued.access,
        }
    }

    fn written(&self) -> std::result::Result<String, StoreError> {
        serde_json::to_string(self).map_err(StoreError::corrupt)
    }
}

fn again(keyring: &Keyring, sealed: &str) -> Result<Issued> {
    let successor: Successor = serde_json::from_str(&keyring.open(SUCCESSOR, sealed)?).map_err(StoreError::corrupt)?;
    Ok(Issued {
        access_token: successor.access_token,
        refresh_token: Secret::presented(successor.refresh_token),
        expires: successor.expires,
        access: successor.access,
    })
}

/// Whether `refresh_token` is the one of the session's pair.
///
/// # Errors
/// [`NotRefreshed`]: of another session, or not in force.
pub async fn belongs(app: &App, session: &Session, refresh_token: &Secret) -> Result<()> {
    let hash = refresh_token.hash();
    if session.pair.as_ref().is_some_and(|pair| pair.refresh.matches(&hash)) {
        return Ok(());
    }
    let [token] = app.store.get([RefreshToken::key_of(&hash)]).await?;
    match in_time(app, read_optional(token)?) {
        Some(token) if token.session_id != session.id => refused(NotRefreshed::NoPair),
        _ => refused(NotRefreshed::Ended),
    }
}

/// Ends a session by its pair: session, refresh token and activity in one commit.
///
/// # Errors
/// [`NotRefreshed`]; nothing has changed then.
pub async fn sign_out(app: &App, session: &Session, refresh_token: &Secret, origin: &Origin) -> Result<()> {
    belongs(app, session, refresh_token).await?;
    let mut commit = Commit::<Undone<NotRefreshed>>::new();
    commit.delete(session.key(), Condition::Always);
    commit.delete(RefreshToken::key_of(&refresh_token.hash()), Condition::Always);
    Activity::new(app, session.user_id, origin, "session", "logout")
        .about(session.id)
        .enter(&mut commit);
    app.store.commit(commit).await
}
