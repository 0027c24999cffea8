//! Engine: permissions, master data, and asking for a decision. One file for each operation; [`routes`] is the whole group
//! on one screen.

mod authorize;
mod create;
mod master_data;
mod routes;

pub use routes::{document, routes};
