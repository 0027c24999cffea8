//! How barong's clients judge a password: what it is made of, and how many bits of entropy it has by the rule of NIST
//! SP 800-63-1 appendix A, in which repetitions, walks over the keyboard and well-known words count for less.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use regex::Regex;
use zeroize::Zeroizing;
use zxcvbn::matching::patterns::MatchPattern;

use super::{Password, PasswordPolicy, WeakPassword, collect_wiped};
use crate::config::BarongConfig;

/// Characters that are looked at; a password has fewer.
const LOOKED_AT: usize = 256;

/// Characters that are looked at for words, whose time grows with the square and more.
const LOOKED_AT_FOR_WORDS: usize = 64;

/// A word that is better known than this counts as one character.
const MOST_KNOWN: usize = 3_000;

/// Characters of the shortest word that counts.
const SHORTEST_WORD: usize = 4;

/// What a password is made of: a pattern that may begin with conditions, `^(?=…)(?=…)…$`, as the original's does. They are
/// patterns of their own here, so that the time is linear in the text.
#[derive(Clone)]
pub struct Composition {
    pattern: String,
    /// `None` for what cannot be compiled, which allows nothing.
    parts: OnceLock<Option<Vec<Regex>>>,
}

impl fmt::Debug for Composition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pattern)
    }
}

impl Composition {
    /// Small letter, capital, digit, and 8 to 80 characters.
    const USUAL: &str = "^(?=.*[[:lower:]])(?=.*[[:upper:]])(?=.*[[:digit:]])(?=.*[[:graph:]]).{8,80}$";

    /// Bytes that a compiled part has at most.
    const MAX_COMPILED: usize = 1 << 20;

    /// The one that holds where nothing is configured. It is compiled when it is first needed, which most functions never do.
    pub fn usual() -> Self {
        Self {
            pattern: Self::USUAL.to_owned(),
            parts: OnceLock::new(),
        }
    }

    /// Reads a pattern; `None` for what is none.
    pub fn parse(pattern: &str) -> Option<Self> {
        Some(Self {
            pattern: pattern.to_owned(),
            parts: Some(Self::compile(pattern)?).into(),
        })
    }

    fn compile(pattern: &str) -> Option<Vec<Regex>> {
        let compiled = |text: &str| {
            let mut builder = regex::RegexBuilder::new(text);
            builder.size_limit(Self::MAX_COMPILED).build().ok()
        };
        let (begin, mut rest) = match pattern.strip_prefix('^') {
            Some(rest) => ("^", rest),
            None => ("", pattern),
        };
        let mut parts = Vec::new();
        while let Some(condition) = rest.strip_prefix("(?=") {
            let end = closing(condition)?;
            parts.push(compiled(&format!("{begin}(?:{})", condition.get(..end)?))?);
            rest = condition.get(end + 1..)?;
        }
        parts.push(compiled(&format!("{begin}{rest}"))?);
        Some(parts)
    }

    /// The pattern, as it is configured.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether `password` is made so.
    pub fn allows(&self, password: &Password) -> bool {
        let parts = self.parts.get_or_init(|| Self::compile(&self.pattern)).as_ref();
        parts.is_some_and(|parts| parts.iter().all(|part| part.is_match(password.presented())))
    }
}

/// Where the parenthesis ends that `text` begins in.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut in_class, mut escaped) = (0_usize, 0_usize, false);
    for (place, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class += 1,
            ']' => in_class = in_class.saturating_sub(1),
            '(' if in_class == 0 => depth += 1,
            ')' if in_class == 0 && depth == 0 => return Some(place),
            ')' if in_class == 0 => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Bytes that a password has at most which is set on barong's surface.
const MOST_BYTES: usize = 72;

/// Why a password is not good enough for barong's surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Insufficient {
    /// It has too many bytes.
    #[error("the password has more than {MOST_BYTES} bytes")]
    TooLong,
    /// It is not made of what it should be.
    #[error("the password does not have what it needs")]
    Requirements,
    /// It is easy to guess.
    #[error("the password is easy to guess")]
    Weak,
}

impl Insufficient {
    /// The key of the error.
    pub fn key(self) -> &'static str {
        match self {
            Self::TooLong => "password.too_long",
            Self::Requirements => "password.requirements",
            Self::Weak => "password.weak",
        }
    }
}

