//! Passwords: what a person presents, what is accepted as a new one, and what is kept of it.
//!
//! | type | what it is |
//! |---|---|
//! | [`Password`] | the text as presented, in memory only, wiped when dropped |
//! | [`PasswordPolicy`] | whether it may become someone's password (ASVS 6.2.1, 6.2.4, 6.2.5, 6.2.9, 6.2.11) |
//! | [`PasswordHash`] | what the table keeps: argon2id of our own making, or an imported hash within bounds |
//! | [`PasswordHasher`] | makes and verifies hashes off the async threads, a bounded number at a time |
//!
//! A password is never truncated, trimmed or changed in case (ASVS 6.2.8). It is brought to Unicode NFKC once, here,
//! because keyboards spell the same character differently (NIST SP 800-63B-4 §3.1.1.2). Imported hashes were made by
//! programs that did not do so; those are verified against the text as it was received.

mod hash;
mod hasher;
mod import;
mod policy;
mod scheme;
mod strength;
mod turns;

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

pub use hash::{Argon2Params, PasswordHash};
pub use hasher::{PasswordHasher, Verdict};
pub use import::ImportRefused;
pub use policy::{PasswordPolicy, WeakPassword};
pub use strength::{Composition, Insufficient, entropy};
pub use turns::Busy;

/// A password as presented. Wiped from memory when dropped, and never shown by `Debug`.
///
/// It is not yet a good password: that is for [`PasswordPolicy::check`] to say, when one is set. When one is verified,
/// no rule but the size applies, so that a stricter policy never locks anyone out.
pub struct Password {
    presented: Zeroizing<String>,
    normalized: Zeroizing<String>,
}

impl Password {
    /// The most bytes of UTF-8 that are read: 256 code points of four bytes. It bounds the work before any rule does.
    pub const MAX_BYTES: usize = 1024;

    /// Takes a password as it came in the request, spaces and all (ASVS 6.2.8).
    ///
    /// # Errors
    /// [`TooLong`] above [`Password::MAX_BYTES`]; the text is wiped in that case too.
    pub fn present(text: String) -> Result<Self, TooLong> {
        let presented = Zeroizing::new(text);
        if presented.len() > Self::MAX_BYTES {
            return Err(TooLong);
        }
        let normalized = collect_wiped(presented.nfkc());
        Ok(Self { presented, normalized })
    }

    /// How many Unicode code points its NFKC form has. Each counts as one character (NIST SP 800-63B-4 §3.1.1.2), and
    /// the answer is the same whether a keyboard composes its accents or not.
    #[must_use]
    pub fn code_points(&self) -> usize {
        self.normalized.chars().count()
    }

    /// Whether both are the same password.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        *self.normalized == *other.normalized
    }

    /// The text as received: what imported hashes were made of.
    pub(crate) fn presented(&self) -> &str {
        &self.presented
    }

    /// The NFKC form: what our own hashes are made of, and what the policy looks at.
    pub(crate) fn normalized(&self) -> &str {
        &self.normalized
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The password has more than [`Password::MAX_BYTES`] bytes.
#[derive(thiserror::Error, Debug, PartialEq, Eq, Clone, Copy)]
#[error("a password can have at most {} bytes; choose a shorter one", Password::MAX_BYTES)]
pub struct TooLong;

/// A string that is allocated once at its full size, so that growing leaves no unwiped copy behind.
fn collect_wiped(chars: impl Iterator<Item = char> + Clone) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(chars.clone().map(char::len_utf8).sum()));
    text.extend(chars);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_bounded_in_bytes_and_nothing_is_cut() {
        let longest = "é".repeat(Password::MAX_BYTES / 2);
        let password = Password::present(longest.clone()).unwrap();
        assert_eq!(password.presented(), longest);
        assert_eq!(password.code_points(), Password::MAX_BYTES / 2);
        assert_eq!(Password::present(longest + "x").unwrap_err(), TooLong);
    }

    #[test]
    fn both_forms_are_kept_and_code_points_are_counted_after_normalization() {
        let password = Password::present(" e\u{301}ﬁ ".to_owned()).unwrap();
        assert_eq!(password.presented(), " e\u{301}ﬁ ");
        assert_eq!(password.normalized(), " éfi ");
        assert_eq!(password.code_points(), 5);
    }

    #[test]
    fn debug_shows_nothing() {
        let shown = format!("{:?}", Password::present("hunter2".to_owned()).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_collected_string_never_grew() {
        let ligature = "\u{fdfa}".repeat(20);
        let text = collect_wiped(ligature.nfkc());
        assert_eq!(text.capacity(), text.len());
    }
}
