//! A short, repeatable run of what the fuzz target checks: the cases of each format, mutated.

use crate::support::canonical::check;
use crate::support::world::FakeEntropy;
use countersign::transfer::{self, Draft, Encryption, FORMATS, Sealing};
use std::fs;
use std::path::{Path, PathBuf};

/// Chance that repeats: xorshift.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, all),
            false if path.file_stem().is_some_and(|stem| stem == "file") => all.push(path),
            false => {}
        }
    }
    all.sort();
}

/// What stands in files at the places that decide.
const WORDS: [&[u8]; 16] = [
    b"null",
    b"-1",
    b"0",
    b"18446744073709551616",
    b"1e400",
    b"\"\"",
    b"true",
    b"[]",
    b"{}",
    b"\xEF\xBF\xBD",
    b"%00",
    b"otpauth://",
    b"\\u0000",
    b"steam",
    b"hotp",
    b"\0",
];

/// One to three changes: a letter or a byte, a word put in, a piece cut out, moved or doubled, the end cut off, a piece of
/// another file. Half of all are letters, which leave the file whole.
fn mutated(bytes: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(3) {
        let at = chance.below(bytes.len());
        let end = (at + 1 + chance.below(40)).min(bytes.len());
        match chance.below(14) {
            _ if bytes.is_empty() => bytes.push(b'{'),
            0 => bytes[at] = chance.below(256) as u8,
            1 => drop(bytes.splice(at..at, WORDS[chance.below(WORDS.len())].iter().copied())),
            2 => drop(bytes.splice(at..end, WORDS[chance.below(WORDS.len())].iter().copied())),
            3 => drop(bytes.drain(at..end)),
            4 => bytes.extend_from_within(at..end),
            5 => {
                let from = chance.below(other.len());
                let piece = &other[from..(from + 40).min(other.len())];
                drop(bytes.splice(at..at, piece.iter().copied()));
            }
            6 if chance.below(4) == 0 => bytes.truncate(at),
            _ => {
                if let Some(letter) = bytes[at..].iter_mut().find(|byte| byte.is_ascii_alphanumeric()) {
                    *letter = b"aAzZ0129:% "[chance.below(11)];
                }
            }
        }
    }
    bytes
}

/// What each format writes in clear of these drafts.
fn written(drafts: &[Draft]) -> Vec<Vec<u8>> {
    let writers = FORMATS.iter().filter_map(|format| format.writer());
    let plain = writers.filter(|writer| writer.encryption() != Encryption::Always);
    plain.map(|writer| writer.write(drafts, &Sealing::new(None, &FakeEntropy::seed(1))).unwrap().bytes.to_vec()).collect()
}

#[test]
fn what_is_read_and_written_again_reads_the_same() {
    const ROUNDS: usize = 4000;
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import"), &mut paths);
    // A large one takes long and tells no more; of one that can't be read nothing is written again.
    let mut seeds: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    seeds.retain(|bytes| bytes.len() < 64 * 1024 && transfer::read(bytes, None).is_ok());
    let drafts: Vec<Draft> = seeds.iter().flat_map(|bytes| transfer::read(bytes, None).unwrap().1.drafts).take(8).collect();
    seeds.extend(written(&drafts));
    let mut chance = Chance(0x5EED);
    let mut looked_at = 0;
    let mut findings = std::collections::BTreeSet::new();
    for round in 0..ROUNDS + seeds.len() {
        // Each as it is, and then mutated.
        let bytes = match round.checked_sub(seeds.len()) {
            None => seeds[round].clone(),
            Some(round) => mutated(&seeds[round % seeds.len()], &seeds[chance.below(seeds.len())], &mut chance),
        };
        match std::panic::catch_unwind(|| check(&bytes, None)) {
            Ok(entries) => looked_at += entries,
            Err(finding) => drop(findings.insert(finding.downcast::<String>().map_or("?".into(), |text| *text))),
        }
        assert!(findings.len() < 10, "{findings:#?}");
    }
    assert!(findings.is_empty(), "{findings:#?}");
    assert!(looked_at > ROUNDS, "only {looked_at} entries were looked at: the files are spoiled too much");
}
