//! `GET /diagram`: the page in the frame in which the chat draws a diagram. It is nobody's, and asks for nothing; the chat tells it
//! what to draw ([why so](../../../docs/decisions/0020-diagrams-in-a-frame.md)).

use super::policy;
use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use leptos::nonce::Nonce;

pub(super) async fn frame() -> Response {
    let nonce = Nonce::new().to_string();
    let html = include_str!("diagram.html").replace("{script}", include_str!("diagram.js")).replace("{nonce}", &nonce);
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_SECURITY_POLICY, policy::diagram(&nonce)),
        // For browsers that do not know `frame-ancestors`.
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
        // Its nonce is another one each time.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Html(html)).into_response()
}
