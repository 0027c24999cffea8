//! Somebody on each surface, what they ask for, and how each surface says that it cannot be had at this moment.

use futures_util::future::{BoxFuture, join_all};
use http::Method;
use serde_json::json;
use tests::arc::Pair;
use tests::barong::{STRONG, Session};
use tests::edge::ME;
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{Answer, Client, PASSWORD};

/// On engine and arc.
pub const ADA: &str = "ada@example.com";
/// On barong.
const EVE: &str = "eve@example.com";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Engine,
    Arc,
    Barong,
    Identity,
}

pub const SURFACES: [Surface; 4] = [Surface::Engine, Surface::Arc, Surface::Barong, Surface::Identity];

impl Surface {
    /// 503 in the surface's own shape, with nothing of what happened.
    #[track_caller]
    pub fn expect_unavailable(self, answer: Answer) {
        let answer = match self {
            Self::Engine => answer.expect_engine_error(503, &[]),
            Self::Arc => answer.expect_said_by_handler(503, "Too busy at this moment; try again"),
            Self::Barong => answer.expect_keys(503, &["server.unavailable"]),
            Self::Identity => answer.expect_said(503, "Service Unavailable"),
        };
        assert_eq!(answer.header("retry-after"), Some("1"), "{self:?}");
    }
}

/// Accounts with sessions.
pub struct People {
    client: Client,
    pub token: String,
    pair: Pair,
    session: Session,
    administrator: String,
}

impl People {
    pub async fn new(client: &Client) -> Self {
        let token = client.join(ADA).await;
        Self {
            client: client.clone(),
            token,
            pair: client.arc().sign_in(ADA).await,
            session: client.barong().join(EVE).await,
            administrator: client.identity().admin().await,
        }
    }

    /// On each surface somebody signs in and somebody is signed in already, all at the same time; and a gateway asks.
    pub async fn ask(&self) -> Vec<(Surface, Answer)> {
        let client = &self.client;
        let (arc, barong, identity) = (client.arc(), client.barong(), client.identity());
        let asked: [(Surface, BoxFuture<'_, Answer>); 9] = [
            (Surface::Engine, Box::pin(client.sign_in_with(ADA, PASSWORD))),
            (Surface::Engine, Box::pin(client.me(&self.token))),
            (Surface::Arc, Box::pin(arc.login_token(ADA, PASSWORD))),
            (Surface::Arc, Box::pin(arc.me(&self.pair.access))),
            (Surface::Barong, Box::pin(barong.enter(EVE, STRONG))),
            (
                Surface::Barong,
                Box::pin(barong.call(Method::GET, "/resource/users/me", &self.session.cookie)),
            ),
            (Surface::Barong, Box::pin(client.ask(Method::GET, ME, &self.session))),
            (
                Surface::Identity,
                Box::pin(identity.authenticate(ADMIN, ADMIN_PASSWORD)),
            ),
            (
                Surface::Identity,
                Box::pin(identity.get_by(&self.administrator, "/roles")),
            ),
        ];
        let asked = asked.map(async |(surface, answer)| (surface, answer.await));
        join_all(asked).await
    }
}

/// What somebody needs who makes an account.
pub struct Newcomer {
    client: Client,
    surface: Surface,
    email: String,
    /// Arc asks for what it has mailed.
    mailed: String,
}

impl Newcomer {
    pub async fn new(client: &Client, surface: Surface, name: &str) -> Self {
        let email = format!("{name}@example.com");
        let mailed = match surface {
            Surface::Arc => client.arc().sign_up_token(&email).await,
            _ => String::new(),
        };
        Self {
            client: client.clone(),
            surface,
            email,
            mailed,
        }
    }

    pub async fn sign_up(&self) -> Answer {
        let (client, email) = (&self.client, self.email.as_str());
        match self.surface {
            Surface::Engine => {
                let body = json!({ "email": email, "password": PASSWORD, "firstName": "N", "lastName": "N" });
                client.post("/api/v1/signup", &body).await
            }
            Surface::Arc => client.arc().create_user(&self.mailed, email, STRONG).await,
            Surface::Barong => client.barong().create(email, STRONG).await,
            Surface::Identity => {
                let body = json!({ "name": "N", "email": email, "password": PASSWORD });
                client.identity().post("/public/register", &body).await
            }
        }
    }
}
