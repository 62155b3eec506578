//! What must hold of any file at all: reading ends, and what was read and written again reads the same.
//! The fuzz target and the suite share it.

use countersign::ops::export;
use countersign::ports::Entropy;
use countersign::secret::SecretText;
use countersign::transfer::{Draft, Encryption, FORMATS, ForeignFile, Format, Sealing, Writer, by_id};

/// The same bytes each time: a finding must come back.
struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Every format that takes the file for its own reads it; gives how many entries were looked at.
pub fn check(bytes: &[u8], password: Option<&SecretText>) -> usize {
    let file = ForeignFile::new(bytes);
    let mut looked_at = 0;
    for format in FORMATS.iter().filter(|format| format.detect(&file)) {
        let Ok(found) = format.read(&file, password) else { continue };
        looked_at += found.drafts.len();
        again(by_id("json").unwrap_or(*format), &found.drafts, true);
        again(*format, &found.drafts, false);
    }
    looked_at
}

/// Writes, reads, writes and reads: from the first writing on nothing may change any more.
fn again(format: &dyn Format, drafts: &[Draft], holds_all: bool) {
    let Some(writer) = format.writer().filter(|writer| writer.encryption() != Encryption::Always) else { return };
    let first = pass(format, writer, drafts);
    if holds_all {
        assert_same(format, drafts, &first);
    }
    assert_same(format, &first, &pass(format, writer, &first));
}

fn assert_same(format: &dyn Format, drafts: &[Draft], back: &[Draft]) {
    let differ = drafts.iter().zip(back).find(|(draft, back)| draft != back);
    assert!(differ.is_none() && drafts.len() == back.len(), "{}, {} and {}: {differ:?}", format.id(), drafts.len(), back.len());
}

/// What comes back of what was written, proved like an export.
fn pass(format: &dyn Format, writer: &dyn Writer, drafts: &[Draft]) -> Vec<Draft> {
    let id = format.id();
    let written = writer.write(drafts, &Sealing::new(None, &Zeros)).unwrap_or_else(|error| panic!("{id}: {error}"));
    if let Err(error) = export::prove(format, &written, drafts, None) {
        panic!("{id}: {error} {drafts:?}");
    }
    if written.left_out.len() == drafts.len() {
        return Vec::new();
    }
    let file = ForeignFile::new(&written.bytes);
    assert!(format.detect(&file), "{id} does not know its own file: {drafts:?}");
    let found = format.read(&file, None).unwrap_or_else(|error| panic!("{id}: {error}"));
    assert!(found.skipped.is_empty(), "{id}: {:?}", found.skipped);
    found.drafts
}
