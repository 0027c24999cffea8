//! The decision: who asks, for what, from where, against the tables. It reads nothing and waits for nothing, so that its
//! order can be seen, and every step of it tested.
//!
//! 1. Restrictions, but for the one path that lifts them. 2. Paths that are closed. 3. Paths that are open. 4. The
//!    credential. 5. The owner's state. 6. Permissions of the owner's role.

use std::net::IpAddr;

use super::path::EdgePath;
use super::restriction::{Category, Place};
use super::tables::{Tables, Verdict};
use crate::accounts::State;
use crate::credentials::api_key::NotProved;

/// Where a whitelink is used, also by those who are kept out.
const WHITELINK: &str = "api/v2/barong/identity/users/access";

/// Where people sign in.
const SIGN_IN: &str = "api/v2/barong/identity/sessions";

/// Paths for which permissions are not asked.
#[derive(Debug, Clone, Default)]
pub struct PathRules {
    /// What is below these is open to everybody.
    pub pass: Vec<String>,
    /// What is below these is closed to everybody.
    pub block: Vec<String>,
}

impl PathRules {
    /// Whether it matters on a path who asks.
    pub fn asks(&self, path: &EdgePath) -> bool {
        !self.is_closed(path) && !self.is_open(path)
    }

    fn is_closed(&self, path: &EdgePath) -> bool {
        self.block.iter().any(|root| path.is_under_in_any_case(root))
    }

    fn is_open(&self, path: &EdgePath) -> bool {
        self.pass.iter().any(|root| path.is_under(root))
    }
}

/// A request, as far as the edge looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its method.
    pub method: &'a str,
    /// What it asks for; `None` where that could be several things.
    pub path: Option<&'a EdgePath>,
    /// The client's address.
    pub ip: IpAddr,
    /// Where that is, if anybody knows.
    pub place: Option<&'a Place>,
}

/// What the request proves itself with, as it was found.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// A token; its owner, where token and session are in force.
    Token(Option<Owner<'a>>),
    /// Headers of an API key; whose, where they prove it.
    ApiKey(Result<Owner<'a>, NotProved>),
    /// A cookie, or nothing.
    Cookie {
        /// Whether the CSRF token is the session's; `None` where there is none.
        csrf: Option<bool>,
        /// The session.
        session: Found<'a>,
    },
}

/// What a cookie leads to.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// No session.
    Nothing,
    /// A session that is used from elsewhere than it was begun, or that has ended for want of use.
    Mismatched,
    /// The owner of a session.
    Owner(Owner<'a>),
}

/// Somebody, as the table has them.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// What the account may do.
    pub state: State,
    /// The role.
    pub role: &'a str,
    /// Whether it has a second factor.
    pub two_factor: bool,
}

/// Why a request does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A restriction keeps it out.
    #[error("a restriction keeps it out")]
    Restricted(Category, u16),
    /// The path is closed.
    #[error("the path is closed")]
    Blocked,
    /// The method needs a CSRF token.
    #[error("the CSRF token is missing")]
    MissingCsrf,
    /// The CSRF token is not the session's.
    #[error("the CSRF token is another one's")]
    CsrfMismatch,
    /// No session.
    #[error("there is no session")]
    NoSession,
    /// The session is used from elsewhere, or too late.
    #[error("the session is used from elsewhere or too late")]
    SessionMismatch,
    /// The token, or what it stands for, is not in force.
    #[error("the token is not in force")]
    BadToken,
    /// The account's state lets nobody in.
    #[error("the account is not active")]
    NotActive,
    /// The headers of an API key do not prove whose it is.
    #[error(transparent)]
    Key(NotProved),
    /// The owner of the API key may not use any.
    #[error("the owner of the key is not active")]
    OwnerNotActive,
    /// The owner of the API key has no second factor.
    #[error("the owner of the key has no second factor")]
    NoSecondFactor,
    /// The role may not do this.
    #[error("the role may not do this")]
    NotPermitted,
    /// The role lacks what the route needs besides its permissions; decided after this, by the route.
    #[error("the role is not able to do this")]
    NotAble,
}

/// That a request passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant<'a> {
    /// Whoever asks: nobody was asked who they are.
    Open,
    /// By the permissions of somebody.
    Permitted,
    /// By the permissions of somebody, and it is written down, with this topic where the permission has one.
    Audited(Option<&'a str>),
}

