//! Arc: what is for administrators: OAuth clients, and who signed in. One file for each operation; [`routes`] is the whole group
//! on one screen.

mod count;
mod create;
mod delete;
mod find;
mod form;
mod get;
mod logins;
mod replace;
mod routes;
mod update;
mod update_all;
mod view;

pub use routes::{document, routes};
