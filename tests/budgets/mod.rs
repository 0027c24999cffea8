//! What requests cost: round trips on the table, counted.
//!
//! A *wait* is a call that nothing else hides: calls that are under way at the same time are one wait, and a call that
//! begins while a hash is being made hides behind the hash, which takes longer than any of them. [`meter`] counts both.

mod arc;
mod arc_clients;
mod barong;
mod barong_admin;
mod barong_admin_lists;
mod barong_admin_users;
mod barong_edge;
mod barong_resource;
mod capacity;
mod counted;
mod every;
mod identity;
mod identity_roles;
mod large;
mod lists;
pub mod meter;
mod operations;
mod passkeys;
mod prices;
mod scale;
mod social;
mod tenants;
