//! `GET /otp-caches/{id}` (otp-caches-get): what is stored for a name.

use axum::Json;
use axum::extract::{Path, State};
use http::HeaderMap;
use secrecy::ExposeSecret as _;
use shared::App;
use shared::credentials::one_time_password::{self, Trusted};
use shared::surfaces::arc::ArcError;

use super::{MASK, Otp, trusted};

#[utoipa::path(
    get,
    path = "/otp-caches/{id}",
    operation_id = "otp-caches-get",
    tag = "otp-caches",
    summary = "See a one-time password",
    description = "A stranger sees that a stranger stored something, and not what; and nothing of what works as a password. A bearer who holds NotAllowed sees what strangers stored, and that there is one that works, of which only a hash is kept, unless configuration wants it to be seen (`OTP_CACHE_REVEAL`).",
    params(("id" = String, Path, description = "The name")),
    responses((status = 200, description = "What is stored, or null", body = Option<Otp>))
)]
pub async fn otp_caches_get(
    State(app): State<App>,
    headers: HeaderMap,
    Path(username): Path<String>,
) -> Result<Json<Option<Otp>>, ArcError> {
    let is_trusted = trusted(&app, &headers).await.is_some();
    let stored = one_time_password::stored(&app, &username).await?;
    let masked = |username: String| Otp {
        otp: MASK.to_owned(),
        username,
    };
    if let Some(trusted) = stored.trusted.filter(|_| is_trusted) {
        return Ok(Json(Some(match trusted {
            Trusted::Shown(otp) => Otp {
                otp: otp.expose_secret().to_owned(),
                username,
            },
            Trusted::Hidden => masked(username),
        })));
    }
    Ok(Json(match stored.untrusted {
        Some(found) if is_trusted => Some(Otp {
            otp: found.otp,
            username: found.username,
        }),
        Some(found) => Some(masked(found.username)),
        None => None,
    }))
}
