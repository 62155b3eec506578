//! What a foreign file held, and how several files are read as one.

use super::google::{self, Part};
use super::qr::content::Content;
use super::qr::split;
use super::read::{item, json};
use super::{Draft, ForeignFile, picture};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::Algorithm;
use crate::text::GUESSED;
use crate::words::is_obeyed;
use serde_json::Value;
use std::ops::Range;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// In the order of the file.
    pub drafts: Vec<Draft>,
    pub skipped: Vec<Skipped>,
    /// Sentences about the file as a whole, e.g. which parts of a transfer are missing.
    pub warnings: Vec<String>,
    /// Which parts of Google transfers were read, and which of the drafts came of each.
    pub parts: Vec<(Part, Range<usize>)>,
    /// QR codes that hold a part of a text each, those included whose text is whole by now and was read.
    pub split: Vec<Content>,
}

/// Something in the file that was not taken: its place among all that the file lists (from 0) and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub index: usize,
    pub reason: String,
}

/// Whether there was anything to replace.
fn clean(text: &mut String) -> bool {
    let bad = text.contains(is_obeyed);
    if bad {
        *text = text.replace(is_obeyed, " ");
    }
    bad
}

impl Found {
    /// What reading each entry of a list gave, with its place in the list. `ForeignDamaged` where not one could be read.
    pub fn collect(entries: impl Iterator<Item = (usize, std::result::Result<Draft, String>)>) -> Result<Found> {
        let mut found = Found::default();
        let mut other_names = Vec::new();
        for (index, entry) in entries {
            match entry {
                Ok(mut draft) => {
                    draft.drop_repeated_tags();
                    other_names.extend(Some(std::mem::take(&mut draft.other_names)).filter(|names| !names.is_empty()));
                    found.drafts.push(draft);
                }
                Err(reason) => found.skipped.push(Skipped { index, reason }),
            }
        }
        match found.skipped.first() {
            Some(first) if found.drafts.is_empty() => Err(Error::new(
                ErrorKind::ForeignDamaged,
                format!("no entry could be read; entry {}: {}", first.index + 1, first.reason),
            )),
            _ => {
                found.note_other_names(&other_names);
                Ok(found)
            }
        }
    }

    /// Says which names of items were not taken, because their links have other ones.
    fn note_other_names(&mut self, names: &[Vec<String>]) {
        const SHOWN: usize = 3;
        let shown: Vec<String> = names.iter().take(SHOWN).map(|names| names.join(", ")).collect();
        let more = if names.len() > SHOWN { " …" } else { "" };
        let links = match names.len() {
            0 => return,
            1 => "1 link has".to_owned(),
            many => format!("{many} links have"),
        };
        self.warnings
            .push(format!("{links} other names than what stands beside it, which was not taken: {}{more}", shown.join("; ")));
    }

    /// What reading each entry of a list gave. One that is refused is named by the name that stands in it.
    pub fn of_list(list: &[Value], mut read: impl FnMut(&Value) -> std::result::Result<Draft, String>) -> Result<Found> {
        let read = |(index, entry)| (index, read(entry).map_err(|why| item::of_item(json::called(entry).as_deref(), why)));
        Found::collect(list.iter().enumerate().map(read))
    }

    /// Replaces what a terminal would obey by spaces, in names and in what is said of the file, and says so.
    pub fn make_printable(&mut self) {
        let mut changed = 0;
        for draft in &mut self.drafts {
            // Notes have lines.
            let is_bad = |c: char| is_obeyed(c) && c != '\n' && c != '\t';
            draft.note = draft.note.replace("\r\n", "\n");
            let has_bad_note = draft.note.contains(is_bad);
            draft.note = draft.note.replace(is_bad, " ");
            let names = [&mut draft.issuer, &mut draft.account].into_iter().chain(&mut draft.tags);
            let has_bad_name = names.filter_map(|name| clean(name).then_some(())).count() > 0;
            changed += usize::from(has_bad_note || has_bad_name);
            if let Algorithm::Other(name) = &mut draft.credential.algorithm {
                clean(name);
            }
        }
        for said in self.skipped.iter_mut().map(|skipped| &mut skipped.reason).chain(&mut self.warnings) {
            clean(said);
        }
        let is_lost = |draft: &&Draft| [&draft.issuer, &draft.account].iter().any(|name| name.contains('\u{FFFD}'));
        match self.drafts.iter().filter(is_lost).count() {
            0 => {}
            1 => self.warnings.push("The name of 1 account has lost letters, each shown as \u{FFFD}: edit it.".into()),
            many => {
                self.warnings.push(format!("The names of {many} accounts have lost letters, each shown as \u{FFFD}: edit them."))
            }
        }
        if changed > 0 {
            let of = if changed == 1 { "the texts of 1 account" } else { &format!("the texts of {changed} accounts") };
            self.warnings.push(format!("Control characters in {of} were replaced with spaces."));
        }
    }

