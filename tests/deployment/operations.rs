//! Every operation of this release: its name, its method, its path, and the function that serves it.

pub const OPERATIONS: [(&str, &str, &str, &str); 85] = [
    ("signin", "POST", "/api/v1/signin", "EngineAuth"),
    ("signup", "POST", "/api/v1/signup", "EngineAuth"),
    ("get_me", "GET", "/api/v1/me", "EngineAuth"),
    ("update_profile", "POST", "/api/v1/user/updateprofile", "EngineAuth"),
    ("send_reset_token", "POST", "/api/v1/user/reset", "EngineAuth"),
    (
        "change_password",
        "POST",
        "/api/v1/user/changepassword/{token}",
        "EngineAuth",
    ),
    ("renew_token", "POST", "/api/v1/renew", "EngineAuth"),
    ("signout", "POST", "/api/v1/signout", "EngineAuth"),
    ("get_avatar", "GET", "/avatar/{file}", "EngineAuth"),
    (
        "create_organization",
        "POST",
        "/api/v1/organizations",
        "EngineOrganizations",
    ),
    (
        "get_organization",
        "GET",
        "/api/v1/organizations/{org_id}",
        "EngineOrganizations",
    ),
    ("get_org_logo", "GET", "/org-logo/{file}", "EngineOrganizations"),
    ("list_roles", "GET", "/api/v1/roles", "EngineRoles"),
    ("create_role", "POST", "/api/v1/roles", "EngineRoles"),
    ("update_role", "PUT", "/api/v1/roles/{role_id}", "EngineRoles"),
    ("delete_role", "DELETE", "/api/v1/roles/{role_id}", "EngineRoles"),
    (
        "list_role_permissions",
        "POST",
        "/api/v1/roles/{role_id}/permissions",
        "EngineRoles",
    ),
    (
        "list_role_permissions_get",
        "GET",
        "/api/v1/roles/{role_id}/permissions",
        "EngineRoles",
    ),
    (
        "bind_permission",
        "POST",
        "/api/v1/roles/bind-permission",
        "EngineRoles",
    ),
    (
        "unbind_permission",
        "POST",
        "/api/v1/roles/unbind-permission",
        "EngineRoles",
    ),
    ("bind_user", "POST", "/api/v1/roles/bind-user", "EngineRoles"),
    ("unbind_user", "POST", "/api/v1/roles/unbind-user", "EngineRoles"),
    ("create_permission", "POST", "/api/v1/permissions", "EnginePermissions"),
    (
        "master_data_actions",
        "GET",
        "/api/v1/master-data/actions",
        "EnginePermissions",
    ),
    (
        "master_data_resources",
        "GET",
        "/api/v1/master-data/resources",
        "EnginePermissions",
    ),
    (
        "master_data_scopes",
        "GET",
        "/api/v1/master-data/scopes",
        "EnginePermissions",
    ),
    ("authorize", "POST", "/api/v1/user/authorize", "EnginePermissions"),
    ("list_users", "GET", "/api/v1/users", "EngineUsers"),
    (
        "activate_user",
        "PUT",
        "/api/v1/users/{user_id}/activate",
        "EngineUsers",
    ),
    (
        "deactivate_user",
        "PUT",
        "/api/v1/users/{user_id}/deactivate",
        "EngineUsers",
    ),
    ("list_invitations", "GET", "/api/v1/invitations", "EngineInvitations"),
    ("invite_user", "POST", "/api/v1/invitations", "EngineInvitations"),
    (
        "accept_invitation",
        "GET",
        "/api/v1/invitations/accept",
        "EngineInvitations",
    ),
    (
        "accept_invitation_post",
        "POST",
        "/api/v1/invitations/accept",
        "EngineInvitations",
    ),
    (
        "resend_invitation",
        "POST",
        "/api/v1/invitations/{invitation_id}/resend",
        "EngineInvitations",
    ),
    (
        "revoke_invitation",
        "PUT",
        "/api/v1/invitations/{invitation_id}/revoke",
        "EngineInvitations",
    ),
    (
        "revoke_invitation_delete",
        "DELETE",
        "/api/v1/invitations/{invitation_id}",
        "EngineInvitations",
    ),
    (
        "list_user_sessions",
        "GET",
        "/api/v1/sessions/users/{user_id}",
        "EngineSessions",
    ),
    (
        "revoke_session",
        "DELETE",
        "/api/v1/sessions/{session_id}",
        "EngineSessions",
    ),
    (
        "revoke_other_sessions",
        "DELETE",
        "/api/v1/users/{user_id}/sessions",
        "EngineSessions",
    ),
    (
        "revoke_other_sessions_source_path",
        "DELETE",
        "/api/v1/sessions/users/{user_id}",
        "EngineSessions",
    ),
    ("webauthn_check", "GET", "/api/v1/webauthn/check", "EnginePasskeys"),
    (
        "webauthn_register_begin",
        "POST",
        "/api/v1/webauthn/register/begin",
        "EnginePasskeys",
    ),
    (
        "webauthn_register_finish",
        "POST",
        "/api/v1/webauthn/register/finish",
        "EnginePasskeys",
    ),
    (
        "webauthn_login_begin",
        "POST",
        "/api/v1/webauthn/login/begin",
        "EnginePasskeys",
    ),
    (
        "webauthn_login_finish",
        "POST",
        "/api/v1/webauthn/login/finish",
        "EnginePasskeys",
    ),
    (
        "webauthn_list_credentials",
        "GET",
        "/api/v1/webauthn/credentials",
        "EnginePasskeys",
    ),
    (
        "webauthn_delete_credential",
        "DELETE",
        "/api/v1/webauthn/credentials/{credential_id}",
        "EnginePasskeys",
    ),
    ("jwks", "GET", "/.well-known/jwks.json", "PlatformKeys"),
    ("account_page", "GET", "/account", "PlatformPages"),
    ("sign_in_page", "GET", "/account/sign-in", "PlatformPages"),
    ("sign_up_page", "GET", "/account/sign-up", "PlatformPages"),
    ("forgotten_page", "GET", "/account/forgotten", "PlatformPages"),
    (
        "new_password_page",
        "GET",
        "/auth/changepassword/{token}",
        "PlatformPages",
    ),
    (
        "invitation_page",
        "GET",
        "/auth/invitations/accept/{token}",
        "PlatformPages",
    ),
    (
        "activation_page",
        "GET",
        "/account/activate/{uid}/{code}",
        "PlatformPages",
    ),
    ("page_asset", "GET", "/account/assets/{version}/{file}", "PlatformPages"),
    (
        "public-validate",
        "POST",
        "/identity/v1/public/validate",
        "IdentityServerAccounts",
    ),
    (
        "auth-validate",
        "POST",
        "/identity/v1/auth/validate",
        "IdentityServerAccounts",
    ),
    (
        "public-register",
        "POST",
        "/identity/v1/public/register",
        "IdentityServerAccounts",
    ),
    (
        "users-register",
        "POST",
        "/identity/v1/users/register",
        "IdentityServerAccounts",
    ),
    (
        "public-authenticate",
        "POST",
        "/identity/v1/public/authenticate",
        "IdentityServerAccounts",
    ),
    (
        "auth-authenticate",
        "POST",
        "/identity/v1/auth/authenticate",
        "IdentityServerAccounts",
    ),
    (
        "public-reset-password",
        "POST",
        "/identity/v1/public/reset-password",
        "IdentityServerAccounts",
    ),
    (
        "users-reset-password",
        "POST",
        "/identity/v1/users/reset-password",
        "IdentityServerAccounts",
    ),
    (
        "public-activate",
        "GET",
        "/identity/v1/public/activate/{uid}/{code}",
        "IdentityServerAccounts",
    ),
    (
        "public-activate-post",
        "POST",
        "/identity/v1/public/activate/{uid}/{code}",
        "IdentityServerAccounts",
    ),
    (
        "users-activate",
        "GET",
        "/identity/v1/users/activate/{uid}/{code}",
        "IdentityServerAccounts",
    ),
    (
        "users-activate-post",
        "POST",
        "/identity/v1/users/activate/{uid}/{code}",
        "IdentityServerAccounts",
    ),
    (
        "users-find",
        "GET",
        "/identity/v1/users/{uid}",
        "IdentityServerAccounts",
    ),
    ("users-find-all", "GET", "/identity/v1/users", "IdentityServerAccounts"),
    ("roles-find-all", "GET", "/identity/v1/roles", "IdentityServerRoles"),
    (
        "roles-create",
        "POST",
        "/identity/v1/roles/create",
        "IdentityServerRoles",
    ),
    ("roles-find", "GET", "/identity/v1/roles/{id}", "IdentityServerRoles"),
    (
        "roles-delete",
        "DELETE",
        "/identity/v1/roles/{id}",
        "IdentityServerRoles",
    ),
    (
        "roles-add-permission",
        "POST",
        "/identity/v1/roles/add-permission",
        "IdentityServerRoles",
    ),
    (
        "roles-remove-permission",
        "POST",
        "/identity/v1/roles/remove-permission",
        "IdentityServerRoles",
    ),
    ("roles-grant", "POST", "/identity/v1/roles/grant", "IdentityServerRoles"),
    (
        "roles-revoke",
        "POST",
        "/identity/v1/roles/revoke",
        "IdentityServerRoles",
    ),
    (
        "permissions-find-all",
        "GET",
        "/identity/v1/permissions",
        "IdentityServerPermissions",
    ),
    (
        "permissions-create",
        "POST",
        "/identity/v1/permissions/create",
        "IdentityServerPermissions",
    ),
    (
        "permissions-create-alias",
        "POST",
        "/identity/v1/permissions",
        "IdentityServerPermissions",
    ),
    (
        "permissions-find",
        "GET",
        "/identity/v1/permissions/{id}",
        "IdentityServerPermissions",
    ),
    (
        "permissions-delete",
        "DELETE",
        "/identity/v1/permissions/{id}",
        "IdentityServerPermissions",
    ),
    (
        "identity-jwks",
        "GET",
        "/identity/v1/.well-known/jwks.json",
        "PlatformKeys",
    ),
];

/// A path that a client may write for a pattern.
pub fn example(pattern: &str) -> String {
    pattern
        .replace("{id}", "7")
        .replace("{uid}", "019ae5e0-7d6e-4ae7-9c41-8e5d0a7b3f26")
        .replace("{code}", "0123456789abcdef0123456789abcdef")
        .replace("{token}", "abc123")
        .replace("/assets/{version}/{file}", "/assets/0123456789abcdef/style.css")
        .replace("{file}", "0123456789abcdef.png")
        .replace("{session_id}", "6f1d3c58-2b7e-4a90-9c41-8e5d0a7b3f26")
        .replace("{org_id}", "01KAQ7R4M2X8V5T9C3B6N1D0FG")
        .replace("{role_id}", "01KAQ7R4M3J5H2K8P7Q4S6W9YZ")
        .replace("{user_id}", "01KAQ7QWZ8E4R6T2Y9V1C3B5NM")
        .replace("{invitation_id}", "01KAQ7T6D0G8H4J2K5M7N9P3QR")
        .replace("{credential_id}", "4503599627370497")
        .replace("{proxy+}", "no/such/thing")
}
