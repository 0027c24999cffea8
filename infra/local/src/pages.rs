//! Pages that only a laptop has: what runs here, and the mailbox.

use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
};
use axum::http::uri::PathAndQuery;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use shared::App;
use shared::accounts::customer::documents;
use shared::config::{Config, WebauthnConfig};
use shared::notify::Channel;
use shared::notify::mailbox::Delivered;

use crate::mailroom::Mailroom;

/// Nothing but our own style sheet.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A mail brings its styles with it, and must not do anything else.
const MAIL_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation";

type Shared = Option<Arc<Mailroom>>;

pub fn routes(app: &App, mailroom: Shared) -> Router {
    let home = Home {
        style: platform_pages::style(),
        url: app.config.public_url.clone(),
        account: account(&app.config),
    };
    Router::new()
        .route("/", get(async move || page(home)))
        .route("/_local/style.css", get(style))
        .route("/_local/mail", get(mail))
        .route("/_local/mail/{id}", get(mail_as_html))
        .route("/_local/sms", get(sms))
        .route("/_local/events", get(events))
        .with_state(mailroom)
        .route("/_local/documents/{file}", get(document).with_state(app.clone()))
}

#[derive(Template, Clone)]
#[template(path = "home.html")]
struct Home {
    style: String,
    /// Where this server is reached.
    url: String,
    /// Where one's account is.
    account: String,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct MailboxPage {
    style: String,
    title: &'static str,
    path: &'static str,
    to: String,
    messages: Vec<Delivered>,
}

#[derive(Deserialize)]
struct Wanted {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

/// Where one's account is, by the name that passkeys are bound to where it is this machine.
pub fn account(config: &Config) -> String {
    format!("{}/account", WebauthnConfig::origin(&config.public_url))
}

/// Passkeys are bound to a domain, and a number is none: a browser that opens a page at 127.0.0.1 is sent to localhost,
/// where its passkeys and its session are. Mails of a laptop link to the number.
pub async fn by_name(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = header(HOST).and_then(|host| host.parse::<SocketAddr>().ok());
    let is_browser = header(HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
    match host.filter(|host| is_browser && host.ip().is_loopback() && app.relying_party.id() == "localhost") {
        Some(host) => {
            let target = request.uri().path_and_query().map_or("/account", PathAndQuery::as_str);
            Redirect::temporary(&format!("http://localhost:{}{target}", host.port())).into_response()
        }
        None => next.run(request).await,
    }
}

async fn style() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=60")];
    (headers, include_str!("../templates/style.css"))
}

async fn mail(State(mailroom): State<Shared>, headers: HeaderMap, Query(filter): Query<Filter>) -> Response {
    mailbox(mailroom, Channel::Mail, &headers, filter).await
}

async fn sms(State(mailroom): State<Shared>, headers: HeaderMap, Query(filter): Query<Filter>) -> Response {
    mailbox(mailroom, Channel::Sms, &headers, filter).await
}

/// What other systems would be told: an array, the newest first; with `name`, only those.
async fn events(State(mailroom): State<Shared>, Query(wanted): Query<Wanted>) -> Response {
    let Some(mailroom) = mailroom else {
        let message = "This server works on a table at AWS; its events are in the table's stream";
        return (StatusCode::NOT_FOUND, Json(serde_json::json!({ "message": message }))).into_response();
    };
    match mailroom.events().await {
        Ok(mut events) => {
            events.retain(|event| wanted.name.as_ref().is_none_or(|name| event["name"] == name.as_str()));
            Json(events).into_response()
        }
        Err(error) => failed(&error),
    }
}

/// A page for a browser, an array for everybody else. What was written until now is delivered first, so that whoever
/// caused a message finds it.
async fn mailbox(mailroom: Shared, channel: Channel, headers: &HeaderMap, filter: Filter) -> Response {
    let Some(mailroom) = mailroom else {
        let message = "This server works on a table at AWS; its mails leave by SES";
        return (StatusCode::NOT_FOUND, Json(serde_json::json!({ "message": message }))).into_response();
    };
    mailroom.work().await;
    let to = filter.to.filter(|to| !to.trim().is_empty());
    let messages = match mailroom.mailbox.list(channel, to.as_deref()).await {
        Ok(messages) => messages,
        Err(error) => return failed(&error),
    };
    let accepts = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect::<Vec<_>>()
        .join(",");
    if !accepts.contains("text/html") {
        return Json(messages).into_response();
    }
    let (title, path) = match channel {
        Channel::Mail => ("Mailbox", "/_local/mail"),
        Channel::Sms => ("Text messages", "/_local/sms"),
    };
    page(MailboxPage {
        style: platform_pages::style(),
        title,
        path,
        to: to.unwrap_or_default(),
        messages,
    })
}

/// A mail as its reader sees it.
async fn mail_as_html(State(mailroom): State<Shared>, Path(id): Path<String>) -> Response {
    let Some(mailroom) = mailroom else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match mailroom.mailbox.list(Channel::Mail, None).await {
        Ok(messages) => match messages
            .into_iter()
            .find(|message| message.id == id)
            .and_then(|message| message.html)
        {
            Some(html) => ([(CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        Err(error) => failed(&error),
    }
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    until: String,
    #[serde(default)]
    signature: String,
}

/// A customer's document, for whoever has a link to it that is not overdue: what a bucket's pre-signed link is elsewhere.
async fn document(State(app): State<App>, Path(file): Path<String>, Query(link): Query<Link>) -> Response {
    match documents::linked(&app, &file, &link.until, &link.signature).await {
        Ok(Some(file)) => {
            let headers = [(CONTENT_TYPE, file.media_type), (CONTENT_DISPOSITION, "attachment")];
            (headers, file.bytes).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}

fn page(template: impl Template) -> Response {
    match template.render() {
        Ok(html) => ([(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a page failed");
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "This page failed; the log says why\n",
    )
        .into_response()
}
