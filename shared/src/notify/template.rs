//! What messages say. The words are in `templates/`, one file for the subject, one for text, one for HTML; this file only
//! names them and their variables.

use minijinja::{AutoEscape, Environment, escape_formatter};
use serde::{Deserialize, Serialize};

use super::{NotifyError, unreadable};

/// Every message there is, with its variables.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "snake_case")]
pub enum Template {
    /// A link to set a new password.
    PasswordReset {
        /// Where the link leads; a secret.
        link: String,
        /// How long it works.
        minutes: u64,
    },
    /// A link to a page that activates an account. It says nothing that whoever registered has chosen: the address may be
    /// a stranger's.
    Activation {
        /// Where the link leads; a secret.
        link: String,
        /// How long it works.
        hours: u64,
    },
    /// A link to a page that confirms an address, which somebody made an account for.
    EmailConfirmation {
        /// Where the link leads; a secret.
        link: String,
        /// How long it works.
        minutes: u64,
    },
    /// A notice that somebody signed in (ASVS 6.3.5).
    NewLogin {
        /// The client's address.
        ip: String,
        /// What the client calls itself.
        user_agent: String,
    },
    /// A code to sign in with, for whoever reads the address's mail.
    LoginCode {
        /// The code; a secret.
        code: String,
        /// How long it works.
        minutes: u64,
    },
    /// A link that makes an account for the address.
    SignUp {
        /// Where the link leads; a secret.
        link: String,
        /// How long it works.
        minutes: u64,
    },
    /// A notice that somebody wanted to make an account for an address that has one.
    AddressTaken,
    /// A notice that the password was changed (ASVS 6.3.7).
    PasswordChanged,
    /// An invitation to join an organization.
    Invitation {
        /// The organization's name.
        organization: String,
        /// The role's name.
        role: String,
        /// Who invites.
        inviter: String,
        /// Until when it may be accepted.
        until: String,
        /// Where it is accepted; a secret.
        link: String,
    },
    /// A notice that somebody gave one a role.
    RoleGiven {
        /// The organization's name.
        organization: String,
        /// The role's name.
        role: String,
        /// Who gave it.
        by: String,
    },
    /// A notice that a telephone number was verified (ASVS 6.3.7).
    PhoneVerified {
        /// The number, as far as it is shown.
        number: String,
    },
    /// A notice that a passkey was added (ASVS 6.3.7).
    PasskeyAdded {
        /// What its owner calls it.
        name: String,
    },
    /// A notice that codes of an authenticator app are asked for from now on.
    TotpEnabled,
    /// A notice that no codes are asked for any more.
    TotpDisabled,
    /// A notice that a passkey was removed.
    PasskeyRemoved {
        /// What its owner called it.
        name: String,
    },
}

/// A message in words.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

struct Files {
    subject: &'static str,
    text: &'static str,
    html: &'static str,
}

macro_rules! files {
    ($name:literal) => {
        Files {
            subject: include_str!(concat!("templates/", $name, ".subject.txt")),
            text: include_str!(concat!("templates/", $name, ".txt")),
            html: include_str!(concat!("templates/", $name, ".html")),
        }
    };
}

/// What every HTML mail looks like.
const LAYOUT: &str = include_str!("templates/layout.html");

impl Template {
    fn files(&self) -> Files {
        match self {
            Template::PasswordReset { .. } => files!("password_reset"),
            Template::Activation { .. } => files!("activation"),
            Template::EmailConfirmation { .. } => files!("email_confirmation"),
            Template::NewLogin { .. } => files!("new_login"),
            Template::LoginCode { .. } => files!("login_code"),
            Template::SignUp { .. } => files!("sign_up"),
            Template::AddressTaken => files!("address_taken"),
            Template::PasswordChanged => files!("password_changed"),
            Template::Invitation { .. } => files!("invitation"),
            Template::RoleGiven { .. } => files!("role_given"),
            Template::PhoneVerified { .. } => files!("phone_verified"),
            Template::PasskeyAdded { .. } => files!("passkey_added"),
            Template::TotpEnabled => files!("totp_enabled"),
            Template::TotpDisabled => files!("totp_disabled"),
            Template::PasskeyRemoved { .. } => files!("passkey_removed"),
        }
    }

