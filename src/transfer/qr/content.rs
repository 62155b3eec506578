//! What the data of one QR code says (ISO/IEC 18004:2015, 7.4 and 8): text in segments, each in an encoding of its own, and
//! which part of a text split over several codes it is. The decoders hand out neither the check value of such a part nor the
//! segments, and drop a segment that does not fit its encoding; here the code is not read then.

use crate::secret::SecretText;
use rxing::common::{BitSource, CharacterSet, Eci, string_utils};
use rxing::qrcode::common::{Mode, Version};
use std::fmt;
use zeroize::Zeroizing;

#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// `None` where the code is a whole.
    pub part: Option<Part>,
    runs: Vec<Run>,
}

/// Which part of a split text: `index` from 0 of `of`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    pub of: u32,
    /// All bytes of the whole text in exclusive or, the same in all parts.
    pub check: u8,
    pub index: u32,
}

/// Bytes in one encoding.
#[derive(Clone, PartialEq, Eq)]
struct Run {
    encoding: Encoding,
    bytes: Zeroizing<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Told(CharacterSet),
    /// Told by a number that nobody knows.
    Unknown,
    Untold,
}

/// The part alone: the text is a secret.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Some(part) => write!(f, "[part {} of {} of a split code]", part.index + 1, part.of),
            None => f.write_str("[code]"),
        }
    }
}

impl Content {
    /// Reads the data of a code after the correction of errors. `None` where it is not of a known form.
    pub fn parse(data: &[u8], version: u32) -> Option<Content> {
        const LETTERS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
        let version = Version::getVersionForNumber(version).ok()?;
        let mut bits = BitSource::new(data);
        let mut content = Content { part: None, runs: Vec::new() };
        let mut told = Encoding::Untold;
        while bits.available() >= 4 {
            let mode = Mode::forBits(bits.readBits(4).ok()? as u8).ok()?;
            match mode {
                Mode::TERMINATOR => break,
                Mode::FNC1_FIRST_POSITION => continue,
                Mode::FNC1_SECOND_POSITION => {
                    bits.readBits(8).ok()?;
                    continue;
                }
                Mode::STRUCTURED_APPEND => {
                    let (index, last, check) = (bits.readBits(4).ok()?, bits.readBits(4).ok()?, bits.readBits(8).ok()?);
                    if index > last {
                        return None;
                    }
                    content.part = Some(Part { of: last + 1, check: check as u8, index }).filter(|part| part.of > 1);
                    continue;
                }
                Mode::ECI => {
                    told = encoding_of(&mut bits)?;
                    continue;
                }
                // Only one set of characters is defined.
                Mode::HANZI if bits.readBits(4).ok()? != 1 => return None,
                _ => {}
            }
            let mut left = bits.readBits(usize::from(mode.getCharacterCountBits(version))).ok()?;
            let mut bytes = Zeroizing::new(Vec::with_capacity(2 * left as usize));
            let mut pair = |width: u32, first: u32, second: u32, edge: u32| {
                let value = bits.readBits(13).ok()?;
                let value = ((value / width) << 8) | (value % width);
                let [.., high, low] = (value + if value < edge { first } else { second }).to_be_bytes();
                bytes.extend([high, low]);
                Some(())
            };
            let encoding = match mode {
                Mode::KANJI => {
                    (0..left).try_for_each(|_| pair(0xC0, 0x8140, 0xC140, 0x1F00))?;
                    Encoding::Told(CharacterSet::Shift_JIS)
                }
                Mode::HANZI => {
                    (0..left).try_for_each(|_| pair(0x60, 0xA1A1, 0xA6A1, 0x0A00))?;
                    Encoding::Told(CharacterSet::GB18030)
                }
                Mode::BYTE => {
                    for _ in 0..left {
                        bytes.push(bits.readBits(8).ok()? as u8);
                    }
                    told
                }
                Mode::NUMERIC => {
                    while left > 0 {
                        let digits = left.min(3) as usize;
                        let value = format!("{:0digits$}", bits.readBits(1 + 3 * digits).ok()?);
                        bytes.extend(Some(value.as_bytes()).filter(|value| value.len() == digits)?);
                        left -= digits as u32;
                    }
                    Encoding::Told(CharacterSet::ASCII)
                }
                _ => {
                    while left > 0 {
                        let value = bits.readBits(if left > 1 { 11 } else { 6 }).ok()? as usize;
                        if left > 1 {
                            bytes.push(*LETTERS.get(value / 45)?);
                        }
                        bytes.push(*LETTERS.get(if left > 1 { value % 45 } else { value })?);
                        left -= left.min(2);
                    }
                    Encoding::Told(CharacterSet::ASCII)
                }
            };
            content.runs.push(Run { encoding, bytes });
        }
        Some(content)
    }

