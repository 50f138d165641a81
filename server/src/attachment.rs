//! What a file that goes with a question is: seen by looking at its bytes, whatever its name or its sender says.
//!
//! Who calls it: `http` for what is uploaded and for images in requests, `transfer` for what comes in an archive, `conversation` for prompts.

use crate::store::AttachedFile;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use imagesize::{ImageType, blob_size, image_type};
use protocol::{
    attachment::{Attachment, AttachmentLimits, FileContent, PromptFile, TEXT_TYPE, in_words},
    id::AttachmentId,
    request::{InvalidField, Turn},
};
use uuid::Uuid;

/// The most characters of a name.
const LONGEST_NAME: usize = 120;

/// The most pixels of an image on one side: what unpacks to more is made to harm whoever opens it.
const LONGEST_SIDE: usize = 16_384;

/// Why a file is not taken: a sentence that goes on after its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is nothing in it.
    #[error("is empty")]
    Empty,
    /// It is larger than files may be here.
    #[error("has {}; {} is the most for {what}", in_words(*size), in_words(*most))]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// How many bytes it has.
        size: u64,
        /// How many it may have.
        most: u64,
    },
    /// It is something else.
    #[error("is neither an image (PNG, JPEG, WebP or GIF) nor text in UTF-8{0}")]
    Unknown(&'static str),
    /// It begins like an image.
    #[error("begins like an image, but is damaged")]
    Damaged,
    /// More than anybody can see.
    #[error("is an image of {0} × {1} pixels; {LONGEST_SIDE} is the most on one side")]
    TooManyPixels(usize, usize),
}

/// Looks at a file, and gives it an id.
pub fn inspect(name: &str, content: Bytes, limits: AttachmentLimits) -> Result<AttachedFile, Unusable> {
    let size = content.len() as u64;
    let (media_type, pixels) = kind(&content)?;
    let (what, most) = match pixels {
        Some(_) => ("an image", limits.file_bytes),
        None => ("a text, which goes into the prompt", limits.text_bytes.min(limits.file_bytes)),
    };
    if size > most {
        return Err(Unusable::TooLarge { what, size, most });
    }
    let (width, height) = pixels.unzip();
    let (id, name) = (AttachmentId(Uuid::new_v4()), file_name(name, media_type));
    let attachment = Attachment { id, name, media_type: media_type.to_owned(), size, width, height };
    Ok(AttachedFile { attachment, content })
}

/// Width and height in pixels.
type Pixels = (u32, u32);

/// The media type of a file, and the size of an image.
fn kind(content: &[u8]) -> Result<(&'static str, Option<Pixels>), Unusable> {
    if content.is_empty() {
        return Err(Unusable::Empty);
    }
    let media_type = match image_type(content) {
        Ok(ImageType::Png) => "image/png",
        Ok(ImageType::Jpeg) => "image/jpeg",
        Ok(ImageType::Webp) => "image/webp",
        Ok(ImageType::Gif) => "image/gif",
        _ if is_text(content) => return Ok((TEXT_TYPE, None)),
        _ => return Err(Unusable::Unknown(hint(content))),
    };
    let size = blob_size(content).map_err(|_| Unusable::Damaged)?;
    match (u32::try_from(size.width), u32::try_from(size.height)) {
        _ if size.width.max(size.height) > LONGEST_SIDE => Err(Unusable::TooManyPixels(size.width, size.height)),
        (Ok(width @ 1..), Ok(height @ 1..)) => Ok((media_type, Some((width, height)))),
        _ => Err(Unusable::Damaged),
    }
}

/// Whether it is UTF-8 that a person could have typed: tabs and line ends, but nothing else that controls something.
fn is_text(content: &[u8]) -> bool {
    let plain = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}');
    std::str::from_utf8(content).is_ok_and(|text| text.chars().all(plain))
}

/// What it seems to be, where that says what to do.
fn hint(content: &[u8]) -> &'static str {
    match content {
        [b'%', b'P', b'D', b'F', ..] => "; it is a PDF: send its text, or pictures of its pages",
        [b'P', b'K', 3, 4, ..] => "; it is an archive or an office document: send what is in it as text",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "; it seems to be text in UTF-16: save it as UTF-8",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "; it is a HEIC or AVIF picture or a video: save a picture as JPEG",
        _ => "",
    }
}

/// A name without folders, without what cannot be seen or turns the direction of reading, and not too long.
fn file_name(name: &str, media_type: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = name.chars().filter(seen).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = name.trim_matches(|c| c == '.' || c == ' ');
    let count = name.chars().count();
    match name {
        "" => match media_type.strip_prefix("image/") {
            Some(kind) => format!("image.{kind}"),
            None => "file.txt".to_owned(),
        },
        // The end of a name says what it is.
        _ if count > LONGEST_NAME => {
            let end: String = name.chars().skip(count - LONGEST_NAME / 4).collect();
            name.chars().take(LONGEST_NAME - LONGEST_NAME / 4 - 1).chain(['…']).chain(end.chars()).collect()
        }
        _ => name.to_owned(),
    }
}

/// A file as a model gets it.
pub fn for_prompt(file: AttachedFile) -> PromptFile {
    let AttachedFile { attachment, content } = file;
    let bytes = match attachment.is_image() {
        true => FileContent::Image(STANDARD.encode(&content).into()),
        false => FileContent::Text(String::from_utf8_lossy(&content).trim_start_matches('\u{feff}').into()),
    };
    PromptFile { content: bytes, ..left_out(attachment) }
}

