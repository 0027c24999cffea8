//! Identity-server: accounts. One file for each operation; [`routes`] is the whole group on one screen.

mod activate;
mod authenticate;
mod find;
mod find_all;
mod register;
mod reset_password;
mod routes;
mod shape;
mod validate;

pub use routes::{document, routes};
