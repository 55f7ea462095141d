//! From where a request comes, for limits by address (pure).

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr};

/// The header by which proxies tell whom they speak for.
pub const FORWARDED_FOR: &str = "x-forwarded-for";

/// Whom limits by address count as one: an IPv4 address, or the /64 that IPv6 gives one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl Source {
    /// The source that an address belongs to.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & (u128::MAX << 64);
                IpAddr::V6(Ipv6Addr::from(network))
            }
            address => address,
        })
    }

    /// The source of a request from `peer`. `trusted` are the proxies whose `x-forwarded-for` is
    /// believed: the last address that none of them has is whom they speak for.
    pub fn of_request(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Self {
        let mut address = peer.to_canonical();
        let values: Vec<&str> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let mut named = values.iter().rev().flat_map(|value| value.rsplit(','));
        while trusted.iter().any(|network| network.contains(&address)) {
            let Some(Ok(before)) = named.next().map(|text| text.trim().parse::<IpAddr>()) else {
                break;
            };
            address = before.to_canonical();
        }
        Self::of(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Source {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().expect("a value"));
        }
        let trusted: Vec<IpNet> = trusted
            .iter()
            .map(|text| text.parse().expect("a network"))
            .collect();
        Source::of_request(address(peer), &headers, &trusted)
    }

    #[test]
    fn without_a_trusted_proxy_the_peer_counts_whatever_it_says() {
        let peer = Source::of(address("203.0.113.9"));
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"], &[]), peer);
        assert_eq!(
            seen("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]),
            peer
        );
    }

    #[test]
    fn behind_proxies_the_last_address_that_is_none_of_them_counts() {
        let client = Source::of(address("198.51.100.1"));
        let trusted = ["10.0.0.0/8"];
        // What stands before it the client wrote itself.
        assert_eq!(
            seen("10.0.0.1", &["1.2.3.4, 198.51.100.1"], &trusted),
            client
        );
        assert_eq!(
            seen("10.0.0.1", &["1.2.3.4, 198.51.100.1", "10.0.0.2"], &trusted),
            client
        );
        let proxy = Source::of(address("10.0.0.1"));
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, nonsense"], &trusted), proxy);
        assert_eq!(seen("10.0.0.1", &[], &trusted), proxy);
    }

    #[test]
    fn one_customer_is_one_source() {
        let of = |text| Source::of(address(text));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1:2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
