//! How deep the headings of a text are shown. A text begins with whatever level it likes, and leaves out some; in the page each is
//! at most one level below the one before, so that who listens to it knows that nothing is missing.

use super::syntax::Block;

/// The deepest level, counted from the first that a text may have: the page has two above it.
const DEEPEST: u8 = 4;

/// The headings so far of a text that may grow.
#[derive(Debug, Clone, Default)]
pub(super) struct Outline {
    /// The index of each block of the text that is a heading, and its level as shown.
    headings: Vec<(usize, u8)>,
}

impl Outline {
    /// Gives the headings in these blocks, which stand in place of all from this index on in the block to which the way leads,
    /// the levels at which they are shown.
    pub(super) fn arrange(&mut self, path: &[usize], from: usize, blocks: &mut [Block]) {
        if let Some(outermost) = path.first() {
            return within(blocks, self.before(*outermost));
        }
        self.headings.truncate(self.headings.partition_point(|(at, _)| *at < from));
        let mut before = self.before(from);
        for (at, block) in (from..).zip(blocks) {
            match block {
                Block::Heading { level, .. } => {
                    before = shown(*level, before);
                    *level = before;
                    self.headings.push((at, before));
                }
                block => within(std::slice::from_mut(block), before),
            }
        }
    }

    /// The level of the last heading of the text before this index, 0 if there is none.
    fn before(&self, at: usize) -> u8 {
        let known = self.headings.partition_point(|(heading, _)| *heading < at);
        known.checked_sub(1).map_or(0, |last| self.headings[last].1)
    }
}

fn shown(level: u8, before: u8) -> u8 {
    level.min(before + 1).min(DEEPEST)
}

/// Headings within other blocks: all are one level below the heading that these stand under, so that none of them depends on what
/// else is in there.
fn within(blocks: &mut [Block], before: u8) {
    for block in blocks {
        match block {
            Block::Heading { level, .. } => *level = shown(DEEPEST, before),
            Block::Quote(inside)
            | Block::List { items: inside, .. }
            | Block::Item { content: inside, .. }
            | Block::Footnote { content: inside, .. } => within(inside, before),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{growing::Growing, growing::Step, growing::apply, parse},
        *,
    };

    fn levels(blocks: &[Block], levels: &mut Vec<u8>) {
        for block in blocks {
            match block {
                Block::Heading { level, .. } => levels.push(*level),
                block => self::levels(block.children().unwrap_or_default(), levels),
            }
        }
    }

    fn whole(text: &str) -> Vec<Block> {
        let mut blocks = parse::blocks(text);
        Outline::default().arrange(&[], 0, &mut blocks);
        blocks
    }

    #[test]
    fn no_level_is_left_out() {
        for (text, shown) in [
            ("# a\n## b\n### c\n# d\n", &[1, 2, 3, 1][..]),
            ("### a\n## b\n# c\n", &[1, 2, 1]),
            ("# a\n#### b\n###### c\n## d\n", &[1, 2, 3, 2]),
            ("# a\n## a\n### a\n#### a\n##### a\n###### a\n", &[1, 2, 3, 4, 4, 4]),
            ("> # a\n> ### b\n\n## c\n\n- # d\n\n#### e\n", &[1, 1, 1, 2, 2]),
        ] {
            let mut found = Vec::new();
            levels(&whole(text), &mut found);
            assert_eq!(found, shown, "{text:?}");
        }
    }

    #[test]
    fn a_text_that_grows_has_the_levels_of_the_whole() {
        let text =
            "### a\n\n> # b\n\n1. ## c\n\n   x\n2. # d\n\n#### e\n\n---\n\n# f\ng\n---\n\n- a\n\n  ### h\n\nend\n";
        for size in 1..20 {
            let (mut growing, mut outline, mut tree) = (Growing::default(), Outline::default(), Vec::new());
            for end in (size..text.len()).step_by(size).chain([text.len()]) {
                let mut steps = Vec::new();
                growing.grow(&text[..end], &mut steps);
                for step in &mut steps {
                    if let Step::Replace { path, from, blocks } = step {
                        outline.arrange(path, *from, blocks);
                    }
                }
                apply(&mut tree, steps);
            }
            assert_eq!(tree, whole(text), "in pieces of {size}");
        }
    }
}
