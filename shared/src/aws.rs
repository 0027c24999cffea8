//! Clients of AWS services. None is built before it is needed: a cold start that answers from memory pays for none.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use secrecy::ExposeSecret;

use crate::config::{AwsConfig, AwsCredentials};
use crate::store::Patience;

/// Makes clients that share one configuration and one HTTPS connection pool.
#[derive(Debug, Clone)]
pub struct Aws(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: AwsConfig,
    https: OnceLock<SharedHttpClient>,
    chain: tokio::sync::OnceCell<SdkConfig>,
}

impl Aws {
    /// Clients by these settings.
    pub fn new(settings: AwsConfig) -> Self {
        Self(Arc::new(Inner {
            settings,
            https: OnceLock::new(),
            chain: tokio::sync::OnceCell::new(),
        }))
    }

    /// A client of DynamoDB, which is waited for as [`Aws::patience`] says.
    pub async fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let base = self.sdk(self.0.settings.dynamodb_endpoint.as_deref()).await;
        // A quota of its own: what fails elsewhere in the process does not keep the table from being asked again.
        let config = aws_sdk_dynamodb::config::Builder::from(&base)
            .timeout_config(self.patience().timeouts())
            .retry_config(self.patience().retries())
            .retry_partition(RetryPartition::custom("table").build());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// How long the table is waited for.
    pub fn patience(&self) -> Patience {
        self.0.settings.patience
    }

    /// A client of S3. Emulators know buckets by path, not by host name.
    pub async fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.sdk(self.endpoint()).await);
        aws_sdk_s3::Client::from_conf(config.force_path_style(self.endpoint().is_some()).build())
    }

    /// A client of Secrets Manager.
    pub async fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.sdk(self.endpoint()).await)
    }

    /// A client of SES.
    pub async fn ses(&self) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::new(&self.sdk(self.endpoint()).await)
    }

    /// A client of SNS.
    pub async fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::new(&self.sdk(self.endpoint()).await)
    }

    fn endpoint(&self) -> Option<&str> {
        self.0.settings.endpoint.as_deref()
    }

    /// The configuration of a service at `endpoint`, or at AWS. Lambda and emulators put credentials into the
    /// environment: then nothing is looked up. Elsewhere the SDK's chain is asked, once.
    pub async fn sdk(&self, endpoint: Option<&str>) -> SdkConfig {
        let settings = &self.0.settings;
        let given = match &settings.credentials {
            Some(keys) => Some(keys.provider()),
            // An emulator on this machine takes anybody.
            None if is_plain(endpoint) => Some(SharedCredentialsProvider::new(Credentials::new(
                "local", "local", None, None, "emulator",
            ))),
            None => None,
        };
        let base = match given {
            Some(credentials) => SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new(settings.region.clone()))
                .credentials_provider(credentials),
            None => {
                let region = Region::new(settings.region.clone());
                let load = || aws_config::defaults(BehaviorVersion::latest()).region(region).load();
                self.0.chain.get_or_init(load).await.to_builder()
            }
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(5))
            .operation_timeout(Duration::from_secs(12))
            .build();
        let mut base = base.timeout_config(timeouts).http_client(self.http_client(endpoint));
        base.set_endpoint_url(endpoint.map(str::to_owned));
        base.build()
    }

    /// Plain HTTP for an endpoint that asks for it: root certificates are read when something needs TLS.
    fn http_client(&self, endpoint: Option<&str>) -> SharedHttpClient {
        if is_plain(endpoint) {
            return Builder::new().build_http();
        }
        let tls = || {
            Builder::new()
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .build_https()
        };
        self.0.https.get_or_init(tls).clone()
    }
}

fn is_plain(endpoint: Option<&str>) -> bool {
    endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"))
}

impl AwsCredentials {
    fn provider(&self) -> SharedCredentialsProvider {
        let token = self
            .session_token
            .as_ref()
            .map(|token| token.expose_secret().to_owned());
        let secret = self.secret_access_key.expose_secret();
        SharedCredentialsProvider::new(Credentials::new(
            &self.access_key_id,
            secret,
            token,
            None,
            "environment",
        ))
    }
}
