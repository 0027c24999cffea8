//! What administrators do to clients.

use jiff::Timestamp;

use super::{Change, Client, Deleted, Draft, NUMBERS, Number};
use crate::App;
use crate::act::Undone;
use crate::activity::Activity;
use crate::ids::UserId;
use crate::sessions::Origin;
use crate::store::record::{read, read_optional};
use crate::store::{Commit, Condition, Query, Record as _, StoreError, Versioned, retried};
use crate::tokens::Keyring;

/// Clients that there are at most: all of them are read at once.
pub const MOST: i64 = 1000;

/// Clients that one commit changes: a whole one is written for each, and one change more is the activity.
const TOGETHER: usize = 50;

/// Who does it.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The administrator.
    pub user: UserId,
    /// Where from.
    pub origin: &'a Origin,
}

/// Why no client was made, changed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// Another client has the clientId.
    #[error("another client has this clientId")]
    Taken,
    /// There are as many as there may be.
    #[error("there are {MOST} clients, which is the most")]
    TooMany,
    /// There is no such client.
    #[error("there is no such client")]
    Unknown,
    /// It is the first client.
    #[error("the first client stays")]
    First,
}

type Result<T> = std::result::Result<T, Undone<NotDone>>;

fn refused<T>(why: NotDone) -> Result<T> {
    Err(Undone::Refused(why))
}

fn taken() -> Undone<NotDone> {
    Undone::Refused(NotDone::Taken)
}

/// Makes a client.
///
/// # Errors
/// [`NotDone::Taken`], [`NotDone::TooMany`].
pub async fn create(app: &App, by: By<'_>, draft: &Draft) -> Result<Client> {
    let keyring = app.keys.get().await?;
    retried(|| create_once(app, by, &keyring, draft)).await
}

async fn create_once(app: &App, by: By<'_>, keyring: &Keyring, draft: &Draft) -> Result<Client> {
    let [sequence] = app.store.get([NUMBERS.key()]).await?;
    let next = NUMBERS.next(sequence.as_ref())?;
    if next.in_use() >= MOST {
        return refused(NotDone::TooMany);
    }
    let client = Client::drafted(draft.clone(), next.number(), keyring, app.clock.now())?;
    let mut commit = Commit::<Undone<NotDone>>::new();
    // First, so that a clientId that is taken is told also where somebody else made a client meanwhile.
    client.create_in(&mut commit, taken);
    next.take(&mut commit);
    activity(app, by, "create", client.number).enter(&mut commit);
    app.store.commit(commit).await?;
    Ok(client)
}

fn activity(app: &App, by: By<'_>, action: &str, what: impl ToString) -> Activity {
    Activity::new(app, by.user, by.origin, "client", action).about(what)
}

/// All clients, in the order of their numbers.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn list(app: &App) -> std::result::Result<Vec<Client>, StoreError> {
    let query = Query::partition(Client::PARTITION).begins(Client::PREFIX);
    let items = app.store.query_to_end(query).await?;
    let mut clients: Vec<Client> = items.into_iter().map(read).collect::<std::result::Result<_, _>>()?;
    clients.sort_by_key(|client| client.number);
    Ok(clients)
}

/// The client of this number.
///
/// # Errors
/// [`StoreError`] when the table cannot be read.
pub async fn find(app: &App, number: i64) -> std::result::Result<Option<Client>, StoreError> {
    let read = retried(|| read_by_number(app, number)).await?;
    Ok(read.map(|read| read.record))
}

async fn read_by_number(app: &App, number: i64) -> std::result::Result<Option<Versioned<Client>>, StoreError> {
    let [place] = app.store.get([Number::key_of(number)]).await?;
    let Some(place) = read_optional::<Number>(place)? else {
        return Ok(None);
    };
    let [client] = app.store.get([Client::key_of(&place.client_id)]).await?;
    match client.map(Versioned::<Client>::from_item).transpose()? {
        Some(client) if client.record.number == number => Ok(Some(client)),
        // It got another clientId, or went, between the two.
        _ => Err(StoreError::Conflict),
    }
}

