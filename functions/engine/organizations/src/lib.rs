//! Engine: organizations and their logos. One file for each operation; [`routes`] is the whole group on one screen.

mod create;
mod details;
mod form;
mod get;
mod logo;
mod routes;

pub use routes::{document, routes};