/// A file that is only spoken of.
pub fn left_out(attachment: Attachment) -> PromptFile {
    let Attachment { name, media_type, size, width, height, .. } = attachment;
    PromptFile { name, media_type, size, pixels: width.zip(height), content: FileContent::LeftOut }
}

/// Looks at the images that a request holds itself: they are what they say, and not too large. `messages` is what the client calls the
/// turns.
pub fn check_images(turns: &mut [Turn], limits: AttachmentLimits) -> Result<(), InvalidField> {
    let mut total = 0;
    for (at, turn) in turns.iter_mut().enumerate() {
        for file in &mut turn.files {
            let FileContent::Image(data) = &file.content else { continue };
            let wrong = |problem: String| InvalidField::new(format!("messages[{at}].content"), problem);
            let bytes = STANDARD.decode(data.as_bytes());
            let bytes = bytes.map_err(|_| wrong("holds an image whose data is not base64".to_owned()))?;
            let seen =
                inspect(&file.name, bytes.into(), limits).map_err(|why| wrong(format!("holds an image that {why}")))?;
            total += seen.attachment.size;
            if total > limits.total_bytes {
                let most = in_words(limits.total_bytes);
                return Err(wrong(format!("is too much: all images of a request together may have {most}")));
            }
            if !seen.attachment.is_image() {
                return Err(wrong("holds an image that is a text".to_owned()));
            }
            let content = file.content.clone();
            *file = PromptFile { content, ..left_out(seen.attachment) };
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One red pixel.
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

    fn look(content: &[u8]) -> Result<Attachment, Unusable> {
        inspect("x", Bytes::copy_from_slice(content), AttachmentLimits::default()).map(|file| file.attachment)
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let image = look(PNG).unwrap();
        assert_eq!((image.media_type.as_str(), image.width, image.height), ("image/png", Some(1), Some(1)));
        let gif = look(b"GIF89a\x02\0\x03\0\0\0\0;").unwrap();
        assert_eq!((gif.media_type.as_str(), gif.width, gif.height), ("image/gif", Some(2), Some(3)));
        for text in ["<svg onload=\"x\">", "<script>", "a\tb\r\n", "\u{feff}größer", "%PDX"] {
            assert_eq!(look(text.as_bytes()).unwrap().media_type, TEXT_TYPE, "{text}");
        }
        assert_eq!(look(b""), Err(Unusable::Empty));
        let why = |content: &[u8]| look(content).unwrap_err().to_string();
        assert!(why(b"%PDF-1.7\n\xff").contains("it is a PDF"));
        assert!(why(b"\xff\xfea\0b\0").contains("UTF-16"));
        assert!(why(b"a\0b").starts_with("is neither an image"));
        assert_eq!(look(&PNG[..20]), Err(Unusable::Damaged));
        let mut huge = PNG.to_vec();
        huge[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
        assert_eq!(look(&huge), Err(Unusable::TooManyPixels(100_000, 1)));
        let long = look(&[b'a'; (1 << 20) + 1]).unwrap_err().to_string();
        assert_eq!(long, "has 1 MiB; 1 MiB is the most for a text, which goes into the prompt");
    }

    #[test]
    fn names_are_only_names() {
        for (given, name) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\photos\\a.png", "a.png"),
            ("a\r\nb\u{202e}gnp.exe", "abgnp.exe"),
            (" .. ", "image.png"),
            ("", "image.png"),
            ("Größe 河.png", "Größe 河.png"),
        ] {
            assert_eq!(file_name(given, "image/png"), name, "{given:?}");
        }
        let long = file_name(&format!("{}.tar.gz", "x".repeat(500)), TEXT_TYPE);
        assert!(long.chars().count() == LONGEST_NAME && long.ends_with("x.tar.gz") && long.contains('…'), "{long}");
    }

    #[test]
    fn images_of_a_request_are_looked_at() {
        let turn = |data: &str| {
            let content = FileContent::Image(data.into());
            let file =
                PromptFile { name: "image".into(), media_type: "image/gif".into(), size: 0, pixels: None, content };
            Turn { files: vec![file], ..Turn::new(protocol::message::Role::User, "") }
        };
        let mut turns = [turn(&STANDARD.encode(PNG))];
        check_images(&mut turns, AttachmentLimits::default()).unwrap();
        assert_eq!(turns[0].images().next().unwrap().0, "image/png");
        assert_eq!(turns[0].files[0].pixels, Some((1, 1)));
        let refused = |data: &str, limits| check_images(&mut [turn(data)], limits).unwrap_err().to_string();
        let limits = AttachmentLimits::default();
        assert!(
            refused("not base64!", limits).starts_with("`messages[0].content` holds an image whose data is not base64")
        );
        assert!(refused(&STANDARD.encode("text"), limits).ends_with("that is a text"));
        let small = AttachmentLimits { total_bytes: 5, ..limits };
        assert!(refused(&STANDARD.encode(PNG), small).contains("all images of a request together may have 5 bytes"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at(start in 0_usize..4, mut content in prop::collection::vec(any::<u8>(), 0..200)) {
            let magic: [&[u8]; 4] = [&PNG[..16], b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8X", b"GIF89a"];
            content.splice(0..0, magic[start].iter().copied());
            if let Ok(found) = look(&content) {
                prop_assert!(found.is_image() == found.width.is_some());
            }
        }

        #[test]
        fn any_name_is_made_safe(name in ".*") {
            let safe = file_name(&name, TEXT_TYPE);
            prop_assert!(!safe.is_empty() && !safe.contains(['/', '\\', '\n']) && safe.chars().count() <= LONGEST_NAME);
        }
    }
}
