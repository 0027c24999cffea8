//! Uploaded pictures: sniffed, capped, kept under a random name, served as what they are.

use super::{File, FileError};
use crate::App;
use crate::random::Random;

/// Bytes that a picture has at most.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// A picture that may be kept.
#[derive(Debug)]
pub struct Picture(File);

/// Why an upload is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPicture {
    /// Larger than [`MAX_BYTES`].
    #[error("must be at most 2 MiB; send a smaller picture")]
    TooLarge,
    /// Its content is none of the four formats, whatever it is called.
    #[error("must be a PNG, JPEG, GIF or WebP picture")]
    UnknownFormat,
}

impl Picture {
    /// Looks at the bytes, not at what the sender calls them.
    ///
    /// # Errors
    /// [`NotAPicture`].
    pub fn sniff(bytes: Vec<u8>) -> Result<Self, NotAPicture> {
        if bytes.len() > MAX_BYTES {
            return Err(NotAPicture::TooLarge);
        }
        match media_type(&bytes) {
            Some(media_type) => Ok(Self(File { bytes, media_type })),
            None => Err(NotAPicture::UnknownFormat),
        }
    }

    /// The file extension of its format, with a dot.
    pub fn extension(&self) -> &'static str {
        FORMATS
            .iter()
            .find(|(known, _)| *known == self.0.media_type)
            .map_or("", |(_, extension)| extension)
    }

    /// Keeps it.
    ///
    /// # Errors
    /// [`FileError`]; nothing is kept then.
    pub async fn keep(&self, app: &App, folder: &str, name: &str) -> Result<(), FileError> {
        app.files.put(&format!("{folder}/{name}"), &self.0).await
    }
}

/// What may be kept, and how files of it are called.
const FORMATS: [(&str, &str); 4] = [
    ("image/png", ".png"),
    ("image/jpeg", ".jpg"),
    ("image/gif", ".gif"),
    ("image/webp", ".webp"),
];

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let sniffed = infer::get(bytes)?.mime_type();
    FORMATS.iter().map(|(known, _)| *known).find(|known| *known == sniffed)
}

/// A random name of 32 hexadecimal digits with this extension.
pub fn new_name(random: &Random, extension: &str) -> String {
    format!("{:032x}{extension}", random.u128())
}

/// Whether a text is a name that [`new_name`] makes with this extension; nothing else is ever looked for.
pub fn is_name(text: &str, extension: &str) -> bool {
    text.strip_suffix(extension)
        .is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// Whether a text is a name of any format.
pub fn is_name_of_any(text: &str) -> bool {
    FORMATS.iter().any(|(_, extension)| is_name(text, extension))
}

/// The picture of this name, with its real type.
///
/// # Errors
/// [`FileError`] when the files cannot be read.
pub async fn load(app: &App, folder: &str, name: &str) -> Result<Option<File>, FileError> {
    let Some(bytes) = app.files.get(&format!("{folder}/{name}")).await? else {
        return Ok(None);
    };
    Ok(media_type(&bytes).map(|media_type| File { bytes, media_type }))
}

/// Removes a picture. A file that is left over costs space and shows nothing: its name is not known to anybody. So this
/// may fail.
pub async fn discard(app: &App, folder: &str, name: &str) {
    if let Err(error) = app.files.delete(&format!("{folder}/{name}")).await {
        tracing::warn!(%error, folder, "a picture was left over");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_were_made_here() {
        let name = new_name(&Random::seeded(1), ".jpg");
        assert!(is_name(&name, ".jpg") && is_name_of_any(&name) && !is_name(&name, ".png"));
        for text in [
            "",
            ".jpg",
            "../keyring.json",
            "a.jpg",
            &format!("{}.jpg", "A".repeat(32)),
            &format!("{}.svg", "a".repeat(32)),
            &"a".repeat(32),
        ] {
            assert!(!is_name_of_any(text), "{text}");
        }
    }

    #[test]
    fn content_decides() {
        let kind =
            |bytes: &[u8]| Picture::sniff(bytes.to_vec()).map(|picture| (picture.0.media_type, picture.extension()));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Ok(("image/png", ".png")));
        assert_eq!(kind(b"\xff\xd8\xff\xe0\0\x10JFIF\0"), Ok(("image/jpeg", ".jpg")));
        assert_eq!(kind(b"GIF89a\x01\0\x01\0"), Ok(("image/gif", ".gif")));
        assert_eq!(kind(b"RIFF\x24\0\0\0WEBPVP8 "), Ok(("image/webp", ".webp")));
        for other in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            b"<html>",
            b"%PDF-1.7",
            b"",
            b"PK\x03\x04",
        ] {
            assert_eq!(kind(other), Err(NotAPicture::UnknownFormat));
        }
        assert_eq!(kind(&vec![0; MAX_BYTES + 1]), Err(NotAPicture::TooLarge));
    }
}
