//! Which passwords may be set. Asked when one is chosen, never when one is verified.

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::{Password, collect_wiped};

/// What is asked of a new password: length, and not being easy to guess. There are no rules of composition and no
/// forced changes (ASVS 6.2.5, 6.2.10; NIST SP 800-63B-4 §3.1.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The least number of Unicode code points (ASVS 6.2.1), from [`PasswordPolicy::LEAST`] upwards; a smaller value
    /// counts as that. The published contracts accept 6; 8 is what ASVS asks for, 15 what NIST asks for where the
    /// password is the only factor.
    pub min_length: usize,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            min_length: Self::LEAST,
        }
    }
}

impl PasswordPolicy {
    /// The shortest minimum that can be configured, in code points.
    pub const LEAST: usize = 6;
    /// The longest password that can be set, in code points (ASVS 6.2.9 asks for 64 or more).
    pub const MOST: usize = 256;

    /// The same with a greater minimum, where this one is smaller.
    #[must_use]
    pub fn at_least(&self, min_length: usize) -> Self {
        Self {
            min_length: self.min_length.max(min_length),
        }
    }

    /// Whether `password` may be set. `context` is what others know of its owner: the local part of the e-mail address,
    /// names, the organization's name; of each, the whole and its words count, in any case (ASVS 6.2.11). Words
    /// shorter than four characters are passed over, they occur in too much.
    ///
    /// This is up to a few milliseconds of work on the calling thread.
    ///
    /// # Errors
    /// The first rule that is broken, in the order of [`WeakPassword`].
    pub fn check(&self, password: &Password, context: &[&str]) -> Result<(), WeakPassword> {
        let min = self.min_length.clamp(Self::LEAST, Self::MOST);
        let length = password.code_points();
        if length < min {
            return Err(WeakPassword::TooShort { min });
        }
        if length > Self::MOST {
            return Err(WeakPassword::TooLong { max: Self::MOST });
        }
        let words = words_of(context);
        if is_personal(password.normalized(), &words) {
            return Err(WeakPassword::Personal);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if is_common(password.normalized(), &words) {
            return Err(WeakPassword::Common);
        }
        Ok(())
    }
}

/// Why a password cannot be set. The messages are for the person who chose it (NIST SP 800-63B-4 §3.1.1.2: reason and
/// guidance).
#[derive(thiserror::Error, Debug, PartialEq, Eq, Clone)]
pub enum WeakPassword {
    /// Fewer code points than the policy asks for.
    #[error("the password is too short; use {min} characters or more, a few unrelated words are easy to remember")]
    TooShort {
        /// The least number of code points.
        min: usize,
    },
    /// More code points than are kept.
    #[error("the password is too long; use {max} characters or fewer")]
    TooLong {
        /// The greatest number of code points.
        max: usize,
    },
    /// Little more than what others know of its owner.
    #[error("the password is mostly your name, address or organization; choose one that does not lean on them")]
    Personal,
    /// Among the first few thousand guesses of anyone who tries.
    #[error(
        "the password is one of the first that others would try; choose another, for instance a few unrelated words"
    )]
    Common,
}

/// ASVS 6.2.4 asks that the 3,000 most used passwords be refused; zxcvbn counts the password itself as one guess more
/// than its rank. It sees through l33t, reversal, repetition and keyboard walks, and counts a change of case as a few
/// guesses more.
const MOST_GUESSES_OF_A_COMMON_ONE: u64 = 3_000 + 1;
/// zxcvbn's time grows with the square of the length and more. What is common is so within this many characters.
const LOOKED_AT: usize = 64;
/// Shorter context words occur in too many good passwords.
const SHORTEST_WORD: usize = 4;
/// No owner has more words than that which matter; it bounds the work.
const MOST_WORDS: usize = 32;

fn is_common(text: &str, words: &[&str]) -> bool {
    let start = collect_wiped(text.chars().take(LOOKED_AT));
    zxcvbn::zxcvbn(&start, words).guesses() <= MOST_GUESSES_OF_A_COMMON_ONE
}

/// A password leans on its owner's words if what remains of it, without them and what joined them, would not do alone:
/// shorter than the shortest password there is, or a common one. `alice7` and `alice-password` do; `the battery of
/// Alice` does not.
fn is_personal(text: &str, words: &[String]) -> bool {
    let whole = fold(text);
    let rest = words
        .iter()
        .fold(whole.clone(), |rest, word| rest.replace(word.as_str(), "").into());
    let alone = rest.trim_matches(|c: char| c.is_whitespace() || "-_.,:;/+&@".contains(c));
    rest.len() < whole.len() && (alone.chars().count() < PasswordPolicy::LEAST || is_common(alone, &[]))
}

/// For comparison without regard to case, and to how a keyboard spells.
fn fold(text: &str) -> Zeroizing<String> {
    collect_wiped(text.nfkc().flat_map(char::to_lowercase))
}

