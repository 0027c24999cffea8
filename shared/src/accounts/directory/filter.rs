//! Which users are wanted, and the plan by which they are found: one index that names candidates, and what of the filter is
//! left to be asked of each.

use jiff::Timestamp;

use super::profiles::{Fact, Facts};
use super::{Card, card::Cell};
use crate::accounts::Email;
use crate::accounts::user::{State, User};
use crate::ids::UserId;
use crate::store::Query;
use crate::store::record::sortable;

/// A key of the table is short, and so is what a profile says: nobody has a longer text.
const LONGEST: usize = 1024;

/// The last second of [`Timestamp::MAX`], which is in the year 9999. What comes later has another width as a text.
const LAST_SECOND: i64 = 253_402_207_200;

/// Behind whatever an identifier begins with.
const END: char = '~';

/// Seconds since 1970, from and to, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The first one.
    pub from: Option<i64>,
    /// The last one.
    pub to: Option<i64>,
}

impl Span {
    /// Whether it says nothing.
    pub fn is_open(self) -> bool {
        self == Self::default()
    }

    /// Whether no moment that anything happens at is in it.
    fn is_empty(self) -> bool {
        let (from, to) = (self.from.unwrap_or(0), self.to.unwrap_or(i64::MAX));
        from > to || to < 0 || from > LAST_SECOND
    }

    /// Whether `time` is in it.
    pub fn contains(self, time: Timestamp) -> bool {
        let second = time.as_second();
        self.from.is_none_or(|from| from <= second) && self.to.is_none_or(|to| second <= to)
    }

    fn first(self) -> i64 {
        self.from.unwrap_or(0).clamp(0, LAST_SECOND)
    }

    fn last(self) -> i64 {
        self.to.unwrap_or(LAST_SECOND).clamp(0, LAST_SECOND)
    }

    /// The part of a partition by age in which those are who were made in it.
    fn by_age(self, query: Query) -> Query {
        if self.is_open() {
            return query;
        }
        let millis = |second: i64| second.cast_unsigned().saturating_mul(1000);
        let first = UserId::first_of(millis(self.first()));
        let last = UserId::last_of(millis(self.last()) + 999);
        query.between(first.to_string(), format!("{last}{END}"))
    }

    /// The part of the partition by change in which those are that changed in it.
    fn by_change(self, query: Query) -> Query {
        let text = |second: i64| Timestamp::from_second(second).map(sortable).unwrap_or_default();
        // A text in the last second goes on with a fraction, and after it with a user.
        let last = text(self.last()).replace(".000000Z", &format!(".{END}"));
        query.between(text(self.first()), last)
    }
}

/// Which users are wanted: those of whom all of it is true. Nothing is everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The short identifier.
    pub uid: Option<String>,
    /// The address, whatever the case.
    pub email: Option<String>,
    /// What it may do.
    pub role: Option<String>,
    /// The state, as it is stored.
    pub state: Option<String>,
    /// How much is verified.
    pub level: Option<i64>,
    /// What one of its profiles says.
    pub facts: Facts,
    /// When it was made.
    pub created: Span,
    /// When it last changed.
    pub updated: Span,
}

/// The index that names candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// None is needed: nobody can be meant.
    Nobody,
    /// The claim on a short identifier.
    Uid(String),
    /// The claim on an address.
    Email(Email),
    /// Profiles that say it, by the age of their users.
    Fact(Fact, String),
    /// Cards, by their last change.
    Change,
    /// Cards of some roles, states and levels, by the age of their users.
    Cells,
    /// All users, by age.
    Age,
}

/// How users are found: candidates `by` an index, of whom `served` holds by that, and of whom `rest` is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where candidates come from.
    pub by: By,
    /// What holds of all of them.
    pub served: Filter,
    /// What is asked of each.
    pub rest: Filter,
}

