//! The secret and its versions.

use aws_sdk_secretsmanager::Client;
use zeroize::Zeroizing;

use crate::NotRotated;

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";

/// The secret.
pub struct Secret<'a> {
    client: Client,
    id: &'a str,
}

/// A version of it.
pub struct Version {
    /// What it is called.
    pub id: String,
    /// What it says.
    pub document: Zeroizing<String>,
}

impl<'a> Secret<'a> {
    pub fn new(client: Client, id: &'a str) -> Self {
        Self { client, id }
    }

    /// The version that everybody uses.
    pub async fn current(&self) -> Result<Version, NotRotated> {
        let asked = self.client.get_secret_value().secret_id(self.id).version_stage(CURRENT);
        let found = asked.send().await.map_err(NotRotated::unanswered)?;
        Ok(Version {
            id: found.version_id.unwrap_or_default(),
            document: Zeroizing::new(found.secret_string.unwrap_or_default()),
        })
    }

    /// What a version says, if it says anything: Secrets Manager makes an empty one before it asks for its content.
    pub async fn version(&self, token: &str) -> Result<Option<Zeroizing<String>>, NotRotated> {
        let asked = self.client.get_secret_value().secret_id(self.id).version_id(token);
        match asked.send().await {
            Ok(found) => Ok(found.secret_string.map(Zeroizing::new)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_resource_not_found_exception()) =>
            {
                Ok(None)
            }
            Err(error) => Err(NotRotated::unanswered(error)),
        }
    }

    /// Writes a version that nobody uses yet.
    pub async fn put(&self, token: &str, document: &str) -> Result<(), NotRotated> {
        let put = self.client.put_secret_value().secret_id(self.id);
        let put = put.client_request_token(token).version_stages(PENDING);
        let done = put.secret_string(document).send().await;
        done.map(drop).map_err(NotRotated::unanswered)
    }

    /// Makes a version the current one, if `before` is until then.
    pub async fn promote(&self, token: &str, before: &str) -> Result<(), NotRotated> {
        let moved = self.client.update_secret_version_stage().secret_id(self.id);
        let moved = moved.version_stage(CURRENT).remove_from_version_id(before);
        let done = moved.move_to_version_id(token).send().await;
        done.map(drop).map_err(NotRotated::unanswered)
    }

    /// Lets nobody wait for a version.
    pub async fn give_up(&self, token: &str) -> Result<(), NotRotated> {
        let moved = self.client.update_secret_version_stage().secret_id(self.id);
        let done = moved.version_stage(PENDING).remove_from_version_id(token).send().await;
        // It may have been given up before.
        match done {
            Err(error)
                if !error
                    .as_service_error()
                    .is_some_and(|error| error.is_invalid_parameter_exception()) =>
            {
                Err(NotRotated::unanswered(error))
            }
            _ => Ok(()),
        }
    }
}
