//! Oneself.

pub mod activity;
pub mod delete;
pub mod me;
pub mod password;