    /// The text of this code alone. `None` where bytes don't fit the encoding that they are said to be in.
    pub fn text(&self) -> Option<SecretText> {
        text_of(&self.runs, |bytes| string_utils::guessCharset(bytes, &Default::default())?.decode(bytes).ok())
    }
}

/// The text that these parts make together, in their order. `None` where it is not the text whose check value they carry.
pub fn joined(parts: &[&Content]) -> Option<SecretText> {
    let check = parts.first()?.part?.check;
    let is_right = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum ^ byte) == check;
    let mut runs: Vec<Run> = Vec::new();
    for run in parts.iter().flat_map(|part| &part.runs) {
        match runs.last_mut() {
            // A text may be split within a character.
            Some(last) if last.encoding == run.encoding => last.bytes.extend_from_slice(&run.bytes),
            _ => runs.push(run.clone()),
        }
    }
    let each_alone = || {
        let texts = parts.iter().map(|part| part.text()).collect::<Option<Vec<_>>>()?;
        Some(SecretText::new(texts.iter().map(SecretText::expose).collect::<String>()))
    };
    let text = text_of(&runs, |bytes| String::from_utf8(bytes.to_vec()).ok()).or_else(each_alone)?;
    // Some programs take the sum before they choose the encoding.
    let elsewhere = [CharacterSet::UTF8, CharacterSet::ISO8859_1, CharacterSet::Shift_JIS];
    let as_it_stands = Zeroizing::new(runs.iter().flat_map(|run| run.bytes.iter().copied()).collect::<Vec<u8>>());
    let fits = is_right(&as_it_stands)
        || elsewhere
            .iter()
            .any(|encoding| encoding.encode(text.expose()).map(Zeroizing::new).is_ok_and(|bytes| is_right(&bytes)));
    fits.then_some(text)
}

fn text_of(runs: &[Run], guess: impl Fn(&[u8]) -> Option<String>) -> Option<SecretText> {
    let mut text = Zeroizing::new(String::new());
    for Run { encoding, bytes } in runs {
        let decoded = Zeroizing::new(match encoding {
            Encoding::Told(encoding) => encoding.decode(bytes).ok()?,
            // All encodings agree on ASCII.
            Encoding::Unknown => String::from_utf8(bytes.to_vec()).ok().filter(|text| text.is_ascii())?,
            Encoding::Untold => guess(bytes)?,
        });
        text.push_str(&decoded);
    }
    Some(SecretText::new(text.as_str()))
}

/// The encoding that a designator of one to three bytes names (7.4.2.2).
fn encoding_of(bits: &mut BitSource) -> Option<Encoding> {
    let first = bits.readBits(8).ok()?;
    let number = match first.leading_zeros() {
        25.. => first & 0x7F,
        _ if first & 0xC0 == 0x80 => ((first & 0x3F) << 8) | bits.readBits(8).ok()?,
        _ if first & 0xE0 == 0xC0 => ((first & 0x1F) << 16) | bits.readBits(16).ok()?,
        _ => return None,
    };
    Some(match CharacterSet::from(Eci::from(number)) {
        CharacterSet::Unknown => Encoding::Unknown,
        known => Encoding::Told(known),
    })
}
