//! What a request costs does not depend on how many organizations and users there are.

use dynoxide::{AttributeValue, Database, ImportOptions, Item};
use tests::Server;
use tests::server::{Table, fresh_name};

use super::meter::Metered;
use super::operations::costs;
use super::tenants::costs_of_tenants;
use super::{identity, identity_roles};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_organizations_and_users_cost_nothing() {
    let mut tables = Vec::new();
    for count in [1, 100_000] {
        let database = Database::memory().unwrap();
        let (endpoint, _served) = countersign::serve_embedded(database.clone()).await.unwrap();
        let name = fresh_name();
        let setup = Server::setup()
            .env("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)
            .env("TABLE_NAME", &name)
            .env("CREATE_TABLE", "1");
        let metered = Metered::start(setup, Table::Embedded).await.unwrap();
        let mut items = organizations(count);
        items.extend(users(count));
        items.extend(holders(count));
        for some in items.chunks(20_000) {
            let done = database
                .import_items(&name, some.to_vec(), ImportOptions::default())
                .unwrap();
            assert_eq!(done.items_imported, some.len());
        }
        let mut all = costs(&metered).await;
        all.extend(costs_of_tenants(&metered).await);
        all.extend(identity::costs(&metered).await);
        all.extend(identity_roles::costs(&metered).await);
        tables.push(all);
    }
    assert_eq!(tables[0], tables[1]);
    assert!(tables[0].len() >= 85);
}
