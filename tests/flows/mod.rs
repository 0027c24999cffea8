//! Stories, on both engines.

mod account;
mod second_factor;
mod two_surfaces;
