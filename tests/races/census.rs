//! What must be so in an organization after whatever happened: every counter and every copy agrees with the items that
//! are there.

use std::collections::{BTreeMap, BTreeSet};

use shared::access::role::{ALL_ROLES, RoleName};
use shared::access::role_number::{ROLE_NUMBERS, RoleNumber};
use shared::access::{Office, Role};
use shared::accounts::User;
use shared::ids::{OrgId, RoleId, UserId};
use shared::organizations::Organization;
use shared::organizations::holders::Holder;
use shared::organizations::invitations::Invitation;
use shared::organizations::membership::{Membership, Who};
use shared::sessions;
use shared::store::query::Index;
use shared::store::record::read;
use shared::store::{Commit, Item, Query, Record, StoreError};
use tests::Server;
use tests::server::Table::Embedded;

use super::explorer::server_on;

/// What the place of a pending invitation begins with.
const PLACE: &str = "INVITED#";

/// An organization as it is in the table.
#[derive(Debug)]
pub struct Census {
    pub organization: Organization,
    pub roles: Vec<Role>,
    pub members: Vec<Membership>,
    pub invitations: Vec<Item>,
    /// Addresses with a pending invitation.
    pub places: Vec<Item>,
    /// Numbers of roles.
    numbers: Vec<RoleNumber>,
    /// Who is found by a role.
    holders: Vec<Holder>,
}

/// An attribute as text, or nothing.
pub fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.map_or("", String::as_str)
}

impl Census {
    /// Reads an organization.
    pub async fn of(server: &Server, org: OrgId) -> Self {
        let store = &server.app().store;
        let partition = Organization::partition(org);
        let items = store.query_to_end(Query::partition(&partition)).await.unwrap();
        let members = Query::partition(&partition).of(Index::Gsi1).begins(Membership::PREFIX);
        let members = store.query_to_end(members).await.unwrap();
        let of = |prefix: &str| -> Vec<Item> {
            let wanted = items.iter().filter(|item| text(item, "sk").starts_with(prefix));
            wanted.cloned().collect()
        };
        Self {
            organization: read(of("ORG").pop().expect("an organization")).unwrap(),
            roles: of(Role::PREFIX).into_iter().map(|item| read(item).unwrap()).collect(),
            members: members.into_iter().map(|item| read(item).unwrap()).collect(),
            invitations: of(Invitation::PREFIX),
            places: of(PLACE),
            numbers: of(RoleNumber::PREFIX)
                .into_iter()
                .map(|item| read(item).unwrap())
                .collect(),
            holders: of(Holder::PREFIX).into_iter().map(|item| read(item).unwrap()).collect(),
        }
    }

    /// The membership of `user`, if it is a member.
    pub fn member(&self, user: UserId) -> Option<&Membership> {
        self.members.iter().find(|member| member.user_id == user)
    }

    /// What became of the invitations, as it is written down, in the order in which they were made.
    pub fn statuses(&self) -> Vec<&str> {
        self.invitations.iter().map(|item| text(item, "status")).collect()
    }

    fn check_counters(&self) {
        let Self { organization, .. } = self;
        let admins = self
            .members
            .iter()
            .filter(|member| member.is_admin && member.is_in_force());
        assert_eq!(organization.members, self.members.len() as u64, "members: {self:#?}");
        assert_eq!(organization.admins, admins.count() as u64, "admins: {self:#?}");
        let usable = |member: &&Membership| member.is_in_force() && member.who.account_state.may_sign_in();
        let identity_admins = self.members.iter().filter(usable);
        let identity_admins = identity_admins.filter(|member| member.holds(Office::Identity)).count() as u64;
        assert_eq!(
            organization.identity_admins, identity_admins,
            "administrators of identity-server: {self:#?}"
        );
        assert_eq!(identity_admins > 0, organization.id == OrgId::HOME, "{self:#?}");
        assert!(organization.admins >= 1, "nobody is left to administrate: {self:#?}");
        assert_eq!(organization.roles, self.roles.len() as u64, "roles: {self:#?}");
        assert_eq!(
            organization.invitations,
            self.invitations.len() as u64,
            "invitations: {self:#?}"
        );
        for role in &self.roles {
            let users = self
                .members
                .iter()
                .filter(|member| member.role_ids.contains(&role.id))
                .count();
            assert_eq!(role.users, users as u64, "users of {role:?}: {self:#?}");
            let id = role.id.to_string();
            let invited = self.places.iter().filter(|place| text(place, "role_id") == id).count();
            assert_eq!(role.invitations, invited as u64, "invitations into {role:?}: {self:#?}");
            let grants: BTreeSet<String> = role
                .grants
                .iter()
                .map(|grant| grant.permission.to_lowercase())
                .collect();
            assert_eq!(grants.len(), role.grants.len(), "granted twice: {role:?}");
        }
    }

