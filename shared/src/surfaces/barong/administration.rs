//! Routes for administrators. Each says what it needs of the caller's role besides its permissions, and there is no other way
//! to add one.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::Method;
use utoipa::openapi::{OpenApi, PathItem};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::caller::{let_in, refused};
use super::{BASE, SHOWN, document, surface};
use crate::App;
use crate::access::edge::ability::{Act, Model};
use crate::access::edge::{Ability, Refusal};

/// What each operation needs, by its method and its path after the base.
type Needs = HashMap<(Method, String), Ability>;

/// A group of routes for administrators.
#[derive(Default)]
pub struct Administration {
    routes: OpenApiRouter<App>,
    needs: Needs,
}

impl Administration {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds operations that need this.
    #[must_use]
    pub fn may(mut self, act: Act, model: Model, routes: UtoipaMethodRouter<App>) -> Self {
        let (_, paths, _) = &routes;
        for (path, item) in &paths.paths {
            let needs = methods(item).map(|method| ((method, path.clone()), Ability(act, model)));
            self.needs.extend(needs);
        }
        Self {
            routes: self.routes.routes(routes),
            ..self
        }
    }

    /// The group's routes, without an answer to unknown paths.
    pub fn routes(self, app: &App) -> Router {
        let state = (app.clone(), Arc::new(self.needs));
        surface(app, self.routes.route_layer(from_fn_with_state(state, able)))
    }

    /// The group's part of the surface's API document.
    pub fn document(self) -> OpenApi {
        document(self.routes)
    }
}

fn methods(item: &PathItem) -> impl Iterator<Item = Method> {
    let known = [
        (item.get.is_some(), Method::GET),
        (item.post.is_some(), Method::POST),
        (item.put.is_some(), Method::PUT),
        (item.delete.is_some(), Method::DELETE),
    ];
    known
        .into_iter()
        .filter_map(|(is_there, method)| is_there.then_some(method))
}

/// Lets through whom the edge lets through, and whose role has what the operation needs.
async fn able(State((app, needs)): State<(App, Arc<Needs>)>, request: Request, next: Next) -> Response {
    match needed(&needs, &request) {
        // In a box: it carries all that the edge and the operation wait for.
        Some(ability) => Box::pin(let_in(&app, Some(ability), request, next)).await,
        // A route that says nothing is nobody's.
        None => refused(Refusal::NotAble).into_response(),
    }
}

fn needed(needs: &Needs, request: &Request) -> Option<Ability> {
    let path = request.extensions().get::<MatchedPath>()?.as_str();
    let path = path.strip_prefix(SHOWN).or_else(|| path.strip_prefix(BASE))?;
    // A route that answers GET answers HEAD as well.
    let method = match request.method() {
        &Method::HEAD => Method::GET,
        method => method.clone(),
    };
    needs.get(&(method, path.to_owned())).copied()
}
