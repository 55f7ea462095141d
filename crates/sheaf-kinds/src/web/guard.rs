//! Which addresses may be fetched from. Specifications are written by strangers: without this, a
//! job could make nodes read their owners' routers, clouds' metadata services or local databases.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Genesis hashes of Solana's public clusters, in base58: mainnet-beta, testnet, devnet.
pub const PUBLIC_CLUSTERS: [&str; 3] = [
    "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",
    "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY",
    "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG",
];

/// Something that only a localnet allows was asked for on a public cluster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} works on a localnet only, and genesis hash {genesis} is a public cluster's: leave the option away, or name a localnet with -u"
)]
pub struct NotALocalnet {
    /// What was asked for.
    pub what: String,
    /// The cluster's genesis hash in base58.
    pub genesis: String,
}

/// Refuses `what` (an option's name) unless the cluster with this genesis hash is a localnet:
/// none of [`PUBLIC_CLUSTERS`].
///
/// # Errors
/// [`NotALocalnet`] on a public cluster.
pub fn require_localnet(what: &str, genesis: &str) -> Result<(), NotALocalnet> {
    if PUBLIC_CLUSTERS.contains(&genesis) {
        return Err(NotALocalnet {
            what: what.to_owned(),
            genesis: genesis.to_owned(),
        });
    }
    Ok(())
}

/// An address that is not fetched from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host} leads to {address}, {reason}: only public addresses are fetched")]
pub struct RefusedAddress {
    /// Host as the URL names it.
    pub host: String,
    /// Address it leads to.
    pub address: IpAddr,
    /// What is wrong with the address.
    pub reason: &'static str,
}

/// Which addresses may be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressPolicy {
    loopback: bool,
}

impl AddressPolicy {
    /// Public addresses only.
    pub const fn public() -> Self {
        Self { loopback: false }
    }

    /// Public addresses and this machine's own: for a localnet, whose sites are served on
    /// loopback. Private networks stay refused.
    ///
    /// # Errors
    /// [`NotALocalnet`] when `genesis` (base58) is a public cluster's.
    pub fn with_loopback(genesis: &str) -> Result<Self, NotALocalnet> {
        require_localnet("--allow-loopback", genesis)?;
        Ok(Self { loopback: true })
    }

    /// Checks one address that `host` leads to.
    ///
    /// # Errors
    /// [`RefusedAddress`] with the reason.
    pub fn check(self, host: &str, address: IpAddr) -> Result<(), RefusedAddress> {
        let refused = match address {
            IpAddr::V4(v4) => self.refuses_v4(v4),
            IpAddr::V6(v6) => self.refuses_v6(v6),
        };
        match refused {
            None => Ok(()),
            Some(reason) => Err(RefusedAddress {
                host: host.to_owned(),
                address,
                reason,
            }),
        }
    }

    fn refuses_v4(self, address: Ipv4Addr) -> Option<&'static str> {
        let loopback = if self.loopback {
            None
        } else {
            Some("this machine itself")
        };
        match address.octets() {
            [127, ..] => loopback,
            [0, ..] => Some("an unspecified address"),
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("a private network"),
            [100, 64..=127, ..] => Some("a carrier's private network"),
            [169, 254, ..] => Some("a link-local address, where clouds serve their metadata"),
            [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] => Some("a reserved network"),
            [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => {
                Some("a network for documentation")
            }
            [224..=239, ..] => Some("a multicast address"),
            [240..=255, ..] => Some("a reserved or broadcast address"),
            _ => None,
        }
    }

    /// Allows global unicast only (`2000::/3`), and looks into addresses that carry an IPv4 one.
    fn refuses_v6(self, address: Ipv6Addr) -> Option<&'static str> {
        if address.is_loopback() {
            return self.refuses_v4(Ipv4Addr::LOCALHOST);
        }
        let segments = address.segments();
        let v4_of = |high: u16, low: u16| {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            Ipv4Addr::new(a, b, c, d)
        };
        match segments {
            // v4-mapped, and NAT64 as resolvers of IPv6-only networks answer it
            [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
                self.refuses_v4(v4_of(high, low))
            }
            [0x2002, high, low, ..] => self.refuses_v4(v4_of(high, low)),
            [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("a network for documentation"),
            [0x2001, 0..=0x1ff, ..] => Some("a reserved network"),
            [0x2000..=0x3fff, ..] => None,
            [0xfe80..=0xfebf, ..] => Some("a link-local address"),
            [0xfc00..=0xfdff, ..] => Some("a private network"),
            [0xff00..=0xffff, ..] => Some("a multicast address"),
            _ => Some("not a public address"),
        }
    }
}

/// Resolves names for the HTTP client and refuses what the policy refuses. The client connects to
/// exactly the addresses returned here, so a name that changes its mind between check and
/// connection gains nothing. One refused address refuses the name.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuardedResolver(pub(super) AddressPolicy);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0;
        Box::pin(async move {
            let host = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            for address in &found {
                policy.check(host, address.ip())?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(policy: AddressPolicy, address: &str) -> bool {
        let address: IpAddr = address.parse().expect("an address");
        policy.check("host", address).is_ok()
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "169.253.1.1",
            "192.167.1.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:81b::200e",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(allowed(AddressPolicy::public(), address), "{address}");
        }
    }

    #[test]
    fn all_others_are_refused() {
        let local = AddressPolicy::with_loopback("a localnet").expect("allowed there");
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "192.0.0.192",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.250",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::8.8.8.8",
            "fe80::1",
            "febf::1",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2001:10::1",
            "2002:a00:1::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "100::1",
            "4000::1",
            "3fff::1",
        ] {
            assert!(!allowed(AddressPolicy::public(), address), "{address}");
            assert!(!allowed(local, address), "{address} with loopback");
        }
    }

    #[test]
    fn loopback_passes_on_a_localnet_only() {
        let local = AddressPolicy::with_loopback("a localnet").expect("allowed there");
        for address in ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"] {
            assert!(!allowed(AddressPolicy::public(), address), "{address}");
            assert!(allowed(local, address), "{address} with loopback");
        }
        for genesis in PUBLIC_CLUSTERS {
            assert!(AddressPolicy::with_loopback(genesis).is_err(), "{genesis}");
        }
    }
}
