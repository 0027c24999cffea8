//! Arc: signing in for a client, tokens, passwords and sign-up. One file for each operation; [`routes`] is the whole group on
//! one screen.

mod change_password;
mod forget_password;
mod login;
mod login_token;
mod logout;
mod me;
mod reset_password;
mod routes;
mod shape;
mod sign_up_create_token;
mod sign_up_create_user;
mod sign_up_verify_token;
mod switch_token;
mod token;
mod token_refresh;
mod verify_reset_password_link;

pub use routes::{document, routes};
