//! Texts that match: `like`, and regular expressions by an engine whose time grows with the text and not beyond.

use regex::{Regex, RegexBuilder};

use super::{Bounds, Checked, wrong};

/// A pattern of `like`: `%` is any text, `_` any character; a backslash takes their meaning away.
pub(super) fn like(path: &str, pattern: &str, any_case: bool) -> Checked<Regex> {
    let mut expression = String::from("^");
    let mut literal = false;
    for letter in pattern.chars() {
        match letter {
            '\\' if !literal => {
                literal = true;
                continue;
            }
            '%' if !literal => expression.push_str(".*"),
            '_' if !literal => expression.push('.'),
            other => expression.push_str(&regex::escape(&other.to_string())),
        }
        literal = false;
    }
    if literal {
        expression.push_str(r"\\");
    }
    expression.push('$');
    compile(path, pattern, &expression, any_case, true)
}

/// A regular expression: bare, or between slashes with flags behind, of which `i` counts.
pub(super) fn expression(path: &str, pattern: &str) -> Checked<Regex> {
    let slashed = pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let slashed = slashed.filter(|(_, flags)| flags.chars().all(|flag| "gimsuy".contains(flag)));
    match slashed {
        Some((body, flags)) => compile(path, pattern, body, flags.contains('i'), flags.contains('s')),
        None => compile(path, pattern, pattern, false, false),
    }
}

fn compile(path: &str, given: &str, expression: &str, any_case: bool, any_letter: bool) -> Checked<Regex> {
    if given.chars().count() > Bounds::PATTERN {
        return wrong(path, "maxLength", "the pattern is too long");
    }
    let built = RegexBuilder::new(expression)
        .case_insensitive(any_case)
        .dot_matches_new_line(any_letter)
        .size_limit(Bounds::COMPILED)
        .dfa_size_limit(Bounds::COMPILED)
        .nest_limit(20)
        .build();
    match built {
        Ok(regex) => Ok(regex),
        Err(_) => wrong(path, "pattern", "the pattern cannot be used"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn like_knows_two_signs_and_nothing_else() {
        let matches = |pattern: &str, text: &str| like("", pattern, false).unwrap().is_match(text);
        assert!(matches("we_%", "web app"));
        assert!(matches("%", ""));
        assert!(matches("a.c", "a.c") && !matches("a.c", "abc"));
        assert!(matches(r"50\%", "50%") && !matches(r"50\%", "500"));
        assert!(!matches("web", "web app") && !matches("WEB", "web"));
        assert!(matches("a%c", "a\nc"));
        assert!(matches("a\\", "a\\"));
        assert!(like("", "WE%", true).unwrap().is_match("web"));
    }

    #[test]
    fn an_expression_may_have_slashes_and_flags() {
        let matches = |pattern: &str, text: &str| expression("", pattern).unwrap().is_match(text);
        assert!(matches("^w", "web") && !matches("^w", "Web"));
        assert!(matches("/^w/i", "Web") && !matches("/^w/", "Web"));
        assert!(matches("/a", "b/a"));
        assert!(matches("a/b", "a/b"));
    }

    #[test]
    fn what_is_too_large_is_refused() {
        for pattern in [
            "(",
            "[",
            &"a".repeat(201),
            "(a{1000}){1000}",
            r"\1",
            "(?=a)",
            &"(".repeat(150),
        ] {
            assert!(expression("", pattern).is_err(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_like_itself(text in ".{0,40}") {
            let escaped: String = text.chars().flat_map(|c| {
                let sign = matches!(c, '%' | '_' | '\\').then_some('\\');
                sign.into_iter().chain([c])
            }).collect();
            prop_assert!(like("", &escaped, false).unwrap().is_match(&text));
        }

        #[test]
        fn no_pattern_panics(pattern in ".{0,60}") {
            let _either = (expression("", &pattern), like("", &pattern, true));
        }
    }
}
