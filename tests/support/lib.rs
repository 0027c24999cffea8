//! What the black-box tests stand on: a server in this process with a fresh table, a clock that is set by hand and seeded
//! randomness, and a client that speaks to it over HTTP.

pub mod administrator;
pub mod arc;
pub mod authenticator;
pub mod barong;
pub mod binaries;
pub mod browser;
pub mod client;
pub mod decision;
pub mod edge;
pub mod emulator;
pub mod events;
pub mod identity;
pub mod managing;
pub mod mmdb;
pub mod owner;
pub mod picture;
pub mod provider;
pub mod ranks;
pub mod runtime_api;
pub mod server;
pub mod services;
pub mod tenant;
pub mod totp;
pub mod traveller;

pub use administrator::Administrator;
pub use arc::Arc;
pub use barong::Barong;
pub use browser::Browser;
pub use client::{Answer, Client};
pub use identity::Identity;
pub use managing::Managing;
pub use server::{Server, Table};
pub use tenant::Tenant;
pub use totp::Codes;

/// A password that every rule accepts.
pub const PASSWORD: &str = "correct horse battery staple";
