//! What lets the page be installed and be there without a network: the service worker, and the page that it keeps.

use super::{error::ApiError, language, page::theme, policy, state::AppState};
use app::{offline_document, spoken_in};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use leptos::{config::LeptosOptions, prelude::*};
use protocol::error::ErrorCode;
use std::path::Path;

/// Fixed files that the offline page shows.
const FIXED: &[&str] = &["/favicon.svg"];

/// The service worker of this build. It names the style sheet as it is called in this build, and is another text in each build, by
/// which browsers see that there is a new one.
pub fn script(options: &LeptosOptions) -> String {
    let folder = Path::new(&*options.site_root).join(&*options.site_pkg_dir);
    let mut built: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter(|name| {
            Path::new(name).extension().is_some_and(|kind| ["js", "wasm", "css"].iter().any(|one| kind == *one))
        })
        .collect();
    built.sort();
    let styles =
        built.iter().filter(|name| name.ends_with(".css")).map(|name| format!("/{}/{name}", options.site_pkg_dir));
    let files: Vec<String> = styles.chain(FIXED.iter().map(|path| (*path).to_owned())).collect();
    let files = serde_json::to_string(&files).unwrap_or_default();
    let version = built.join(" ") + " " + env!("CARGO_PKG_VERSION");
    include_str!("service_worker.js")
        .replace("{version}", &version)
        .replace("{files}", files.trim_start_matches('[').trim_end_matches(']'))
}

/// `GET /service-worker.js`.
pub(super) async fn worker(State(state): State<AppState>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        // Nobody must be held to an old one.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, state.service_worker.to_string()).into_response()
}

/// `GET /offline`: what is shown without a network. It is nobody's, and has no script.
pub(super) async fn offline(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (options, theme) = (state.leptos.clone(), theme(&request));
    let language = language::of_page(request.headers());
    let render =
        move || spoken_in(language, || Owner::new().with(|| offline_document(options, theme).into_view().to_html()));
    // The panic hook has logged what and where.
    let failed = |_| ApiError::new(ErrorCode::Internal, "The server failed on this page.");
    let html = state.background.spawn_blocking(render).await.map_err(failed)?;
    let mut response = Html(html).into_response();
    language::declare(response.headers_mut(), language);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy::shared_page());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_build_has_a_worker_of_its_own() {
        let root = std::env::temp_dir().join(format!("rivulet-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(root.join("pkg")).unwrap();
        let options = || {
            let root = root.to_string_lossy().into_owned();
            LeptosOptions::builder().output_name("rivulet").site_root(root).site_pkg_dir("pkg").build()
        };
        let build = |names: [&str; 2]| names.map(|name| std::fs::write(root.join("pkg").join(name), "").unwrap());
        build(["rivulet.abc.css", "rivulet.abc.wasm"]);
        let first = script(&options());
        assert!(first.contains(r#"const SHELL = ["/offline", "/pkg/rivulet.abc.css","/favicon.svg"];"#), "{first}");
        assert!(!first.contains(r#""/pkg/rivulet.abc.wasm""#), "only what is shown without a network");
        build(["rivulet.abd.wasm", "rivulet.abd.css.br"]);
        assert_ne!(script(&options()), first);
        std::fs::remove_dir_all(root).unwrap();
    }
}
