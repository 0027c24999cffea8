//! Barong: what users do with their own account. One file for each kind of thing, or a folder where an operation has any
//! weight; [`routes`] is the whole group on one screen.

mod api_keys;
mod data_storage;
mod documents;
mod labels;
mod otp;
mod phones;
mod profiles;
mod refusals;
mod routes;
mod users;

pub use routes::{document, routes};
