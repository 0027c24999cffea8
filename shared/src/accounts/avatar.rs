//! Pictures of users.

use serde::{Deserialize, Serialize};

use super::profile::{self, Gone};
use crate::App;
use crate::act::Undone;
use crate::files::picture::{self, Picture};
use crate::files::{File, FileError};
use crate::ids::UserId;

/// Where pictures of users are kept.
const FOLDER: &str = "avatar";

/// The ending of every avatar's name. It is the published API's, and says nothing about the content.
const EXTENSION: &str = ".jpg";

/// `<32 hexadecimal digits>.jpg`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AvatarName(String);

impl AvatarName {
    /// Reads a name; anything else than a name that was made here is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        picture::is_name(text, EXTENSION).then(|| Self(text.to_owned()))
    }

    /// The path at which it is served.
    pub fn path(&self) -> String {
        format!("/avatar/{}", self.0)
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
    let name = AvatarName(picture::new_name(&app.random, EXTENSION));
    picture.keep(app, FOLDER, &name.0).await?;
    let updated = profile::update(app, id, |profile| {
        change(profile);
        profile.avatar = Some(name.clone());
    });
    match updated.await {
        Ok(before) => {
            if let Some(previous) = before.avatar {
                picture::discard(app, FOLDER, &previous.0).await;
            }
            Ok(())
        }
        Err(error) => {
            picture::discard(app, FOLDER, &name.0).await;
            Err(error)
        }
    }
}

/// The picture of this name, with its real type.
///
/// # Errors
/// [`FileError`] when the files cannot be read.
pub async fn load(app: &App, name: &AvatarName) -> Result<Option<File>, FileError> {
    picture::load(app, FOLDER, &name.0).await
}
