//! Organizations and people by the hundred thousand, beside whom a request must cost what it costs without them (`every.rs`).

use dynoxide::{AttributeValue, Item};

fn item(pairs: &[(&str, &str)]) -> Item {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let mut item: Item = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), text(value)))
        .collect();
    item.insert("v".to_owned(), AttributeValue::N("1".to_owned()));
    item.insert("created_at".to_owned(), text("2026-01-01T00:00:00Z"));
    item
}

/// What the list of all users shows, of accounts that are younger than any other.
fn users(count: usize) -> Vec<Item> {
    let user = |n: usize| {
        let (uid, id) = (format!("ID{n:010}"), format!("7{n:025}"));
        item(&[
            ("pk", &format!("UID#{uid}")),
            ("sk", "CLAIM"),
            ("kind", "uid claim"),
            ("uid", &uid),
            ("user_id", &id),
            ("gsi1pk", "USERS"),
            ("gsi1sk", &id),
        ])
    };
    (1..=count).map(user).collect()
}

/// Who has another role of the home organization.
fn holders(count: usize) -> Vec<Item> {
    let role = "0".repeat(24) + "ZZ";
    let holder = |n: usize| {
        let (pk, user) = (format!("ORG#{}", "0".repeat(26)), format!("7{n:025}"));
        item(&[
            ("pk", &pk),
            ("sk", &format!("HOLDER#{role}#{user}")),
            ("kind", "holder"),
            ("role_id", &role),
            ("user_id", &user),
        ])
    };
    (1..=count).map(holder).collect()
}

/// Organizations, each with a role.
fn organizations(count: usize) -> Vec<Item> {
    let organization = |n: usize| {
        // 26 digits, after the home organization's zeros.
        let id = format!("{n:026}");
        let (pk, role) = (format!("ORG#{id}"), format!("ROLE#{id}"));
        [
            item(&[
                ("pk", &pk),
                ("sk", "ORG"),
                ("kind", "organization"),
                ("id", &id),
                ("name", "Acme"),
            ]),
            item(&[
                ("pk", &pk),
                ("sk", &role),
                ("kind", "role"),
                ("id", &id),
                ("org_id", &id),
                ("name", "Boss"),
            ]),
        ]
    };
    (1..=count).flat_map(organization).collect()
}

/// So many organizations, users, and people with a role of the home organization.
pub fn crowd(count: usize) -> Vec<Item> {
    let mut items = organizations(count);
    items.extend(users(count));
    items.extend(holders(count));
    items
}
