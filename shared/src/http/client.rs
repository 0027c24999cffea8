//! The client's address: what the gateway or the socket says, and a header only where configuration believes it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http::HeaderMap;
use ipnet::IpNet;

use crate::sessions::Origin;

/// Who stands before this service, and how they name the client beside X-Forwarded-For.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gateway {
    /// Nobody does otherwise.
    #[default]
    Cloudflare,
    /// By True-Client-IP, which Akamai writes itself.
    Akamai,
}

impl FromStr for Gateway {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "cloudflare" => Ok(Self::Cloudflare),
            "akamai" => Ok(Self::Akamai),
            _ => Err(()),
        }
    }
}

/// Whose headers are believed when they say who the client is.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// Where they are.
    pub networks: Vec<IpNet>,
    /// What they are.
    pub gateway: Gateway,
}

impl Proxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// Who the request comes from. Put into the request by what received it (the Lambda gateway or the local server).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Resolves the address of `peer`. Where `peer` is a trusted proxy, the last hop of X-Forwarded-For that is not a
    /// trusted proxy itself is the client (RFC 9700 §4.13): what stands left of it was written by the client. Behind Akamai
    /// True-Client-IP says it first.
    pub fn resolve(peer: IpAddr, headers: &HeaderMap, proxies: &Proxies) -> Self {
        let peer = peer.to_canonical();
        if !proxies.trust(peer) {
            return Self(peer);
        }
        if let Some(client) = true_client(headers, proxies.gateway) {
            return Self(client);
        }
        let hops = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok());
        let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut client = peer;
        for hop in hops.iter().rev() {
            let Ok(address) = hop.parse::<IpAddr>() else { break };
            client = address.to_canonical();
            if !proxies.trust(client) {
                break;
            }
        }
        Self(client)
    }
}

/// The address of True-Client-IP where Akamai writes it. Of two, one was written by somebody else, and neither is believed.
fn true_client(headers: &HeaderMap, gateway: Gateway) -> Option<IpAddr> {
    let mut given = headers.get_all("true-client-ip").iter();
    let (Gateway::Akamai, Some(address), None) = (gateway, given.next(), given.next()) else {
        return None;
    };
    let address: IpAddr = address.to_str().ok()?.trim().parse().ok()?;
    Some(address.to_canonical())
}

