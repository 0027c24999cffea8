//! The table of variables. README shows the same one, and a test compares the two.

/// One variable of the environment.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is not set, in words.
    pub default: &'static str,
    /// What it is for.
    pub purpose: &'static str,
}

const fn variable(name: &'static str, default: &'static str, purpose: &'static str) -> Variable {
    Variable { name, default, purpose }
}

/// Every variable that Countersign reads.
pub const VARIABLES: &[Variable] = &[
    variable("PORT", "8000", "the local server's port, on 127.0.0.1"),
    variable(
        "LISTEN",
        "127.0.0.1:PORT",
        "the local server's address and port, where it is not loopback",
    ),
    variable(
        "DATA_DIR",
        "./.countersign",
        "where the local server keeps its table, keys, files and mailbox",
    ),
    variable(
        "PUBLIC_URL",
        "http://127.0.0.1:PORT",
        "the address that links in mails begin with; never taken from a request",
    ),
    variable("SERVICE_NAME", "Countersign", "the name that mails are signed with"),
    variable(
        "TRUSTED_PROXIES",
        "none",
        "networks (CIDR, comma separated) whose X-Forwarded-For is believed",
    ),
    variable(
        "CORS_ORIGINS",
        "none",
        "origins (comma separated, or *) that the local server answers cross-origin requests of",
    ),
    variable(
        "LOG_LEVEL",
        "info",
        "error, warn, info, debug or trace; one JSON object a line on standard error",
    ),
    variable("IDENTITY_ISSUER", "go", "the issuer (iss) of identity-server's tokens"),
    variable("ARC_ISSUER", "arc", "the issuer (iss) of arc's access tokens"),
    variable(
        "OTP_CACHE_REVEAL",
        "0",
        "1 keeps one-time passwords encrypted instead of as a hash only, and shows them at /otp-caches to whoever may store them",
    ),
    variable(
        "REFRESH_GRACE",
        "10",
        "seconds in which a repeated refresh of arc is answered as the first was; 0 makes every repetition theft",
    ),
    variable("THROTTLE", "on", "off switches every attempt limit off, for test runs"),
    variable(
        "THROTTLE_SIGNIN_ACCOUNT",
        "10/900",
        "sign-in attempts for one e-mail address: count/seconds; a success gives them back",
    ),
    variable(
        "THROTTLE_SIGNIN_ADDRESS",
        "100/900",
        "sign-in attempts from one client address (IPv6: its /64)",
    ),
    variable("THROTTLE_SIGNUP_ADDRESS", "30/3600", "sign-ups from one client address"),
    variable(
        "THROTTLE_REGISTER_ACCOUNT",
        "5/3600",
        "registrations of one e-mail address, each of which may send a mail",
    ),
    variable(
        "THROTTLE_ACTIVATE_ADDRESS",
        "30/3600",
        "activation codes tried from one client address",
    ),
    variable("THROTTLE_RESET_ACCOUNT", "5/3600", "reset mails to one e-mail address"),
    variable(
        "THROTTLE_RESET_ADDRESS",
        "30/3600",
        "reset mails asked for, and reset tokens tried, from one client address",
    ),
    variable(
        "THROTTLE_INVITE_ACCOUNT",
        "200/3600",
        "mails that one user sends to others: invitations, and notices of roles",
    ),
    variable(
        "THROTTLE_RESEND_INVITATION",
        "5/3600",
        "mails that repeat one invitation",
    ),
    variable(
        "THROTTLE_OTP_ACCOUNT",
        "5/3600",
        "codes to sign in with that are mailed to one e-mail address",
    ),
    variable(
        "THROTTLE_TOTP_ACCOUNT",
        "10/900",
        "codes of an authenticator app that one user shows apart from a password",
    ),
    variable(
        "THROTTLE_OTP_ADDRESS",
        "60/900",
        "one-time passwords and codes stored, asked for, and tried, from one client address",
    ),
    variable(
        "THROTTLE_PASSKEY_ADDRESS",
        "300/900",
        "passkey sign-ins begun, finished, and asked about, from one client address",
    ),
    variable(
        "PASSWORD_MIN_LENGTH",
        "6",
        "code points a new password has at least; 15 is recommended (NIST SP 800-63B-4)",
    ),
    variable(
        "BOOTSTRAP_ADMIN_EMAIL",
        "admin@example.com",
        "the first administrator, made by the local server when there is none",
    ),
    variable(
        "BOOTSTRAP_ADMIN_PASSWORD",
        "made up and printed",
        "the first administrator's password",
    ),
    variable(
        "BOOTSTRAP_CLIENT_ID",
        "countersign",
        "the first OAuth client's clientId, made by the local server when there never was a client",
    ),
    variable(
        "BOOTSTRAP_CLIENT_SECRET",
        "made up and printed",
        "the first OAuth client's secret",
    ),
    variable(
        "WEBAUTHN_RP_ID",
        "the host of PUBLIC_URL",
        "the domain that passkeys are bound to; changing it makes all of them useless",
    ),
    variable("WEBAUTHN_RP_NAME", "SERVICE_NAME", "the name that authenticators show"),
    variable(
        "WEBAUTHN_ORIGINS",
        "PUBLIC_URL",
        "origins (comma separated) whose pages may use passkeys; on a laptop http://localhost:PORT is one too",
    ),
    variable("TABLE_NAME", "the embedded table", "the DynamoDB table to work on"),
    variable(
        "CREATE_TABLE",
        "0",
        "1 lets the local server make TABLE_NAME when it does not exist",
    ),
    variable(
        "KEYRING_SECRET_ID",
        "DATA_DIR/keyring.json",
        "the Secrets Manager secret that holds the keyring",
    ),
    variable("FILES_BUCKET", "DATA_DIR/files", "the S3 bucket of uploaded files"),
    variable(
        "MAIL_FROM",
        "no-reply@example.com",
        "the sender of mails, an identity that SES has verified",
    ),
    variable(
        "MAIL_CONFIGURATION_SET",
        "none",
        "the SES configuration set that mails are sent with",
    ),
    variable("AWS_REGION", "us-east-1", "the region of table, bucket, secret and SES"),
    variable(
        "AWS_ENDPOINT_URL",
        "AWS",
        "another endpoint for every AWS service, for emulators",
    ),
    variable(
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS",
        "another endpoint for DynamoDB, such as DynamoDB Local",
    ),
    variable(
        "AWS_ACCESS_KEY_ID",
        "the SDK's chain",
        "credentials; Lambda sets all three",
    ),
    variable("AWS_SECRET_ACCESS_KEY", "the SDK's chain", "see AWS_ACCESS_KEY_ID"),
    variable("AWS_SESSION_TOKEN", "none", "see AWS_ACCESS_KEY_ID"),
];
