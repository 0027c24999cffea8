//! What is known about a customer beside the account: labels, telephone numbers, profiles, documents, data of theirs (KYC).
//! All of it has one prefix in the user's partition, so that one query reads it, and a sign-in, which reads what comes after,
//! does not pay for it.
//!
//! Everything here is changed by a [`Change`], which requires that the user's version is the one that was read and raises it.
//! So whoever decides by what was read (a limit, a label that follows from others, a state) decides by what holds, and of two
//! at the same moment the later one reads again.
//!
//! Rooms: [`address`] that mail arrives, [`labels`], [`standing`] what labels mean, [`phones`], [`profiles`], [`documents`],
//! [`storage`] and [`data`], [`leaving`], [`problem`] what is wrong with a value, [`country`].

pub mod address;
pub mod country;
pub mod data;
pub mod documents;
pub mod labels;
pub mod leaving;
pub mod phones;
pub mod problem;
pub mod profiles;
pub mod standing;
pub mod storage;

use std::ops::{Deref, DerefMut};

use serde_json::{Value, json};

use super::Account;
use super::directory::card;
use super::user::{State, User};
use crate::App;
use crate::ids::UserId;
use crate::notify::{Event, events};
use crate::organizations::membership::{self, Who};
use crate::store::commit::{Refusal, Step, int, text};
use crate::store::record::read;
use crate::store::{Commit, Condition, Query, Record, Store, StoreError};

pub use documents::Document;
pub use labels::{Label, Scope};
pub use phones::{Code, Phone};
pub use profiles::KycProfile;
pub use storage::DataStorage;

/// An account with everything that is known about its owner: one query.
#[derive(Debug)]
pub struct Customer {
    /// The account.
    pub account: Account,
    /// Labels of both scopes, the oldest first.
    pub labels: Vec<Label>,
    /// Telephone numbers, the oldest first.
    pub phones: Vec<Phone>,
    /// Codes that were sent to them and not used; overdue ones included.
    codes: Vec<Code>,
    /// Profiles, the oldest first.
    pub profiles: Vec<KycProfile>,
    /// Documents, the oldest first.
    pub documents: Vec<Document>,
    /// Data of theirs, the oldest first.
    pub storages: Vec<DataStorage>,
}

impl Customer {
    /// What the sort key of everything here begins with.
    pub const PREFIX: &'static str = "KYC#";

    /// Reads everything about `id`; `None` when there is no such account.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read.
    pub async fn read(store: &Store, id: UserId) -> Result<Option<Self>, StoreError> {
        let query = Query::partition(User::partition(id)).between(Self::PREFIX, User::SK);
        let (mut known, mut rest) = (Known::default(), Vec::new());
        for item in store.query_to_end(query).await? {
            match super::kind(&item) {
                Label::KIND => known.labels.push(read(item)?),
                Phone::KIND => known.phones.push(read(item)?),
                Code::KIND => known.codes.push(read(item)?),
                KycProfile::KIND => known.profiles.push(read(item)?),
                Document::KIND => known.documents.push(read(item)?),
                DataStorage::KIND => known.storages.push(read(item)?),
                _ => rest.push(item),
            }
        }
        Ok(Account::of_items(rest)?.map(|account| known.about(account)))
    }

    /// The user.
    pub fn user(&self) -> &User {
        &self.account.user
    }

    /// The label of this scope and key.
    pub fn label(&self, scope: Scope, key: &str) -> Option<&Label> {
        let is_it = |label: &&Label| label.scope == scope && label.key == key;
        self.labels.iter().find(is_it)
    }
}

/// What a query found, before it is known whether there is a user.
#[derive(Default)]
struct Known {
    labels: Vec<Label>,
    phones: Vec<Phone>,
    codes: Vec<Code>,
    profiles: Vec<KycProfile>,
    documents: Vec<Document>,
    storages: Vec<DataStorage>,
}

impl Known {
    fn about(mut self, account: Account) -> Customer {
        // Profiles and documents come in the order of their identifiers, which is that of their age.
        self.labels.sort_by_key(|label| label.created_at);
        self.phones.sort_by_key(|phone| phone.created_at);
        self.storages.sort_by_key(|storage| storage.created_at);
        Customer {
            account,
            labels: self.labels,
            phones: self.phones,
            codes: self.codes,
            profiles: self.profiles,
            documents: self.documents,
            storages: self.storages,
        }
    }
}

