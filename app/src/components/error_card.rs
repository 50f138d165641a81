//! Something went wrong, in words, with a way on.

use super::icon::{Drawing, Icon};
use leptos::prelude::*;

/// An error and a button to try again.
#[component]
pub fn ErrorCard(
    /// What went wrong, as a sentence.
    #[prop(into)]
    message: String,
    /// Tries again.
    retry: Callback<()>,
    /// What can be done besides.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="error-card" role="alert">
            <Icon drawing=Drawing::Warning />
            <p>{message}</p>
            <div class="error-card__actions">
                {children.map(|children| children())}
                <button type="button" class="button" on:click=move |_| retry.run(())>"Retry"</button>
            </div>
        </div>
    }
}
