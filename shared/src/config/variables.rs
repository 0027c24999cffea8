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
    variable(
        "SETTINGS",
        "none",
        "any of the others, as a JSON object of text: for a deployment, whose template has parameters for a few only",
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
    variable(
        "METRICS_NAMESPACE",
        "none",
        "in Lambda: the CloudWatch namespace of the metrics of requests, one JSON object a line on standard output; none writes none",
    ),
    variable("IDENTITY_ISSUER", "go", "the issuer (iss) of identity-server's tokens"),
    variable("ARC_ISSUER", "arc", "the issuer (iss) of arc's access tokens"),
    variable(
        "ARC_RESET_URL",
        "PUBLIC_URL/account/reset/",
        "what the link in arc's reset mails begins with, the token follows: a page of the application, which calls reset-password with its secret",
    ),
    variable(
        "BARONG_STATUS_CODES",
        "documented",
        "the statuses of success on barong's surface: documented, or runtime as the original program sends them",
    ),
    variable("BARONG_DOMAIN", "PUBLIC_URL", "what links in barong's mails begin with"),
    variable(
        "BARONG_UID_PREFIX",
        "ID",
        "what short identifiers of accounts begin with: 2 to 6 letters",
    ),
    variable(
        "BARONG_SESSION_NAME",
        "_barong_session",
        "the name of barong's session cookie",
    ),
    variable(
        "BARONG_SESSION_EXPIRE_TIME",
        "1800",
        "seconds that a session of barong lives without being used; never longer than a day in all",
    ),
    variable(
        "BARONG_CSRF_PROTECTION",
        "true",
        "whether a request by cookie that changes something needs X-CSRF-Token",
    ),
    variable(
        "BARONG_JWT_EXPIRE_TIME",
        "3600",
        "seconds that a token of barong's edge lives",
    ),
    variable(
        "BARONG_JWT_REUSE",
        "1",
        "seconds in which the edge hands the same token out again, while what it says holds; 0 makes every one a new one",
    ),
    variable(
        "BARONG_APIKEY_NONCE_LIFETIME",
        "5000",
        "milliseconds that the nonce of an API key may be away from now",
    ),
    variable(
        "BARONG_APIKEY_NONCE_CACHE",
        "false",
        "whether such a nonce works once, which costs a write for each request by an API key",
    ),
    variable(
        "BARONG_GATEWAY",
        "cloudflare",
        "akamai lets True-Client-IP of a trusted proxy say who the client is, before X-Forwarded-For",
    ),
    variable(
        "BARONG_PASS_PATHS",
        "api/v2/barong/identity,api/v2/peatio/public",
        "paths (comma separated) below which barong's edge asks nobody who they are",
    ),
    variable(
        "BARONG_BLOCK_PATHS",
        "api/v2/barong/management,api/v2/peatio/management",
        "paths (comma separated) below which it lets nobody through",
    ),
    variable(
        "GEOIP_DB",
        "none",
        "a GeoLite2 Country file; without one, restrictions of countries and continents are about nobody",
    ),
    variable(
        "BARONG_PASSWORD_REGEXP",
        "four classes, 8 to 80 characters",
        "what a password set on barong's surface matches",
    ),
    variable(
        "BARONG_PASSWORD_MIN_ENTROPY",
        "14",
        "bits of entropy that a password set on barong's surface has at least",
    ),
    variable(
        "BARONG_PASSWORD_USE_DICTIONARY",
        "true",
        "whether a well-known word counts as one character of such a password",
    ),
    variable(
        "BARONG_CAPTCHA",
        "none",
        "what barong's surface asks robots: none, recaptcha or geetest",
    ),
    variable(
        "BARONG_CAPTCHA_PROTECTED_ENDPOINTS",
        "user_create,session_create,password_reset,email_confirmation",
        "where it asks",
    ),
    variable(
        "BARONG_RECAPTCHA_SITE_KEY",
        "none",
        "reCAPTCHA's site key, which clients are told",
    ),
    variable("BARONG_RECAPTCHA_SECRET_KEY", "none", "reCAPTCHA's secret key"),
    variable(
        "BARONG_RECAPTCHA_URL",
        "https://www.google.com/recaptcha/api/siteverify",
        "where answers to reCAPTCHA are verified",
    ),
    variable("BARONG_GEETEST_ID", "none", "GeeTest's id, which clients are told"),
    variable("BARONG_GEETEST_KEY", "none", "GeeTest's key"),
    variable(
        "BARONG_GEETEST_URL",
        "https://api.geetest.com",
        "where challenges of GeeTest are registered and answers verified",
    ),
    variable(
        "BARONG_API_CORS_ORIGINS",
        "*",
        "origins (comma separated, or *) that may read barong's answers in a browser",
    ),
    variable(
        "BARONG_API_CORS_MAX_AGE",
        "3600",
        "seconds that a browser remembers that",
    ),
    variable(
        "BARONG_API_CORS_ALLOW_CREDENTIALS",
        "false",
        "whether such a browser may send cookies; not together with *",
    ),
    variable(
        "BARONG_PHONE_VERIFICATION",
        "twilio_sms",
        "what barong's clients are told about phones: mock, twilio_sms or twilio_verify; whatever it says, codes are verified",
    ),
    variable("GIT_SHA", "none", "the commit that barong's clients are told"),
    variable(
        "BUILD_DATE",
        "none",
        "the date of the build that barong's clients are told",
    ),
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
        "THROTTLE_SOCIAL_ADDRESS",
        "300/900",
        "sign-ins through a provider begun and finished from one client address",
    ),
    variable(
        "THROTTLE_SMS_ACCOUNT",
        "10/3600",
        "text messages with a code that one user has sent",
    ),
    variable(
        "THROTTLE_SMS_NUMBER",
        "5/3600",
        "those to one telephone number, whoever has them sent",
    ),
    variable(
        "THROTTLE_SMS_REPEAT",
        "2/60",
        "those of one user to one number: how soon one may be repeated",
    ),
    variable(
        "THROTTLE_SMS_COUNTRY",
        "500/3600",
        "those to all numbers of one country, which bounds what they cost",
    ),
    variable(
        "THROTTLE_SMS_CODE_ACCOUNT",
        "30/3600",
        "codes of text messages that one user tries, beside the five for each code",
    ),
    variable(
        "BARONG_LEVELS",
        "email:verified, phone:verified, document:verified",
        "the private label of each level, from 1",
    ),
    variable(
        "BARONG_ACTIVATION_REQUIREMENTS",
        "email:verified",
        "the private labels that make an account active",
    ),
    variable(
        "BARONG_STATE_TRIGGERS",
        "banned:ban, banned:fraud, deleted:delete, locked:suspicious, locked:lock",
        "keys of private labels that put an account into a state; the last that is found counts",
    ),
    variable(
        "BARONG_DOC_NUM_LIMIT",
        "10",
        "documents that one customer has at most, 60 or fewer",
    ),
    variable(
        "BARONG_DOCUMENT_TYPES",
        "Passport, Identity card, Driver license, Utility Bill, Residental, Institutional",
        "what a document may be",
    ),
    variable(
        "BARONG_REQUIRED_DOCS_EXPIRE",
        "true",
        "whether a document must say until when it is good",
    ),
    variable(
        "BARONG_UPLOAD_SIZE_MIN_RANGE",
        "1",
        "bytes that a document has at least",
    ),
    variable(
        "BARONG_UPLOAD_SIZE_MAX_RANGE",
        "10",
        "megabytes that a document has at most; behind API Gateway a whole request has 6",
    ),
    variable(
        "BARONG_UPLOAD_EXTENSION_WHITELIST",
        "jpg, jpeg, png, pdf",
        "endings that the name of a document may have; its content must be one of these formats",
    ),
    variable(
        "BARONG_UPLOAD_AUTH_URL_EXPIRATION",
        "1",
        "minutes that a link to a document is good",
    ),
    variable(
        "USER_STORAGE_TITLES",
        "none",
        "titles (comma separated) under which customers may keep data of theirs",
    ),
    variable(
        "BARONG_SMS_CONTENT_TEMPLATE",
        "Your verification code for Barong: {{code}}",
        "the text message that brings a code",
    ),
    variable(
        "BARONG_API_DATA_MASKING_ENABLED",
        "false",
        "true shows owners, too, only parts of their numbers and names",
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
    variable(
        "ALLOW_PRIVATE_PROVIDERS",
        "0",
        "1 lets providers be at private and loopback addresses, and without TLS",
    ),
    variable(
        "GOOGLE_AUTH_CLIENT_ID",
        "none",
        "what we are called at Google; without it nobody signs in through Google",
    ),
    variable("GOOGLE_AUTH_CLIENT_SECRET", "none", "what we prove that with"),
    variable(
        "GOOGLE_AUTH_CALLBACK_URL",
        "PUBLIC_URL/auth/google-auth-redirect",
        "where Google sends browsers back to, as it stands there",
    ),
    variable(
        "GOOGLE_AUTH_URL",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "where browsers are sent to for Google",
    ),
    variable(
        "GOOGLE_AUTH_TOKEN_URL",
        "https://oauth2.googleapis.com/token",
        "where Google exchanges a code",
    ),
    variable(
        "GOOGLE_AUTH_USERINFO_URL",
        "https://openidconnect.googleapis.com/v1/userinfo",
        "where Google says who somebody is, when its id token shows no address",
    ),
    variable(
        "GOOGLE_AUTH_JWKS_URL",
        "https://www.googleapis.com/oauth2/v3/certs",
        "the keys that Google signs with",
    ),
    variable(
        "GOOGLE_AUTH_ISSUER",
        "https://accounts.google.com",
        "who Google says it is; accounts belong to it, so that whoever changes it has other accounts",
    ),
    variable(
        "GOOGLE_AUTH_REVOKE_URL",
        "https://oauth2.googleapis.com/revoke",
        "where Google is told that a token is not needed any more",
    ),
    variable(
        "FACEBOOK_AUTH_CLIENT_ID",
        "none",
        "what we are called at Facebook; without it nobody signs in through Facebook",
    ),
    variable("FACEBOOK_AUTH_CLIENT_SECRET", "none", "what we prove that with"),
    variable(
        "FACEBOOK_AUTH_CALLBACK_URL",
        "PUBLIC_URL/auth/facebook-auth-redirect",
        "where Facebook sends browsers back to, as it stands there",
    ),
    variable(
        "FACEBOOK_AUTH_URL",
        "https://www.facebook.com/v21.0/dialog/oauth",
        "where browsers are sent to for Facebook",
    ),
    variable(
        "FACEBOOK_AUTH_TOKEN_URL",
        "https://graph.facebook.com/v21.0/oauth/access_token",
        "where Facebook exchanges a code",
    ),
    variable(
        "FACEBOOK_AUTH_USERINFO_URL",
        "https://graph.facebook.com/v21.0/me?fields=id,name,first_name,last_name,email",
        "where Facebook says who somebody is",
    ),
    variable(
        "FACEBOOK_AUTH_ISSUER",
        "https://www.facebook.com",
        "the name that accounts of Facebook belong to; whoever changes it has other accounts",
    ),
    variable(
        "FACEBOOK_AUTH_DEBUG_URL",
        "https://graph.facebook.com/v21.0/debug_token",
        "where Facebook says which application a token was given to",
    ),
    variable(
        "INSTAGRAM_AUTH_CLIENT_ID",
        "none",
        "what we are called at Instagram; without it nobody signs in through Instagram",
    ),
    variable("INSTAGRAM_AUTH_CLIENT_SECRET", "none", "what we prove that with"),
    variable(
        "INSTAGRAM_AUTH_CALLBACK_URL",
        "PUBLIC_URL/auth/instagram-auth-redirect",
        "where Instagram sends browsers back to, as it stands there",
    ),
    variable(
        "INSTAGRAM_AUTH_URL",
        "https://www.instagram.com/oauth/authorize",
        "where browsers are sent to for Instagram",
    ),
    variable(
        "INSTAGRAM_AUTH_TOKEN_URL",
        "https://api.instagram.com/oauth/access_token",
        "where Instagram exchanges a code",
    ),
    variable(
        "INSTAGRAM_AUTH_USERINFO_URL",
        "https://graph.instagram.com/me?fields=id,username",
        "where Instagram says who somebody is",
    ),
    variable(
        "INSTAGRAM_AUTH_ISSUER",
        "https://www.instagram.com",
        "the name that accounts of Instagram belong to; whoever changes it has other accounts",
    ),
    variable(
        "APPLE_AUTH_CLIENT_ID",
        "none",
        "what we are called at Apple; without it nobody signs in through Apple",
    ),
    variable(
        "APPLE_AUTH_CLIENT_SECRET",
        "made by the key",
        "what we prove that with, where there is no key",
    ),
    variable("APPLE_AUTH_TEAM_ID", "none", "the team that the key is of"),
    variable("APPLE_AUTH_KEY_ID", "none", "which of the team's keys it is"),
    variable(
        "APPLE_AUTH_PRIVATE_KEY",
        "none",
        "the key as Apple gives it (PEM; \\n stands for a line's end)",
    ),
    variable(
        "APPLE_AUTH_CALLBACK_URL",
        "PUBLIC_URL/auth/apple-oauth-redirect",
        "where Apple sends browsers back to, as it stands there",
    ),
    variable(
        "APPLE_AUTH_URL",
        "https://appleid.apple.com/auth/authorize",
        "where browsers are sent to for Apple",
    ),
    variable(
        "APPLE_AUTH_TOKEN_URL",
        "https://appleid.apple.com/auth/token",
        "where Apple exchanges a code",
    ),
    variable(
        "APPLE_AUTH_JWKS_URL",
        "https://appleid.apple.com/auth/keys",
        "the keys that Apple signs with",
    ),
    variable(
        "APPLE_AUTH_ISSUER",
        "https://appleid.apple.com",
        "who Apple says it is; accounts belong to it, so that whoever changes it has other accounts",
    ),
    variable(
        "KEYCLOAK_HOST",
        "none",
        "the address of a Keycloak, such as https://sso.example.com, without /auth/realms",
    ),
    variable(
        "KEYCLOAK_REALM",
        "none",
        "the realm whose people sign in; its issuer is KEYCLOAK_HOST/auth/realms/KEYCLOAK_REALM",
    ),
    variable(
        "KEYCLOAK_CLIENT_ID",
        "none",
        "what we are called there; without it nobody signs in through Keycloak",
    ),
    variable("KEYCLOAK_CLIENT_SECRET", "none", "what we prove that with"),
    variable(
        "KEYCLOAK_CALLBACK_URL",
        "PUBLIC_URL/auth/keycloak-auth-redirect",
        "where Keycloak sends browsers back to, as it stands there",
    ),
    variable(
        "KEYCLOAK_SCOPE",
        "openid",
        "what Keycloak is asked to tell; the address has to be in it, as it is by default",
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
