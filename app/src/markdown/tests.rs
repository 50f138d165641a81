//! The work for a text is in proportion to its length, whatever it holds. What is compared are two lengths in the same run: a text
//! that is sixteen times as long may take eighty times as long, since others use the machine, and would take 256 times as long if each
//! part of it were looked at for each other part.

use super::{
    growing::{Growing, apply},
    mend, parse,
};
use std::time::{Duration, Instant};

/// What the texts are made of, again and again.
const UNITS: &[&str] = &[
    "\n",
    "a\n",
    "*a ",
    "a*",
    "*a_ ",
    "_a*",
    "*_",
    "**a*",
    "~~a ",
    "<",
    "<a ",
    "<http://a",
    "<!--",
    "</",
    "<a b='\n",
    "`",
    "`a ",
    "[",
    "[a ",
    "[a](",
    "[a][",
    "[a] ",
    "[^a",
    "[^a] ",
    "[`",
    "[<",
    "[[a]",
    "![",
    "![a](",
    "|",
    "|a|\n|-|\n",
    "|\n",
    ">",
    "> a\n",
    "- ",
    "- a\n",
    "- - ",
    "- [x",
    "1. ",
    "&",
    "&a ",
    "&a;",
    "\\",
    "\\(",
    "\\(a ",
    "\\( a\n",
    "\\[",
    "\\[a\n",
    "$",
    "$a ",
    "$a $",
    "$ $",
    "$$",
    "$$a\n",
    "a $b\n",
    "- $$\n",
    "$$\n- ",
    "${",
    "$a{",
    "`\\(a` \\(",
    "https://a.b/)",
    "www.",
    "_www.a_",
    "a@",
    "@",
    "a:",
    "#",
    "---\n",
    "```\n",
    "```a\n```\n",
    "[a]: b\n",
    "[^1]: a\n\n",
    "<div>\n",
    "    a\n",
    "a\\\n",
    "é*",
    "(",
];

/// Texts of about so many bytes.
fn texts(length: usize) -> Vec<(String, String)> {
    let times = |unit: &str, bytes: usize| unit.repeat(bytes / unit.len());
    let runs = |unit: &str, end: &str| {
        let all = (1..).map(|run| unit.repeat(run) + end).scan(0, |sum, run| {
            *sum += run.len();
            (*sum <= length).then_some(run)
        });
        all.collect::<String>()
    };
    let half = length / 2;
    let numbered = |text: fn(usize) -> String| (0..length / 20).map(text).collect::<String>();
    let made = [
        ("an address and closing brackets", format!("https://a.example/{}", times(")", length))),
        ("an address and both kinds", format!("https://a.example/{}", times(")].", length))),
        ("an address and opening brackets", format!("https://a.example/{}", times("(", length))),
        ("an address and semicolons", format!("https://a.example/&{}", times(";", length))),
        ("an address and entities", format!("https://a.example/{}", times("&a;", length))),
        ("formulas that a line ends", format!("{}\n\nb", times("\\(a ", length))),
        ("formulas that code ends", format!("{} `b`", times("\\[a ", length))),
        ("formulas of nothing", format!("{}\\)", times("\\( ", length))),
        ("labels of footnotes", format!("{}]", times("[^a", length))),
        ("brackets", format!("{}a{}", times("[", half), times("]", half))),
        ("links", format!("{}a{}", times("[", length / 5), times("](b)", length / 5 * 4))),
        ("images", format!("{}a{}", times("![", length / 3), times("](b)", length / 3 * 2))),
        ("emphasis", format!("{}a{}", times("*a **a ", half), times(" a** a*", half))),
        ("a title without an end", format!("[a]: b '{}", times("c\n", length))),
        ("growing code", runs("`", "a")),
        ("growing fences", runs("`", "\n")),
        ("growing quotations", runs("> ", "a\n")),
        ("growing lists", runs("  ", "- a\n")),
        ("columns", format!("{}|\n{}|\n", times("|a", half), times("|-", half))),
        ("lines of a deep list", format!("{}a\n{}", times("- ", half), times("b\n", half))),
        ("lines of a deep quotation", format!("{}a\n{}", times("> ", half), times("b\n", half))),
        ("footnotes", numbered(|at| format!("a[^{at}]\n\n[^{at}]: b\n\n"))),
        ("labels", numbered(|at| format!("[a{at}]: b\n\n[a{at}]\n\n"))),
    ];
    let units = UNITS.iter().map(|unit| (format!("{unit:?}"), times(unit, length)));
    units.chain(made.map(|(name, text)| (name.to_owned(), text))).collect()
}

/// Whether the longer text takes more than in proportion, in the best of some runs.
fn is_steep(short: &str, long: &str, read: fn(&str)) -> bool {
    let time = |text: &str| {
        let began = Instant::now();
        read(text);
        began.elapsed()
    };
    let (mut least, mut most) = (Duration::MAX, Duration::MAX);
    for _ in 0..12 {
        (least, most) = (least.min(time(short)), most.min(time(long)));
        if most < least * 80 || most < Duration::from_millis(10) {
            return false;
        }
    }
    true
}

fn steep(read: fn(&str)) -> Vec<String> {
    let (short, long) = (texts(1_000), texts(16_000));
    let pairs = short.into_iter().zip(long);
    pairs.filter(|((_, short), (_, long))| is_steep(short, long, read)).map(|((name, _), _)| name).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn reading_in_one_piece_is_in_proportion() {
    assert_eq!(
        steep(|text| {
            parse::blocks(text);
        }),
        NONE
    );
}

#[test]
fn mending_is_in_proportion() {
    assert_eq!(
        steep(|text| {
            mend::mend(text, false);
            mend::mend(text, true);
        }),
        NONE
    );
}

/// As many pieces of each, so that the work for one of them is compared. How often a long block is read again is counted in
/// the tests of `growing`.
#[test]
fn reading_in_pieces_is_in_proportion() {
    assert_eq!(
        steep(|text| {
            let (mut growing, mut tree) = (Growing::default(), Vec::new());
            for piece in 1..=6 {
                let end = text.floor_char_boundary(text.len() * piece / 6);
                let mut steps = Vec::new();
                growing.grow(&text[..end], &mut steps);
                apply(&mut tree, steps);
            }
        }),
        NONE
    );
}
