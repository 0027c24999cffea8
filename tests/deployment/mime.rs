//! Reads a mail as a mail program does, as far as our mails go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail, or a part of one.
#[derive(Debug)]
pub struct Mime {
    headers: Vec<(String, String)>,
    body: String,
    parts: Vec<Mime>,
}

impl Mime {
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known == name)
    }

    /// The one header of this name.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let (_, value) = found.next().unwrap_or_else(|| panic!("no {name}: {self:?}"));
        assert!(found.next().is_none(), "two of {name}");
        value
    }

    pub fn parts(&self) -> &[Mime] {
        &self.parts
    }

    /// The body, decoded, with the line ends of this machine.
    pub fn text(&self) -> String {
        let bytes = match self.header("content-transfer-encoding").to_lowercase().as_str() {
            "7bit" => {
                assert!(self.body.is_ascii());
                self.body.clone().into_bytes()
            }
            "base64" => STANDARD
                .decode(self.body.split_whitespace().collect::<String>())
                .unwrap(),
            "quoted-printable" => quoted_printable(&self.body),
            other => panic!("{other}"),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }
}

pub fn parse(raw: &str) -> Mime {
    let raw = raw.replace("\r\n", "\n");
    let (head, body) = raw.split_once("\n\n").expect("a head and a body");
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    let headers: Vec<(String, String)> = unfolded
        .lines()
        .map(|line| line.split_once(':').expect(line))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let kind = headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .map_or("", |(_, value)| value);
    let parts = match kind.split_once("boundary=") {
        None => Vec::new(),
        Some((_, boundary)) => {
            let boundary = boundary.split(';').next().unwrap().trim_matches('"');
            let (inside, _) = body.split_once(&format!("--{boundary}--")).expect("an end");
            let start = format!("--{boundary}\n");
            let parts = inside.split(start.as_str()).skip(1);
            parts.map(|part| parse(part.trim_end_matches('\n'))).collect()
        }
    };
    Mime {
        headers,
        body: body.to_owned(),
        parts,
    }
}

/// A header's words (RFC 2047), where they are encoded.
pub fn words(value: &str) -> String {
    let encoded = value
        .strip_prefix("=?utf-8?b?")
        .and_then(|rest| rest.strip_suffix("?="));
    match encoded {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap(),
        None => value.to_owned(),
    }
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let joined = text.replace("=\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(hex, 16).unwrap());
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}
