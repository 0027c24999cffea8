//! Pages of lists: `page` and `limit` in, `Total`, `Page`, `Per-Page` and `Link` out (RFC 8288).

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::Uri;
use http::header::{HeaderMap, HeaderName, HeaderValue, LINK};
use serde::Serialize;
use utoipa::IntoParams;

use super::params::{Given, integer};
use crate::App;

/// Rows of a page, when nobody asks for a number, and at most.
const MOST: u64 = 100;

/// What a list is asked for its pages, for API documents.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only their documentation is used")]
pub struct PageParams {
    /// From 1
    #[param(value_type = u64, required = false)]
    page: Option<u64>,
    /// 1 to 100
    #[param(value_type = u64, required = false)]
    limit: Option<u64>,
}

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// The page's number, from 1.
    pub page: u64,
    /// Rows of a page, 1 to 100.
    pub limit: u64,
}

impl Paging {
    /// Reads `page` and `limit`; what is wrong with them is kept in `given`.
    pub fn read(given: &mut Given<'_>) -> Self {
        let page = given.read("page", "non_integer_page", integer).unwrap_or(1);
        let page = u64::try_from(page).ok().filter(|page| *page > 0);
        if page.is_none() {
            given.refuse("non_positive_page");
        }
        let limit = given.read("limit", "non_integer_limit", integer);
        let limit = limit.map_or(Some(MOST), |limit| {
            u64::try_from(limit).ok().filter(|limit| (1..=MOST).contains(limit))
        });
        if limit.is_none() {
            given.refuse("invalid_limit");
        }
        Self {
            page: page.unwrap_or(1),
            limit: limit.unwrap_or(MOST),
        }
    }

    /// Rows before the page; no list is longer than 2^32.
    pub fn skip(self) -> usize {
        let skip = (self.page - 1).saturating_mul(self.limit);
        usize::try_from(skip.min(u32::MAX.into())).unwrap_or(usize::MAX)
    }

    /// Rows of the page.
    pub fn take(self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// This page of a list that is at hand as a whole.
    pub fn of<T>(self, all: impl IntoIterator<Item = T>) -> Vec<T> {
        all.into_iter().skip(self.skip()).take(self.take()).collect()
    }

    /// A page of a list of `total` rows, as the answer to a request for `uri` (the original one, with its base).
    pub fn answer<T: Serialize>(self, app: &App, uri: &Uri, total: u64, rows: Vec<T>) -> Response {
        let mut headers = HeaderMap::new();
        for (name, number) in [("total", total), ("page", self.page), ("per-page", self.limit)] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
        }
        let links = self.links(&app.config.public_url, uri, total);
        if let Some(links) = links.and_then(|links| HeaderValue::from_str(&links).ok()) {
            headers.insert(LINK, links);
        }
        (headers, Json(rows)).into_response()
    }

    /// The other pages; `None` where there is none.
    fn links(self, public_url: &str, uri: &Uri, total: u64) -> Option<String> {
        let last = total.div_ceil(self.limit).max(1);
        let pages = [
            ("first", Some(1).filter(|_| self.page > 1)),
            ("prev", Some(self.page - 1).filter(|_| self.page > 1)),
            ("last", Some(last).filter(|_| self.page < last)),
            ("next", Some(self.page + 1).filter(|_| self.page < last)),
        ];
        let links: Vec<String> = pages
            .into_iter()
            .filter_map(|(rel, page)| Some(format!("<{}>; rel=\"{rel}\"", address(public_url, uri, page?))))
            .collect();
        Some(links.join(", ")).filter(|links| !links.is_empty())
    }
}

/// The address of another page of the same list.
fn address(public_url: &str, uri: &Uri, page: u64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if name != "page" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("page", &page.to_string());
    format!("{public_url}{}?{}", uri.path(), query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surfaces::barong::Params;

    fn read(query: &str) -> Result<(u64, u64), Vec<String>> {
        let params = Params::of_query(query);
        let mut given = params.of("resource.user");
        let paging = Paging::read(&mut given);
        match given.keys() {
            [] => Ok((paging.page, paging.limit)),
            keys => Err(keys.iter().map(ToString::to_string).collect()),
        }
    }

    #[test]
    fn a_page_has_a_hundred_rows_and_what_is_wrong_is_said() {
        assert_eq!(read(""), Ok((1, 100)));
        assert_eq!(read("page=3&limit=7"), Ok((3, 7)));
        assert_eq!(read("page=x"), Err(vec!["non_integer_page".into()]));
        assert_eq!(read("page=0"), Err(vec!["non_positive_page".into()]));
        assert_eq!(
            read("page=-1&limit=101"),
            Err(vec!["non_positive_page".into(), "invalid_limit".into()])
        );
        assert_eq!(read("limit=1.5"), Err(vec!["non_integer_limit".into()]));
        assert_eq!(read("limit=0"), Err(vec!["invalid_limit".into()]));
    }

    #[test]
    fn links_lead_to_the_pages_that_there_are() {
        let links = |page, total| {
            let uri: Uri = "/api/v2/resource/x?a=1%262&page=2&limit=10".parse().unwrap();
            Paging { page, limit: 10 }.links("https://id.example", &uri, total)
        };
        assert_eq!(links(1, 0), None);
        assert_eq!(links(1, 10), None);
        let of = |page| format!("<https://id.example/api/v2/resource/x?a=1%262&limit=10&page={page}>");
        let wanted = format!(r#"{}; rel="last", {}; rel="next""#, of(3), of(2));
        assert_eq!(links(1, 21), Some(wanted));
        let wanted = format!(r#"{}; rel="first", {}; rel="prev""#, of(1), of(2));
        assert_eq!(links(3, 21), Some(wanted));
    }

    #[test]
    fn a_page_behind_the_end_is_empty() {
        assert_eq!(Paging { page: 2, limit: 2 }.of([1, 2, 3]), [3]);
        assert!(
            Paging {
                page: u64::MAX,
                limit: 100
            }
            .of([1, 2, 3])
            .is_empty()
        );
    }
}