impl Password {
    /// Whether it may be set on barong's surface: by its own rules, and by the `policy` that holds on every surface.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn is_sufficient(
        &self,
        config: &BarongConfig,
        policy: &PasswordPolicy,
        context: &[&str],
    ) -> Result<(), Insufficient> {
        if self.presented().len() > MOST_BYTES {
            return Err(Insufficient::TooLong);
        }
        if !config.password_composition.allows(self) {
            return Err(Insufficient::Requirements);
        }
        if entropy(self, config.password_use_dictionary) < f64::from(config.password_min_entropy) {
            return Err(Insufficient::Weak);
        }
        policy.check(self, context).map_err(|why| match why {
            WeakPassword::TooShort { .. } => Insufficient::Requirements,
            WeakPassword::TooLong { .. } => Insufficient::TooLong,
            WeakPassword::Personal | WeakPassword::Common => Insufficient::Weak,
        })
    }
}

/// The bits of entropy of `password`: the least that it, its small letters, and those without walks over the keyboard and
/// without a well-known word have. Of what is very long only the beginning counts.
pub fn entropy(password: &Password, use_dictionary: bool) -> f64 {
    let typed = collect_wiped(password.presented().chars().take(LOOKED_AT));
    let small = collect_wiped(typed.chars().flat_map(char::to_lowercase));
    let mut least = bits(&typed).min(bits(&small)).min(without_walks(&small));
    if use_dictionary {
        least = least.min(without_word(&small));
    }
    least
}

/// NIST's count, in which every repetition of a character is worth three quarters of the one before.
fn bits(text: &str) -> f64 {
    let mut worth: HashMap<char, f64> = HashMap::new();
    let counted: f64 = text
        .chars()
        .enumerate()
        .map(|(place, c)| {
            let at_place = match place {
                0 => 4.0,
                1..=7 => 2.0,
                8..=19 => 1.5,
                _ => 1.0,
            };
            let worth = worth.entry(c).or_insert(1.0);
            let counted = at_place * *worth;
            *worth *= 0.75;
            counted
        })
        .sum();
    counted + bonus(text)
}

fn bonus(text: &str) -> f64 {
    let has = |is: fn(char) -> bool| text.chars().any(is);
    let (upper, lower, digit) = (has(char::is_uppercase), has(char::is_lowercase), has(char::is_numeric));
    let other = has(|c| !c.is_ascii_alphanumeric() && c != ' ');
    let of_kinds = match (upper, lower, digit, other) {
        (true, true, true, true) => 6.0,
        (true, true, false, true) => 5.0,
        (false, false, true, true) => -2.0,
        (false, false, true, false) => -6.0,
        _ => 0.0,
    };
    let of_words = match text.split_whitespace().count() {
        _ if !text.contains(' ') => -2.0,
        words if words > 3 => 1.0,
        _ => 0.0,
    };
    of_kinds + of_words
}

