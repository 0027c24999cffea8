//! What is written about the project is true.

mod openapi;
mod readme;
