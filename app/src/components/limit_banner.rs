//! Says that the server takes no more requests for a while.

use super::{
    countdown::{duration, seconds_left},
    icon::{Drawing, Icon},
};
use crate::{
    browser::{http, time},
    chat::handle::StreamingChatHandle,
    erased::{Show, effect, memo},
    words,
};
use leptos::prelude::*;
use protocol::error::{ErrorCode, PublicError};

/// Until when the server takes no more requests of this browser. Copying it gives the same one.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    until: RwSignal<Option<f64>>,
}

impl Limit {
    /// Provides it to all components below the one that calls this, of which one is a [`LimitBanner`].
    pub fn provide() -> Self {
        let limit = Self { until: RwSignal::new(None) };
        provide_context(limit);
        limit
    }

    /// Whether the banner says so: what could not be read for this reason, and is read again by itself, needs no words of its own.
    pub(super) fn explains(error: &PublicError) -> bool {
        let is_limit = matches!(error.code, ErrorCode::RateLimited | ErrorCode::Overloaded);
        is_limit && use_context::<Self>().is_some_and(|limit| limit.until.get().is_some())
    }
}

/// A line above the chat with a countdown, after the server has refused something because there was too much of it. Where that was a question, its
/// own card says so.
#[component]
pub fn LimitBanner(
    /// The chat.
    chat: StreamingChatHandle,
    /// What the server has said of it.
    limit: Limit,
    /// Called when requests are taken again.
    passed: Callback<()>,
) -> impl IntoView {
    let until = limit.until;
    effect(move |_| {
        http::on_limited(move |pause| {
            let _ = until.try_set(Some(time::wall_clock() + pause.as_secs_f64() * 1000.0));
        });
    });
    effect(move |_| {
        let moment = until.get()?;
        leptos::reactive::spawn_local_scoped_with_cancellation(async move {
            time::wait_until(moment).await;
            until.set(None);
            passed.run(());
        });
        Some(())
    });
    let shown = memo(move || until.get().is_some() && chat.held.with(Option::is_none));
    view! {
        <div class="banner offline-banner limit-banner" role="status">
            <Show when=move || shown.get()>
                <Waiting until />
            </Show>
        </div>
    }
}

#[component]
fn Waiting(until: RwSignal<Option<f64>>) -> impl IntoView {
    let left = seconds_left(until.into());
    // It is heard once, and not with each second.
    let heard = words::can_go_on_in(&duration(until.get_untracked().map_or(0, time::seconds_until)));
    view! {
        <p>
            <Icon drawing=Drawing::Clock />
            <span>
                {words::followed(words::too_many_requests())}
                <strong aria-hidden="true">{move || words::can_go_on_in(&duration(left.get()))}</strong>
                <span class="visually-hidden">{heard}</span>
            </span>
        </p>
    }
}
