//! Everything a function needs to know about identity.
//!
//! | room | what is in it |
//! |---|---|
//! | [`accounts`] | user, profile, state, e-mail addresses, sign-up, registration and activation, change and reset of passwords |
//! | [`credentials`] | passwords |
//! | [`tokens`] | keyring, access tokens, secrets that work once |
//! | [`sessions`] | sign-in, opening, checking and ending sessions |
//! | [`access`] | roles and what they give |
//! | [`clients`] | OAuth clients |
//! | [`federation`] | signing in through Google, Facebook, Instagram, Apple, Keycloak |
//! | [`organizations`] | tenants and membership |
//! | [`activity`] | the audit log |
//! | [`notify`] | messages: templates, the outbox, SES, the local mailbox |
//! | [`store`] | the table: get, query, commit |
//! | [`files`] | uploaded files |
//! | [`surfaces`] | what the functions of one surface have in common |
//! | [`http`] | client address, limits, headers, log, the Lambda gateway |
//! | [`act`] | how an act ends when it is not done |
//! | [`app`], [`config`], [`clock`], [`random`], [`ids`], [`aws`] | what everything else is made of |

#![deny(missing_docs)]

pub mod access;
pub mod accounts;
pub mod act;
pub mod activity;
pub mod app;
pub mod aws;
pub mod bootstrap;
pub mod clients;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod federation;
pub mod files;
pub mod http;
pub mod ids;
pub mod notify;
pub mod organizations;
pub mod random;
pub mod sessions;
pub mod store;
pub mod surfaces;
pub mod tokens;

pub use app::App;