    fn check_members(&self) {
        for member in &self.members {
            let roles: BTreeSet<_> = member.role_ids.iter().collect();
            assert_eq!(roles.len(), member.role_ids.len(), "the same role twice: {member:?}");
            assert!(!roles.is_empty(), "a member without roles: {member:?}");
            let held: Vec<_> = self.roles.iter().filter(|role| roles.contains(&role.id)).collect();
            assert_eq!(held.len(), roles.len(), "has a role that is gone: {member:?}");
            assert_eq!(
                member.is_admin,
                held.iter().any(|role| role.office() == Some(Office::Organization)),
                "not what its roles say: {member:?}"
            );
        }
    }

    /// The home organization's roles have numbers, and those who have them are found by them; no other's.
    async fn check_numbers(&self, server: &Server) {
        let found: BTreeMap<i64, RoleId> = self.numbers.iter().map(|known| (known.number, known.role_id)).collect();
        let numbered = self.roles.iter().filter_map(|role| Some((role.number?, role.id)));
        assert_eq!(found, numbered.collect(), "numbers: {self:#?}");
        let held: BTreeSet<_> = self
            .holders
            .iter()
            .map(|holder| (holder.role_id, holder.user_id))
            .collect();
        let has =
            |member: &Membership| -> Vec<_> { member.role_ids.iter().map(|role| (*role, member.user_id)).collect() };
        let is_home = self.organization.id == OrgId::HOME;
        let wanted: BTreeSet<_> = self.members.iter().filter(|_| is_home).flat_map(has).collect();
        assert_eq!(held, wanted, "who is found by a role: {self:#?}");
        assert_eq!(found.len(), if is_home { self.roles.len() } else { 0 });
        if is_home {
            let [sequence] = server.app().store.get([ROLE_NUMBERS.key()]).await.unwrap();
            let next = ROLE_NUMBERS.next(sequence.as_ref()).unwrap();
            assert_eq!(next.in_use(), self.roles.len() as i64, "numbers in use");
            assert!(found.keys().all(|number| *number < next.number()), "{found:?} {next:?}");
        }
    }

    fn check_invitations(&self) {
        let pending = self
            .invitations
            .iter()
            .filter(|invitation| text(invitation, "status") == "pending");
        let whom = |item: &Item, id: &str| (text(item, id).to_owned(), text(item, "role_id").to_owned());
        let pending: BTreeMap<_, _> = pending
            .map(|item| (whom(item, "id"), text(item, "valid_until")))
            .collect();
        let places: BTreeMap<_, _> = self
            .places
            .iter()
            .map(|item| (whom(item, "invitation_id"), text(item, "valid_until")))
            .collect();
        assert_eq!(pending, places, "{self:#?}");
        for invitation in &self.invitations {
            let accepted = text(invitation, "status") == "accepted";
            assert_eq!(accepted, invitation.contains_key("accepted_at"), "{invitation:?}");
        }
        // A role that somebody is invited into is there.
        let ids: Vec<String> = self.roles.iter().map(|role| role.id.to_string()).collect();
        for place in &self.places {
            assert!(ids.iter().any(|id| id == text(place, "role_id")), "{self:#?}");
        }
    }

