//! What signing in through a provider costs at the table. The provider's own time is beside that.

use rstest::rstest;
use serde_json::json;
use tests::Server;
use tests::provider::{Person, Provider};
use tests::server::Table::{self, DynamoDbLocal, Embedded};
use tests::traveller::HOME;

use super::meter::{Cost, Metered};
use super::operations::assert_costs;

async fn costs(metered: &Metered, provider: &Provider) -> Vec<(&'static str, Cost)> {
    let server = &metered.server;
    server.receives_people_at(HOME).await;
    let traveller = server.traveller();
    let mut costs = Vec::new();
    macro_rules! measure {
        ($name:literal, $status:literal, $act:expr) => {{
            let (answer, cost) = metered.cost($act).await;
            costs.push(($name, cost));
            answer.expect($status)
        }};
    }
    let begun = measure!("begin", 302, traveller.begins("/auth/google"));
    let arrival = traveller.at_provider(&begun).await;
    measure!("come back, new", 302, traveller.comes_back(&arrival));
    measure!("come back, used", 401, traveller.comes_back(&arrival));
    let arrival = traveller.at_provider(&traveller.begins("/auth/google").await).await;
    let answer = measure!("come back, known", 302, traveller.comes_back(&arrival));
    let arc = server.client().arc();
    let pair = measure!("token", 200, arc.exchange(&answer.code_at(HOME))).expect_pair();
    let body = json!({ "refreshToken": pair.refresh });
    let log_out = arc.call(http::Method::POST, "/google/logout", &pair.access, &body);
    measure!("google-logout", 200, log_out);
    let client = server.client();
    let body = json!({ "idToken": provider.id_token() });
    measure!("signin_google, known", 202, client.post("/api/v1/signin/google", &body));
    provider.vouches_for(Person::new("new", "new@example.com"));
    let body = json!({ "accessToken": provider.access_token() });
    measure!(
        "signin_facebook, new",
        202,
        client.post("/api/v1/signin/facebook", &body)
    );
    costs
}

/// Without limits.
const EXPECTED: &[(&str, usize, &str)] = &[
    ("begin", 2, "get1 | commit1"),
    (
        "come back, new",
        6,
        "get1 | get1 commit1 | get1 | commit10 | query | commit2",
    ),
    ("come back, used", 1, "get1"),
    ("come back, known", 5, "get1 | get1 commit1 | get1 | query | commit2"),
    ("token", 3, "get2 | query | commit6"),
    ("google-logout", 2, "get3 get1 | commit3"),
    ("signin_google, known", 3, "get1 | query | commit4"),
    ("signin_facebook, new", 4, "get1 | commit10 | query | commit4"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_sign_in_through_a_provider_costs(#[values(Embedded, DynamoDbLocal)] table: Table) {
    let provider = Provider::start().await;
    let setup = provider.serves(Server::setup()).env("THROTTLE", "off");
    let Some(metered) = Metered::start(setup, table).await else {
        return;
    };
    let costs = costs(&metered, &provider).await;
    assert_eq!(costs.len(), EXPECTED.len());
    assert_costs(&costs, EXPECTED);
}
