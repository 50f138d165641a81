//! The visitor's prompt presets: texts to use again, with gaps that are filled in.
//!
//! Who calls it: the settings, where they are kept in order, and the writing place, where `/` offers them.
//!
//! What it must not know: components, the chat.

use crate::browser::http::{self, FetchError};
use leptos::prelude::*;
use protocol::{
    id::PresetId,
    preset::{Preset, PresetList, PresetText},
};

const ROUTE: &str = "/api/presets";

/// The presets as signals. Copying it gives the same.
#[derive(Debug, Clone, Copy)]
pub struct Presets {
    /// All of them, by name; none until they have been read.
    pub known: RwSignal<Option<Vec<Preset>>>,
    reading: StoredValue<bool>,
}

impl Presets {
    /// Makes them for the page; they are read when they are wanted.
    pub fn provide() -> Self {
        let presets = Self { known: RwSignal::new(None), reading: StoredValue::new(false) };
        provide_context(presets);
        presets
    }

    /// Those of the page; none where a chat is embedded elsewhere.
    pub fn of_page() -> Option<Self> {
        use_context()
    }

    /// Reads them, if they have not been read before.
    pub async fn want(self) {
        let known = self.known.with_untracked(Option::is_some) || self.reading.get_value();
        if !known {
            let _ = self.read().await;
        }
    }

    async fn read(self) -> Result<(), FetchError> {
        self.reading.set_value(true);
        let read = http::get::<PresetList>(ROUTE).await;
        let _ = self.reading.try_set_value(false);
        let _ = self.known.try_set(Some(read?.presets));
        Ok(())
    }

    /// Keeps a new one, or gives one another name and text.
    pub async fn save(self, id: Option<PresetId>, text: PresetText) -> Result<(), FetchError> {
        match id {
            Some(id) => http::put(&format!("{ROUTE}/{id}"), &text).await?,
            None => drop(http::post::<Preset>(ROUTE, &text, "").await?),
        }
        self.read().await
    }

    /// Deletes one.
    pub async fn delete(self, id: PresetId) -> Result<(), FetchError> {
        http::delete(&format!("{ROUTE}/{id}")).await?;
        self.known.update(|known| {
            if let Some(known) = known {
                known.retain(|preset| preset.id != id);
            }
        });
        Ok(())
    }
}

/// The longest name of a gap, in bytes. What is longer is text with braces.
const LONGEST: usize = 60;

/// A text in its parts: what stands as it is, and the names of gaps.
fn parts(text: &str) -> Vec<(&str, Option<&str>)> {
    let (mut parts, mut rest, mut from) = (Vec::new(), text, 0);
    while let Some(start) = rest[from..].find("{{").map(|at| at + from) {
        let name = rest[start + 2..].split_once("}}").map(|(name, _)| name);
        let is_name = |name: &&str| !name.trim().is_empty() && name.len() <= LONGEST && !name.contains(['{', '\n']);
        match name.filter(is_name) {
            Some(name) => {
                parts.push((&rest[..start], Some(name.trim())));
                (rest, from) = (&rest[start + name.len() + 4..], 0);
            }
            None => from = start + 1,
        }
    }
    parts.push((rest, None));
    parts
}

/// The names of the gaps of a text, each once.
pub fn gaps(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in parts(text).into_iter().filter_map(|(_, name)| name) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The text with its gaps filled in.
pub fn filled(text: &str, value: impl Fn(&str) -> String) -> String {
    parts(text).into_iter().map(|(before, name)| format!("{before}{}", name.map(&value).unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_found_once_and_filled_everywhere() {
        let text = "Write {{ what }} for {{who}}, {{what}}!";
        assert_eq!(gaps(text), ["what", "who"]);
        assert_eq!(filled(text, |name| name.to_uppercase()), "Write WHAT for WHO, WHAT!");
    }

    #[test]
    fn what_is_no_gap_is_text() {
        for text in ["", "{}", "{{}}", "{{ }}", "{{a", "a}}", "{{a\nb}}", "{{{", "fn f() {{ {} }}"] {
            assert_eq!((gaps(text), filled(text, |_| "X".into())), (vec![], text.to_owned()), "{text}");
        }
        assert_eq!(filled("{{{a}}}", |_| "ü".into()), "{ü}");
        assert_eq!(filled("{{ {{ö}} }}", |name| name.into()), "{{ ö }}");
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        assert_eq!(filled("{{a}}{{b}}", |name| format!("{{{{{name}}}}}")), "{{a}}{{b}}");
    }
}
