//! The first rows and rules, which are there before anybody could make one: those that the original program ships. They are
//! data (`permissions.txt`, `restrictions.txt`).

use jiff::Timestamp;

use super::kept;
use super::permission::{Action, PERMISSION_NUMBERS, Permission, Verb};
use super::restriction::{Category, RESTRICTION_NUMBERS, Restriction, Scope};
use crate::App;
use crate::store::commit::MAX_CHANGES;
use crate::store::{AsConflict as _, Commit, Condition, StoreError};

const PERMISSIONS: &str = include_str!("permissions.txt");
const RESTRICTIONS: &str = include_str!("restrictions.txt");

/// Makes the first rows and rules unless there ever were some: several commits, of which the last one says that they are
/// there. Whatever is cut off is begun anew, and of two servers that start at the same time both write the same.
///
/// # Errors
/// [`StoreError`].
pub async fn bootstrap(app: &App) -> Result<(), StoreError> {
    match attempt(app).await {
        // Another server was faster.
        Err(error) if error.is_conflict() => Ok(()),
        done => done,
    }
}

async fn attempt(app: &App) -> Result<(), StoreError> {
    let [version] = app.store.get([kept::version_key()]).await?;
    if version.is_some() {
        return Ok(());
    }
    let now = app.clock.now();
    let (permissions, restrictions) = (permissions(now), restrictions(now));
    let (many_permissions, many_restrictions) = (count(&permissions), count(&restrictions));
    // Once somebody manages them nothing is put back.
    for rows in permissions.chunks(MAX_CHANGES - 1) {
        let mut commit = Commit::<StoreError>::new();
        commit.check(kept::version_key(), Condition::Absent);
        for row in rows {
            commit.put(row);
        }
        app.store.commit(commit).await?;
    }
    let mut commit = Commit::<StoreError>::new();
    kept::begin(&mut commit);
    for rule in &restrictions {
        commit.put(rule);
        commit.put(&rule.claim());
    }
    PERMISSION_NUMBERS.next(None)?.take_many(&mut commit, many_permissions);
    RESTRICTION_NUMBERS
        .next(None)?
        .take_many(&mut commit, many_restrictions);
    app.store.commit(commit).await
}

fn count<T>(of: &[T]) -> i64 {
    i64::try_from(of.len()).unwrap_or(i64::MAX)
}

/// The lines that say something.
fn lines(data: &str) -> impl Iterator<Item = &str> {
    data.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

/// The first rows. A line that is not indented names the role of those after it.
pub fn permissions(now: Timestamp) -> Vec<Permission> {
    let (mut permissions, mut role) = (Vec::new(), "");
    for line in lines(PERMISSIONS) {
        let mut words = line.split_whitespace();
        let row = (words.next(), words.next(), words.next());
        let (Some(verb), Some(path), Some(action)) = row else {
            role = line.trim();
            continue;
        };
        let (Some(verb), Some(action)) = (Verb::parse(verb), Action::parse(action)) else {
            continue;
        };
        permissions.push(Permission {
            id: count(&permissions) + 1,
            role: role.to_owned(),
            verb,
            path: path.to_owned(),
            action,
            topic: None,
            created_at: now,
            updated_at: now,
        });
    }
    permissions
}

/// All of them are switched off: they show what there could be.
fn restrictions(now: Timestamp) -> Vec<Restriction> {
    let mut restrictions = Vec::new();
    for line in lines(RESTRICTIONS) {
        let mut words = line.split_whitespace();
        let rule = (
            words.next().and_then(Category::parse),
            words.next().and_then(Scope::parse),
            words.next(),
        );
        let (Some(category), Some(scope), Some(value)) = rule else {
            continue;
        };
        let code = words.next().and_then(|code| code.parse().ok());
        restrictions.push(Restriction {
            id: count(&restrictions) + 1,
            category,
            scope,
            value: value.to_owned(),
            code: code.unwrap_or_else(|| Restriction::default_code(category, scope)),
            is_enabled: false,
            created_at: now,
            updated_at: now,
        });
    }
    restrictions
}

#[cfg(test)]
mod tests {
    use super::super::path::EdgePath;
    use super::super::tables::{Tables, Verdict};
    use super::*;

    #[test]
    fn every_line_of_the_data_is_read() {
        let now = Timestamp::UNIX_EPOCH;
        let rows = permissions(now);
        assert_eq!(
            rows.len(),
            lines(PERMISSIONS).filter(|line| line.starts_with(' ')).count()
        );
        let mut roles: Vec<&str> = rows.iter().map(|row| row.role.as_str()).collect();
        roles.dedup();
        assert_eq!(
            roles,
            [
                "superadmin",
                "admin",
                "accountant",
                "compliance",
                "technical",
                "support",
                "trader",
                "member",
                "broker",
                "manager",
                "partner"
            ]
        );
        let rules = restrictions(now);
        assert_eq!(rules.len(), lines(RESTRICTIONS).count());
        assert!(rules.iter().all(|rule| !rule.is_enabled));
        let codes: Vec<u16> = rules.iter().map(|rule| rule.code).collect();
        assert_eq!(codes, [423, 471, 433, 434, 435, 436]);
    }

    #[test]
    fn roles_may_what_the_original_lets_them() {
        let tables = Tables::new(permissions(Timestamp::UNIX_EPOCH), Vec::new());
        let verdict = |role, method, path: &str| tables.verdict(role, method, &EdgePath::parse(path).unwrap());
        let admin = "api/v2/barong/admin";
        for (role, method, path, wanted) in [
            ("superadmin", "GET", "permissions", Verdict::Granted),
            ("superadmin", "POST", "permissions", Verdict::Audited(None)),
            ("superadmin", "PATCH", "users", Verdict::Granted),
            ("admin", "POST", "users", Verdict::Audited(None)),
            ("admin", "POST", "permissions", Verdict::Denied),
            ("admin", "POST", "users/role", Verdict::Denied),
            ("admin", "GET", "activities/admin", Verdict::Denied),
            ("admin", "GET", "activities", Verdict::Granted),
            ("accountant", "PUT", "users", Verdict::Audited(None)),
            ("accountant", "PUT", "users/labels", Verdict::Denied),
            ("support", "GET", "users", Verdict::Granted),
            ("support", "POST", "users", Verdict::Denied),
            ("technical", "GET", "levels", Verdict::Granted),
            ("technical", "GET", "permissions", Verdict::Denied),
            ("member", "GET", "users", Verdict::Denied),
            ("nobody", "GET", "users", Verdict::Denied),
        ] {
            let path = format!("{admin}/{path}");
            assert_eq!(verdict(role, method, &path), wanted, "{role} {method} {path}");
        }
        let resource = "api/v2/barong/resource/users/me";
        assert_eq!(verdict("member", "DELETE", resource), Verdict::Granted);
        assert_eq!(verdict("support", "DELETE", resource), Verdict::Audited(None));
    }
}
