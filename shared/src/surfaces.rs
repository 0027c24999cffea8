//! What the functions of one surface have in common: how errors look, how bodies are read, who is calling.

pub mod arc;
pub mod barong;
pub mod engine;
pub mod identity_server;
pub mod loopback;
