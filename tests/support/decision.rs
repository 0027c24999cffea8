//! A decision of barong's edge with everything read: what both benchmarks measure.

use std::hint::black_box;

use jiff::Timestamp;
use shared::access::edge::decision::{Asked, Credential, Found, Grant, Owner, decide};
use shared::access::edge::{Category, EdgePath, Restriction, Scope, Tables, first};
use shared::accounts::State;
use shared::config::Config;

/// A member's own account, which is asked about most.
pub const MEMBER: (&str, &str, &str, Grant<'static>) =
    ("member", "GET", "api/v2/barong/resource/users/me", Grant::Permitted);

/// An administrator of the role that has the most rows.
pub const ACCOUNTANT: (&str, &str, &str, Grant<'static>) =
    ("accountant", "PUT", "api/v2/barong/admin/users", Grant::Audited(None));

/// What is decided by.
pub struct Edge {
    tables: Tables,
    config: Config,
}

impl Edge {
    /// The rows of a new table, and a hundred rules about other addresses.
    pub fn with_many_rules() -> Self {
        let now = Timestamp::UNIX_EPOCH;
        let rule = |id: i64| {
            let (scope, value) = match id % 2 {
                0 => (Scope::Ip, format!("203.0.113.{id}")),
                _ => (Scope::IpSubnet, format!("198.51.{id}.0/24")),
            };
            Restriction {
                id,
                category: Category::Blacklist,
                scope,
                value,
                code: 401,
                is_enabled: true,
                created_at: now,
                updated_at: now,
            }
        };
        Self {
            tables: Tables::new(first::permissions(now), (0..100).map(rule).collect()),
            config: Config::from_lookup(|_| None).unwrap(),
        }
    }

    /// Decides about one request, which is let through.
    pub fn decide(&self, (role, method, path, wanted): (&str, &str, &str, Grant<'_>)) {
        let path = EdgePath::parse(black_box(path));
        let asked = Asked {
            method,
            path: path.as_ref(),
            ip: [192, 0, 2, 1].into(),
            place: None,
        };
        let owner = Owner {
            state: State::Active,
            role,
            two_factor: false,
        };
        let credential = Credential::Cookie {
            csrf: Some(true),
            session: Found::Owner(owner),
        };
        let decided = decide(
            black_box(&self.tables),
            &self.config.edge.paths,
            true,
            &asked,
            credential,
        );
        assert_eq!(black_box(decided), Ok(wanted));
    }
}
