//! Platform: pages for people. They hold no data: what they show, the scripts in `assets/` fetch from the public API, with
//! the token of whoever is signed in. So a page is the same for everybody, and opening one does nothing: a mail scanner
//! that follows a link uses nothing up.
//!
//! [`routes`] is the whole group on one screen.

mod assets;
mod page;
mod routes;

pub use assets::style;
pub use routes::routes;