    /// Puts the message into words, signed by `service`.
    ///
    /// # Errors
    /// [`NotifyError::Content`] when a template file is broken.
    pub fn render(&self, service: &str) -> Result<Rendered, NotifyError> {
        let files = self.files();
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
            true => AutoEscape::Html,
            false => AutoEscape::None,
        });
        environment.set_formatter(|out, state, value| match (state.auto_escape(), value.as_str()) {
            (AutoEscape::Html, Some(text)) if !value.is_safe() => Ok(out.write_str(&escaped(text))?),
            _ => escape_formatter(out, state, value),
        });
        environment.add_global("service", service.to_owned());
        for (name, source) in [
            ("layout.html", LAYOUT),
            ("subject.txt", files.subject),
            ("message.txt", files.text),
            ("message.html", files.html),
        ] {
            environment.add_template(name, source).map_err(unreadable)?;
        }
        let render = |name: &str| -> Result<String, NotifyError> {
            environment
                .get_template(name)
                .and_then(|template| template.render(minijinja::value::Serde(self)))
                .map_err(unreadable)
        };
        Ok(Rendered {
            subject: one_line(&render("subject.txt")?),
            text: render("message.txt")?,
            html: render("message.html")?,
        })
    }
}

/// A text that is no markup, in an element or in the quotes of an attribute. Slashes stay as they are, so that a link can be read
/// in the source as well.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#x27;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A subject is one line, whatever the names say that are in it.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(
            one_line("  Join Acme\r\nBcc: a@b\u{85}\u{2028}\0x \n"),
            "Join Acme Bcc: a@b x"
        );
    }

    #[test]
    fn every_template_renders() {
        let reset = Template::PasswordReset {
            link: "https://x/auth/changepassword/abc?u=a&b".into(),
            minutes: 60,
        };
        let rendered = reset.render("Acme <Ltd>").unwrap();
        assert!(rendered.subject.to_lowercase().contains("password"));
        assert!(rendered.text.contains("https://x/auth/changepassword/abc?u=a&b"));
        let link = "https://x/auth/changepassword/abc?u=a&amp;b";
        assert!(
            rendered.html.contains(&format!("<a href=\"{link}\"")),
            "{}",
            rendered.html
        );
        assert!(rendered.html.contains("Acme &lt;Ltd&gt;"));
        let invitation = Template::Invitation {
            organization: "Acme\r\nBcc: x@example.com".into(),
            role: "<b>Editor</b>".into(),
            inviter: "Ada".into(),
            until: "1 March 2026".into(),
            link: "https://x/auth/invitations/accept/abc".into(),
        };
        let rendered = invitation.render("Acme").unwrap();
        assert_eq!(rendered.subject, "Invitation to join Acme Bcc: x@example.com");
        assert!(!rendered.html.contains("<b>Editor"));
        assert!(rendered.text.contains("https://x/auth/invitations/accept/abc"));
        let activation = Template::Activation {
            link: "https://x/account/activate/1/abc".into(),
            hours: 24,
        };
        let rendered = activation.render("Acme").unwrap();
        assert!(rendered.text.contains("https://x/account/activate/1/abc") && rendered.text.contains("24 hours"));
        assert!(rendered.html.contains("https://x/account/activate/1/abc"));
        let code = Template::LoginCode {
            code: "012345".into(),
            minutes: 5,
        };
        let rendered = code.render("Acme").unwrap();
        assert!(rendered.text.contains("012345") && rendered.html.contains("012345"));
        assert!(!rendered.subject.contains("012345"));
        let sign_up = Template::SignUp {
            link: "https://x/account/sign-up/abc".into(),
            minutes: 30,
        };
        let rendered = sign_up.render("Acme").unwrap();
        assert!(rendered.text.contains("https://x/account/sign-up/abc") && rendered.text.contains("30 minutes"));
        assert!(rendered.html.contains("https://x/account/sign-up/abc"));
        let confirmation = Template::EmailConfirmation {
            link: "https://x/accounts/confirmation?confirmation_token=a.b.c&lang=en".into(),
            minutes: 60,
        };
        let rendered = confirmation.render("Acme").unwrap();
        assert_eq!(rendered.subject, "Registration Confirmation");
        assert!(rendered.text.contains("confirmation_token=a.b.c&lang=en") && rendered.text.contains("60 minutes"));
        let login = Template::NewLogin {
            ip: "192.0.2.1".into(),
            user_agent: "<script>".into(),
        };
        let rendered = login.render("Acme").unwrap();
        assert_eq!(rendered.subject, "New Login");
        assert!(rendered.text.contains("192.0.2.1") && !rendered.html.contains("<script>"));
        let taken = Template::AddressTaken.render("Acme").unwrap();
        assert!(taken.text.contains("Acme") && !taken.text.contains("{{"));
        let changed = Template::PasswordChanged.render("Acme").unwrap();
        assert!(changed.subject.to_lowercase().contains("password"));
        assert!(!changed.text.contains("{{"));
    }

    /// Every template, with `said` wherever somebody may say something.
    fn all(said: &str) -> [Template; 15] {
        let said = || said.to_owned();
        [
            Template::PasswordReset {
                link: said(),
                minutes: 60,
            },
            Template::Activation {
                link: said(),
                hours: 24,
            },
            Template::EmailConfirmation {
                link: said(),
                minutes: 60,
            },
            Template::NewLogin {
                ip: said(),
                user_agent: said(),
            },
            Template::LoginCode {
                code: said(),
                minutes: 5,
            },
            Template::SignUp {
                link: said(),
                minutes: 30,
            },
            Template::AddressTaken,
            Template::PasswordChanged,
            Template::Invitation {
                organization: said(),
                role: said(),
                inviter: said(),
                until: said(),
                link: said(),
            },
            Template::RoleGiven {
                organization: said(),
                role: said(),
                by: said(),
            },
            Template::PhoneVerified { number: said() },
            Template::PasskeyAdded { name: said() },
            Template::TotpEnabled,
            Template::TotpDisabled,
            Template::PasskeyRemoved { name: said() },
        ]
    }

    #[test]
    fn every_template_is_among_all() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/notify/templates");
        let names = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let subjects = names.filter(|name| name.to_string_lossy().ends_with(".subject.txt"));
        assert_eq!(subjects.count(), all("").len());
        let kinds: std::collections::HashSet<_> = all("").iter().map(std::mem::discriminant).collect();
        assert_eq!(kinds.len(), all("").len());
    }

    /// What a reader of the HTML sees of a text in it.
    fn shown(html: &str) -> String {
        let references = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
            ("&amp;", "&"),
        ];
        let replaced = |html: String, (reference, character): (&str, &str)| html.replace(reference, character);
        references.into_iter().fold(html.to_owned(), replaced)
    }

    proptest! {
        /// In the HTML it ends no element and no attribute and begins none; in the subject it begins no header; and it is
        /// repeated, not carried out.
        #[test]
        fn what_somebody_says_is_never_markup_a_header_or_a_template(
            said in "[ -~\u{80}-\u{ff}{}%<>&\"'#\r\n\u{2028}]{0,40}|(\\{\\{|\\{%|\\}\\}|<script>|\" x=|'|\r\nBcc: a@b|&lt;){1,5}",
        ) {
            for (noisy, plain) in all(&said).iter().zip(all("Acme")) {
                let (noisy, plain) = (noisy.render(&said).unwrap(), plain.render("Acme").unwrap());
                for markup in ["<", ">", "\"", "'"] {
                    prop_assert_eq!(noisy.html.matches(markup).count(), plain.html.matches(markup).count());
                }
                // Each place once more, in the text as it is and in the HTML as it is shown.
                let places = |text: &str, word: &str| text.matches(word).count();
                if said.len() > 4 {
                    prop_assert!(places(&noisy.text, &said) >= places(&plain.text, "Acme"));
                    prop_assert!(places(&shown(&noisy.html), &said) >= places(&plain.html, "Acme"));
                }
                let one_line = !noisy.subject.contains(|c: char| c.is_control() || c == '\u{2028}');
                prop_assert!(one_line);
            }
        }
    }
}
