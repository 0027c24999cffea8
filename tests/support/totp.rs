//! An authenticator app: it reads a picture, keeps a secret, and shows the code of now.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;

use crate::arc::Arc;
use crate::server::{CLIENT_ID, Server};
use crate::{Answer, PASSWORD};

/// Seconds for which an app shows one code.
pub const STEP: i64 = 30;

/// What an app keeps of one account.
#[derive(Clone)]
pub struct Codes {
    /// Base32.
    pub secret: String,
    /// What the picture said.
    pub url: Url,
}

impl Codes {
    /// Scans a picture.
    pub fn scan(png: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let side = reader.next_frame(&mut pixels).unwrap().width as usize;
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
        let (_, text) = image.detect_grids().first().expect("a QR code").decode().unwrap();
        let url = Url::parse(&text).unwrap();
        let secret = url.query_pairs().find(|(name, _)| name == "secret").unwrap().1;
        Self {
            secret: secret.into_owned(),
            url,
        }
    }

    /// Scans what `POST /auth/create-qr-code` answered.
    pub fn scan_data_url(answer: &Value) -> Self {
        let encoded = answer["qrCode"].as_str().unwrap();
        let encoded = encoded.strip_prefix("data:image/png;base64,").expect("a data URL");
        Self::scan(&STANDARD.decode(encoded).unwrap())
    }

    /// What the app shows now, by the server's clock.
    pub fn now(&self, server: &Server) -> String {
        self.then(server, 0)
    }

    /// What it shows so many steps later.
    pub fn then(&self, server: &Server, steps: i64) -> String {
        self.at(server.app().clock.now().as_second() + steps * STEP)
    }

    /// What it shows at this second.
    pub fn at(&self, second: i64) -> String {
        let secret = totp_rs::Secret::try_from_base32(&self.secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(second).unwrap()).to_string()
    }
}

/// Another code than this one.
pub fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

impl Arc {
    /// A secret for whoever has this authorization code.
    pub async fn create_qr_code(&self, code: &str) -> Answer {
        let body = json!({ "code": code, "clientId": CLIENT_ID });
        self.post("/auth/create-qr-code", &body).await
    }

    /// Shows a code of an authenticator app after a password.
    pub async fn verify_otp(&self, email: &str, otp: &str) -> Answer {
        let body = json!({ "key": email, "otp": otp, "clientId": CLIENT_ID });
        self.post("/auth/verify-otp", &body).await
    }

    /// Switches the codes on for somebody who has [`PASSWORD`]; the code of now is used then.
    pub async fn enrol(&self, server: &Server, email: &str) -> Codes {
        let code = self.login(email, PASSWORD).await.expect(200).json();
        let shown = self.create_qr_code(code["code"].as_str().unwrap()).await;
        let codes = Codes::scan_data_url(&shown.expect(200).json());
        self.verify_otp(email, &codes.now(server)).await.expect(200);
        codes
    }
}
