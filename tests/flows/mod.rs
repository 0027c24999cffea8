//! Stories, on both engines.

mod account;
mod key_rotation;
mod second_factor;
mod two_surfaces;
