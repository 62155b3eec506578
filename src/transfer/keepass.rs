//! KeePass databases (KDBX 3.1, 4.0, 4.1) of KeePass, KeePassXC and their relatives, opened with a password, a key file or both.
//!
//! The container is read here rather than with the `keepass` crate: that one derives the key before any bound can be set,
//! unpacks without limit, and reads the XML by recursion and as a whole, so that a hostile file ends the process and one odd
//! field costs all entries.

mod container;
mod document;
mod header;
mod key;
pub mod otp;
mod write;

use super::read::crypto::needs_password;
use super::read::encoding::to_base64;
use super::read::item;
use super::read::json::damaged;
use super::{Draft, Encryption, ForeignFile, Format, Found, Writer};
use crate::error::{ErrorKind, Result};
use crate::secret::SecretText;
use document::{Document, Entry};
use sha2::{Digest, Sha256};

pub struct KeePass;

impl Format for KeePass {
    fn id(&self) -> &'static str {
        "keepass"
    }

    fn name(&self) -> &'static str {
        "KeePass, KeePassXC (KDBX)"
    }

    fn how_to_get(&self) -> &'static str {
        "the database itself, a file that ends in .kdbx"
    }

    fn encryption(&self) -> Encryption {
        Encryption::Always
    }

    fn takes_key_file(&self) -> bool {
        true
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        header::is_keepass(file.bytes())
    }

    fn read(&self, file: &ForeignFile, password: Option<&SecretText>) -> Result<Found> {
        let bytes = file.bytes();
        let header = header::read(bytes)?;
        container::check(bytes, &header)?;
        let needed = || needs_password("the password of the KeePass database");
        let composite = key::composite(password, file.key_file())?.ok_or_else(needed)?;
        let mut opened = match container::open(bytes, &header, &composite) {
            Err(error) if error.kind == ErrorKind::WrongPassword => {
                return Err(match (password, file.key_file()) {
                    (None, _) => needed().hint("the key file alone does not open it"),
                    (_, None) => error.hint("it may need a key file as well (--key-file); hardware keys are not supported"),
                    (_, Some(_)) => {
                        error.hint("the key file may be another one, or not be needed; hardware keys are not supported")
                    }
                });
            }
            result => result?,
        };
        let document = document::read(&opened.xml, &mut opened.stream)?;
        let head = to_base64(&Sha256::digest(&bytes[..header.length]));
        if document.header_hash.as_ref().is_some_and(|hash| !header.is_version_4 && hash.trim() != head) {
            return Err(damaged("the header of the KeePass database is damaged"));
        }
        read_entries(&document)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(&write::Kdbx)
    }
}

fn read_entries(document: &Document) -> Result<Found> {
    let is_bin: Vec<bool> = document.groups.iter().fold(Vec::new(), |mut known: Vec<bool>, group| {
        let is_in = group.parent.is_some_and(|parent| known[parent]);
        known.push(is_in || document.bin.as_ref().is_some_and(|bin| *bin == group.uuid));
        known
    });
    let (mut without, mut deleted) = (0, 0);
    let mut read = Vec::new();
    for (index, entry) in document.entries.iter().enumerate() {
        let all = otp::read(|name| entry.text(name));
        if all.is_empty() {
            without += usize::from(!is_bin[entry.group]);
        } else if is_bin[entry.group] {
            deleted += 1;
        } else {
            let named = |why| item::of_item(entry.text(otp::TITLE), why);
            let tags = tags(document, entry);
            let with_tags = |draft: Draft| Draft { tags: tags.clone(), ..draft };
            read.extend(all.into_iter().map(|one| (index, one.map(with_tags).map_err(named))));
        }
    }
    let mut found = Found::collect(read.into_iter())?;
    found.note_without(without);
    match deleted {
        0 => {}
        1 => found.warnings.push("1 entry with a one-time password lies in the recycle bin and was left out.".into()),
        _ => found.warnings.push(format!("{deleted} entries with one-time passwords lie in the recycle bin and were left out.")),
    }
    Ok(found)
}

/// The path of its group below the root, and the entry's own tags.
fn tags(document: &Document, entry: &Entry) -> Vec<String> {
    let mut path = Vec::new();
    let mut place = entry.group;
    while let Some(parent) = document.groups[place].parent {
        path.insert(0, document.groups[place].name.as_str());
        place = parent;
    }
    let mut tags = Vec::new();
    item::tag(&mut tags, [path.join("/").as_str()]);
    item::tag(&mut tags, entry.tags.split([';', ',']));
    tags
}
