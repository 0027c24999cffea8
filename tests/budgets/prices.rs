//! README's page of costs: what operations use, as counted at the table, times what AWS asks for it.
//! `UPDATE_GOLDEN=1 cargo test -p tests --test tests budgets::prices` writes it anew.

use std::fmt::Write as _;

use http::Method;
use serde_json::json;
use tests::edge::ME;
use tests::{PASSWORD, Server};

use super::capacity::{of_the_mailer, units};
use super::counted::Counted;
use super::meter::Cost;
use crate::deployment::stack::Stack;
use crate::documents::readme;

/// What AWS asks in us-east-1, in dollars, without free tiers.
mod price {
    pub const A_MILLION_READ_UNITS: f64 = 0.125;
    pub const A_MILLION_WRITE_UNITS: f64 = 0.625;
    pub const A_MILLION_API_REQUESTS: f64 = 1.00;
    pub const A_MILLION_INVOCATIONS: f64 = 0.20;
    /// Of Lambda on arm64.
    pub const A_GB_SECOND: f64 = 0.000_013_333_4;
    /// Of what goes to CloudWatch Logs.
    pub const A_GB_OF_LOGS: f64 = 0.50;
    /// By SES.
    pub const A_MILLION_MAILS: f64 = 100.00;
}

/// What is not counted here but taken from elsewhere.
mod taken {
    /// Milliseconds of a password hash on a whole core: README's measurement.
    pub const HASH: f64 = 28.1;
    /// Megabytes of memory with which Lambda gives a function a whole core.
    pub const WHOLE_CORE: f64 = 1769.0;
    /// Milliseconds of a wait on the table from within the region.
    pub const WAIT: f64 = 5.0;
    /// Milliseconds of everything else in a request.
    pub const REST: f64 = 3.0;
    /// Milliseconds in which SES takes a mail.
    pub const SES: f64 = 60.0;
    /// Bytes that a request writes to logs: the access log's line, the function's, the metrics', and Lambda's report.
    pub const LOG: f64 = 1200.0;
}

/// An operation, and what a million of it uses and costs.
struct Bill {
    what: &'static str,
    waits: usize,
    read: f64,
    written: f64,
    milliseconds: f64,
    gigabytes: f64,
    /// Requests that API Gateway passes on, and mails, for each.
    requests: f64,
    mails: f64,
}

impl Bill {
    fn table(&self) -> f64 {
        self.read * price::A_MILLION_READ_UNITS + self.written * price::A_MILLION_WRITE_UNITS
    }

    fn lambda(&self) -> f64 {
        price::A_MILLION_INVOCATIONS + self.milliseconds * 1e3 * self.gigabytes * price::A_GB_SECOND
    }

    fn gateway(&self) -> f64 {
        self.requests * price::A_MILLION_API_REQUESTS
    }

    fn logs() -> f64 {
        taken::LOG / 1e3 * price::A_GB_OF_LOGS
    }

    fn mail(&self) -> f64 {
        self.mails * price::A_MILLION_MAILS
    }

    fn total(&self) -> f64 {
        self.table() + self.lambda() + self.gateway() + Self::logs() + self.mail()
    }
}

/// The memory of a function of the template, in megabytes.
fn memory(stack: &Stack, function: &str) -> f64 {
    let own = &stack.at(&format!("/Resources/{function}/Properties"))["MemorySize"];
    let usual = stack.at("/Globals/Function/MemorySize");
    own.as_f64().or(usual.as_f64()).unwrap()
}

