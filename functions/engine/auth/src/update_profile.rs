//! `POST /api/v1/user/updateprofile` (update_profile): changes the caller's profile and picture.

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest as _, Request, State};
use http::StatusCode;
use shared::App;
use shared::accounts::avatar;
use shared::accounts::profile::{self, MAX_BIO, MAX_NAME, MAX_SHORT, Profile, at_most};
use shared::files::picture::Picture;
use shared::surfaces::engine::{
    Authenticated, Caller, EngineError, ErrorBody, problem_of_multipart, problem_of_picture,
};
use utoipa::ToSchema;

/// The form, for the API document: parts are read one by one, because absent, empty and present mean different things.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct UpdateProfile {
    /// At most 100 characters; also understood as `firstname`.
    first_name: Option<String>,
    /// At most 100 characters; also understood as `lastname`.
    last_name: Option<String>,
    /// At most 64 characters; also understood as `userphone`.
    phone: Option<String>,
    /// At most 200 characters; empty keeps what is there.
    bio: Option<String>,
    /// At most 100 characters; empty keeps what is there.
    designation: Option<String>,
    /// At most 100 characters; empty keeps what is there.
    country: Option<String>,
    /// At most 64 characters; empty keeps what is there.
    timezone: Option<String>,
    /// PNG, JPEG, GIF or WebP, at most 2 MiB.
    #[schema(value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
}

/// What a request changes; an absent part changes nothing.
#[derive(Debug, Default, Clone)]
struct Changes {
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    bio: Option<String>,
    designation: Option<String>,
    country: Option<String>,
    timezone: Option<String>,
}

impl Changes {
    fn apply(&self, profile: &mut Profile) {
        for (new, kept) in [
            (&self.first_name, &mut profile.first_name),
            (&self.last_name, &mut profile.last_name),
            (&self.phone, &mut profile.phone),
        ] {
            if let Some(new) = new {
                kept.clone_from(new);
            }
        }
        for (new, kept) in [
            (&self.bio, &mut profile.bio),
            (&self.designation, &mut profile.designation),
            (&self.country, &mut profile.country),
            (&self.timezone, &mut profile.timezone),
        ] {
            if let Some(new) = new.as_ref().filter(|new| !new.is_empty()) {
                kept.clone_from(new);
            }
        }
    }

    fn validate(&self) -> Result<(), EngineError> {
        let mut problems = EngineError::new(StatusCode::BAD_REQUEST, "The request is not valid");
        for (key, text, max) in [
            ("firstName", &self.first_name, MAX_NAME),
            ("lastName", &self.last_name, MAX_NAME),
            ("phone", &self.phone, MAX_SHORT),
            ("bio", &self.bio, MAX_BIO),
            ("designation", &self.designation, MAX_NAME),
            ("country", &self.country, MAX_NAME),
            ("timezone", &self.timezone, MAX_SHORT),
        ] {
            if let Err(too_long) = at_most(max, text.as_deref().unwrap_or_default()) {
                problems = problems.with(key, too_long.to_string());
            }
        }
        problems.or_ok()
    }
}

#[utoipa::path(
    post,
    path = "/api/v1/user/updateprofile",
    operation_id = "update_profile",
    tag = "auth",
    summary = "Change profile and picture",
    params(("X-Auth" = String, Header, description = "The token")),
    request_body(content = UpdateProfile, content_type = "multipart/form-data"),
    responses(
        Authenticated,
        (status = 200, description = "The profile was changed"),
        (status = 400, description = "Not multipart, a text that is too long, or a file that is no picture", body = ErrorBody),
        (status = 413, description = "The picture or the body is too large", body = ErrorBody),
    )
)]
pub async fn update_profile(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<StatusCode, EngineError> {
    let multipart = Multipart::from_request(request, &()).await;
    let multipart =
        multipart.map_err(|_| EngineError::new(StatusCode::BAD_REQUEST, "The body must be multipart/form-data"))?;
    let (changes, picture) = read(multipart).await?;
    changes.validate()?;
    match picture {
        Some(picture) => avatar::replace(&app, caller.user.id, picture, |profile| changes.apply(profile)).await?,
        None => {
            profile::update(&app, caller.user.id, |profile| changes.apply(profile)).await?;
        }
    }
    Ok(StatusCode::OK)
}

async fn read(mut multipart: Multipart) -> Result<(Changes, Option<Picture>), EngineError> {
    // The second spelling is the source's; the document's wins where both are sent.
    let (mut documented, mut other) = (Changes::default(), Changes::default());
    let mut picture = None;
    while let Some(field) = multipart
        .next_field()
        .await
        .map_err(|error| problem_of_multipart(&error))?
    {
        let slot = match field.name().unwrap_or_default() {
            "firstName" => &mut documented.first_name,
            "firstname" => &mut other.first_name,
            "lastName" => &mut documented.last_name,
            "lastname" => &mut other.last_name,
            "phone" => &mut documented.phone,
            "userphone" => &mut other.phone,
            "bio" => &mut documented.bio,
            "designation" => &mut documented.designation,
            "country" => &mut documented.country,
            "timezone" => &mut documented.timezone,
            "file" => {
                picture = read_picture(field).await?.or(picture);
                continue;
            }
            _ => continue,
        };
        *slot = Some(field.text().await.map_err(|error| problem_of_multipart(&error))?);
    }
    documented.first_name = documented.first_name.or(other.first_name);
    documented.last_name = documented.last_name.or(other.last_name);
    documented.phone = documented.phone.or(other.phone);
    Ok((documented, picture))
}

/// A form without a chosen file sends an empty part: that keeps the picture.
async fn read_picture(field: Field<'_>) -> Result<Option<Picture>, EngineError> {
    let bytes = field.bytes().await.map_err(|error| problem_of_multipart(&error))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    Picture::sniff(bytes.into())
        .map(Some)
        .map_err(|error| problem_of_picture("file", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_keeps_empty_clears_names_only() {
        let mut profile = Profile {
            first_name: "Ada".into(),
            phone: "1".into(),
            bio: "b".into(),
            timezone: "UTC".into(),
            ..Profile::default()
        };
        let changes = Changes {
            first_name: Some("Augusta".into()),
            phone: Some(String::new()),
            bio: Some(String::new()),
            ..Changes::default()
        };
        changes.apply(&mut profile);
        assert_eq!((profile.first_name.as_str(), profile.phone.as_str()), ("Augusta", ""));
        assert_eq!((profile.bio.as_str(), profile.timezone.as_str()), ("b", "UTC"));
    }

    #[test]
    fn too_long_is_named() {
        let changes = Changes {
            bio: Some("x".repeat(MAX_BIO + 1)),
            ..Changes::default()
        };
        assert!(format!("{:?}", changes.validate().unwrap_err()).contains("bio"));
        assert!(
            Changes {
                bio: Some("x".repeat(MAX_BIO)),
                ..Changes::default()
            }
            .validate()
            .is_ok()
        );
    }
}
