//! What every operation costs, as README shows it: the story that calls all of them is told to a table with one organization and to one
//! with 100,000. `UPDATE_GOLDEN=1 cargo test -p tests --test tests budgets::every` writes the table anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use tests::provider::Provider;
use tests::traveller::HOME;
use tests::{Answer, Client, Server, events};

use super::counted::Counted;
use super::scale::crowd;
use crate::deployment::operations::OPERATIONS;
use crate::deployment::story::{self, Api, TITLES, Teller};
use crate::documents::readme;

/// What an operation cost at least and at most.
#[derive(Debug, Clone, PartialEq)]
struct Bill {
    waits: RangeInclusive<usize>,
    read: RangeInclusive<f64>,
    written: RangeInclusive<f64>,
}

/// By route, and whether the operation did what it was asked for.
type Bills = BTreeMap<(String, bool), Bill>;

/// An API that counts.
struct Billed<'a> {
    counted: &'a Counted,
    client: Client,
    bills: Mutex<Bills>,
}

impl Api for Billed<'_> {
    async fn call(&self, event: &Value) -> Answer {
        // Entries of one instant are in no order, and it matters which of them a page shows.
        self.counted.server().clock.advance(Duration::from_millis(1));
        let (answer, cost, (read, written)) = self.counted.count(events::over_http(&self.client, event)).await;
        let route = event["routeKey"].as_str().unwrap();
        let new = Bill {
            waits: cost.waits..=cost.waits,
            read: read..=read,
            written: written..=written,
        };
        let mut bills = self.bills.lock().unwrap();
        let bill = bills
            .entry((route.to_owned(), answer.status.as_u16() < 400))
            .or_insert(new);
        bill.waits = cost.waits.min(*bill.waits.start())..=cost.waits.max(*bill.waits.end());
        bill.read = read.min(*bill.read.start())..=read.max(*bill.read.end());
        bill.written = written.min(*bill.written.start())..=written.max(*bill.written.end());
        answer
    }
}

/// With so many organizations and people beside those of the story.
async fn bills(others: usize) -> Bills {
    let provider = Provider::start().await;
    let setup = provider.serves(Server::setup()).env(TITLES.0, TITLES.1);
    let setup = setup.env("BARONG_APIKEY_NONCE_CACHE", "true").env("THROTTLE", "on");
    let counted = Counted::start(setup).await;
    counted.import(&crowd(others));
    counted.server().receives_people_at(HOME).await;
    let billed = Billed {
        counted: &counted,
        client: counted.server().client(),
        bills: Mutex::default(),
    };
    let mut teller = Teller::new(&billed);
    let people = story::tell(&mut teller, &billed.client, &provider, "world_a").await;
    story::rarer::tell(&mut teller, counted.server(), &people).await;
    billed.bills.into_inner().unwrap()
}

fn between<T: PartialEq + std::fmt::Display>(range: &RangeInclusive<T>) -> String {
    match (range.start(), range.end()) {
        (least, most) if least == most => least.to_string(),
        (least, most) => format!("{least}–{most}"),
    }
}

/// The table: an operation of a surface in each row.
fn page(few: &Bills, many: &Bills) -> String {
    let mut page =
        String::from("| operation | waits | units read | of 100,000 | units written |\n|---|---|---|---|---|\n");
    // Pages are no operations of a surface, and need no table.
    for (_, method, path, _) in OPERATIONS
        .into_iter()
        .filter(|operation| !operation.3.starts_with("Platform"))
    {
        let route = format!("{method} {path}");
        let [done, refused] = [true, false].map(|done| (route.clone(), done));
        let (key, note) = if few.contains_key(&done) {
            (done, "")
        } else {
            (refused, ", refused")
        };
        let bill = &few[&key];
        let others = match &many[&key].read {
            same if *same == bill.read => "the same".to_owned(),
            more => between(more),
        };
        let (waits, read, written) = (between(&bill.waits), between(&bill.read), between(&bill.written));
        writeln!(page, "| `{route}`{note} | {waits} | {read} | {others} | {written} |").unwrap();
    }
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_organizations_and_people_cost_a_request_nothing() {
    let (few, many) = (bills(1).await, bills(100_000).await);
    assert!(few.keys().eq(many.keys()));
    for (route, few) in &few {
        let many = &many[route];
        assert_eq!(few.written, many.written, "{route:?}");
        // What is written down of a refusal goes beside the next read, or is just done before it.
        assert!(few.waits == many.waits || !route.1, "{route:?}: {few:?} {many:?}");
        // A full page of people with what is shown of them, and no more.
        assert!(many.read.end() - few.read.end() < 300.0, "{route:?}: {few:?} {many:?}");
    }
    readme::holds("every operation", &page(&few, &many));
}
