//! Engine: the members of an organization. One file for each operation; [`routes`] is the whole group on one screen.

mod activate;
mod deactivate;
mod list;
mod routes;
mod switch;

pub use routes::{document, routes};
