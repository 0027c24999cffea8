//! A server, and what requests name there.

use std::sync::Arc;

use tests::client::{claims, user_id};
use tests::identity::uid_of;
use tests::owner::Owner;
use tests::{Administrator, Server};

/// The home organization.
pub const HOME: &str = "00000000000000000000000000";

/// A client of arc's beside the first one.
pub const CLIENT: &str = "a client that is there";

/// An organization that somebody is invited into.
pub struct Host {
    pub founder: String,
    pub org: String,
    pub role: String,
}

/// A server, and one of everything that a request names.
pub struct House {
    pub server: Server,
    /// Somebody with `role`: their identifiers.
    pub user: String,
    pub user_uid: String,
    pub session: String,
    pub role: String,
    pub invitation: String,
    /// A role that may write the catalogue of permissions, as nobody else may.
    pub cataloguer: String,
    pub role_uid: String,
    pub role_number: i64,
    pub permission: i64,
    pub client_number: i64,
    pub login: String,
    /// Somebody of barong's: the short identifier.
    pub customer: String,
    pub permission_row: i64,
    pub restriction: i64,
    /// The first administrator, on engine, identity-server and barong.
    pub root: String,
    pub identity_root: String,
    pub admin: Administrator,
    /// Who invites.
    pub host: Host,
}

impl House {
    pub async fn start() -> Arc<Self> {
        let server = Server::start().await;
        let client = server.client();
        let (root, admin) = (client.admin().await, Administrator::first(&server).await);
        let identity = client.identity();
        let identity_root = identity.admin().await;
        let managing = server.managing().await;

        let role = client.make_role(&root, HOME, "Clerk").await;
        client.grant(&root, HOME, &role, "user:own:read").await.expect(200);
        let cataloguer = client.make_role(&root, HOME, "Cataloguer").await;
        let granted = client.grant(&root, HOME, &cataloguer, "permission:all:write").await;
        granted.expect(200);
        let token = client.join("clerk@example.com").await;
        let user = user_id(&token);
        client.bind(&root, HOME, &user, &role).await.expect(200);
        let invited = client.invite(&root, HOME, "guest@example.com", &role).await;
        let invitation = invited.expect(201).json()["id"].as_str().unwrap().to_owned();
        let (role_uid, role_number) = identity.make_role(&identity_root, "Bookkeeper").await;
        let permission = identity.make_permission(&identity_root, "KeepBooks").await;
        identity.add(&identity_root, role_number, permission).await.expect(200);
        identity
            .grant(&identity_root, role_number, &uid_of(&user))
            .await
            .expect(200);
        let founder = client.join("founder@example.com").await;
        let org = client.found(&founder, "Acme").await;
        let guest = client.make_role(&founder, &org, "Guest").await;
        let logins = managing.get("/login-activity").await.expect(200).json();
        let customer = Owner::join(&server, "customer@example.com").await;
        let profile = [("first_name", "Charles"), ("last_name", "Babbage"), ("confirm", "true")];
        customer.post("/profiles", &profile).await.expect(201);
        let permission_row = server.permit("auditor get api/v2/barong/admin/metrics accept").await.id;
        let restriction = server.restrict("blacklist ip 192.0.2.77 403").await.id;
        Arc::new(Self {
            user_uid: uid_of(&user),
            session: claims(&token)["jti"].as_str().unwrap().to_owned(),
            client_number: managing.make(CLIENT).await,
            login: logins[0]["id"].as_str().unwrap().to_owned(),
            customer: customer.session.uid,
            user,
            role,
            invitation,
            cataloguer,
            role_uid,
            role_number,
            permission,
            permission_row,
            restriction,
            root,
            identity_root,
            admin,
            host: Host {
                role: guest,
                founder,
                org,
            },
            server,
        })
    }
}
