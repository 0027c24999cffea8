//! What is written about the project is true.

mod openapi;
pub mod readme;
