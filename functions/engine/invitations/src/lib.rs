//! Engine: inviting people, and accepting. One file for each operation; [`routes`] is the whole group on one screen.

mod accept;
mod invite;
mod list;
mod resend;
mod revoke;
mod routes;
mod shape;

pub use routes::{document, routes};
