//! Text messages by Amazon SNS.

use aws_sdk_sns::error::DisplayErrorContext;
use aws_sdk_sns::types::MessageAttributeValue;

use super::{NotifyError, unreadable};
use crate::aws::Aws;

/// Sends by SNS.
#[derive(Debug)]
pub struct Sns {
    aws: Aws,
    client: tokio::sync::OnceCell<aws_sdk_sns::Client>,
}

impl Sns {
    /// SNS; connects when the first text message is sent.
    pub fn new(aws: Aws) -> Self {
        Self {
            aws,
            client: tokio::sync::OnceCell::new(),
        }
    }

    /// Sends a text message to a number with a plus sign, and returns SNS's identifier of it.
    ///
    /// # Errors
    /// [`NotifyError::Provider`] when SNS does not take it.
    pub async fn send(&self, to: &str, text: &str) -> Result<String, NotifyError> {
        // Codes are awaited: they go before what is not.
        let transactional = MessageAttributeValue::builder()
            .data_type("String")
            .string_value("Transactional")
            .build()
            .map_err(unreadable)?;
        let client = self.client.get_or_init(|| self.aws.sns()).await;
        let sent = client
            .publish()
            .phone_number(to)
            .message(text)
            .message_attributes("AWS.SNS.SMS.SMSType", transactional)
            .send()
            .await
            .map_err(|error| NotifyError::Provider(DisplayErrorContext(error).to_string()))?;
        Ok(sent.message_id.unwrap_or_default())
    }
}
