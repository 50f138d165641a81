//! Light or dark.

use super::icon::{Drawing, Icon};
use crate::{
    browser::document,
    page_data::{PageData, THEME_COOKIE, Theme},
    words,
};
use leptos::prelude::*;

/// Turns the theme over and keeps the choice in a cookie, so that the server renders with it next time.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let chosen = RwSignal::new(use_context::<PageData>().and_then(|data| data.theme));
    let turn = move |_| {
        let dark = match chosen.get_untracked() {
            Some(theme) => theme == Theme::Dark,
            None => document::matches_media("(prefers-color-scheme: dark)"),
        };
        let theme = if dark { Theme::Light } else { Theme::Dark };
        document::set_root_attribute("data-theme", Some(theme.as_str()));
        document::set_cookie(THEME_COOKIE, theme.as_str());
        chosen.set(Some(theme));
    };
    view! {
        <button type="button" class="icon-button" aria-label=words::switch_theme() title=words::switch_theme() on:click=turn>
            <Icon drawing=Drawing::Theme />
        </button>
    }
}
