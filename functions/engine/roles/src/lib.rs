//! Engine: roles, their permissions and their holders. One file for each operation; [`routes`] is the whole group on one
//! screen.

mod bind_permission;
mod bind_user;
mod create;
mod delete;
mod draft;
mod list;
mod permissions;
mod routes;
mod unbind_permission;
mod unbind_user;
mod update;

pub use routes::{document, routes};
