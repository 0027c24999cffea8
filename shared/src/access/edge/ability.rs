//! What the roles of administrators may do inside, beside the paths that their permissions name: a table that no request
//! changes. A path may lead to more than one kind of thing, and a row of permissions may be wider than whoever wrote it meant;
//! this is asked as well.

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Act {
    Read,
    Create,
    Update,
    Destroy,
}

/// To what it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Model {
    User,
    Level,
    Label,
    Profile,
    Activity,
    ApiKey,
    Permission,
    Restriction,
}

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ability(pub Act, pub Model);

/// What a role may read, and what it may do anything with.
struct Able {
    role: &'static str,
    reads: &'static [Model],
    manages: &'static [Model],
}

use Model::{Activity, ApiKey, Label, Level, Permission, Profile, Restriction, User};

/// The roles that the document names.
const TABLE: [Able; 6] = [
    Able {
        role: "superadmin",
        reads: &[],
        manages: &[User, Level, Label, Profile, Activity, ApiKey, Permission, Restriction],
    },
    Able {
        role: "admin",
        reads: &[Activity, Permission],
        manages: &[User, Level, Label, Profile, ApiKey, Restriction],
    },
    Able {
        role: "technical",
        reads: &[User, Level, Label, Profile, Activity],
        manages: &[ApiKey, Restriction],
    },
    Able {
        role: "accountant",
        reads: &[User, Level, Label, Profile, Activity],
        manages: &[],
    },
    Able {
        role: "compliance",
        reads: &[],
        manages: &[User, Level, Label, Profile],
    },
    Able {
        role: "support",
        reads: &[Label, Level, Profile, Activity],
        manages: &[User],
    },
];

impl Ability {
    /// Whether `role` has it. A role that is not in the table was made by a deployment's own permissions, which say alone what
    /// it may do: otherwise nobody could be given a role that administrates a part of this.
    pub fn is_given(self, role: &str) -> bool {
        let Self(act, model) = self;
        let Some(able) = TABLE.iter().find(|able| able.role == role) else {
            return true;
        };
        able.manages.contains(&model) || (act == Act::Read && able.reads.contains(&model))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the document writes them: `crud` of a model, or what is left of it.
    fn said(role: &str, model: Model) -> String {
        let acts = [Act::Create, Act::Read, Act::Update, Act::Destroy]
            .into_iter()
            .zip("crud".chars());
        let given = acts.filter(|(act, _)| Ability(*act, model).is_given(role));
        given.map(|(_, letter)| letter).collect()
    }

    #[test]
    fn roles_have_what_the_document_gives_them() {
        let models = [User, Level, Label, Profile, Activity, ApiKey, Permission, Restriction];
        for (role, wanted) in [
            (
                "superadmin",
                ["crud", "crud", "crud", "crud", "crud", "crud", "crud", "crud"],
            ),
            ("admin", ["crud", "crud", "crud", "crud", "r", "crud", "r", "crud"]),
            ("technical", ["r", "r", "r", "r", "r", "crud", "", "crud"]),
            ("accountant", ["r", "r", "r", "r", "r", "", "", ""]),
            ("compliance", ["crud", "crud", "crud", "crud", "", "", "", ""]),
            ("support", ["crud", "r", "r", "r", "r", "", "", ""]),
            ("of-this-house", ["crud"; 8]),
            ("Superadmin", ["crud"; 8]),
        ] {
            assert_eq!(models.map(|model| said(role, model)), wanted, "{role}");
        }
    }
}
