//! Documents: `GET` and `POST /resource/documents` (resource.documents.list, .create).

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use shared::App;
use shared::accounts::Customer;
use shared::accounts::customer::Document;
use shared::accounts::customer::documents::{self, NotKept, Submission, Upload};
use shared::surfaces::barong::entities::masked;
use shared::surfaces::barong::{
    BarongError, Caller, CallerHeaders, ErrorKeys, Given, Guarded, Params, in_words, scalar,
};
use utoipa::ToSchema;

use crate::refusals::not_found;

/// Sides of a document.
const CATEGORIES: [&str; 3] = ["front_side", "back_side", "selfie"];

/// Where a file is.
#[derive(Serialize, ToSchema)]
pub struct UploadView {
    /// A link that is good for a minute, whoever has it.
    url: String,
}

/// A document.
#[derive(Serialize, ToSchema)]
pub struct DocumentView {
    /// Its file.
    upload: UploadView,
    /// What it is.
    doc_type: String,
    /// Its number.
    doc_number: String,
    /// Until when it is good.
    #[schema(required)]
    doc_expire: Option<String>,
}

#[utoipa::path(
    get,
    path = "/resource/documents",
    operation_id = "resource.documents.list",
    tag = "documents",
    summary = "One's documents",
    params(CallerHeaders),
    responses(
        (status = 200, description = "The oldest first", body = Vec<DocumentView>),
        Guarded,
    )
)]
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Vec<DocumentView>>, BarongError> {
    let customer = Customer::read(&app.store, caller.user().id).await?;
    let customer = customer.ok_or_else(not_found)?;
    let mut views = Vec::new();
    for document in &customer.documents {
        views.push(view(&app, document).await?);
    }
    Ok(Json(views))
}

async fn view(app: &App, document: &Document) -> Result<DocumentView, BarongError> {
    Ok(DocumentView {
        upload: UploadView {
            url: documents::link(app, document).await?,
        },
        doc_type: document.doc_type.clone(),
        doc_number: match app.config.customers.masking {
            true => masked(&document.doc_number, 2, 2),
            false => document.doc_number.clone(),
        },
        doc_expire: document.doc_expire.map(|expires| expires.to_string()),
    })
}

/// Documents to be kept.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct DocumentForm {
    /// One of the types that are configured, such as Passport.
    doc_type: String,
    /// At most 128 of A-Z, a-z, 0-9, blank and -.
    doc_number: String,
    /// JPEG, PNG or PDF, as `upload[]`: one document each.
    #[schema(rename = "upload[]", value_type = Vec<String>, format = Binary)]
    upload: Vec<Vec<u8>>,
    /// Until when it is good, such as 2030-12-31.
    doc_expire: Option<String>,
    /// JSON as text.
    metadata: Option<String>,
    /// front_side, back_side or selfie.
    doc_category: Option<String>,
    /// What the files of one submission have in common.
    identificator: Option<String>,
}

#[utoipa::path(
    post,
    path = "/resource/documents",
    operation_id = "resource.documents.create",
    tag = "documents",
    summary = "Upload documents",
    description = "All of the files are kept, or none.",
    params(CallerHeaders),
    request_body(content = DocumentForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "They are kept", body = u16),
        (status = 400, description = "`resource.documents.limit_reached`, `resource.documents.limit_will_be_reached`", body = ErrorKeys),
        (status = 413, description = "`record.too_large`: the request as a whole", body = ErrorKeys),
        (status = 422, description = "`resource.document.missing_…` and `resource.document.empty_…` of doc_type, doc_number, upload; `resource.documents.expire_not_a_date`, `resource.documents.invalid_format`, `resource.documents.already_expired`, `resource.documents.doc_category`; `doc_type.inclusion`, `doc_number.invalid`, `doc_number.too_long`, `metadata.invalid_format`, `upload.blank`, `upload.` and a phrase", body = ErrorKeys),
        Guarded,
    )
)]
pub async fn create(State(app): State<App>, caller: Caller, params: Params) -> Result<Response, BarongError> {
    let submission = read(&app, params.of("resource.document"))?;
    documents::create(&app, caller.user().id, submission)
        .await
        .map_err(in_words(refusal))?;
    Ok(scalar(StatusCode::CREATED))
}

fn read(app: &App, mut given: Given<'_>) -> Result<Submission, BarongError> {
    let (doc_type, doc_number) = (given.filled("doc_type"), given.filled("doc_number"));
    let uploads: Vec<Upload> = given
        .uploads("upload")
        .into_iter()
        .map(|upload| Upload {
            name: upload.file_name.clone(),
            bytes: upload.bytes.to_vec(),
        })
        .collect();
    let is_text = given.value("upload").is_some();
    if uploads.is_empty() && !is_text {
        given.refuse("resource.document.missing_upload");
    }
    let expires = given.optional("doc_expire").filter(|text| !text.trim().is_empty());
    let (metadata, identificator) = (given.optional("metadata"), given.optional("identificator"));
    let doc_category = given.optional("doc_category").filter(|text| !text.is_empty());
    given.done()?;

    let refused = |key: &'static str| Err(BarongError::invalid(key));
    let doc_expire = match expires.as_deref().map(str::parse) {
        Some(Ok(date)) => Some(date),
        Some(Err(_)) => return refused("resource.documents.expire_not_a_date"),
        None if app.config.customers.documents_expire => return refused("resource.documents.invalid_format"),
        None => None,
    };
    if doc_category
        .as_deref()
        .is_some_and(|category| !CATEGORIES.contains(&category))
    {
        return refused("resource.documents.doc_category");
    }
    if is_text {
        return refused("upload.blank");
    }
    Ok(Submission {
        doc_type,
        doc_number,
        doc_expire,
        doc_category,
        identificator: identificator.map(|text| text.chars().take(64).collect()),
        metadata: metadata.filter(|text| !text.is_empty()),
        uploads,
    })
}

fn refusal(why: NotKept) -> BarongError {
    match why {
        NotKept::Gone => not_found(),
        NotKept::LimitReached => BarongError::bad_request("resource.documents.limit_reached"),
        NotKept::LimitWillBeReached => BarongError::bad_request("resource.documents.limit_will_be_reached"),
        NotKept::Expired => BarongError::invalid("resource.documents.already_expired"),
        NotKept::Invalid(problems) => BarongError::problems(&problems),
    }
}
