//! Engine's permissions: who may do what to a resource, and how widely. A grant answers a question; this file is the
//! whole of that logic, and nothing in it reads or writes anything.
//!
//! A grant's scope answers for every narrower one. An action answers for itself; `write` for all; `update` and `delete`
//! for `read`, because nobody can change what they may not see. `create` does not: a letter box is not a window.

use std::borrow::Cow;
use std::fmt;

/// How widely a permission reaches, from the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everything.
    All,
    /// What belongs to the organization.
    Org,
    /// What one is associated with.
    Associated,
    /// What is one's own.
    Own,
}

impl Scope {
    /// The scopes there are, in the order in which they are listed.
    pub const ALL: [Scope; 4] = [Scope::All, Scope::Org, Scope::Associated, Scope::Own];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::All => "all",
            Scope::Org => "org",
            Scope::Associated => "associated",
            Scope::Own => "own",
        }
    }

    /// Reads a name in lower case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    fn breadth(self) -> u8 {
        match self {
            Scope::Own => 0,
            Scope::Associated => 1,
            Scope::Org => 2,
            Scope::All => 3,
        }
    }

    /// Whether a grant of this scope answers for `asked`.
    pub fn satisfies(self, asked: Scope) -> bool {
        self.breadth() >= asked.breadth()
    }

    /// The wider of two.
    #[must_use]
    pub fn or_wider(self, other: Scope) -> Scope {
        if other.satisfies(self) { other } else { self }
    }
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Anything.
    Write,
    /// Adding.
    Create,
    /// Changing.
    Update,
    /// Removing.
    Delete,
    /// Seeing.
    Read,
}

impl Action {
    /// The actions there are, in the order in which they are listed.
    pub const ALL: [Action; 5] = [
        Action::Write,
        Action::Create,
        Action::Update,
        Action::Delete,
        Action::Read,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Write => "write",
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Read => "read",
        }
    }

    /// Reads a name in lower case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    /// Whether a grant of this action answers for `asked`.
    pub fn satisfies(self, asked: Action) -> bool {
        match self {
            Action::Write => true,
            Action::Update | Action::Delete => asked == self || asked == Action::Read,
            Action::Create | Action::Read => asked == self,
        }
    }
}

/// The resources that engine's documents name. Others may be made; this list does not grow.
pub const RESOURCES: [&str; 8] = [
    "user",
    "masterdata",
    "inventory",
    "role",
    "permission",
    "account",
    "transaction",
    "session",
];

/// Characters that a resource's name has at most.
pub const MAX_RESOURCE: usize = 64;

/// Whether a text may name a resource: 3 to 64 letters, digits and underscores.
pub fn is_resource(text: &str) -> bool {
    (3..=MAX_RESOURCE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A permission as it is granted: always one resource, one scope, one action.
#[derive(Debug, Clone)]
pub struct Permission {
    /// The resource, as it was first written; compared without case.
    pub resource: String,
    /// How widely.
    pub scope: Scope,
    /// What.
    pub action: Action,
}

impl Permission {
    /// Reads `resource:scope:action`, as [`Permission`] is written. `None` for the plain names of other surfaces.
    pub fn parse(name: &str) -> Option<Self> {
        let mut parts = name.split(':');
        let (resource, scope, action) = (parts.next()?, parts.next()?, parts.next()?);
        (parts.next().is_none() && is_resource(resource)).then_some(())?;
        Some(Self {
            resource: resource.to_owned(),
            scope: Scope::parse(scope)?,
            action: Action::parse(action)?,
        })
    }

    /// The name under which it is known whatever the case of its resource.
    pub fn canonical(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }

    /// Whether having this answers `question`.
    pub fn answers(&self, question: &Question<'_>) -> bool {
        self.resource.eq_ignore_ascii_case(&question.resource)
            && question.scope.met_by(|asked| self.scope.satisfies(asked))
            && question.action.met_by(|asked| self.action.satisfies(asked))
    }

    /// The question whether one has this.
    pub fn question(&self) -> Question<'_> {
        Question {
            resource: Cow::Borrowed(&self.resource),
            scope: Asked::For(self.scope),
            action: Asked::For(self.action),
        }
    }
}

impl PartialEq for Permission {
    fn eq(&self, other: &Self) -> bool {
        self.scope == other.scope && self.action == other.action && self.resource.eq_ignore_ascii_case(&other.resource)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.resource, self.scope.as_str(), self.action.as_str())
    }
}

