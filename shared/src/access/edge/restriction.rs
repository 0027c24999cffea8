//! Whether requests from somewhere are kept out: rules of addresses, networks, countries and continents.

pub mod manage;

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tables;
use crate::store::{Key, Record, Sequence};

/// Numbers of restrictions.
pub const RESTRICTION_NUMBERS: Sequence = Sequence("RESTRICTIONS");

/// What a rule does, in the order in which rules are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Whoever it is about is let in, whatever other rules say.
    Whitelist,
    /// It keeps out while something is mended.
    Maintenance,
    /// It keeps out.
    Blacklist,
    /// It keeps from signing in.
    Blocklogin,
}

impl Category {
    /// All of them, in the order in which they are looked at.
    pub const ALL: [Self; 4] = [Self::Whitelist, Self::Maintenance, Self::Blacklist, Self::Blocklogin];

    /// As the API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whitelist => "whitelist",
            Self::Maintenance => "maintenance",
            Self::Blacklist => "blacklist",
            Self::Blocklogin => "blocklogin",
        }
    }

    /// Reads what the API has.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }
}

/// What a rule is about, in the order in which rules of a category are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everybody.
    All,
    /// One address.
    Ip,
    /// A network.
    IpSubnet,
    /// A continent, by its code or name.
    Continent,
    /// A country, by its codes or name.
    Country,
}

impl Scope {
    /// All of them, in the order in which they are looked at.
    pub const ALL: [Self; 5] = [Self::All, Self::Ip, Self::IpSubnet, Self::Continent, Self::Country];

    /// As the API has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Ip => "ip",
            Self::IpSubnet => "ip_subnet",
            Self::Continent => "continent",
            Self::Country => "country",
        }
    }

    /// Reads what the API has.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    /// A value in the one spelling in which it is compared; `None` for what is no value of this scope.
    pub fn canonical(self, value: &str) -> Option<String> {
        let value = value.trim();
        match self {
            Self::Ip => Some(value.parse::<IpAddr>().ok()?.to_canonical().to_string()),
            Self::IpSubnet => Some(value.parse::<IpNet>().ok()?.trunc().to_string()),
            Self::All | Self::Continent | Self::Country => Some(value.to_lowercase()).filter(|value| !value.is_empty()),
        }
    }
}

/// A rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restriction {
    /// Its number.
    pub id: i64,
    /// What it does.
    pub category: Category,
    /// What it is about.
    pub scope: Scope,
    /// Which one, as typed.
    pub value: String,
    /// The status of the answer to whom it keeps out.
    pub code: u16,
    /// Whether it is in force.
    pub is_enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Restriction {
    /// What the sort key of every rule begins with.
    pub const PREFIX: &'static str = "RESTRICTION#";

    /// Where a rule is kept.
    pub fn key_of(id: i64) -> Key {
        Key::new(tables::PARTITION, format!("{}{id:010}", Self::PREFIX))
    }

    /// The status of a rule that names none.
    pub fn default_code(category: Category, scope: Scope) -> u16 {
        match (category, scope) {
            (Category::Maintenance, _) => 471,
            (_, Scope::Continent | Scope::Country) => 423,
            (_, Scope::IpSubnet) => 403,
            (_, Scope::Ip | Scope::All) => 401,
        }
    }

    /// What says that there is a rule of this category about this: there is one of each.
    pub fn claim(&self) -> Taken {
        Taken {
            category: self.category,
            scope: self.scope,
            value: self.scope.canonical(&self.value).unwrap_or_default(),
            id: self.id,
        }
    }
}

impl Record for Restriction {
    const KIND: &'static str = "restriction";
    fn key(&self) -> Key {
        Self::key_of(self.id)
    }
}

/// Says that there is a rule of a category about something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Taken {
    category: Category,
    scope: Scope,
    value: String,
    /// The rule's number.
    pub id: i64,
}

