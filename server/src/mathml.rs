//! Formulas: TeX to MathML, which browsers show and screen readers read.
//!
//! What lives here: [`mathml`]. What it makes is safe by what is let through: every element and attribute is one of a list,
//! or there is no formula at all.
//!
//! Who calls it: `http`, for pages that are rendered with formulas in them, and for those that ask later.
//!
//! What it must not know: HTTP, conversations.

use pulldown_latex::{Event, Parser, ParserError, RenderConfig, Storage, config::DisplayMode, push_mathml};

/// A formula that is longer, in bytes, stays as it is written. Few are longer than one line.
pub const LONGEST: usize = 4096;

/// So many parts are the most that a formula of that length can need; more come of definitions that multiply.
const MOST_EVENTS: usize = 20_000;

/// Nesting deeper than this is no formula.
const DEEPEST: usize = 40;

/// With so few commands, no formula is too deep for the stack of any thread.
const FEW: usize = 60;

/// With more than these, it stays as it is written; no formula of an answer has so many.
const MANY: usize = 400;

/// The stack for one with more than a few, in bytes: 160 kB for each of as many as there may be within each other. Memory is
/// only taken where it is used.
const STACK: usize = 64 << 20;

/// The formula as MathML; none if it is not understood, or could do harm.
pub fn mathml(tex: &str, is_display: bool) -> Option<String> {
    if tex.len() > LONGEST || defines(tex) || depth(tex) > DEEPEST {
        return None;
    }
    let nests = tex.bytes().filter(|byte| b"\\{^_".contains(byte)).count();
    if nests <= FEW {
        return made(tex, is_display);
    }
    if nests > MANY {
        return None;
    }
    // Commands nest without braces too (`\sqrt\sqrt…`), and the library goes as deep as they do.
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("formula".to_owned()).stack_size(STACK);
        builder.spawn_scoped(scope, || made(tex, is_display)).ok()?.join().ok()?
    })
}

fn made(tex: &str, is_display: bool) -> Option<String> {
    let storage = Storage::new();
    let mut events: Vec<Event<'_>> = Vec::new();
    for event in Parser::new(tex, &storage) {
        events.push(event.ok()?);
        if events.len() > MOST_EVENTS {
            return None;
        }
    }
    let display_mode = if is_display { DisplayMode::Block } else { DisplayMode::Inline };
    let mut made = String::new();
    let events = events.into_iter().map(Ok::<_, ParserError>);
    push_mathml(&mut made, events, RenderConfig { display_mode, ..RenderConfig::default() }).ok()?;
    safe(&made)
}

/// Definitions could expand without end, and a formula in an answer needs none.
fn defines(tex: &str) -> bool {
    [
        "\\def",
        "\\gdef",
        "\\edef",
        "\\let",
        "\\newcommand",
        "\\renewcommand",
        "\\providecommand",
        "\\DeclareMathOperator",
    ]
    .iter()
    .any(|command| tex.contains(command))
}

fn depth(tex: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in tex.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest.max(tex.matches("\\begin").count()).max(tex.matches("\\left").count())
}

const ELEMENTS: [&str; 30] = [
    "math",
    "semantics",
    "mrow",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "mstyle",
    "merror",
    "mpadded",
    "mphantom",
    "mfenced",
    "menclose",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "none",
    "mtable",
    "mtr",
    "mtd",
];

/// Styles are not among them: the page's policy refuses those.
const ATTRIBUTES: [&str; 35] = [
    "accent",
    "accentunder",
    "class",
    "columnalign",
    "columnlines",
    "columnspacing",
    "depth",
    "dir",
    "display",
    "displaystyle",
    "fence",
    "form",
    "frame",
    "framespacing",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathbackground",
    "mathcolor",
    "mathsize",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rowalign",
    "rowlines",
    "rowspacing",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "width",
];

