//! This surface keeps its last administrator who can sign in.

use http::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::client::user_id;
use tests::identity::{ADMIN_ROLE, Identity, uid_of, ulid_of};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::server::{ADMIN, ADMIN_PASSWORD};
use tests::{Answer, Client, Server};

use super::house::HOME;

struct Both {
    _server: Server,
    client: Client,
    identity: Identity,
    /// The first administrator: tokens of both surfaces, uid.
    root: String,
    admin: String,
    uid: String,
}

impl Both {
    async fn on(table: Table) -> Option<Self> {
        let server = Server::on(table).await?;
        let (client, identity) = (server.client(), server.client().identity());
        let root = client.admin().await;
        let admin = identity.admin().await;
        let uid = uid_of(&user_id(&root));
        Some(Self {
            _server: server,
            client,
            identity,
            root,
            admin,
            uid,
        })
    }

    async fn switch(&self, token: &str, uid: &str, to: &str) -> Answer {
        let path = format!("/api/v1/users/{}/{to}", ulid_of(uid));
        self.client.call_in(HOME, Method::PUT, &path, token, &Value::Null).await
    }

    /// Somebody new who administrates this surface.
    async fn second(&self, email: &str) -> (String, String) {
        let (uid, token) = self.identity.join(email).await;
        self.identity.grant(&self.admin, ADMIN_ROLE, &uid).await.expect(200);
        (uid, token)
    }
}

#[rstest]
#[tokio::test]
async fn the_last_administrator_cannot_lose_the_role(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(both) = Both::on(table).await else { return };
    let (identity, client) = (&both.identity, &both.client);
    let last = async |token: &str, uid: &str| {
        identity
            .revoke(token, ADMIN_ROLE, uid)
            .await
            .expect_said(403, "Forbidden");
    };
    last(&both.admin, &both.uid).await;
    // Neither by number, nor on engine.
    identity
        .revoke(&both.admin, 2, &both.uid)
        .await
        .expect_said(403, "Forbidden");
    let unbound = client
        .unbind(&both.root, HOME, &user_id(&both.root), &ulid_of(ADMIN_ROLE))
        .await;
    unbound.expect_engine_error(409, &["Error"]);

    let (ada, token) = both.second("ada@example.com").await;
    identity
        .revoke(&token, ADMIN_ROLE, &both.uid)
        .await
        .expect_json(200, &json!(true));
    last(&token, &ada).await;
    identity
        .get_by(&both.admin, "/roles")
        .await
        .expect_said(403, "Forbidden");
    // Engine's Super Admin may take it, but not the last one, and may come back.
    let unbound = client
        .unbind(&both.root, HOME, &ulid_of(&ada), &ulid_of(ADMIN_ROLE))
        .await;
    unbound.expect_engine_error(409, &["Error"]);
    client
        .bind(&both.root, HOME, &user_id(&both.root), &ulid_of(ADMIN_ROLE))
        .await
        .expect(200);
    client
        .unbind(&both.root, HOME, &ulid_of(&ada), &ulid_of(ADMIN_ROLE))
        .await
        .expect(200);
    last(&both.admin, &both.uid).await;
}

#[rstest]
#[tokio::test]
async fn who_cannot_sign_in_is_none(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(both) = Both::on(table).await else { return };
    let identity = &both.identity;
    // One who waits for the activation.
    identity.register("bob@example.com").await;
    let link = identity.link("bob@example.com").await;
    identity.grant(&both.admin, ADMIN_ROLE, &link.uid).await.expect(200);
    let refused = identity.revoke(&both.admin, ADMIN_ROLE, &both.uid).await;
    refused.expect_said(403, "Forbidden");
    // To take the role from who is none takes nobody away.
    identity
        .revoke(&both.admin, ADMIN_ROLE, &link.uid)
        .await
        .expect_json(200, &json!(true));
    identity.grant(&both.admin, ADMIN_ROLE, &link.uid).await.expect(200);
    // Activation makes one.
    identity.activate(&link).await.expect(200);
    identity
        .revoke(&both.admin, ADMIN_ROLE, &both.uid)
        .await
        .expect_json(200, &json!(true));
    let bob = identity.sign_in("bob@example.com", tests::PASSWORD).await;
    identity
        .revoke(&bob, ADMIN_ROLE, &link.uid)
        .await
        .expect_said(403, "Forbidden");
    identity
        .grant(&bob, ADMIN_ROLE, &both.uid)
        .await
        .expect_json(200, &json!(true));

    // One who is switched off is none, and is one again afterwards.
    both.switch(&both.root, &link.uid, "deactivate").await.expect(200);
    let refused = identity.revoke(&both.admin, ADMIN_ROLE, &both.uid).await;
    refused.expect_said(403, "Forbidden");
    both.switch(&both.root, &link.uid, "activate").await.expect(200);
    identity
        .revoke(&both.admin, ADMIN_ROLE, &both.uid)
        .await
        .expect_json(200, &json!(true));
}

#[rstest]
#[tokio::test]
async fn the_last_administrator_cannot_be_switched_off(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(both) = Both::on(table).await else { return };
    let (identity, client) = (&both.identity, &both.client);
    // Another Super Admin, who is no administrator of this surface.
    let heir = client.join("heir@example.com").await;
    let super_admin = client.role_named(&both.root, HOME, "Super Admin").await;
    client
        .bind(&both.root, HOME, &user_id(&heir), &super_admin)
        .await
        .expect(200);
    let refused = both.switch(&heir, &both.uid, "deactivate").await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    let (ada, _) = both.second("ada@example.com").await;
    both.switch(&heir, &both.uid, "deactivate").await.expect(200);
    let refused = both.switch(&heir, &ada, "deactivate").await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    identity.authenticate(ADMIN, ADMIN_PASSWORD).await.expect(403);
    both.switch(&heir, &both.uid, "activate").await.expect(200);
    both.switch(&heir, &ada, "deactivate").await.expect(200);
}

#[tokio::test]
async fn of_two_administrators_who_revoke_each_other_one_stays() {
    let both = Both::on(Embedded).await.unwrap();
    let (ada, token) = both.second("ada@example.com").await;
    let identity = &both.identity;
    let (one, other) = tokio::join!(
        identity.revoke(&token, ADMIN_ROLE, &both.uid),
        identity.revoke(&both.admin, ADMIN_ROLE, &ada),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
}
