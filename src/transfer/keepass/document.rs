//! The XML of a KeePass database, read from front to back without recursion: groups, and of entries what an importer can take.
//! Protected values are shown again as they come, those of old versions of an entry included, since they share one stream.

use super::container::Stream;
use super::otp;
use crate::error::{Error, Result};
use crate::secret::SecretText;
use crate::text;
use crate::transfer::read::encoding::base64;
use crate::transfer::read::json::damaged;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zeroize::Zeroizing;

/// Far more than anybody keeps.
const MOST: usize = 100_000;
const MOST_ELEMENTS: usize = 4_000_000;
const DEEPEST: usize = 256;

pub struct Group {
    pub uuid: String,
    pub name: String,
    /// The place of the group it lies in, always a smaller one.
    pub parent: Option<usize>,
}

pub struct Entry {
    /// The place of its group.
    pub group: usize,
    /// Separated with `;` or `,`.
    pub tags: String,
    fields: Vec<(String, SecretText)>,
}

impl Entry {
    /// A field that says something.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.expose()).filter(|value| !value.is_empty())
    }
}

#[derive(Default)]
pub struct Document {
    pub groups: Vec<Group>,
    pub entries: Vec<Entry>,
    /// The group of deleted entries, unless there is none.
    pub bin: Option<String>,
    /// Of version 3: the SHA-256 of the header in base64.
    pub header_hash: Option<String>,
}

/// What an element is for, by its name and the one it stands in.
#[derive(Clone, Copy, PartialEq)]
enum Node {
    File,
    Meta,
    HeaderHash,
    BinEnabled,
    BinUuid,
    Root,
    Group,
    GroupUuid,
    GroupName,
    Entry,
    Tags,
    Field,
    Key,
    Value,
    Other,
}

impl Node {
    fn of(parent: Option<Node>, name: &[u8]) -> Node {
        use Node::*;
        match (parent, name) {
            (None, b"KeePassFile") => File,
            (Some(File), b"Meta") => Meta,
            (Some(File), b"Root") => Root,
            (Some(Meta), b"HeaderHash") => HeaderHash,
            (Some(Meta), b"RecycleBinEnabled") => BinEnabled,
            (Some(Meta), b"RecycleBinUUID") => BinUuid,
            (Some(Root | Group), b"Group") => Group,
            (Some(Group), b"UUID") => GroupUuid,
            (Some(Group), b"Name") => GroupName,
            (Some(Group), b"Entry") => Entry,
            (Some(Entry), b"Tags") => Tags,
            (Some(Entry), b"String") => Field,
            (Some(Field), b"Key") => Key,
            (Some(Field), b"Value") => Value,
            _ => Other,
        }
    }

    fn has_text(self) -> bool {
        use Node::*;
        matches!(self, HeaderHash | BinEnabled | BinUuid | GroupUuid | GroupName | Tags | Key | Value)
    }
}

#[derive(Clone, Copy)]
struct Open {
    node: Node,
    is_protected: bool,
}

struct Reading<'s> {
    document: Document,
    stream: &'s mut Stream,
    path: Vec<Open>,
    /// The groups that are open, by their places.
    groups: Vec<usize>,
    elements: usize,
    text: Zeroizing<String>,
    key: String,
    bin_is_off: bool,
}

fn broken(what: &str) -> Error {
    damaged(&format!("the content of the KeePass database is damaged: {what}"))
}

