//! Scripts, style and icon. They are part of the program, under an address that changes with their content, so that a
//! browser keeps them for good and never mixes those of two releases.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

struct Asset {
    name: &'static str,
    content_type: &'static str,
    content: &'static str,
}

macro_rules! asset {
    ($name:literal, $content_type:expr) => {
        Asset {
            name: $name,
            content_type: $content_type,
            content: include_str!(concat!("../assets/", $name)),
        }
    };
}

const ASSETS: &[Asset] = &[
    asset!("style.css", STYLE),
    asset!("account.css", STYLE),
    asset!("icon.svg", "image/svg+xml"),
    asset!("api.js", SCRIPT),
    asset!("session.js", SCRIPT),
    asset!("barong.js", SCRIPT),
    asset!("form.js", SCRIPT),
    asset!("passkey.js", SCRIPT),
    asset!("sign-up.js", SCRIPT),
    asset!("sign-in.js", SCRIPT),
    asset!("forgotten.js", SCRIPT),
    asset!("new-password.js", SCRIPT),
    asset!("invitation.js", SCRIPT),
    asset!("activate.js", SCRIPT),
    asset!("confirm-address.js", SCRIPT),
    asset!("set-password.js", SCRIPT),
    asset!("account.js", SCRIPT),
    asset!("account-parts.js", SCRIPT),
    asset!("account-profile.js", SCRIPT),
    asset!("account-organizations.js", SCRIPT),
    asset!("account-passkeys.js", SCRIPT),
    asset!("account-sessions.js", SCRIPT),
];

/// The release that the assets belong to: 16 hexadecimal digits of their digest.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in ASSETS {
        digest.update(asset.name);
        digest.update(asset.content);
    }
    digest
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
});

/// Where the assets of this release are.
pub fn base() -> String {
    format!("/account/assets/{}", *VERSION)
}

/// Where the style of all pages is, for other pages of this origin.
pub fn style() -> String {
    format!("{}/style.css", base())
}

/// `GET /account/assets/{version}/{file}`. A page that was opened before a new release still gets its files' successors,
/// but does not keep them under the old address.
pub async fn serve(Path((version, file)): Path<(String, String)>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = match version == *VERSION {
        true => "public, max-age=31536000, immutable",
        false => "no-store",
    };
    let headers = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, keep)];
    (headers, asset.content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut served: Vec<&str> = ASSETS.iter().map(|asset| asset.name).collect();
        there.sort_unstable();
        served.sort_unstable();
        assert_eq!(there, served);
    }

    /// A policy without `unsafe-inline` would leave such things without effect.
    #[test]
    fn no_script_writes_markup_or_style() {
        for asset in ASSETS.iter().filter(|asset| asset.content_type == SCRIPT) {
            for forbidden in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                ".style.",
            ] {
                assert!(!asset.content.contains(forbidden), "{}: {forbidden}", asset.name);
            }
        }
    }
}
