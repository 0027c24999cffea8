//! A request at the edge: what it proves itself with is read in one batch get, beside the version of the tables; then it is
//! decided, and what follows from the decision is done. An API key that the process does not know yet costs one read more.

use futures_util::future::OptionFuture;
use http::HeaderMap;
use serde_json::{Map, Value};

use super::ability::Ability;
use super::decision::{Asked, Credential, Found, Grant, Owner, Refusal, decide};
use super::kept;
use super::path::EdgePath;
use super::tables::Tables;
use crate::App;
use crate::accounts::User;
use crate::act::Failure;
use crate::activity::Outcome;
use crate::activity::audit::{self, Noted};
use crate::credentials::api_key::{self, ApiKey, ApiKeyClaim, Kid, NotProved, nonce};
use crate::http::bearer;
use crate::ids::UserId;
use crate::sessions::cookie::{self, Mismatch};
use crate::sessions::{self, Live, Origin, Session};
use crate::store::record::{read, read_optional};
use crate::store::{Item, Key};
use crate::tokens::barong::{BarongClaims, Stands};
use http::header::AUTHORIZATION;

/// A request, as the edge is asked about it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Its method.
    pub method: &'a str,
    /// What it asks for; `None` where that could be several things.
    pub path: Option<&'a EdgePath>,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Where it comes from.
    pub origin: &'a Origin,
    /// Whether a token proves somebody as well: to the services behind the edge, not to the edge itself.
    pub by_token: bool,
    /// What it needs besides, where it is for administrators.
    pub needs: Option<Ability>,
}

/// Somebody who may pass.
#[derive(Debug, Clone)]
pub struct Passenger {
    /// The user, as it is now.
    pub user: User,
    /// By what.
    pub by: By,
}

/// What somebody proves themselves with.
#[derive(Debug, Clone)]
pub enum By {
    /// The cookie of a session.
    Cookie(Box<Session>),
    /// A token that was given for a session.
    SessionToken(Box<Session>),
    /// An API key, or a token that was given for one.
    ApiKey(Kid),
}

impl Passenger {
    /// The session, where there is one.
    pub fn session(&self) -> Option<&Session> {
        match &self.by {
            By::Cookie(session) | By::SessionToken(session) => Some(session),
            By::ApiKey(_) => None,
        }
    }

    /// The user and the session, where there is one.
    pub fn live(&self) -> Option<Live> {
        let session = self.session()?.clone();
        Some(Live {
            user: self.user.clone(),
            session,
        })
    }

    /// What a token is given for.
    pub fn stands(&self) -> Stands {
        match &self.by {
            By::Cookie(session) | By::SessionToken(session) => Stands::Sid(session.id),
            By::ApiKey(kid) => Stands::Kid(kid.clone()),
        }
    }

    /// The token that is sent on with a request that passes, for the services behind the edge; beside it is written down that a
    /// session was used.
    ///
    /// # Errors
    /// [`Failure`] without keys to sign with.
    pub async fn token(&self, app: &App) -> Result<String, Failure> {
        let signed = async {
            let keyring = app.keys.get().await?;
            let (now, config) = (app.clock.now(), &app.config.edge);
            let claims = BarongClaims::new(&self.user, self.stands(), &app.random);
            if let Some(recent) = app.edge.signed.recent(&claims, now.as_second(), config.token_reuse) {
                return Ok(recent);
            }
            let token = claims.clone().sign(&keyring, now, config.token_lifetime)?;
            app.edge.signed.remember(claims, now.as_second(), &token);
            Ok(token)
        };
        // In a box: the write beside it carries the state of the table's client.
        Box::pin(self.used(app, signed)).await
    }

    /// Does `work`, and writes down beside it that a session was used by its cookie.
    pub async fn used<T>(&self, app: &App, work: impl Future<Output = T>) -> T {
        let slide = OptionFuture::from(match &self.by {
            By::Cookie(session) => Some(cookie::slide(app, session)),
            _ => None,
        });
        let (done, _) = futures_util::join!(work, slide);
        done
    }
}

