//! The language of the page.

use crate::{
    browser::{address, document},
    page_data::{LANGUAGE_COOKIE, PageData},
    words::{self, Language},
};
use leptos::prelude::*;

/// A part of the settings: one of the languages, or what the browser asks for. The page is loaded again in the language that is chosen; answers under way
/// go on meanwhile.
#[component]
pub fn LanguageSection() -> impl IntoView {
    let is_chosen = use_context::<PageData>().is_some_and(|data| data.language_is_chosen);
    let chosen = is_chosen.then(words::language);
    let option = |one: Language| {
        view! { <option value=one.code() lang=one.tag() dir=one.direction() selected=chosen == Some(one)>{one.name()}</option> }
    };
    let choose = move |event| {
        document::set_cookie(LANGUAGE_COOKIE, &event_target_value(&event));
        address::reload();
    };
    view! {
        <section class="language-section">
            <label>
                {words::language_label()}
                <select autocomplete="off" on:change=choose>
                    <option value="" selected=!is_chosen>{words::language_of_browser()}</option>
                    {Language::ALL.map(option).into_iter().collect_view()}
                </select>
            </label>
        </section>
    }
}
