//! XML as a tree of elements, namespaces left aside, and the preferences that Android apps keep in it.
//! A document type is refused, so no entity but the five of XML itself expands; depth and number of elements are bounded.

use super::json::damaged;
use crate::error::{Error, Result};
use crate::transfer::ForeignFile;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::{Value, json};

const MOST_DEPTH: usize = 64;
/// Elements and attributes together: some hundred for each account.
const MOST_PARTS: usize = 500_000;
/// Of one element. The reader compares each with all before it.
const MOST_ATTRIBUTES: usize = 64;

#[derive(Default)]
pub struct Element {
    /// Without the prefix of its namespace.
    pub name: String,
    attributes: Vec<(String, String)>,
    /// All text that stands directly in it, as it is written.
    text: String,
    children: Vec<Element>,
}

/// The root of the whole file.
pub fn of_file<'f>(file: &'f ForeignFile) -> Result<&'f Element> {
    file.xml().ok_or_else(|| damaged(file.xml_error().unwrap_or("the file is not XML")))
}

impl Element {
    /// The root of a document; the error is half a sentence and quotes nothing.
    pub fn parse(text: &str) -> std::result::Result<Element, String> {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Element::default()];
        let mut parts = 0;
        let broken = |reader: &Reader<&[u8]>| format!("the file is damaged XML at byte {}", reader.error_position());
        loop {
            let event = reader.read_event().map_err(|_| broken(&reader))?;
            match event {
                Event::Start(ref tag) | Event::Empty(ref tag) => {
                    let element = start(tag, &mut parts).ok_or_else(|| broken(&reader))?;
                    if parts > MOST_PARTS || open.len() > MOST_DEPTH {
                        return Err("the XML is larger or deeper than any authenticator writes".into());
                    }
                    match event {
                        Event::Empty(_) => add_child(&mut open, element),
                        _ => open.push(element),
                    }
                }
                Event::End(_) => {
                    let closed = open.pop().ok_or_else(|| broken(&reader))?;
                    add_child(&mut open, closed);
                }
                Event::Text(text) => add_text(&mut open, &text.xml10_content().map_err(|_| broken(&reader))?),
                Event::CData(text) => add_text(&mut open, &text.xml10_content().map_err(|_| broken(&reader))?),
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|_| broken(&reader))?;
                    match (reference.resolve_char_ref(), resolve_predefined_entity(&name)) {
                        (Ok(Some(letter)), _) => add_text(&mut open, letter.encode_utf8(&mut [0; 4])),
                        (Ok(None), Some(text)) => add_text(&mut open, text),
                        _ => return Err("the XML uses an entity of its own, which no authenticator writes".into()),
                    }
                }
                Event::DocType(_) => return Err("the XML has a document type, which no authenticator writes".into()),
                Event::Eof => break,
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
        match (open.len(), open.pop().and_then(|mut file| file.children.pop())) {
            (1, Some(root)) => Ok(root),
            (1, None) => Err("the XML is empty".into()),
            _ => Err("the file is damaged XML: it is cut short".into()),
        }
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Its text without the white space around it; `None` where there is none.
    pub fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children_named(name).next()
    }

    /// The element at the end of a path of first children.
    pub fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The text of the first child of a name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name)?.text()
    }

    pub fn children(&self) -> &[Element] {
        &self.children
    }

    pub fn children_named(&self, name: &str) -> impl Iterator<Item = &Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The whole of it, for [`crate::transfer::Draft::raw`].
    pub fn to_json(&self) -> Value {
        let mut whole = json!({"name": self.name});
        for (name, value) in &self.attributes {
            whole["attributes"][name] = json!(value);
        }
        if let Some(text) = self.text() {
            whole["text"] = json!(text);
        }
        if !self.children.is_empty() {
            whole["children"] = self.children.iter().map(Element::to_json).collect();
        }
        whole
    }

    /// The texts of an Android app's preferences, by name, in the order of the file; `None` where it is something else.
    pub fn preferences(&self) -> Option<Vec<(&str, &str)>> {
        let texts = self.children_named("string").filter_map(|text| Some((text.attribute("name")?, text.text.as_str())));
        (self.name == "map").then(|| texts.collect())
    }

    /// A text of an Android app's preferences.
    pub fn preference(&self, name: &str) -> Option<&str> {
        self.preferences()?.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text.trim())
    }
}

/// The list or object that an Android app keeps as JSON in a text of its preferences.
pub fn json_of(text: &str) -> Result<Value> {
    super::json::of_bytes(text.as_bytes())
}

/// What a list in a preference should be and is not.
pub fn no_list(what: &str) -> Error {
    damaged(&format!("{what} are not a list"))
}

fn start(tag: &BytesStart, parts: &mut usize) -> Option<Element> {
    *parts += 1;
    let mut element = Element { name: text_of(tag.local_name().as_ref())?, ..Element::default() };
    for attribute in tag.attributes() {
        let attribute = attribute.ok().filter(|_| element.attributes.len() < MOST_ATTRIBUTES)?;
        *parts += 1;
        // As entities in text: those of XML itself and no others.
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        element.attributes.push((text_of(attribute.key.local_name().as_ref())?, value.into_owned()));
    }
    Some(element)
}

fn text_of(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn add_child(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn add_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}
