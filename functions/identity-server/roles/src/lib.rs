//! Identity-server: roles, what they give, and who has them. One file for each operation; [`routes`] is the whole group on
//! one screen.

mod add_permission;
mod create;
mod delete;
mod find;
mod find_all;
mod grant;
mod reference;
mod remove_permission;
mod revoke;
mod routes;
mod shape;

pub use routes::{document, routes};
