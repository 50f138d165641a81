//! Tells visitors apart by a random cookie: `HttpOnly`, so that no script reads it, and `SameSite=Lax`, so that no other
//! site sends it with a request of its own.

use super::client_address::{self, TrustedProxies};
use crate::visitor::{Owner, VisitorId};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use cookie::{Cookie, SameSite, time::Duration};

const NAME: &str = "rivulet_visitor";
const KEPT: Duration = Duration::days(400);

/// Finds out who asks, and gives those who come for the first time their cookie.
pub(super) async fn identify(State(proxies): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let known = cookie(request.headers(), NAME).and_then(|value| VisitorId::parse(&value));
    let visitor = known.unwrap_or_else(VisitorId::random);
    request.extensions_mut().insert(Owner::Visitor(visitor));
    let peer = client_address::peer(request.extensions());
    let secure = peer.is_some_and(|peer| proxies.is_https(peer, request.headers()));
    let mut response = next.run(request).await;
    if known.is_none()
        && let Ok(value) = HeaderValue::from_str(&set_cookie(visitor, secure))
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The value of a cookie. Other cookies of the host may hold anything; what cannot be read is passed over.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let texts = headers.get_all(header::COOKIE).into_iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    texts.into_iter().find_map(|text| {
        let mut cookies = Cookie::split_parse(text.into_owned()).flatten();
        cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    })
}

fn set_cookie(visitor: VisitorId, secure: bool) -> String {
    let cookie = Cookie::build((NAME, visitor.secret()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .path("/")
        .max_age(KEPT)
        .secure(secure);
    cookie.build().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_bytes(b"odd=\xff; rivulet_visitor=abc; x=1").unwrap());
        assert_eq!(cookie(&headers, NAME).as_deref(), Some("abc"));
        assert_eq!(cookie(&headers, "none"), None);
    }

    #[test]
    fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
        let text = set_cookie(VisitorId::random(), true);
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure", "Max-Age="] {
            assert!(text.contains(part), "{text}");
        }
    }
}
