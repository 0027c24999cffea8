//! Routes for administrators. Each says what it needs of the caller's role besides its permissions, and there is no other way
//! to add one.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::Method;
use utoipa::Path;

use super::caller::{let_in, refused};
use super::{BASE, SHOWN, surface};
use crate::App;
use crate::access::edge::{Ability, Refusal};
use crate::http::operations::place;

/// What each operation needs, by its method and its path after the base.
#[derive(Debug, Default)]
pub struct Needs(HashMap<(Method, String), Ability>);

impl Needs {
    /// The operation that `P` is about needs this.
    #[must_use]
    pub fn with<P: Path>(mut self, ability: Ability, about: P) -> Self {
        let (methods, path) = place(about);
        let needs = methods.into_iter().map(|method| ((method, path.clone()), ability));
        self.0.extend(needs);
        self
    }

    fn of(&self, request: &Request) -> Option<Ability> {
        let path = request.extensions().get::<MatchedPath>()?.as_str();
        let path = path.strip_prefix(SHOWN).or_else(|| path.strip_prefix(BASE))?;
        // A route that answers GET answers HEAD as well.
        let method = match request.method() {
            &Method::HEAD => Method::GET,
            method => method.clone(),
        };
        self.0.get(&(method, path.to_owned())).copied()
    }
}

/// Lists operations by what they need of a role and by their handlers: `administration! { Read User: users::list, metrics::get; }`.
/// They are called `Administration`, which has `routes(&app)` and `document()`.
#[macro_export]
macro_rules! administration {
    ($($act:ident $model:ident: $($($segment:ident)::+),+;)+) => {
        $crate::operations! { Administration: $crate::App = [$($($($segment)::+),+),+] }

        impl Administration {
            fn routes(app: &$crate::App) -> ::axum::Router {
                use $crate::access::edge::ability::{Ability, Act, Model};
                let needs = $crate::surfaces::barong::Needs::default();
                $($(let needs = needs.with(Ability(Act::$act, Model::$model), $crate::about!($($segment)::+));)+)+
                $crate::surfaces::barong::able(app, Self::router(), needs)
            }
        }
    };
}

/// Routes that only those may call whose role has what each needs.
pub fn able(app: &App, routes: Router<App>, needs: Needs) -> Router {
    let state = (app.clone(), Arc::new(needs));
    surface(app, routes.route_layer(from_fn_with_state(state, let_able_in)))
}

/// Lets through whom the edge lets through, and whose role has what the operation needs.
async fn let_able_in(State((app, needs)): State<(App, Arc<Needs>)>, request: Request, next: Next) -> Response {
    match needs.of(&request) {
        // In a box: it carries all that the edge and the operation wait for.
        Some(ability) => Box::pin(let_in(&app, Some(ability), request, next)).await,
        // A route that says nothing is nobody's.
        None => refused(Refusal::NotAble).into_response(),
    }
}
