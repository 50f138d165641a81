use super::*;

/// The parts of the code and what they are.
fn parts(code: &str, spans: &[u32]) -> Vec<(String, &'static str)> {
    let mut rest = code;
    let mut parts = Vec::new();
    for span in spans.as_chunks::<3>().0 {
        taken(&mut rest, span[0]);
        parts.push((taken(&mut rest, span[1]).to_owned(), KINDS[span[2] as usize]));
    }
    parts
}

#[test]
fn every_common_language_is_known() {
    let names = "rust rs python py javascript js typescript ts tsx jsx json yaml toml html css scss sql bash sh shell go java \
        kotlin swift c cpp c++ csharp c# php ruby perl lua r haskell scala dockerfile makefile diff xml markdown graphql ini \
        elixir zig nix protobuf terraform vue svelte";
    let unknown: Vec<_> = names.split_whitespace().filter(|name| grammar(name).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(grammar("").is_none() && grammar("no such language").is_none());
}

#[test]
fn parts_of_code_are_what_they_are() {
    let code = "// ä note 𝄞\nfn main() {\n    let text = \"a\\n\"; // 1\n    42;\n}\n";
    let found = parts(code, &Highlighter::default().block("rust", code));
    for part in
        [("// ä note 𝄞\n", "comment"), ("fn", "keyword"), ("main", "function"), ("\\n", "constant"), ("42", "number")]
    {
        assert!(found.iter().any(|(text, kind)| (text.as_str(), *kind) == part), "{part:?}: {found:?}");
    }
    let code = "- let a;\n+ let b;\n";
    let kinds: Vec<_> =
        parts(code, &Highlighter::default().block("diff", code)).into_iter().map(|part| part.1).collect();
    assert_eq!(kinds, ["deleted", "inserted"]);
}

#[test]
fn lines_one_by_one_give_the_spans_of_the_whole() {
    let code = "/* a\n   b */\nfn f<T>(a: &str) -> u32 {\n    r#\"x\n  y\"#.len() as u32\n}\n";
    let highlighter = Highlighter::default();
    let (mut after, mut parts_found) = (None, Vec::new());
    for line in code.split_inclusive('\n') {
        let Highlighted { state, spans } = highlighter.lines("rust", after.as_deref(), line).unwrap();
        parts_found.extend(parts(line, &spans));
        after = state;
    }
    let split = |all: Vec<(String, &'static str)>| -> Vec<(char, &'static str)> {
        let chars = |(text, kind): (String, _)| text.chars().map(move |c| (c, kind)).collect::<Vec<_>>();
        all.into_iter().flat_map(chars).filter(|(c, _)| !c.is_whitespace()).collect()
    };
    assert_eq!(split(parts_found), split(parts(code, &highlighter.block("rust", code))));
}

#[test]
fn a_state_that_is_not_known_is_asked_for_again() {
    let highlighter = Highlighter::default();
    for after in ["0123456789abcdef", "nonsense"] {
        assert!(highlighter.lines("rust", Some(after), "let a;\n").is_err());
    }
    assert_eq!(highlighter.lines("nothing", None, "a\n").unwrap(), Highlighted::default());
}

#[test]
fn html_holds_the_code_and_nothing_of_it_is_markup() {
    let code = "let a = \"<img src=x onerror=alert(1)>\" && '</span><script>';\n𝄞 < ä\n";
    let html = html(code, &Highlighter::default().block("js", code));
    assert!(!html.contains("<img") && !html.contains("<script"), "{html}");
    let bare = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<String>();
    assert_eq!(bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), code);
}

#[test]
fn long_lines_and_code_without_end_take_no_time() {
    let highlighter = Highlighter::default();
    let line = format!("let a = [{}];\n", "1, ".repeat(100_000));
    assert!(highlighter.lines("js", None, &line).unwrap().spans.is_empty());
    assert_eq!(highlighter.block("js", &"let a;\n".repeat(100_000)).len(), 0);
}
