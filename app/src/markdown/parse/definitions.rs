//! What links with a label refer to.

use pulldown_cmark::{BrokenLink, BrokenLinkCallback, CowStr, RefDefs};
use std::collections::BTreeMap;

/// A label that stands for more bytes than this is not remembered for the text that follows, each of whose links would hold
/// them all. At its end a text is read as a whole, with all labels.
const LONGEST: usize = 4096;

/// What links with a label refer to, by label.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definitions(BTreeMap<String, Definition>);

#[derive(Debug, Clone, PartialEq)]
struct Definition {
    address: String,
    title: String,
}

impl Definitions {
    /// Those of a text.
    pub(super) fn of(found: &RefDefs<'_>) -> Self {
        let all = found.iter().map(|(label, found)| {
            let title = found.title.as_deref().unwrap_or_default().to_owned();
            (normal(label), Definition { address: found.dest.to_string(), title })
        });
        Self(all.filter(|(_, one)| one.address.len() + one.title.len() <= LONGEST).collect())
    }

    /// Takes those in that are not known yet: the first one of a label counts.
    pub fn extend(&mut self, more: Self) {
        for (label, one) in more.0 {
            self.0.entry(label).or_insert(one);
        }
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
        let found = self.0.0.get(&normal(&link.reference))?;
        Some((found.address.clone().into(), found.title.clone().into()))
    }
}
