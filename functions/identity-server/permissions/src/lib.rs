//! Identity-server: named permissions. One file for each operation; [`routes`] is the whole group on one screen.

mod create;
mod delete;
mod find;
mod find_all;
mod routes;

pub use routes::{document, routes};
