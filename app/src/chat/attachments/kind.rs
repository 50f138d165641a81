//! What a file is, by how it begins: as the server will find, which looks at all of it (`server/src/attachment.rs`). So nobody waits for what is
//! refused then, and why is said in the language of the page.

use super::UploadProblem;
use crate::words;
use protocol::attachment::AttachmentLimits;

/// Why the server will not take a file of so many bytes that begins like this; nothing where it may. Of a text all must be given that a text may have.
pub(super) fn fault(start: &[u8], size: u64, limits: AttachmentLimits) -> Option<UploadProblem> {
    let is_image = matches!(
        start,
        [0x89, b'P', b'N', b'G', ..]
            | [0xff, 0xd8, 0xff, ..]
            | [b'G', b'I', b'F', b'8', ..]
            | [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..]
    );
    let most = limits.text_bytes.min(limits.file_bytes);
    match start {
        [] => Some(UploadProblem::Unusable(words::file_is_empty())),
        _ if is_image => None,
        _ if !is_text(start, start.len() as u64 == size) => Some(UploadProblem::Unusable(hint(start))),
        _ if size > most => Some(UploadProblem::TextTooLarge(most)),
        _ => None,
    }
}

/// Whether it is UTF-8 that a person could have typed.
fn is_text(start: &[u8], is_whole: bool) -> bool {
    let end = match std::str::from_utf8(start) {
        // The last character is cut through.
        Err(error) if !is_whole && error.error_len().is_none() => error.valid_up_to(),
        _ => start.len(),
    };
    let plain = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}');
    std::str::from_utf8(&start[..end]).is_ok_and(|text| text.chars().all(plain))
}

/// What it seems to be, where that says what to do.
fn hint(start: &[u8]) -> &'static str {
    match start {
        [b'%', b'P', b'D', b'F', ..] => words::file_is_pdf(),
        [b'P', b'K', 3, 4, ..] => words::file_is_archive(),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => words::file_is_utf16(),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => words::file_is_film(),
        _ => words::file_unknown(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_refuses_is_seen_before_it_is_sent() {
        let limits = AttachmentLimits { file_bytes: 1000, text_bytes: 10, ..AttachmentLimits::default() };
        let found = |start: &[u8], size| fault(start, size, limits);
        let whole = |start: &[u8]| found(start, start.len() as u64);
        for image in [&b"\x89PNG\r\n\x1a\n\0\0"[..], b"\xff\xd8\xff\0", b"GIF89a\0\0", b"RIFF\0\0\0\0WEBPVP8X"] {
            assert_eq!(found(image, 999), None, "{image:?}");
        }
        for text in ["<svg>", "a\tb\r\n", "größer", "%PDX"] {
            assert_eq!(whole(text.as_bytes()), None, "{text}");
        }
        for (other, why) in [
            (&b""[..], words::file_is_empty()),
            (b"%PDF-1.7\n\xff", words::file_is_pdf()),
            (b"PK\x03\x04\0", words::file_is_archive()),
            (b"\xff\xfea\0b\0", words::file_is_utf16()),
            (b"\0\0\0\x18ftypheic", words::file_is_film()),
            (b"a\0b", words::file_unknown()),
            ("grö".as_bytes().split_last().unwrap().1, words::file_unknown()),
        ] {
            assert_eq!(whole(other), Some(UploadProblem::Unusable(why)), "{other:?}");
        }
        let cut = "012345678ö".as_bytes().split_last().unwrap().1;
        assert_eq!(found(cut, 500), Some(UploadProblem::TextTooLarge(10)), "a character is cut through");
        assert_eq!(found(b"01234567\xff\xff", 500), Some(UploadProblem::Unusable(words::file_unknown())));
    }
}
