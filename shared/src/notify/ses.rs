//! Mail by Amazon SES: a MIME message with text and HTML, sent as it is.

use aws_sdk_sesv2::error::DisplayErrorContext;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use lettre::message::{Mailbox, MultiPart};

use super::NotifyError;
use super::template::Rendered;
use crate::aws::Aws;
use crate::config::MailConfig;

/// Sends by SES.
#[derive(Debug)]
pub struct Ses {
    aws: Aws,
    settings: MailConfig,
    client: tokio::sync::OnceCell<aws_sdk_sesv2::Client>,
}

impl Ses {
    /// SES as `settings` say; connects when the first mail is sent.
    pub fn new(aws: Aws, settings: MailConfig) -> Self {
        Self {
            aws,
            settings,
            client: tokio::sync::OnceCell::new(),
        }
    }

    /// Sends a mail and returns SES's identifier of it.
    ///
    /// # Errors
    /// [`NotifyError::Provider`] when SES does not take it, [`NotifyError::Content`] when it is no mail.
    pub async fn send(&self, to: &str, mail: &Rendered) -> Result<String, NotifyError> {
        let message = lettre::Message::builder()
            .from(mailbox(&self.settings.from)?)
            .to(mailbox(to)?)
            .subject(&mail.subject)
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(super::unreadable)?;
        let raw = RawMessage::builder()
            .data(Blob::new(message.formatted()))
            .build()
            .map_err(super::unreadable)?;
        let client = self.client.get_or_init(|| self.aws.ses()).await;
        let sent = client
            .send_email()
            .from_email_address(&self.settings.from)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().raw(raw).build())
            .set_configuration_set_name(self.settings.configuration_set.clone())
            .send()
            .await
            .map_err(|error| NotifyError::Provider(DisplayErrorContext(error).to_string()))?;
        Ok(sent.message_id.unwrap_or_default())
    }
}

fn mailbox(address: &str) -> Result<Mailbox, NotifyError> {
    address.parse().map_err(super::unreadable)
}