impl Record for Taken {
    const KIND: &'static str = "restriction claim";
    fn key(&self) -> Key {
        let (category, scope) = (self.category.as_str(), self.scope.as_str());
        Key::new(tables::PARTITION, format!("TAKEN#{category}#{scope}#{}", self.value))
    }
}

/// Where an address is, by what a rule may call it, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// What its country may be called.
    pub country: Vec<String>,
    /// What its continent may be called.
    pub continent: Vec<String>,
}

/// The rules in force, ordered for looking up.
#[derive(Debug, Default)]
pub struct Restrictions {
    whitelist: OfCategory,
    maintenance: OfCategory,
    blacklist: OfCategory,
    blocklogin: OfCategory,
    /// Whether any of them is about a country or continent.
    pub needs_place: bool,
}

/// Each with its status.
#[derive(Debug, Default)]
struct OfCategory {
    all: Option<u16>,
    addresses: HashMap<IpAddr, u16>,
    networks: Vec<(IpNet, u16)>,
    continents: HashMap<String, u16>,
    countries: HashMap<String, u16>,
}

impl Restrictions {
    /// The rules of these that are in force. A value that means nothing is a rule about nothing.
    pub fn new(mut rules: Vec<Restriction>) -> Self {
        rules.sort_by_key(|rule| rule.id);
        let mut restrictions = Self::default();
        for rule in rules.into_iter().filter(|rule| rule.is_enabled) {
            restrictions.needs_place |= matches!(rule.scope, Scope::Continent | Scope::Country);
            let of = match rule.category {
                Category::Whitelist => &mut restrictions.whitelist,
                Category::Maintenance => &mut restrictions.maintenance,
                Category::Blacklist => &mut restrictions.blacklist,
                Category::Blocklogin => &mut restrictions.blocklogin,
            };
            of.add(&rule);
        }
        restrictions
    }

    /// The rule that keeps `ip` out, and its status: whitelist, maintenance, blacklist, and where somebody signs in,
    /// blocklogin.
    pub fn keeping_out(&self, ip: IpAddr, place: Option<&Place>, is_sign_in: bool) -> Option<(Category, u16)> {
        let ip = ip.to_canonical();
        if self.whitelist.hit(ip, place).is_some() {
            return None;
        }
        let hit = |category, of: &OfCategory| of.hit(ip, place).map(|code| (category, code));
        hit(Category::Maintenance, &self.maintenance)
            .or_else(|| hit(Category::Blacklist, &self.blacklist))
            .or_else(|| hit(Category::Blocklogin, &self.blocklogin).filter(|_| is_sign_in))
    }

    /// Whether sessions that began at `ip` are over: nobody may sign in from there any more.
    pub fn end_sessions_from(&self, ip: IpAddr, place: Option<&Place>) -> bool {
        let ip = ip.to_canonical();
        self.blocklogin.hit(ip, place).is_some() && self.whitelist.hit(ip, place).is_none()
    }
}

impl OfCategory {
    fn add(&mut self, rule: &Restriction) {
        let Some(value) = rule.scope.canonical(&rule.value) else {
            return;
        };
        match rule.scope {
            Scope::All => drop(self.all.get_or_insert(rule.code)),
            Scope::Ip => {
                if let Ok(address) = value.parse() {
                    self.addresses.entry(address).or_insert(rule.code);
                }
            }
            Scope::IpSubnet => {
                if let Ok(network) = value.parse() {
                    self.networks.push((network, rule.code));
                }
            }
            Scope::Continent => drop(self.continents.entry(value).or_insert(rule.code)),
            Scope::Country => drop(self.countries.entry(value).or_insert(rule.code)),
        }
    }

