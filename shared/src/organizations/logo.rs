//! Logos of organizations.

use crate::App;
use crate::files::picture::{self, Picture};
use crate::files::{File, FileError};

/// Where logos are kept, and the first part of the path at which they are served.
const FOLDER: &str = "org-logo";

/// A logo that is kept before its organization is: it is discarded when there comes to be none.
#[derive(Debug)]
pub struct Logo(String);

impl Logo {
    /// Keeps a picture as a logo.
    ///
    /// # Errors
    /// [`FileError`]; nothing is kept then.
    pub async fn keep(app: &App, picture: &Picture) -> Result<Self, FileError> {
        let name = picture::new_name(&app.random, picture.extension());
        picture.keep(app, FOLDER, &name).await?;
        Ok(Self(name))
    }

    /// The path at which it is served: `/org-logo/<32 hexadecimal digits>.<format>`.
    pub fn path(&self) -> String {
        format!("/{FOLDER}/{}", self.0)
    }

    /// Removes it.
    pub async fn discard(self, app: &App) {
        picture::discard(app, FOLDER, &self.0).await;
    }
}

/// The logo of this name, with its real type; `None` for any text that is not the name of one.
///
/// # Errors
/// [`FileError`] when the files cannot be read.
pub async fn load(app: &App, name: &str) -> Result<Option<File>, FileError> {
    match picture::is_name_of_any(name) {
        true => picture::load(app, FOLDER, name).await,
        false => Ok(None),
    }
}
