//! Tokens: the keys that sign them, the access tokens of each surface, and secrets that work once.

pub mod access;
pub mod arc;
pub mod barong;
pub mod jwt;
pub mod keyring;
pub mod keys;
pub mod mailed;
pub mod one_time;
pub mod rotation;
pub mod secret;

pub use keyring::Keyring;
pub use keys::Keys;
pub use one_time::OneTime;
pub use secret::{Secret, SecretHash};
