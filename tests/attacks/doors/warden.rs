//! Somebody who may do everything on every surface, and all that opens a door.

use std::sync::Arc as Shared;

use http::Method;
use shared::store::commit::{Step, flag};
use tests::Server;
use tests::arc::Pair;
use tests::barong::{COOKIE, STRONG, Session};
use tests::client::user_id;
use tests::edge::{ME, Signer};
use tests::identity::{ADMIN_ROLE, uid_of};
use tests::owner::Owner;

use super::house::{HOME, Host, House};
use super::operation::Operation;
use super::{engine, identity_server};

/// By what somebody is let in, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Engine's token.
    Engine,
    /// Identity-server's token.
    Identity,
    /// Arc's access token.
    Arc,
    /// Arc's refresh token, which opens nothing by itself.
    Refresh,
    /// The token of a mail that makes an account at arc.
    Mailed,
    /// Barong's cookie.
    Cookie,
    /// The edge's token for that cookie.
    Token,
    /// Barong's API key.
    Key,
    /// The edge's token for that key.
    KeyToken,
}

impl By {
    pub const ALL: [Self; 9] = [
        Self::Engine,
        Self::Identity,
        Self::Arc,
        Self::Refresh,
        Self::Mailed,
        Self::Cookie,
        Self::Token,
        Self::Key,
        Self::KeyToken,
    ];
}

/// What a request brings to prove whose it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    pub headers: Vec<(&'static str, String)>,
    /// A token, where an operation is told one in its body.
    pub in_body: Option<String>,
}

impl Shown {
    pub fn of(headers: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self {
            headers: headers.into_iter().collect(),
            in_body: None,
        }
    }

    pub fn header(name: &'static str, value: impl Into<String>) -> Self {
        Self::of([(name, value.into())])
    }

    pub fn in_body(token: &str) -> Self {
        Self {
            headers: Vec::new(),
            in_body: Some(token.to_owned()),
        }
    }
}

/// Somebody who may do everything.
pub struct Warden {
    pub house: Shared<House>,
    pub email: String,
    /// Engine's identifier.
    pub id: String,
    pub engine: String,
    pub identity: String,
    pub pair: Pair,
    pub cookie: Session,
    token: String,
    pub key: Signer,
    key_token: String,
    /// The number of a passkey.
    pub passkey: String,
    /// The token of an invitation.
    pub invitation: String,
    /// Whose account is not made yet, and the token that makes it.
    pub guest: String,
    mailed: String,
}

impl Warden {
    /// On a server of its own.
    pub async fn alone() -> Self {
        Self::of(&House::start().await, "warden").await
    }

    pub async fn of(house: &Shared<House>, name: &str) -> Self {
        let warden = Self::without_rights(house, name).await;
        warden.rule_engine_and_arc().await;
        warden.rule_identity_server().await;
        warden.rule_barong().await;
        warden
    }

    /// The first administrator's role gives what arc asks for as well.
    pub async fn rule_engine_and_arc(&self) {
        let (house, client) = (&self.house, self.house.server.client());
        let super_admin = client.role_named(&house.root, HOME, "Super Admin").await;
        for role in [&super_admin, &house.cataloguer] {
            client.bind(&house.root, HOME, &self.id, role).await.expect(200);
        }
    }

    pub async fn rule_identity_server(&self) {
        let (identity, uid) = (self.house.server.client().identity(), uid_of(&self.id));
        let granted = identity.grant(&self.house.identity_root, ADMIN_ROLE, &uid).await;
        granted.expect(200);
    }

    pub async fn rule_barong(&self) {
        self.house.server.appoint(&self.email, "superadmin").await;
    }

    /// Somebody who has all of it, and may do nothing but what everybody may.
    pub async fn without_rights(house: &Shared<House>, name: &str) -> Self {
        let (server, client) = (&house.server, house.server.client());
        let (email, guest) = (format!("{name}@example.com"), format!("guest-of-{name}@example.com"));
        let cookie = client.barong().join(&email).await;
        let engine = client.sign_in_with(&email, STRONG).await.expect(200).text();
        let id = user_id(&engine);
        client.add_passkey(&engine, &client.authenticator()).await;
        let Host { founder, org, role } = &house.host;
        client.invite(founder, org, &email, role).await.expect(201);
        let identity = client.identity().sign_in(&email, STRONG).await;
        let pair = client.arc().login_token(&email, STRONG).await.expect_pair();
        let token = client.ask(Method::GET, ME, &cookie).await.expect_token();
        let key = server.key_of(&email).await;
        let signed = key.headers(&server.nonce());
        let key_token = client.ask_by_key(Method::GET, ME, &signed).await.expect_token();
        Self {
            invitation: client.invitation_token(&email).await,
            passkey: client.passkeys(&engine).await[0]["id"].to_string(),
            mailed: client.arc().sign_up_token(&guest).await,
            house: Shared::clone(house),
            email,
            id,
            engine,
            identity,
            pair,
            cookie,
            token,
            key,
            key_token,
            guest,
        }
    }

    /// As barong's tests know somebody.
    pub fn owner(&self) -> Owner {
        Owner {
            barong: self.house.server.client().barong(),
            session: self.cookie.clone(),
            email: self.email.clone(),
        }
    }

    /// Whether the account is asked for codes, without which no key works and with which nobody signs in here.
    pub async fn asked_for_codes(&self, asked: bool) {
        let step = Step::Set("two_factor", flag(asked));
        self.house.server.adjust(&self.email, step).await;
    }

    /// The secret part of a credential.
    pub fn text(&self, by: By) -> &str {
        match by {
            By::Engine => &self.engine,
            By::Identity => &self.identity,
            By::Arc => &self.pair.access,
            By::Refresh => &self.pair.refresh,
            By::Mailed => &self.mailed,
            By::Cookie => &self.cookie.cookie,
            By::Token => &self.token,
            By::Key => &self.key.kid,
            By::KeyToken => &self.key_token,
        }
    }

    /// A credential as it is shown where it is good for something.
    pub fn shown(&self, by: By, server: &Server) -> Shown {
        let text = self.text(by);
        match by {
            By::Engine => engine::dresses(text).swap_remove(0),
            By::Key => Shown::of(self.key.headers(&server.nonce())),
            By::Cookie => Shown::of([
                ("cookie", format!("{COOKIE}={text}")),
                ("x-csrf-token", self.cookie.csrf.clone()),
            ]),
            _ => Shown::header("authorization", format!("Bearer {text}")),
        }
    }

    /// The same, where this operation looks for it.
    pub fn shown_to(&self, operation: &Operation, by: By) -> Shown {
        match by {
            By::Identity => identity_server::dresses(operation, self.text(by)).swap_remove(0),
            _ => self.shown(by, &self.house.server),
        }
    }
}
