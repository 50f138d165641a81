//! Prompt presets where one writes: `/` offers them, and what they leave open is asked for.

use super::dialog::Dialog;
use crate::{
    browser::element,
    chat::handle::StreamingChatHandle,
    erased::{Show, effect, memo},
    presets::{Presets, filled, gaps},
    words,
};
use leptos::{ev, html, prelude::*, task::spawn_local};
use protocol::preset::Preset;

/// What calls the presets.
const CALL: char = '/';

/// How many are offered at a time.
const OFFERED: usize = 8;

/// What is offered in the writing place. Copying it gives the same.
#[derive(Debug, Clone, Copy)]
pub struct PresetPicker {
    chat: StreamingChatHandle,
    presets: Presets,
    offered: Memo<Vec<Preset>>,
    active: RwSignal<usize>,
    /// Escape has sent it away, until something else is typed.
    dismissed: RwSignal<bool>,
    /// The preset whose gaps are asked for.
    asked: RwSignal<Option<Preset>>,
}

impl PresetPicker {
    /// The presets of the page, if there are any to be had.
    pub fn of_page(chat: StreamingChatHandle) -> Option<Self> {
        let presets = Presets::of_page()?;
        let (active, dismissed) = (RwSignal::new(0), RwSignal::new(false));
        let offered = memo(move || {
            let words = chat.draft.with(|draft| called_by(draft));
            let fits =
                |preset: &&Preset| words.as_ref().is_some_and(|words| preset.name.to_lowercase().contains(words));
            let all = presets.known.get().filter(|_| !dismissed.get()).unwrap_or_default();
            all.iter().filter(fits).take(OFFERED).cloned().collect()
        });
        let called = memo(move || chat.draft.with(|draft| called_by(draft)).is_some());
        effect(move |_| {
            if !called.get() {
                dismissed.set(false);
            }
        });
        effect(move |_| {
            chat.draft.track();
            active.set(0);
        });
        Some(Self { chat, presets, offered, active, dismissed, asked: RwSignal::new(None) })
    }

    /// Something was typed.
    pub fn typed(self) {
        if self.chat.draft.with_untracked(|draft| called_by(draft)).is_some() {
            spawn_local(self.presets.want());
        }
    }

    /// Takes a key, if it is for what is offered.
    pub fn takes(self, event: &ev::KeyboardEvent) -> bool {
        let count = self.offered.with_untracked(Vec::len);
        if count == 0 || event.is_composing() || event.shift_key() {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" => self.active.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => self.active.update(|at| *at = (*at + count - 1) % count),
            "Escape" => self.dismissed.set(true),
            "Enter" | "Tab" => {
                let chosen = self.offered.with_untracked(|all| all.get(self.active.get_untracked()).cloned());
                if let Some(preset) = chosen {
                    self.choose(preset);
                }
            }
            _ => return false,
        }
        event.prevent_default();
        true
    }

    fn choose(self, preset: Preset) {
        if gaps(&preset.content).is_empty() {
            return self.chat.draft.set(preset.content);
        }
        self.chat.draft.set(String::new());
        self.asked.set(Some(preset));
    }

    /// The id of the preset that Enter takes, tracked.
    pub fn active_id(self) -> Option<String> {
        let at = self.active.get();
        self.offered.with(|all| (at < all.len()).then(|| format!("preset-option-{at}")))
    }
}

/// Whether presets are called, and the beginning of which: `/` and the rest of one line.
fn called_by(draft: &str) -> Option<String> {
    draft.strip_prefix(CALL).filter(|rest| !rest.contains('\n')).map(|rest| rest.trim().to_lowercase())
}

/// What is offered, above the writing place, and the form that asks for gaps.
#[component]
pub fn PresetOptions(
    /// The presets.
    picker: PresetPicker,
) -> impl IntoView {
    let PresetPicker { offered, active, .. } = picker;
    let option = move |(at, preset): (usize, Preset)| {
        let Preset { name, content, .. } = preset.clone();
        view! {
            <li id=format!("preset-option-{at}") class="preset-picker__option" role="option" aria-selected=move || (active.get() == at).to_string()
                on:pointermove=move |_| active.set(at) on:mousedown=move |event| event.prevent_default()
                on:click=move |_| picker.choose(preset.clone())>
                <strong>{name}</strong>
                <span>{content.chars().take(120).collect::<String>()}</span>
            </li>
        }
    };
    view! {
        <Show when=move || !offered.with(Vec::is_empty)>
            <ul id="preset-options" class="preset-picker" role="listbox" aria-label=words::presets()>
                {move || offered.get().into_iter().enumerate().map(option).collect_view().into_any()}
            </ul>
        </Show>
        <p class="visually-hidden" role="status">
            {move || offered.with(|all| (!all.is_empty()).then(|| words::presets_offered(all.len() as u64)))}
        </p>
        <GapsForm picker />
    }
}

/// Asks for what stands in the gaps of a preset.
#[component]
fn GapsForm(picker: PresetPicker) -> impl IntoView {
    let open = RwSignal::new(false);
    let values = StoredValue::new(Vec::<(String, RwSignal<String>)>::new());
    effect(move |_| {
        let Some(preset) = picker.asked.get() else { return };
        values.set_value(gaps(&preset.content).into_iter().map(|name| (name, RwSignal::new(String::new()))).collect());
        open.set(true);
    });
    effect(move |_| {
        if !open.get() && picker.asked.with_untracked(Option::is_some) {
            picker.asked.set(None);
        }
    });
    let insert = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(preset) = picker.asked.get_untracked() else { return };
        let value = |name: &str| {
            let of = |values: &Vec<(String, RwSignal<String>)>| {
                values.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
            };
            values.with_value(of).map(|value| value.get_untracked()).unwrap_or_default()
        };
        picker.chat.draft.set(filled(&preset.content, value));
        open.set(false);
        request_animation_frame(|| _ = element::focus_on_page(".composer__text"));
    };
    let field = |(name, value): (String, RwSignal<String>)| {
        view! {
            <label>
                {name}
                <textarea rows="2" autofocus=true prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))></textarea>
            </label>
        }
    };
    let title = Signal::derive(move || {
        picker.asked.with(|asked| asked.as_ref().map(|preset| preset.name.clone())).unwrap_or_default()
    });
    view! {
        <Dialog open name="preset-gaps" title>
            <form class="preset-form" on:submit=insert>
                {values.get_value().into_iter().map(field).collect_view()}
                <div class="preset-form__actions">
                    <button type="submit" class="button button--primary">{words::insert()}</button>
                </div>
            </form>
        </Dialog>
    }
}

/// What the writing place tells of what is offered, to be set on it.
pub fn describe(area: NodeRef<html::Textarea>, picker: PresetPicker) {
    effect(move |_| {
        let Some(area) = area.get() else { return };
        let active = picker.active_id();
        element::set_attribute(&area, "aria-controls", active.as_ref().map(|_| "preset-options"));
        element::set_attribute(&area, "aria-activedescendant", active.as_deref());
        element::set_attribute(&area, "aria-autocomplete", active.as_ref().map(|_| "list"));
    });
}

#[cfg(test)]
mod tests {
    use super::called_by;

    #[test]
    fn a_slash_at_the_beginning_calls() {
        assert_eq!(called_by("/"), Some(String::new()));
        assert_eq!(called_by("/Re View "), Some("re view".into()));
        for text in ["", " /a", "a/b", "/a\nb"] {
            assert_eq!(called_by(text), None, "{text}");
        }
    }
}
