//! Engine: passkeys. One file for each operation; [`routes`] is the whole group on one screen.

mod check;
mod delete;
mod list;
mod login_begin;
mod login_finish;
mod register_begin;
mod register_finish;
mod response;
mod routes;

pub use routes::{document, routes};
