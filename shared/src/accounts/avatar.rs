//! Pictures of users: sniffed, capped, kept under a random name, served as what they are.

use serde::{Deserialize, Serialize};

use super::profile::{self, Gone};
use crate::App;
use crate::act::Undone;
use crate::files::{File, FileError};
use crate::ids::UserId;
use crate::random::Random;

/// Bytes that a picture has at most.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// `<32 hexadecimal digits>.jpg`; the ending is the published API's and says nothing about the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AvatarName(String);

impl AvatarName {
    fn generate(random: &Random) -> Self {
        Self(format!("{:032x}.jpg", random.u128()))
    }

    /// Reads a name; anything else than a name that was made here is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_suffix(".jpg")?;
        let hex = digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        hex.then(|| Self(text.to_owned()))
    }

    /// The path at which it is served.
    pub fn path(&self) -> String {
        format!("/avatar/{}", self.0)
    }

    fn file(&self) -> String {
        format!("avatar/{}", self.0)
    }
}

impl TryFrom<String> for AvatarName {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| "not an avatar's name".to_owned())
    }
}

impl From<AvatarName> for String {
    fn from(name: AvatarName) -> Self {
        name.0
    }
}

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
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let sniffed = infer::get(bytes)?.mime_type();
    ["image/png", "image/jpeg", "image/gif", "image/webp"]
        .into_iter()
        .find(|known| *known == sniffed)
}

/// Changes a profile together with its picture; the previous picture is removed.
///
/// # Errors
/// [`Gone`]; the profile and its picture are then as before.
pub async fn replace(
    app: &App,
    id: UserId,
    picture: Picture,
    change: impl Fn(&mut profile::Profile),
) -> Result<(), Undone<Gone>> {
    let name = AvatarName::generate(&app.random);
    app.files.put(&name.file(), &picture.0).await?;
    let updated = profile::update(app, id, |profile| {
        change(profile);
        profile.avatar = Some(name.clone());
    });
    match updated.await {
        Ok(before) => {
            if let Some(previous) = before.avatar {
                discard(app, &previous).await;
            }
            Ok(())
        }
        Err(error) => {
            discard(app, &name).await;
            Err(error)
        }
    }
}

/// A file that is left over costs space and shows nothing: its name is not known to anybody. So this may fail.
async fn discard(app: &App, name: &AvatarName) {
    if let Err(error) = app.files.delete(&name.file()).await {
        tracing::warn!(%error, "an avatar was left over");
    }
}

/// The picture of this name, with its real type.
///
/// # Errors
/// [`FileError`] when the files cannot be read.
pub async fn load(app: &App, name: &AvatarName) -> Result<Option<File>, FileError> {
    let Some(bytes) = app.files.get(&name.file()).await? else {
        return Ok(None);
    };
    Ok(media_type(&bytes).map(|media_type| File { bytes, media_type }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_were_made_here() {
        let name = AvatarName::generate(&Random::seeded(1));
        assert_eq!(AvatarName::parse(&String::from(name.clone())), Some(name));
        for text in [
            "",
            ".jpg",
            "../keyring.json",
            "a.jpg",
            &format!("{}.jpg", "A".repeat(32)),
            &"a".repeat(32),
        ] {
            assert_eq!(AvatarName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn content_decides() {
        let kind = |bytes: &[u8]| Picture::sniff(bytes.to_vec()).map(|picture| picture.0.media_type);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Ok("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0\0\x10JFIF\0"), Ok("image/jpeg"));
        assert_eq!(kind(b"GIF89a\x01\0\x01\0"), Ok("image/gif"));
        assert_eq!(kind(b"RIFF\x24\0\0\0WEBPVP8 "), Ok("image/webp"));
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
