//! The examples of CommonMark and of GitHub's markdown: read in one piece they give the HTML of the specification, and
//! read as they grow, in any pieces, the same tree. What differs from the specification, and why, is in docs/markdown.md.

#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "markdown/html.rs"]
mod html;

use app::markdown::{
    growing::{Growing, apply},
    parse,
    syntax::Block,
};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write};

#[derive(Deserialize)]
struct Example {
    example: u32,
    section: String,
    markdown: String,
    html: String,
}

fn examples(json: &str) -> Vec<Example> {
    serde_json::from_str(json).unwrap()
}

fn commonmark() -> Vec<Example> {
    examples(include_str!("markdown/commonmark-0.31.2.json"))
}

fn gfm() -> Vec<Example> {
    examples(include_str!("markdown/gfm-0.29.json"))
}

/// Raw HTML is text here, and what a specification says about it does not apply.
fn has_raw_html(example: &Example) -> bool {
    let section = &example.section;
    ["HTML blocks", "Raw HTML", "Disallowed Raw HTML"].iter().any(|name| section.contains(name))
        || html::has_raw_html(&parse::blocks(&example.markdown), &example.markdown)
}

/// In GitHub's markdown bare addresses are links, which examples that know no such thing do not expect.
const LINKED: &str = "a bare address is a link";
const XMPP: &str = "xmpp is not an address that a link may lead to";

/// The examples that differ although raw HTML plays no part, with the reason. docs/markdown.md says more.
fn check(all: Vec<Example>, deviations: &[(u32, &str)]) {
    let (mut wrong, mut compared) = (String::new(), 0);
    let mut expected: BTreeMap<u32, &str> = deviations.iter().copied().collect();
    for example in all.iter().filter(|example| !has_raw_html(example)) {
        compared += 1;
        let ours = html::write(&parse::blocks(&example.markdown));
        let is_same = html::normal(&ours) == html::normal(&example.html);
        if is_same == expected.remove(&example.example).is_some() {
            let Example { example, section, markdown, html } = example;
            writeln!(wrong, "{example} ({section}), the same: {is_same}\n{markdown:?}\n  {html:?}\n  {ours:?}")
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(expected.is_empty(), "not compared at all: {expected:?}");
    assert!(compared * 10 > all.len() * 8, "most examples hold no raw HTML");
}

#[test]
fn commonmark_gives_the_html_of_the_specification() {
    check(commonmark(), &[(602, LINKED), (606, LINKED), (608, LINKED), (611, LINKED), (612, LINKED)]);
}

#[test]
fn gfm_gives_the_html_of_the_specification() {
    check(
        gfm(),
        &[
            (611, LINKED),
            (615, LINKED),
            (617, LINKED),
            (620, LINKED),
            (621, LINKED),
            (633, XMPP),
            (634, XMPP),
            (635, XMPP),
        ],
    );
}

/// Hands a text in by pieces of so many characters, ends it, and returns the tree that was built on the way.
fn streamed(text: &str, step: usize) -> Vec<Block> {
    let (mut growing, mut tree) = (Growing::default(), Vec::new());
    let ends = text.char_indices().map(|(at, _)| at).skip(1).step_by(step).chain([text.len()]);
    for end in ends {
        let mut steps = Vec::new();
        growing.grow(&text[..end], &mut steps);
        apply(&mut tree, steps);
    }
    tree
}

/// Labels can be defined after they are used, which only the end of a text tells; and two of the examples are read anew
/// as a whole at the end, as every text is.
#[test]
fn any_pieces_give_the_tree_of_the_whole() {
    let mut wrong = String::new();
    for example in commonmark().into_iter().chain(gfm()) {
        if example.markdown.contains("]:") {
            continue;
        }
        let text = format!("{}\n\nend\n", example.markdown);
        let whole = parse::blocks(&text);
        for step in [1, 2, 3, 7, 1000] {
            let tree = streamed(&text, step);
            if tree != whole {
                writeln!(
                    wrong,
                    "{} ({}) by {step}\n{text:?}\n  {whole:?}\n  {tree:?}",
                    example.example, example.section
                )
                .unwrap();
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
