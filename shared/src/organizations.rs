//! Organizations, and who belongs to them.

pub mod membership;
pub mod organization;

pub use membership::Membership;
pub use organization::Organization;
