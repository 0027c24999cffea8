//! Arc: one-time passwords and codes. One file for each operation; [`routes`] is the whole group on one screen.

mod cache;
mod routes;
mod send;
mod verify;

pub use routes::{document, routes};
