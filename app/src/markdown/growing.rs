//! A text that grows at its end, as blocks: those that no further text can change are final and never read again, and
//! an open block of code only gets its new lines appended. So the work for a text is in proportion to its length.

use super::{mend::mend, parse, syntax::Block};

/// What to do to the list of blocks so that it shows the text that has grown.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Put these blocks in place of all from this index on.
    Replace {
        /// The index.
        from: usize,
        /// The blocks.
        blocks: Vec<Block>,
    },
    /// Append to the block of code at this index, which is the last.
    Append {
        /// The index.
        at: usize,
        /// The code.
        code: String,
    },
}

/// How far a growing text has been read. Begin with the default; always hand in the whole text.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    /// How many blocks are final.
    kept: usize,
    /// Where the blocks that are not final begin.
    offset: usize,
    /// Up to where lines are complete and have been looked at for final blocks.
    checked: usize,
    /// The open block of code, if the text ends in one.
    fence: Option<Fence>,
}

#[derive(Debug, Clone)]
struct Fence {
    mark: u8,
    length: usize,
    indent: usize,
    /// Where the line begins that is being read.
    line: usize,
    /// Up to where code has been handed out.
    shown: usize,
}

impl Growing {
    /// Takes the text, which begins with what was handed in before, and says what changed.
    pub fn grow(&mut self, text: &str, steps: &mut Vec<Step>) {
        loop {
            if self.fence.is_some() {
                if !self.read_code(text, steps) {
                    return;
                }
            } else if !self.keep_final(text, steps) {
                break;
            }
        }
        let shown = mend(&text[self.offset..]);
        steps.push(Step::Replace { from: self.kept, blocks: parse::blocks(&shown) });
    }

    /// Keeps the blocks that are final. Only complete lines are asked, because half a line can still turn into anything.
    /// True if the text ends in a block of code, which is then read line by line.
    fn keep_final(&mut self, text: &str, steps: &mut Vec<Step>) -> bool {
        let complete = text[self.offset..].rfind('\n').map_or(self.offset, |at| self.offset + at + 1);
        if complete <= self.checked {
            return false;
        }
        self.checked = complete;
        let mut placed = parse::placed(&text[self.offset..complete]);
        let Some((last, range)) = placed.pop() else { return false };
        let start = self.offset + text[self.offset..self.offset + range.start].rfind('\n').map_or(0, |at| at + 1);
        let fence = Fence::open(&text[start..complete], start);
        let mut blocks: Vec<_> = placed.into_iter().map(|(block, _)| block).collect();
        match (last, fence) {
            (Block::Code { language, .. }, Some(fence)) => {
                let (from, at) = (self.kept, self.kept + blocks.len());
                blocks.push(Block::Code { language, code: String::new() });
                steps.push(Step::Replace { from, blocks });
                (self.kept, self.offset, self.fence) = (at, start, Some(fence));
                true
            }
            _ => {
                if !blocks.is_empty() {
                    let (from, kept) = (self.kept, self.kept + blocks.len());
                    steps.push(Step::Replace { from, blocks });
                    (self.kept, self.offset) = (kept, start);
                }
                false
            }
        }
    }

    /// Hands out the code of an open fence, line by line. True if the fence was closed.
    fn read_code(&mut self, text: &str, steps: &mut Vec<Step>) -> bool {
        let Some(fence) = &mut self.fence else { return false };
        let mut code = String::new();
        let mut closed = false;
        while let Some(length) = text[fence.line..].find('\n') {
            let end = fence.line + length + 1;
            if fence.closes(&text[fence.line..end]) {
                closed = true;
            } else {
                fence.take(text, end, &mut code);
            }
            (fence.line, fence.shown) = (end, end);
            if closed {
                break;
            }
        }
        if !closed && !fence.may_close(&text[fence.line..]) {
            let end = text.strip_suffix('\r').unwrap_or(text).len();
            fence.take(text, end, &mut code);
            fence.shown = fence.shown.max(end);
        }
        if !code.is_empty() {
            steps.push(Step::Append { at: self.kept, code });
        }
        if closed {
            (self.offset, self.checked) = (fence.line, fence.line);
            self.kept += 1;
            self.fence = None;
        }
        closed
    }
}

impl Fence {
    /// The fence that the first line of this text opens; `offset` is where the text begins.
    fn open(text: &str, offset: usize) -> Option<Self> {
        let line = text.split_inclusive('\n').next()?;
        let indent = line.bytes().take_while(|b| *b == b' ').count();
        let mark = *line.as_bytes().get(indent)?;
        let length = line[indent..].bytes().take_while(|b| *b == mark).count();
        let at = offset + line.len();
        (matches!(mark, b'`' | b'~') && length >= 3 && indent < 4).then_some(Self {
            mark,
            length,
            indent,
            line: at,
            shown: at,
        })
    }

    fn closes(&self, line: &str) -> bool {
        let rest = line.trim_start_matches(' ');
        let length = rest.bytes().take_while(|b| *b == self.mark).count();
        line.len() - rest.len() < 4 && length >= self.length && rest[length..].trim().is_empty()
    }