/// One part of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked<T> {
    /// `*`: whichever there is.
    Any,
    /// This one.
    For(T),
    /// Something that no grant can be.
    Unknown,
}

impl<T> Asked<T> {
    fn read(text: &str, parse: fn(&str) -> Option<T>) -> Self {
        match text {
            "*" => Self::Any,
            name => parse(&name.to_ascii_lowercase()).map_or(Self::Unknown, Self::For),
        }
    }

    fn met_by(self, by: impl FnOnce(T) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::For(asked) => by(asked),
            Self::Unknown => false,
        }
    }
}

/// What somebody wants to do. Only a question may say `*`, and only for scope and action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question<'a> {
    resource: Cow<'a, str>,
    scope: Asked<Scope>,
    action: Asked<Action>,
}

impl<'a> Question<'a> {
    /// Reads a question. Case does not count, nor do blanks around resource and scope; an unknown word is a question that
    /// nothing answers.
    pub fn new(resource: &'a str, scope: &str, action: &str) -> Self {
        Self {
            resource: Cow::Borrowed(resource.trim()),
            scope: Asked::read(scope.trim(), Scope::parse),
            action: Asked::read(action, Action::parse),
        }
    }

    /// Reads `resource:scope:action`, as routes name what they ask for.
    pub fn of(name: &'a str) -> Self {
        let mut parts = name.splitn(3, ':').chain(std::iter::repeat(""));
        let mut part = || parts.next().unwrap_or_default();
        Self::new(part(), part(), part())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn scopes() -> impl Strategy<Value = Scope> {
        select(&Scope::ALL[..])
    }

    fn actions() -> impl Strategy<Value = Action> {
        select(&Action::ALL[..])
    }

    fn permissions() -> impl Strategy<Value = Permission> {
        let resources = select(&["user", "role", "Invoice_2", "USER"][..]);
        (resources, scopes(), actions()).prop_map(|(resource, scope, action)| Permission {
            resource: resource.to_owned(),
            scope,
            action,
        })
    }

    /// The tables of the published document, written out.
    #[test]
    fn what_satisfies_what() {
        let scopes = |asked: &str| -> Vec<&str> {
            let question = Question::new("user", asked, "read");
            let has = |scope: &Scope| {
                Permission {
                    resource: "user".into(),
                    scope: *scope,
                    action: Action::Read,
                }
                .answers(&question)
            };
            Scope::ALL
                .iter()
                .filter(|scope| has(scope))
                .map(|scope| scope.as_str())
                .collect()
        };
        assert_eq!(scopes("all"), ["all"]);
        assert_eq!(scopes("org"), ["all", "org"]);
        assert_eq!(scopes("associated"), ["all", "org", "associated"]);
        assert_eq!(scopes("own"), ["all", "org", "associated", "own"]);
        assert_eq!(scopes("*"), ["all", "org", "associated", "own"]);
        assert_eq!(scopes(" ORG "), ["all", "org"]);
        for unknown in ["", "some", "al", "**"] {
            assert!(scopes(unknown).is_empty(), "{unknown}");
        }

        let actions = |asked: &str| -> Vec<&str> {
            let question = Question::new("user", "own", asked);
            let has = |action: &Action| {
                Permission {
                    resource: "user".into(),
                    scope: Scope::All,
                    action: *action,
                }
                .answers(&question)
            };
            Action::ALL
                .iter()
                .filter(|action| has(action))
                .map(|action| action.as_str())
                .collect()
        };
        assert_eq!(actions("read"), ["write", "update", "delete", "read"]);
        assert_eq!(actions("update"), ["write", "update"]);
        assert_eq!(actions("delete"), ["write", "delete"]);
        assert_eq!(actions("create"), ["write", "create"]);
        assert_eq!(actions("write"), ["write"]);
        assert_eq!(actions("*").len(), 5);
        assert_eq!(actions("READ").len(), 4);
        for unknown in ["", " read", "read ", "own", "manage"] {
            assert!(actions(unknown).is_empty(), "{unknown:?}");
        }
    }

    #[test]
    fn a_resource_is_one_name() {
        let user = Permission::parse("user:all:write").unwrap();
        assert!(user.answers(&Question::new(" USER ", "all", "write")));
        for other in ["*", "users", "use", "", "user:all:write"] {
            assert!(!user.answers(&Question::new(other, "*", "*")), "{other}");
        }
        assert!(user.answers(&Question::of("user:*:read")));
        assert!(!user.answers(&Question::of("user")));
    }

    #[test]
    fn no_wildcard_can_be_granted() {
        for name in [
            "*:all:read",
            "user:*:read",
            "user:all:*",
            "user:all",
            "user:all:read:x",
            "us:all:read",
            "user:ALL:read",
            "us-er:all:read",
            "ViewLoginActivity",
        ] {
            assert_eq!(Permission::parse(name), None, "{name}");
        }
        assert!(!is_resource(&"x".repeat(65)));
    }

    proptest! {
        #[test]
        fn satisfying_is_reflexive_and_transitive((a, b, c) in (scopes(), scopes(), scopes()), (x, y, z) in (actions(), actions(), actions())) {
            prop_assert!(a.satisfies(a) && x.satisfies(x));
            prop_assert!(!(a.satisfies(b) && b.satisfies(c)) || a.satisfies(c));
            prop_assert!(!(x.satisfies(y) && y.satisfies(z)) || x.satisfies(z));
        }

        #[test]
        fn satisfying_each_other_is_being_the_same((a, b) in (scopes(), scopes()), (x, y) in (actions(), actions())) {
            prop_assert_eq!(a.satisfies(b) && b.satisfies(a), a == b);
            prop_assert_eq!(x.satisfies(y) && y.satisfies(x), x == y);
        }

        /// Whoever has the wider scope and the stronger action can do all that the other can.
        #[test]
        fn more_is_never_less(weak in permissions(), scope in scopes(), action in actions(), asked in permissions()) {
            let strong = Permission { resource: weak.resource.to_uppercase(), scope, action };
            if scope.satisfies(weak.scope) && action.satisfies(weak.action) && weak.answers(&asked.question()) {
                prop_assert!(strong.answers(&asked.question()));
            }
        }

        #[test]
        fn only_write_gives_write(action in actions()) {
            prop_assert_eq!(action.satisfies(Action::Write), action == Action::Write);
            prop_assert_eq!(action.satisfies(Action::Create), matches!(action, Action::Write | Action::Create));
            prop_assert!(!Action::Create.satisfies(action) || action == Action::Create, "create gives nothing else");
        }

        #[test]
        fn a_permission_has_itself_and_reads_as_it_is_written(permission in permissions()) {
            prop_assert!(permission.answers(&permission.question()));
            prop_assert_eq!(Permission::parse(&permission.to_string()), Some(permission.clone()));
            prop_assert_eq!(Permission::parse(&permission.canonical()), Some(permission));
        }

        #[test]
        fn a_wildcard_asks_for_any(permission in permissions()) {
            prop_assert!(permission.answers(&Question::new(&permission.resource, "*", "*")));
        }

        #[test]
        fn no_text_panics(text in ".*", other in ".*") {
            let question = Question::new(&text, &other, &text);
            prop_assert!(!Permission::parse("user:all:write").unwrap().answers(&question) || text.trim().eq_ignore_ascii_case("user"));
            let _either = (Permission::parse(&text), Question::of(&text));
        }
    }
}
