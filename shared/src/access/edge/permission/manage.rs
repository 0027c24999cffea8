//! What administrators do with rows. Each change requires that nobody else changed rows or rules since they were read, so that
//! what is decided by all of them (that a role is known, that somebody can still change them) is decided by what holds.

use super::{Action, PERMISSION_NUMBERS, Permission, Verb};
use crate::App;
use crate::access::edge::kept::{self, Current};
use crate::access::edge::path::EdgePath;
use crate::access::edge::tables::{Tables, Verdict};
use crate::accounts::user::SUPERADMIN;
use crate::act::Undone;
use crate::store::{Commit, Condition, Record as _, Versioned, retried};

/// Where rows are changed.
const HERE: &str = "api/v2/barong/admin/permissions";

/// Why a row was not made, changed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotChanged {
    /// There is no row of this number.
    #[error("there is no such row")]
    Unknown,
    /// No row names the role yet.
    #[error("no row names the role")]
    UnknownRole,
    /// Superadmins could not change rows any more, and nobody could undo that.
    #[error("superadmins could not change rows any more")]
    LocksOut,
}

/// A row to be made.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The role.
    pub role: String,
    /// The method.
    pub verb: Verb,
    /// What paths begin with; no slash before.
    pub path: String,
    /// What it does.
    pub action: Action,
    /// What is written down as the topic.
    pub topic: Option<String>,
}

/// What is to be different about a row; what is absent stays.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "they are a row's")]
pub struct Wanted {
    pub role: Option<String>,
    pub verb: Option<Verb>,
    pub path: Option<String>,
    pub action: Option<Action>,
    pub topic: Option<String>,
}

type Result<T> = std::result::Result<T, Undone<NotChanged>>;

/// Makes a row for a role that is known. There may be several of the same.
///
/// # Errors
/// [`NotChanged`].
pub async fn create(app: &App, draft: &Draft) -> Result<Permission> {
    retried(|| async {
        let keys = [kept::version_key(), PERMISSION_NUMBERS.key()];
        let [version, numbers] = app.store.get(keys).await?;
        let current = Current::of(app, version.as_ref()).await?;
        let (number, now) = (PERMISSION_NUMBERS.next(numbers.as_ref())?, app.clock.now());
        let Draft { role, path, topic, .. } = draft.clone();
        let row = Permission {
            id: number.number(),
            role,
            verb: draft.verb,
            path,
            action: draft.action,
            topic,
            created_at: now,
            updated_at: now,
        };
        judge(&current.tables, row.id, Some(&row))?;
        let mut commit = Commit::<Undone<NotChanged>>::new();
        commit.create(&row);
        number.take(&mut commit);
        current.touch(&mut commit);
        app.store.commit(commit).await?;
        Ok(row)
    })
    .await
}

/// Changes a row.
///
/// # Errors
/// [`NotChanged`].
pub async fn update(app: &App, id: i64, wanted: &Wanted) -> Result<Permission> {
    retried(|| async {
        let (current, before) = read(app, id).await?;
        let (old, wanted) = (before.record.clone(), wanted.clone());
        let row = Permission {
            role: wanted.role.unwrap_or(old.role),
            verb: wanted.verb.unwrap_or(old.verb),
            path: wanted.path.unwrap_or(old.path),
            action: wanted.action.unwrap_or(old.action),
            topic: wanted.topic.or(old.topic),
            updated_at: app.clock.now(),
            ..old
        };
        judge(&current.tables, id, Some(&row))?;
        let mut commit = Commit::<Undone<NotChanged>>::new();
        commit.replace(&before, &row);
        current.touch(&mut commit);
        app.store.commit(commit).await?;
        Ok(row)
    })
    .await
}

/// Removes a row.
///
/// # Errors
/// [`NotChanged`].
pub async fn delete(app: &App, id: i64) -> Result<()> {
    retried(|| async {
        let (current, row) = read(app, id).await?;
        judge(&current.tables, id, None)?;
        let mut commit = Commit::<Undone<NotChanged>>::new();
        commit.delete(row.record.key(), Condition::Version(row.version));
        PERMISSION_NUMBERS.give_back(&mut commit);
        current.touch(&mut commit);
        app.store.commit(commit).await
    })
    .await
}

async fn read(app: &App, id: i64) -> Result<(Current, Versioned<Permission>)> {
    let [version, row] = app.store.get([kept::version_key(), Permission::key_of(id)]).await?;
    let row = row.ok_or(Undone::Refused(NotChanged::Unknown))?;
    Ok((Current::of(app, version.as_ref()).await?, Versioned::from_item(row)?))
}

