//! Paths in the one spelling in which rules are compared with them. Whoever asks may spell a path as they like; what cannot
//! be told apart from something else is refused, so that no spelling slips past a rule (RFC 3986 §6.2.2).

/// What this service's own paths have after `api/v2`, where the name of the component is left out.
const OWN: [&str; 5] = ["admin", "identity", "management", "public", "resource"];

/// A path without slashes at its ends, such as `api/v2/barong/resource/users/me`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgePath(String);

impl EdgePath {
    /// The path that is asked for, in its one spelling: decoded once, slashes collapsed, dot segments resolved, and this
    /// service's own paths with its name. `None` for what another reader may take for another path: what is encoded twice,
    /// no text, climbs above the root, or holds control characters or backslashes.
    pub fn parse(asked: &str) -> Option<Self> {
        Self::of_decoded(&decoded(asked)?)
    }

    /// The same for a path that whoever shows it has decoded once: it is not decoded again.
    pub fn of_decoded(decoded: &str) -> Option<Self> {
        let is_odd = |letter: char| letter.is_control() || letter == '\\';
        if decoded.chars().any(is_odd) || is_encoded(decoded) {
            return None;
        }
        let mut segments: Vec<&str> = Vec::new();
        for segment in decoded.split('/') {
            match segment {
                "" | "." => {}
                ".." => drop(segments.pop()?),
                // What some servers cut off at the semicolon is a dot segment to them.
                segment if segment.starts_with(".;") || segment.starts_with("..;") => return None,
                segment => segments.push(segment),
            }
        }
        if let [api, version, component, ..] = segments.as_slice()
            && (*api, *version) == ("api", "v2")
            && OWN.contains(component)
        {
            segments.insert(2, "barong");
        }
        Some(Self(segments.join("/")))
    }

    /// As rules are compared with it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it begins with these letters, as rules that let somebody through are compared: `api/v2` and `api/v2/`.
    pub fn begins(&self, prefix: &str) -> bool {
        self.0.starts_with(prefix)
    }

    /// Whether it is `root` or below it.
    pub fn is_under(&self, root: &str) -> bool {
        let root = root.trim_end_matches('/');
        self.0.strip_prefix(root).is_some_and(is_boundary)
    }

    /// The same in whatever case, as rules that keep somebody out are compared: whoever serves the path may not tell one
    /// case from another.
    pub fn is_under_in_any_case(&self, root: &str) -> bool {
        let root = root.trim_end_matches('/');
        let split = self.0.split_at_checked(root.len());
        split.is_some_and(|(begin, rest)| begin.eq_ignore_ascii_case(root) && is_boundary(rest))
    }

    /// The segment after `admin`, where there is one.
    pub fn after_admin(&self) -> Option<&str> {
        let mut segments = self.0.split('/');
        segments.find(|segment| *segment == "admin")?;
        segments.next()
    }
}

