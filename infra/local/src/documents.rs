//! The API documents (OpenAPI 3.1), one for each surface, put together from its groups.

use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, tag::TagBuilder};

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
    let tag = |name, description| TagBuilder::new().name(name).description(Some(description)).build();
    let mut document = OpenApiBuilder::new()
        .info(info)
        .tags(Some([
            tag("auth", "Accounts and tokens"),
            tag("organizations", "Organizations"),
            tag("users", "Members of an organization"),
            tag("roles", "Roles, what they give, and who has them"),
            tag("permissions", "Permissions, and asking for a decision"),
            tag("invitations", "Inviting people, and accepting"),
            tag("sessions", "Seeing and ending sessions"),
            tag("passkeys", "Passkeys (WebAuthn)"),
            tag("files", "Pictures"),
        ]))
        .build();
    for group in [
        engine_auth::document(),
        engine_organizations::document(),
        engine_users::document(),
        engine_roles::document(),
        engine_permissions::document(),
        engine_invitations::document(),
        engine_sessions::document(),
        engine_passkeys::document(),
    ] {
        document.merge(group);
    }
    document
}
