//! The loop: a request is sent, refused as it should be, and has changed nothing.

use std::collections::BTreeSet;

use serde_json::Value;
use tests::Answer;

use super::super::tenancy::{all, assert_same};
use super::operation::{Operation, Surface};
use super::warden::{By, Shown, Warden};
use super::{arc, barong, engine, identity_server};

/// What a credential has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It never was one here.
    Unknown,
    /// It is too old by itself.
    Expired,
    /// What it stands for has ended.
    Ended,
    /// The same, and there is nothing left of it.
    Gone,
    /// Its owner may not sign in any more.
    SwitchedOff,
}

/// Exactly what somebody is told who is not let in.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Value,
}

impl Refusal {
    /// What an operation says to who shows this.
    pub fn of(operation: &Operation, shown: &Shown, fate: Fate) -> Self {
        match operation.surface {
            Surface::Engine => engine::unauthorized(),
            Surface::IdentityServer => identity_server::unauthorized(operation, shown),
            Surface::Arc => arc::refusal(operation, shown, fate),
            Surface::Barong => barong::refusal(operation, shown, fate),
        }
    }

    /// HEAD is answered without the body.
    pub fn is(&self, answer: &Answer, by_head: bool) -> bool {
        answer.status == self.status
            && answer.header("content-type") == Some(self.content_type)
            && (by_head || answer.json() == self.body)
    }
}

/// What is not quite this token.
pub fn broken(token: &str) -> Vec<String> {
    let (cut, _) = token.split_at(token.len() - 1);
    let other = if token.ends_with('A') { "Q" } else { "A" };
    vec![
        String::new(),
        "nonsense".into(),
        "a.b.c".into(),
        cut.to_owned(),
        format!("{cut}{other}"),
        format!("{token}.{token}"),
    ]
}

/// Requests that have to be refused, on one server.
pub struct Sweep<'a> {
    pub warden: &'a Warden,
    before: BTreeSet<String>,
    /// How many were sent.
    pub tried: usize,
    /// Those that were answered otherwise.
    wrong: Vec<String>,
}

impl<'a> Sweep<'a> {
    pub async fn begin(warden: &'a Warden) -> Self {
        Self {
            before: Self::kept(warden).await,
            warden,
            tried: 0,
            wrong: Vec::new(),
        }
    }

    /// Everything but what is written down of who was denied.
    async fn kept(warden: &Warden) -> BTreeSet<String> {
        let mut items = all(&warden.house.server).await;
        items.retain(|item| !(item.contains(r#""kind": "S(\"audit\")""#) && item.contains(r#"S(\"denied\")"#)));
        items
    }

    /// Asks for an operation and is refused like this.
    pub async fn refused(&mut self, operation: &Operation, shown: &Shown, refusal: &Refusal, what: &str) {
        let event = self.warden.request(operation, shown);
        self.sent(operation, &event, refusal, what).await;
    }

    /// The same for a request that is ready.
    pub async fn sent(&mut self, operation: &Operation, event: &Value, refusal: &Refusal, what: &str) {
        let answer = self.warden.sends(event).await;
        self.tried += 1;
        let by_head = event["requestContext"]["http"]["method"] == "HEAD";
        if !refusal.is(&answer, by_head) {
            let said = (answer.status, answer.header("content-type"), answer.text());
            let (id, headers) = (&operation.id, &event["headers"]);
            self.wrong
                .push(format!("{id} {what}, with {headers}: {said:?}, and not {refusal:?}"));
        }
    }

    /// All were refused as they should be, and nothing has changed.
    pub async fn unchanged(&mut self, what: &str) {
        assert!(self.wrong.is_empty(), "{what}: {:#?}", self.wrong);
        let after = Self::kept(self.warden).await;
        assert_same(&self.before, &after, what);
    }

    /// The warden's own credentials have come to this, all of these: every operation that they opened refuses them.
    pub async fn all_refused(&mut self, by: &[By], fate: Fate, what: &str) {
        for operation in Operation::guarded() {
            for by in operation.own().iter().filter(|own| by.contains(own)) {
                let shown = self.warden.shown_to(operation, *by);
                let refusal = Refusal::of(operation, &shown, fate);
                self.refused(operation, &shown, &refusal, &format!("{what} by {by:?}"))
                    .await;
            }
        }
        self.unchanged(what).await;
    }
}
