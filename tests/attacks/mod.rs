//! `security.md`: one named test for each attack that applies. README.md says which test keeps which line.

mod addresses;
mod admin_lists;
mod administration;
mod arc_tokens;
mod at_rest;
mod catalogue;
mod deny;
mod doors;
mod edge;
mod enumeration;
mod failures;
mod federation;
mod forged_tokens;
pub mod forger;
mod guessing;
mod headers;
mod identity_accounts;
mod identity_roles;
mod identity_tokens;
mod links;
mod logs;
mod malformed;
mod mass_assignment;
mod noise;
mod passkeys;
mod passwords;
mod sessions;
pub mod tenancy;
mod tenancy_table;
mod throttled_mail;
mod timing;
mod uploads;
mod wrong_tokens;

use shared::ids::UserId;
use shared::store::Item;
use tests::Server;
use tests::client::claims;

/// Whose token this is.
fn user_of(token: &str) -> UserId {
    UserId::parse(claims(token)["sub"].as_str().unwrap()).unwrap()
}

/// Everything in the table.
async fn dump(server: &Server) -> Vec<Item> {
    server.dump().await
}

/// An item's attribute as text, or nothing.
fn text_of<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str)
}