impl Filter {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nobody can be meant.
    fn means_nobody(&self) -> bool {
        let is_no_state = |text: &String| State::parse(text).is_none();
        let is_no_level = |level: &i64| u8::try_from(*level).is_err();
        let is_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > LONGEST);
        self.state.as_ref().is_some_and(is_no_state)
            || self.level.as_ref().is_some_and(is_no_level)
            || self.email.as_ref().is_some_and(|email| Email::parse(email).is_err())
            || is_long(&self.uid)
            || is_long(&self.facts.first_name)
            || is_long(&self.facts.last_name)
            || is_long(&self.facts.country)
            || self.created.is_empty()
            || self.updated.is_empty()
    }

    /// How the users that are meant are found. What names fewest comes first; what an index knows of its entries besides is
    /// served by it as well.
    pub fn plan(&self) -> Plan {
        let (mut served, mut rest) = (Self::default(), self.clone());
        let email = self.email.as_deref().and_then(|email| Email::parse(email).ok());
        let by = if self.means_nobody() {
            (served, rest) = (rest, served);
            By::Nobody
        } else if let Some(uid) = rest.uid.take() {
            served.uid = Some(uid.clone());
            By::Uid(uid)
        } else if let Some(email) = email {
            served.email = rest.email.take();
            By::Email(email)
        } else if let Some((fact, value)) = self.rarest_fact() {
            served.facts = std::mem::take(&mut rest.facts);
            served.created = std::mem::take(&mut rest.created);
            By::Fact(fact, value)
        } else if !self.updated.is_open() {
            served.updated = std::mem::take(&mut rest.updated);
            By::Change
        } else {
            return self.by_age();
        };
        Plan { by, served, rest }
    }

    /// How they are found where their order is that of their age, and no profile is asked for: in cells where role, state, level
    /// or change are asked for, or else among all.
    pub fn by_age(&self) -> Plan {
        let served = Self {
            role: self.role.clone(),
            state: self.state.clone(),
            level: self.level,
            created: self.created,
            ..Self::default()
        };
        let rest = Self {
            role: None,
            state: None,
            level: None,
            created: Span::default(),
            ..self.clone()
        };
        let cells = Self {
            created: Span::default(),
            ..served.clone()
        };
        let by = match cells.is_empty() && rest.is_empty() {
            true => By::Age,
            false => By::Cells,
        };
        Plan { by, served, rest }
    }

    fn rarest_fact(&self) -> Option<(Fact, String)> {
        let facts = &self.facts;
        let last = facts.last_name.clone().map(|name| (Fact::LastName, name));
        let first = || facts.first_name.clone().map(|name| (Fact::FirstName, name));
        let country = || facts.country.clone().map(|country| (Fact::Country, country));
        last.or_else(first).or_else(country)
    }

    /// Whether it is true of a user, but for what profiles say.
    pub fn fits(&self, user: &User) -> bool {
        let is = |wanted: &Option<String>, known: &str| wanted.as_ref().is_none_or(|wanted| wanted == known);
        let is_addressed =
            |wanted: &String| Email::parse(wanted).is_ok_and(|email| email.canonical() == user.email.canonical());
        is(&self.uid, &user.uid)
            && self.email.as_ref().is_none_or(is_addressed)
            && self.created.contains(user.created_at)
            && self.fits_card(&Card::of(user))
    }

    /// Whether role, state, level and change are as wanted.
    pub fn fits_card(&self, card: &Card) -> bool {
        self.fits_cell(&card.cell()) && self.updated.contains(card.updated_at)
    }

    /// Whether role, state and level are as wanted.
    pub fn fits_cell(&self, cell: &Cell) -> bool {
        let is = |wanted: &Option<String>, known: &str| wanted.as_ref().is_none_or(|wanted| wanted == known);
        is(&self.role, &cell.role)
            && is(&self.state, cell.state.as_str())
            && self.level.is_none_or(|level| level == i64::from(cell.level))
    }
}

impl Plan {
    /// The part of a partition by age that holds who was made when it is wanted.
    pub fn aged(&self, query: Query) -> Query {
        self.served.created.by_age(query)
    }