    /// Whether this half of a line may turn into the closing fence.
    fn may_close(&self, half: &str) -> bool {
        half.bytes().all(|b| b == self.mark || b == b' ' || b == b'\t' || b == b'\r')
    }

    /// Appends what was not handed out yet of the present line, less the indent of the fence.
    fn take(&self, text: &str, end: usize, code: &mut String) {
        let line = &text[self.line..end];
        let spaces = line.bytes().take(self.indent).take_while(|b| *b == b' ').count();
        let mut from = self.shown;
        if from == self.line {
            from += spaces;
            // A tab reaches to the fourth column, of which the fence's indent is taken away.
            if spaces < self.indent && line[spaces..].starts_with('\t') {
                from += 1;
                code.push_str(&"    "[self.indent..]);
            }
        }
        if from < end {
            code.push_str(&text[from..end].replace("\r\n", "\n"));
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Does to a list of blocks what the steps say.
    fn apply(blocks: &mut Vec<Block>, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Replace { from, blocks: new } => {
                    blocks.truncate(from);
                    blocks.extend(new);
                }
                Step::Append { at, code: more } => {
                    assert_eq!(at, blocks.len() - 1);
                    let Block::Code { code, .. } = &mut blocks[at] else { panic!("not code") };
                    code.push_str(&more);
                }
            }
        }
    }

    /// Feeds the text in pieces; `cuts` may be anything.
    fn fed(text: &str, cuts: &[usize]) -> (Vec<Block>, Growing) {
        let mut cuts: Vec<_> =
            cuts.iter().map(|cut| cut % (text.len() + 1)).filter(|c| text.is_char_boundary(*c)).collect();
        cuts.sort_unstable();
        cuts.push(text.len());
        let (mut growing, mut blocks) = (Growing::default(), Vec::new());
        for cut in cuts {
            let mut steps = Vec::new();
            growing.grow(&text[..cut], &mut steps);
            apply(&mut blocks, steps);
        }
        (blocks, growing)
    }

    const RICH: &str = "# Title\n\nSome *text* with `code`.\n\n- one\n- two\n\n  more\n\n1. a\n   ```py\n   x = 1\n   ```\n\n\
        ```rust\nfn main() {\n    println!(\"ä\");\n}\n\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n> more\n\nheading\n---\n\n\
        ~~~~\n~~~\n```\n~~~~\n\n<div>\nx\n</div>\n\n    indented\n\nlast\n";

    #[test]
    fn any_chunking_of_a_rich_text_gives_the_blocks_of_the_whole() {
        let whole = parse::blocks(RICH);
        for size in 1..40 {
            let cuts: Vec<_> = (0..RICH.len()).step_by(size).collect();
            assert_eq!(fed(RICH, &cuts).0, whole, "in pieces of {size}");
        }
    }

    #[test]
    fn final_blocks_are_not_read_again() {
        let (_, growing) = fed(RICH, &(0..RICH.len()).collect::<Vec<_>>());
        assert!(growing.kept >= parse::blocks(RICH).len() - 1, "{growing:?}");
    }

    #[test]
    fn an_open_fence_only_appends() {
        let (mut growing, mut steps) = (Growing::default(), Vec::new());
        growing.grow("```js\nlet a", &mut steps);
        steps.clear();
        growing.grow("```js\nlet a = 1;\nlet b", &mut steps);
        assert_eq!(steps, [Step::Append { at: 0, code: " = 1;\nlet b".into() }]);
        steps.clear();
        growing.grow("```js\nlet a = 1;\nlet b\n``", &mut steps);
        assert_eq!(steps, [Step::Append { at: 0, code: "\n".into() }]);
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            "[a-c]{1,4}",
            "#{1,3} [ab]",
            "#{1,2}[ab]",
            "[-*+] [ab]{1,2}",
            " {1,4}[-*] [ab]",
            "[12]\\. [ab]",
            "`{3,4}[a]{0,2}",
            " {0,3}```",
            "~{3,4}",
            "> ?[ab]",
            "\\|[ab]\\|[ab]\\|",
            Just("|-|-|".to_owned()),
            "[-=*]{1,4}",
            " {1,5}[ab]",
            "\\*\\*[ab]\\*?\\*?",
            "<[a-b]>",
            Just("<!-- a".to_owned()),
            Just("-->".to_owned()),
            Just("[^1]: a".to_owned()),
            "\\$\\$?[ab]\\$?",
            "[ab]  ",
            "\t[ab]",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// However a text is cut, the blocks are those of the whole once a complete last line has come.
        #[test]
        fn any_chunking_gives_the_blocks_of_the_whole(
            lines in prop::collection::vec(line(), 0..14),
            cuts in prop::collection::vec(any::<usize>(), 0..20),
        ) {
            let text = format!("{}\n\nend\n", lines.join("\n"));
            let fed = fed(&text, &cuts).0;
            let whole = parse::blocks(&text);
            prop_assert_eq!(fed, whole, "{:?}", text);
        }
    }
}
