//! Barong: what administrators do. One file for each kind of thing, or a folder where an operation has any weight;
//! [`routes`] is the whole group on one screen, with what each operation needs of its caller's role.

mod activities;
mod api_keys;
mod by;
mod entities;
mod levels;
mod lists;
mod metrics;
mod parameters;
mod permissions;
mod profiles;
mod refusals;
mod restrictions;
mod routes;
mod users;

pub use routes::{document, routes};
