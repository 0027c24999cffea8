//! Barong: whether a gateway lets a request through. [`routes`] is the whole group on one screen.

mod authorize;
mod routes;

pub use routes::{document, routes};