/// What was decided.
#[derive(Debug)]
pub enum Ruling {
    /// It passes; nobody was asked who they are.
    Open,
    /// It passes, by somebody's permissions.
    Passed(Box<Passenger>),
    /// It does not pass.
    Refused(Refusal),
}

/// A decision, and what has to be written down about it before it is acted upon.
#[derive(Debug)]
pub struct Judged {
    ruling: Ruling,
    note: Option<Note>,
}

#[derive(Debug)]
struct Note {
    user: Box<User>,
    topic: String,
    result: Outcome,
}

impl Judged {
    /// Whether parameters are wanted, to be written down.
    pub fn is_noted(&self) -> bool {
        self.note.is_some()
    }

    /// The same where the role lacks what the request needs besides its permissions: nobody passes then, and that is what is
    /// written down.
    fn limited(self, request: &Request<'_>) -> Self {
        let Self { ruling, note } = self;
        match (ruling, request.needs) {
            (Ruling::Passed(passenger), Some(needs)) if !needs.is_given(&passenger.user.role) => Self {
                note: Some(Note {
                    topic: note.map_or_else(|| topic(request, None), |note| note.topic),
                    user: Box::new(passenger.user),
                    result: Outcome::Denied,
                }),
                ruling: Ruling::Refused(Refusal::NotAble),
            },
            (ruling, _) => Self { ruling, note },
        }
    }

    /// Writes down what has to be, with the request's parameters, and hands out the decision.
    ///
    /// # Errors
    /// [`Failure`]: what cannot be written down is not done.
    pub async fn settle(
        self,
        app: &App,
        request: &Request<'_>,
        parameters: Map<String, Value>,
    ) -> Result<Ruling, Failure> {
        if let Some(note) = self.note {
            let mut parameters = parameters;
            let path = request.path.map_or("", EdgePath::as_str);
            parameters.insert("path".into(), path.into());
            let noted = Noted {
                user: &note.user,
                origin: request.origin,
                topic: &note.topic,
                method: request.method,
                result: note.result,
                parameters,
            };
            audit::note(app, noted).await?;
        }
        Ok(self.ruling)
    }
}

/// Decides about a request.
///
/// # Errors
/// [`Failure`]: then nobody passes.
pub async fn judge(app: &App, request: &Request<'_>) -> Result<Judged, Failure> {
    let presented = match request.path {
        // Nobody is asked who they are on paths that are open or closed to everybody.
        Some(path) if app.config.edge.paths.asks(path) => present(app, request).await?,
        _ => Presented::Nothing,
    };
    let (version, found) = find(app, presented).await?;
    let tables = app.edge.tables(&app.store, version.as_ref()).await?;
    let place = app.edge.place(&tables, request.origin.ip);
    let asked = Asked {
        method: request.method,
        path: request.path,
        ip: request.origin.ip,
        place: place.as_ref(),
    };
    let known = prove(app, request, found).await?.unless_barred(app, &tables);
    let (config, csrf) = (&app.config.edge, app.config.barong.csrf_protection);
    let decided = decide(&tables, &config.paths, csrf, &asked, known.credential(request.headers));
    let judged = finish(app, request, known, decided).await?;
    Ok(judged.limited(request))
}

/// What a request shows, before anything is read.
enum Presented {
    Nothing,
    BadToken,
    Token(Box<BarongClaims>),
    Incomplete,
    ApiKey(api_key::Presented),
    Cookie(cookie::Presented),
}

