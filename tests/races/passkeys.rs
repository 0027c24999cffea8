//! Passkeys: one challenge, one answer; one credential, one account; a counter that rises.

use rstest::rstest;
use serde_json::{Value, json};
use shared::App;
use shared::accounts::password_reset::NoReset;
use shared::accounts::{Email, User};
use shared::act::Undone;
use shared::credentials::passkey::register::{self, NotAdded};
use shared::credentials::passkey::{Passkey, assert, of_user};
use shared::sessions::sign_in::{NotSignedIn, SignedIn, WrongCredentials};
use shared::store::{Key, Record as _};
use tests::Server;
use tests::authenticator::{Authenticator, Credential, text, with};
use tests::server::Table::{self, DynamoDbLocal, Embedded};

use super::explorer::{Choices, Play, every, server_on, some};
use super::people::{account, newcomer, origin, redeem, reset_token, succeeded, until_answered};

/// Somebody with an authenticator.
pub struct Owner {
    pub email: Email,
    pub user: User,
    pub authenticator: Authenticator,
}

impl Owner {
    pub async fn new(server: &Server) -> Self {
        let email = newcomer(server).await;
        let authenticator = Authenticator::at(&server.app().config.webauthn.origins[0]);
        Self {
            user: account(server, &email).await.user,
            email,
            authenticator,
        }
    }

    /// One with a passkey, which counts its signatures or does not.
    pub async fn with_passkey(server: &Server, counting: bool) -> (Self, Credential, Passkey) {
        let mut owner = Self::new(server).await;
        owner.authenticator.counter = if counting { 5 } else { 0 };
        let (credential, response) = owner.authenticator.register(&owner.options(server).await);
        let passkey = add(server.app().clone(), owner.user.clone(), response).await.unwrap();
        owner.authenticator.counter += u32::from(counting);
        (owner, credential, passkey)
    }

    pub async fn options(&self, server: &Server) -> Value {
        let options = register::begin(server.app(), &self.user).await.unwrap();
        serde_json::to_value(options).unwrap()
    }

    /// An answer to a new challenge.
    pub async fn sign(&self, server: &Server, credential: &Credential) -> Value {
        let begun = assert::begin(server.app(), None, &origin()).await.unwrap();
        let options = json!({ "publicKey": { "challenge": text(&begun.challenge) } });
        self.authenticator.sign(&options, credential)
    }

    /// How many sessions were opened; as many are there.
    pub async fn opened(&self, server: &Server) -> usize {
        let account = account(server, &self.email).await;
        assert_eq!(account.sessions.len() as u64, account.user.sign_ins);
        account.sessions.len()
    }

    /// The passkeys, each of which is claimed.
    pub async fn passkeys(&self, server: &Server) -> Vec<Passkey> {
        let passkeys = of_user(&server.app().store, self.user.id).await.unwrap();
        for passkey in &passkeys {
            assert_eq!(claimed(server, passkey).await, Some(self.user.id.to_string()));
        }
        passkeys
    }
}

/// Who has claimed the credential of this passkey.
async fn claimed(server: &Server, passkey: &Passkey) -> Option<String> {
    let claim = Key::new(passkey.key().sk, "CLAIM");
    let [claim] = server.app().store.get([claim]).await.unwrap();
    claim.map(|claim| claim["user_id"].as_s().unwrap().clone())
}

pub async fn add(app: App, user: User, response: Value) -> Result<Passkey, Undone<NotAdded>> {
    let origin = origin();
    let response = serde_json::from_value(response).unwrap();
    until_answered(|| register::finish(&app, &user, &origin, &response, "Laptop")).await
}

pub async fn answer(app: App, response: Value) -> Result<SignedIn, Undone<NotSignedIn>> {
    let origin = origin();
    let response = serde_json::from_value(response).unwrap();
    until_answered(|| assert::finish(&app, None, &response, None, &origin)).await
}

