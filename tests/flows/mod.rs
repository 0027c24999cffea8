//! Stories, on both engines.

mod account;