/// A token counts before an API key, and that before a cookie.
async fn present(app: &App, request: &Request<'_>) -> Result<Presented, Failure> {
    let headers = request.headers;
    if request.by_token && headers.contains_key(AUTHORIZATION) {
        let keyring = app.keys.get().await?;
        let is_one = headers.get_all(AUTHORIZATION).iter().nth(1).is_none();
        let token = bearer(headers).filter(|_| is_one);
        let claims = token.and_then(|token| BarongClaims::check(&keyring, app.clock.now(), token));
        return Ok(claims.map_or(Presented::BadToken, |claims| Presented::Token(Box::new(claims))));
    }
    Ok(match api_key::Presented::of(headers) {
        Some(Ok(presented)) => Presented::ApiKey(presented),
        Some(Err(_)) => Presented::Incomplete,
        None => match cookie::Presented::of(app, headers) {
            Some(presented) => Presented::Cookie(presented),
            None => Presented::Nothing,
        },
    })
}

/// The same with what the table has of it.
struct Looked {
    presented: Presented,
    /// The session or the API key.
    item: Option<Item>,
    user: Option<Item>,
}

/// Reads the version of the tables and what the credential names: one wait, or two where a key is met for the first time.
async fn find(app: &App, presented: Presented) -> Result<(Option<Item>, Looked), Failure> {
    let keys = match &presented {
        Presented::Nothing | Presented::BadToken | Presented::Incomplete => None,
        Presented::Token(claims) => Some([stands_at(claims), User::key_of(claims.id)]),
        Presented::Cookie(cookie) => Some(cookie.keys()),
        Presented::ApiKey(shown) => match shown.kid() {
            Some(kid) => owner(app, &kid)
                .await?
                .map(|owner| [ApiKey::key_of(owner, &kid), User::key_of(owner)]),
            None => None,
        },
    };
    let (version, item, user) = match keys {
        None => {
            let [version] = app.store.get([kept::version_key()]).await?;
            (version, None, None)
        }
        Some([item, user]) => {
            let [version, item, user] = app.store.get([kept::version_key(), item, user]).await?;
            (version, item, user)
        }
    };
    Ok((version, Looked { presented, item, user }))
}

fn stands_at(claims: &BarongClaims) -> Key {
    match &claims.stands {
        Stands::Sid(session) => Session::key_of(claims.id, *session),
        Stands::Kid(kid) => ApiKey::key_of(claims.id, kid),
    }
}

/// Whose key this is.
async fn owner(app: &App, kid: &Kid) -> Result<Option<UserId>, Failure> {
    if let Some(owner) = app.edge.owner(kid) {
        return Ok(Some(owner));
    }
    let [claim] = app.store.get([ApiKeyClaim::key_of(kid)]).await?;
    let owner = read_optional::<ApiKeyClaim>(claim)?.map(|claim| claim.user_id);
    if let Some(owner) = owner {
        app.edge.remember(kid.clone(), owner);
    }
    Ok(owner)
}

/// What a credential turned out to be.
enum Known {
    BadToken,
    Token(Passenger),
    ApiKey(Result<Passenger, NotProved>),
    NoSession,
    Mismatched(Box<Session>),
    /// Nobody may sign in any more from where the session began.
    Barred(Box<Session>),
    BarredToken(Box<Session>),
    Cookie {
        user: Box<User>,
        session: Box<Session>,
    },
}

async fn prove(app: &App, request: &Request<'_>, looked: Looked) -> Result<Known, Failure> {
    let Looked { presented, item, user } = looked;
    let user = read_optional::<User>(user)?;
    Ok(match (presented, item, user) {
        (Presented::Nothing, ..) | (Presented::Cookie(_), None, _) | (Presented::Cookie(_), _, None) => {
            Known::NoSession
        }
        (Presented::BadToken, ..) | (Presented::Token(_), None, _) | (Presented::Token(_), _, None) => Known::BadToken,
        (Presented::Incomplete, ..) => Known::ApiKey(Err(NotProved::Incomplete)),
        (Presented::Token(claims), Some(item), Some(user)) => by_token(app, *claims, item, user)?,
        (Presented::ApiKey(shown), item, user) => by_key(app, &shown, item, user).await?,
        (Presented::Cookie(shown), Some(item), Some(user)) => by_cookie(app, request.origin, &shown, item, user)?,
    })
}

