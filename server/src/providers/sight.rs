//! Which models see images, where their provider's list does not say it.

/// What only models have that see, wherever it stands in a name.
const SEEING: [&str; 12] = [
    "vision",
    "-vl",
    "vl:",
    "llava",
    "pixtral",
    "moondream",
    "minicpm-v",
    "multimodal",
    "llama-4",
    "llama4",
    "internvl",
    "ocr",
];

/// Beginnings of the names of models that see none. They stand before those that do: `gpt-4` alone sees nothing, `gpt-4o` does.
const BLIND: [&str; 18] = [
    "gpt-3.5",
    "gpt-4-0",
    "gpt-4-32k",
    "gpt-oss",
    "o1-mini",
    "o1-preview",
    "o3-mini",
    "claude-2",
    "claude-instant",
    "deepseek",
    "llama-3",
    "llama3",
    "llama2",
    "mixtral",
    "codestral",
    "qwen2.5-coder",
    "qwen3-coder",
    "gemma2",
];

/// Beginnings of the names of models that see.
const SIGHTED: [&str; 16] = [
    "gpt-4o",
    "gpt-4.1",
    "gpt-4.5",
    "gpt-4-turbo",
    "gpt-5",
    "chatgpt-4o",
    "o1",
    "o3",
    "o4",
    "claude-",
    "gemini-",
    "gemma-3-",
    "gemma3:",
    "grok-4",
    "mistral-small-3",
    "mistral-medium",
];

/// Whether a model sees images, by its name; none where that is not known.
pub(super) fn by_name(model: &str) -> Option<bool> {
    let name = model.to_ascii_lowercase();
    let name = name.rsplit('/').next().unwrap_or_default();
    let begins = |all: &[&str]| all.iter().any(|start| name.starts_with(start));
    // The smallest of this family read only.
    let is_small = ["1b", "270m"].iter().any(|size| name.contains(size));
    match name {
        "gpt-4" => Some(false),
        _ if SEEING.iter().any(|part| name.contains(part)) => Some(true),
        _ if begins(&BLIND) || name.starts_with("gemma") && is_small => Some(false),
        _ if begins(&SIGHTED) => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_who_sees() {
        for name in [
            "gpt-4o-mini",
            "gpt-5.1",
            "o3",
            "o4-mini",
            "claude-sonnet-4-5",
            "gemini-2.5-flash",
            "qwen/qwen3-vl-8b",
            "llama3.2-vision",
            "gemma3:4b",
        ] {
            assert_eq!(by_name(name), Some(true), "{name}");
        }
        for name in [
            "gpt-4",
            "gpt-4-0613",
            "gpt-3.5-turbo",
            "o3-mini",
            "deepseek-chat",
            "gpt-oss:20b",
            "llama3.2",
            "gemma3:1b",
            "meta-llama/Llama-3.1-8B",
        ] {
            assert_eq!(by_name(name), Some(false), "{name}");
        }
        for name in ["live", "default", "qwen3:8b", "my-model"] {
            assert_eq!(by_name(name), None, "{name}");
        }
    }
}
