//! Entities as administrators see them: nothing is masked.

use serde::Serialize;
use shared::App;
use shared::accounts::Customer;
use shared::accounts::customer::{Document, Label, documents};
use shared::surfaces::barong::BarongError;
use shared::surfaces::barong::entities::{DataStorageView, LabelView, Moment, PhoneView, ProfileView, UserView};
use utoipa::ToSchema;

/// A label with what is written about it.
#[derive(Serialize, ToSchema)]
pub struct AdminLabelView {
    /// The label.
    #[serde(flatten)]
    label: LabelView,
    /// What an administrator wrote about it.
    #[schema(required)]
    description: Option<String>,
}

impl AdminLabelView {
    fn of(label: &Label) -> Self {
        Self {
            label: LabelView::of(label),
            description: label.description.clone(),
        }
    }
}

/// Where a file is.
#[derive(Serialize, ToSchema)]
pub struct FileView {
    /// A link that is good for a minute, whoever has it.
    url: String,
}

/// A document of somebody.
#[derive(Serialize, ToSchema)]
pub struct AdminDocumentView {
    /// Its file.
    upload: FileView,
    /// What it is.
    doc_type: String,
    /// Its number.
    doc_number: String,
    /// Until when it is good.
    #[schema(required)]
    doc_expire: Option<String>,
    /// JSON as text.
    #[schema(required)]
    metadata: Option<String>,
    /// When it was uploaded.
    created_at: Moment,
    /// When it last changed.
    updated_at: Moment,
}

impl AdminDocumentView {
    async fn of(app: &App, document: &Document) -> Result<Self, BarongError> {
        Ok(Self {
            upload: FileView {
                url: documents::link(app, document).await?,
            },
            doc_type: document.doc_type.clone(),
            doc_number: document.doc_number.clone(),
            doc_expire: document.doc_expire.map(|expires| expires.to_string()),
            metadata: document.metadata.clone(),
            created_at: Moment(document.created_at),
            updated_at: Moment(document.updated_at),
        })
    }
}

/// A user with everything that is known of its owner.
#[derive(Serialize, ToSchema)]
pub struct KycUserView {
    /// The user.
    #[serde(flatten)]
    user: UserView,
    /// What it told about the person.
    profiles: Vec<ProfileView>,
    /// What is said of it, by itself, by the system and by administrators.
    labels: Vec<AdminLabelView>,
    /// Its phones.
    phones: Vec<PhoneView>,
    /// Its documents.
    documents: Vec<AdminDocumentView>,
    /// What clients keep with it.
    data_storages: Vec<DataStorageView>,
    /// When it was made.
    created_at: Moment,
    /// When it last changed.
    updated_at: Moment,
}

impl KycUserView {
    /// A user and everything that is known of it.
    pub async fn of(app: &App, customer: &Customer) -> Result<Self, BarongError> {
        let mut documents = Vec::new();
        for document in &customer.documents {
            documents.push(AdminDocumentView::of(app, document).await?);
        }
        let user = customer.user();
        let profiles = customer.profiles.iter().map(|profile| ProfileView::of(profile, false));
        let phones = customer.phones.iter().map(|phone| PhoneView::of(phone, false));
        Ok(Self {
            user: UserView::of(user),
            profiles: profiles.collect(),
            labels: customer.labels.iter().map(AdminLabelView::of).collect(),
            phones: phones.collect(),
            documents,
            data_storages: customer.storages.iter().map(DataStorageView::of).collect(),
            created_at: Moment(user.created_at),
            updated_at: Moment(user.updated_at.unwrap_or(user.created_at)),
        })
    }
}