    /// Says how many items of a password manager have no one-time password.
    pub(super) fn note_without(&mut self, items: usize) {
        match items {
            0 => {}
            1 => self.warnings.push("1 item has no one-time password.".into()),
            _ => self.warnings.push(format!("{items} items have no one-time password.")),
        }
    }

    /// Says so where the text of a file was decoded by a guess.
    pub(super) fn note_guess(&mut self, file: &ForeignFile) {
        if file.is_guess() {
            self.warnings.push(GUESSED.into());
        }
    }

    /// Says how many entries come without any name.
    pub(super) fn note_nameless(&mut self) {
        match self.drafts.iter().filter(|draft| draft.issuer.is_empty() && draft.account.is_empty()).count() {
            0 => {}
            1 => self.warnings.push("1 entry has no name in the file: edit it to give it one.".into()),
            many => self.warnings.push(format!("{many} entries have no name in the file: edit them to give them one.")),
        }
    }

    /// Says so where the file is of a version that is not known; it was read all the same.
    pub(super) fn note_version(&mut self, what: &str, version: std::result::Result<Option<u64>, String>, newest: u64) {
        match version {
            Ok(Some(version)) if (1..=newest).contains(&version) => {}
            Ok(Some(version)) => self.warnings.push(format!(
                "The {what} is of version {version}, which this program does not know; it was read as version {newest}."
            )),
            _ => self.warnings.push(format!("The {what} does not tell its version; it was read as version {newest}.")),
        }
    }

    /// What is missing of Google transfers and of split QR codes, a sentence each.
    pub fn missing(&self) -> Vec<String> {
        google::missing(&self.parts).into_iter().chain(split::missing(&self.split)).collect()
    }

    /// `ForeignDamaged` where nothing was found but parts of split QR codes.
    pub fn not_only_parts(self) -> Result<Found> {
        let missing = split::missing(&self.split);
        match missing.as_slice() {
            [first, more @ ..] if self.drafts.is_empty() => {
                let hint = match more {
                    [] => "countersign import reads several files together, or one picture with all the parts",
                    _ => "they are parts of different codes",
                };
                let what = format!("p{}", first.trim_start_matches('P').trim_end_matches('.'));
                Err(Error::new(ErrorKind::ForeignDamaged, what).hint(hint))
            }
            _ => Ok(self),
        }
    }

    /// Takes in what another file held. The same part of a transfer counts once; which parts are missing is said anew.
    /// A split QR code is read as soon as all its parts are there.
    pub fn absorb(&mut self, other: Found) {
        let stale: Vec<String> = self.missing().into_iter().chain(other.missing()).collect();
        self.warnings.extend(other.warnings);
        self.warnings.retain(|warning| !stale.contains(warning));
        self.skipped.extend(other.skipped);
        let mut from = 0;
        for (part, drafts) in other.parts {
            self.drafts.extend_from_slice(&other.drafts[from..drafts.start]);
            from = drafts.end;
            self.take_part(part, other.drafts[drafts].to_vec());
        }
        self.drafts.extend_from_slice(&other.drafts[from..]);
        let read: Vec<split::Text> = split::whole(&self.split).into_iter().chain(split::whole(&other.split)).collect();
        self.take_split(other.split, &read);
    }

    /// Adds parts of split QR codes, and what the texts hold that are whole now and were not read before.
    pub(super) fn take_split(&mut self, parts: Vec<Content>, read: &[split::Text]) {
        let stale = self.missing();
        self.warnings.retain(|warning| !stale.contains(warning));
        self.split.extend(parts);
        for text in split::join(&self.split, read) {
            match text.and_then(|text| picture::read_texts(&[text]).map_err(|error| error.what)) {
                Ok(found) => self.absorb(found),
                Err(reason) => self.skipped.push(Skipped { index: 0, reason }),
            }
        }
        let missing = self.missing();
        self.warnings.retain(|warning| !missing.contains(warning));
        self.warnings.extend(missing);
    }

    /// Adds the drafts of one part of a transfer, unless just this part is there already.
    /// Programs other than Google's leave the transfer's number out, so the drafts must agree as well.
    pub(super) fn take_part(&mut self, part: Part, drafts: Vec<Draft>) {
        if self.parts.iter().any(|(known, range)| *known == part && self.drafts[range.clone()] == drafts) {
            return;
        }
        let start = self.drafts.len();
        self.drafts.extend(drafts);
        self.parts.push((part, start..self.drafts.len()));
    }
}
