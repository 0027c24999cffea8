//! Numbers in ascending order, from 1, for what clients know by a number.
//!
//! Whoever wants one reads the sequence together with what it reads anyway, and takes the next number in the commit that
//! makes the thing: the commit requires that the last number is still the one that was read. So no number is given twice,
//! none is lost to a commit that is refused or repeated, and it costs no round trip of its own. Of two at the same moment one
//! reads again. A number whose thing is gone is not given again.

use super::commit::{Step, int, text};
use super::{Commit, Condition, Item, Key, StoreError};

/// A sequence, by its name.
#[derive(Debug, Clone, Copy)]
pub struct Sequence(pub &'static str);

/// The next number of a sequence, which nobody has yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    sequence: &'static str,
    last: Option<i64>,
    in_use: i64,
}

impl Sequence {
    /// What is to be read before a number can be taken.
    pub fn key(self) -> Key {
        Key::new(format!("SEQUENCE#{}", self.0), "LAST")
    }

    /// The next number, after what was read at [`Sequence::key`].
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when that is no sequence.
    pub fn next(self, read: Option<&Item>) -> Result<Next, StoreError> {
        let number = |item: &Item, name: &str| item.get(name)?.as_n().ok()?.parse::<i64>().ok();
        let corrupt = || StoreError::corrupt(format_args!("the sequence {}", self.0));
        Ok(match read {
            None => Next {
                sequence: self.0,
                last: None,
                in_use: 0,
            },
            Some(item) => Next {
                sequence: self.0,
                last: Some(number(item, "last").ok_or_else(corrupt)?),
                in_use: number(item, "in_use").ok_or_else(corrupt)?,
            },
        })
    }

    /// Adds to `commit` that something that had a number is gone.
    pub fn give_back<E>(self, commit: &mut Commit<E>) {
        commit.update(self.key(), Condition::Present, [Step::Add("in_use", -1)]);
    }
}

impl Next {
    /// The number.
    pub fn number(self) -> i64 {
        self.last.unwrap_or_default() + 1
    }

    /// How many numbers belong to something that is there.
    pub fn in_use(self) -> i64 {
        self.in_use
    }

    /// Adds to `commit` that the number is taken. Where another was faster the commit is refused as a conflict.
    pub fn take<E>(self, commit: &mut Commit<E>) {
        self.take_many(commit, 1);
    }

    /// The same for so many numbers from this one.
    pub fn take_many<E>(self, commit: &mut Commit<E>, many: i64) {
        let unchanged = match self.last {
            None => Condition::Absent,
            Some(last) => Condition::Equals("last", int(last)),
        };
        let steps = [
            Step::Set("last", int(self.last.unwrap_or_default() + many)),
            Step::Add("in_use", many),
            Step::Default("kind", text("sequence")),
        ];
        commit.update(Sequence(self.sequence).key(), unchanged, steps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_from_1() {
        let sequence = Sequence("TEST");
        assert_eq!(sequence.next(None).unwrap().number(), 1);
        let item = Item::from([("last".to_owned(), int(41)), ("in_use".to_owned(), int(7))]);
        let next = sequence.next(Some(&item)).unwrap();
        assert_eq!((next.number(), next.in_use()), (42, 7));
        assert!(sequence.next(Some(&Item::new())).is_err());
    }
}
