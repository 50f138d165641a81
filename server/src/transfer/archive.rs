//! The archive of many conversations: a zip that any program opens. `conversations.json` in it is an array with one conversation
//! on each line.
//!
//! It is written as a stream, and read from a file, because what is in a zip stands at its end.

use super::elements::ReadError;
use bytes::Bytes;
use protocol::id::AttachmentId;
use std::{
    borrow::Cow,
    fs::File,
    io::{self, Read, Seek, Write},
    mem::take,
    sync::{Arc, Mutex, PoisonError},
};
use zip::{
    CompressionMethod, ZipArchive, ZipWriter,
    read::Config,
    result::ZipError,
    unstable::read::ZipIterable,
    write::{SimpleFileOptions, StreamWriter},
};

/// The file with the conversations.
const CONVERSATIONS: &str = "conversations.json";
/// The folder with the files of questions, each under its id.
const ATTACHMENTS: &str = "attachments/";

/// The name in an archive of a file that goes with a question.
pub fn attachment_name(id: AttachmentId) -> String {
    format!("{ATTACHMENTS}{id}")
}

const ABOUT: &str = "These are conversations from Rivulet.\n\n\
    conversations.json has all of them: an array with one conversation on each line, each with all its branches.\n\
    attachments/ has the files that went with questions, by the ids that the messages name.\n\
    To take them in again, choose this file in the page's settings, or run: rivulet import <this file>\n";
/// The most files that an archive may hold: exports have a few thousand pictures beside the conversations at most.
const MOST_FILES: usize = 100_000;

/// Writes an archive, piece by piece.
pub struct ArchiveWriter {
    zip: ZipWriter<StreamWriter<Pieces>>,
    pieces: Pieces,
    is_empty: bool,
}

/// What has been written and not been taken yet.
#[derive(Debug, Clone, Default)]
struct Pieces(Arc<Mutex<Vec<u8>>>);

impl Pieces {
    fn take(&self) -> Bytes {
        take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ArchiveWriter {
    /// An archive without conversations.
    pub fn new() -> io::Result<Self> {
        let pieces = Pieces::default();
        let mut zip = ZipWriter::new_stream(pieces.clone()).set_auto_large_file();
        // The fastest level: text shrinks to a third by it, and little more by the others.
        let options =
            SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(1));
        zip.start_file("README.txt", options)?;
        zip.write_all(ABOUT.as_bytes())?;
        zip.start_file(CONVERSATIONS, options)?;
        zip.write_all(b"[")?;
        Ok(Self { zip, pieces, is_empty: true })
    }

    /// Adds the JSON of a conversation.
    pub fn add(&mut self, json: &[u8]) -> io::Result<()> {
        self.zip.write_all(if self.is_empty { b"\n" } else { b",\n" })?;
        self.is_empty = false;
        self.zip.write_all(json)
    }

    /// Ends the list of conversations: what follows are files that go with their questions.
    pub fn end_conversations(&mut self) -> io::Result<()> {
        self.zip.write_all(b"\n]\n")
    }

    /// Adds such a file. Pictures are packed already.
    pub fn add_attachment(&mut self, id: AttachmentId, content: &[u8]) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip.start_file(attachment_name(id), options)?;
        self.zip.write_all(content)
    }

    /// How many bytes can be taken.
    pub fn ready(&self) -> usize {
        self.pieces.len()
    }

    /// What has been written since it was last asked; often nothing, because what is compressed comes in blocks.
    pub fn take(&mut self) -> Bytes {
        self.pieces.take()
    }

    /// Ends the archive, and gives what has not been taken yet.
    pub fn finish(self) -> io::Result<Bytes> {
        self.zip.finish()?;
        Ok(self.pieces.take())
    }
}

/// Whether a file that begins so is an archive.
pub fn is_archive(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || beginning.starts_with(b"PK\x05\x06")
}

/// Why an archive is not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is damaged.
    #[error("the archive cannot be read: {0}")]
    Broken(#[from] ZipError),
    /// Hostile, or something else.
    #[error("the archive holds more than {MOST_FILES} files")]
    TooManyFiles,
    /// It holds other things.
    #[error("the archive holds no `{CONVERSATIONS}`")]
    NoConversations,
}

/// An archive of Rivulet's or ChatGPT's.
pub struct ArchiveReader {
    zip: ZipArchive<File>,
    names: Vec<String>,
}

