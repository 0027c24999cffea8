//! What customers are asked for, and how far they are known.

use crate::accounts::customer::standing::Rules;
use crate::accounts::customer::storage::is_title;

/// Everything about customers that can be configured.
#[derive(Debug, Clone)]
pub struct CustomerConfig {
    /// What labels mean.
    pub rules: Rules,
    /// Documents that one customer has at most.
    pub documents: usize,
    /// What a document may be.
    pub document_types: Vec<String>,
    /// Whether a document must say until when it is good.
    pub documents_expire: bool,
    /// Bytes that a file has at least and at most.
    pub upload_bytes: (u64, u64),
    /// Endings that the name of a file may have.
    pub upload_extensions: Vec<String>,
    /// Seconds that a link to a file is good.
    pub link_seconds: u64,
    /// Titles under which customers may keep data.
    pub storage_titles: Vec<String>,
    /// The text message that brings a code, with `{{code}}` in its place.
    pub code_message: String,
    /// Whether owners, too, are shown only parts of numbers and names.
    pub masking: bool,
}

impl super::Env<'_> {
    pub(super) fn customers(&self) -> Result<CustomerConfig, super::ConfigError> {
        let defaults = Rules::default();
        let pairs = "pairs such as email:verified, separated by commas";
        let states = "pairs such as banned:fraud, separated by commas";
        let rules = Rules {
            levels: self.list_or("BARONG_LEVELS", pairs, defaults.levels)?,
            activation: self.list_or("BARONG_ACTIVATION_REQUIREMENTS", pairs, defaults.activation)?,
            triggers: self.list_or("BARONG_STATE_TRIGGERS", states, defaults.triggers)?,
        };
        let words = |words: &str| words.split(',').map(str::to_owned).collect::<Vec<String>>();
        let texts = |name, default: Vec<String>| self.list_or(name, "words, separated by commas", default);
        let types = "Passport,Identity card,Driver license,Utility Bill,Residental,Institutional";
        let code_message = self.text_or(
            "BARONG_SMS_CONTENT_TEMPLATE",
            "Your verification code for Barong: {{code}}",
        );
        if !code_message.contains("{{code}}") {
            return Err(self.wrong("BARONG_SMS_CONTENT_TEMPLATE", "a text that has {{code}} in it"));
        }
        let lowest = self.parsed("BARONG_UPLOAD_SIZE_MIN_RANGE", "a number of bytes")?;
        let most: Option<u64> = self.parsed("BARONG_UPLOAD_SIZE_MAX_RANGE", "a number of megabytes, 1 to 100")?;
        let most = most.unwrap_or(10);
        if !(1..=100).contains(&most) {
            return Err(self.wrong("BARONG_UPLOAD_SIZE_MAX_RANGE", "a number of megabytes, 1 to 100"));
        }
        let documents = self.parsed("BARONG_DOC_NUM_LIMIT", "a number, 1 to 60")?.unwrap_or(10);
        if !(1..=60).contains(&documents) {
            return Err(self.wrong("BARONG_DOC_NUM_LIMIT", "a number, 1 to 60"));
        }
        let minutes = self.parsed("BARONG_UPLOAD_AUTH_URL_EXPIRATION", "a number of minutes")?;
        let minutes: u32 = minutes.unwrap_or(1);
        let storage_titles = texts("USER_STORAGE_TITLES", Vec::new())?;
        if !storage_titles.iter().all(|title| is_title(title)) {
            let wanted = "titles of 3 to 64 letters, digits, _ and -, none of which names something else";
            return Err(self.wrong("USER_STORAGE_TITLES", wanted));
        }
        Ok(CustomerConfig {
            rules,
            documents,
            document_types: texts("BARONG_DOCUMENT_TYPES", words(types))?,
            documents_expire: self.flag("BARONG_REQUIRED_DOCS_EXPIRE", true)?,
            upload_bytes: (lowest.unwrap_or(1), most * 1024 * 1024),
            upload_extensions: texts("BARONG_UPLOAD_EXTENSION_WHITELIST", words("jpg,jpeg,png,pdf"))?,
            link_seconds: u64::from(minutes) * 60,
            storage_titles,
            code_message,
            masking: self.flag("BARONG_API_DATA_MASKING_ENABLED", false)?,
        })
    }

    /// A list that is `default` where the variable names nothing.
    fn list_or<T: std::str::FromStr>(
        &self,
        name: &'static str,
        wanted: &str,
        default: Vec<T>,
    ) -> Result<Vec<T>, super::ConfigError> {
        let given = self.list(name, wanted)?;
        Ok(if given.is_empty() { default } else { given })
    }
}
