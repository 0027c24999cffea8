//! The table, on both engines: reading, writing, limits, faults, and what survives a process.

pub mod conditions;
mod faults;
mod kills;
mod limits;
mod notes;
mod process;
mod reading;
mod tallies;
mod together;
pub mod wire;
mod writing;
