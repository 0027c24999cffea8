//! Somebody who does something with their own account on the barong surface, by the cookie of a session.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::Value;

use crate::barong::{BASE, Barong, COOKIE, Session};
use crate::totp::Codes;
use crate::{Answer, Client, Server};

/// An owner.
#[derive(Clone)]
pub struct Owner {
    pub barong: Barong,
    pub session: Session,
    pub email: String,
}

impl Owner {
    /// A new account, confirmed and signed in.
    pub async fn join(server: &Server, email: &str) -> Self {
        let barong = server.client().barong();
        let session = barong.join(email).await;
        Self {
            barong,
            session,
            email: email.to_owned(),
        }
    }

    fn client(&self) -> &Client {
        &self.barong.client
    }

    /// A request of this owner, to be completed and handed to [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client().request(method, &format!("{BASE}/resource{path}"));
        let request = request.header("cookie", format!("{COOKIE}={}", self.session.cookie));
        request.header("x-csrf-token", &self.session.csrf)
    }

    /// With these parameters in a form.
    pub async fn call(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        self.client().send(with_form(self.request(method, path), form)).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.client().send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call(Method::POST, path, form).await
    }

    pub async fn put(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call(Method::PUT, path, form).await
    }

    pub async fn patch(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call(Method::PATCH, path, form).await
    }

    pub async fn delete(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call(Method::DELETE, path, form).await
    }

    /// What is shown of the owner.
    pub async fn me(&self) -> Value {
        self.get("/users/me").await.expect(200).json()
    }

    /// The owner's labels, each as `key:value`, sorted.
    pub async fn labels(&self) -> Vec<String> {
        let labels = self.get("/labels").await.expect(200).json();
        let labels = labels.as_array().unwrap().iter();
        let text = |label: &Value, name: &str| label[name].as_str().unwrap().to_owned();
        let mut pairs: Vec<String> = labels
            .map(|l| format!("{}:{}", text(l, "key"), text(l, "value")))
            .collect();
        pairs.sort_unstable();
        pairs
    }

    /// The code of the newest text message to a number.
    pub async fn sms_code(&self, number: &str) -> Option<String> {
        let request = self
            .client()
            .request(Method::GET, "/_local/sms")
            .query(&[("to", number)]);
        let messages = self.client().send(request).await.expect(200).json();
        let text = messages.as_array().unwrap().first()?["text"]
            .as_str()
            .unwrap()
            .to_owned();
        text.rsplit(' ').next().map(str::to_owned)
    }

    /// Makes a number the owner's.
    pub async fn verify_phone(&self, number: &str) {
        self.post("/phones", &[("phone_number", number)]).await.expect(201);
        let code = self.sms_code(number).await.expect("a message");
        let form = [("phone_number", number), ("verification_code", &code)];
        self.post("/phones/verify", &form).await.expect(201);
    }

    /// Gets a secret for an authenticator app.
    pub async fn qr_code(&self) -> Codes {
        let answer = self.post("/otp/generate_qrcode", &[]).await.expect(201).json();
        let codes = Codes::scan(&STANDARD.decode(answer["data"]["barcode"].as_str().unwrap()).unwrap());
        assert_eq!(answer["data"]["url"].as_str(), Some(codes.url.as_str()));
        codes
    }

    /// Switches codes on; the code of now is used then.
    pub async fn enrol(&self, server: &Server) -> Codes {
        let codes = self.qr_code().await;
        self.post("/otp/enable", &[("code", &codes.now(server))])
            .await
            .expect(201);
        codes
    }

    /// Makes an API key: name and secret. A step later, so that the code is a new one.
    pub async fn api_key(&self, server: &Server, codes: &Codes) -> (String, String) {
        step(server);
        let code = codes.now(server);
        let form = [("algorithm", "HS256"), ("totp_code", &code)];
        let key = self.post("/api_keys", &form).await.expect(201).json();
        let text = |name: &str| key[name].as_str().unwrap().to_owned();
        (text("kid"), text("secret"))
    }

    /// Calls with an API key, as of now.
    pub async fn by_key(&self, server: &Server, (kid, secret): &(String, String), path: &str) -> Answer {
        let nonce = server.app().clock.now().as_millisecond().to_string();
        let signature = signature(&nonce, kid, secret);
        let request = self.client().request(Method::GET, &format!("{BASE}/resource{path}"));
        let request = request.header("x-auth-apikey", kid).header("x-auth-nonce", nonce);
        self.client().send(request.header("x-auth-signature", signature)).await
    }
}

/// A request with these parameters in a form.
pub fn with_form(request: reqwest::RequestBuilder, form: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.body(body.finish())
}

/// What a request by an API key is signed with.
pub fn signature(nonce: &str, kid: &str, secret: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&key, format!("{nonce}{kid}").as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Goes on to the next code of every authenticator app.
pub fn step(server: &Server) {
    server.clock.advance(std::time::Duration::from_secs(30));
}
