//! The client's address: what the gateway or the socket says, and a header only where configuration believes it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use http::HeaderMap;
use ipnet::IpNet;

use crate::sessions::Origin;

/// Who the request comes from. Put into the request by what received it (the Lambda gateway or the local server).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Resolves the address of `peer`. Where `peer` is a trusted proxy, the last hop of X-Forwarded-For that is not a
    /// trusted proxy itself is the client (RFC 9700 §4.13): what stands left of it was written by the client.
    pub fn resolve(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
        let peer = peer.to_canonical();
        if !is_trusted(peer) {
            return Self(peer);
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
            if !is_trusted(client) {
                break;
            }
        }
        Self(client)
    }
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
    use super::*;

    fn resolve(peer: &str, forwarded: Option<&str>, trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        if let Some(forwarded) = forwarded {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted
            .split_whitespace()
            .map(|network| network.parse().unwrap())
            .collect();
        ClientAddress::resolve(peer.parse().unwrap(), &headers, &trusted)
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
}