/// The words of the context in lower case, the longest first: each entry whole, without its punctuation, and piecewise.
fn words_of(context: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    for entry in context.iter().map(|entry| fold(entry.trim())) {
        words.extend(entry.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        words.push(entry.chars().filter(|c| c.is_alphanumeric()).collect());
        words.push(entry.to_string());
    }
    words.retain(|word| word.chars().count() >= SHORTEST_WORD);
    words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    words.dedup();
    words.truncate(MOST_WORDS);
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, context: &[&str]) -> Result<(), WeakPassword> {
        PasswordPolicy::default().check(&Password::present(text.to_owned()).unwrap(), context)
    }

    #[test]
    fn common_passwords_are_refused() {
        let common = "password PASSWORD Password Password1 password123 Password123 passw0rd P@ssw0rd p4ssw0rd drowssap \
            passwordpassword 123456 1234567 12345678 123456789 1234567890 987654321 654321 111111 666666 121212 \
            qwerty QWERTY Qwerty123 qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm 1q2w3e4r 1qaz2wsx abc123 ABC123 abcdef \
            abcdefgh aaaaaa aaaaaaaaaaaaaaaaaaaaaaaa abcabcabc letmein Letmein1 1etmein iloveyou welcome Welcome1 \
            monkey M0nkey dragon Dr4g0n sunshine Sunsh1ne princess football F00tball baseball master shadow 5hadow \
            michael Michelle jennifer trustno1 Trustno1 superman batman starwars computer internet whatever freedom \
            secret changeme test123 testing hello123 charlie donald killer cheese access";
        for text in common.split_whitespace() {
            assert_eq!(check(text, &[]), Err(WeakPassword::Common), "{text}");
        }
        assert_eq!(check(&"password".repeat(30), &[]), Err(WeakPassword::Common));
    }

    #[test]
    fn ordinary_passwords_and_passphrases_are_accepted() {
        for text in [
            "Password123!",
            "secret-Passw0rd-1",
            "correct horse battery staple",
            "maple window seven",
            "Tecohvi0",
            "q7#Lw2",
            "kein schöner Land",
            "пароль-на-завтра",
            "密码正确的马",
            "🐎🔋📎✅🌵🎷",
            " spaces  at both ends ",
        ] {
            assert_eq!(check(text, &["alice", "Acme Corporation"]), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_others_know_of_the_owner_is_not_a_password() {
        let context = ["alice.smith", "Alice", "Smith", "Acme Corporation", "Bob"];
        for text in [
            "alice.smith",
            "AliceSmith",
            "alice1",
            "Alice2024",
            "smith123456",
            "alice-password",
            "ACMEcorporation!",
            "acme corporation",
            "smith.alice",
            "Corporation7",
        ] {
            assert_eq!(check(text, &context), Err(WeakPassword::Personal), "{text}");
        }
        for text in [
            "the battery of Alice",
            "alice walks 3 llamas",
            "bobsleigh-run",
            "Xk9-acme-vQ2",
        ] {
            assert_eq!(check(text, &context), Ok(()), "{text}");
        }
        // Spelled backwards or in l33t it is still the first thing to try.
        assert_eq!(check("noitaroproc", &context), Err(WeakPassword::Common));
        assert_eq!(check("4lic3.5mith", &context), Err(WeakPassword::Common));
    }

    #[test]
    fn length_is_counted_in_code_points_and_configurable_upwards_only() {
        assert_eq!(check("zq7xw", &[]), Err(WeakPassword::TooShort { min: 6 }));
        assert_eq!(check("zq7xwé", &[]), Ok(()));
        assert_eq!(check("", &[]), Err(WeakPassword::TooShort { min: 6 }));
        let words = "maple window seven ".repeat(14);
        assert_eq!(check(&words[..256], &[]), Ok(()));
        assert_eq!(check(&words[..257], &[]), Err(WeakPassword::TooLong { max: 256 }));

        let nine = Password::present("zq7xwék!7".to_owned()).unwrap();
        let at_least = |min_length| PasswordPolicy { min_length }.check(&nine, &[]);
        assert_eq!(at_least(9), Ok(()));
        assert_eq!(at_least(10), Err(WeakPassword::TooShort { min: 10 }));
        let five = Password::present("zq7xw".to_owned()).unwrap();
        assert_eq!(
            PasswordPolicy { min_length: 0 }.check(&five, &[]),
            Err(WeakPassword::TooShort { min: 6 })
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// ASVS 6.2.5, 6.2.9: of 12 to 64 random characters, whichever they are, none is asked for and none refused.
        #[test]
        fn any_charset_is_accepted(text in proptest::collection::vec(any::<char>(), 12..=64)) {
            let text: String = text.into_iter().collect();
            prop_assume!(text.len() <= Password::MAX_BYTES);
            let password = Password::present(text).unwrap();
            prop_assume!((12..=PasswordPolicy::MOST).contains(&password.code_points()));
            prop_assert_eq!(PasswordPolicy::default().check(&password, &["alice"]), Ok(()));
        }

        #[test]
        fn no_text_and_no_context_makes_it_panic(text in any::<String>(), context in any::<[String; 3]>()) {
            prop_assume!(text.len() <= Password::MAX_BYTES);
            let _ = check(&text, &context.each_ref().map(String::as_str));
        }
    }
}
