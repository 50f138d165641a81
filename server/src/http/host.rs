//! Against DNS rebinding: a page of another site can make its own name resolve to 127.0.0.1, and its requests then look
//! like this server's own. They still carry that name, and only browsers can be tricked so: they send `Origin`.

use super::error::ApiError;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use protocol::error::ErrorCode;
use std::{net::IpAddr, sync::Arc};

/// The names under which browsers may reach the server. All of them, when it listens to more than its own machine.
#[derive(Debug, Clone)]
pub struct AllowedHosts(Option<Arc<[String]>>);

impl AllowedHosts {
    /// The names for a server that listens on this address.
    pub fn new(address: IpAddr, names: Vec<String>) -> Self {
        Self(address.is_loopback().then(|| names.into()))
    }

    fn allows(&self, authority: &str) -> bool {
        let Some(names) = &self.0 else { return true };
        let port =
            authority.rfind(':').filter(|colon| authority[colon + 1..].bytes().all(|byte| byte.is_ascii_digit()));
        let name = authority[..port.unwrap_or(authority.len())].to_ascii_lowercase();
        let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        is_address || name == "localhost" || name.ends_with(".localhost") || names.contains(&name)
    }
}

/// Refuses what a browser asks under a name that is not the server's.
pub(super) async fn check(State(hosts): State<AllowedHosts>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && headers.contains_key(header::ORIGIN) && !host(headers).is_none_or(|name| hosts.allows(name)) {
        let message = "This server does not answer to pages under this name; RIVULET_ALLOWED_HOSTS can allow it.";
        return ApiError::new(ErrorCode::CrossSite, message).into_response();
    }
    next.run(request).await
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_server_answers_to_its_own_names() {
        let hosts = AllowedHosts::new([127, 0, 0, 1].into(), vec!["chat.example.org".into()]);
        for name in [
            "localhost",
            "localhost:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::1]",
            "Chat.Example.org",
            "a.localhost:1",
        ] {
            assert!(hosts.allows(name), "{name}");
        }
        for name in ["evil.example", "evil.example:3000", "127.0.0.1.evil.example", ""] {
            assert!(!hosts.allows(name), "{name}");
        }
        assert!(AllowedHosts::new([0, 0, 0, 0].into(), vec![]).allows("anything.example"));
    }
}
