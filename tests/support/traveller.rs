//! Somebody who signs in through a provider: goes where they are sent, one step at a time, and remembers cookies.

use std::collections::HashMap;
use std::sync::Mutex;

use http::Method;
use serde_json::{Value, json};
use url::Url;

use crate::arc::Pair;
use crate::server::{CLIENT_ID, CLIENT_SECRET};
use crate::{Answer, Client, Server};

/// Where the first client's people are sent back to.
pub const HOME: &str = "https://app.example.com/in?from=us";

/// The five, by the path that each begins at.
pub const PROVIDERS: [&str; 5] = [
    "/auth/google",
    "/auth/facebook",
    "/auth/instagram",
    "/auth/oauth-apple",
    "/auth/keycloak",
];

/// Somebody on their way.
pub struct Traveller {
    url: String,
    http: reqwest::Client,
    /// Whether it is a browser that goes to the server itself, and says so.
    is_browser: bool,
    cookies: Mutex<HashMap<String, String>>,
}

/// What a provider sends back.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub url: Url,
    /// By a form.
    pub form: Option<Vec<(String, String)>>,
}

impl Arrival {
    /// What is sent along.
    pub fn sent(&self, name: &str) -> Option<String> {
        let pairs = match &self.form {
            Some(form) => form.clone(),
            None => self.url.query_pairs().into_owned().collect(),
        };
        let mut named = pairs.into_iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value)
    }

    /// The same with something else in its place.
    pub fn with(mut self, name: &str, value: Option<&str>) -> Self {
        let change = |pairs: Vec<(String, String)>| -> Vec<(String, String)> {
            let mut pairs: Vec<_> = pairs.into_iter().filter(|(known, _)| known != name).collect();
            pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
            pairs
        };
        if let Some(form) = self.form.take() {
            self.form = Some(change(form));
        } else {
            let pairs = change(self.url.query_pairs().into_owned().collect());
            self.url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        self
    }

    /// The same at another path of the server.
    pub fn at(mut self, path: &str) -> Self {
        self.url.set_path(path);
        self
    }
}

impl Server {
    /// Somebody whose client sends them to a provider.
    pub fn traveller(&self) -> Traveller {
        Traveller::new(self, false)
    }

    /// Somebody whose browser goes here itself.
    pub fn browser_of_somebody(&self) -> Traveller {
        Traveller::new(self, true)
    }

    /// Gives the first client a place that people are sent back to.
    pub async fn receives_people_at(&self, place: &str) {
        let arc = self.client().arc();
        let admin = arc.admin().await;
        let change = json!({ "redirectUrl": place });
        let changed = arc.call(Method::PATCH, "/auth-clients/1", &admin.access, &change).await;
        changed.expect(204);
    }
}

/// The members of a form.
pub fn form(members: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(members)
        .finish()
}

impl Traveller {
    fn new(server: &Server, is_browser: bool) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            url: server.client().url().to_owned(),
            http: http.build().unwrap(),
            is_browser,
            cookies: Mutex::default(),
        }
    }

    /// Forgets all cookies, as another browser has none.
    pub fn forgets(&self) {
        self.cookies.lock().unwrap().clear();
    }

    async fn go(&self, method: Method, url: &str, body: Option<String>) -> Answer {
        let mut request = self.http.request(method, url);
        if url.starts_with(&self.url) {
            let cookies = self.cookies.lock().unwrap();
            let sent: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            if !sent.is_empty() {
                request = request.header("cookie", sent.join("; "));
            }
            if self.is_browser {
                request = request.header("sec-fetch-mode", "navigate");
            }
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body);
        }
        let response = request.send().await.unwrap();
        let answer = Answer {
            status: response.status(),
            headers: response.headers().clone(),
            bytes: response.bytes().await.unwrap().to_vec(),
        };
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            match rest.contains("Max-Age=0") {
                true => drop(cookies.remove(name)),
                false => drop(cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        answer
    }

    /// Begins at the first client.
    pub async fn begins(&self, path: &str) -> Answer {
        let said = [("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
        self.posts(path, &form(&said)).await
    }

    /// Posts a form to the server.
    pub async fn posts(&self, path: &str, form: &str) -> Answer {
        let url = format!("{}{path}", self.url);
        self.go(Method::POST, &url, Some(form.to_owned())).await
    }

    /// Goes to a page of the server.
    pub async fn goes(&self, path: &str) -> Answer {
        self.go(Method::GET, &format!("{}{path}", self.url), None).await
    }

    /// Goes to the provider, which sends them back.
    pub async fn at_provider(&self, begun: &Answer) -> Arrival {
        assert_eq!(begun.status, 302, "{}", begun.text());
        at_provider(begun.header("location").unwrap()).await
    }

    /// Comes back from the provider.
    pub async fn comes_back(&self, arrival: &Arrival) -> Answer {
        match &arrival.form {
            None => self.go(Method::GET, arrival.url.as_str(), None).await,
            Some(members) => {
                let members: Vec<(&str, &str)> = members.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                self.go(Method::POST, arrival.url.as_str(), Some(form(&members))).await
            }
        }
    }

    /// The whole way there and back.
    pub async fn travels(&self, path: &str) -> Answer {
        let begun = self.begins(path).await;
        let arrival = self.at_provider(&begun).await;
        self.comes_back(&arrival).await
    }

    /// The whole way, and the client exchanges the code.
    pub async fn signs_in(&self, server: &Server, path: &str) -> Pair {
        let code = self.travels(path).await.code_at(HOME);
        server.client().arc().exchange(&code).await.expect_pair()
    }
}

/// Goes to a provider, which sends people back at once.
pub async fn at_provider(location: &str) -> Arrival {
    let answer = Client::new("").follow(location).await;
    if answer.status == 303 {
        let url = Url::parse(answer.header("location").unwrap()).unwrap();
        return Arrival { url, form: None };
    }
    let page = answer.expect(200).text();
    let (_, rest) = page.split_once("action=\"").unwrap();
    let url = Url::parse(rest.split('"').next().unwrap()).unwrap();
    let fields = rest.split("name=\"").skip(1).map(|field| {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap();
        (name.to_owned(), value.replace("&quot;", "\"").replace("&amp;", "&"))
    });
    Arrival {
        url,
        form: Some(fields.collect()),
    }
}

impl Answer {
    /// The code that the client is sent at its place, and nothing else.
    #[track_caller]
    pub fn code_at(&self, place: &str) -> String {
        assert_eq!(self.status, 302, "{}", self.text());
        let location = self.header("location").unwrap();
        let rest = location
            .strip_prefix(place)
            .unwrap_or_else(|| panic!("{location} is not at {place}"));
        let code = rest.strip_prefix("&code=").or(rest.strip_prefix("?code="));
        let code = code.unwrap_or_else(|| panic!("{location} has no code"));
        assert!(code.bytes().all(|byte| byte.is_ascii_hexdigit()), "{location}");
        assert!(self.bytes.is_empty(), "{}", self.text());
        code.to_owned()
    }
}

/// What `/auth/me` says of the address, the name, and the account.
pub async fn me(server: &Server, pair: &Pair) -> Value {
    server.client().arc().me(&pair.access).await.expect(200).json()
}
