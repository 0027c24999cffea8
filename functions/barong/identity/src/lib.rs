//! Barong: accounts, sessions, and what anybody may ask. One file for each operation; [`routes`] is the whole group on one
//! screen.

mod access;
mod captcha;
mod configs;
mod confirm_email;
mod confirm_password;
mod generate_email_code;
mod generate_password_code;
mod mailing;
mod opened;
mod ping;
mod register_geetest;
mod routes;
mod sign_in;
mod sign_out;
mod sign_up;
mod time;
mod validate_password;
mod version;

pub use routes::{document, routes};