impl ArchiveReader {
    /// Looks for conversations in an archive. ChatGPT cuts a large list into `conversations-000.json` and so on.
    pub fn open(mut file: File) -> Result<Self, ArchiveError> {
        file.rewind().map_err(ZipError::from)?;
        // Only then is it read into memory what is in it.
        if ZipIterable::try_new(&file, Config::default())?.len() > MOST_FILES {
            return Err(ArchiveError::TooManyFiles);
        }
        let zip = ZipArchive::new(file)?;
        // A name that cannot be read is not one of ours.
        let names = zip.file_names().flatten().filter(|name| has_conversations(name));
        let mut names: Vec<String> = names.map(Cow::into_owned).collect();
        names.sort();
        if names.is_empty() {
            return Err(ArchiveError::NoConversations);
        }
        Ok(Self { zip, names })
    }

    /// The files with conversations, by their names.
    pub fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// The files of questions that are in it.
    pub fn attachments(&self) -> Vec<AttachmentId> {
        let names = self.zip.file_names().flatten();
        names.filter_map(|name| name.strip_prefix(ATTACHMENTS)?.parse().ok()).collect()
    }

    /// What is in a file, unpacked.
    pub fn read(&mut self, name: &str) -> Result<impl Read + '_, ReadError> {
        self.zip.by_name(name).map_err(|error| ReadError::Io(error.into()))
    }
}

fn has_conversations(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    // macOS puts its own files beside each.
    !name.starts_with("__MACOSX/") && file.starts_with("conversations") && file.ends_with(".json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn what_is_written_piece_by_piece_is_read_again() {
        let mut writer = ArchiveWriter::new().unwrap();
        let (mut bytes, mut largest, mut expected) = (Vec::new(), 0, "[".to_owned());
        for number in 0..20_000 {
            let json = format!("{{\"number\":{number},\"text\":\"{:x}\"}}", number * 7_919_u64 % 1_000_003);
            writer.add(json.as_bytes()).unwrap();
            expected.push_str(if number == 0 { "\n" } else { ",\n" });
            expected.push_str(&json);
            largest = largest.max(writer.ready());
            bytes.extend(writer.take());
        }
        writer.end_conversations().unwrap();
        let id = AttachmentId(uuid::Uuid::from_u128(7));
        writer.add_attachment(id, b"a file").unwrap();
        bytes.extend(writer.finish().unwrap());
        expected.push_str("\n]\n");
        assert!(largest < 200_000, "{largest} bytes were held");
        assert!(is_archive(&bytes));
        let mut reader = ArchiveReader::open(file(&bytes)).unwrap();
        assert_eq!(reader.names(), ["conversations.json"]);
        let mut text = String::new();
        reader.read("conversations.json").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, expected);
        assert_eq!(reader.attachments(), [id]);
        let mut text = String::new();
        reader.read(&attachment_name(id)).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "a file");
    }

    #[test]
    fn an_archive_without_conversations_is_still_one() {
        let mut writer = ArchiveWriter::new().unwrap();
        writer.end_conversations().unwrap();
        let bytes = writer.finish().unwrap();
        let mut text = String::new();
        ArchiveReader::open(file(&bytes)).unwrap().read(CONVERSATIONS).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), serde_json::json!([]));
    }

    #[test]
    fn what_is_no_archive_is_said() {
        let error = |bytes: &[u8]| ArchiveReader::open(file(bytes)).err().unwrap().to_string();
        assert!(error(b"PK\x03\x04 and then nothing").starts_with("the archive cannot be read"));
        let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
        for name in ["a.txt", "__MACOSX/conversations.json", "shared_conversations.json"] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert_eq!(error(&bytes), "the archive holds no `conversations.json`");
        let whole = ArchiveWriter::new().unwrap().finish().unwrap();
        assert!(error(&whole[..whole.len() - 10]).starts_with("the archive cannot be read"));
    }

    #[test]
    fn the_parts_of_a_large_export_are_found() {
        for name in ["conversations.json", "export/conversations-001.json", "conversations_2.json"] {
            assert!(has_conversations(name), "{name}");
        }
        for name in ["chat.html", "shared_conversations.json", "conversations.json.bak", "conversations/x.json"] {
            assert!(!has_conversations(name), "{name}");
        }
    }
}
