//! A real browser: headless Chromium, driven by chromedriver over WebDriver, with an authenticator in software that the
//! browser takes for one of this device (WebAuthn §11).

use std::process::Stdio;
use std::time::Duration;

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client as Driver, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use url::{ParseError, Url};

use crate::{Server, services};

/// How long something may take to appear. A busy machine is slow; a defect waits for nothing.
const PATIENCE: Duration = Duration::from_secs(30);
const EVERY: Duration = Duration::from_millis(50);

/// A browser with one window and a profile of its own.
pub struct Browser {
    driver: Driver,
    /// Where the server's pages are.
    pub url: String,
    chromedriver: Child,
    _profile: tempfile::TempDir,
}

/// A command of WebDriver's extensions.
#[derive(Debug)]
struct Extension {
    path: String,
    method: Method,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.expect("a session"), self.path))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Value::to_string))
    }
}

/// Starts chromedriver on a port that it chooses.
async fn chromedriver() -> (Child, String) {
    // Another program may take the port in the same moment.
    for _ in 0..5 {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        while let Some(line) = said.next_line().await.unwrap() {
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                return (child, port.trim_end_matches('.').to_owned());
            }
        }
    }
    panic!("chromedriver does not start");
}

impl Browser {
    /// Opens a browser; `None` when there is none on this machine.
    pub async fn open(server: &Server) -> Option<Self> {
        if !services::command("chromedriver") {
            return None;
        }
        let (chromedriver, port) = chromedriver().await;
        let profile = tempfile::tempdir().unwrap();
        let capabilities = json!({
            "goog:chromeOptions": { "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--window-size=1280,900", "--force-prefers-reduced-motion",
                format!("--user-data-dir={}", profile.path().display()),
            ] },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let driver = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Some(Self {
            driver,
            url: server.client().url().replace("127.0.0.1", "localhost"),
            chromedriver,
            _profile: profile,
        })
    }

    async fn extension(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let command = Extension {
            path: path.to_owned(),
            method,
            body,
        };
        self.driver.issue_cmd(command).await.unwrap()
    }

    /// Opens a page of the server.
    pub async fn goto(&self, path: &str) {
        self.driver.goto(&format!("{}{path}", self.url)).await.unwrap();
    }

    /// Opens any address.
    pub async fn follow(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
    }

    pub async fn reload(&self) {
        self.driver.refresh().await.unwrap();
    }

    /// The path of the page that is shown.
    pub async fn path(&self) -> String {
        self.driver.current_url().await.unwrap().path().to_owned()
    }

    /// Waits until the page at this path is shown.
    #[track_caller]
    pub fn arrives(&self, path: &str) -> impl Future<Output = ()> {
        let what = format!("the browser to arrive at {path}");
        self.until(what, async move || self.path().await == path)
    }

    /// Waits until something that this selector finds can be seen.
    #[track_caller]
    pub fn sees(&self, css: &str) -> impl Future<Output = ()> {
        self.until(format!("{css} to be seen"), async move || self.can_see(css).await)
    }

    /// Waits until it says this, among other things.
    #[track_caller]
    pub fn reads(&self, css: &str, text: &str) -> impl Future<Output = ()> {
        let what = format!("{css} to say {text:?}");
        self.until(what, async move || {
            self.texts(css).await.iter().any(|said| said.contains(text))
        })
    }

    /// Waits until nothing that this selector finds says this any more.
    #[track_caller]
    pub fn loses(&self, css: &str, text: &str) -> impl Future<Output = ()> {
        let what = format!("{css} not to say {text:?}");
        self.until(what, async move || {
            !self.texts(css).await.iter().any(|said| said.contains(text))
        })
    }

    #[track_caller]
    fn until(&self, what: String, is_so: impl AsyncFn() -> bool) -> impl Future<Output = ()> {
        let waiting = std::panic::Location::caller();
        async move {
            let begun = std::time::Instant::now();
            while !is_so().await {
                if begun.elapsed() > PATIENCE {
                    let shown = self.texts("body").await;
                    panic!("{waiting}: waited for {what}; at {}: {shown:?}", self.path().await);
                }
                tokio::time::sleep(EVERY).await;
            }
        }
    }

    /// Whether something that this selector finds can be seen now.
    pub async fn can_see(&self, css: &str) -> bool {
        for element in self.driver.find_all(Locator::Css(css)).await.unwrap_or_default() {
            // A page that is being left takes its elements along.
            if element.is_displayed().await.unwrap_or(false) {
                return true;
            }
        }
        false
    }

    /// What can be read in everything that this selector finds.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.driver.find_all(Locator::Css(css)).await.unwrap_or_default() {
            texts.extend(element.text().await);
        }
        texts
    }

    /// Waits for a field, empties it and types into it.
    #[track_caller]
    pub fn fills(&self, css: &str, text: &str) -> impl Future<Output = ()> {
        let seen = self.sees(css);
        async move {
            seen.await;
            let field = self.driver.find(Locator::Css(css)).await.unwrap();
            field.clear().await.unwrap();
            field.send_keys(text).await.unwrap();
        }
    }

    /// Types where the focus is, as somebody without a mouse does.
    pub async fn types(&self, keys: &str) {
        let focused = self.driver.active_element().await.unwrap();
        focused.send_keys(keys).await.unwrap();
    }

    /// Chooses a file.
    pub async fn chooses(&self, css: &str, file: &std::path::Path) {
        let field = self.driver.find(Locator::Css(css)).await.unwrap();
        field.send_keys(file.to_str().unwrap()).await.unwrap();
    }

    /// Clicks something as soon as that is possible.
    #[track_caller]
    pub fn clicks(&self, css: &str) -> impl Future<Output = ()> {
        self.until(format!("{css} to be clicked"), async move || {
            match self.driver.find(Locator::Css(css)).await {
                Ok(element) => element.click().await.is_ok(),
                Err(_) => false,
            }
        })
    }

    /// What a script returns that runs in the page.
    pub async fn runs(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.driver.execute(script, arguments).await.unwrap()
    }

    /// Makes the window as wide as a telephone, or another width in pixels.
    pub async fn is_wide(&self, width: u32) {
        let metrics = json!({ "width": width, "height": 844, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Makes the pages `light` or `dark`.
    pub async fn prefers(&self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [feature] }))
            .await;
    }

    /// Opens another tab and goes to it.
    pub async fn opens_a_tab(&self) {
        let tab = self.driver.new_window(true).await.unwrap();
        self.driver.switch_to_window(tab.handle).await.unwrap();
    }

    /// Goes to the tab that was opened first.
    pub async fn returns_to_the_first_tab(&self) {
        let tabs = self.driver.windows().await.unwrap();
        self.driver.switch_to_window(tabs[0].clone()).await.unwrap();
    }

    /// A command of Chromium's own protocol.
    async fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.extension(Method::POST, "goog/cdp/execute", Some(body)).await;
    }

    /// Gives the device an authenticator that says yes to everything.
    pub async fn has_an_authenticator(&self) {
        let authenticator = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        let path = "webauthn/authenticator";
        self.extension(Method::POST, path, Some(authenticator)).await;
    }

    /// From the next page on the browser does not offer passkeys beside a form, as some do not.
    pub async fn offers_no_passkeys(&self) {
        let script = "PublicKeyCredential.isConditionalMediationAvailable = async () => false;";
        self.devtools("Page.enable", json!({})).await;
        let parameters = json!({ "source": script });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", parameters).await;
    }

    /// What the browser complained of, other than that a request was refused.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self
            .extension(Method::POST, "se/log", Some(json!({ "type": "browser" })))
            .await;
        let entries = log.as_array().unwrap().iter();
        let messages = entries.map(|entry| entry["message"].as_str().unwrap().to_owned());
        messages
            .filter(|message| !message.contains("Failed to load resource"))
            .collect()
    }

    /// Closes it. A page that broke its own policy, or left an error to nobody, is a defect.
    pub async fn closes(self) {
        assert_eq!(self.complaints().await, Vec::<String>::new());
        self.driver.clone().close().await.unwrap();
    }
}

impl Drop for Browser {
    /// After a failure chromedriver takes the browser along, if it is asked to end and not killed.
    fn drop(&mut self) {
        if let Some(id) = self.chromedriver.id() {
            let asked = std::process::Command::new("kill").arg(id.to_string()).status();
            if asked.is_ok() {
                std::thread::sleep(Duration::from_millis(200));
            }
        }
    }
}
