//! The language of the page.

use crate::{
    browser::{address, document, element, offline, time},
    erased::{Show, effect},
    page_data::{LANGUAGE_COOKIE, PageData},
    words::{self, Language},
};
use leptos::{html, prelude::*};
use std::time::Duration;

/// How long the page without a network may take to come in the new language.
const PATIENCE: Duration = Duration::from_secs(2);

/// A part of the settings: one of the languages, or what the browser asks for. The page is loaded again in the language that is chosen, but not before
/// a button says so: the arrow keys go through all of them (WCAG 3.2.2). Answers under way go on meanwhile.
#[component]
pub fn LanguageSection() -> impl IntoView {
    let is_chosen = use_context::<PageData>().is_some_and(|data| data.language_is_chosen);
    let chosen = is_chosen.then(words::language);
    let option = |one: Language| {
        view! { <option value=one.code() lang=one.tag() dir=one.direction() selected=chosen == Some(one)>{one.name()}</option> }
    };
    let current = chosen.map_or("", Language::code);
    let wanted = RwSignal::new(current.to_owned());
    // The button stands below the choice, which may have been at the edge of what is seen.
    let button = NodeRef::<html::Button>::new();
    effect(move |_| {
        if let Some(button) = button.get() {
            time::on_next_frame(move || element::bring_into_view(&button));
        }
    });
    let load = move |_| {
        wanted.with_untracked(|wanted| document::set_cookie(LANGUAGE_COOKIE, wanted));
        leptos::task::spawn_local(async {
            time::within(PATIENCE, offline::renew()).await;
            address::reload();
        });
    };
    view! {
        <section class="language-section">
            <label>
                {words::language_label()}
                <select autocomplete="off" on:change=move |event| wanted.set(event_target_value(&event))>
                    <option value="" selected=!is_chosen>{words::language_of_browser()}</option>
                    {Language::ALL.map(option).into_iter().collect_view()}
                </select>
            </label>
            <Show when=move || wanted.with(|wanted| wanted != current)>
                <button node_ref=button type="button" class="button" on:click=load>{words::use_language()}</button>
            </Show>
        </section>
    }
}