    async fn check_names(&self, server: &Server) {
        let query = Query::partition(Organization::partition(self.organization.id)).begins(RoleName::PREFIX);
        let claims = server.app().store.query_to_end(query).await.unwrap();
        let claims: BTreeSet<(String, String, String)> = claims
            .into_iter()
            .map(|item| {
                let sk = text(&item, "sk").to_owned();
                let claim: RoleName = read(item).unwrap();
                (sk, claim.role_id.to_string(), claim.name)
            })
            .collect();
        let wanted: BTreeSet<(String, String, String)> = self
            .roles
            .iter()
            .map(|role| (role.claim().key().sk, role.id.to_string(), role.name.clone()))
            .collect();
        assert_eq!(claims, wanted, "the claims on names");
    }

    async fn check_users(&self, server: &Server) {
        let app = server.app();
        for member in &self.members {
            let [user] = app.store.get([User::key_of(member.user_id)]).await.unwrap();
            let user: User = read(user.expect("a user")).unwrap();
            assert_eq!(member.who, Who::of(&user), "the copy of a user");
            let all = sessions::memberships(app, user.id).await.unwrap();
            assert_eq!(user.member_of, all.len() as u64, "{user:?} belongs to {all:?}");
        }
    }

    /// Compares everything with everything; `elsewhere` is the number of roles of all other organizations.
    async fn check(&self, server: &Server, elsewhere: u64) {
        self.check_counters();
        self.check_members();
        self.check_invitations();
        self.check_names(server).await;
        self.check_numbers(server).await;
        self.check_users(server).await;
        let tally = ALL_ROLES.read(&server.app().store).await.unwrap();
        assert_eq!(tally, elsewhere + self.roles.len() as u64, "the tally of all roles");
    }
}

/// Roles of all organizations but `org`, as they are counted.
pub async fn roles_elsewhere(server: &Server, org: OrgId) -> u64 {
    let tally = ALL_ROLES.read(&server.app().store).await.unwrap();
    tally - Census::of(server, org).await.roles.len() as u64
}

/// Reads an organization, and checks everything that must be so in it.
pub async fn census(server: &Server, org: OrgId, elsewhere: u64) -> Census {
    let census = Census::of(server, org).await;
    census.check(server, elsewhere).await;
    census
}

/// A census that sees nothing proves nothing: each of these disturbances is seen.
#[tokio::test]
async fn the_census_sees_what_is_wrong() {
    use shared::store::Condition::Present;
    use shared::store::commit::{Step, text as value};
    let server = server_on(Embedded).await.unwrap();
    let app = server.app();
    let tenant = super::tenants::tenant(&server).await;
    let role = tenant.role(&server, "Clerk").await;
    let org = Organization::key_of(tenant.org);
    let role = Role::key_of(tenant.org, role);
    let member = Membership::key_of(tenant.admin.user.id, tenant.org);
    let user = User::key_of(tenant.admin.user.id);
    let disturbances = [
        (org.clone(), Step::Add("members", 1)),
        (org.clone(), Step::Add("admins", 1)),
        (org.clone(), Step::Add("identity_admins", 1)),
        (org.clone(), Step::Add("roles", -1)),
        (org, Step::Add("invitations", 1)),
        (role.clone(), Step::Add("users", 1)),
        (role.clone(), Step::Add("invitations", 1)),
        (role, Step::Set("name", value("Scribe"))),
        (member, Step::Set("last_name", value("Nobody"))),
        (user, Step::Add("member_of", 1)),
    ];
    census(&server, tenant.org, tenant.elsewhere).await;
    for (key, step) in disturbances {
        let [before] = app.store.get([key.clone()]).await.unwrap();
        let (name, back) = match &step {
            Step::Add(name, by) => (*name, Step::Add(name, -by)),
            Step::Set(name, _) => (*name, Step::Set(name, before.unwrap()[*name].clone())),
            other => panic!("{other:?}"),
        };
        let write = async |step: Step| {
            let mut commit = Commit::<StoreError>::new();
            commit.update(key.clone(), Present, [step]);
            app.store.commit(commit).await.unwrap();
        };
        write(step).await;
        let found = std::panic::AssertUnwindSafe(census(&server, tenant.org, tenant.elsewhere));
        let found = futures_util::FutureExt::catch_unwind(found).await;
        assert!(found.is_err(), "{name} of {key:?} was not seen");
        write(back).await;
    }
    census(&server, tenant.org, tenant.elsewhere).await;
}
