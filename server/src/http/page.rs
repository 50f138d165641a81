//! The page, rendered on the server. All that it shows at first is in its HTML.

use super::{
    conversations::LIST_LIMIT, error::ApiError, extract::Id, language, policy, state::AppState, visitor::cookie,
};
use crate::{
    clock,
    highlight::{self, Highlighter},
    mathml::mathml,
    store::Window,
    visitor::Owner,
};
use app::{PageData, ServerRendered, Theme, chat::window::MESSAGES_AT_FIRST, rendered_in, shell};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use leptos::{
    config::Env,
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::ResponseOptions;
use protocol::{error::ErrorCode, id::ConversationId, model::ModelList};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

const THEME_COOKIE: &str = "rivulet_theme";
const DENSITY_COOKIE: &str = "rivulet_density";
const TEXT_SIZE_COOKIE: &str = "rivulet_text_size";
const SIDEBAR_COOKIE: &str = "rivulet_sidebar";
const ZONE_COOKIE: &str = "rivulet_zone";
/// The time zones of the world lie between 12 hours behind UTC and 14 hours ahead, in minutes.
const ZONES: std::ops::RangeInclusive<i32> = -12 * 60..=14 * 60;

/// `GET /`: a new chat.
pub(super) async fn new_chat(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    request: Request,
) -> Result<Response, ApiError> {
    let data = data(&state, &owner, remembered(&request)).await?;
    render(&state, data, request).await
}

/// `GET /c/{id}`: a conversation, with an answer under way as far as it has come.
pub(super) async fn conversation(
    State(state): State<AppState>,
    Extension(owner): Extension<Owner>,
    id: Result<Id<ConversationId>, ApiError>,
    request: Request,
) -> Result<Response, ApiError> {
    let shown = async {
        let Ok(Id(id)) = id else { return Ok(None) };
        match state.conversations.get(&owner, id, Window::Last(MESSAGES_AT_FIRST)).await.map_err(ApiError::from) {
            Ok(conversation) => Ok(Some(conversation)),
            Err(error) if error.error.code == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    };
    // The list and the conversation are read side by side.
    let (mut data, conversation) = tokio::try_join!(data(&state, &owner, remembered(&request)), shown)?;
    data.not_found = conversation.is_none();
    data.conversation = conversation;
    render(&state, data, request).await
}

/// The page that says that there is nothing at this address.
pub(super) async fn not_found(state: AppState, request: Request) -> Result<Response, ApiError> {
    let data = PageData { models: state.engine.providers().cached_list(), not_found: true, ..remembered(&request) };
    render(&state, data, request).await
}

async fn data(state: &AppState, owner: &Owner, remembered: PageData) -> Result<PageData, ApiError> {
    Ok(PageData {
        conversations: state.conversations.list(owner, LIST_LIMIT, None).await?,
        models: ModelList {
            storage: state.conversations.trouble(),
            attachments: state.input.attachments,
            ..state.engine.providers().cached_list()
        },
        ..remembered
    })
}

/// What the browser remembers of how the page was left.
fn remembered(request: &Request) -> PageData {
    let cookie = |name| cookie(request.headers(), name);
    PageData {
        theme: theme(request),
        language_is_chosen: language::chosen(request.headers()).is_some(),
        density: cookie(DENSITY_COOKIE).and_then(|density| density.parse().ok()),
        text_size: cookie(TEXT_SIZE_COOKIE).and_then(|size| size.parse().ok()),
        sidebar_closed: cookie(SIDEBAR_COOKIE).is_some_and(|sidebar| sidebar == "closed"),
        now: clock::now(),
        zone_offset: cookie(ZONE_COOKIE)
            .and_then(|zone| zone.parse().ok())
            .filter(|z| ZONES.contains(z))
            .unwrap_or_default(),
        ..PageData::default()
    }
}

pub(super) fn theme(request: &Request) -> Option<Theme> {
    cookie(request.headers(), THEME_COOKIE)?.parse().ok()
}

/// The time that one page may take for colouring code that is not remembered, and the same for setting formulas; the page asks for
/// the rest itself.
const COLOURING: Duration = Duration::from_millis(60);
const SETTING: Duration = Duration::from_millis(60);

/// What is left of a time for work that comes in many parts.
struct Budget {
    most: Duration,
    spent: Mutex<Duration>,
}

impl Budget {
    fn new(most: Duration) -> Self {
        Self { most, spent: Mutex::new(Duration::ZERO) }
    }

    /// Does a part of the work, unless the time is up. The last part may take longer.
    fn spend<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if *spent > self.most {
            return None;
        }
        let began = Instant::now();
        let done = work();
        *spent += began.elapsed();
        Some(done)
    }
}

/// Colours code and sets formulas while a page is rendered.
pub(super) fn server_rendered(highlighter: &Highlighter) -> ServerRendered {
    let (highlighter, colouring) = (highlighter.clone(), Budget::new(COLOURING));
    let code = move |language: &str, code: &str| {
        let known = highlighter.remembered(language, code);
        let spans = known.or_else(|| colouring.spend(|| highlighter.block(language, code)))?;
        (!spans.is_empty()).then(|| highlight::html(code, &spans))
    };
    let setting = Budget::new(SETTING);
    let math = move |tex: &str, is_display: bool| setting.spend(|| mathml(tex, is_display)).flatten();
    ServerRendered { code: Arc::new(code), math: Arc::new(math) }
}

async fn render(state: &AppState, data: PageData, request: Request) -> Result<Response, ApiError> {
    let not_found = data.not_found;
    let options = state.leptos.clone();
    let reloads = options.env == Env::DEV;
    let language = language::of_page(request.headers());
    let rendered = server_rendered(&state.highlighting.highlighter);
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provide_context(data.clone());
            provide_context(rendered.clone());
            if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) {
                response.insert_header(header::CONTENT_SECURITY_POLICY, policy::page(&nonce, reloads));
            }
        },
        move || shell(options.clone()),
    );
    // The panic hook has logged what and where.
    let failed = |_| ApiError::new(ErrorCode::Internal, "The server failed on this page.");
    let mut response = state.background.spawn(rendered_in(language, render(request))).await.map_err(failed)?;
    if not_found {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    // The page is the visitor's own and changes with every message.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    language::declare(response.headers_mut(), language);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_takes_too_long_is_left_to_the_page() {
        let budget = Budget::new(Duration::from_millis(5));
        assert_eq!(budget.spend(|| 1), Some(1));
        assert_eq!(budget.spend(|| std::thread::sleep(Duration::from_millis(6))), Some(()));
        assert_eq!(budget.spend(|| 2), None);
    }
}
