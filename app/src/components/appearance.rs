//! How the page looks: theme, density and the size of the text.
//!
//! Each is one attribute of the root element, which the style sheet goes by, and one cookie, by which the server sets that
//! attribute before anything is painted.

use crate::{
    browser::{document, offline},
    page_data::{DENSITY_COOKIE, Density, PageData, TEXT_SIZE_COOKIE, THEME_COOKIE, TextSize, Theme},
    words,
};
use leptos::{ev, prelude::*};

/// The colour of the page in the light theme and in the dark one, as `tokens.css` has it, for what the browser draws around it.
const PAPER: [&str; 2] = ["#fbfcfc", "#121719"];

/// The colours for a system that is light and one that is dark, where a person has chosen this theme or none.
pub(crate) fn theme_colours(theme: Option<&str>) -> [&'static str; 2] {
    match theme {
        Some("light") => [PAPER[0]; 2],
        Some("dark") => [PAPER[1]; 2],
        _ => PAPER,
    }
}

/// Gives a name in the language of the page.
type Name = fn() -> &'static str;

/// One thing that can be chosen. A value that is empty is what stands where nobody has chosen.
struct Group {
    legend: Name,
    attribute: &'static str,
    cookie: &'static str,
    choices: &'static [(&'static str, Name)],
}

const GROUPS: [Group; 3] = [
    Group {
        legend: words::theme,
        attribute: "data-theme",
        cookie: THEME_COOKIE,
        choices: &[("", words::theme_system), ("light", words::theme_light), ("dark", words::theme_dark)],
    },
    Group {
        legend: words::density,
        attribute: "data-density",
        cookie: DENSITY_COOKIE,
        choices: &[("", words::comfortable), ("compact", words::compact)],
    },
    Group {
        legend: words::text_size,
        attribute: "data-text-size",
        cookie: TEXT_SIZE_COOKIE,
        choices: &[
            ("small", words::text_small),
            ("", words::text_medium),
            ("large", words::text_large),
            ("largest", words::text_largest),
        ],
    },
];

/// What is chosen, in the order of the groups. Copying it gives the same.
#[derive(Debug, Clone, Copy)]
pub struct Appearance(RwSignal<[String; GROUPS.len()]>);

impl Appearance {
    /// As the page was rendered.
    pub fn of_page() -> Self {
        let data = use_context::<PageData>().unwrap_or_default();
        let chosen =
            [data.theme.map(Theme::as_str), data.density.map(Density::as_str), data.text_size.map(TextSize::as_str)];
        Self(RwSignal::new(chosen.map(|value| value.unwrap_or_default().to_owned())))
    }

    /// The theme that is chosen, as the root element has it; empty for the system's.
    pub(crate) fn theme(self) -> String {
        self.0.with(|chosen| chosen[0].clone())
    }

    /// Chooses a value of a group, from now on and for the next visits.
    fn choose(self, group: usize, value: &str) {
        let Some(Group { attribute, cookie, .. }) = GROUPS.get(group) else { return };
        document::set_root_attribute(attribute, Some(value).filter(|value| !value.is_empty()));
        document::set_cookie(cookie, value);
        if group == 0 {
            let [light, dark] = theme_colours(Some(value));
            for (system, colour) in [("light", light), ("dark", dark)] {
                document::set_attribute_of(&format!("meta[name=theme-color][media*={system}]"), "content", colour);
            }
            leptos::task::spawn_local(async { _ = offline::renew().await });
        }
        self.0.update(|chosen| value.clone_into(&mut chosen[group]));
    }

    /// Light if it is dark, and dark if it is light.
    pub fn turn_theme(self) {
        let dark = match self.0.with_untracked(|chosen| chosen[0].clone()).as_str() {
            "" => document::matches_media("(prefers-color-scheme: dark)"),
            theme => theme == "dark",
        };
        self.choose(0, if dark { "light" } else { "dark" });
    }
}

/// The choices, which hold at once.
#[component]
pub fn AppearanceSection(
    /// What is chosen.
    appearance: Appearance,
) -> impl IntoView {
    let groups = GROUPS.iter().enumerate().map(|(at, group)| {
        let choices = group.choices.iter().map(|&(value, name)| {
            view! {
                <label class="appearance__choice">
                    <input type="radio" name=group.attribute value=value prop:checked=move || appearance.0.with(|chosen| chosen[at] == value)
                        on:change=move |_: ev::Event| appearance.choose(at, value) />
                    {name()}
                </label>
            }
        });
        view! {
            <fieldset class="appearance__group">
                <legend>{(group.legend)()}</legend>
                {choices.collect_view()}
            </fieldset>
        }
    });
    view! { <div class="appearance">{groups.collect_view()}</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_one_that_the_server_reads() {
        for (group, reads) in GROUPS.iter().zip([
            (|value: &str| value.parse::<Theme>().is_ok()) as fn(&str) -> bool,
            |value| value.parse::<Density>().is_ok(),
            |value| value.parse::<TextSize>().is_ok(),
        ]) {
            for (value, _) in group.choices {
                assert_eq!(reads(value), !value.is_empty(), "{value}");
            }
        }
    }

    #[test]
    fn a_chosen_theme_has_one_colour() {
        assert_eq!(theme_colours(None), theme_colours(Some("")));
        assert_eq!(theme_colours(Some("dark")), [PAPER[1], PAPER[1]]);
    }
}
