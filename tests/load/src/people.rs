//! The accounts that do it, one for each client, and what each of them carries.

use http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use http::{HeaderName, Method};
use jiff::Timestamp;
use serde_json::json;

use crate::arguments::Arguments;
use crate::scenario::Scenario;
use crate::web::{Answer, Web};

/// Good enough for every surface.
const PASSWORD: &str = "A bird in 2 hands, unloaded";

/// Somebody with an account.
#[derive(Clone)]
pub struct Person {
    web: Web,
    email: String,
    /// A token of engine.
    token: String,
    /// A cookie of barong.
    cookie: String,
    /// A pair of arc.
    pair: Pair,
}

/// Tokens of arc.
#[derive(Clone, Default)]
struct Pair {
    access: String,
    refresh: String,
}

impl Pair {
    fn of(answer: &Answer) -> Result<Self, String> {
        Ok(Self {
            access: answer.member("accessToken")?,
            refresh: answer.member("refreshToken")?,
        })
    }
}

/// Makes as many accounts as there are clients.
pub async fn gather(arguments: &Arguments) -> Result<Vec<Person>, String> {
    let web = Web::new(&arguments.url)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "accounts of two runs must not have the same address"
    )]
    let run = Timestamp::now().as_millisecond();
    let mut people = Vec::new();
    for number in 1..=arguments.clients {
        let email = format!("load-{run}-{number}@example.com");
        let account = json!({ "email": email, "password": PASSWORD, "firstName": "L", "lastName": "Oad" });
        web.post("/api/v1/signup", &account).await?;
        people.push(Person {
            web: web.clone(),
            email,
            token: String::new(),
            cookie: String::new(),
            pair: Pair::default(),
        });
        eprint!("\r{number} of {} accounts", arguments.clients);
    }
    eprintln!();
    Ok(people)
}

impl Person {
    /// Gets what a scenario needs: sessions are few, and one scenario may end those of another.
    pub async fn prepare(&mut self, scenario: Scenario, arguments: &Arguments) -> Result<(), String> {
        match scenario {
            Scenario::SignIn => {}
            Scenario::Me => self.token = self.sign_in().await?,
            Scenario::Refresh => {
                let client = json!({
                    "client_id": arguments.client_id,
                    "client_secret": arguments.client_secret,
                    "username": self.email,
                    "password": PASSWORD,
                });
                self.pair = Pair::of(&self.web.post("/auth/login-token", &client).await?)?;
            }
            Scenario::Authz => {
                let credentials = json!({ "email": self.email, "password": PASSWORD });
                let answer = self.web.post("/api/v2/identity/sessions", &credentials).await?;
                let set = answer.headers.get(SET_COOKIE).and_then(|set| set.to_str().ok());
                let cookie = set.and_then(|set| set.split(';').next());
                cookie
                    .ok_or("a sign-in on barong sets no cookie")?
                    .clone_into(&mut self.cookie);
            }
        }
        Ok(())
    }

    /// By password, on engine.
    pub async fn sign_in(&self) -> Result<String, String> {
        let credentials = json!({ "username": self.email, "password": PASSWORD });
        Ok(self.web.post("/api/v1/signin", &credentials).await?.text())
    }

    /// Who one is, on engine.
    pub async fn me(&self) -> Result<(), String> {
        let token = (HeaderName::from_static("x-auth"), self.token.as_str());
        self.web.get("/api/v1/me", token).await.map(drop)
    }

    /// The next pair of arc for the last one.
    pub async fn refresh(&mut self) -> Result<(), String> {
        let (bearer, body) = (
            format!("Bearer {}", self.pair.access),
            json!({ "refreshToken": self.pair.refresh }),
        );
        let bearer = Some((AUTHORIZATION, bearer.as_str()));
        let answer = self
            .web
            .send(Method::POST, "/auth/token-refresh", bearer, Some(&body))
            .await?;
        self.pair = Pair::of(&answer)?;
        Ok(())
    }

    /// A decision of barong's edge, as a gateway asks for it.
    pub async fn authz(&self) -> Result<(), String> {
        let cookie = (COOKIE, self.cookie.as_str());
        let answer = self
            .web
            .get("/api/v2/auth/api/v2/barong/resource/users/me", cookie)
            .await?;
        match answer.headers.contains_key(AUTHORIZATION) {
            true => Ok(()),
            false => Err("a decision came without a token".to_owned()),
        }
    }
}