/// A browser sends the answer to one challenge of a registration twice, or two authenticators answer it.
async fn add_twice(server: &Server, choices: &mut Choices, faults: usize, same: bool) {
    let owner = Owner::new(server).await;
    let options = owner.options(server).await;
    let (_, one) = owner.authenticator.register(&options);
    let other = match same {
        true => one.clone(),
        false => owner.authenticator.register(&options).1,
    };
    let mut play = Play::new(server.app(), faults);
    let fates = [("a", &one), ("b", &other)].map(|(name, response)| {
        let (user, response) = (owner.user.clone(), response.clone());
        play.client(name, move |app| add(app, user, response))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NotAdded::UnknownChallenge, NotAdded::InUse]);
    let passkeys = owner.passkeys(server).await;
    assert!(won <= 1 && passkeys.len() <= 1, "{fates:?}");
    if fates.iter().any(Option::is_some) {
        assert_eq!(passkeys.len(), 1);
        let late = add(server.app().clone(), owner.user.clone(), one).await;
        assert!(
            matches!(late, Err(Undone::Refused(NotAdded::UnknownChallenge))),
            "{late:?}"
        );
    }
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[rstest]
#[case::one_answer_twice(true)]
#[case::two_answers(false)]
#[tokio::test]
async fn a_challenge_adds_one_passkey(#[case] same: bool) {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| add_twice(&server, choices, 0, same).await).await;
    assert!(schedules >= 10, "{schedules}");
    some(30, async |choices| add_twice(&server, choices, 1, same).await).await;
}

/// Two answer one challenge of a sign-in, both well. Nothing but the challenge is used up: this authenticator does not count.
async fn answer_twice(server: &Server, choices: &mut Choices, faults: usize) {
    let (owner, credential, _) = Owner::with_passkey(server, false).await;
    let response = owner.sign(server, &credential).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["a", "b"].map(|name| {
        let response = response.clone();
        play.client(name, move |app| answer(app, response))
    });
    let played = play.run(choices).await;

    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[WrongCredentials]);
    let opened = owner.opened(server).await;
    assert!(won <= opened && opened <= 1, "{opened}: {fates:?}");
    assert!(played.faulty || won == 1, "{fates:?}");
    if fates.iter().any(Option::is_some) {
        assert_eq!(opened, 1);
        let late = answer(server.app().clone(), response).await;
        assert!(matches!(late, Err(Undone::Refused(WrongCredentials))), "{late:?}");
        assert_eq!(owner.opened(server).await, 1);
    }
}

#[rstest]
#[tokio::test]
async fn a_challenge_opens_one_session(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    if table == Embedded {
        let schedules = every(async |choices| answer_twice(&server, choices, 0).await).await;
        assert!(schedules >= 20, "{schedules}");
    }
    let schedules = if table == Embedded { 40 } else { 8 };
    some(schedules, async |choices| answer_twice(&server, choices, 1).await).await;
}

/// One answers a challenge well and another badly. Returns whether the good one got in.
async fn answer_well_and_badly(server: &Server, choices: &mut Choices, faults: usize) -> bool {
    let (owner, credential, _) = Owner::with_passkey(server, false).await;
    let good = owner.sign(server, &credential).await;
    let bad = with(good.clone(), "response.signature", json!("MAYCAQECAQE"));
    let mut play = Play::new(server.app(), faults);
    let (well, badly) = (good.clone(), bad);
    let well = play.client("well", move |app| answer(app, well));
    let badly = play.client("badly", move |app| answer(app, badly));
    let played = play.run(choices).await;

    let (well, badly) = (well.told(), badly.told());
    assert_eq!(succeeded(&[badly], &[WrongCredentials]), 0, "a bad answer got in");
    let told = well.is_some();
    let won = succeeded(&[well], &[WrongCredentials]);
    let opened = owner.opened(server).await;
    assert!(won <= opened && opened <= 1);
    assert!(played.faulty || won == opened);
    if told {
        // Whoever was told anything has used the challenge up.
        let late = answer(server.app().clone(), good).await;
        assert!(matches!(late, Err(Undone::Refused(WrongCredentials))), "{late:?}");
        assert_eq!(owner.opened(server).await, opened);
    }
    won == 1
}

#[tokio::test]
async fn of_a_good_and_a_bad_answer_the_first_uses_the_challenge_up() {
    let server = server_on(Embedded).await.unwrap();
    let mut ends = [0, 0];
    every(async |choices| ends[usize::from(answer_well_and_badly(&server, choices, 0).await)] += 1).await;
    assert!(ends.iter().all(|times| *times > 0), "{ends:?}");
    some(40, async |choices| {
        answer_well_and_badly(&server, choices, 1).await;
    })
    .await;
}

