//! Something went wrong, in words, with a way on.

use super::{
    explained_text::explained_text,
    icon::{Drawing, Icon},
};
use crate::words::{self, Explained};
use leptos::prelude::*;

/// An error and a button to try again.
#[component]
pub fn ErrorCard(
    /// What went wrong, as a sentence.
    sentence: String,
    /// What the server says of it, in English, where that is another language.
    detail: Option<String>,
    /// Tries again.
    retry: Callback<()>,
    /// What can be done besides.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="error-card" role="alert">
            <Icon drawing=Drawing::Warning />
            <div class="error-card__words">
                <p>{explained_text(Explained { sentence, detail })}</p>
            </div>
            <div class="error-card__actions">
                {children.map(|children| children())}
                <button type="button" class="button" on:click=move |_| retry.run(())>{words::retry()}</button>
            </div>
        </div>
    }
}
