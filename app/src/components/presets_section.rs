//! The prompt presets in the settings.

use super::icon::{Drawing, Icon};
use crate::{
    browser::{element, time},
    erased::{For, Show, effect},
    presets::Presets,
    words,
};
use leptos::{ev, prelude::*, task::spawn_local};
use protocol::{
    id::PresetId,
    preset::{Preset, PresetText},
};

/// What is being written: a new preset, or one that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Editing {
    Nothing,
    New,
    Known(PresetId),
}

/// A list of all presets, and a form for one of them.
#[component]
pub fn PresetsSection(
    /// The presets.
    presets: Presets,
    /// Whether the settings are open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let editing = RwSignal::new(Editing::Nothing);
    let (name, content) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let problem = RwSignal::new(None::<String>);
    effect(move |_| {
        editing.set(Editing::Nothing);
        problem.set(None);
        if open.get() {
            spawn_local(presets.want());
        }
    });
    let edit = move |preset: Option<Preset>| {
        time::on_next_frame(|| _ = element::focus_on_page(".presets-section .preset-form input"));
        editing.set(preset.as_ref().map_or(Editing::New, |preset| Editing::Known(preset.id)));
        let Preset { name: known_name, content: known_content, .. } =
            preset.unwrap_or_else(|| PresetText::default().preset(PresetId(uuid::Uuid::nil())));
        name.set(known_name);
        content.set(known_content);
        problem.set(None);
    };
    let tell = move |done: Result<(), crate::browser::http::FetchError>| {
        let words = done.err().map(|error| error.words());
        if words.is_none() {
            let _ = editing.try_set(Editing::Nothing);
            focus_on_add();
        }
        let _ = problem.try_set(words);
    };
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let id = match editing.get_untracked() {
            Editing::Known(id) => Some(id),
            _ => None,
        };
        let text = PresetText { name: name.get_untracked(), content: content.get_untracked() };
        spawn_local(async move { tell(presets.save(id, text).await) });
    };
    let row = move |preset: Preset| {
        let (id, shown) = (preset.id, preset.name.clone());
        let (change, remove) = (words::edit_preset(&shown), words::delete_preset(&shown));
        view! {
            <li class="presets-section__row">
                <span>{shown}</span>
                <button type="button" class="icon-button" aria-label=change on:click=move |_| edit(Some(preset.clone()))>
                    <Icon drawing=Drawing::Edit />
                </button>
                <button type="button" class="icon-button" aria-label=remove
                    on:click=move |_| spawn_local(async move { tell(presets.delete(id).await) })>
                    <Icon drawing=Drawing::Delete />
                </button>
            </li>
        }
    };
    view! {
        <section class="settings-dialog__section presets-section" aria-labelledby="settings-presets">
            <h3 id="settings-presets">{words::presets()}</h3>
            <p class="settings-dialog__hint">{words::presets_hint()}</p>
            <ul class="presets-section__list">
                // By all that is shown of it, so that a change shows.
                <For each=move || presets.known.get().unwrap_or_default()
                    key=|preset| format!("{}{}{}", preset.id, preset.name, preset.content) children=row />
            </ul>
            <Show when=move || editing.get() == Editing::Nothing>
                <button type="button" class="button presets-section__add" on:click=move |_| edit(None)>{words::add_preset()}</button>
            </Show>
            <Show when=move || editing.get() != Editing::Nothing>
                <form class="preset-form" on:submit=save>
                    <label>
                        {words::preset_name()}
                        <input type="text" required maxlength="80" prop:value=move || name.get()
                            on:input=move |event| name.set(event_target_value(&event)) />
                    </label>
                    <label>
                        {words::preset_text()}
                        <textarea rows="4" required prop:value=move || content.get()
                            on:input=move |event| content.set(event_target_value(&event))></textarea>
                    </label>
                    <div class="preset-form__actions">
                        <button type="button" class="button" on:click=move |_| {
                            editing.set(Editing::Nothing);
                            focus_on_add();
                        }>{words::cancel()}</button>
                        <button type="submit" class="button button--primary">{words::save_preset()}</button>
                    </div>
                </form>
            </Show>
            {move || problem.get().map(|words| view! { <p class="settings-dialog__error" role="alert">{words}</p> }.into_any())}
        </section>
    }
}

/// What was pressed is gone by then.
fn focus_on_add() {
    time::on_next_frame(|| _ = element::focus_on_page(".presets-section__add"));
}