    /// The part of the partition by change that holds who changed when it is wanted.
    pub fn changed(&self, query: Query) -> Query {
        self.served.updated.by_change(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A filter of words such as `role=admin`.
    fn filter(words: &str) -> Filter {
        let mut filter = Filter::default();
        for word in words.split_whitespace() {
            let (name, value) = word.split_once('=').unwrap();
            let (text, number) = (Some(value.to_owned()), value.parse().ok());
            match name {
                "uid" => filter.uid = text,
                "email" => filter.email = text,
                "role" => filter.role = text,
                "state" => filter.state = text,
                "level" => filter.level = number,
                "first" => filter.facts.first_name = text,
                "last" => filter.facts.last_name = text,
                "country" => filter.facts.country = text,
                "from" => filter.created.from = number,
                "to" => filter.created.to = number,
                "since" => filter.updated.from = number,
                "until" => filter.updated.to = number,
                other => panic!("{other}"),
            }
        }
        filter
    }

    fn fact(fact: Fact, value: &str) -> By {
        By::Fact(fact, value.to_owned())
    }

    /// A filter, which index serves it, what of it, and what is asked of each candidate.
    type Case<'a> = (&'a str, By, &'a str, &'a str);

    fn check(plan: impl Fn(Filter) -> Plan, cases: &[Case<'_>]) {
        for (words, by, served, rest) in cases {
            let wanted = Plan {
                by: by.clone(),
                served: filter(served),
                rest: filter(rest),
            };
            assert_eq!(plan(filter(words)), wanted, "{words}");
        }
    }

    #[test]
    fn an_index_serves_a_part_and_the_rest_is_asked() {
        let email = || By::Email(Email::parse("A@example.com").unwrap());
        let uid = || By::Uid("ID1".into());
        let cases = [
            ("", By::Age, "", ""),
            ("from=1 to=2", By::Age, "from=1 to=2", ""),
            ("role=admin", By::Cells, "role=admin", ""),
            (
                "state=active level=3 from=1",
                By::Cells,
                "state=active level=3 from=1",
                "",
            ),
            ("since=1", By::Change, "since=1", ""),
            ("since=1 role=admin", By::Change, "since=1", "role=admin"),
            (
                "since=1 until=2 from=1 level=0",
                By::Change,
                "since=1 until=2",
                "from=1 level=0",
            ),
            ("country=gb", fact(Fact::Country, "gb"), "country=gb", ""),
            (
                "country=gb first=Ada",
                fact(Fact::FirstName, "Ada"),
                "country=gb first=Ada",
                "",
            ),
            (
                "country=gb first=Ada last=King role=admin from=7",
                fact(Fact::LastName, "King"),
                "country=gb first=Ada last=King from=7",
                "role=admin",
            ),
            (
                "country=gb since=1 state=banned",
                fact(Fact::Country, "gb"),
                "country=gb",
                "since=1 state=banned",
            ),
            (
                "uid=ID1 role=admin first=Ada from=1",
                uid(),
                "uid=ID1",
                "role=admin first=Ada from=1",
            ),
            ("email=a@example.com uid=ID1", uid(), "uid=ID1", "email=a@example.com"),
            ("email=A@example.com since=5", email(), "email=A@example.com", "since=5"),
            ("state=odd", By::Nobody, "state=odd", ""),
            ("level=-1 uid=ID1", By::Nobody, "level=-1 uid=ID1", ""),
            ("level=256", By::Nobody, "level=256", ""),
            ("email=odd", By::Nobody, "email=odd", ""),
            ("from=2 to=1", By::Nobody, "from=2 to=1", ""),
            ("until=-1", By::Nobody, "until=-1", ""),
            ("from=253402207201", By::Nobody, "from=253402207201", ""),
        ];
        check(|filter| filter.plan(), &cases);
    }

    #[test]
    fn too_many_changes_are_looked_for_by_age() {
        let cases = [
            ("since=1 role=admin from=3", By::Cells, "role=admin from=3", "since=1"),
            ("since=1", By::Cells, "", "since=1"),
        ];
        check(|filter| filter.by_age(), &cases);
    }

    #[test]
    fn there_is_no_later_second() {
        assert_eq!(Timestamp::MAX.as_second(), LAST_SECOND);
    }

    #[test]
    fn a_long_text_is_nobodys() {
        let mut long = Filter::default();
        long.facts.country = Some("x".repeat(LONGEST + 1));
        assert_eq!(long.plan().by, By::Nobody);
    }

    #[test]
    fn both_ends_are_included_to_the_end_of_their_second() {
        use crate::store::query::Range;
        let cases = [
            (None, None, true),
            (Some(100), Some(100), true),
            (Some(101), None, false),
            (None, Some(99), false),
            (Some(i64::MIN), Some(i64::MAX), true),
        ];
        let times = ["1970-01-01T00:01:40Z", "1970-01-01T00:01:40.999999999Z"];
        for ((from, to, is_in), time) in cases.into_iter().flat_map(|case| times.map(|time| (case, time))) {
            let (span, time): (Span, Timestamp) = (Span { from, to }, time.parse().unwrap());
            assert_eq!(span.contains(time), is_in, "{span:?} {time}");
            // The ranges of the two indexes say the same.
            let place = format!("{}#X", sortable(time));
            let id = UserId::first_of(time.as_millisecond().unsigned_abs()).to_string();
            for (query, place) in [
                (span.by_change(Query::partition("x")), place),
                (span.by_age(Query::partition("x")), id),
            ] {
                let is_found = match &query.range {
                    Range::Between(first, last) => *first <= place && place <= *last,
                    _ => true,
                };
                assert_eq!(is_found, is_in, "{span:?} {time} {query:?}");
            }
        }
    }
}
