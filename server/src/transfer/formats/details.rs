//! What Open WebUI keeps as `<details>` in the text of an answer.

use super::LeftOut;

/// Takes the text apart from what the model thought, and leaves its calls of tools out.
pub(super) fn apart(text: &str, left_out: &mut LeftOut) -> (String, String) {
    let (mut content, mut reasoning) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find("<details type=\"") {
        let (before, details) = rest.split_at(at);
        let (Some((head, body)), Some(end)) = (details.split_once('>'), details.find(DETAILS_END)) else { break };
        let body = &body[..end.saturating_sub(head.len() + 1).min(body.len())];
        let kind = head.split('"').nth(1).unwrap_or_default();
        content.push_str(before);
        match kind {
            "reasoning" => reasoning.push(unquoted(body)),
            "tool_calls" => left_out.tools += 1,
            _ => content.push_str(&details[..end + DETAILS_END.len()]),
        }
        rest = &details[end + DETAILS_END.len()..];
        if matches!(kind, "reasoning" | "tool_calls") {
            rest = rest.trim_start_matches('\n');
        }
    }
    content.push_str(rest);
    (content, reasoning.join("\n\n"))
}

const DETAILS_END: &str = "</details>";

/// The text of reasoning, without its heading and the marks of a quotation. Its brackets are written as entities.
fn unquoted(details: &str) -> String {
    let body = details.split_once("</summary>").map_or(details, |(_, body)| body);
    let mut text = String::with_capacity(body.len());
    for line in body.trim().lines() {
        text.push_str(line.strip_prefix("> ").or(line.strip_prefix('>')).unwrap_or(line));
        text.push('\n');
    }
    text.pop();
    text.replace("&gt;", ">").replace("&lt;", "<").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_taken_apart() {
        let mut left_out = LeftOut::default();
        let text = "A\n<details type=\"tool_calls\" done=\"true\" id=\"1\">\n<summary>Tool</summary>\n</details>\nB\n\
            <details type=\"reasoning\"><summary>T</summary>\n> 1 &lt; 2\n</details>\n<details type=\"other\">C</details> <details type=\"open";
        let (content, reasoning) = apart(text, &mut left_out);
        assert_eq!(content, "A\nB\n<details type=\"other\">C</details> <details type=\"open");
        assert_eq!((reasoning.as_str(), left_out.tools), ("1 < 2", 1));
        assert_eq!(apart("<details type=\"x</details>>", &mut left_out).1, "");
    }
}
