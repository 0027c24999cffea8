//! Documents of customers, such as a passport: files that somebody looks at before a customer is believed. They are kept
//! under names that are made here, judged by their content, and shown by links that are good for a minute.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::problem::{Problems, Reason, is_json};
use super::{Change, Customer, Scope};
use crate::App;
use crate::accounts::User;
use crate::act::{Failure, Undone};
use crate::files::{File, picture};
use crate::ids::{UserId, new_ulid};
use crate::random::Random;
use crate::store::{Key, Record, retried};

/// Where files of documents are kept.
pub const FOLDER: &str = "documents";

/// Characters of a number.
const MOST_NUMBER: usize = 128;

/// Characters of metadata that are kept.
const MOST_METADATA: usize = 5120;

/// What a document may be, by its content, and how files of it are called.
const FORMATS: [(&str, &[&str]); 3] = [
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/png", &["png"]),
    ("application/pdf", &["pdf"]),
];

/// A document: one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Identifier, in order of time.
    pub id: String,
    /// Whose.
    pub user_id: UserId,
    /// The name of its file.
    pub file: String,
    /// What it is, such as `Passport`.
    pub doc_type: String,
    /// Its number.
    pub doc_number: String,
    /// Until when it is good.
    pub doc_expire: Option<Date>,
    /// Which side of it this is.
    pub doc_category: Option<String>,
    /// What its parts have in common.
    pub identificator: String,
    /// Something in JSON, as it was written.
    pub metadata: Option<String>,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Record for Document {
    const KIND: &'static str = "document";
    fn key(&self) -> Key {
        Key::new(User::partition(self.user_id), format!("KYC#DOCUMENT#{}", self.id))
    }
}

/// A file as somebody sends it.
#[derive(Debug, Clone)]
pub struct Upload {
    /// What its sender calls it.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Documents that somebody sends together.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What they are.
    pub doc_type: String,
    /// Their number.
    pub doc_number: String,
    /// Until when they are good.
    pub doc_expire: Option<Date>,
    /// Which side of it they are.
    pub doc_category: Option<String>,
    /// What they have in common; made up when absent.
    pub identificator: Option<String>,
    /// Something in JSON.
    pub metadata: Option<String>,
    /// The files: one document each.
    pub uploads: Vec<Upload>,
}

/// Why documents were not kept.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// The account is gone.
    #[error("the user does not exist")]
    Gone,
    /// There are more than there may be already.
    #[error("there are too many documents")]
    LimitReached,
    /// There would be more than there may be.
    #[error("there would be too many documents")]
    LimitWillBeReached,
    /// The document is good no more.
    #[error("the document has expired")]
    Expired,
    /// Something about it is no good.
    #[error(transparent)]
    Invalid(#[from] Problems),
}

type Result<T> = std::result::Result<T, Undone<NotKept>>;

/// Keeps documents, all of them or none, and labels the customer as one whose documents have to be looked at.
///
/// # Errors
/// [`NotKept`].
pub async fn create(app: &App, user: UserId, submission: Submission) -> Result<()> {
    let today = jiff::tz::TimeZone::UTC.to_datetime(app.clock.now()).date();
    if submission.doc_expire.is_some_and(|expires| expires < today) {
        return Err(Undone::Refused(NotKept::Expired));
    }
    room(app, &read(app, user).await?, submission.uploads.len())?;
    check(app, &submission).map_err(|problems| Undone::Refused(problems.into()))?;
    let mut problems = Problems::default();
    let uploads = submission.uploads.iter();
    let files: Vec<File> = uploads.filter_map(|upload| problems.take(sniff(app, upload))).collect();
    problems.or_ok().map_err(|problems| Undone::Refused(problems.into()))?;

    let now = app.clock.now();
    let together = submission.identificator.clone();
    let together = together.unwrap_or_else(|| format!("{:032x}", app.random.u128()));
    let mut documents = Vec::new();
    for file in &files {
        let name = new_name(&app.random, file.media_type);
        documents.push(Document {
            id: new_ulid(&app.clock, &app.random).to_string(),
            user_id: user,
            file: name,
            doc_type: submission.doc_type.clone(),
            doc_number: submission.doc_number.clone(),
            doc_expire: submission.doc_expire,
            doc_category: submission.doc_category.clone(),
            identificator: together.clone(),
            metadata: submission.metadata.clone(),
            created_at: now,
            updated_at: now,
        });
    }
    let kept = keep(app, user, &documents, &files).await;
    if matches!(kept, Err(Undone::Refused(_))) {
        // Where the table did not answer, the documents may be there: their files stay.
        discard(app, &documents).await;
    }
    kept
}

/// Files first: a document whose file is missing would be worse than a file that nobody knows the name of.
async fn keep(app: &App, user: UserId, documents: &[Document], files: &[File]) -> Result<()> {
    for (document, file) in documents.iter().zip(files) {
        if let Err(error) = app.files.put(&path(&document.file), file).await {
            discard(app, documents).await;
            return Err(error.into());
        }
    }
    retried(|| async {
        let customer = read(app, user).await?;
        room(app, &customer, documents.len())?;
        let mut change = Change::<Undone<NotKept>>::of(app, &customer);
        for document in documents {
            change.put(document);
            let record = json!({ "user": change.shown(), "doc_type": document.doc_type });
            change.tell("model.document.created", record);
        }
        let label = customer.label(Scope::Private, "document");
        if label.is_none_or(|label| label.value != "verified") {
            change.label(Scope::Private, "document", "pending");
        }
        change.commit(app).await.map(drop)
    })
    .await
}

