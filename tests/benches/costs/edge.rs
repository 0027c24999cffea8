//! What a decision of barong's edge costs, when everything that it needs was read.

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use shared::access::edge::decision::{Asked, Credential, Found, Grant, Owner, decide};
use shared::access::edge::{Category, EdgePath, Restriction, Scope, Tables, first};
use shared::accounts::State;
use shared::config::Config;

use super::row;

/// The rows of a new table, and a hundred rules about other addresses.
fn tables() -> Tables {
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
    Tables::new(first::permissions(now), (0..100).map(rule).collect())
}

/// One core, for so long: decisions a second.
fn per_second(role: &str, method: &str, path: &str, wanted: Grant<'_>, time: Duration) -> f64 {
    let (tables, rules) = (tables(), Config::from_lookup(|_| None).unwrap().edge.paths);
    let ip = "192.0.2.1".parse().unwrap();
    let owner = Owner {
        state: State::Active,
        role,
        two_factor: false,
    };
    let (begun, mut decisions) = (Instant::now(), 0_u32);
    while begun.elapsed() < time {
        for _ in 0..10_000 {
            let path = EdgePath::parse(black_box(path));
            let asked = Asked {
                method,
                path: path.as_ref(),
                ip,
                place: None,
            };
            let credential = Credential::Cookie {
                csrf: Some(true),
                session: Found::Owner(owner),
            };
            let decided = decide(black_box(&tables), &rules, true, &asked, credential);
            assert_eq!(black_box(decided), Ok(wanted));
        }
        decisions += 10_000;
    }
    f64::from(decisions) / begun.elapsed().as_secs_f64()
}

pub fn measure() {
    let time = Duration::from_secs(2);
    let me = "api/v2/barong/resource/users/me";
    let rate = per_second("member", "GET", me, Grant::Permitted, time);
    row(
        "a decision of barong's edge for a member, everything read, one core",
        &format!("{rate:.0}/s"),
        "over 1,000,000/s",
    );
    let rate = per_second(
        "accountant",
        "PUT",
        "api/v2/barong/admin/users",
        Grant::Audited(None),
        time,
    );
    row(
        "the same for an accountant, who has the most rows",
        &format!("{rate:.0}/s"),
        "",
    );
}