/// Where a request comes from, as sessions and the activity log keep it.
impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        // A request that nobody vouches for shares the counters of all such requests.
        let address = parts
            .extensions
            .get::<ClientAddress>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |known| known.0);
        let user_agent = parts
            .headers
            .get(http::header::USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Ok(Origin::new(address, user_agent.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolve(peer: &str, forwarded: Option<&str>, trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        if let Some(forwarded) = forwarded {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let proxies = proxies(trusted, Gateway::Cloudflare);
        ClientAddress::resolve(peer.parse().unwrap(), &headers, &proxies)
            .0
            .to_string()
    }

    fn proxies(networks: &str, gateway: Gateway) -> Proxies {
        let networks = networks.split_whitespace().map(|network| network.parse().unwrap());
        Proxies {
            networks: networks.collect(),
            gateway,
        }
    }

    /// The client behind Akamai, by what the headers say.
    fn behind_akamai(peer: &str, given: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(*name, value.parse().unwrap());
        }
        let proxies = proxies("10.0.0.0/8", Gateway::Akamai);
        ClientAddress::resolve(peer.parse().unwrap(), &headers, &proxies)
            .0
            .to_string()
    }

    #[test]
    fn a_header_counts_only_behind_a_trusted_proxy() {
        assert_eq!(resolve("198.51.100.7", Some("1.1.1.1"), ""), "198.51.100.7");
        assert_eq!(resolve("198.51.100.7", Some("1.1.1.1"), "10.0.0.0/8"), "198.51.100.7");
        assert_eq!(resolve("10.0.0.1", Some("1.1.1.1"), "10.0.0.0/8"), "1.1.1.1");
        assert_eq!(resolve("::ffff:10.0.0.1", Some("1.1.1.1"), "10.0.0.0/8"), "1.1.1.1");
    }

    #[test]
    fn what_the_client_wrote_itself_is_left_of_the_truth() {
        assert_eq!(
            resolve("10.0.0.1", Some("6.6.6.6, 203.0.113.9, 10.0.0.2"), "10.0.0.0/8"),
            "203.0.113.9"
        );
        assert_eq!(
            resolve("10.0.0.1", Some("nonsense, 10.0.0.2"), "10.0.0.0/8"),
            "10.0.0.2"
        );
        assert_eq!(resolve("10.0.0.1", None, "10.0.0.0/8"), "10.0.0.1");
    }

    #[test]
    fn akamai_names_the_client_itself_and_nobody_else_does() {
        let (said, hops) = (("true-client-ip", "203.0.113.9"), ("x-forwarded-for", "203.0.113.8"));
        for (peer, given, wanted) in [
            ("10.0.0.1", &[hops, said][..], "203.0.113.9"),
            ("10.0.0.1", &[("true-client-ip", " ::ffff:203.0.113.9 ")], "203.0.113.9"),
            ("10.0.0.1", &[("true-client-ip", "2001:db8::9")], "2001:db8::9"),
            ("198.51.100.7", &[hops, said], "198.51.100.7"),
            // What is no address, or stands there twice, is nobody's word.
            ("10.0.0.1", &[hops, ("true-client-ip", "somebody")], "203.0.113.8"),
            ("10.0.0.1", &[hops, said, ("true-client-ip", "6.6.6.6")], "203.0.113.8"),
            ("10.0.0.1", &[hops], "203.0.113.8"),
        ] {
            assert_eq!(behind_akamai(peer, given), wanted, "{peer} {given:?}");
        }
        let headers = HeaderMap::from_iter([("true-client-ip".parse().unwrap(), "203.0.113.9".parse().unwrap())]);
        let usual = proxies("10.0.0.0/8", Gateway::Cloudflare);
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(ClientAddress::resolve(peer, &headers, &usual), ClientAddress(peer));
    }

    proptest! {
        /// Whatever the client writes before it and however many trusted proxies come after it: the address that the first of
        /// them saw.
        #[test]
        fn the_client_is_whom_the_first_trusted_proxy_saw(
            written in "[ -~]{0,40}", client in any::<u32>(), proxies in proptest::collection::vec(any::<[u8; 3]>(), 0..4), peer in any::<[u8; 3]>(),
        ) {
            let trusted = |[b, c, d]: [u8; 3]| Ipv4Addr::from([10, b, c, d]).to_string();
            let client = Ipv4Addr::from(client);
            prop_assume!(client.octets()[0] != 10);
            let mut hops = vec![written, client.to_string()];
            hops.extend(proxies.into_iter().map(trusted));
            prop_assert_eq!(resolve(&trusted(peer), Some(&hops.join(",")), "10.0.0.0/8"), client.to_string());
        }

        #[test]
        fn nobody_else_is_believed(peer in any::<u32>(), bytes in proptest::collection::vec(any::<u8>(), 0..60), akamai in any::<bool>()) {
            let peer = IpAddr::from(Ipv4Addr::from(peer));
            let Ok(value) = http::HeaderValue::from_bytes(&bytes) else { return Ok(()) };
            let names = ["x-forwarded-for", "true-client-ip"].map(http::HeaderName::from_static);
            let headers = HeaderMap::from_iter(names.map(|name| (name, value.clone())));
            let gateway = if akamai { Gateway::Akamai } else { Gateway::Cloudflare };
            prop_assert_eq!(ClientAddress::resolve(peer, &headers, &proxies("", gateway)), ClientAddress(peer));
            // Behind a proxy no header panics.
            let _whoever = ClientAddress::resolve(peer, &headers, &proxies("0.0.0.0/0", gateway));
        }
    }
}