async fn discard(app: &App, documents: &[Document]) {
    for document in documents {
        picture::discard(app, FOLDER, &document.file).await;
    }
}

async fn read(app: &App, user: UserId) -> Result<Customer> {
    let customer = Customer::read(&app.store, user).await?;
    customer.ok_or(Undone::Refused(NotKept::Gone))
}

/// Whether there is room for so many more.
fn room(app: &App, customer: &Customer, more: usize) -> Result<()> {
    let (limit, there) = (app.config.customers.documents, customer.documents.len());
    if there > limit {
        return Err(Undone::Refused(NotKept::LimitReached));
    }
    match there + more > limit {
        true => Err(Undone::Refused(NotKept::LimitWillBeReached)),
        false => Ok(()),
    }
}

fn check(app: &App, submission: &Submission) -> std::result::Result<(), Problems> {
    let types = &app.config.customers.document_types;
    let mut problems = Problems::default();
    problems.note_if(!types.contains(&submission.doc_type), "doc_type", Reason::Inclusion);
    let number = &submission.doc_number;
    let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
    problems.note_if(!number.chars().all(is_known), "doc_number", Reason::Invalid);
    problems.note_if(number.chars().count() > MOST_NUMBER, "doc_number", Reason::TooLong);
    let metadata = submission.metadata.as_deref();
    let is_odd = metadata.is_some_and(|metadata| !is_json(metadata));
    problems.note_if(is_odd, "metadata", Reason::InvalidFormat);
    let is_long = metadata.is_some_and(|metadata| metadata.chars().count() > MOST_METADATA);
    problems.note_if(is_long, "metadata", Reason::TooLong);
    problems.or_ok()
}

/// What an upload is: its name must end as one that is allowed, and its content must be what the name says. The words are
/// those of the published API's storage library.
fn sniff(app: &App, upload: &Upload) -> std::result::Result<File, Problems> {
    let settings = &app.config.customers;
    let refused = |phrase: String| Problems::one("upload", Reason::Phrase(phrase.into()));
    let extension = upload
        .name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    let extension = extension.unwrap_or_default();
    if !settings.upload_extensions.contains(&extension) {
        let allowed = settings.upload_extensions.join(", ");
        let said = safe(&extension);
        return Err(refused(format!(
            "You are not allowed to upload \"{said}\" files, allowed types: {allowed}"
        )));
    }
    let (least, most) = settings.upload_bytes;
    let size = upload.bytes.len() as u64;
    if size < least {
        return Err(refused(format!("File size should be greater than {least} Bytes")));
    }
    if size > most {
        return Err(refused(format!(
            "File size should be less than {} MB",
            most / 1024 / 1024
        )));
    }
    let found = infer::get(&upload.bytes).map_or("unknown", |kind| kind.mime_type());
    let format = FORMATS
        .iter()
        .find(|(media_type, endings)| *media_type == found && endings.contains(&extension.as_str()));
    match format {
        Some((media_type, _)) => Ok(File {
            bytes: upload.bytes.clone(),
            media_type,
        }),
        None => {
            let allowed = FORMATS.map(|(media_type, _)| media_type).join(", ");
            Err(refused(format!(
                "You are not allowed to upload {found} files, allowed types: {allowed}"
            )))
        }
    }
}

/// What a sender wrote, short and without what could be taken for something else.
fn safe(extension: &str) -> String {
    extension.chars().filter(char::is_ascii_alphanumeric).take(16).collect()
}

fn new_name(random: &Random, media_type: &str) -> String {
    picture::new_name(random, ending(media_type))
}

fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        _ => ".pdf",
    }
}

/// The path of a document's file.
fn path(file: &str) -> String {
    format!("{FOLDER}/{file}")
}

/// A link to a document's file, which is good for a minute or so, whoever has it.
///
/// # Errors
/// [`Failure`].
pub async fn link(app: &App, document: &Document) -> std::result::Result<String, Failure> {
    app.files
        .link(app, &path(&document.file), app.config.customers.link_seconds)
        .await
}

/// The file that a link of the local server leads to; `None` where the link is another's or overdue, or the file is gone.
///
/// # Errors
/// [`Failure`].
pub async fn linked(app: &App, file: &str, until: &str, signature: &str) -> std::result::Result<Option<File>, Failure> {
    let is_name = FORMATS
        .iter()
        .any(|(media_type, _)| picture::is_name(file, ending(media_type)));
    if !is_name || !crate::files::is_linked(app, &path(file), until, signature).await? {
        return Ok(None);
    }
    let bytes = app.files.get(&path(file)).await?;
    let media_type = |bytes: &[u8]| {
        let found = infer::get(bytes)?.mime_type();
        FORMATS
            .iter()
            .find(|(known, _)| *known == found)
            .map(|(known, _)| *known)
    };
    Ok(bytes.and_then(|bytes| {
        let media_type = media_type(&bytes)?;
        Some(File { bytes, media_type })
    }))
}
