//! A foreign file as the formats look at it: its bytes, and its text, JSON and XML made once for all who ask;
//! for the few formats that need more, its name, the files given with it, a key file, or a whole folder.

use super::read;
use super::read::xml::Element;
use crate::text::{self, Decoded};
use serde_json::Value;
use std::cell::OnceCell;
use zeroize::Zeroizing;

pub struct ForeignFile<'a> {
    bytes: &'a [u8],
    name: &'a str,
    files: &'a [NamedFile],
    is_folder: bool,
    key_file: Option<&'a [u8]>,
    text: OnceCell<Option<Decoded<'a>>>,
    json: OnceCell<Option<Result<Value, String>>>,
    xml: OnceCell<Option<Result<Element, String>>>,
}

/// A file given together with others, or one of a folder.
pub struct NamedFile {
    /// Without folder where files were given; in a folder its path from there, with `/`.
    pub name: String,
    pub bytes: Zeroizing<Vec<u8>>,
}

impl<'a> ForeignFile<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let (text, json, xml) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        ForeignFile { bytes, name: "", files: &[], is_folder: false, key_file: None, text, json, xml }
    }

    /// A folder that is one export as a whole. It has no bytes of its own.
    pub fn folder(files: &'a [NamedFile]) -> Self {
        ForeignFile { files, is_folder: true, ..ForeignFile::new(&[]) }
    }

    /// With its name and all files that were given with it, which may be among them.
    /// Detection never goes by the name: it only finds what a file beside it says of this one.
    pub fn among(self, name: &'a str, files: &'a [NamedFile]) -> Self {
        ForeignFile { name, files, ..self }
    }

    /// With the key file of a password database.
    pub fn with_key_file(self, key_file: Option<&'a [u8]>) -> Self {
        ForeignFile { key_file, ..self }
    }

    /// Its name without folder; empty where it is not known.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The files of the folder, or those given together with this one.
    pub fn files(&self) -> &'a [NamedFile] {
        self.files
    }

    pub fn is_folder(&self) -> bool {
        self.is_folder
    }

    pub fn key_file(&self) -> Option<&'a [u8]> {
        self.key_file
    }

    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The file as text without byte-order mark, decoded as [`text::decode`] does; `None` where it is no text.
    pub fn text(&self) -> Option<&str> {
        Some(&*self.decoded()?.text)
    }

    /// Whether its text was decoded by a guess.
    pub fn is_guess(&self) -> bool {
        self.decoded().is_some_and(|decoded| decoded.is_guess)
    }

    fn decoded(&self) -> Option<&Decoded<'a>> {
        self.text.get_or_init(|| text::decode(self.bytes)).as_ref()
    }

    /// The file as JSON, if it is whole.
    pub fn json(&self) -> Option<&Value> {
        self.parsed()?.as_ref().ok()
    }

    /// Why a file that begins like JSON is none: a position, never content.
    pub fn json_error(&self) -> Option<&str> {
        self.parsed()?.as_ref().err().map(String::as_str)
    }

    /// The root of the file as XML, if it is whole.
    pub fn xml(&self) -> Option<&Element> {
        self.parsed_xml()?.as_ref().ok()
    }

    /// Why a file that begins like XML is none, in half a sentence that quotes nothing.
    pub fn xml_error(&self) -> Option<&str> {
        self.parsed_xml()?.as_ref().err().map(String::as_str)
    }

    /// Whether it begins as a page of HTML does.
    pub fn is_page(&self) -> bool {
        self.text().is_some_and(|text| is_page(text.trim_start()))
    }

    /// Whether the bytes look like nothing but a ciphertext: no text, no mark of any known kind of file, no pattern.
    pub fn is_noise(&self) -> bool {
        let marked = MARKS.iter().any(|mark| self.bytes.starts_with(mark));
        !marked && self.text().is_none() && looks_random(self.bytes)
    }

    fn parsed(&self) -> Option<&Result<Value, String>> {
        self.json
            .get_or_init(|| {
                let text = self.text()?.trim_start();
                text.starts_with(['{', '[']).then(|| read::json::parse(text.as_bytes()))
            })
            .as_ref()
    }

    fn parsed_xml(&self) -> Option<&Result<Element, String>> {
        self.xml
            .get_or_init(|| {
                let text = self.text()?.trim_start();
                (is_markup(text) && !is_page(text)).then(|| Element::parse(text))
            })
            .as_ref()
    }
}

/// Whether a text begins with a tag, a declaration or a comment; a link may stand in such brackets too.
fn is_markup(text: &str) -> bool {
    let mut letters = text.chars();
    let first =
        letters.next() == Some('<') && letters.next().is_some_and(|second| second.is_ascii_alphabetic() || "?!".contains(second));
    first && !text.split(['>', ' ', '\n']).next().is_some_and(|tag| tag.contains("://"))
}

/// Whether a text that begins with markup is HTML: it says so, after comments and the declaration of XML at most.
fn is_page(mut text: &str) -> bool {
    loop {
        let starts = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
        let rest = match (starts("<!--"), starts("<?xml")) {
            (true, _) => text.split_once("-->"),
            (_, true) => text.split_once("?>"),
            _ => return starts("<!doctype html") || starts("<html"),
        };
        match rest {
            Some((_, rest)) => text = rest.trim_start(),
            None => return false,
        }
    }
}

/// How files begin that are something else than bare ciphertext.
const MARKS: [&[u8]; 16] = [
    b"AUTHENTICATORPRO",
    b"AuthenticatorPro",
    b"\xAC\xED\x00\x05",
    b"\x03\xD9\xA2\x9A",
    b"SQLite format 3\0",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x89PNG",
    b"\xFF\xD8\xFF",
    b"RIFF",
    b"GIF8",
    b"BM",
    b"bplist00",
    b"\x1F\x8B",
    b"age-encryption.org",
    b"%PDF",
];

/// Whether about as many different byte values occur as in as many random bytes.
fn looks_random(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let expected = 256.0 * (1.0 - (255.0_f64 / 256.0).powf(bytes.len() as f64));
    seen.iter().filter(|seen| **seen).count() as f64 > 0.8 * expected
}
