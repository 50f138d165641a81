//! Who counts as one client when it is counted how much somebody asks: an address, not a visitor, because a new cookie
//! costs nothing.

mod places;

pub use places::Places;
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The bits of an IPv6 address that tell clients apart. Providers give each customer a /56 or more, so whoever has one
/// could otherwise be 2^72 clients.
const IPV6_PREFIX: u32 = 56;

/// One client, for limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(IpAddr);

impl Client {
    /// The client that an address belongs to: itself for IPv4, however it is written, and its /56 for IPv6.
    pub fn new(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self(address),
            IpAddr::V6(address) => Self(match embedded(address) {
                Some(address) => address.into(),
                None => Ipv6Addr::from_bits(address.to_bits() >> (128 - IPV6_PREFIX) << (128 - IPV6_PREFIX)).into(),
            }),
        }
    }
}

/// The IPv4 address in `::ffff:1.2.3.4`, or in the older `::1.2.3.4`; `::1` and `::` are addresses of their own.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    address.to_ipv4_mapped().or_else(|| address.to_ipv4().filter(|inner| inner.octets()[0] != 0))
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(network) => write!(f, "{network}/{IPV6_PREFIX}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_its_client_however_it_is_written() {
        for (address, client) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"),
            ("::192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2ab::7", "2001:db8:1:200::/56"),
            ("2001:db8:1:2ff:ffff:ffff:ffff:ffff", "2001:db8:1:200::/56"),
            ("2001:db8:1:300::7", "2001:db8:1:300::/56"),
            ("::1", "::/56"),
        ] {
            assert_eq!(Client::new(address.parse().unwrap()).to_string(), client, "{address}");
        }
    }
}
