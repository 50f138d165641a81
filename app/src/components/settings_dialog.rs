//! What is set for the chat.

use super::{
    appearance::{Appearance, AppearanceSection},
    browser_section::BrowserSection,
    dialog::Dialog,
    language_section::LanguageSection,
    presets_section::PresetsSection,
    transfer_section::{ImportState, TransferSection},
};
use crate::{
    browser::{element, number, time},
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
    let fields = NodeRef::<html::Form>::new();
    let form = Form::new();
    let presets = Presets::of_page();
    // An import goes on while the dialog is closed, and what comes of it is there when it is opened again.
    let import = ImportState::none();
    effect(move |_| {
        if open.get() {
            form.fill(&settings.get_untracked());
        } else {
            import.forget_what_has_ended();
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
            Err(problem) => {
                form.problem.set(Some(problem));
                if let Some(fields) = fields.get_untracked() {
                    time::on_next_frame(move || _ = element::focus_in(&fields, "[aria-invalid=true]"));
                }
            }
        }
    };
    view! {
        <Dialog open name="settings-dialog" title=words::chat_settings()>
            <form node_ref=fields on:submit=save>
                <label>
                    {words::system_prompt()}
                    <textarea rows="4" placeholder=words::system_prompt_hint()
                        prop:value=move || form.prompt.get() on:input=move |event| form.prompt.set(event_target_value(&event))></textarea>
                </label>
                <div class="settings-dialog__numbers">
                    <NumberField label=words::temperature() hint=words::temperature_hint() number=Number::Temperature form />
                    <NumberField label=words::top_p() hint=words::top_p_hint() number=Number::TopP form />
                    <NumberField label=words::max_tokens() hint=words::max_tokens_hint() number=Number::MaxTokens form />
                </div>
                {move || form.problem.get().map(|problem| view! {
                    <p id=PROBLEM class="settings-dialog__error" role="alert">{problem.sentence}</p>
                }.into_any())}
                <p class="settings-dialog__hint">{words::empty_fields()}</p>
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
            <TransferSection conversations import />
        </Dialog>
    }
}

/// Where it is said what is wrong with a number.
const PROBLEM: &str = "settings-problem";

/// One of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Temperature,
    TopP,
    MaxTokens,
}

/// What is wrong with a number.
#[derive(Debug, Clone, PartialEq)]
struct Problem {
    number: Number,
    sentence: String,
}

/// A number that may be left out.
#[component]
fn NumberField(label: &'static str, hint: &'static str, number: Number, form: Form) -> impl IntoView {
    let value = form.value(number);
    let wrong = move || form.problem.with(|problem| problem.as_ref().is_some_and(|problem| problem.number == number));
    view! {
        <label>
            {label}
            <input type="text" inputmode="decimal" placeholder=hint prop:value=move || value.get()
                aria-invalid=move || wrong().then_some("true") aria-describedby=move || wrong().then_some(PROBLEM)
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
    problem: RwSignal<Option<Problem>>,
}

impl Form {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self { prompt: text(), temperature: text(), top_p: text(), max_tokens: text(), problem: RwSignal::new(None) }
    }

    fn fill(self, settings: &ConversationSettings) {
        let text = |number: Option<f64>| number.map(number::written).unwrap_or_default();
        let Parameters { temperature, top_p, max_tokens } = settings.parameters;
        self.prompt.set(settings.system_prompt.clone().unwrap_or_default());
        self.temperature.set(text(temperature));
        self.top_p.set(text(top_p));
        self.max_tokens.set(text(max_tokens.map(f64::from)));
        self.problem.set(None);
    }

    fn value(self, number: Number) -> RwSignal<String> {
        match number {
            Number::Temperature => self.temperature,
            Number::TopP => self.top_p,
            Number::MaxTokens => self.max_tokens,
        }
    }

    fn read(self) -> Result<(Option<String>, Parameters), Problem> {
        let parameters = Parameters {
            temperature: self.read_number(Number::Temperature, words::temperature(), decimal)?,
            top_p: self.read_number(Number::TopP, words::top_p(), decimal)?,
            max_tokens: self.read_number(Number::MaxTokens, words::max_tokens(), |text| text.parse().ok())?,
        };
        parameters.validate().map_err(|invalid| {
            let (number, sentence) = match invalid.field.as_str() {
                "temperature" => (Number::Temperature, words::temperature_range()),
                "top_p" => (Number::TopP, words::top_p_range()),
                _ => (Number::MaxTokens, words::max_tokens_range()),
            };
            Problem { number, sentence: sentence.to_owned() }
        })?;
        let prompt = self.prompt.get_untracked().trim().to_owned();
        Ok(((!prompt.is_empty()).then_some(prompt), parameters))
    }

    fn read_number<T>(self, number: Number, name: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
        read(name, &self.value(number).get_untracked(), parse).map_err(|sentence| Problem { number, sentence })
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
