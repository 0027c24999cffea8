//! The table, on both engines.