/// Whether the row `id` may become `after`, or go.
fn judge(tables: &Tables, id: i64, after: Option<&Permission>) -> std::result::Result<(), NotChanged> {
    let rest = || tables.permissions.iter().filter(|row| row.id != id);
    if let Some(row) = after
        && !tables.knows_role(&row.role)
    {
        return Err(NotChanged::UnknownRole);
    }
    let of_superadmins = rest().chain(after).filter(|row| row.role == SUPERADMIN);
    let then = Tables::new(of_superadmins.cloned().collect(), Vec::new());
    match superadmins_rule(tables) && !superadmins_rule(&then) {
        true => Err(NotChanged::LocksOut),
        false => Ok(()),
    }
}

/// Whether superadmins can see and change rows, in every way.
fn superadmins_rule(tables: &Tables) -> bool {
    let Some(path) = EdgePath::parse(HERE) else {
        return false;
    };
    let may = |method| tables.verdict(SUPERADMIN, method, &path) != Verdict::Denied;
    ["GET", "POST", "PUT", "DELETE"].into_iter().all(may)
}

impl From<NotChanged> for Undone<NotChanged> {
    fn from(why: NotChanged) -> Self {
        Self::Refused(why)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tables::tests::row;
    use super::*;

    const ROWS: [&str; 4] = [
        "superadmin all api/v2 accept",
        "superadmin post api/v2/ audit",
        "member get api/v2/x accept",
        "superadmin get assets accept",
    ];

    fn tables(rows: &[&str]) -> Tables {
        Tables::new(
            rows.iter().zip(1..).map(|(text, id)| row(id, text)).collect(),
            Vec::new(),
        )
    }

    fn judged(rows: &[&str], id: i64, after: Option<&str>) -> std::result::Result<(), NotChanged> {
        judge(&tables(rows), id, after.map(|text| row(id, text)).as_ref())
    }

    #[test]
    fn a_role_that_no_row_names_is_no_role() {
        assert_eq!(
            judged(&ROWS, 5, Some("clerk get api accept")),
            Err(NotChanged::UnknownRole)
        );
        assert_eq!(
            judged(&ROWS, 3, Some("Member get api accept")),
            Err(NotChanged::UnknownRole)
        );
        assert_eq!(judged(&ROWS, 5, Some("member get api drop")), Ok(()));
        assert_eq!(judged(&ROWS, 3, Some("superadmin get api accept")), Ok(()));
    }

    #[test]
    fn whoever_rules_can_go_on_ruling() {
        let locked = Err(NotChanged::LocksOut);
        assert_eq!(judged(&ROWS, 1, None), locked);
        for text in [
            "member all api/v2 accept",
            "superadmin all api/v2 audit",
            "superadmin all api/v2 drop",
            "superadmin all api/v2/barong/resource accept",
            "superadmin post api/v2 accept",
            "superadmin all API/v2 accept",
        ] {
            assert_eq!(judged(&ROWS, 1, Some(text)), locked, "{text}");
        }
        for text in [
            "superadmin all api/v2/barong/admin drop",
            "superadmin delete api/v2/barong/admin/permissions/ drop",
            "superadmin get API/V2 drop",
        ] {
            assert_eq!(judged(&ROWS, 5, Some(text)), locked, "{text}");
        }
        for text in ["superadmin all api/v2/barong/admin accept", "superadmin all api accept"] {
            assert_eq!(judged(&ROWS, 1, Some(text)), Ok(()), "{text}");
        }
        assert_eq!(
            judged(&ROWS, 5, Some("superadmin all api/v2/barong/admin/users drop")),
            Ok(())
        );
        assert_eq!(
            judged(&ROWS, 5, Some("admin all api/v2 drop")),
            Err(NotChanged::UnknownRole)
        );
        assert_eq!(judged(&ROWS, 5, Some("member all api/v2 drop")), Ok(()));
        for id in [2, 3, 4] {
            assert_eq!(judged(&ROWS, id, None), Ok(()), "{id}");
        }
    }

    #[test]
    fn of_two_rows_that_let_superadmins_rule_one_may_go() {
        let two = [
            "superadmin all api/v2 accept",
            "superadmin all api/v2/barong/admin accept",
        ];
        assert_eq!(judged(&two, 1, None), Ok(()));
        assert_eq!(judged(&two, 2, None), Ok(()));
        let each = ["get", "post", "put", "delete"].map(|verb| format!("superadmin {verb} api/v2 accept"));
        let each: Vec<&str> = each.iter().map(String::as_str).collect();
        for id in 1..=4 {
            assert_eq!(judged(&each, id, None), Err(NotChanged::LocksOut), "{id}");
        }
    }

    #[test]
    fn where_superadmins_never_ruled_they_are_not_protected() {
        let rows = ["superadmin get assets accept", "root all api/v2 accept"];
        assert_eq!(judged(&rows, 1, None), Ok(()));
        assert_eq!(judged(&rows, 2, None), Ok(()));
    }
}
