//! What an organization is made of, as JSON or as a form with a logo.

use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest as _, Request};
use http::header::CONTENT_TYPE;
use http::{StatusCode, Uri};
use serde::Deserialize;
use shared::accounts::Email;
use shared::accounts::profile::{MAX_NAME, at_most, is_one_line};
use shared::files::picture::Picture;
use shared::organizations::organization::Details;
use shared::surfaces::engine::{EngineError, JsonBody, problem_of_multipart, problem_of_picture};
use utoipa::ToSchema;

/// Characters that a name has at least.
const MIN_NAME: usize = 4;
/// Digits that a telephone number has at least.
const MIN_PHONE: usize = 5;
/// Characters that a description has at most.
const MAX_DESCRIPTION: usize = 500;
/// Characters that an address of the Web has at most.
const MAX_URL: usize = 2000;
/// Characters that any other text has at most.
const MAX_TEXT: usize = 200;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct NewOrganization {
    /// 4 to 100 characters; need not be unique.
    #[schema(required, nullable = false)]
    name: Option<String>,
    /// The address for correspondence.
    #[schema(required, nullable = false)]
    email: Option<String>,
    /// 5 digits or more, with an optional leading +.
    phone: Option<String>,
    address: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
    state: Option<String>,
    country: Option<String>,
    /// Degrees north.
    latitude: Option<f64>,
    /// Degrees east.
    longitude: Option<f64>,
    /// Kept as it is.
    logo_url: Option<String>,
    tax_id: Option<String>,
    /// An address that begins with http:// or https://.
    website: Option<String>,
    /// At most 500 characters.
    description: Option<String>,
}

/// The form, for the API document.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewOrganizationWithLogo {
    #[schema(inline)]
    #[serde(flatten)]
    organization: NewOrganization,
    /// PNG, JPEG, GIF or WebP, at most 2 MiB; becomes `logo_url`.
    #[schema(value_type = Option<String>, format = Binary)]
    logo: Option<Vec<u8>>,
}

/// Reads a form where the request says that it is one, JSON otherwise.
pub async fn read(request: Request) -> Result<(NewOrganization, Option<Picture>), EngineError> {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let is_form = content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/form-data"));
    if !is_form {
        let JsonBody(body) = JsonBody::from_request(request, &()).await?;
        return Ok((body, None));
    }
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|_| EngineError::new(StatusCode::BAD_REQUEST, "The form cannot be read"))?;
    read_form(form).await
}

