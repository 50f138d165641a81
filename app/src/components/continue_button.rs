//! Takes an answer on from where it broke off.

use super::icon::{Drawing, Icon};
use crate::words;
use leptos::prelude::*;

/// A button under an answer that is not whole.
#[component]
pub fn ContinueButton(
    /// Goes on.
    go_on: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="button continue-button" title=words::continue_answer_hint()
            on:click=move |_| go_on.run(())>
            <Icon drawing=Drawing::Onward />
            {words::continue_answer()}
        </button>
    }
}
