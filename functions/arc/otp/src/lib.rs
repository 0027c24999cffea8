//! Arc: one-time passwords and codes. One file for each operation; [`routes`] is the whole group on one screen.

mod cache;
mod qr_code;
mod routes;
mod send;
mod verify;

pub use routes::{document, routes};
