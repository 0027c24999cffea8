//! Signing in through a provider: one flow is taken once, and one subject has one account, whoever comes at the same moment.

use http::HeaderMap;
use shared::App;
use shared::accounts::profile::Profile;
use shared::accounts::sign_up::NoAccount;
use shared::accounts::{Account, Email};
use shared::act::Undone;
use shared::clients::proof::Credentials;
use shared::config::Config;
use shared::credentials::totp::SecondFactor;
use shared::federation::account::{NotEntered, enter};
use shared::federation::flow::{Beginning, NoFlow, begin, take};
use shared::federation::identity::Subject;
use shared::federation::{Identity, Provider};
use shared::ids::UserId;
use shared::sessions::Opening;
use shared::sessions::sign_in::{Known, Shown, admit};
use shared::store::Commit;
use shared::tokens::Secret;
use tests::Server;
use tests::provider::{SECRET, US};
use tests::server::Table::{DynamoDbLocal, Embedded};
use tests::server::{CLIENT_ID, CLIENT_SECRET};
use url::Url;

use super::explorer::{Choices, Play, every, server_on, some};
use super::lists::census_of_lists;
use super::people::{origin, succeeded, until_answered};

const KEYCLOAK: [(&str, &str); 4] = [
    ("KEYCLOAK_HOST", "https://sso.example.com"),
    ("KEYCLOAK_REALM", "people"),
    ("KEYCLOAK_CLIENT_ID", US),
    ("KEYCLOAK_CLIENT_SECRET", SECRET),
];

/// The secret of a flow that has begun.
async fn flow(server: &Server) -> Secret {
    let variable = |name: &str| KEYCLOAK.iter().find(|(known, _)| *known == name);
    let config = Config::from_lookup(|name| Some(variable(name)?.1.to_owned())).unwrap();
    let said = Credentials {
        id: CLIENT_ID.into(),
        secret: Some(CLIENT_SECRET.to_owned().into()),
    };
    let beginning = Beginning {
        config: config.federation.of(Provider::Keycloak).unwrap(),
        said: &said,
        client_state: None,
        by_browser: false,
        origin: &origin(),
    };
    let begun = begin(server.app(), beginning).await.unwrap();
    let location = Url::parse(&begun.location).unwrap();
    let (_, state) = location.query_pairs().find(|(name, _)| name == "state").unwrap();
    Secret::presented(state.into_owned())
}

async fn come_back(app: App, state: Secret) -> Result<String, Undone<NoFlow>> {
    let (origin, headers) = (origin(), HeaderMap::new());
    let taken = until_answered(|| take(&app, Provider::Keycloak, &state, &headers, &origin)).await?;
    Ok(taken.verifier)
}

async fn two_come_back(server: &Server, choices: &mut Choices, faults: usize) {
    let state = flow(server).await;
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        let state = state.clone();
        play.client(name, move |app| come_back(app, state))
    });
    let played = play.run(choices).await;
    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[NoFlow]);
    assert!(won <= 1, "{:?}", played.lines());
    assert!(won == 1 || played.faulty, "{:?}", played.lines());
    let again = come_back(server.app().clone(), state).await;
    // Whoever died before taking it has not taken it.
    assert!(again.is_err() || won == 0, "{:?}", played.lines());
}

#[tokio::test]
async fn of_two_who_come_back_with_one_flow_one_goes_on() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_come_back(&server, choices, 0).await).await;
    every(async |choices| two_come_back(&server, choices, 1).await).await;
}

#[tokio::test]
async fn of_two_who_come_back_with_one_flow_one_goes_on_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(20, async |choices| two_come_back(&server, choices, 1).await).await;
}

/// Somebody nobody has seen before.
fn stranger(server: &Server, provider: Provider, email: &Email) -> Identity {
    let subject = UserId::generate(&server.app().clock, &server.app().random).to_string();
    Identity {
        provider,
        issuer: format!("https://{}.example.com", provider.name()),
        subject: Subject::parse(&subject).unwrap(),
        email: Some(email.clone()),
        profile: Profile::of_name("Ada Lovelace"),
    }
}

fn address(server: &Server) -> Email {
    let name = UserId::generate(&server.app().clock, &server.app().random);
    Email::parse(&format!("{name}@example.com")).unwrap()
}

async fn sign_in(app: App, identity: Identity) -> Result<UserId, Undone<NotEntered>> {
    let origin = origin();
    let keyring = app.keys.get().await?;
    let open = |commit: &mut Commit<Undone<NotEntered>>, known: &Known| {
        let shown = Shown {
            method: "google",
            second: SecondFactor::Code(None),
            keyring: &keyring,
        };
        admit(&app, commit, &known.account, Opening::usual(&app, &origin)?, &shown)
    };
    let (_, known) = until_answered(|| enter(&app, &identity, &origin, open)).await?;
    Ok(known.account.user.id)
}

async fn two_come_first(server: &Server, choices: &mut Choices, faults: usize) {
    let identity = stranger(server, Provider::Google, &address(server));
    let mut play = Play::new(server.app(), faults);
    let fates = ["first", "other"].map(|name| {
        let identity = identity.clone();
        play.client(name, move |app| sign_in(app, identity))
    });
    let played = play.run(choices).await;
    let fates = fates.map(|fate| fate.told());
    let won = succeeded(&fates, &[]);
    assert!(won == 2 || played.faulty, "{:?}", played.lines());
    let owner = sign_in(server.app().clone(), identity).await.unwrap();
    for fate in fates.into_iter().flatten() {
        assert_eq!(fate.unwrap(), owner, "{:?}", played.lines());
    }
    let account = Account::read(&server.app().store, owner).await.unwrap().unwrap();
    assert!(account.sessions.len() > won && account.user.is_social);
}

#[tokio::test]
async fn of_two_who_come_for_the_first_time_both_get_the_one_account() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_come_first(&server, choices, 0).await).await;
    some(60, async |choices| two_come_first(&server, choices, 1).await).await;
    census_of_lists(&server).await;
}

#[tokio::test]
async fn of_two_who_come_for_the_first_time_both_get_the_one_account_on_dynamodb_local() {
    let Some(server) = server_on(DynamoDbLocal).await else {
        return;
    };
    some(20, async |choices| two_come_first(&server, choices, 1).await).await;
}

/// Two providers show the same address at the same moment.
async fn two_claim_an_address(server: &Server, choices: &mut Choices) {
    let email = address(server);
    let mut play = Play::new(server.app(), 0);
    let fates = [Provider::Google, Provider::Keycloak].map(|provider| {
        let identity = stranger(server, provider, &email);
        play.client(provider.name(), move |app| sign_in(app, identity))
    });
    let _played = play.run(choices).await;
    let fates = fates.map(|fate| fate.told());
    assert_eq!(succeeded(&fates, &[NotEntered::NoAccount(NoAccount::EmailTaken)]), 1);
}

#[tokio::test]
async fn of_two_with_one_address_one_gets_an_account() {
    let server = server_on(Embedded).await.unwrap();
    every(async |choices| two_claim_an_address(&server, choices).await).await;
    census_of_lists(&server).await;
}
