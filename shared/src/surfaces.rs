//! What the functions of one surface have in common: how errors look, how bodies are read, who is calling.

pub mod arc;
pub mod barong;
pub mod engine;
pub mod identity_server;
pub mod loopback;

use serde::Serialize;

/// Where a request comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// Organizations and rights.
    Engine,
    /// Accounts with confirmation and documents, and the edge.
    Barong,
    /// OAuth clients.
    Arc,
    /// Registration and activation.
    IdentityServer,
    /// Keys, pages, and what works behind the table's stream.
    Platform,
}

impl Surface {
    /// By what a path begins with.
    pub fn of(path: &str) -> Self {
        let below = |base: &str| {
            let rest = path.strip_prefix(base.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let known = [
            (Self::Engine, &["/api/v1", "/avatar", "/org-logo"][..]),
            (Self::Barong, &["/api/v2"]),
            (Self::IdentityServer, &["/identity/v1"]),
            // Pages have addresses among arc's.
            (Self::Platform, &["/auth/changepassword", "/auth/invitations"]),
            (Self::Arc, &arc::BASES),
        ];
        let found = known.iter().find(|(_, bases)| bases.iter().any(|base| below(base)));
        found.map_or(Self::Platform, |(surface, _)| *surface)
    }
}

#[cfg(test)]
mod tests {
    use super::Surface;

    #[test]
    fn a_path_belongs_to_one_surface() {
        for (path, surface) in [
            ("/api/v1/signin", Surface::Engine),
            ("/avatar/a.png", Surface::Engine),
            ("/api/v2/barong/resource/users/me", Surface::Barong),
            ("/identity/v1", Surface::IdentityServer),
            ("/auth/login", Surface::Arc),
            ("/auth-clients/1", Surface::Arc),
            ("/logout", Surface::Arc),
            ("/auth/changepassword/abc", Surface::Platform),
            ("/.well-known/jwks.json", Surface::Platform),
            ("/api/v10", Surface::Platform),
            ("/", Surface::Platform),
        ] {
            assert_eq!(Surface::of(path), surface, "{path}");
        }
    }
}