/// An authenticator and its copy, with the same counter, answer a challenge each.
async fn answer_with_a_copy(server: &Server, choices: &mut Choices, faults: usize) {
    let (owner, credential, _) = Owner::with_passkey(server, true).await;
    let responses = [
        owner.sign(server, &credential).await,
        owner.sign(server, &credential).await,
    ];
    let mut play = Play::new(server.app(), faults);
    let mut fates = Vec::new();
    for (name, response) in ["a", "b"].into_iter().zip(responses) {
        fates.push(play.client(name, move |app| answer(app, response)));
    }
    let played = play.run(choices).await;

    let fates: Vec<_> = fates.into_iter().map(super::explorer::Fate::told).collect();
    let won = succeeded(&fates, &[WrongCredentials]);
    let opened = owner.opened(server).await;
    assert!(won <= opened && opened <= 1, "{opened}: {fates:?}");
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[rstest]
#[tokio::test]
async fn a_counter_is_worth_one_sign_in(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let Some(server) = server_on(table).await else { return };
    if table == Embedded {
        every(async |choices| answer_with_a_copy(&server, choices, 0).await).await;
    }
    let schedules = if table == Embedded { 40 } else { 8 };
    some(schedules, async |choices| answer_with_a_copy(&server, choices, 1).await).await;
}

/// Two accounts add the same credential.
async fn add_to_two_accounts(server: &Server, choices: &mut Choices, faults: usize) {
    let owners = [Owner::new(server).await, Owner::new(server).await];
    let (credential, one) = owners[0].authenticator.register(&owners[0].options(server).await);
    let other = owners[1]
        .authenticator
        .register_as(&owners[1].options(server).await, &credential);
    let mut play = Play::new(server.app(), faults);
    let mut fates = Vec::new();
    for (owner, response) in owners.iter().zip([one, other]) {
        let user = owner.user.clone();
        fates.push(play.client("adds", move |app| add(app, user, response)));
    }
    let played = play.run(choices).await;

    let fates: Vec<_> = fates.into_iter().map(super::explorer::Fate::told).collect();
    let won = succeeded(&fates, &[NotAdded::InUse, NotAdded::UnknownChallenge]);
    let (one, other) = (owners[0].passkeys(server).await, owners[1].passkeys(server).await);
    assert!(won <= 1 && one.len() + other.len() <= 1, "{fates:?}");
    if fates.iter().any(Option::is_some) {
        assert_eq!(one.len() + other.len(), 1);
    }
    assert!(played.faulty || won == 1, "{fates:?}");
}

#[tokio::test]
async fn a_credential_gets_into_one_account() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| add_to_two_accounts(&server, choices, 0).await).await;
    some(40, async |choices| add_to_two_accounts(&server, choices, 1).await).await;
}

/// Somebody with a stolen session adds a passkey while the owner sets a new password, which ends all sessions.
async fn add_and_reset(server: &Server, choices: &mut Choices, faults: usize) {
    let owner = Owner::new(server).await;
    let (_, response) = owner.authenticator.register(&owner.options(server).await);
    let token = reset_token(server, &owner.email).await;
    let mut play = Play::new(server.app(), faults);
    let user = owner.user.clone();
    let added = play.client("adds", move |app| add(app, user, response));
    let email = owner.email.clone();
    let reset = play.client("resets", move |app| redeem(app, email, token, "a new long phrase"));
    let played = play.run(choices).await;

    let kept = owner.passkeys(server).await.len();
    let (added, reset) = (added.told(), reset.told());
    // Whoever was not told that it is done asks again, with a token that is used up by then.
    let is_used_up = matches!(reset, Some(Err(Undone::Refused(NoReset::InvalidToken))));
    assert!(
        matches!(reset, None | Some(Ok(()))) || (played.faulty && is_used_up),
        "{reset:?}"
    );
    // It may be there though whoever asked again was refused, whose session had ended by then; never the other way round.
    let was_told = succeeded(&[added], &[NotAdded::UnknownChallenge]);
    assert!(
        was_told == kept || (played.faulty && was_told < kept),
        "{was_told} {kept}"
    );
    if !played.faulty {
        // Whoever comes after the reset does not get in any more.
        let (_, late) = owner.authenticator.register(&owner.options(server).await);
        let late = add(server.app().clone(), owner.user.clone(), late).await;
        assert!(
            matches!(late, Err(Undone::Refused(NotAdded::UnknownChallenge))),
            "{late:?}"
        );
    }
}

#[tokio::test]
async fn a_session_that_has_ended_adds_no_passkey() {
    let server = server_on(Embedded).await.unwrap();
    let schedules = every(async |choices| add_and_reset(&server, choices, 0).await).await;
    assert!(schedules >= 3, "{schedules}");
    some(15, async |choices| add_and_reset(&server, choices, 1).await).await;
}
