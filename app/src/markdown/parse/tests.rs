use super::*;

fn text(text: &str) -> Inline {
    Inline::Text(text.into())
}

fn item(done: Option<bool>, content: Vec<Block>) -> Block {
    Block::Item { done, content }
}

#[test]
fn everyday_markdown_becomes_a_tree() {
    let tree = blocks("# A *b*\n\n- [x] done\n- [ ] open\n\n3. c\n\n   d\n\n> q\n\n---\n\n```rust ignore\nfn\n```\n");
    assert_eq!(
        tree,
        [
            Block::Heading { level: 1, content: vec![text("A "), Inline::Emphasis(vec![text("b")])] },
            Block::List {
                start: None,
                items: vec![
                    item(Some(true), vec![Block::Plain(vec![text("done")])]),
                    item(Some(false), vec![Block::Plain(vec![text("open")])]),
                ],
            },
            Block::List {
                start: Some(3),
                items: vec![item(None, vec![Block::Paragraph(vec![text("c")]), Block::Paragraph(vec![text("d")])])],
            },
            Block::Quote(vec![Block::Paragraph(vec![text("q")])]),
            Block::Rule,
            Block::Code { language: Some("rust".into()), code: "fn\n".into() },
        ]
    );
}

#[test]
fn tasks_are_tasks_in_loose_lists_too() {
    let tree = blocks("- [x] a\n\n- [ ] b\n");
    let items = [
        item(Some(true), vec![Block::Paragraph(vec![text("a")])]),
        item(Some(false), vec![Block::Paragraph(vec![text("b")])]),
    ];
    assert_eq!(tree[0].children(), Some(&items[..]));
}

#[test]
fn tables_footnotes_and_math() {
    let tree = blocks("| a | b |\n|:-:|--:|\n| 1 | $x^2$ |\n\nSee[^1].\n\n[^1]: Note.\n");
    let Block::Table { alignments, head, rows } = &tree[0] else { panic!("{tree:?}") };
    assert_eq!(alignments, &[Alignment::Center, Alignment::End]);
    assert_eq!((head.len(), rows.len()), (2, 1));
    let Block::Row(cells) = &rows[0] else { panic!("{rows:?}") };
    assert_eq!(cells[1], [Inline::Math { display: false, tex: "x^2".into() }]);
    assert_eq!(tree[1], Block::Paragraph(vec![text("See"), Inline::FootnoteMark("1".into()), text(".")]));
    assert!(matches!(&tree[2], Block::Footnote { label, .. } if label == "1"));
}

#[test]
fn formulas_in_every_kind_of_delimiters() {
    let math = |display, tex: &str| Inline::Math { display, tex: tex.into() };
    for (source, seen) in [
        ("$x$", math(false, "x")),
        ("\\(x_1 * y_2 * z\\)", math(false, "x_1 * y_2 * z")),
        ("$$x$$", math(true, "x")),
        ("\\[ a\n- b \\]", math(true, " a - b ")),
    ] {
        assert_eq!(blocks(source), [Block::Paragraph(vec![seen])], "{source}");
    }
}

#[test]
fn amounts_are_no_formulas_and_brackets_stay_in_code() {
    for source in ["From $5-$10 a day", "$5 and $6"] {
        assert_eq!(blocks(source), [Block::Paragraph(vec![text(source)])], "{source}");
    }
    assert_eq!(blocks("    \\(x\\)\n"), [Block::Code { language: None, code: "\\(x\\)\n".into() }]);
    assert_eq!(blocks("a `\\(x\\)`"), [Block::Paragraph(vec![text("a "), Inline::Code("\\(x\\)".into())])]);
}

#[test]
fn markup_is_text_and_dangerous_links_lead_nowhere() {
    let tree = blocks(
        "a <b onclick=x>c</b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](https://a.example/i.png)",
    );
    assert_eq!(tree[0], Block::Paragraph(vec![text("a <b onclick=x>c</b>")]));
    assert_eq!(tree[1], Block::Markup("<script>alert(1)</script>".into()));
    let Block::Paragraph(content) = &tree[2] else { panic!("{tree:?}") };
    assert!(matches!(&content[0], Inline::Link { address, .. } if address.allowed().is_none()));
    assert!(matches!(&content[2], Inline::Image { address, label, .. } if address.image().is_some() && label == "i"));
}

#[test]
fn bare_addresses_are_links_also_when_the_parser_cuts_them() {
    let Block::Paragraph(content) = &blocks("At https://a.example/b_c*d&e now")[0] else { panic!() };
    assert_eq!(content.len(), 3, "{content:?}");
    assert!(
        matches!(&content[1], Inline::Link { address, .. } if address.allowed() == Some("https://a.example/b_c*d&e"))
    );
}

#[test]
fn the_edge_is_where_the_last_blocks_begin() {
    let text = "a\n\n1. b\n2. c\n\n   > d\n   >\n   > e";
    let edge = parse(text, &Definitions::default()).edge;
    assert_eq!(edge.iter().map(|at| &text[*at..=*at]).collect::<String>(), "12>e");
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    blocks(&"> ".repeat(20_000));
    blocks(&"- ".repeat(5_000));
    blocks(&"*a ".repeat(20_000));
    blocks(&"[".repeat(20_000));
}
