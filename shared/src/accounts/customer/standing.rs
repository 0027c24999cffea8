//! What a customer's private labels mean: how far the customer is known (the level), and what the account may do (its
//! state). Pure: nothing is read or written here.

use std::str::FromStr;

use super::labels::Label;
use crate::accounts::State;

/// A label that is asked for: key and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

impl FromStr for Pair {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (key, value) = text.trim().split_once(':').ok_or(())?;
        match key.is_empty() || value.is_empty() {
            true => Err(()),
            false => Ok(Self {
                key: key.to_owned(),
                value: value.to_owned(),
            }),
        }
    }
}

/// A key of a label that puts an account into a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// The state: none that lets anybody in.
    pub state: State,
    /// The key, as a whole.
    pub key: String,
}

impl FromStr for Trigger {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let Pair { key: state, value: key } = text.parse()?;
        let states = [State::Banned, State::Deleted, State::Locked];
        let state = states.into_iter().find(|known| known.as_str() == state).ok_or(())?;
        Ok(Self { state, key })
    }
}

/// What decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The label of each level, from 1.
    pub levels: Vec<Pair>,
    /// The labels that make an account active.
    pub activation: Vec<Pair>,
    /// The keys that put it into another state; of several the last one counts.
    pub triggers: Vec<Trigger>,
}

impl Default for Rules {
    fn default() -> Self {
        let pair = |key: &str| Pair {
            key: key.to_owned(),
            value: "verified".to_owned(),
        };
        let trigger = |(state, key): (State, &str)| Trigger {
            state,
            key: key.to_owned(),
        };
        let triggers = [
            (State::Banned, "ban"),
            (State::Banned, "fraud"),
            (State::Deleted, "delete"),
            (State::Locked, "suspicious"),
            (State::Locked, "lock"),
        ];
        Self {
            levels: ["email", "phone", "document"].map(pair).into(),
            activation: vec![pair("email")],
            triggers: triggers.map(trigger).into(),
        }
    }
}

impl Rules {
    /// How many levels the labels reach, from the first without a gap: whoever loses the first one has none.
    pub fn level(&self, labels: &[Label]) -> u8 {
        let reached = self.levels.iter().take_while(|pair| holds(labels, pair)).count();
        u8::try_from(reached).unwrap_or(u8::MAX)
    }

    /// The state of an account whose labels were `before` and are `after`.
    ///
    /// What other surfaces decided stays: an account that an administrator switched off is not switched on by a label, one
    /// that waits for its activation goes on waiting, and one that was made active without the labels that barong asks for
    /// does not lose that by a label which has nothing to do with it. Labels that ban, delete or lock hold for all.
    pub fn state(&self, current: State, before: &[Label], after: &[Label]) -> State {
        let hit = |trigger: &&Trigger| private(after).any(|label| label.key == trigger.key);
        if let Some(trigger) = self.triggers.iter().rev().find(hit) {
            return trigger.state;
        }
        let is_activated = |labels| self.activation.iter().all(|pair| holds(labels, pair));
        match (current, is_activated(after)) {
            (State::Inactive, _) => State::Inactive,
            (_, true) => State::Active,
            (State::Unactivated, false) => State::Unactivated,
            (State::Active, false) if !is_activated(before) => State::Active,
            (_, false) => State::Pending,
        }
    }
}

fn private(labels: &[Label]) -> impl Iterator<Item = &Label> {
    labels.iter().filter(|label| label.is_private())
}

