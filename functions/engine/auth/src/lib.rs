//! Engine: accounts and tokens. One file for each operation; [`routes`] is the whole group on one screen.

mod avatar;
mod change_password;
mod me;
mod renew;
mod reset;
mod routes;
mod signin;
mod signout;
mod signup;
mod social;
mod update_profile;

pub use routes::{document, routes};
