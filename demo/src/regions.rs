//! Regions and vantage points. A region is what a node says of itself: nobody checks it.

use std::net::{IpAddr, Ipv4Addr};

/// Regions the nodes declare, in turn.
pub const REGIONS: [&str; 8] = [
    "eu-west",
    "us-east",
    "ap-south",
    "sa-east",
    "eu-north",
    "us-west",
    "ap-northeast",
    "af-south",
];

/// The region that node `number` declares.
pub const fn of(number: usize) -> &'static str {
    REGIONS[number % REGIONS.len()]
}

/// The loopback address that node `number` fetches from, so that the site can tell nodes apart.
pub const fn address(number: usize) -> IpAddr {
    let [high, low] = (number as u16 + 10).to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, 0, high, low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_protocol::statement::region_bytes;

    #[test]
    fn every_region_fits_a_submission() {
        for region in REGIONS {
            assert!(region_bytes(region).is_ok(), "{region}");
        }
    }

    #[test]
    fn every_node_has_a_loopback_address_of_its_own() {
        assert_eq!(address(0).to_string(), "127.0.0.10");
        assert_eq!(address(300).to_string(), "127.0.1.54");
        assert!((0..1_000).all(|number| address(number).is_loopback()));
    }
}
