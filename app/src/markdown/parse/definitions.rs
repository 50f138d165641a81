//! What links with a label refer to.

use pulldown_cmark::{BrokenLink, BrokenLinkCallback, CowStr, RefDefs};

/// What links with a label refer to, by label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definitions(Vec<Definition>);

#[derive(Debug, Clone, PartialEq)]
struct Definition {
    label: String,
    address: String,
    title: String,
}

impl Definitions {
    /// Those of a text.
    pub(super) fn of(found: &RefDefs<'_>) -> Self {
        let all = found.iter().map(|(label, found)| Definition {
            label: normal(label),
            address: found.dest.to_string(),
            title: found.title.as_deref().unwrap_or_default().to_owned(),
        });
        Self(all.collect())
    }

    /// Takes those in that are not known yet: the first one of a label counts.
    pub fn extend(&mut self, more: Self) {
        for one in more.0 {
            if self.find(&one.label).is_none() {
                self.0.push(one);
            }
        }
    }

    fn find(&self, label: &str) -> Option<&Definition> {
        self.0.iter().find(|known| known.label == label)
    }
}

/// Labels are the same apart from case and the number of blanks.
fn normal(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The definitions of the text before.
#[derive(Clone, Copy)]
pub(super) struct Known<'a>(pub(super) &'a Definitions);

impl<'a> BrokenLinkCallback<'a> for Known<'_> {
    fn handle_broken_link(&mut self, link: BrokenLink<'a>) -> Option<(CowStr<'a>, CowStr<'a>)> {
        if self.0.0.is_empty() {
            return None;
        }
        let found = self.0.find(&normal(&link.reference))?;
        Some((found.address.clone().into(), found.title.clone().into()))
    }
}