/// Decides whether a restriction keeps a request out.
///
/// # Errors
/// [`Refusal::Restricted`].
pub fn restricted(tables: &Tables, asked: &Asked<'_>) -> Result<(), Refusal> {
    let is = |wanted: &str| asked.path.is_some_and(|path| path.as_str() == wanted);
    if is(WHITELINK) {
        return Ok(());
    }
    let kept_out = tables.restrictions.keeping_out(asked.ip, asked.place, is(SIGN_IN));
    kept_out.map_or(Ok(()), |(category, code)| Err(Refusal::Restricted(category, code)))
}

/// Decides whether a request reaches the credential, before anybody is asked who they are: `Some` where it does not.
///
/// # Errors
/// [`Refusal::Restricted`], [`Refusal::Blocked`].
pub fn before_credential(
    tables: &Tables,
    rules: &PathRules,
    asked: &Asked<'_>,
) -> Result<Option<Grant<'static>>, Refusal> {
    restricted(tables, asked)?;
    let path = asked.path.ok_or(Refusal::Blocked)?;
    if rules.is_closed(path) {
        return Err(Refusal::Blocked);
    }
    Ok(rules.is_open(path).then_some(Grant::Open))
}

/// Decides whether a request passes.
///
/// # Errors
/// [`Refusal`].
pub fn decide<'t>(
    tables: &'t Tables,
    rules: &PathRules,
    csrf_protection: bool,
    asked: &Asked<'_>,
    credential: Credential<'_>,
) -> Result<Grant<'t>, Refusal> {
    if let Some(open) = before_credential(tables, rules, asked)? {
        return Ok(open);
    }
    let path = asked.path.ok_or(Refusal::Blocked)?;
    let owner = match credential {
        Credential::Token(owner) => owner.ok_or(Refusal::BadToken)?,
        Credential::ApiKey(owner) => by_key(owner)?,
        Credential::Cookie { csrf, session } => {
            if csrf_protection && changes_something(asked.method) {
                match csrf {
                    None => return Err(Refusal::MissingCsrf),
                    Some(false) => return Err(Refusal::CsrfMismatch),
                    Some(true) => {}
                }
            }
            match session {
                Found::Nothing => return Err(Refusal::NoSession),
                Found::Mismatched => return Err(Refusal::SessionMismatch),
                Found::Owner(owner) => owner,
            }
        }
    };
    if !owner.state.may_sign_in() {
        return Err(Refusal::NotActive);
    }
    match tables.verdict(owner.role, asked.method, path) {
        Verdict::Granted => Ok(Grant::Permitted),
        Verdict::Audited(topic) => Ok(Grant::Audited(topic)),
        Verdict::Denied => Err(Refusal::NotPermitted),
    }
}

