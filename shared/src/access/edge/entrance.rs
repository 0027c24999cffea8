//! Operations that anybody may call: nobody is asked who they are, but restrictions hold. It is decided before the operation
//! begins, so that whoever is kept out costs no hash, counts no attempt and learns nothing.

use std::net::IpAddr;

use super::decision::{Asked, Refusal, restricted};
use super::kept;
use super::path::EdgePath;
use crate::App;
use crate::act::Undone;

/// Lets in whom no restriction keeps out of `path`: one wait, and a second where the tables have changed.
///
/// # Errors
/// [`Refusal::Restricted`]; or what fails, and then nobody is let in.
pub async fn enter(app: &App, method: &str, path: Option<&EdgePath>, ip: IpAddr) -> Result<(), Undone<Refusal>> {
    let [version] = app.store.get([kept::version_key()]).await?;
    let tables = app.edge.tables(&app.store, version.as_ref()).await?;
    let place = app.edge.place(&tables, ip);
    let asked = Asked {
        method,
        path,
        ip,
        place: place.as_ref(),
    };
    restricted(&tables, &asked).map_err(Undone::Refused)
}
