//! Refusals that several operations have.

use shared::access::edge::Refusal;
use shared::access::edge::protection::Protected;
use shared::surfaces::barong::{BarongError, refused};

/// There is no such user.
pub fn no_user() -> BarongError {
    BarongError::not_found("admin.user.doesnt_exist")
}

/// The user is protected.
pub fn protected(why: Protected) -> BarongError {
    match why {
        Protected::Superadmin => BarongError::invalid("admin.user.superadmin_change"),
        Protected::Himself => BarongError::invalid("admin.user.update_himself"),
        Protected::NotInOffice => refused(Refusal::NotPermitted),
    }
}

/// Nobody takes identity-server its last administrator.
pub fn last_administrator() -> BarongError {
    BarongError::invalid("admin.user.last_administrator")
}
