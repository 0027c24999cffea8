//! Query parameters of lists. They are read leniently, as the published API does: what cannot be read counts as absent.

use http::Uri;

use crate::http::query::number;

/// Rows of a page, when nobody asks for a number.
const DEFAULT_SIZE: u64 = 10;

/// Rows that a page has at most.
const MOST: u64 = 100;

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// The page's number, from 1.
    pub page: u64,
    /// Rows of a page.
    pub size: u64,
}

impl Paging {
    /// Reads `page` and `page_size`: below 1, or no number, is the first page of ten rows.
    pub fn of(uri: &Uri) -> Self {
        let at_least_one = |name| {
            number(uri, name)
                .and_then(|number| u64::try_from(number).ok())
                .filter(|number| *number > 0)
        };
        Self {
            page: at_least_one("page").unwrap_or(1),
            size: at_least_one("page_size").unwrap_or(DEFAULT_SIZE).min(MOST),
        }
    }

    /// Rows before the page; no list is longer than 2^32.
    pub fn skip(self) -> usize {
        let skip = (self.page - 1).saturating_mul(self.size);
        usize::try_from(skip.min(u32::MAX.into())).unwrap_or(usize::MAX)
    }

    /// Rows of the page.
    pub fn take(self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paging(query: &str) -> (u64, u64) {
        let paging = Paging::of(&format!("/x?{query}").parse().unwrap());
        (paging.page, paging.size)
    }

    #[test]
    fn what_cannot_be_read_counts_as_absent() {
        for query in [
            "",
            "page=0",
            "page=-3",
            "page=two&page_size=",
            "page_size=0",
            "page=1.5",
            "page_size=99999999999999999999",
        ] {
            assert_eq!(paging(query), (1, 10), "{query}");
        }
        assert_eq!(paging("page=3&page_size=25&page=4"), (3, 25));
        assert_eq!(paging("page=1000000&page_size=1000000"), (1_000_000, 100));
    }

    proptest! {
        #[test]
        fn pages_follow_each_other_without_a_gap(page in any::<i64>(), size in any::<i64>()) {
            let uri: Uri = format!("/x?page={page}&page_size={size}").parse().unwrap();
            let paging = Paging::of(&uri);
            prop_assert!(paging.page >= 1 && (1..=100).contains(&paging.size));
            let next = Paging { page: paging.page.saturating_add(1), ..paging };
            prop_assert!(next.skip() == paging.skip() + paging.take() || next.skip() == u32::MAX as usize);
        }
    }
}
