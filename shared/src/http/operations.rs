//! A group's operations, listed once for its routes and for the API document: a handler's `#[utoipa::path]` has its method and
//! its path for both. A function asks for the routes only; it neither describes anything when it starts nor carries the
//! descriptions with it.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};
use http::Method;
#[doc(hidden)]
pub use pastey::paste;
use utoipa::Path;
use utoipa::openapi::HttpMethod;

/// Adds the handler that `P` is about.
pub fn route<S, P, H, T>(router: Router<S>, _about: P, handler: &H) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    P: Path,
    H: Handler<T, S>,
    T: 'static,
{
    let methods = P::methods().into_iter().fold(MethodRouter::new(), |methods, method| {
        methods.on(meaning(&method).0, handler.clone())
    });
    router.route(&P::path(), methods)
}

/// The methods and the path of the operation that `P` is about.
pub fn place<P: Path>(_about: P) -> (Vec<Method>, String) {
    let methods = P::methods();
    (methods.iter().map(|method| meaning(method).1).collect(), P::path())
}

fn meaning(method: &HttpMethod) -> (MethodFilter, Method) {
    match method {
        HttpMethod::Get => (MethodFilter::GET, Method::GET),
        HttpMethod::Put => (MethodFilter::PUT, Method::PUT),
        HttpMethod::Post => (MethodFilter::POST, Method::POST),
        HttpMethod::Head => (MethodFilter::HEAD, Method::HEAD),
        HttpMethod::Patch => (MethodFilter::PATCH, Method::PATCH),
        HttpMethod::Trace => (MethodFilter::TRACE, Method::TRACE),
        HttpMethod::Delete => (MethodFilter::DELETE, Method::DELETE),
        HttpMethod::Options => (MethodFilter::OPTIONS, Method::OPTIONS),
    }
}

/// Lists operations by their handlers, which want a state, under a name that has `router()` and `document()`:
/// `operations! { Open: App = [sign_in::sign_in, sign_up::sign_up] }`.
#[macro_export]
macro_rules! operations {
    ($($(#[$about:meta])* $name:ident: $state:ty = [$($($segment:ident)::+),+ $(,)?])+) => {$(
        $(#[$about])*
        struct $name;

        impl $name {
            fn router() -> ::axum::Router<$state> {
                let router = ::axum::Router::new();
                $(let router = $crate::http::operations::route(
                    router,
                    $crate::about!($($segment)::+),
                    &$($segment)::+,
                );)+
                router
            }

            fn document() -> ::utoipa::openapi::OpenApi {
                #[derive(::utoipa::OpenApi)]
                #[openapi(paths($($($segment)::+),+))]
                struct Described;
                <Described as ::utoipa::OpenApi>::openapi()
            }
        }
    )+};
}

/// What `#[utoipa::path]` makes beside a handler.
#[macro_export]
macro_rules! about {
    ($handler:ident) => { $crate::about!([] $handler) };
    ($first:ident :: $($rest:ident)::+) => { $crate::about!([$first] $($rest)::+) };
    ([$($module:ident)*] $handler:ident) => {
        $crate::http::operations::paste! { $($module::)* [<__path_ $handler>] }
    };
    ([$($module:ident)*] $next:ident :: $($rest:ident)::+) => { $crate::about!([$($module)* $next] $($rest)::+) };
}