/// A change of what is known about a customer: a commit, to which state and level are added as they follow from the labels.
pub struct Change<'a, E> {
    customer: &'a Customer,
    now: jiff::Timestamp,
    labels: Vec<Label>,
    activates: bool,
    state: Option<State>,
    role: Option<String>,
    last_admin: Option<Refusal<E>>,
    told: Vec<(&'static str, Value)>,
    commit: Commit<E>,
    steps: Vec<Step>,
}

impl<E> Deref for Change<'_, E> {
    type Target = Commit<E>;
    fn deref(&self) -> &Commit<E> {
        &self.commit
    }
}

impl<E> DerefMut for Change<'_, E> {
    fn deref_mut(&mut self) -> &mut Commit<E> {
        &mut self.commit
    }
}

impl<'a, E: From<StoreError>> Change<'a, E> {
    /// Nothing yet.
    pub fn of(app: &App, customer: &'a Customer) -> Self {
        Self::beside(app, customer, Commit::new())
    }

    /// Nothing yet but what is in `commit`, which must not change the user.
    pub fn beside(app: &App, customer: &'a Customer, commit: Commit<E>) -> Self {
        Self {
            customer,
            now: app.clock.now(),
            labels: customer.labels.clone(),
            activates: false,
            state: None,
            role: None,
            last_admin: None,
            told: Vec::new(),
            commit,
            steps: Vec::new(),
        }
    }

    /// Adds a step that changes the user.
    pub fn user(&mut self, step: Step) -> &mut Self {
        self.steps.push(step);
        self
    }

    /// Tells other systems that something happened.
    pub fn tell(&mut self, name: &'static str, record: Value) -> &mut Self {
        self.told.push((name, record));
        self
    }

    /// The user, as other systems are shown it.
    fn shown(&self) -> Value {
        events::user(self.customer.user())
    }

    /// Lets an account in that waits for its activation, whatever labels barong asks for besides, and sees to it that state and
    /// level are what the labels say.
    pub fn activate(&mut self) -> &mut Self {
        self.activates = true;
        self
    }

    /// Gives the account this state, whatever the labels say.
    pub fn become_state(&mut self, state: State) -> &mut Self {
        self.state = Some(state);
        self
    }

    /// Gives the account this role.
    pub fn become_role(&mut self, role: &str) -> &mut Self {
        self.role = Some(role.to_owned());
        self
    }

    /// Says what it means that identity-server would have no administrator left. Without this it is a conflict.
    pub fn or_last_administrator(&mut self, refusal: impl FnOnce() -> E + Send + 'static) -> &mut Self {
        self.last_admin = Some(Box::new(|_| refusal()));
        self
    }

    /// Gives the customer a label, or the label they have another value.
    pub fn label(&mut self, scope: Scope, key: &str, value: &str) -> Label {
        self.describe(scope, key, value, None)
    }

    /// The same with what is written about it; as before where that is absent.
    pub fn describe(&mut self, scope: Scope, key: &str, value: &str, description: Option<&str>) -> Label {
        let place = self
            .labels
            .iter()
            .position(|label| label.scope == scope && label.key == key);
        let known = place.and_then(|place| self.labels.get(place));
        let another = |known| description.is_some() && description != known;
        let label = match known {
            Some(known) if known.value == value && !another(known.description.as_deref()) => return known.clone(),
            Some(known) => Label {
                value: value.to_owned(),
                description: description.map(str::to_owned).or_else(|| known.description.clone()),
                updated_at: self.now,
                ..known.clone()
            },
            None => Label {
                user_id: self.customer.user().id,
                key: key.to_owned(),
                value: value.to_owned(),
                scope,
                description: description.map(str::to_owned),
                created_at: self.now,
                updated_at: self.now,
            },
        };
        self.told.push(told(self.customer.user(), known, &label));
        self.commit.put(&label);
        self.labels.retain(|other| other.scope != scope || other.key != key);
        self.labels.push(label.clone());
        label
    }

    /// Takes a label away, if there is one.
    pub fn unlabel(&mut self, scope: Scope, key: &str) {
        let before = self.labels.len();
        self.labels.retain(|label| label.scope != scope || label.key != key);
        if self.labels.len() < before {
            let key = Label::key_of(self.customer.user().id, scope, key);
            self.commit.delete(key, Condition::Always);
        }
    }