fn is_boundary(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// Percent-decodes once (RFC 3986 §2.1).
fn decoded(asked: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(asked.len());
    let mut rest = asked.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Whether something in `text` would be decoded by who decodes again.
fn is_encoded(text: &str) -> bool {
    let mut parts = text.split('%');
    parts.next();
    parts.any(|part| {
        let mut letters = part.bytes();
        letters.next().and_then(hex).is_some() && letters.next().and_then(hex).is_some()
    })
}

fn hex(letter: u8) -> Option<u8> {
    let value = char::from(letter).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelled(asked: &str) -> Option<String> {
        EdgePath::parse(asked).map(|path| path.as_str().to_owned())
    }

    #[test]
    fn every_spelling_of_a_path_is_one() {
        for asked in [
            "api/v2/barong/admin/permissions",
            "/api/v2/barong/admin/permissions",
            "api/v2//barong/admin/permissions",
            "//api/v2/barong///admin/permissions/",
            "api/v2/./barong/admin/permissions",
            "api/v2/barong/resource/../admin/permissions",
            "api/v2/barong/%61dmin/permissions",
            "api/v2/barong/admin%2Fpermissions",
            "api/v2/barong/admin%2fpermissions",
            "api/v2/barong/x/%2e%2e/admin/permissions",
            "api/v2/barong/x/%2E./admin/permissions",
            "api/v2/admin/permissions",
            "api/v2/peatio/../admin/permissions",
        ] {
            assert_eq!(
                spelled(asked).as_deref(),
                Some("api/v2/barong/admin/permissions"),
                "{asked}"
            );
        }
    }

    #[test]
    fn a_decoded_path_is_not_decoded_again() {
        let spelled = |shown: &str| EdgePath::of_decoded(shown).map(|path| path.as_str().to_owned());
        for (shown, path) in [
            ("/api/v2/peatio/x/../admin", Some("api/v2/peatio/admin")),
            ("//api/v2/resource/users/me", Some("api/v2/barong/resource/users/me")),
            ("/api/v2/peatio/100%", Some("api/v2/peatio/100%")),
            ("/api/v2/peatio/a b/\u{fc}", Some("api/v2/peatio/a b/\u{fc}")),
            // It was encoded twice.
            ("/api/v2/peatio/%2e%2e/admin", None),
            ("/api/v2/peatio/a%2Fb", None),
            ("/api/v2/peatio\\admin", None),
            ("/api/v2/peatio/\0", None),
            ("/..", None),
        ] {
            assert_eq!(spelled(shown).as_deref(), path, "{shown}");
        }
    }

    #[test]
    fn what_could_be_another_path_is_none() {
        for asked in [
            "..",
            "api/../../api/v2",
            "api/v2/barong/%252e%252e/admin",
            "api/v2/barong%252Fadmin",
            "api/v2/barong/admin%00",
            "api/v2/barong/admin%0d%0aX: y",
            "api/v2/barong\\admin",
            "api/v2/barong%5cadmin",
            "api/v2/barong/%ff",
            "api/v2/barong/%c0%ae%c0%ae/admin",
            "api/v2/barong/%",
            "api/v2/barong/%6",
            "api/v2/barong/%zz",
            "api/v2/barong/..;/admin",
            "api/v2/barong/.;x/admin",
            "api/v2/barong/\u{85}",
        ] {
            assert_eq!(spelled(asked), None, "{asked}");
        }
    }

    #[test]
    fn other_paths_stay_what_they_are() {
        for (asked, path) in [
            ("", ""),
            ("/", ""),
            ("admin", "admin"),
            ("resource/x", "resource/x"),
            ("api/v2/resources", "api/v2/resources"),
            ("api/v1/resource", "api/v1/resource"),
            ("api/v2/peatio/admin", "api/v2/peatio/admin"),
            ("api/v2/peatio/100%25", "api/v2/peatio/100%"),
            ("api/v2/peatio/a+b", "api/v2/peatio/a+b"),
            ("api/v2/peatio/...", "api/v2/peatio/..."),
            ("api/v2/Barong/Admin", "api/v2/Barong/Admin"),
            ("api/v2/peatio/\u{fc}%C3%BC", "api/v2/peatio/\u{fc}\u{fc}"),
        ] {
            assert_eq!(spelled(asked).as_deref(), Some(path), "{asked}");
        }
    }

    #[test]
    fn rules_that_keep_out_end_at_a_segment_and_see_no_case() {
        let path = EdgePath::parse("api/v2/Barong/ADMIN/permissions").unwrap();
        assert!(path.is_under_in_any_case("api/v2/barong/admin"));
        assert!(path.is_under_in_any_case("api/v2/barong/admin/"));
        assert!(path.is_under_in_any_case("api/v2/barong/admin/permissions"));
        assert!(!path.is_under_in_any_case("api/v2/barong/adm"));
        assert!(!path.is_under_in_any_case("api/v2/barong/admin/permissions/x"));
        assert!(!path.is_under("api/v2/barong"));
        assert!(path.is_under("api/v2/Barong"));
        assert!(path.begins("api/v2/Bar") && !path.begins("api/v2/bar"));
        let umlaut = EdgePath::parse("a\u{fc}").unwrap();
        assert!(!umlaut.is_under_in_any_case("ab"));
    }

    #[test]
    fn what_follows_admin_is_a_topic() {
        let topic = |path: &str| EdgePath::parse(path).unwrap().after_admin().map(str::to_owned);
        assert_eq!(topic("api/v2/barong/admin/users/labels").as_deref(), Some("users"));
        assert_eq!(topic("api/v2/barong/admin"), None);
        assert_eq!(topic("api/v2/barong/resource/users"), None);
    }

    proptest! {
        #[test]
        fn a_spelling_is_its_own(asked in "[a-z./%0-9;]{0,40}") {
            if let Some(path) = EdgePath::parse(&asked) {
                let text = path.as_str();
                prop_assert!(!text.starts_with('/') && !text.ends_with('/') && !text.contains("//"));
                prop_assert!(text.split('/').all(|segment| segment != "." && segment != ".."));
                // A percent sign that stands for itself has to be encoded to be read again.
                let again = EdgePath::parse(&text.replace('%', "%25"));
                prop_assert_eq!(again, Some(path));
            }
        }
    }
}
