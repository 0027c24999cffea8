//! Engine: seeing and ending sessions. One file for each operation; [`routes`] is the whole group on one screen.

mod list;
mod revoke;
mod revoke_others;
mod routes;

pub use routes::{document, routes};
