//! All rows and rules as a process holds them, ordered for deciding.

use std::collections::HashMap;

use super::path::EdgePath;
use super::permission::{Action, Permission, Verb};
use super::restriction::{Restriction, Restrictions};

/// The partition of everything that the edge is decided by.
pub const PARTITION: &str = "EDGE";

/// Permissions and restrictions of one version.
#[derive(Debug, Default)]
pub struct Tables {
    by_role: HashMap<String, Vec<Row>>,
    /// The restrictions in force.
    pub restrictions: Restrictions,
    /// All rows, by number.
    pub permissions: Vec<Permission>,
    /// All rules, by number, also those that are off.
    pub rules: Vec<Restriction>,
}

#[derive(Debug)]
struct Row {
    verb: Verb,
    path: String,
    action: Action,
    topic: Option<String>,
}

/// What the rows of a role say to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It may pass.
    Granted,
    /// It may pass, and it is written down; the topic is that of the first row that wants it.
    Audited(Option<&'a str>),
    /// It may not.
    Denied,
}

impl Tables {
    /// These rows and rules.
    pub fn new(mut permissions: Vec<Permission>, mut rules: Vec<Restriction>) -> Self {
        permissions.sort_by_key(|permission| permission.id);
        rules.sort_by_key(|rule| rule.id);
        let mut by_role: HashMap<String, Vec<Row>> = HashMap::new();
        for permission in permissions.iter().cloned() {
            by_role.entry(permission.role).or_default().push(Row {
                verb: permission.verb,
                path: permission.path,
                action: permission.action,
                topic: permission.topic,
            });
        }
        Self {
            by_role,
            restrictions: Restrictions::new(rules.clone()),
            permissions,
            rules,
        }
    }

    /// Whether a row names the role.
    pub fn knows_role(&self, role: &str) -> bool {
        self.by_role.contains_key(role)
    }

    /// Whether `role` may do this: a row has to let it through, and none may keep it out.
    pub fn verdict(&self, role: &str, method: &str, path: &EdgePath) -> Verdict<'_> {
        let method = Verb::of(method);
        let (mut accepted, mut audited) = (false, None);
        let rows = self.by_role.get(role).into_iter().flatten();
        for row in rows.filter(|row| row.verb.covers(method)) {
            match row.action {
                // A row that keeps out ends at a segment, so that it keeps out what it names and nothing else.
                Action::Drop if path.is_under_in_any_case(&row.path) => return Verdict::Denied,
                Action::Accept if !accepted => accepted = path.begins(&row.path),
                Action::Audit if audited.is_none() && path.begins(&row.path) => audited = Some(row.topic.as_deref()),
                _ => {}
            }
        }
        match (accepted, audited) {
            (false, _) => Verdict::Denied,
            (true, None) => Verdict::Granted,
            (true, Some(topic)) => Verdict::Audited(topic),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::Timestamp;

    use super::*;

    /// A row, as `role verb path action`, and a topic where there is one.
    pub fn row(id: i64, text: &str) -> Permission {
        let parts: Vec<&str> = text.split(' ').collect();
        Permission {
            id,
            role: parts[0].into(),
            verb: Verb::parse(parts[1]).unwrap(),
            path: parts[2].into(),
            action: Action::parse(parts[3]).unwrap(),
            topic: parts.get(4).map(|topic| (*topic).to_owned()),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn verdict(rows: &[&str], method: &str, path: &str) -> String {
        let rows = rows.iter().zip(1..).map(|(text, id)| row(id, text)).collect();
        let tables = Tables::new(rows, Vec::new());
        format!("{:?}", tables.verdict("r", method, &EdgePath::parse(path).unwrap()))
    }

    #[test]
    fn a_row_has_to_let_it_through() {
        let accept = ["r get api/v2/x accept"];
        for (rows, method, path, wanted) in [
            (&accept[..], "GET", "api/v2/x", "Granted"),
            (&accept, "GET", "api/v2/x/y", "Granted"),
            (&accept, "GET", "api/v2/xy", "Granted"),
            (&accept, "GET", "api/v2/X", "Denied"),
            (&accept, "GET", "api/v2", "Denied"),
            (&accept, "POST", "api/v2/x", "Denied"),
            (&accept, "HEAD", "api/v2/x", "Denied"),
            (&accept, "OPTIONS", "api/v2/x", "Denied"),
            (&accept, "get", "api/v2/x", "Denied"),
            (&["r all api/v2/x accept"], "OPTIONS", "api/v2/x", "Granted"),
            (&["r all api/v2/x accept"], "BREW", "api/v2/x", "Granted"),
            (&["other all api/v2/x accept"], "GET", "api/v2/x", "Denied"),
            (&[], "GET", "api/v2/x", "Denied"),
        ] {
            assert_eq!(verdict(rows, method, path), wanted, "{rows:?} {method} {path}");
        }
    }

    #[test]
    fn a_row_that_keeps_out_wins_wherever_it_stands() {
        let accept = "r all api/v2 accept";
        let drop = "r all api/v2/x/secret drop";
        for rows in [[accept, drop], [drop, accept]] {
            assert_eq!(verdict(&rows, "GET", "api/v2/x/secret"), "Denied");
            assert_eq!(verdict(&rows, "GET", "api/v2/x/secret/1"), "Denied");
            assert_eq!(verdict(&rows, "GET", "api/v2/X/Secret"), "Denied");
            assert_eq!(verdict(&rows, "GET", "api/v2/x/secrets"), "Granted");
        }
        assert_eq!(verdict(&[accept, "r get api/v2/x drop"], "POST", "api/v2/x"), "Granted");
    }

    #[test]
    fn a_row_that_has_it_written_down_lets_nobody_through() {
        let (accept, audit) = ("r all api/v2 accept", "r post api/v2/ audit Things");
        assert_eq!(verdict(&[audit], "POST", "api/v2/x"), "Denied");
        assert_eq!(
            verdict(&[audit, accept], "POST", "api/v2/x"),
            "Audited(Some(\"Things\"))"
        );
        assert_eq!(
            verdict(&[accept, audit], "POST", "api/v2/x"),
            "Audited(Some(\"Things\"))"
        );
        assert_eq!(verdict(&[accept, audit], "GET", "api/v2/x"), "Granted");
        let first = [accept, "r post api/v2/x audit", audit];
        assert_eq!(verdict(&first, "POST", "api/v2/x"), "Audited(None)");
        assert_eq!(
            verdict(&[accept, audit, "r all api drop"], "POST", "api/v2/x"),
            "Denied"
        );
    }
}