pub fn read(xml: &[u8], stream: &mut Stream) -> Result<Document> {
    let text = str::from_utf8(xml).map_err(|_| broken("it is not UTF-8 text"))?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let mut reading = Reading {
        document: Document::default(),
        stream,
        path: Vec::new(),
        groups: Vec::new(),
        elements: 0,
        text: Zeroizing::new(String::new()),
        key: String::new(),
        bin_is_off: false,
    };
    loop {
        match reader.read_event().map_err(|_| broken("its XML"))? {
            Event::Start(start) => reading.start(&start)?,
            Event::End(_) => reading.end()?,
            Event::Text(piece) => reading.add(&piece.xml10_content().map_err(|_| broken("its text"))?),
            Event::CData(piece) => reading.add(&piece.xml10_content().map_err(|_| broken("its text"))?),
            Event::GeneralRef(name) => reading.add(&resolve(&name)?),
            Event::DocType(_) => return Err(broken("it declares entities, as no program writes them")),
            Event::Eof if reading.path.is_empty() => break,
            Event::Eof => return Err(broken("it is cut short")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if reading.document.groups.is_empty() {
        return Err(broken("it holds no group"));
    }
    let off = reading.bin_is_off;
    // A UUID of zeros stands for none.
    reading.document.bin =
        reading.document.bin.filter(|uuid| !off && uuid.trim_end_matches('=').bytes().any(|byte| byte != b'A'));
    Ok(reading.document)
}

fn resolve(name: &BytesRef) -> Result<String> {
    if let Some(letter) = name.resolve_char_ref().map_err(|_| broken("its XML"))? {
        return Ok(letter.into());
    }
    let name = name.decode().map_err(|_| broken("its XML"))?;
    let known = quick_xml::escape::resolve_predefined_entity(&name);
    known.map(str::to_owned).ok_or_else(|| broken("it holds an entity that is not known"))
}

impl Reading<'_> {
    fn start(&mut self, start: &BytesStart) -> Result<()> {
        if self.path.len() == DEEPEST {
            return Err(broken("it is nested deeper than any program writes"));
        }
        let node = Node::of(self.path.last().map(|open| open.node), start.name().as_ref());
        let is_protected = start
            .try_get_attribute("Protected")
            .map_err(|_| broken("its XML"))?
            .is_some_and(|attribute| attribute.value.eq_ignore_ascii_case(b"true"));
        self.path.push(Open { node, is_protected });
        self.text.clear();
        match node {
            Node::Group => {
                let parent = self.groups.last().copied();
                self.groups.push(self.document.groups.len());
                self.document.groups.push(Group { uuid: String::new(), name: String::new(), parent });
            }
            Node::Entry => {
                let group = self.groups.last().copied().unwrap_or(0);
                self.document.entries.push(Entry { group, tags: String::new(), fields: Vec::new() });
            }
            Node::Field => self.key.clear(),
            _ => {}
        }
        self.elements += 1;
        let is_too_much = [self.document.groups.len(), self.document.entries.len()].iter().any(|count| *count > MOST);
        match is_too_much || self.elements > MOST_ELEMENTS {
            true => Err(broken("it holds more entries than any program keeps")),
            false => Ok(()),
        }
    }

    fn add(&mut self, piece: &str) {
        if self.path.last().is_some_and(|open| open.is_protected || open.node.has_text()) {
            self.text.push_str(piece);
        }
    }

    fn end(&mut self) -> Result<()> {
        let Some(open) = self.path.pop() else { return Ok(()) };
        if open.is_protected && !self.text.is_empty() {
            let mut value = base64(&self.text).ok_or_else(|| broken("a protected value"))?;
            self.stream.apply(&mut value);
            // A value that nobody looks at, such as an attachment, may be no text.
            let shown = text::lenient(&value).text.into_owned();
            self.text = Zeroizing::new(shown);
        }
        let text = Zeroizing::new(std::mem::take(&mut *self.text));
        let document = &mut self.document;
        let group = self.groups.last().and_then(|place| document.groups.get_mut(*place));
        match open.node {
            Node::Group => _ = self.groups.pop(),
            Node::HeaderHash => document.header_hash = Some(text.to_string()).filter(|hash| !hash.is_empty()),
            Node::BinEnabled => self.bin_is_off = text.trim().eq_ignore_ascii_case("false"),
            Node::BinUuid => document.bin = Some(text.trim().to_owned()),
            Node::GroupUuid => group.into_iter().for_each(|group| text.trim().clone_into(&mut group.uuid)),
            Node::GroupName => group.into_iter().for_each(|group| group.name.clone_from(&text)),
            Node::Key => self.key.clone_from(&text),
            Node::Tags => document.entries.last_mut().into_iter().for_each(|entry| entry.tags.clone_from(&text)),
            Node::Value if otp::is_taken(&self.key) => {
                let entry = document.entries.last_mut();
                let entry = entry.filter(|entry| !entry.fields.iter().any(|(name, _)| *name == self.key));
                let field = (self.key.clone(), SecretText::new(text.as_str()));
                entry.into_iter().for_each(|entry| entry.fields.push(field.clone()));
            }
            _ => {}
        }
        Ok(())
    }
}
