//! Users: one file an operation, or several that belong together.

pub mod data_storage;
pub mod get;
pub mod labels;
pub mod role;
pub mod update;