    /// The status of the first rule about an address: everybody, the address, its network, its continent, its country.
    fn hit(&self, ip: IpAddr, place: Option<&Place>) -> Option<u16> {
        let named = |rules: &HashMap<String, u16>, names: fn(&Place) -> &[String]| {
            place.and_then(|place| names(place).iter().find_map(|name| rules.get(name).copied()))
        };
        let network = || self.networks.iter().find(|(network, _)| network.contains(&ip));
        self.all
            .or_else(|| self.addresses.get(&ip).copied())
            .or_else(|| network().map(|(_, code)| *code))
            .or_else(|| named(&self.continents, |place| &place.continent))
            .or_else(|| named(&self.countries, |place| &place.country))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A rule in force, as `category scope value code`.
    pub fn rule(id: i64, text: &str) -> Restriction {
        let parts: Vec<&str> = text.split(' ').collect();
        let [category, scope, value, code] = parts[..] else {
            panic!("{text}")
        };
        Restriction {
            id,
            category: Category::parse(category).unwrap(),
            scope: Scope::parse(scope).unwrap(),
            value: value.into(),
            code: code.parse().unwrap(),
            is_enabled: true,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn place() -> Place {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Place {
            country: names(&["ua", "ukr", "ukraine"]),
            continent: names(&["eu", "europe"]),
        }
    }

    fn outcome(rules: &[&str], ip: &str, is_sign_in: bool) -> Option<(Category, u16)> {
        let rules = rules.iter().zip(1..).map(|(text, id)| rule(id, text)).collect();
        Restrictions::new(rules).keeping_out(ip.parse().unwrap(), Some(&place()), is_sign_in)
    }

    #[test]
    fn categories_have_an_order() {
        let maintenance = "maintenance all all 471";
        let blacklist = "blacklist ip 192.0.2.1 433";
        let both = [blacklist, maintenance];
        assert_eq!(outcome(&both, "192.0.2.1", false), Some((Category::Maintenance, 471)));
        assert_eq!(
            outcome(&both[..1], "192.0.2.1", false),
            Some((Category::Blacklist, 433))
        );
        assert_eq!(outcome(&both[..1], "192.0.2.2", false), None);
        let white = [maintenance, blacklist, "whitelist ip 192.0.2.1 401"];
        assert_eq!(outcome(&white, "192.0.2.1", false), None);
        assert_eq!(outcome(&white, "192.0.2.2", false), Some((Category::Maintenance, 471)));
        let blocked = ["blocklogin all all 401", "blacklist all all 402"];
        assert_eq!(
            outcome(&blocked[..1], "192.0.2.1", true),
            Some((Category::Blocklogin, 401))
        );
        assert_eq!(outcome(&blocked[..1], "192.0.2.1", false), None);
        assert_eq!(outcome(&blocked, "192.0.2.1", true), Some((Category::Blacklist, 402)));
    }

    #[test]
    fn only_a_block_of_sign_ins_ends_sessions() {
        let ends = |rules: &[&str]| {
            let rules = rules.iter().zip(1..).map(|(text, id)| rule(id, text)).collect();
            Restrictions::new(rules).end_sessions_from("::ffff:192.0.2.1".parse().unwrap(), Some(&place()))
        };
        for (rules, wanted) in [
            (&[][..], false),
            (&["blacklist all all 401", "maintenance all all 471"], false),
            (&["blocklogin ip 192.0.2.1 401"], true),
            (&["blocklogin ip_subnet 192.0.2.0/24 403"], true),
            (&["blocklogin country UA 423"], true),
            (&["blocklogin ip 192.0.2.2 401"], false),
            (&["blocklogin all all 401", "whitelist ip 192.0.2.1 401"], false),
        ] {
            assert_eq!(ends(rules), wanted, "{rules:?}");
        }
    }

    #[test]
    fn scopes_have_an_order() {
        let rules = [
            "blacklist country Ukraine 405",
            "blacklist continent EU 404",
            "blacklist ip_subnet 192.0.2.0/24 403",
            "blacklist ip 192.0.2.1 402",
            "blacklist all all 401",
        ];
        for (left, code) in [(5, 401), (4, 402), (3, 403), (2, 404), (1, 405)] {
            let hit = outcome(&rules[..left], "192.0.2.1", false);
            assert_eq!(hit, Some((Category::Blacklist, code)), "{left}");
        }
    }

    #[test]
    fn a_country_is_known_by_its_codes_and_its_name_in_any_case() {
        for value in ["UA", "ua", "UKR", "Ukraine", "UKRAINE"] {
            let hit = outcome(&[&format!("blacklist country {value} 423")], "192.0.2.1", false);
            assert_eq!(hit, Some((Category::Blacklist, 423)), "{value}");
        }
        for value in ["USA", "EU", "Ukr"] {
            let hit = outcome(&[&format!("blacklist continent {value} 423")], "192.0.2.1", false);
            assert_eq!(hit.is_some(), value == "EU", "{value}");
        }
        let rules = vec![rule(1, "blacklist country UA 423")];
        let nowhere = Restrictions::new(rules).keeping_out("192.0.2.1".parse().unwrap(), None, false);
        assert_eq!(nowhere, None, "without a place no country is hit");
    }

    #[test]
    fn an_address_is_one_however_it_is_spelled() {
        let v4 = ["blacklist ip 192.0.2.1 401"];
        assert!(outcome(&v4, "::ffff:192.0.2.1", false).is_some());
        assert!(outcome(&["blacklist ip ::ffff:192.0.2.1 401"], "192.0.2.1", false).is_some());
        assert!(outcome(&["blacklist ip 2001:DB8::0:1 401"], "2001:db8::1", false).is_some());
        assert!(outcome(&["blacklist ip_subnet 2001:db8::/32 401"], "2001:db8:1::1", false).is_some());
        assert!(outcome(&["blacklist ip_subnet 192.0.2.77/24 401"], "192.0.2.1", false).is_some());
    }

    #[test]
    fn a_rule_that_is_off_or_means_nothing_keeps_nobody_out() {
        let mut off = rule(1, "blacklist all all 401");
        off.is_enabled = false;
        let nonsense = rule(2, "blacklist ip nonsense 401");
        let rules = Restrictions::new(vec![off, nonsense]);
        assert_eq!(rules.keeping_out("192.0.2.1".parse().unwrap(), None, true), None);
        assert!(!rules.needs_place);
    }

    #[test]
    fn of_two_rules_about_the_same_the_older_counts() {
        let both = [
            "blacklist ip_subnet 192.0.0.0/16 410",
            "blacklist ip_subnet 192.0.2.0/24 411",
        ];
        assert_eq!(outcome(&both, "192.0.2.1", false), Some((Category::Blacklist, 410)));
    }

    #[test]
    fn values_are_judged_by_their_scope() {
        for (scope, value, canonical) in [
            (Scope::Ip, " 192.0.2.1 ", Some("192.0.2.1")),
            (Scope::Ip, "192.0.2.0/24", None),
            (Scope::Ip, "192.0.2.256", None),
            (Scope::Ip, "2001:DB8::1", Some("2001:db8::1")),
            (Scope::IpSubnet, "192.0.2.9/24", Some("192.0.2.0/24")),
            (Scope::IpSubnet, "192.0.2.1", None),
            (Scope::Country, "UA", Some("ua")),
            (Scope::All, " ", None),
        ] {
            assert_eq!(scope.canonical(value).as_deref(), canonical, "{scope:?} {value}");
        }
    }

    #[test]
    fn statuses_of_rules_that_name_none() {
        let code = Restriction::default_code;
        assert_eq!(code(Category::Maintenance, Scope::Country), 471);
        assert_eq!(code(Category::Blacklist, Scope::Country), 423);
        assert_eq!(code(Category::Blacklist, Scope::Continent), 423);
        assert_eq!(code(Category::Blacklist, Scope::IpSubnet), 403);
        assert_eq!(code(Category::Blacklist, Scope::Ip), 401);
        assert_eq!(code(Category::Whitelist, Scope::All), 401);
    }
}
