//! The API documents (OpenAPI 3.1), one for each surface, put together from its groups.

use utoipa::openapi::tag::{Tag, TagBuilder};
use utoipa::openapi::{Info, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, RefOr};

/// The engine surface.
pub fn engine() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Countersign: engine")
        .version("0.0.1")
        .description(Some(
            "Accounts, organizations, roles, permissions, invitations and sessions. Tokens travel in the header X-Auth; \
             X-Organization-Id names the organization to act in; errors are `{message, errors}`.",
        ))
        .build();
    let tags = [
        tag("auth", "Accounts and tokens"),
        tag("organizations", "Organizations"),
        tag("users", "Members of an organization"),
        tag("roles", "Roles, what they give, and who has them"),
        tag("permissions", "Permissions, and asking for a decision"),
        tag("invitations", "Inviting people, and accepting"),
        tag("sessions", "Seeing and ending sessions"),
        tag("passkeys", "Passkeys (WebAuthn)"),
        tag("files", "Pictures"),
    ];
    put_together(
        info,
        tags,
        [
            engine_auth::document(),
            engine_organizations::document(),
            engine_users::document(),
            engine_roles::document(),
            engine_permissions::document(),
            engine_invitations::document(),
            engine_sessions::document(),
            engine_passkeys::document(),
        ],
    )
}

/// The identity-server surface.
pub fn identity_server() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Countersign: identity-server")
        .version("0.0.1")
        .description(Some(
            "Accounts with activation, roles and named permissions. Tokens travel as `Authorization: Bearer`; errors are bare \
             JSON strings, or `false` where success is `true`. Roles are those of the home organization.",
        ))
        .build();
    let tags = [
        tag("public", "What anybody may call"),
        tag("auth", "Tokens"),
        tag("users", "Accounts"),
        tag("roles", "Roles, what they give, and who has them"),
        tag("permissions", "Named permissions"),
    ];
    only_json(put_together(
        info,
        tags,
        [
            identity_server_accounts::document(),
            identity_server_roles::document(),
            identity_server_permissions::document(),
            platform_keys::identity_document(),
        ],
    ))
}

/// The arc surface.
pub fn arc() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Countersign: arc")
        .version("1.0.0")
        .description(Some(
            "OAuth clients, codes, pairs of access and refresh tokens, passwords, sign-up. Access tokens travel as \
             `Authorization: Bearer`; errors are `{error: {statusCode, name, message}}`, where message is an object of what a \
             check of client, user or token refuses and a text otherwise. A body that breaks its schema is 422.",
        ))
        .build();
    let tags = [
        tag("login", "Signing in for a client, and tokens"),
        tag("social", "Signing in through a provider"),
        tag("password", "Setting a new password by mail"),
        tag("sign-up", "Making an account"),
        tag("logout", "Ending a session"),
        tag("auth-clients", "OAuth clients"),
        tag("otp-caches", "One-time passwords"),
        tag("mfa", "Codes to sign in with"),
        tag("activity", "Who signed in"),
    ];
    put_together(
        info,
        tags,
        [
            arc_auth::document(),
            arc_social::document(),
            arc_clients::document(),
            arc_otp::document(),
            platform_keys::arc_document(),
        ],
    )
}

/// The barong surface.
pub fn barong() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Countersign: barong")
        .version("2.4.17")
        .description(Some(
            "Accounts, sessions of browsers, confirmation by mail. The same paths are under `/api/v2/barong`. Query and body \
             are one set of parameters; a body is a form, multipart or JSON. Errors are `{errors: [keys]}`.",
        ))
        .build();
    let tags = [
        tag("identity", "What anybody may call: accounts and sessions"),
        tag("authz", "Whether a gateway lets a request through"),
        tag("users", "Oneself"),
        tag("labels", "Labels"),
        tag("profiles", "Profiles"),
        tag("documents", "Documents"),
        tag("phones", "Telephone numbers"),
        tag("otp", "Codes of an authenticator app"),
        tag("api_keys", "API keys"),
        tag("data_storage", "Data that is kept here"),
        tag("admin", "What administrators do"),
    ];
    only_json(put_together(
        info,
        tags,
        [
            barong_identity::document(),
            barong_authz::document(),
            barong_resource::document(),
            barong_admin::document(),
        ],
    ))
}

fn tag(name: &str, description: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(description)).build()
}

fn put_together(info: Info, tags: impl IntoIterator<Item = Tag>, groups: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let mut document = OpenApiBuilder::new().info(info).tags(Some(tags)).build();
    for group in groups {
        document.merge(group);
    }
    document
}

/// The same document of a surface that answers JSON and nothing else: a text, a number or a truth value alone is JSON, too.
fn only_json(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        let PathItem {
            get,
            put,
            post,
            delete,
            patch,
            ..
        } = item;
        for operation in [get, put, post, delete, patch].into_iter().flatten() {
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response
                    && let Some(content) = response.content.shift_remove("text/plain")
                {
                    response.content.insert("application/json".to_owned(), content);
                }
            }
        }
    }
    document
}
