//! Organizations, and who belongs to them.
//!
//! Rooms: [`organization`] what is kept of one, [`founding`] making one, [`logo`] its picture, [`membership`] who belongs,
//! [`members`] giving and taking roles, [`holders`] who has a role, [`suspension`] switching members off and on, [`directory`] listing them,
//! [`invitations`] asking somebody to join, [`tenancy`] organizations as arc's tenants.

pub mod directory;
pub mod founding;
pub mod holders;
pub mod invitations;
pub mod logo;
pub mod members;
pub mod membership;
pub mod organization;
pub mod suspension;
pub mod tenancy;

pub use membership::Membership;
pub use organization::Organization;
pub use tenancy::Tenancy;
