//! Who administers identity-server's surface.

use crate::ids::OrgId;
use crate::organizations::Membership;

/// Whether a membership makes an administrator of identity-server's surface.
pub fn is_administrator(membership: &Membership) -> bool {
    membership.org_id == OrgId::HOME && membership.is_in_force() && membership.is_admin
}