async fn read_form(mut form: Multipart) -> Result<(NewOrganization, Option<Picture>), EngineError> {
    let (mut organization, mut logo) = (NewOrganization::default(), None);
    while let Some(field) = form.next_field().await.map_err(|error| problem_of_multipart(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "logo" {
            logo = read_logo(field).await?.or(logo);
            continue;
        }
        let text = field.text().await.map_err(|error| problem_of_multipart(&error))?;
        organization.set(&name, text)?;
    }
    Ok((organization, logo))
}

/// A part without content is what a browser sends for a field that nobody filled.
async fn read_logo(field: Field<'_>) -> Result<Option<Picture>, EngineError> {
    let file = field.file_name().unwrap_or_default().to_ascii_lowercase();
    let bytes = field.bytes().await.map_err(|error| problem_of_multipart(&error))?;
    if file.is_empty() && bytes.is_empty() {
        return Ok(None);
    }
    // SVG is a document that runs scripts: it is refused, as by its content.
    if ![".jpg", ".jpeg", ".png", ".gif", ".webp"]
        .iter()
        .any(|known| file.ends_with(known))
    {
        return Err(EngineError::invalid(
            "logo",
            "must be a file named .jpg, .jpeg, .png, .gif or .webp",
        ));
    }
    Picture::sniff(bytes.into())
        .map(Some)
        .map_err(|error| problem_of_picture("logo", error))
}

impl NewOrganization {
    fn set(&mut self, name: &str, text: String) -> Result<(), EngineError> {
        let slot = match name {
            "name" => &mut self.name,
            "email" => &mut self.email,
            "phone" => &mut self.phone,
            "address" => &mut self.address,
            "city" => &mut self.city,
            "postal_code" => &mut self.postal_code,
            "state" => &mut self.state,
            "country" => &mut self.country,
            "logo_url" => &mut self.logo_url,
            "tax_id" => &mut self.tax_id,
            "website" => &mut self.website,
            "description" => &mut self.description,
            "latitude" | "longitude" if text.trim().is_empty() => return Ok(()),
            "latitude" => return set_number(&mut self.latitude, name, &text),
            "longitude" => return set_number(&mut self.longitude, name, &text),
            _ => return Ok(()),
        };
        *slot = Some(text);
        Ok(())
    }

    /// Whatever is wrong is said at once.
    pub fn validate(self) -> Result<(String, Details), EngineError> {
        let mut problems = EngineError::new(StatusCode::BAD_REQUEST, "The request is not valid");
        let text = |member: Option<String>| member.unwrap_or_default().trim().to_owned();
        let name = text(self.name);
        let details = Details {
            address: text(self.address),
            city: text(self.city),
            postal_code: text(self.postal_code),
            state: text(self.state),
            country: text(self.country),
            latitude: self.latitude.unwrap_or_default(),
            longitude: self.longitude.unwrap_or_default(),
            logo_url: text(self.logo_url),
            tax_id: text(self.tax_id),
            contact_email: text(self.email),
            contact_number: text(self.phone),
            website_url: text(self.website),
            company_description: text(self.description),
        };
        if name.chars().count() < MIN_NAME {
            problems = problems.with("Name", "must be at least 4 characters");
        } else if !is_one_line(&name) {
            problems = problems.with("Name", "must be one line of ordinary characters");
        }
        for (key, degrees, most) in [
            ("Latitude", details.latitude, 90.0),
            ("Longitude", details.longitude, 180.0),
        ] {
            if degrees.abs() > most {
                problems = problems.with(key, format!("must be between -{most} and {most}"));
            }
        }
        if Email::parse(&details.contact_email).is_err() {
            problems = problems.with("Email", "must be an e-mail address");
        }
        if !details.contact_number.is_empty() && !is_phone(&details.contact_number) {
            problems = problems.with("Phone", "must be 5 digits or more, with an optional leading +");
        }
        if !details.website_url.is_empty() && !is_web_address(&details.website_url) {
            problems = problems.with("Website", "must be an address that begins with http:// or https://");
        }
        for (key, text, max) in [
            ("Name", &name, MAX_NAME),
            ("Phone", &details.contact_number, MAX_NAME),
            ("Address", &details.address, MAX_TEXT),
            ("City", &details.city, MAX_TEXT),
            ("PostalCode", &details.postal_code, MAX_TEXT),
            ("State", &details.state, MAX_TEXT),
            ("Country", &details.country, MAX_TEXT),
            ("LogoURL", &details.logo_url, MAX_URL),
            ("TaxID", &details.tax_id, MAX_TEXT),
            ("Website", &details.website_url, MAX_URL),
            ("Description", &details.company_description, MAX_DESCRIPTION),
        ] {
            if let Err(too_long) = at_most(max, text) {
                problems = problems.with(key, too_long.to_string());
            }
        }
        problems.or_ok().map(|()| (name, details))
    }
}

/// A number, but none that JSON cannot say.
fn set_number(slot: &mut Option<f64>, name: &str, text: &str) -> Result<(), EngineError> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    *slot = Some(number.ok_or_else(|| EngineError::invalid(name, "must be a number"))?);
    Ok(())
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    digits.len() >= MIN_PHONE && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_web_address(text: &str) -> bool {
    let uri = text.parse::<Uri>().ok();
    uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(change: impl FnOnce(&mut NewOrganization)) -> String {
        let mut form = NewOrganization {
            name: Some("Acme".into()),
            email: Some("office@acme.example".into()),
            ..NewOrganization::default()
        };
        change(&mut form);
        form.validate()
            .err()
            .map_or_else(String::new, |error| format!("{error:?}"))
    }

    #[test]
    fn name_and_address_are_enough() {
        assert_eq!(problems(|_| {}), "");
        let nothing = problems(|form| *form = NewOrganization::default());
        assert!(
            nothing.contains("\"Name\"") && nothing.contains("\"Email\""),
            "{nothing}"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for phone in ["123", "+1234", "12345x", "++12345", "12 345"] {
            assert!(
                problems(|form| form.phone = Some(phone.into())).contains("Phone"),
                "{phone}"
            );
        }
        assert_eq!(problems(|form| form.phone = Some("+12345".into())), "");
        for website in [
            "acme.example",
            "ftp://acme.example",
            "javascript:alert(1)",
            "https://",
            "http:///x",
        ] {
            assert!(
                problems(|form| form.website = Some(website.into())).contains("Website"),
                "{website}"
            );
        }
        assert_eq!(
            problems(|form| form.website = Some("https://acme.example/x?y".into())),
            ""
        );
        assert!(problems(|form| form.latitude = Some(90.5)).contains("Latitude"));
        assert!(problems(|form| form.longitude = Some(-1e300)).contains("Longitude"));
        assert_eq!(problems(|form| form.longitude = Some(-180.0)), "");
        assert!(problems(|form| form.name = Some("two\nlines".into())).contains("Name"));
        assert!(problems(|form| form.description = Some("x".repeat(501))).contains("Description"));
        assert_eq!(problems(|form| form.description = Some("ß".repeat(500))), "");
    }

    #[test]
    fn a_number_is_a_number() {
        let mut form = NewOrganization::default();
        for text in ["north", "NaN", "inf", "1,5", "0x10"] {
            assert!(form.set("latitude", text.into()).is_err(), "{text}");
        }
        form.set("latitude", " 51.5 ".into()).unwrap();
        form.set("longitude", String::new()).unwrap();
        assert_eq!((form.latitude, form.longitude), (Some(51.5), None));
    }
}
