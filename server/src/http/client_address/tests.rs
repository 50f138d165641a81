use super::*;
use axum::http::{HeaderName, HeaderValue};

fn client(trusted: &str, peer: &str, headers: &[(&str, &str)]) -> String {
    let proxies: TrustedProxies = trusted.parse().unwrap();
    proxies.client(peer.parse().unwrap(), &map(headers)).to_string()
}

fn map(headers: &[(&str, &str)]) -> HeaderMap {
    let pairs = headers
        .iter()
        .map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap()));
    pairs.collect()
}

const PROXIES: &str = "loopback, 10.0.0.0/8, 2001:db8::/32";

#[test]
fn without_trust_the_peer_is_the_client() {
    for peer in ["127.0.0.1", "192.0.2.9"] {
        for header in ["x-forwarded-for", "forwarded"] {
            assert_eq!(client("", peer, &[(header, "203.0.113.1")]), peer);
        }
    }
    assert_eq!(client(PROXIES, "192.0.2.9", &[("x-forwarded-for", "203.0.113.1")]), "192.0.2.9");
}

#[test]
fn the_rightmost_hop_that_is_not_trusted_is_the_client() {
    for (header, found) in [
        ("203.0.113.1", "203.0.113.1"),
        ("198.51.100.1, 203.0.113.1", "203.0.113.1"),
        ("198.51.100.1, 203.0.113.1, 10.1.1.1", "203.0.113.1"),
        ("198.51.100.1,203.0.113.1:4711,[2001:db8::5]:80,2001:db8::6,10.1.1.1", "203.0.113.1"),
        ("::ffff:203.0.113.1, ::ffff:10.1.1.1", "203.0.113.1"),
        ("2001:4860:1:2345::1", "2001:4860:1:2300::/56"),
        ("[2001:4860:1:2345::1]", "2001:4860:1:2300::/56"),
        // All of them are trusted: the one that is farthest away.
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        // What is no address stops the walk at the last good hop.
        ("203.0.113.1, nonsense, 10.1.1.1", "10.1.1.1"),
        ("203.0.113.1, , 10.1.1.1", "10.1.1.1"),
        ("203.0.113.1, nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
    ] {
        assert_eq!(client(PROXIES, "127.0.0.1", &[("x-forwarded-for", header)]), found, "{header:?}");
    }
    let lines = [("x-forwarded-for", "198.51.100.1, 203.0.113.1"), ("x-forwarded-for", "10.1.1.1")];
    assert_eq!(client(PROXIES, "::ffff:127.0.0.1", &lines), "203.0.113.1", "several lines are one list");
    assert_eq!(client(PROXIES, "127.0.0.1", &[]), "127.0.0.1");
}

#[test]
fn forwarded_counts_where_it_stands_alone() {
    for (header, found) in [
        ("for=203.0.113.1", "203.0.113.1"),
        ("For=\"203.0.113.1:4711\";proto=https;by=10.0.0.1", "203.0.113.1"),
        ("for=198.51.100.1, proto=http;for=203.0.113.1, for=10.1.1.1", "203.0.113.1"),
        ("for=\"[2001:4860:1:2345::1]:80\"", "2001:4860:1:2300::/56"),
        ("for=203.0.113.1;host=\"a,for=198.51.100.1;b\", for=10.1.1.1", "203.0.113.1"),
        ("for=203.0.113.1, for=unknown, for=10.1.1.1", "10.1.1.1"),
        ("for=_hidden", "127.0.0.1"),
        ("proto=https", "127.0.0.1"),
        ("for=\"203.0.113.1", "203.0.113.1"),
    ] {
        assert_eq!(client(PROXIES, "127.0.0.1", &[("forwarded", header)]), found, "{header:?}");
    }
    let both = [("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "203.0.113.1")];
    assert_eq!(client(PROXIES, "127.0.0.1", &both), "203.0.113.1");
}

#[test]
fn headers_that_are_not_text_are_no_addresses() {
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", HeaderValue::from_bytes(b"203.0.113.1, \xff\xfe").unwrap());
    let proxies: TrustedProxies = PROXIES.parse().unwrap();
    assert_eq!(proxies.client([127, 0, 0, 1].into(), &headers).to_string(), "127.0.0.1");
}

#[test]
fn networks_have_names_and_mistakes_are_explained() {
    assert_eq!(client("private", "192.168.7.7", &[("x-forwarded-for", "203.0.113.1")]), "203.0.113.1");
    assert_eq!(client("private", "127.0.0.1", &[("x-forwarded-for", "203.0.113.1")]), "127.0.0.1");
    assert_eq!(client("192.0.2.9", "192.0.2.9", &[("x-forwarded-for", "203.0.113.1")]), "203.0.113.1");
    assert!("10.0.0.0/8,nginx".parse::<TrustedProxies>().unwrap_err().contains("\"nginx\" must be a network"));
    assert!("10.0.0.0/99".parse::<TrustedProxies>().is_err());
}

#[test]
fn an_encrypted_connection_is_believed_from_trusted_proxies_and_from_this_machine() {
    let is_https = |peer: &str, value: &str| {
        let proxies: TrustedProxies = "10.0.0.0/8".parse().unwrap();
        proxies.is_https(peer.parse().unwrap(), &map(&[("x-forwarded-proto", value)]))
    };
    for peer in ["127.0.0.1", "::1", "10.1.1.1", "::ffff:10.1.1.1"] {
        assert!(is_https(peer, "https") && is_https(peer, "HTTPS, http") && !is_https(peer, "http"), "{peer}");
    }
    assert!(!is_https("192.0.2.9", "https"));
}
