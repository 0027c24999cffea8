//! Stories, on both engines.

mod account;
mod key_rotation;
mod lost_phone;
mod second_factor;
mod two_surfaces;
