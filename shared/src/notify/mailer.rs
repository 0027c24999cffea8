//! Sending what the outbox holds: in Lambda for each batch of the table's stream, on a laptop for each poll of it.

use std::time::Duration;

use super::mailbox::{Delivered, Mailbox};
use super::ses::Ses;
use super::sns::Sns;
use super::template::Rendered;
use super::{Content, Message, NotifyError, Said, Stage, unreadable};
use crate::App;
use crate::store::commit::{Step, text};
use crate::store::record::version_of;
use crate::store::{Commit, Condition, Record, StoreError};

/// Whoever sends a message has so long; after that another delivery may try. Longer than the mailer function may run, so
/// that it never ends under somebody who is still sending.
pub const LEASE: Duration = Duration::from_secs(120);

/// Where messages leave.
#[derive(Debug)]
pub enum Outlet {
    /// AWS: mails by SES, text messages by SNS.
    Aws(Ses, Sns),
    /// The mailbox of a laptop.
    Mailbox(Mailbox),
}

/// What came of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It was sent now.
    Sent,
    /// It was sent before, is not to be sent, or is gone.
    Nothing,
}

/// Sends the message `id` once. It is leased by a conditional write before it leaves, and marked as sent, without its
/// content, after that. When the process dies in between, another delivery may send it after the lease: twice at the
/// worst, where not at all would be worse.
///
/// # Errors
/// [`NotifyError`]; the message is then to be tried again.
pub async fn deliver(app: &App, outlet: &Outlet, id: &str) -> Result<Delivery, NotifyError> {
    let [item] = app.store.get([Message::key_of(id)]).await?;
    let Some(item) = item else { return Ok(Delivery::Nothing) };
    let version = version_of(&item).ok_or_else(|| StoreError::Corrupt("a message without a version".into()))?;
    let message: Message = crate::store::record::read(item)?;
    let now = app.clock.now();
    match message.stage {
        Stage::Sent | Stage::Void => return Ok(Delivery::Nothing),
        Stage::Sending if message.leased_until.is_some_and(|until| now < until) => return Err(NotifyError::UnderWay),
        Stage::Sending | Stage::Pending => {}
    }
    let until = now.checked_add(LEASE).map_err(unreadable)?;
    let mut lease = Commit::<NotifyError>::new();
    lease
        .update(
            message.key(),
            Condition::Version(version),
            [
                Step::Set("stage", text("sending")),
                Step::Set("leased_until", text(until)),
            ],
        )
        .otherwise(|_| NotifyError::UnderWay);
    app.store.commit(lease).await?;

    let sent = send(app, outlet, &message).await;
    let mut mark = Commit::<NotifyError>::new();
    let steps = match &sent {
        Ok(provider_id) => vec![
            Step::Set("stage", text("sent")),
            Step::Set("provider_id", text(provider_id)),
            Step::Remove("sealed"),
            Step::Remove("leased_until"),
        ],
        Err(_) => vec![Step::Set("stage", text("pending")), Step::Remove("leased_until")],
    };
    mark.update(message.key(), Condition::Version(version + 1), steps)
        .otherwise(|_| NotifyError::UnderWay);
    let marked = app.store.commit(mark).await;
    sent?;
    marked?;
    Ok(Delivery::Sent)
}

async fn send(app: &App, outlet: &Outlet, message: &Message) -> Result<String, NotifyError> {
    let Content { to, said } = message.open(app.keys.get().await?.as_ref())?;
    let said = match said {
        Said::Mail { template } => Words::Mail(template.render(&app.config.service_name)?),
        Said::Sms { text } => Words::Sms(text),
    };
    match (outlet, said) {
        (Outlet::Aws(ses, _), Words::Mail(mail)) => ses.send(&to, &mail).await,
        (Outlet::Aws(_, sns), Words::Sms(text)) => sns.send(&to, &text).await,
        (Outlet::Mailbox(mailbox), said) => {
            let (from, subject, text, html) = match said {
                Words::Sms(text) => (None, None, text, None),
                Words::Mail(mail) => {
                    let from = app.config.mail.from.clone();
                    (Some(from), Some(mail.subject), mail.text, Some(mail.html))
                }
            };
            let delivered = Delivered {
                id: message.id.clone(),
                to,
                from,
                subject,
                text,
                html,
                sent_at: format!("{:.3}", app.clock.now()),
            };
            mailbox
                .put(message.channel, &delivered)
                .await
                .map(|()| message.id.clone())
        }
    }
}

/// What a message says, in words.
enum Words {
    /// A mail.
    Mail(Rendered),
    /// A text message.
    Sms(String),
}
