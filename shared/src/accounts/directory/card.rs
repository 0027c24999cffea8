//! What lists know a user by: its role, state and level, and when it last changed. A user is written at every sign-in; its
//! card only where one of these changes, so that a sign-in does not pay for the lists.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::accounts::user::{State, User};
use crate::ids::UserId;
use crate::store::record::sortable;
use crate::store::{Cells, Commit, Key, Record};

/// How many users there are of each role, state and level; see [`Cell`].
pub const USERS: Cells = Cells("USERS");

/// Role, state and level: users who have all three in common are one partition of the first index, and are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The role.
    pub role: String,
    /// The state.
    pub state: State,
    /// The level.
    pub level: u8,
}

impl Cell {
    /// Where `user` is.
    pub fn of(user: &User) -> Self {
        Self {
            role: user.role.clone(),
            state: user.state,
            level: user.level,
        }
    }

    /// As it is counted.
    pub fn name(&self) -> String {
        format!("{}#{}#{}", self.role, self.state.as_str(), self.level)
    }

    /// The cell of this name. A role may be called anything; what comes after it is known.
    pub fn parse(name: &str) -> Option<Self> {
        let (rest, level) = name.rsplit_once('#')?;
        let (role, state) = rest.rsplit_once('#')?;
        Some(Self {
            role: role.to_owned(),
            state: State::parse(state)?,
            level: level.parse().ok()?,
        })
    }

    /// The partition of the first index that shows its users by age.
    pub fn partition(&self) -> String {
        format!("USERS#{}", self.name())
    }
}

/// A user's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Whose.
    pub user_id: UserId,
    /// What it may do on barong's surface.
    pub role: String,
    /// What it may do at all.
    pub state: State,
    /// How much is verified of it.
    pub level: u8,
    /// When it last changed, or was made.
    pub updated_at: Timestamp,
}

impl Card {
    /// The partition of the second index that shows all users by their last change.
    pub const BY_CHANGE: &'static str = "UPDATED";

    /// The sort key of a card.
    pub const SK: &'static str = "CARD";

    /// What is known of `user`.
    pub fn of(user: &User) -> Self {
        Self {
            user_id: user.id,
            role: user.role.clone(),
            state: user.state,
            level: user.level,
            updated_at: user.updated_at.unwrap_or(user.created_at),
        }
    }

    /// Where the card of `user` is kept.
    pub fn key_of(user: UserId) -> Key {
        Key::new(User::partition(user), Self::SK)
    }

    /// Where it counts.
    pub fn cell(&self) -> Cell {
        Cell {
            role: self.role.clone(),
            state: self.state,
            level: self.level,
        }
    }
}

impl Record for Card {
    const KIND: &'static str = "card";
    fn key(&self) -> Key {
        Self::key_of(self.user_id)
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(self.cell().partition(), self.user_id.to_string()))
    }
    fn gsi2(&self) -> Option<Key> {
        let place = format!("{}#{}", sortable(self.updated_at), self.user_id);
        Some(Key::new(Self::BY_CHANGE, place))
    }
}

/// Adds to `commit`, which makes `user`, that lists know it.
pub fn made<E>(commit: &mut Commit<E>, user: &User) {
    let card = Card::of(user);
    USERS.add(commit, &card.cell().name(), user.id.mark(), 1);
    commit.create(&card);
}

/// Adds to `commit`, which makes `before` to `after` and requires the version of `before`, that lists know of it. Nothing, where
/// they show no difference, or do not know the user yet.
pub fn moved<E>(commit: &mut Commit<E>, before: &User, after: &User) {
    let (old, new) = (Card::of(before), Card::of(after));
    if old == new || !before.is_listed {
        return;
    }
    let (from, to) = (old.cell(), new.cell());
    if from != to {
        USERS.add(commit, &from.name(), after.id.mark(), -1);
        USERS.add(commit, &to.name(), after.id.mark(), 1);
    }
    commit.put(&new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_comes_back_as_it_was() {
        for role in ["member", "", "a#b", "a#banned#3", "vor~stand"] {
            let cell = Cell {
                role: role.into(),
                state: State::Banned,
                level: 12,
            };
            assert_eq!(Cell::parse(&cell.name()), Some(cell));
        }
        for odd in [
            "",
            "member",
            "member#active",
            "member#odd#1",
            "member#active#x",
            "member#active#256",
        ] {
            assert_eq!(Cell::parse(odd), None, "{odd}");
        }
    }
}