/// Changes a client.
///
/// # Errors
/// [`NotDone::Unknown`], [`NotDone::Taken`].
pub async fn change(app: &App, by: By<'_>, number: i64, change: &Change) -> Result<()> {
    let keyring = app.keys.get().await?;
    retried(|| change_once(app, by, &keyring, number, change)).await
}

async fn change_once(app: &App, by: By<'_>, keyring: &Keyring, number: i64, change: &Change) -> Result<()> {
    let Some(read) = read_by_number(app, number).await? else {
        return refused(NotDone::Unknown);
    };
    let changed = read.record.changed(change, keyring, app.clock.now())?;
    let mut commit = Commit::<Undone<NotDone>>::new();
    if changed.client_id == read.record.client_id {
        commit.replace(&read, &changed);
    } else {
        commit.delete(read.record.key(), Condition::Version(read.version));
        commit.create(&changed).otherwise(|_| taken());
        commit.put(&Number {
            number,
            client_id: changed.client_id.clone(),
        });
    }
    activity(app, by, "update", number).enter(&mut commit);
    app.store.commit(commit).await
}

/// Changes all clients that are `meant`, and says how many. Up to 50 are one commit; of more, those are changed that come
/// first by their numbers if it is cut off. What would be the same for all, such as a clientId, must not be in the change.
///
/// # Errors
/// [`StoreError`]; some may have changed then.
pub async fn change_all(app: &App, by: By<'_>, meant: impl Fn(&Client) -> bool, change: &Change) -> Result<usize> {
    let keyring = app.keys.get().await?;
    let clients = list(app).await?;
    let clients: Vec<&Client> = clients.iter().filter(|client| meant(client)).collect();
    let mut count = 0;
    for some in clients.chunks(TOGETHER) {
        count += retried(|| change_some(app, by, &keyring, some, &meant, change)).await?;
    }
    Ok(count)
}

async fn change_some(
    app: &App,
    by: By<'_>,
    keyring: &Keyring,
    some: &[&Client],
    meant: impl Fn(&Client) -> bool,
    change: &Change,
) -> Result<usize> {
    let keys = some.iter().map(|client| client.key()).collect();
    let mut commit = Commit::<Undone<NotDone>>::new();
    let mut count = 0;
    for item in app.store.get_all(keys).await?.into_iter().flatten() {
        let read = Versioned::<Client>::from_item(item)?;
        if meant(&read.record) {
            commit.replace(&read, &read.record.changed(change, keyring, app.clock.now())?);
            count += 1;
        }
    }
    if count > 0 {
        activity(app, by, "update all", count).enter(&mut commit);
        app.store.commit(commit).await?;
    }
    Ok(count)
}

/// Removes a client. Its codes and tokens are worth nothing from then on: whoever is shown one reads the client.
///
/// # Errors
/// [`NotDone::Unknown`], [`NotDone::First`].
pub async fn delete(app: &App, by: By<'_>, number: i64) -> Result<()> {
    retried(|| delete_once(app, by, number)).await
}

async fn delete_once(app: &App, by: By<'_>, number: i64) -> Result<()> {
    let Some(read) = read_by_number(app, number).await? else {
        return refused(NotDone::Unknown);
    };
    if read.record.is_first() {
        return refused(NotDone::First);
    }
    let mut commit = Commit::<Undone<NotDone>>::new();
    commit.delete(read.record.key(), Condition::Version(read.version));
    commit.delete(Number::key_of(number), Condition::Present);
    NUMBERS.give_back(&mut commit);
    commit.create(&ended(&read.record, by, app.clock.now()));
    activity(app, by, "delete", number).enter(&mut commit);
    app.store.commit(commit).await
}

/// A client as it is kept for the record.
fn ended(client: &Client, by: By<'_>, now: Timestamp) -> Client {
    Client {
        deleted: Some(Deleted { at: now, by: by.user }),
        ..client.clone()
    }
}