/// An account that may use API keys: in use, and with a second factor, without which none can be made.
fn by_key(owner: Result<Owner<'_>, NotProved>) -> Result<Owner<'_>, Refusal> {
    let owner = owner.map_err(Refusal::Key)?;
    match owner {
        owner if !owner.state.may_sign_in() => Err(Refusal::OwnerNotActive),
        owner if !owner.two_factor => Err(Refusal::NoSecondFactor),
        owner => Ok(owner),
    }
}

/// Whether a browser could be made to send such a request by another site, with an effect.
fn changes_something(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH" | "DELETE" | "TRACE")
}

#[cfg(test)]
mod tests {
    use super::super::{restriction, tables};
    use super::*;

    const MEMBER: Owner<'static> = Owner {
        state: State::Active,
        role: "member",
        two_factor: true,
    };

    fn tables(restrictions: &[&str]) -> Tables {
        let rows = [
            "member all api/v2/barong/resource accept",
            "member get api/v2/ranger accept",
            "admin all api/v2 accept",
            "admin post api/v2/ audit",
            "admin all api/v2/barong/admin/permissions drop",
        ];
        let rows = rows.iter().zip(1..).map(|(text, id)| tables::tests::row(id, text));
        let rules = restrictions.iter().zip(1..);
        Tables::new(
            rows.collect(),
            rules.map(|(text, id)| restriction::tests::rule(id, text)).collect(),
        )
    }

    fn rules() -> PathRules {
        PathRules {
            pass: vec!["api/v2/barong/identity".into(), "api/v2/peatio/public".into()],
            block: vec!["api/v2/barong/management".into(), "api/v2/peatio/management".into()],
        }
    }

    fn outcome(restrictions: &[&str], method: &str, path: &str, credential: Credential<'_>) -> String {
        let (tables, path) = (tables(restrictions), EdgePath::parse(path));
        let asked = Asked {
            method,
            path: path.as_ref(),
            ip: "192.0.2.1".parse().unwrap(),
            place: None,
        };
        match decide(&tables, &rules(), true, &asked, credential) {
            Ok(grant) => format!("{grant:?}"),
            Err(refusal) => format!("{refusal:?}"),
        }
    }

    const ME: &str = "api/v2/barong/resource/users/me";
    const KEPT_OUT: &[&str] = &["blacklist all all 433"];
    const NOTHING: Credential<'static> = Credential::Cookie {
        csrf: None,
        session: Found::Nothing,
    };

    fn cookie(csrf: Option<bool>, owner: Owner<'_>) -> Credential<'_> {
        Credential::Cookie {
            csrf,
            session: Found::Owner(owner),
        }
    }

    #[test]
    fn step_1_restrictions_come_before_everything() {
        let kept_out = "Restricted(Blacklist, 433)";
        for path in [
            ME,
            "api/v2/barong/identity/ping",
            "api/v2/barong/management/users",
            "api/v2/peatio/public/markets",
            "api/v2/%00",
            "api/v2/barong/identity/users/access/",
            "api/v2/identity/users/access/x",
            "API/v2/barong/identity/users/access",
        ] {
            let wanted = match path {
                // The same path in another spelling.
                "api/v2/barong/identity/users/access/" => "Open",
                _ => kept_out,
            };
            assert_eq!(outcome(KEPT_OUT, "POST", path, NOTHING), wanted, "{path}");
        }
        let white = ["blacklist all all 433", "whitelist ip 192.0.2.1 401"];
        assert_eq!(outcome(&white, "GET", ME, cookie(None, MEMBER)), "Permitted");
        let maintenance = ["maintenance all all 471"];
        assert_eq!(
            outcome(&maintenance, "GET", ME, cookie(None, MEMBER)),
            "Restricted(Maintenance, 471)"
        );
    }

    #[test]
    fn step_1a_blocklogin_is_about_signing_in_only() {
        let blocked = ["blocklogin all all 401"];
        let wanted = "Restricted(Blocklogin, 401)";
        assert_eq!(
            outcome(&blocked, "POST", "api/v2/barong/identity/sessions", NOTHING),
            wanted
        );
        assert_eq!(outcome(&blocked, "POST", "api/v2/identity/sessions", NOTHING), wanted);
        assert_eq!(
            outcome(&blocked, "POST", "api/v2/barong/identity/users", NOTHING),
            "Open"
        );
        assert_eq!(outcome(&blocked, "GET", ME, cookie(None, MEMBER)), "Permitted");
    }

    #[test]
    fn step_2_a_closed_path_is_closed_to_everybody() {
        let admin = Owner {
            role: "admin",
            ..MEMBER
        };
        for path in [
            "api/v2/barong/management/users",
            "api/v2/barong/management",
            "api/v2/management/users",
            "api/v2/barong/Management/users",
            "api/v2/barong/identity/../management/users",
            "api/v2/barong/identity/%2e%2e/management",
            "api/v2/%252e%252e/barong",
            "..",
        ] {
            assert_eq!(
                outcome(&[], "POST", path, cookie(Some(true), admin)),
                "Blocked",
                "{path}"
            );
        }
        let other = "api/v2/barong/managements";
        assert_eq!(outcome(&[], "GET", other, cookie(None, admin)), "Permitted");
    }

    #[test]
    fn step_3_an_open_path_asks_nobody() {
        for path in [
            "api/v2/barong/identity/sessions",
            "api/v2/identity",
            "api/v2/peatio/public/x",
        ] {
            assert_eq!(outcome(&[], "POST", path, NOTHING), "Open", "{path}");
            let key = Credential::ApiKey(Err(NotProved::Incomplete));
            assert_eq!(outcome(&[], "POST", path, key), "Open", "{path}");
        }
        for path in ["api/v2/barong/identityx", "api/v2/barong/Identity", "api/v2/peatio", ""] {
            assert_eq!(outcome(&[], "GET", path, NOTHING), "NoSession", "{path}");
        }
    }

    #[test]
    fn step_4_headers_of_a_key_are_judged_in_their_order() {
        let key = |owner| outcome(&[], "POST", ME, Credential::ApiKey(owner));
        for (why, wanted) in [
            (NotProved::Incomplete, "Key(Incomplete)"),
            (NotProved::Unknown, "Key(Unknown)"),
            (NotProved::NonceNotATime, "Key(NonceNotATime)"),
            (NotProved::NonceExpired, "Key(NonceExpired)"),
            (NotProved::WrongSignature, "Key(WrongSignature)"),
            (NotProved::NotActive, "Key(NotActive)"),
        ] {
            assert_eq!(key(Err(why)), wanted);
        }
        let neither = Owner {
            state: State::Banned,
            two_factor: false,
            ..MEMBER
        };
        assert_eq!(key(Ok(neither)), "OwnerNotActive", "state before second factor");
        let without = Owner {
            two_factor: false,
            ..MEMBER
        };
        assert_eq!(key(Ok(without)), "NoSecondFactor");
        let stranger = Owner {
            role: "nobody",
            ..without
        };
        assert_eq!(key(Ok(stranger)), "NoSecondFactor", "second factor before permissions");
        assert_eq!(
            key(Ok(Owner {
                role: "nobody",
                ..MEMBER
            })),
            "NotPermitted"
        );
        assert_eq!(key(Ok(MEMBER)), "Permitted", "no CSRF token is asked for");
    }

    #[test]
    fn step_5_csrf_comes_before_the_session() {
        let asked = |method, csrf, session| outcome(&[], method, ME, Credential::Cookie { csrf, session });
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            assert_eq!(asked(method, None, Found::Nothing), "MissingCsrf", "{method}");
            assert_eq!(asked(method, None, Found::Mismatched), "MissingCsrf", "{method}");
            assert_eq!(asked(method, Some(false), Found::Nothing), "CsrfMismatch", "{method}");
            assert_eq!(
                asked(method, Some(false), Found::Owner(MEMBER)),
                "CsrfMismatch",
                "{method}"
            );
            assert_eq!(asked(method, Some(true), Found::Owner(MEMBER)), "Permitted", "{method}");
        }
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert_eq!(asked(method, None, Found::Owner(MEMBER)), "Permitted", "{method}");
            assert_eq!(
                asked(method, Some(false), Found::Owner(MEMBER)),
                "Permitted",
                "{method}"
            );
        }
        let (tables, path) = (tables(&[]), EdgePath::parse(ME));
        let post = Asked {
            method: "POST",
            path: path.as_ref(),
            ip: "192.0.2.1".parse().unwrap(),
            place: None,
        };
        let off = decide(&tables, &rules(), false, &post, cookie(None, MEMBER));
        assert_eq!(off, Ok(Grant::Permitted), "switched off");
    }

    #[test]
    fn step_5_session_then_state_then_permission() {
        let asked = |session| outcome(&[], "GET", ME, Credential::Cookie { csrf: None, session });
        assert_eq!(asked(Found::Nothing), "NoSession");
        assert_eq!(asked(Found::Mismatched), "SessionMismatch");
        for state in [
            State::Unactivated,
            State::Inactive,
            State::Locked,
            State::Banned,
            State::Deleted,
        ] {
            let owner = Owner {
                state,
                role: "nobody",
                ..MEMBER
            };
            assert_eq!(asked(Found::Owner(owner)), "NotActive", "{state:?}");
        }
        for state in [State::Pending, State::Active] {
            assert_eq!(asked(Found::Owner(Owner { state, ..MEMBER })), "Permitted", "{state:?}");
        }
    }

    #[test]
    fn a_token_is_judged_by_who_its_owner_is_now() {
        let asked = |method, path, owner| outcome(&[], method, path, Credential::Token(owner));
        assert_eq!(asked("POST", ME, None), "BadToken");
        assert_eq!(
            asked("POST", ME, Some(MEMBER)),
            "Permitted",
            "no CSRF token is asked for"
        );
        let banned = Owner {
            state: State::Banned,
            ..MEMBER
        };
        assert_eq!(asked("GET", ME, Some(banned)), "NotActive");
        assert_eq!(asked("GET", "api/v2/admin/users", Some(MEMBER)), "NotPermitted");
        assert_eq!(
            outcome(KEPT_OUT, "GET", ME, Credential::Token(Some(MEMBER))),
            "Restricted(Blacklist, 433)"
        );
    }

    #[test]
    fn step_6_and_7_permissions_and_what_is_written_down() {
        let admin = Owner {
            role: "admin",
            ..MEMBER
        };
        let asked = |method, path| outcome(&[], method, path, cookie(Some(true), admin));
        assert_eq!(asked("GET", "api/v2/admin/users"), "Permitted");
        assert_eq!(asked("POST", "api/v2/admin/users"), "Audited(None)");
        assert_eq!(asked("POST", "api/v2/admin/permissions"), "NotPermitted");
        assert_eq!(asked("POST", "api/v2//barong/admin/./Permissions"), "NotPermitted");
        let member = |method, path| outcome(&[], method, path, cookie(Some(true), MEMBER));
        assert_eq!(member("GET", "api/v2/ranger"), "Permitted");
        assert_eq!(member("POST", "api/v2/ranger"), "NotPermitted");
        assert_eq!(member("OPTIONS", "api/v2/ranger"), "NotPermitted");
        assert_eq!(member("OPTIONS", ME), "Permitted");
    }
}
