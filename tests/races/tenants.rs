//! Organizations for the races, made by the acts themselves, and who acts in them.

use std::sync::atomic::{AtomicU64, Ordering};

use shared::App;
use shared::access::role::{ALL_ROLES, Role};
use shared::access::roles::{self, Draft};
use shared::access::{Actor, Office, standing};
use shared::accounts::{Email, User};
use shared::act::Undone;
use shared::ids::{InvitationId, OrgId, RoleId, SessionId, UserId};
use shared::organizations::founding;
use shared::organizations::invitations::invite;
use shared::organizations::members::{self, NotBound};
use shared::organizations::membership::MemberState;
use shared::organizations::organization::Details;
use shared::organizations::suspension::{self, NotSwitched};
use shared::random::Random;
use shared::sessions::{LIFETIME, Session};
use shared::tokens::Secret;
use tests::Server;
use tests::server::ADMIN;

use super::census::{Census, census, roles_elsewhere};
use super::people::{account, newcomer, origin, until_answered};

/// An organization with one administrator.
pub struct Tenant {
    pub org: OrgId,
    pub admin: Actor,
    /// The system role.
    pub system: RoleId,
    /// Roles of all other organizations.
    pub elsewhere: u64,
}

/// Somebody who belongs to nothing yet.
pub async fn stranger(server: &Server) -> (UserId, Email) {
    let email = newcomer(server).await;
    (account(server, &email).await.user.id, email)
}

/// A new organization of somebody new.
pub async fn tenant(server: &Server) -> Tenant {
    tenant_of(server, stranger(server).await.0).await
}

/// A new organization of `founder`.
pub async fn tenant_of(server: &Server, founder: UserId) -> Tenant {
    let elsewhere = ALL_ROLES.read(&server.app().store).await.unwrap();
    let made = founding::create(server.app(), founder, "Acme", &Details::default(), &origin()).await;
    let org = made.unwrap().organization.id;
    let admin = actor(server, founder, org).await;
    let system: Vec<&Role> = admin.standing.roles.iter().filter(|role| role.is_system).collect();
    Tenant {
        org,
        system: system[0].id,
        elsewhere,
        admin,
    }
}

/// The home organization, and its first administrator.
pub async fn home(server: &Server) -> Tenant {
    let root = account(server, &Email::parse(ADMIN).unwrap()).await.user.id;
    let admin = actor(server, root, OrgId::HOME).await;
    let system = admin
        .standing
        .roles
        .iter()
        .find(|role| role.office() == Some(Office::Organization));
    Tenant {
        org: OrgId::HOME,
        system: system.unwrap().id,
        elsewhere: roles_elsewhere(server, OrgId::HOME).await,
        admin,
    }
}

/// A member, as the checks before an act find it.
pub async fn actor(server: &Server, user: UserId, org: OrgId) -> Actor {
    let app = server.app();
    let standing = standing::of_member(app, user, org).await.unwrap();
    let [item] = app.store.get([User::key_of(user)]).await.unwrap();
    let now = app.clock.now();
    Actor {
        user: shared::store::record::read(item.unwrap()).unwrap(),
        session: Session {
            id: SessionId::generate(&app.random),
            user_id: user,
            user_agent: "tests".into(),
            ip: origin().ip,
            created_at: now,
            last_seen: now,
            valid_until: now.checked_add(LIFETIME).unwrap(),
            epoch: 0,
            pair: None,
            cookie: None,
            upstream: None,
        },
        standing: standing.expect("a member"),
        origin: origin(),
    }
}

/// What a role is made of.
pub fn draft(name: &str) -> Draft {
    Draft {
        name: name.into(),
        description: String::new(),
        extra_attrs: None,
    }
}

impl Tenant {
    /// A new role.
    pub async fn role(&self, server: &Server, name: &str) -> RoleId {
        roles::create(server.app(), &self.admin, draft(name)).await.unwrap().id
    }

    /// Somebody new with this role.
    pub async fn member(&self, server: &Server, role: RoleId) -> (UserId, Email) {
        let (user, email) = stranger(server).await;
        self.bind(server, user, role).await;
        (user, email)
    }

    /// Gives a role.
    pub async fn bind(&self, server: &Server, user: UserId, role: RoleId) {
        members::bind(server.app(), &self.admin, user, role).await.unwrap();
    }

    /// A second administrator.
    pub async fn second_admin(&self, server: &Server) -> Actor {
        let (user, _) = self.member(server, self.system).await;
        actor(server, user, self.org).await
    }

    /// Invites an address; the token comes from known randomness, because reading it from a mail is slower.
    pub async fn invite(&self, server: &Server, email: &Email, role: RoleId) -> (InvitationId, String) {
        static SEED: AtomicU64 = AtomicU64::new(2_000_000);
        let (app, seed) = (server.app(), SEED.fetch_add(1, Ordering::Relaxed));
        let token = Secret::generate_long(&Random::seeded(seed)).expose().to_owned();
        let inviting = App::new(app.config.clone(), app.clock.clone(), Random::seeded(seed));
        let inviting = inviting.with(|parts| parts.store = app.store.clone());
        let made = invite::invite(&inviting, &self.admin, email, role).await.unwrap();
        (made.id, token)
    }

    /// Counts the roles of all other organizations anew, after some more were made.
    pub async fn recount(&mut self, server: &Server) {
        self.elsewhere = roles_elsewhere(server, self.org).await;
    }

    /// Reads the organization, and checks everything that must be so in it.
    pub async fn census(&self, server: &Server) -> Census {
        census(server, self.org, self.elsewhere).await
    }
}

// The acts, as clients do them who ask again when they get no answer.

pub async fn bind(app: App, by: Actor, user: UserId, role: RoleId) -> Result<(), Undone<NotBound>> {
    until_answered(|| members::bind(&app, &by, user, role)).await
}

pub async fn unbind(app: App, by: Actor, user: UserId, role: RoleId) -> Result<(), Undone<NotBound>> {
    until_answered(|| members::unbind(&app, &by, user, role)).await
}

pub async fn switch_off(app: App, by: Actor, user: UserId) -> Result<(), Undone<NotSwitched>> {
    until_answered(|| suspension::switch(&app, &by, user, MemberState::Inactive)).await
}
