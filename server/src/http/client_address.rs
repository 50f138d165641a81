//! Finds out who asks, by address: the other end of the connection, or whom a trusted proxy asks for.
//!
//! Anybody can write `X-Forwarded-For`. Each proxy adds the address that it saw at the end, so the list is read from its end,
//! as long as each hop was told by a proxy that is trusted; the first that is not trusted is the client.

use super::{delivery::came_through_tls, error::ApiError, state::AppState};
use crate::client::Client;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header::FORWARDED, request::Parts},
};
use ipnet::IpNet;
use protocol::error::ErrorCode;
use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies that are believed when they say whom they ask for.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Arc<[IpNet]>,
    /// Whether the log has been told of a proxy that is not trusted.
    told: Arc<AtomicBool>,
}

/// The networks that have a name. `private` is what no packet from the internet comes from (RFC 1918, RFC 4193) and link-local.
const LOOPBACK: &[&str] = &["127.0.0.0/8", "::1/128"];
const PRIVATE: &[&str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"];

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut networks = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part {
                "loopback" => networks.extend(LOOPBACK.iter().flat_map(|network| network.parse::<IpNet>())),
                "private" => networks.extend(PRIVATE.iter().flat_map(|network| network.parse::<IpNet>())),
                _ => networks.push(network(part).ok_or_else(|| {
                    format!("{part:?} must be a network, such as 10.0.0.0/8 or 2001:db8::/32, an address, loopback or private")
                })?),
            }
        }
        Ok(Self { networks: networks.into(), told: Arc::default() })
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| Some(IpNet::from(text.parse::<IpAddr>().ok()?)))
}

impl TrustedProxies {
    /// Whom a request counts for.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = peer.to_canonical();
        if !self.trusts(client) {
            self.tell_once(client, headers);
            return Client::new(client);
        }
        for hop in hops(headers).into_iter().rev() {
            // What cannot be read was not written by a proxy that can be relied on; nor is what stands before it.
            let Some(hop) = hop else { break };
            client = hop;
            if !self.trusts(client) {
                break;
            }
        }
        Client::new(client)
    }

    /// Whether the client's own connection was encrypted. A program on this machine is believed, too: a proxy beside the
    /// server needs no setting for its cookies to be safe, and a liar only makes its own cookie stricter.
    pub(super) fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let peer = peer.to_canonical();
        (peer.is_loopback() || self.trusts(peer)) && came_through_tls(headers)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// A proxy that nobody has told the server of makes one client of everybody behind it.
    fn tell_once(&self, peer: IpAddr, headers: &HeaderMap) {
        let is_near = peer.is_loopback() || network_is_private(peer);
        if is_near && headers.contains_key(FORWARDED_FOR) && !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "{peer} asks for others (X-Forwarded-For), but is not in RIVULET_TRUSTED_PROXIES: they all count as one client"
            );
        }
    }
}

fn network_is_private(address: IpAddr) -> bool {
    PRIVATE.iter().flat_map(|network| network.parse::<IpNet>()).any(|network| network.contains(&address))
}

/// The hops, the client's end first; `None` for what is no address. `Forwarded` counts only where it stands alone: a proxy that
/// writes the one passes on the other as it came.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let texts = |name: &str| {
        let values = headers.get_all(name).into_iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect::<Vec<_>>().join(",")
    };
    if headers.contains_key(FORWARDED_FOR) {
        return texts(FORWARDED_FOR).split(',').map(address).collect();
    }
    if headers.contains_key(FORWARDED) {
        return split(&texts(FORWARDED.as_str()), ',').into_iter().map(forwarded_for).collect();
    }
    Vec::new()
}

/// The `for` of one element of `Forwarded` (RFC 7239). `unknown` and made-up names are no addresses.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = split(element, ';');
    let mut pairs = pairs.iter().filter_map(|pair| pair.split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    address(node.trim().trim_matches('"'))
}

/// Cuts at a separator outside of quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:47`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:47`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || Some(text.parse::<SocketAddr>().ok()?.ip());
    text.parse().ok().or_else(bare).or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// The other end of the connection that a request came on.
pub(super) fn peer(parts: &axum::http::Extensions) -> Option<IpAddr> {
    parts.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())
}

impl FromRequestParts<AppState> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let peer = peer(&parts.extensions).ok_or_else(|| {
            ApiError::new(ErrorCode::Internal, "The server does not know where this request is from.")
        })?;
        Ok(state.proxies.client(peer, &parts.headers))
    }
}

#[cfg(test)]
mod tests;
