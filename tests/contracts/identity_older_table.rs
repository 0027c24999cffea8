//! A table from before identity-server gets what it lacks when the server starts.

use rstest::rstest;
use shared::access::Role;
use shared::access::role::{ALL_ROLES, RoleName};
use shared::access::role_number::{ROLE_NUMBERS, RoleNumber};
use shared::ids::{OrgId, RoleId};
use shared::organizations::holders::Holder;
use shared::organizations::{Membership, Organization};
use shared::store::commit::Step;
use shared::store::record::read;
use shared::store::{Commit, Condition, Key, Query, StoreError};
use tests::Server;
use tests::identity::ADMIN_ROLE;
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::house::HOME;

/// Makes the home organization what it was.
async fn make_older(server: &Server) {
    let store = &server.app().store;
    let partition = Organization::partition(OrgId::HOME);
    let items = store.query_to_end(Query::partition(&partition)).await.unwrap();
    let mut commit = Commit::<StoreError>::new();
    let always = Condition::Always;
    for item in items {
        let sk = item["sk"].as_s().unwrap().clone();
        let of = |prefix: &str| sk.starts_with(prefix);
        let admin = sk == Role::key_of(OrgId::HOME, RoleId::IDENTITY_ADMIN).sk;
        if of(RoleNumber::PREFIX) || of(Holder::PREFIX) || admin {
            commit.delete(Key::new(&partition, sk), always.clone());
        } else if of(Role::PREFIX) {
            commit.update(Key::new(&partition, sk), always.clone(), [Step::Remove("number")]);
        }
    }
    commit.delete(RoleName::key_of(OrgId::HOME, "admin"), always.clone());
    commit.delete(ROLE_NUMBERS.key(), always.clone());
    let steps = [Step::Remove("identity_admins"), Step::Add("roles", -1)];
    commit.update(Organization::key_of(OrgId::HOME), always.clone(), steps);
    ALL_ROLES.add(&mut commit, RoleId::IDENTITY_ADMIN.mark(), -1);
    store.commit(commit).await.unwrap();
    // Memberships that name it never did.
    let members = Query::partition(&partition)
        .of(shared::store::query::Index::Gsi1)
        .begins(Membership::PREFIX);
    for item in store.query_to_end(members).await.unwrap() {
        let mut member: Membership = read(item).unwrap();
        member.role_ids.retain(|role| *role != RoleId::IDENTITY_ADMIN);
        let mut commit = Commit::<StoreError>::new();
        commit.put(&member);
        store.commit(commit).await.unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn an_older_table_gets_numbers_holders_and_an_administrator(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = Server::on(table).await else { return };
    let (client, identity) = (server.client(), server.client().identity());
    let root = client.admin().await;
    // Super Admin is older.
    server.clock.advance(std::time::Duration::from_millis(1));
    let porter = client.make_role(&root, HOME, "Porter").await;
    let (ada, token) = identity.join("ada@example.com").await;
    client
        .bind(&root, HOME, &tests::identity::ulid_of(&ada), &porter)
        .await
        .expect(200);
    make_older(&server).await;
    let admin = identity.admin().await;
    identity.get_by(&admin, "/roles").await.expect_said(403, "Forbidden");

    // Several servers may start at the same time, and one may have been cut off.
    let app = server.app();
    let (first, second) = tokio::join!(shared::bootstrap::bootstrap(app), shared::bootstrap::bootstrap(app));
    first.unwrap();
    second.unwrap();
    shared::bootstrap::bootstrap(app).await.unwrap();
    let roles = identity.get_by(&admin, "/roles").await.expect(200).json();
    let roles: Vec<(i64, &str)> = roles
        .as_array()
        .unwrap()
        .iter()
        .map(|role| (role["id"].as_i64().unwrap(), role["name"].as_str().unwrap()))
        .collect();
    assert_eq!(roles, [(1, "Super Admin"), (2, "Porter"), (3, "admin")]);
    identity.get_by(&token, "/roles").await.expect_said(403, "Forbidden");
    // The one administrator is counted, and who has a role is found by it.
    let [home] = app.store.get([Organization::key_of(OrgId::HOME)]).await.unwrap();
    let home: Organization = read(home.unwrap()).unwrap();
    assert_eq!((home.identity_admins, home.roles, home.admins), (1, 3, 1));
    assert_eq!(ALL_ROLES.read(&app.store).await.unwrap(), 3);
    identity.delete_by(&admin, "/roles/2").await.expect(200);
    assert_eq!(identity.has(&token, &ada).await.0, [""; 0]);
    let uid = tests::identity::uid_of(&tests::client::user_id(&root));
    identity
        .revoke(&admin, ADMIN_ROLE, &uid)
        .await
        .expect_said(403, "Forbidden");
}
