//! What lists of users may be asked for.

use shared::accounts::directory::{Filter, Rows, Span};
use shared::surfaces::barong::params::{boolean, integer};
use shared::surfaces::barong::{Given, Paging};
use utoipa::IntoParams;

/// Parameters of lists of users.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its description is used")]
pub struct Filters {
    /// Whether more is shown of each; it is written down that it was
    extended: Option<bool>,
    /// The short identifier
    uid: Option<String>,
    /// The address
    email: Option<String>,
    /// The role
    role: Option<String>,
    /// A given name, as a profile has it
    first_name: Option<String>,
    /// A family name, as the same profile has it
    last_name: Option<String>,
    /// A country, as the same profile has it
    country: Option<String>,
    /// The level
    level: Option<i64>,
    /// The state
    state: Option<String>,
    /// What from and to are about: created or updated
    range: Option<String>,
    /// The first second, since 1970
    from: Option<i64>,
    /// The last second
    to: Option<i64>,
    /// From 1
    page: Option<u64>,
    /// 1 to 100
    limit: Option<u64>,
}

/// Which users are wanted, and whether more is shown of each.
#[derive(Debug)]
pub struct Wanted {
    /// Which.
    pub filter: Filter,
    /// Whether all is shown.
    pub is_extended: bool,
}

impl Wanted {
    /// Reads the filters; what is wrong with them is kept in `given`. A blank one is absent.
    pub fn read(given: &mut Given<'_>) -> Self {
        let is_extended = given.read("extended", "admin.user.non_boolean_extended", boolean);
        let mut filter = Filter::default();
        for (name, place) in [
            ("uid", &mut filter.uid),
            ("email", &mut filter.email),
            ("role", &mut filter.role),
            ("first_name", &mut filter.facts.first_name),
            ("last_name", &mut filter.facts.last_name),
            ("country", &mut filter.facts.country),
            ("state", &mut filter.state),
        ] {
            *place = given.optional(name).filter(|text| !text.trim().is_empty());
        }
        filter.level = given.read("level", "invalid", integer);
        let is_updated = given.read("range", "admin.user.invalid_range", |range| match range {
            "created" => Some(false),
            "updated" => Some(true),
            _ => None,
        });
        let span = Span {
            from: given.read("from", "invalid", integer),
            to: given.read("to", "invalid", integer),
        };
        match is_updated {
            Some(true) => filter.updated = span,
            _ => filter.created = span,
        }
        Self {
            filter,
            is_extended: is_extended.unwrap_or(false),
        }
    }
}

/// The rows of a page of a list in which the oldest account comes first.
pub fn rows(paging: Paging) -> Rows {
    Rows {
        skip: paging.skip(),
        take: paging.take(),
        youngest_first: false,
    }
}

#[cfg(test)]
mod tests {
    use shared::surfaces::barong::Params;

    use super::*;

    fn read(query: &str) -> Result<Wanted, Vec<String>> {
        let params = Params::of_query(query);
        let mut given = params.of("admin.user");
        let wanted = Wanted::read(&mut given);
        match given.keys() {
            [] => Ok(wanted),
            keys => Err(keys.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn from_and_to_are_about_one_of_two_times() {
        let span = Span {
            from: Some(1),
            to: None,
        };
        let of = |query: &str| read(query).map(|wanted| (wanted.filter.created, wanted.filter.updated));
        assert_eq!(of("from=1"), Ok((span, Span::default())));
        assert_eq!(of("from=1&range=created"), Ok((span, Span::default())));
        assert_eq!(of("from=1&range=updated"), Ok((Span::default(), span)));
    }

    #[test]
    fn what_is_blank_is_absent() {
        let wanted = read("role=&uid=%20&level=&from=&extended=").unwrap();
        assert!(wanted.filter.is_empty() && !wanted.is_extended);
    }

    #[test]
    fn all_that_is_wrong_is_said() {
        let wrong = read("extended=maybe&range=read&level=x&from=1.5&to=now").unwrap_err();
        let wanted = [
            "admin.user.non_boolean_extended",
            "invalid",
            "admin.user.invalid_range",
            "invalid",
            "invalid",
        ];
        assert_eq!(wrong, wanted);
    }
}
