//! What may happen once happens once, whoever comes at the same moment.
//!
//! Two ways to find out: [`explorer`] decides the order of the store calls of a few clients, all orders where they are few,
//! and lets clients die and answers get lost in between; [`crowd`] lets twenty real clients loose over HTTP.

mod activations;
mod administration;
mod arc_crowd;
mod barong_crowd;
mod barong_tokens;
mod census;
mod codes_and_pairs;
mod crowd;
mod customers;
mod edge;
mod edge_tables;
mod explorer;
mod home_roles;
mod identity_admins;
mod invitations;
mod lists;
mod mails;
mod memberships;
mod metrics;
mod named_permissions;
mod names;
mod one_time_passwords;
mod passkey_removals;
mod passkeys;
mod password_changes;
mod people;
mod providers;
mod resets;
mod revocations;
mod roles;
mod second_factors;
mod sign_ins;
mod sign_ups;
mod tenant_crowd;
mod tenants;
mod turnstile;