/// Ways over the keyboard, and the alphabet.
const WALKS: [&str; 14] = [
    "1234567890-",
    "qwertyuiop",
    "asdfghjkl;",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/-['=]:?_{\"+}",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmik,ol.p;/-['=]:?_{\"+}",
    "qazwsxedcrfvtgbyhnujmikolp",
    "]\"/=[;.-pl,0okm9ijn8uhb7ygv6tfc5rdx4esz3wa2q1",
    "pl0okm9ijn8uhb7ygv6tfc5rdx4esz3wa2q1",
    "]\"/[;.pl,okmijnuhbygvtfcrdxeszwaq",
    "plokmijnuhbygvtfcrdxeszwaq",
    "014725836914702583697894561230258/369*+-*/",
    "abcdefghijklmnopqrstuvwxyz",
];

/// The least that remains where steps of one walk count as one character, forwards or backwards.
fn without_walks(small: &str) -> f64 {
    let backwards = collect_wiped(small.chars().rev());
    let masked = WALKS
        .iter()
        .flat_map(|walk| [masked(small, walk), masked(&backwards, walk)]);
    masked.map(|text| bits(&text)).fold(f64::INFINITY, f64::min)
}

/// `text` with what it shares with `walk`, six characters down to three, as stars.
fn masked(text: &str, walk: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(text.to_owned());
    for length in (3..=6).rev() {
        for from in 0..=walk.len().saturating_sub(length) {
            let Some(steps) = walk.get(from..from + length) else {
                continue;
            };
            if text.contains(steps) {
                text = Zeroizing::new(text.replacen(steps, "*", 1));
            }
        }
    }
    text
}

/// What remains where the first well-known word counts as one character, however it is disguised.
fn without_word(small: &str) -> f64 {
    let start = collect_wiped(small.chars().take(LOOKED_AT_FOR_WORDS));
    let estimate = zxcvbn::zxcvbn(&start, &[]);
    let known = |pattern: &MatchPattern| matches!(pattern, MatchPattern::Dictionary(word) if word.rank <= MOST_KNOWN);
    let word = estimate
        .sequence()
        .iter()
        .find(|found| known(&found.pattern) && found.token.chars().count() >= SHORTEST_WORD);
    word.map_or(f64::INFINITY, |word| {
        bits(&Zeroizing::new(small.replacen(word.token.as_str(), "*", 1)))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn password(text: &str) -> Password {
        Password::present(text.to_owned()).unwrap()
    }

    fn of(text: &str) -> f64 {
        entropy(&password(text), true)
    }

    #[test]
    fn known_examples() {
        assert_eq!(of("Tecohvi0"), 16.0);
        for weak in [
            "Password1",
            "Password1123",
            "Qq123123",
            "Qwerty123",
            "Abcdef12",
            "P4ssw0rd1",
            "",
        ] {
            assert!(of(weak) < 14.0, "{weak}: {}", of(weak));
        }
        for strong in ["Tecohvi0", "ZahSh8ei", "Oo213Wqw7!", "correct Horse battery 9"] {
            assert!(of(strong) >= 14.0, "{strong}: {}", of(strong));
        }
    }

    #[test]
    fn every_rule_of_the_count() {
        assert_eq!(bits(""), -2.0);
        assert_eq!(bits("a"), 2.0);
        assert_eq!(bits("ab"), 4.0);
        assert_eq!(bits("aa"), 3.5);
        assert_eq!(bits("aaa"), 4.625);
        assert_eq!(bits("abcdefghi"), 17.5);
        assert_eq!(bits("12"), -2.0);
        assert_eq!(bits("1!"), 2.0);
        assert_eq!(bits("Aa!"), 11.0);
        assert_eq!(bits("Aa1!"), 14.0);
        assert_eq!(bits("a b"), 8.0);
        assert_eq!(bits("a b c d"), 15.625);
    }

    #[test]
    fn the_usual_composition() {
        let usual = Composition::usual();
        for good in [
            "Tecohvi0",
            "Password1",
            "Password1123",
            &format!("aA1{}", "x".repeat(77)),
        ] {
            assert!(usual.allows(&password(good)), "{good}");
        }
        for bad in [
            "password",
            "Simple",
            "X2qL32",
            "PASSWORD1",
            "password1",
            "",
            &format!("aA1{}", "x".repeat(78)),
        ] {
            assert!(!usual.allows(&password(bad)), "{bad}");
        }
    }

    #[test]
    fn the_first_rule_that_is_broken() {
        let config = crate::config::Config::from_lookup(|_| None).unwrap().barong;
        let judged = |text: &str| password(text).is_sufficient(&config, &PasswordPolicy::default(), &["lovelace"]);
        assert_eq!(judged("Tecohvi0"), Ok(()));
        assert_eq!(judged(&"aA1 ".repeat(20)), Err(Insufficient::TooLong));
        assert_eq!(judged("password"), Err(Insufficient::Requirements));
        assert_eq!(judged("Password1"), Err(Insufficient::Weak));
        assert_eq!(judged("Lovelace-Ax7"), Err(Insufficient::Weak));
    }

    #[test]
    fn a_pattern_is_read_or_refused() {
        let allows = |pattern: &str, text: &str| Composition::parse(pattern).unwrap().allows(&password(text));
        assert!(allows("^.{3,}$", "abc") && !allows("^.{3,}$", "ab"));
        assert!(allows("^(?=.*[)(])(?=.*(a|b)).+$", "x)b") && !allows("^(?=.*[)(])(?=.*(a|b)).+$", "xb"));
        assert!(allows(r"(?=.*\)).+", "x)"));
        for broken in ["(", "^(?=.*a", "^(?=(a).*$", "(?!a)b", "a{1000}{1000}"] {
            assert!(Composition::parse(broken).is_none(), "{broken}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_makes_it_panic_and_walks_never_add(text in any::<String>()) {
            prop_assume!(text.len() <= Password::MAX_BYTES);
            let typed = collect_wiped(text.chars().take(LOOKED_AT));
            let whole = entropy(&password(&text), true);
            prop_assert!(whole.is_finite());
            prop_assert!(whole <= bits(&typed));
        }
    }
}
