//! The table, on both engines: reading, writing, limits, faults, and what survives a process.

pub mod conditions;
mod connections;
mod faults;
mod kills;
mod limits;
mod notes;
mod people;
mod process;
mod reading;
mod storms;
mod tallies;
mod together;
pub mod wire;
mod writing;