async fn bills() -> Vec<Bill> {
    let stack = Stack::read();
    let counted = Counted::start(Server::setup().env("THROTTLE", "on")).await;
    let client = counted.server().client();
    let (arc, barong) = (client.arc(), client.barong());
    let mut bills = Vec::new();
    let bill = |what, function: &str, hashes: f64, cost: &Cost, (read, written): (f64, f64)| {
        let megabytes = memory(&stack, function);
        #[expect(clippy::cast_precision_loss, reason = "there are few waits")]
        let waits = cost.waits as f64;
        let hash = hashes * taken::HASH * (taken::WHOLE_CORE / megabytes).max(1.0);
        Bill {
            what,
            waits: cost.waits,
            read,
            written,
            milliseconds: hash + waits * taken::WAIT + taken::REST,
            gigabytes: megabytes / 1024.0,
            requests: 1.0,
            mails: 0.0,
        }
    };
    macro_rules! measure {
        ($what:literal, $function:literal, $hashes:literal, $act:expr) => {{
            let (answer, cost, units) = counted.count($act).await;
            bills.push(bill($what, $function, $hashes, &cost, units));
            answer
        }};
    }
    let ada = "ada@example.com";
    let body = json!({ "email": ada, "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" });
    measure!("sign up", "EngineAuth", 1.0, client.post("/api/v1/signup", &body)).expect(200);
    let signed_in = measure!("sign in", "EngineAuth", 1.0, client.sign_in_with(ada, PASSWORD));
    let token = signed_in.expect(200).text();
    measure!("who am I: an authorised request", "EngineAuth", 0.0, client.me(&token)).expect(200);
    let renew = client.call(Method::POST, "/api/v1/renew", &token);
    measure!("renew a token", "EngineAuth", 0.0, renew).expect(202);
    let org = client.found(&token, "Analytical Engines").await;
    let token = client.sign_in(ada).await;
    let question = json!({ "resource": "engine", "scope": "org", "action": "read" });
    let asked = client.call_in(&org, Method::POST, "/api/v1/user/authorize", &token, &question);
    measure!("may I: a decision in an organization", "EnginePermissions", 0.0, asked).expect(200);
    let session = barong.join("grace@example.com").await;
    client.ask(Method::GET, ME, &session).await.expect_token();
    let decided = client.ask(Method::GET, ME, &session);
    measure!("let a request through at a gateway", "BarongAuthz", 0.0, decided).expect(200);
    client.sign_up("joan@example.com").await;
    let entered = measure!(
        "a pair of tokens for a password",
        "ArcAuth",
        1.0,
        arc.login_token("joan@example.com", PASSWORD)
    );
    let pair = entered.expect_pair();
    measure!("refresh a pair", "ArcAuth", 0.0, arc.refresh(&pair)).expect_pair();
    measure!("public keys", "PlatformKeys", 0.0, client.get("/.well-known/jwks.json")).expect(200);
    let body = json!({ "email": ada });
    let reset = client.post("/api/v1/user/reset", &body);
    measure!("ask for a password reset", "EngineAuth", 0.0, reset).expect(200);

    // Its mail: read, leased and marked by the mailer.
    counted.wire.take();
    client.post("/api/v1/user/reset", &body).await.expect(200);
    assert!(!client.mails(ada).await.is_empty());
    let (read, written) = units(counted.wire.take().into_iter().filter(of_the_mailer));
    let waits = 3;
    bills.push(Bill {
        what: "a mail, beside what asked for it",
        waits,
        read,
        written,
        milliseconds: 3.0 * taken::WAIT + taken::SES + taken::REST,
        gigabytes: memory(&stack, "PlatformMailer") / 1024.0,
        requests: 0.0,
        mails: 1.0,
    });
    bills
}

/// The page.
fn page(bills: &[Bill]) -> String {
    let mut page = String::from(
        "| a million times | waits | units read | units written | ms | table | Lambda | API Gateway | logs | SES | together |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let dollars = |amount: f64| match amount {
        0.0 => "–".to_owned(),
        some => format!("{some:.2}"),
    };
    for bill in bills {
        let parts = [bill.table(), bill.lambda(), bill.gateway(), Bill::logs(), bill.mail()].map(dollars);
        writeln!(
            page,
            "| {} | {} | {} | {} | {:.0} | {} | **${:.2}** |",
            bill.what,
            bill.waits,
            bill.read,
            bill.written,
            bill.milliseconds,
            parts.join(" | "),
            bill.total()
        )
        .unwrap();
    }
    // Ten thousand people for thirty days.
    const SIGN_INS: f64 = 0.3;
    const REQUESTS: f64 = 30.0;
    let (example, request) = (&bills[1], &bills[2]);
    write!(
        page,
        "\nThe arithmetic, for *{}*, in dollars for a million:\n\n\
         - table: {} × {} + {} × {} = {:.2}\n\
         - Lambda: {} + {:.1} ms × {} GB × 1,000 s/ms × {} = {:.2}\n\
         - API Gateway: {:.2}\n\
         - logs: {} bytes × 1,000 MB × {} a GB = {:.2}\n\n\
         The milliseconds are {} × waits + {}, and a password hash, {} ms on a whole core, of which {} MB of memory \
         are {:.0} %.\n\n\
         Ten thousand people who sign in once a day and ask a hundred times, in a month of thirty days: {SIGN_INS} million × \
         ${:.2} + {REQUESTS} million × ${:.2} = ${:.0}.\n",
        example.what,
        example.read,
        price::A_MILLION_READ_UNITS,
        example.written,
        price::A_MILLION_WRITE_UNITS,
        example.table(),
        price::A_MILLION_INVOCATIONS,
        example.milliseconds,
        example.gigabytes,
        price::A_GB_SECOND,
        example.lambda(),
        example.gateway(),
        taken::LOG,
        price::A_GB_OF_LOGS,
        Bill::logs(),
        taken::WAIT,
        taken::REST,
        taken::HASH,
        example.gigabytes * 1024.0,
        example.gigabytes * 1024.0 / taken::WHOLE_CORE * 100.0,
        example.total(),
        request.total(),
        SIGN_INS * example.total() + REQUESTS * request.total(),
    )
    .unwrap();
    page
}

#[tokio::test]
async fn readme_says_what_operations_cost() {
    let bills = bills().await;
    // Public keys come from memory; everything else was counted.
    for bill in bills.iter().filter(|bill| bill.what != "public keys") {
        assert!(bill.read + bill.written > 0.0, "{} was not counted", bill.what);
    }
    readme::holds("costs", &page(&bills));
}