fn holds(labels: &[Label], pair: &Pair) -> bool {
    private(labels).any(|label| label.key == pair.key && label.value == pair.value)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::super::labels::Scope;
    use super::*;
    use crate::ids::UserId;

    fn label(scope: Scope, key: &str, value: &str) -> Label {
        Label {
            user_id: UserId::parse("00000000000000000000000001").unwrap(),
            key: key.into(),
            value: value.into(),
            scope,
            description: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Private labels, such as `email:verified phone:verified`.
    fn labels(pairs: &str) -> Vec<Label> {
        let pairs = pairs.split_whitespace().map(|text| text.parse::<Pair>().unwrap());
        pairs
            .map(|pair| label(Scope::Private, &pair.key, &pair.value))
            .collect()
    }

    #[test]
    fn levels_have_no_gap() {
        for (pairs, level) in [
            ("", 0),
            ("email:verified", 1),
            ("phone:verified email:verified", 2),
            ("email:verified phone:verified document:verified", 3),
            ("email:verified document:verified", 1),
            ("phone:verified document:verified", 0),
            ("email:verified phone:verified document:pending", 2),
            ("email:rejected", 0),
        ] {
            assert_eq!(Rules::default().level(&labels(pairs)), level, "{pairs}");
        }
    }

    #[test]
    fn states_follow_labels() {
        use State::{Active, Banned, Deleted, Inactive, Locked, Pending, Unactivated};
        for (current, before, after, state) in [
            (Pending, "", "email:verified", Active),
            (Pending, "", "phone:verified", Pending),
            (Active, "email:verified", "", Pending),
            (Active, "email:verified", "email:verified ban:fraudster", Banned),
            (Banned, "email:verified ban:fraudster", "email:verified", Active),
            (Banned, "ban:fraudster", "", Pending),
            // A key counts as a whole, and of several the last trigger of the rules.
            (Active, "email:verified", "email:verified banana:yes", Active),
            (Active, "email:verified", "email:verified ban:x lock:x", Locked),
            (Active, "email:verified", "email:verified lock:x delete:by_user", Locked),
            (Active, "email:verified", "email:verified delete:by_user", Deleted),
            // What other surfaces decided.
            (Inactive, "", "email:verified", Inactive),
            (Inactive, "email:verified", "email:verified fraud:yes", Banned),
            (Unactivated, "", "phone:verified", Unactivated),
            (Unactivated, "", "email:verified", Active),
            (Active, "", "phone:verified", Active),
        ] {
            let decided = Rules::default().state(current, &labels(before), &labels(after));
            assert_eq!(decided, state, "{current:?}: {before} -> {after}");
        }
    }

    #[test]
    fn rules_are_read_strictly() {
        assert!("email:verified".parse::<Pair>().is_ok() && "banned:ban".parse::<Trigger>().is_ok());
        for text in ["", "email", ":verified", "email:", "active:x", "pending:x", "nothing:x"] {
            assert!(text.parse::<Trigger>().is_err(), "{text}");
        }
    }

    fn any_labels() -> impl Strategy<Value = Vec<Label>> {
        let key = prop::sample::select(vec![
            "email", "phone", "document", "otp", "ban", "fraud", "lock", "delete", "bank",
        ]);
        let value = prop::sample::select(vec!["verified", "pending", "by_user"]);
        let scope = prop::sample::select(vec![Scope::Public, Scope::Private]);
        prop::collection::vec(
            (scope, key, value).prop_map(|(scope, key, value)| label(scope, key, value)),
            0..8,
        )
    }

    fn any_state() -> impl Strategy<Value = State> {
        prop::sample::select(&State::ALL)
    }

    proptest! {
        #[test]
        fn public_labels_decide_nothing(current in any_state(), before in any_labels(), after in any_labels()) {
            let rules = Rules::default();
            let only_private = |labels: &[Label]| private(labels).cloned().collect::<Vec<_>>();
            let (quiet_before, quiet_after) = (only_private(&before), only_private(&after));
            prop_assert_eq!(rules.level(&after), rules.level(&quiet_after));
            prop_assert_eq!(rules.state(current, &before, &after), rules.state(current, &quiet_before, &quiet_after));
        }

        #[test]
        fn their_order_decides_nothing(current in any_state(), before in any_labels(), after in any_labels()) {
            let rules = Rules::default();
            let turned = |labels: &[Label]| labels.iter().rev().cloned().collect::<Vec<_>>();
            prop_assert_eq!(rules.level(&after), rules.level(&turned(&after)));
            prop_assert_eq!(
                rules.state(current, &before, &after),
                rules.state(current, &turned(&before), &turned(&after))
            );
        }

        #[test]
        fn deciding_twice_decides_the_same(current in any_state(), before in any_labels(), after in any_labels()) {
            let rules = Rules::default();
            let once = rules.state(current, &before, &after);
            prop_assert_eq!(rules.state(once, &after, &after), once);
        }

        #[test]
        fn whoever_has_a_trigger_is_kept_out(current in any_state(), before in any_labels(), after in any_labels()) {
            let rules = Rules::default();
            let is_hit = private(&after).any(|label| rules.triggers.iter().any(|trigger| trigger.key == label.key));
            if is_hit {
                prop_assert!(!rules.state(current, &before, &after).may_sign_in());
            }
        }

        #[test]
        fn no_label_switches_on_what_was_switched_off(before in any_labels(), after in any_labels()) {
            prop_assert!(!Rules::default().state(State::Inactive, &before, &after).may_sign_in());
        }

        #[test]
        fn a_label_more_never_lowers_the_level(labels in any_labels(), more in any_labels()) {
            let rules = Rules::default();
            let all: Vec<Label> = labels.iter().chain(&more).cloned().collect();
            prop_assert!(rules.level(&all) >= rules.level(&labels));
        }
    }
}