/// Lets through what is on the lists: an attribute that is not is left out, an element that is not refuses the whole.
fn safe(html: &str) -> Option<String> {
    let mut safe = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (text, tag) = rest.split_at(open);
        safe.push_str(text);
        // The library writes the sign itself as it is.
        if !tag[1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '/') {
            safe.push_str("&lt;");
            rest = &tag[1..];
            continue;
        }
        let (tag, after) = tag[1..].split_once('>')?;
        rest = after;
        let (tag, is_end) = match tag.strip_prefix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let tag = tag.trim_end_matches('/');
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let name = ELEMENTS.iter().find(|known| **known == name)?;
        safe.push_str(if is_end { "</" } else { "<" });
        safe.push_str(name);
        write_attributes(attributes, &mut safe)?;
        safe.push('>');
        if html[..html.len() - rest.len()].ends_with("/>") {
            safe.extend(["</", name, ">"]);
        }
    }
    safe.push_str(rest);
    Some(safe)
}

/// Writes the attributes that are on the list: `name="value"`, of plain characters only.
fn write_attributes(attributes: &str, into: &mut String) -> Option<()> {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        rest = after.trim_start();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " .-+#%".contains(c);
        // The classes by which the style sheet aligns the cells of an environment.
        let is_known = name.trim() != "class"
            || value.split(' ').all(|class| class.starts_with("menv-") || class.starts_with("cell-"));
        if value.chars().all(is_plain)
            && is_known
            && let Some(name) = ATTRIBUTES.iter().find(|known| **known == name.trim())
        {
            into.extend([" ", name, "=\"", value, "\""]);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml() {
        for tex in [
            "x^2",
            "\\frac{a}{b}",
            "\\sqrt{2}",
            "\\sum_{i=1}^n i",
            "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
            "\\begin{aligned} a &= b \\\\ &= c \\end{aligned}",
            "\\alpha \\leq \\mathbb{R}",
            "\\text{if } a < b",
            "\\left( \\frac{1}{2} \\right)",
            "\\mathrm{d}x",
            "\\int_0^\\infty e^{-x^2}\\,dx",
            "\\hat{x}",
            "\\begin{cases} 1 & a \\\\ 0 & b \\end{cases}",
            "\\vec{v} \\cdot \\nabla f",
        ] {
            let made = mathml(tex, true).unwrap_or_else(|| panic!("{tex}"));
            assert!(
                made.starts_with("<math") && made.contains("display=\"block\"") && !made.contains("style="),
                "{made}"
            );
        }
        assert!(mathml("x", false).is_some_and(|made| made.contains("<mi>x</mi>")));
    }

    #[test]
    fn what_is_no_formula_is_none() {
        let deep = "{".repeat(1000);
        let roots = |count: usize| format!("{} x", "\\sqrt".repeat(count));
        for tex in ["\\frac{a", "\\nosuchcommand", "\\def\\a{\\a\\a}\\a", &deep, &"x".repeat(5000), &roots(800)] {
            assert_eq!(mathml(tex, false), None, "{tex:.20}");
        }
        // As deep as commands go, and yet the stack holds.
        assert!(mathml(&roots(390), false).is_some_and(|made| made.matches("<msqrt>").count() == 390));
    }

    #[test]
    fn nothing_gets_through_but_mathml() {
        for tex in [
            "\\text{<script>alert(1)</script>}",
            "\\href{javascript:alert(1)}{x}",
            "\\text{<img src=x onerror=alert(1)>}",
            "<img/src=x>",
            "\\color{red\" onclick=\"alert(1)}x",
            "\\textcolor{url(x)}{y}",
            "\\class{x}{y}",
            "\\style{a:b}{y}",
        ] {
            let made = mathml(tex, false).unwrap_or_default();
            for harm in ["<script", "<img", "href", "onclick=\"", "style=", "class=\"x"] {
                assert!(!made.contains(harm), "{tex}: {made}");
            }
        }
        assert_eq!(
            safe("<math><mi onclick='x' mathvariant=\"bold\">a</mi></math>").as_deref(),
            Some("<math><mi mathvariant=\"bold\">a</mi></math>")
        );
        for harm in ["<script>", "<math><a href=x>", "<mi onclick", "<mi a=b>", "<MATH>", "<mi class=x>"] {
            assert_eq!(safe(harm), None, "{harm}");
        }
    }
}
