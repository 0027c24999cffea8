//! Every operation of the published documents, success and each documented error.

mod arc_activity;
mod arc_authenticator;
mod arc_bodies;
mod arc_change_password;
mod arc_clients;
mod arc_clients_lists;
mod arc_code;
mod arc_discovery;
mod arc_first_client;
mod arc_login;
mod arc_logout;
mod arc_me;
mod arc_otp_caches;
mod arc_otp_codes;
mod arc_pkce;
mod arc_real_client;
mod arc_refresh;
mod arc_reset;
mod arc_sign_up;
pub mod arc_social;
mod arc_social_logout;
mod arc_switch;
mod barong_activity;
mod barong_admin_activities;
mod barong_admin_gate;
mod barong_admin_labels;
mod barong_admin_lists;
mod barong_admin_permissions;
mod barong_admin_profiles;
mod barong_admin_restrictions;
mod barong_admin_users;
mod barong_api_keys;
mod barong_authz;
mod barong_authz_audit;
mod barong_authz_keys;
mod barong_authz_restrictions;
mod barong_captcha;
mod barong_codes;
mod barong_confirmation;
mod barong_data_storage;
mod barong_documents;
mod barong_labels;
mod barong_me;
mod barong_otp;
mod barong_password;
mod barong_phones;
mod barong_profiles;
mod barong_public;
mod barong_reset;
mod barong_sessions;
mod barong_sign_up;
mod engine_accepting;
mod engine_accepting_refused;
mod engine_activation;
mod engine_activation_where;
mod engine_authorize;
mod engine_authorize_where;
mod engine_avatar;
mod engine_bind_permission;
mod engine_bodies;
mod engine_change_password;
mod engine_ended_rights;
mod engine_guarded_routes;
mod engine_invitation_ends;
mod engine_invitation_limits;
mod engine_invitation_list;
mod engine_invitation_mail;
mod engine_invitations;
mod engine_last_admin;
mod engine_limits;
mod engine_live_rights;
mod engine_logo;
mod engine_me;
mod engine_odd_input;
mod engine_organization_header;
mod engine_organization_view;
mod engine_organizations;
mod engine_passkey_answers;
mod engine_passkey_sign_in;
mod engine_passkeys;
mod engine_permissions;
mod engine_profile;
mod engine_renew;
mod engine_reset;
mod engine_rights_walk;
mod engine_role_members;
mod engine_role_permissions;
mod engine_roles;
mod engine_roles_delete;
mod engine_roles_list;
mod engine_roles_update;
mod engine_session_list;
mod engine_session_revoking;
mod engine_sessions;
mod engine_signin;
mod engine_signout;
mod engine_signup;
mod engine_social;
mod engine_suspension;
mod engine_tokens;
mod engine_users;
mod engine_users_filters;
mod engine_users_where;
mod house;
mod identity_activate;
mod identity_authenticate;
mod identity_guarded;
mod identity_last_admin;
mod identity_limits;
mod identity_older_table;
mod identity_permissions;
mod identity_register;
mod identity_reset_password;
mod identity_role_holders;
mod identity_role_permissions;
mod identity_roles;
mod identity_roles_and_engine;
mod identity_roles_delete;
mod identity_unactivated;
mod identity_users;
mod identity_validate;
mod pages;
mod platform_authorizer;

use serde_json::Value;
use shared::accounts::{State, User};
use shared::ids::{AsUuid, UserId};
use shared::sessions::Session;
use shared::store::commit::{Step, text};
use shared::store::record::read;
use shared::store::{Commit, Condition, Query, StoreError};
use tests::Server;
use tests::client::claims;

/// Whose token this is.
fn user_of(token: &str) -> UserId {
    UserId::parse(claims(token)["sub"].as_str().unwrap()).unwrap()
}

/// Puts a user into a state behind the server's back, as an administrator would.
async fn set_state(server: &Server, user: UserId, state: State) {
    let mut commit = Commit::<StoreError>::new();
    commit.update(
        User::key_of(user),
        Condition::Present,
        [Step::Set("state", text(state.as_str()))],
    );
    server.app().store.commit(commit).await.unwrap();
}

/// The sessions that are kept for a user.
async fn sessions_of(server: &Server, user: UserId) -> Vec<Session> {
    let query = Query::partition(User::partition(user)).begins(Session::PREFIX);
    let items = server.app().store.query_to_end(query).await.unwrap();
    items.into_iter().map(|item| read(item).unwrap()).collect()
}

/// The names of an object's members, sorted.
fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// The user that a uid of identity-server names.
pub async fn user_with(server: &Server, uid: &str) -> User {
    let AsUuid::<UserId>(id) = AsUuid::parse(uid).unwrap();
    let [user] = server.app().store.get([User::key_of(id)]).await.unwrap();
    read(user.unwrap()).unwrap()
}
