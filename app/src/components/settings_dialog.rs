//! What is set for the chat.

use super::{
    appearance::{Appearance, AppearanceSection},
    browser_section::BrowserSection,
    dialog,
    language_section::LanguageSection,
    presets_section::PresetsSection,
    transfer_section::TransferSection,
};
use crate::{
    browser::{element, number},
    conversations::list::Conversations,
    erased::effect,
    presets::Presets,
    words,
};
use leptos::{ev, html, prelude::*};
use protocol::{conversation::ConversationSettings, request::Parameters};

/// A dialog with the system prompt and the sampling parameters. They go with the next question.
#[component]
pub fn SettingsDialog(
    /// Where the settings are kept.
    settings: RwSignal<ConversationSettings>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
    /// The conversations, which can be exported and imported here.
    conversations: Conversations,
    /// How the page looks.
    appearance: Appearance,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let form = Form::new();
    let presets = Presets::of_page();
    effect(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() {
            form.fill(&settings.get_untracked());
            element::show_dialog(&dialog);
        } else {
            element::close_dialog(&dialog);
        }
    });
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        match form.read() {
            Ok((system_prompt, parameters)) => {
                settings.update(|settings| {
                    settings.system_prompt = system_prompt;
                    settings.parameters = parameters;
                });
                open.set(false);
            }
            Err(error) => form.error.set(Some(error)),
        }
    };
    view! {
        <dialog node_ref=dialog class="dialog settings-dialog" aria-labelledby="settings-title"
            on:cancel=move |event| dialog::cancelled(&event, dialog, open) on:close=move |_| dialog::closed(dialog, open)>
            <form on:submit=save>
                <h2 id="settings-title">{words::chat_settings()}</h2>
                <label>
                    {words::system_prompt()}
                    <textarea rows="4" placeholder=words::system_prompt_hint()
                        prop:value=move || form.prompt.get() on:input=move |event| form.prompt.set(event_target_value(&event))></textarea>
                </label>
                <div class="settings-dialog__numbers">
                    <Number label=words::temperature() hint=words::temperature_hint() value=form.temperature />
                    <Number label=words::top_p() hint=words::top_p_hint() value=form.top_p />
                    <Number label=words::max_tokens() hint=words::max_tokens_hint() value=form.max_tokens />
                </div>
                <p class="settings-dialog__hint">{words::empty_fields()}</p>
                {move || form.error.get().map(|error| view! { <p class="settings-dialog__error" role="alert">{error}</p> }.into_any())}
                <div class="settings-dialog__actions">
                    <button type="button" class="button" on:click=move |_| open.set(false)>{words::cancel()}</button>
                    <button type="submit" class="button button--primary">{words::save()}</button>
                </div>
            </form>
            <section class="settings-dialog__section" aria-labelledby="settings-appearance">
                <h3 id="settings-appearance">{words::appearance()}</h3>
                <AppearanceSection appearance />
            </section>
            <LanguageSection />
            {presets.map(|presets| view! { <PresetsSection presets open /> }.into_any())}
            <BrowserSection open />
            <TransferSection conversations />
        </dialog>
    }
}

/// A number that may be left out.
#[component]
fn Number(label: &'static str, hint: &'static str, value: RwSignal<String>) -> impl IntoView {
    view! {
        <label>
            {label}
            <input type="text" inputmode="decimal" placeholder=hint prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event)) />
        </label>
    }
}

/// What is typed into the dialog, before it is known to be good.
#[derive(Clone, Copy)]
struct Form {
    prompt: RwSignal<String>,
    temperature: RwSignal<String>,
    top_p: RwSignal<String>,
    max_tokens: RwSignal<String>,
    error: RwSignal<Option<String>>,
}

impl Form {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self { prompt: text(), temperature: text(), top_p: text(), max_tokens: text(), error: RwSignal::new(None) }
    }

    fn fill(self, settings: &ConversationSettings) {
        let text = |number: Option<f64>| number.map(number::written).unwrap_or_default();
        let Parameters { temperature, top_p, max_tokens } = settings.parameters;
        self.prompt.set(settings.system_prompt.clone().unwrap_or_default());
        self.temperature.set(text(temperature));
        self.top_p.set(text(top_p));
        self.max_tokens.set(text(max_tokens.map(f64::from)));
        self.error.set(None);
    }

    fn read(self) -> Result<(Option<String>, Parameters), String> {
        let parameters = Parameters {
            temperature: read(words::temperature(), &self.temperature.get_untracked(), decimal)?,
            top_p: read(words::top_p(), &self.top_p.get_untracked(), decimal)?,
            max_tokens: read(words::max_tokens(), &self.max_tokens.get_untracked(), |text| text.parse().ok())?,
        };
        parameters.validate().map_err(|invalid| match invalid.field.as_str() {
            "temperature" => words::temperature_range().to_owned(),
            "top_p" => words::top_p_range().to_owned(),
            _ => words::max_tokens_range().to_owned(),
        })?;
        let prompt = self.prompt.get_untracked().trim().to_owned();
        Ok(((!prompt.is_empty()).then_some(prompt), parameters))
    }
}

fn read<T>(name: &str, text: &str, number: fn(&str) -> Option<T>) -> Result<Option<T>, String> {
    match text.trim().replace(',', ".").as_str() {
        "" => Ok(None),
        text => number(text).map(Some).ok_or_else(|| words::number_expected(name)),
    }
}

/// A number as people write it: digits, and a point between them or not. The standard library reads many more forms, with tables
/// that weigh more than this dialog; up to fifteen digits the result is the same.
fn decimal(text: &str) -> Option<f64> {
    const MOST_DIGITS: usize = 15;
    let (text, sign) = text.strip_prefix('-').map_or((text, 1.0), |text| (text, -1.0));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part}");
    if digits.len() > MOST_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    Some(sign * number as f64 / 10_u64.pow(part.len() as u32) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_left_out_and_may_have_a_comma() {
        assert_eq!(read("T", " ", decimal), Ok(None));
        assert_eq!(read("T", "0,5", decimal), Ok(Some(0.5)));
        assert_eq!(read::<u32>("M", "1.5", |text| text.parse().ok()), Err("M must be a number, or empty.".into()));
    }

    #[test]
    fn a_decimal_is_what_the_standard_library_makes_of_it() {
        for text in ["0", "1", "0.7", "1.", ".5", "-1.25", "0.1", "123456.789012345", "007.10"] {
            assert_eq!(decimal(text), text.parse().ok(), "{text}");
        }
        for text in ["", ".", "-", "1e5", "inf", "1.2.3", "+1", "0x1", "1234567890123456"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
