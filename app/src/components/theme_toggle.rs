//! Light or dark.

use super::{
    appearance::Appearance,
    icon::{Drawing, Icon},
};
use crate::words;
use leptos::prelude::*;

/// Turns the theme over.
#[component]
pub fn ThemeToggle(
    /// What is chosen.
    appearance: Appearance,
) -> impl IntoView {
    view! {
        <button type="button" class="icon-button" aria-label=words::switch_theme() title=words::switch_theme()
            on:click=move |_| appearance.turn_theme()>
            <Icon drawing=Drawing::Theme />
        </button>
    }
}
