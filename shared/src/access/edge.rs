//! Who may pass the edge: restrictions of where requests come from, rules of paths, and permissions of roles, as barong's
//! document has them. A gateway asks by its authz endpoint before it lets a request on, and barong's own routes ask by
//! themselves.
//!
//! Rooms: [`path`] the one spelling in which paths are compared, [`restriction`] and [`permission`] what is kept,
//! [`tables`] all of it ordered for deciding, [`decision`] the order of the checks, which is pure, [`ability`] what
//! administrators may do besides, [`kept`] what a process remembers, [`places`] where addresses are, [`passage`] a request at
//! the edge, [`entrance`] one that needs no passage, [`signed`] its token, [`protection`] who is protected from administrators,
//! [`first`] what a new table begins with, [`whitelink`] links that let an address in.

pub mod ability;
pub mod decision;
pub mod entrance;
pub mod first;
pub mod kept;
pub mod passage;
pub mod path;
pub mod permission;
pub mod places;
pub mod protection;
pub mod restriction;
pub mod signed;
pub mod tables;
pub mod whitelink;

pub use ability::Ability;
pub use decision::{Asked, Credential, Found, Grant, Owner, PathRules, Refusal, decide};
pub use passage::{By, Judged, Passenger, Ruling, judge};
pub use path::EdgePath;
pub use permission::{Action, Permission, Verb};
pub use restriction::{Category, Place, Restriction, Scope};
pub use tables::Tables;
