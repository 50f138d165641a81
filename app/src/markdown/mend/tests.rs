use super::{
    super::{
        parse,
        syntax::{Block, Inline},
    },
    *,
};

fn mended(half: &str) -> Cow<'_, str> {
    mend(half, false)
}

#[test]
fn open_markers_are_closed() {
    for (half, shown) in [
        ("a **b", "a **b**"),
        ("a **b `c", "a **b `c`**"),
        ("a **b** c", "a **b** c"),
        ("a ~~b", "a ~~b~~"),
        ("a **", "a "),
        ("a *b", "a *b*"),
        ("a _b c", "a _b c_"),
        ("a snake_case", "a snake_case"),
        ("2 * 3", "2 * 3"),
        ("a ***b", "a ***b***"),
        ("a **b *c", "a **b *c***"),
        ("a **b*", "a **b**"),
        ("a **b**", "a **b**"),
        ("a **b **", "a **b**"),
        ("a ``b`", "a ``b``"),
        ("see [text](https://a.exam", "see text"),
        ("see [text](https://en.example/a_(b", "see text"),
        ("see [te", "see te"),
        ("see [text]", "see text"),
        ("see [1] and", "see [1] and"),
        ("see **[text](https://a.exam", "see **text**"),
        ("see [**te", "see **te**"),
        ("see ![text](https://a.exam", "see "),
        ("one **two\n\nthree", "one **two\n\nthree"),
        ("- **a", "- **a**"),
        ("- *a\n- b", "- *a\n- b"),
        ("> 1. **a", "> 1. **a**"),
        ("- [x", "- "),
        ("See[^1", "See"),
        ("ä **ö", "ä **ö**"),
        ("x $a^2 + b", "x $a^2 + b$"),
        ("x $a^", "x "),
        ("$MY_VAR and", "$MY_VAR and"),
        ("x \\(a", "x \\(a\\)"),
        ("x \\[ a \\", "x \\[ a\\]"),
        ("$$\na", "$$\na$$"),
        ("$$ \\frac{a}{b", "$$ \\frac{a}{b}$$"),
        ("$HOME and", "$HOME and"),
        ("costs $5 and", "costs $5 and"),
        ("at <https://a.exam", "at https://a.exam"),
        ("a &am", "a "),
    ] {
        assert_eq!(mended(half), shown, "{half:?}");
    }
}

#[test]
fn an_end_that_may_become_anything_is_held_back() {
    for (half, shown) in [
        ("a\n-", "a\n"),
        ("a\n\n```ru", "a\n\n"),
        ("a\n\n> ```ru", "a\n\n"),
        ("a\n\n1.", "a\n\n"),
        ("a\n1", "a\n"),
        ("a\n\n| b | c |\n|--", "a\n\n"),
        ("| b | c |\n|---|---|\n| 1", "| b | c |\n|---|---|\n| 1"),
        ("[a]: https://a.exam", ""),
        ("a\n\n\\[\nb\n- c", "a\n\n\\[\nb\n- c\\]"),
        ("- ```js\n  let `a", "- ```js\n  let `a"),
        ("**", ""),
        ("42", "42"),
    ] {
        assert_eq!(mended(half), shown, "{half:?}");
    }
    assert_eq!(mend("| **a", true), "| **a**");
}

/// All text that would be shown, without code.
fn shown(blocks: &[Block], into: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(text) | Block::Plain(text) | Block::Heading { content: text, .. } => inlines(text, into),
            Block::Footnote { content, .. } => shown(content, into),
            Block::Row(cells) => cells.iter().for_each(|cell| inlines(cell, into)),
            Block::Table { head, rows, .. } => {
                head.iter().for_each(|cell| inlines(cell, into));
                shown(rows, into);
            }
            other => shown(other.children().unwrap_or_default(), into),
        }
        into.push('\n');
    }
}

fn inlines(inlines_of: &[Inline], into: &mut String) {
    for inline in inlines_of {
        match inline {
            Inline::Text(text) => into.push_str(text),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Struck(content)
            | Inline::Link { content, .. } => inlines(content, into),
            _ => into.push(' '),
        }
    }
}

/// What a model writes. Nothing in it is shown as the marker that it is written with.
const ANSWER: &str = "# A *small* tour\n\nThis is **bold**, *emphasis*, ***both***, __bold__ and _emphasis_, ~~gone~~ and \
    `code with * and _`. See [the *manual*](https://a.example/b_(c) \"Title\"), ![a picture](https://a.example/i.png) and \
    <https://b.example/x/y>.\n\n1. **First**: do `this`\n   - nested *item*\n   - [ ] open task\n   - [x] done task\n2. Then:\n\n   \
    ```rust\n   let a = \"**\";\n   ```\n\n| Name | Value |\n|:-----|------:|\n| **a** | `1` |\n| *b* | [l](https://c.example) |\n\n\
    > A quotation with **bold\n> text** in it\n\nThe formula $a_1^2 + b$ and \\(x_1\\), then\n\n\\[\n\\frac{a}{b}\n\\]\n\n\
    A note[^1] &amp; more.\n\n```py\nx = 2 ** 3\n```\n\n---\n\n[^1]: The *note*.\n\nThe end.\n";

#[test]
fn no_marker_is_ever_shown_on_the_way() {
    let of = |text: &str| {
        let mut all = String::new();
        shown(&parse::blocks(text), &mut all);
        all
    };
    let markers = ["*", "_", "~", "`", "[", "](", "!", "$", "\\", "|", "#", "<", "&a", "--"];
    let whole = of(ANSWER);
    assert!(markers.iter().all(|marker| !whole.contains(marker)), "{whole}");
    for end in (0..ANSWER.len()).filter(|end| ANSWER.is_char_boundary(*end)) {
        let half = of(&mended(&ANSWER[..end]));
        for marker in markers {
            assert!(!half.contains(marker), "{marker} at {:?}: {half:?}", &ANSWER[end.saturating_sub(60)..end]);
        }
    }
}
