//! Where addresses are, by a file in MaxMind's format (GeoLite2 Country, or one that has the same members). Without one
//! nobody knows, and rules about countries and continents are about nobody.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::OnceLock;

use maxminddb::Reader;
use serde::Deserialize;

use super::restriction::Place;

/// ISO 3166-1: codes of two letters, each followed by the one of three.
const COUNTRIES: &str = include_str!("countries.txt");

/// The file, read when it is needed for the first time.
#[derive(Default)]
pub struct Places {
    file: Option<PathBuf>,
    reader: OnceLock<Option<Reader<Vec<u8>>>>,
}

/// What of an entry is looked at.
#[derive(Debug, Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    continent: Named<'a>,
    #[serde(borrow, default)]
    country: Named<'a>,
}

#[derive(Debug, Default, Deserialize)]
struct Named<'a> {
    #[serde(default, alias = "iso_code")]
    code: Option<&'a str>,
    /// By language.
    #[serde(borrow, default)]
    names: HashMap<&'a str, &'a str>,
}

impl Places {
    /// By this file; nothing is read yet.
    pub fn new(file: Option<PathBuf>) -> Self {
        Self {
            file,
            reader: OnceLock::new(),
        }
    }

    /// Reads the file, and says in the log where there is none or it cannot be used.
    pub fn prepare(&self) -> bool {
        self.reader().is_some()
    }

    /// Where an address is. `None` where nobody knows.
    pub fn of(&self, ip: IpAddr) -> Option<Place> {
        let found = self.reader()?.lookup(ip.to_canonical()).ok()?;
        let entry: Entry<'_> = found.decode().ok()??;
        let mut place = Place {
            country: entry.country.spellings(),
            continent: entry.continent.spellings(),
        };
        if let Some(three) = entry.country.code.and_then(three_letters) {
            place.country.push(three.to_lowercase());
        }
        Some(place)
    }

    fn reader(&self) -> Option<&Reader<Vec<u8>>> {
        let open = || {
            let Some(file) = &self.file else {
                tracing::info!("GEOIP_DB is not set: restrictions of countries and continents are about nobody");
                return None;
            };
            Reader::open_readfile(file)
                .inspect_err(|error| tracing::error!(file = %file.display(), %error, "GEOIP_DB cannot be used"))
                .ok()
        };
        self.reader.get_or_init(open).as_ref()
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Places({:?})", self.file)
    }
}

impl Named<'_> {
    /// What it may be called, in lower case: its code, and its name in every language of the file.
    fn spellings(&self) -> Vec<String> {
        let names = self.code.iter().chain(self.names.values());
        names.map(|name| name.to_lowercase()).collect()
    }
}

fn three_letters(two: &str) -> Option<&'static str> {
    let pairs = COUNTRIES.split_whitespace().filter_map(|pair| pair.split_at_checked(2));
    pairs
        .into_iter()
        .find_map(|(known, three)| (known == two).then_some(three))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_countries() {
        assert_eq!(three_letters("UA"), Some("UKR"));
        assert_eq!(three_letters("ZW"), Some("ZWE"));
        assert_eq!(three_letters("XX"), None);
        assert_eq!(COUNTRIES.split_whitespace().count(), 249);
        assert!(COUNTRIES.split_whitespace().all(|pair| pair.len() == 5));
    }

    #[test]
    fn without_a_file_nobody_knows() {
        let ip = "192.0.2.1".parse().unwrap();
        assert_eq!(Places::new(None).of(ip), None);
        assert_eq!(Places::new(Some("/nowhere".into())).of(ip), None);
        assert!(!Places::new(None).prepare());
    }
}
