//! How a stream reaches its client: with heartbeats, and padded or compressed where that is wanted.

use super::{compression::Coding, state::AppState};
use crate::config::Padding;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use std::{convert::Infallible, time::Duration};

/// How one response is delivered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    /// How often a silence gets a comment.
    pub heartbeat: Duration,
    /// Whether frames are filled up to fixed sizes.
    pub padded: bool,
    /// Whether the answer depends on `Accept-Encoding`.
    pub varies: bool,
    /// What the body is compressed with.
    pub coding: Option<Coding>,
}

impl FromRequestParts<AppState> for Delivery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let padded = match state.padding {
            Padding::On => true,
            Padding::Off => false,
            Padding::Auto => came_through_tls(&parts.headers),
        };
        // Compressed sizes tell what padding hides.
        let varies = state.compress_streams && !padded;
        let coding = if varies { Coding::accepted(&parts.headers) } else { None };
        Ok(Self { heartbeat: state.heartbeat, padded, varies, coding })
    }
}

/// Whether a proxy says that it was reached through TLS. Whoever makes this up changes nothing but their own answer.
pub(super) fn came_through_tls(headers: &HeaderMap) -> bool {
    let first = |name: &str| headers.get(name)?.to_str().ok()?.split(',').next();
    if let Some(protocol) = first("x-forwarded-proto") {
        return protocol.trim().eq_ignore_ascii_case("https");
    }
    // The first element of `Forwarded` (RFC 7239) is about the connection of the client itself.
    first(header::FORWARDED.as_str()).is_some_and(|element| {
        element.split(';').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
            name.trim().eq_ignore_ascii_case("proto") && value.trim().trim_matches('"').eq_ignore_ascii_case("https")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_connection_counts() {
        let tls = |name: &'static str, value: &str| {
            came_through_tls(&HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]))
        };
        for (name, value) in [
            ("x-forwarded-proto", "https"),
            ("x-forwarded-proto", "HTTPS, http"),
            ("forwarded", "for=192.0.2.60;proto=https;by=203.0.113.43"),
            ("forwarded", "For=\"[2001:db8::1]\" ; Proto=\"https\", for=10.0.0.1;proto=http"),
        ] {
            assert!(tls(name, value), "{name}: {value}");
        }
        for (name, value) in [
            ("x-forwarded-proto", "http, https"),
            ("x-forwarded-proto", ""),
            ("forwarded", "for=10.0.0.1;proto=http, proto=https"),
            ("forwarded", "for=https"),
            ("x-other", "https"),
        ] {
            assert!(!tls(name, value), "{name}: {value}");
        }
    }
}
