//! What somebody administrates by a system role. Whoever has none of them administrates nothing, whatever else they may do.

/// An administration. Each has one system role, which its own administrators and those of the organization give and take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Office {
    /// An organization, by engine's system role.
    Organization,
    /// Users, roles and permissions of identity-server, by the home organization's role `admin`.
    Identity,
}

impl Office {
    /// The offices there are.
    pub const ALL: [Office; 2] = [Office::Organization, Office::Identity];
}