    /// Commits it, and returns the user as it is then.
    ///
    /// # Errors
    /// What the commit is refused with; a [`StoreError::Conflict`] where somebody else changed the user meanwhile.
    pub async fn commit(mut self, app: &App) -> Result<User, E> {
        let (account, rules) = (&self.customer.account, &app.config.customers.rules);
        let mut user = account.user.clone();
        // A public label decides nothing: what an administrator decided without a label stays.
        let private = |labels: &[Label]| {
            labels
                .iter()
                .filter(|label| label.is_private())
                .cloned()
                .collect::<Vec<_>>()
        };
        let (before, after) = (private(&self.customer.labels), private(&self.labels));
        if self.activates && user.state == State::Unactivated {
            user.state = State::Active;
        }
        if self.activates || !is_same(&before, &after) {
            user.level = rules.level(&after);
            // What was switched off and then banned is switched off again when the ban ends.
            let current = user.deactivated_in.map_or(user.state, |_| State::Inactive);
            user.state = rules.state(current, &before, &after);
        }
        if let Some(state) = self.state {
            user.state = state;
            // Whoever lets an account in takes back that it was switched off, wherever that was.
            if state.may_sign_in() && user.deactivated_in.take().is_some() {
                self.steps.push(Step::Remove("deactivated_in"));
            }
        }
        if let Some(role) = self.role {
            self.steps.push(Step::Set("role", text(&role)));
            user.role = role;
        }
        if user.level != account.user.level {
            self.steps.push(Step::Set("level", int(user.level.into())));
        }
        if user.state != account.user.state {
            self.steps.extend(becoming(&account.user, &mut user));
            membership::follow_or(&mut self.commit, &account.memberships, &Who::of(&user), self.last_admin);
        }
        if !self.steps.is_empty() {
            user.updated_at = Some(self.now);
            self.steps.push(Step::Set("updated_at", text(self.now)));
        }
        if let Some(before) = changes(&account.user, &user) {
            let record = json!({ "user": events::user(&user), "changes": before });
            self.told.push(("model.user.updated", record));
        }
        card::moved(&mut self.commit, &account.user, &user);
        if user.is_listed {
            labels::count(&mut self.commit, user.id, &before, &after);
        }
        for (name, record) in &self.told {
            self.commit.create(&Event::new(app, name, record)?);
        }
        let unchanged = Condition::Version(account.version);
        self.commit.update(user.key(), unchanged, self.steps);
        app.store.commit(self.commit).await.map(|()| user)
    }
}

/// What `user` was before, where other systems are told of it.
fn changes(before: &User, user: &User) -> Option<Value> {
    match (
        before.role == user.role,
        (before.state, before.level) == (user.state, user.level),
    ) {
        (true, true) => None,
        (false, _) => Some(json!({ "role": before.role })),
        (true, false) => Some(json!({ "state": before.state.as_str(), "level": before.level })),
    }
}

/// What other systems are told of a label that was put on `user`, or changed.
fn told(user: &User, known: Option<&Label>, label: &Label) -> (&'static str, Value) {
    let (key, value, scope) = (&label.key, &label.value, label.scope);
    let user = events::user(user);
    match known {
        None => (
            "model.label.created",
            json!({ "user": user, "key": key, "value": value, "scope": scope }),
        ),
        Some(known) => {
            let before = json!({ "value": known.value });
            let record = json!({ "user": user, "key": key, "value": value, "scope": scope, "changes": before });
            ("model.label.updated", record)
        }
    }
}

/// The steps by which `user` gets its new state. One that lets nobody in ends all sessions, also for later; API keys end with
/// every state but the active one, until their owner turns them on again.
fn becoming(before: &User, user: &mut User) -> Vec<Step> {
    let mut steps = vec![Step::Set("state", text(user.state.as_str()))];
    if before.state.may_sign_in() && !user.state.may_sign_in() {
        user.session_epoch += 1;
        steps.push(Step::Add("session_epoch", 1));
    }
    if user.state != State::Active {
        user.api_key_epoch += 1;
        steps.push(Step::Add("api_key_epoch", 1));
    }
    steps
}

fn is_same(before: &[Label], after: &[Label]) -> bool {
    let pairs = |labels: &[Label]| {
        let mut pairs: Vec<(String, String)> = labels.iter().map(|l| (l.key.clone(), l.value.clone())).collect();
        pairs.sort_unstable();
        pairs
    };
    pairs(before) == pairs(after)
}
