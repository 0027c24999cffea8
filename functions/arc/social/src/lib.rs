//! Arc: signing in through a provider, and signing out there. One file for each provider, which says where its operations are;
//! what they do is the same for all of them, in [`start`] and [`callback`]. [`routes`] is the whole group on one screen.

mod apple;
mod callback;
mod facebook;
mod google;
mod instagram;
mod keycloak;
mod logout;
mod routes;
mod start;

pub use routes::{document, routes};