/// A token ends with what it was given for. A state that lets nobody in ended all sessions; that it is so is told.
fn by_token(app: &App, claims: BarongClaims, item: Item, user: User) -> Result<Known, Failure> {
    let shut_out = !user.state.may_sign_in();
    let by = match claims.stands {
        Stands::Sid(_) => {
            let session: Session = read(item)?;
            let in_time = app.clock.now() < session.valid_until;
            (in_time && (shut_out || session.epoch == user.session_epoch)).then(|| By::SessionToken(Box::new(session)))
        }
        Stands::Kid(kid) => {
            let key: ApiKey = read(item)?;
            let works = key.state_of(user.api_key_epoch) == api_key::KeyState::Active;
            (shut_out || (works && user.two_factor)).then_some(By::ApiKey(kid))
        }
    };
    Ok(by.map_or(Known::BadToken, |by| Known::Token(Passenger { user, by })))
}

async fn by_key(
    app: &App,
    shown: &api_key::Presented,
    item: Option<Item>,
    user: Option<User>,
) -> Result<Known, Failure> {
    let key = read_optional::<ApiKey>(item)?;
    if let (None, Some(kid)) = (&key, shown.kid()) {
        app.edge.forget(&kid);
    }
    let (Some(key), Some(user)) = (key, user) else {
        return Ok(Known::ApiKey(Err(NotProved::Unknown)));
    };
    let keyring = app.keys.get().await?;
    let (now, lifetime) = (app.clock.now(), app.config.edge.nonce_lifetime);
    let mut proved = shown.prove(&keyring, Some((&key, user.api_key_epoch)), now, lifetime)?;
    // Whoever proves nothing writes nothing.
    if app.config.edge.nonce_cache
        && let Ok(at) = proved
        && !nonce::spend(app, &key.kid, at).await?
    {
        proved = Err(NotProved::NonceUsed);
    }
    let by = By::ApiKey(key.kid);
    Ok(Known::ApiKey(proved.map(|_| Passenger { user, by })))
}

fn by_cookie(app: &App, origin: &Origin, shown: &cookie::Presented, item: Item, user: User) -> Result<Known, Failure> {
    let session: Session = read(item)?;
    // Who does not know the cookie's secret ends nobody's session.
    if !shown.opens(&session) {
        return Ok(Known::NoSession);
    }
    Ok(match cookie::judge(&session, origin, app.clock.now()) {
        Err(Mismatch::Cookie) => Known::NoSession,
        Err(_) => Known::Mismatched(Box::new(session)),
        // A state that lets nobody in ended all sessions; that it is so is told.
        Ok(()) if session.epoch != user.session_epoch && user.state.may_sign_in() => Known::NoSession,
        Ok(()) => Known::Cookie {
            user: Box::new(user),
            session: Box::new(session),
        },
    })
}

fn owner_of(user: &User) -> Owner<'_> {
    Owner {
        state: user.state,
        role: &user.role,
        two_factor: user.two_factor,
    }
}

impl Known {
    /// The same, but for sessions that began where nobody may sign in any more.
    fn unless_barred(self, app: &App, tables: &Tables) -> Self {
        let is_barred = |session: &Session| {
            let place = app.edge.place(tables, session.ip);
            tables.restrictions.end_sessions_from(session.ip, place.as_ref())
        };
        match self {
            Known::Cookie { session, .. } if is_barred(&session) => Known::Barred(session),
            Known::Token(Passenger {
                by: By::SessionToken(session),
                ..
            }) if is_barred(&session) => Known::BarredToken(session),
            other => other,
        }
    }

