//! What every function does with HTTP before and after its own work.

mod bearer;
pub mod body;
pub mod client;
pub mod gateway;
pub mod layers;
pub mod log;
pub mod metrics;
pub mod operations;
pub mod query;
pub mod throttle;

pub use bearer::bearer;
pub use client::{ClientAddress, Gateway, Proxies};

/// Bytes that a body has at most.
pub const MAX_BODY: usize = 1024 * 1024;

/// Bytes that a multipart body has at most.
pub const MAX_MULTIPART: usize = 10 * 1024 * 1024;
