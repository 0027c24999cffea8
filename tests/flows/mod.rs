//! Stories, on both engines.

mod account;
mod two_surfaces;
