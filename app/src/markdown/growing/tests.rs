use super::*;
use proptest::prelude::*;

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

const RICH: &str = "# Title\n\nSome *text* with `code`.\n\n- one\n- two\n\n  more\n\n1. a\n   ```py\n   x = 1\n\n   y\n   ```\n\n   b\n2. c\n   - d\n   - e\n\n     f\n3. g\n\n\
    ```rust\nfn main() {\n    println!(\"ä\");\n}\n\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n> quote\n> more\n>\n> - a\n> - b\n>\n>   ```\n>   x\n>   ```\n\n\
    heading\n---\n\n~~~~\n~~~\n```\n~~~~\n\n<div>\nx\n</div>\n\n    indented\n\nlast\n";

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

/// How much is read again for the next token, at the end of a text that is given token by token.
fn pending(text: &str) -> usize {
    let (_, growing) = fed(text, &(0..text.len()).step_by(37).collect::<Vec<_>>());
    text.len() - growing.fence.as_ref().map_or(growing.offset, Fence::end)
}

#[test]
fn what_is_read_again_does_not_grow_with_what_is_open() {
    let list = "- an item of a list\n".repeat(300);
    let nested = format!("1. first\n{}", "   - an item inside\n".repeat(300));
    let loose = "1. an item\n\n   with two paragraphs\n\n".repeat(100);
    let table = format!("| a | b |\n|---|---|\n{}", "| one | two |\n".repeat(300));
    let quote = "> a paragraph\n>\n".repeat(300);
    let code = format!("1. code:\n\n   ```js\n{}", "   let a;\n".repeat(300));
    let after = format!("{code}   ```\n\n   and so on\n");
    let paragraph = "a word and *another* one, ".repeat(1000);
    for (text, most) in
        [(list, 60), (nested, 60), (loose, 90), (table, 40), (quote, 60), (code, 40), (after, 60), (paragraph, 4200)]
    {
        let pending = pending(&text);
        assert!(pending <= most, "{pending} bytes of {:?}", &text[..40]);
    }
}

/// A block that cannot be read in parts is read again and again, but not for each piece of it.
#[test]
fn what_is_read_is_in_proportion_to_the_text() {
    let table = format!("{}\n{}\n{}", "|a".repeat(9_000), "|-".repeat(9_000), "|b\n".repeat(5_000));
    let texts = [
        format!("- {}", "a word and another one ".repeat(4_000)),
        format!("# {}", "a word and another one ".repeat(4_000)),
        format!("<div>\n{}", "a word and another one\n".repeat(4_000)),
        format!("$$\n{}", "a + b = c\n".repeat(8_000)),
        "[a]: b\n".repeat(10_000),
        "\n".repeat(80_000),
        table,
    ];
    for text in texts {
        let (mut growing, length) = (Growing::default(), text.len());
        for end in (0..length).step_by(500).chain([length]) {
            growing.grow(&text[..end], &mut Vec::new());
        }
        let times = growing.read / length;
        assert!(times <= 40, "each byte of {:?}… is read {times} times", &text[..20]);
    }
}

/// What is read last may be behind, by a share of the block; nothing is once the block has ended.
#[test]
fn a_long_block_is_shown_to_its_end() {
    let text = format!("- {}\n\nend\n", "a word and *another* one ".repeat(2_000));
    let (mut tree, growing) = fed(&text, &(0..text.len()).step_by(301).collect::<Vec<_>>());
    let behind = growing.next.saturating_sub(text.len());
    assert!(behind <= text.len() / SHARE, "{behind} bytes");
    let mut steps = Vec::new();
    let more = format!("{text}{}", "\nmore\n".repeat(text.len() / SHARE / 5));
    growing.clone().grow(&more, &mut steps);
    apply(&mut tree, steps);
    assert_eq!(tree, parse::blocks(&more));
}

#[test]
fn a_long_paragraph_in_pieces_says_the_same() {
    for unit in ["a word and *another* one, ", "**strong `code` and [l](https://a.example)** more. ", "one two\nthree "]
    {
        let text = format!("{}.\n\nend\n", unit.repeat(600).trim_end());
        let (tree, _) = fed(&text, &(0..text.len()).step_by(101).collect::<Vec<_>>());
        let Block::Pieces(pieces) = &tree[0] else { panic!("in one piece: {unit}") };
        let said: Vec<_> = pieces.iter().map(|piece| format!("{piece:?}").len()).collect();
        assert!(said.len() > 2, "{said:?}");
        assert_eq!(tree.len(), 2);
    }
}

#[test]
fn a_long_paragraph_that_turns_out_to_be_a_heading_is_one() {
    let text = format!("{}\n---\n\nend\n", "a word and another one, ".repeat(400).trim_end());
    let (tree, _) = fed(&text, &(0..text.len()).step_by(101).collect::<Vec<_>>());
    assert_eq!(tree, parse::blocks(&text));
}

#[test]
fn a_label_stands_for_what_was_defined_before() {
    let text = "[a]: https://a.example\n\nOne.\n\nTwo.\n\nSee [a] now";
    let (tree, growing) = fed(text, &(0..text.len()).collect::<Vec<_>>());
    assert!(growing.offset > 0, "{growing:?}");
    assert_eq!(tree, parse::blocks(text));
}

#[test]
fn an_open_fence_only_appends() {
    let (mut growing, mut steps) = (Growing::default(), Vec::new());
    growing.grow("```js\nlet a", &mut steps);
    let mut step = |text: &str| {
        let mut steps = Vec::new();
        growing.grow(text, &mut steps);
        steps
    };
    let append = |path: &[usize], code: &str| vec![Step::Append { path: path.to_vec(), code: code.into() }];
    assert_eq!(step("```js\nlet a = 1;\nlet b"), append(&[0], " = 1;\nlet b"));
    assert_eq!(step("```js\nlet a = 1;\nlet b\n``"), append(&[0], "\n"));

    let mut growing = Growing::default();
    growing.grow("1. a\n   ```js\n   let", &mut Vec::new());
    let mut steps = Vec::new();
    growing.grow("1. a\n   ```js\n   let a\n   let b", &mut steps);
    assert_eq!(steps, append(&[0, 0, 1], " a\nlet b"));
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        1 => "[a-c]{1,4}",
        1 => "#{1,3} [ab]",
        1 => "#{1,2}[ab]",
        3 => "[-*+] [ab]{1,2}",
        2 => " {1,6}[-*] [ab]",
        2 => " {0,4}[12]\\. [ab]",
        1 => "`{3,4}[a]{0,2}",
        2 => " {0,4}```",
        1 => "~{3,4}",
        2 => "> ?[ab]",
        1 => "> {1,3}([-1]\\.?) [ab]",
        1 => "> {0,3}```",
        1 => Just(">".to_owned()),
        2 => " {0,3}\\|[ab]\\|[ab]\\|",
        1 => " {0,3}\\|-\\|-\\|",
        1 => "[-=*]{1,4}",
        3 => " {1,6}[ab]",
        1 => "\\*\\*[ab]\\*?\\*?",
        1 => "<[a-b]>",
        1 => Just("<!-- a".to_owned()),
        1 => Just("-->".to_owned()),
        1 => Just("[^1]: a".to_owned()),
        1 => "\\$\\$?[ab]\\$?",
        1 => "\\\\\\([ab] ?\\\\\\)?",
        1 => "[ab]  ",
        1 => "\t[ab]",
        1 => "- \\[[ x]\\] [ab]",
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
