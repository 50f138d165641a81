//! What browsers are told to refuse, whatever should find its way into a page: foreign scripts, styles, connections, frames.
//! The page never breaks this policy itself; should something else get in, the policy is the second wall.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The policy of the chat page. Its own inline scripts carry the nonce, which is another one in each response.
///
/// Scripts and styles come from this server, `'wasm-unsafe-eval'` lets WASM be compiled and nothing else, and no style
/// stands in an attribute. Images come from here, from the page itself, or, once a person has asked for one, over https.
/// While the page is developed, `reloads` lets it hear over a socket that it should reload.
pub(super) fn page(nonce: &str, reloads: bool) -> HeaderValue {
    let reload = if reloads { " ws: wss:" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob: https:; font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; \
         worker-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    // A nonce is base64; should it ever not be, nothing may run.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(NOTHING))
}

/// The policy of a shared conversation: it has no script, loads nothing from elsewhere and sends nothing.
pub(super) fn shared_page() -> HeaderValue {
    HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
}

/// The policy of the frame in which a diagram is drawn. It can run its own script and what that brings in, and style itself; it has no
/// origin, loads nothing, asks nobody, opens nothing, and stands in this server's pages only.
pub(super) fn diagram(nonce: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'; sandbox allow-scripts"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(NOTHING))
}

/// The policy of data that somebody opens as if it were a page.
const NOTHING: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The policy of a file that somebody sent and opens by itself: should it be anything but a picture, it can do nothing.
pub(super) const FILE: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// What pages may use of the browser: the microphone for dictation, and of the rest nothing.
const FEATURES: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), \
    gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(self), midi=(), payment=(), \
    publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()";

/// Puts the restrictions on a response that it does not bring itself.
pub(super) fn restrict(headers: &mut HeaderMap, is_data: bool) {
    let mut or_else = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    or_else(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Some pages are stricter.
    or_else(header::REFERRER_POLICY, "same-origin");
    // For browsers that do not know `frame-ancestors`.
    or_else(header::X_FRAME_OPTIONS, "DENY");
    or_else(HeaderName::from_static("permissions-policy"), FEATURES);
    or_else(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if is_data {
        or_else(header::CONTENT_SECURITY_POLICY, NOTHING);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_cannot_add_to_the_policy() {
        assert_eq!((page("a\nb", false), diagram("a\nb")), (NOTHING.parse().unwrap(), NOTHING.parse().unwrap()));
        let policy = page("YWJj", false);
        assert!(
            policy.to_str().is_ok_and(|policy| policy.contains("'nonce-YWJj'") && !policy.contains("unsafe-inline"))
        );
    }
}
