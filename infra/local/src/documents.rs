//! The API documents (OpenAPI 3.1), one for each surface, put together from its groups.

use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, tag::TagBuilder};

/// The engine surface.
pub fn engine() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Countersign: engine")
        .version("0.0.1")
        .description(Some(
            "Accounts, tokens, profiles and password reset. Tokens travel in the header X-Auth; errors are \
             `{message, errors}`.",
        ))
        .build();
    let tag = |name, description| TagBuilder::new().name(name).description(Some(description)).build();
    let mut document = OpenApiBuilder::new()
        .info(info)
        .tags(Some([tag("auth", "Accounts and tokens"), tag("files", "Pictures")]))
        .build();
    document.merge(engine_auth::document());
    document
}
