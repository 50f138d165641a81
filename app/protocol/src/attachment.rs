//! Files that go with a question: images, and texts. What they hold is read from their bytes by the server; nobody who sends one is
//! believed.

use crate::id::AttachmentId;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, sync::Arc};

/// A file as messages name it. What it holds is read under its own address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id, which nobody can guess.
    pub id: AttachmentId,
    /// Its name without folders, never empty.
    pub name: String,
    /// One of [`IMAGE_TYPES`], or [`TEXT_TYPE`].
    pub media_type: String,
    /// How many bytes it has.
    pub size: u64,
    /// How many pixels an image has from side to side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// How many it has from top to bottom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// The kinds of images that all providers take.
pub const IMAGE_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// What every text is, whatever language it is written in.
pub const TEXT_TYPE: &str = "text/plain";

impl Attachment {
    /// Whether it is to be seen, and not to be read.
    pub fn is_image(&self) -> bool {
        self.media_type != TEXT_TYPE
    }
}

/// How much may go with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentLimits {
    /// The most bytes of one file.
    pub file_bytes: u64,
    /// The most bytes of one text; it goes into the prompt.
    pub text_bytes: u64,
    /// The most files of one question.
    pub files: usize,
    /// The most bytes of all files of a question.
    pub total_bytes: u64,
}

impl Default for AttachmentLimits {
    fn default() -> Self {
        Self { file_bytes: 10 << 20, text_bytes: 1 << 20, files: 10, total_bytes: 20 << 20 }
    }
}

/// A number of bytes for people, such as `10 MiB`; in tenths where there are few.
pub fn in_words(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1024 => return format!("{bytes} bytes"),
        1024..0x10_0000 => (1 << 10, "KiB"),
        _ => (1 << 20, "MiB"),
    };
    let tenths = bytes.saturating_mul(10) / unit;
    match (tenths / 10, tenths % 10) {
        (whole, tenth) if whole < 10 && tenth > 0 => format!("{whole}.{tenth} {name}"),
        (whole, _) => format!("{whole} {name}"),
    }
}

/// A file on its way to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptFile {
    /// Its name.
    pub name: String,
    /// As in [`Attachment::media_type`].
    pub media_type: String,
    /// How many bytes it has.
    pub size: u64,
    /// Width and height of an image, in pixels.
    pub pixels: Option<(u32, u32)>,
    /// What it holds.
    pub content: FileContent,
}

/// What a file on its way to a model holds. Cloning it copies nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// An image, in base64: so it goes to every provider.
    Image(Arc<str>),
    /// A text.
    Text(Arc<str>),
    /// An image that is only spoken of: there are too many, or the model sees none.
    LeftOut,
}

impl PromptFile {
    /// The same without the image, if it is one.
    fn unseen(self) -> Self {
        match self.content {
            FileContent::Image(_) => Self { content: FileContent::LeftOut, ..self },
            _ => self,
        }
    }

    fn write(&self, to: &mut String) {
        match &self.content {
            FileContent::Image(_) => {}
            FileContent::LeftOut => {
                to.push_str(&format!("[An image was here, {:?}, which is not shown to you.]\n\n", self.name))
            }
            FileContent::Text(text) => {
                let fence = "`".repeat(longest_run(text).max(2) + 1);
                let end = if text.ends_with('\n') { "" } else { "\n" };
                to.push_str(&format!("The file {:?}:\n\n{fence}\n{text}{end}{fence}\n\n", self.name));
            }
        }
    }
}

/// How many backticks stand together: a fence must be longer, so that nothing in a file ends it.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// The text of a turn with that of its files before it.
pub(crate) fn with_files<'a>(content: &'a str, files: &[PromptFile]) -> Cow<'a, str> {
    let mut text = String::new();
    files.iter().for_each(|file| file.write(&mut text));
    if text.is_empty() {
        return Cow::Borrowed(content);
    }
    text.push_str(content);
    Cow::Owned(text.trim_end().to_owned())
}

/// The files of a turn for a model that sees no images.
pub(crate) fn unseen(files: Vec<PromptFile>) -> Vec<PromptFile> {
    files.into_iter().map(PromptFile::unseen).collect()
}

/// An image in a request, given as a data URL. Whether it is what it says is seen when it is decoded.
pub(crate) fn from_data_url(url: &str) -> Result<PromptFile, &'static str> {
    const WRONG: &str = "`image_url.url` must be a data URL such as \"data:image/png;base64,…\": this server fetches nothing that a request \
        names";
    let rest = url.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")).map(|_| &url[5..]).ok_or(WRONG)?;
    let (kind, data) = rest.split_once(',').ok_or(WRONG)?;
    let kind = kind.strip_suffix(";base64").ok_or(WRONG)?;
    let media_type = kind.split(';').next().unwrap_or_default().to_ascii_lowercase();
    if data.is_empty() {
        return Err(WRONG);
    }
    let content = FileContent::Image(data.into());
    Ok(PromptFile { name: "image".to_owned(), media_type, size: 0, pixels: None, content })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: FileContent) -> PromptFile {
        PromptFile { name: name.into(), media_type: TEXT_TYPE.into(), size: 1, pixels: None, content }
    }

    #[test]
    fn sizes_are_said_in_words() {
        let cases = [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"), (20 << 10, "20 KiB")];
        for (bytes, words) in cases.into_iter().chain([((10 << 20) + 99_999, "10 MiB"), (5 << 19, "2.5 MiB")]) {
            assert_eq!(in_words(bytes), words);
        }
    }

    #[test]
    fn nothing_in_a_file_ends_its_fence() {
        let text = file("a \"b\".md", FileContent::Text("x\n````rust\ny".into()));
        let written = with_files("What is it?", std::slice::from_ref(&text));
        assert_eq!(written, "The file \"a \\\"b\\\".md\":\n\n`````\nx\n````rust\ny\n`````\n\nWhat is it?");
        assert!(with_files("", &[text]).ends_with("\n`````"));
        let image = file("a.png", FileContent::Image("AA==".into()));
        assert_eq!(with_files("Look", std::slice::from_ref(&image)), "Look");
        let unseen = unseen(vec![image]);
        assert_eq!(with_files("Look", &unseen), "[An image was here, \"a.png\", which is not shown to you.]\n\nLook");
    }

    #[test]
    fn only_data_urls_are_images() {
        assert_eq!(from_data_url("DATA:image/PNG;x=y;base64,AAAA").unwrap().media_type, "image/png");
        for wrong in ["https://a.example/b.png", "data:image/png,AAAA", "data:image/png;base64,", "dätä:", "", "data:"]
        {
            assert!(from_data_url(wrong).unwrap_err().contains("fetches nothing"), "{wrong}");
        }
    }
}