    /// As the decision looks at it.
    fn credential(&self, headers: &HeaderMap) -> Credential<'_> {
        let csrf = |is_right: &dyn Fn(&str) -> bool| {
            let mut given = headers.get_all("x-csrf-token").iter();
            let (first, another) = (given.next()?, given.next());
            // Of two, who forwards the request may take the other one.
            Some(another.is_none() && first.to_str().is_ok_and(is_right))
        };
        let wrong = |_: &str| false;
        match self {
            Known::BadToken | Known::BarredToken(_) => Credential::Token(None),
            Known::Token(passenger) => Credential::Token(Some(owner_of(&passenger.user))),
            Known::ApiKey(proved) => Credential::ApiKey(match proved {
                Ok(passenger) => Ok(owner_of(&passenger.user)),
                Err(why) => Err(*why),
            }),
            Known::NoSession => Credential::Cookie {
                csrf: csrf(&wrong),
                session: Found::Nothing,
            },
            Known::Barred(session) => Credential::Cookie {
                csrf: csrf(&|token| is_csrf_token(session, token)),
                session: Found::Nothing,
            },
            Known::Mismatched(session) => Credential::Cookie {
                csrf: csrf(&|token| is_csrf_token(session, token)),
                session: Found::Mismatched,
            },
            Known::Cookie { user, session } => Credential::Cookie {
                csrf: csrf(&|token| is_csrf_token(session, token)),
                session: Found::Owner(owner_of(user)),
            },
        }
    }

    /// Who it is, where that is known.
    fn passenger(self) -> Option<Passenger> {
        match self {
            Known::Token(passenger) | Known::ApiKey(Ok(passenger)) => Some(passenger),
            Known::Cookie { user, session } => Some(Passenger {
                user: *user,
                by: By::Cookie(session),
            }),
            Known::BadToken
            | Known::BarredToken(_)
            | Known::ApiKey(Err(_))
            | Known::NoSession
            | Known::Mismatched(_)
            | Known::Barred(_) => None,
        }
    }
}

fn is_csrf_token(session: &Session, token: &str) -> bool {
    let binding = session.cookie.as_ref();
    binding.is_some_and(|binding| binding.has_csrf_token(token))
}

/// Does what follows from a decision at once, and says what else has to be written down.
async fn finish(
    app: &App,
    request: &Request<'_>,
    known: Known,
    decided: Result<Grant<'_>, Refusal>,
) -> Result<Judged, Failure> {
    if let (Err(Refusal::SessionMismatch), Known::Mismatched(session))
    | (Err(Refusal::NoSession), Known::Barred(session))
    | (Err(Refusal::BadToken), Known::BarredToken(session)) = (&decided, &known)
    {
        sessions::end(app, session).await?;
    }
    let silent = |ruling| Judged { ruling, note: None };
    let passenger = known.passenger();
    Ok(match (decided, passenger) {
        (Ok(Grant::Open), _) => silent(Ruling::Open),
        (Ok(Grant::Permitted), Some(passenger)) => silent(Ruling::Passed(Box::new(passenger))),
        (Ok(Grant::Audited(named)), Some(passenger)) => Judged {
            note: Some(Note {
                user: Box::new(passenger.user.clone()),
                topic: topic(request, named),
                result: Outcome::Succeed,
            }),
            ruling: Ruling::Passed(Box::new(passenger)),
        },
        (Ok(Grant::Permitted | Grant::Audited(_)), None) => silent(Ruling::Refused(Refusal::NoSession)),
        (Err(Refusal::NotPermitted), Some(passenger)) => Judged {
            note: Some(Note {
                user: Box::new(passenger.user),
                topic: topic(request, None),
                result: Outcome::Denied,
            }),
            ruling: Ruling::Refused(Refusal::NotPermitted),
        },
        (Err(refusal), _) => silent(Ruling::Refused(refusal)),
    })
}

/// What an entry is about: as a permission names it, or else what the path is about.
fn topic(request: &Request<'_>, named: Option<&str>) -> String {
    let topic = named.or_else(|| request.path?.after_admin()).unwrap_or("general");
    topic.to_owned()
}
