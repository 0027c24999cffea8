//! Parameters of lists: a filter or a where in LoopBack's syntax, and numbers in paths. Each is a part of what
//! [`Permitted`](super::Permitted) reads, so that a parameter is judged before anybody is asked who they are.

use axum::extract::{FromRequest, FromRequestParts as _, Path, Request};
use http::Uri;
use serde_json::Value;

use super::error::ArcError;
use super::permit::Gate;
use crate::surfaces::loopback::{Clause, Filter, Invalid, Model, parameter};

/// Rows that a list can be asked about.
pub trait Listed: Send + Sync + 'static {
    /// What they have.
    const MODEL: Model;
}

/// The parameter `filter`, and what else is read of the request.
#[derive(Debug)]
pub struct Filtered<L, B = super::Nothing> {
    /// Which rows are wanted, and how.
    pub filter: Filter,
    /// Everything else.
    pub body: B,
    rows: std::marker::PhantomData<L>,
}

impl<L: Listed, B: FromRequest<Gate, Rejection = ArcError>> FromRequest<Gate> for Filtered<L, B> {
    type Rejection = ArcError;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, ArcError> {
        let filter = match given(request.uri(), "filter")? {
            Some(given) => Filter::read(L::MODEL, &given).map_err(|invalid| unusable(invalid, "filter"))?,
            None => Filter::default(),
        };
        Ok(Self {
            filter,
            body: B::from_request(request, gate).await?,
            rows: std::marker::PhantomData,
        })
    }
}

/// The parameter `where`, and what else is read of the request.
#[derive(Debug)]
pub struct Meant<L, B = super::Nothing> {
    /// Which rows are meant, where it is said.
    pub clause: Option<Clause>,
    /// Everything else.
    pub body: B,
    rows: std::marker::PhantomData<L>,
}

impl<L: Listed, B: FromRequest<Gate, Rejection = ArcError>> FromRequest<Gate> for Meant<L, B> {
    type Rejection = ArcError;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, ArcError> {
        let clause = given(request.uri(), "where")?.map(|given| Clause::read(L::MODEL, &given));
        let clause = clause.transpose().map_err(|invalid| unusable(invalid, "where"))?;
        Ok(Self {
            clause,
            body: B::from_request(request, gate).await?,
            rows: std::marker::PhantomData,
        })
    }
}

fn given(uri: &Uri, name: &str) -> Result<Option<Value>, ArcError> {
    parameter(uri.query().unwrap_or_default(), name).map_err(|invalid| unusable(invalid, name))
}

fn unusable(invalid: Invalid, name: &str) -> ArcError {
    ArcError::param_invalid(&invalid.given.to_string(), name).details(invalid.details)
}

/// The number in a path whose one variable part is `id`, and what else is read of the request.
#[derive(Debug)]
pub struct PathNumber<B = super::Nothing> {
    /// The number; `None` for one that nothing has, such as a fraction.
    pub number: Option<i64>,
    /// As it was written.
    pub written: String,
    /// Everything else.
    pub body: B,
}

impl<B: FromRequest<Gate, Rejection = ArcError>> FromRequest<Gate> for PathNumber<B> {
    type Rejection = ArcError;

    async fn from_request(request: Request, gate: &Gate) -> Result<Self, ArcError> {
        let (mut parts, body) = request.into_parts();
        let segment = Path::<String>::from_request_parts(&mut parts, gate).await;
        let Ok(Path(written)) = segment else {
            return Err(ArcError::param_invalid("", "id"));
        };
        let number = written.parse().ok();
        let is_number = written.parse::<f64>().is_ok_and(f64::is_finite);
        if number.is_none() && !is_number {
            return Err(ArcError::param_invalid(&Value::from(written).to_string(), "id"));
        }
        Ok(Self {
            number,
            written,
            body: B::from_request(Request::from_parts(parts, body), gate).await?,
        })
    }
}
