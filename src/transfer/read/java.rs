//! Serialised Java objects, of which only one is read: a `HashMap` of texts to texts.
//! The layout is that of the Java Object Serialization Specification, version 5, section 6.

use super::MAX_EXPANDED;
use super::json::damaged;
use crate::error::{Error, Result};
use zeroize::Zeroizing;

pub const MARK: &[u8] = b"\xAC\xED\x00\x05";

const OBJECT: u8 = 0x73;
const CLASS: u8 = 0x72;
const TEXT: u8 = 0x74;
const LONG_TEXT: u8 = 0x7C;
const REFERENCE: u8 = 0x71;
const BLOCK: u8 = 0x77;
const END: u8 = 0x78;
const NULL: u8 = 0x70;
const HASH_MAP: &str = "java.util.HashMap";
/// References count from here: the class, the map, then the texts in their order.
const FIRST_REFERENCE: u32 = 0x7E_0000;
const BEFORE_TEXTS: u32 = 2;

type Text = Zeroizing<String>;

/// More than any authenticator writes.
const MOST_PAIRS: u32 = 200_000;

struct Reader<'a> {
    rest: &'a [u8],
    texts: Vec<Text>,
    /// How many bytes of text references have repeated.
    repeated: usize,
}

/// Whether the stream begins with a `HashMap`. Cheap.
pub fn is_map(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    reader.class().is_some()
}

/// The pairs in the order of the file.
pub fn map_of_texts(bytes: &[u8]) -> Result<Vec<(Text, Text)>> {
    let mut reader = Reader::new(bytes);
    let fields = reader.class().ok_or_else(|| damaged("the serialised object is no map of texts"))?;
    let pairs = reader.skip(fields).and_then(|()| reader.size()).ok_or_else(cut_short)?;
    if pairs > MOST_PAIRS {
        return Err(damaged("the serialised object holds more than any authenticator writes"));
    }
    let pair = |_| Some((reader.text()?, reader.text()?));
    (0..pairs).map(pair).collect::<Option<_>>().ok_or_else(cut_short)
}

fn cut_short() -> Error {
    damaged("the serialised object is damaged, cut short, or holds something else than texts")
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes, texts: Vec::new(), repeated: 0 }
    }

    fn take(&mut self, length: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.take(length).map(|_| ())
    }

    fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        self.take(LENGTH)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    fn expect(&mut self, bytes: &[u8]) -> Option<()> {
        (self.take(bytes.len())? == bytes).then_some(())
    }

    fn short_text(&mut self) -> Option<Text> {
        let length = u16::from_be_bytes(self.array()?);
        decode(self.take(length.into())?)
    }

    /// The description of the class; how many bytes its fields take. Old versions of Android leave one out.
    fn class(&mut self) -> Option<usize> {
        self.expect(MARK)?;
        self.expect(&[OBJECT, CLASS])?;
        if self.short_text()?.as_str() != HASH_MAP {
            return None;
        }
        const VERSION_AND_FLAGS: usize = 9;
        self.skip(VERSION_AND_FLAGS)?;
        let mut size = 0;
        for _ in 0..u16::from_be_bytes(self.array()?) {
            size += match self.byte()? {
                b'B' | b'Z' => 1,
                b'C' | b'S' => 2,
                b'F' | b'I' => 4,
                b'D' | b'J' => 8,
                _ => return None,
            };
            self.short_text()?;
        }
        self.expect(&[END, NULL])?;
        Some(size)
    }

    /// The number of pairs, from the block that the map writes before them: its capacity and this.
    fn size(&mut self) -> Option<u32> {
        self.expect(&[BLOCK, 8])?;
        self.skip(4)?;
        self.array().map(u32::from_be_bytes)
    }

    fn text(&mut self) -> Option<Text> {
        let text = match self.byte()? {
            TEXT => self.short_text()?,
            LONG_TEXT => {
                let length = u64::from_be_bytes(self.array()?);
                decode(self.take(usize::try_from(length).ok()?)?)?
            }
            REFERENCE => {
                let place = u32::from_be_bytes(self.array()?).checked_sub(FIRST_REFERENCE + BEFORE_TEXTS)?;
                // A text of a megabyte could be named a hundred thousand times.
                let text = self.texts.get(place as usize)?;
                self.repeated += text.len();
                return (self.repeated as u64 <= MAX_EXPANDED).then(|| text.clone());
            }
            _ => return None,
        };
        self.texts.push(text.clone());
        Some(text)
    }
}

/// Java's modified UTF-8: NUL takes two bytes, and what lies beyond the first plane is a pair of surrogates of three bytes each.
fn decode(bytes: &[u8]) -> Option<Text> {
    let mut units = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut rest = bytes;
    let low = |byte: u8| (byte & 0xC0 == 0x80).then_some(u16::from(byte & 0x3F));
    loop {
        let (unit, length) = match *rest {
            [] => break,
            [one @ 0x01..=0x7F, ..] => (u16::from(one), 1),
            [one @ 0xC0..=0xDF, two, ..] => (u16::from(one & 0x1F) << 6 | low(two)?, 2),
            [one @ 0xE0..=0xEF, two, three, ..] => (u16::from(one & 0x0F) << 12 | low(two)? << 6 | low(three)?, 3),
            _ => return None,
        };
        units.push(unit);
        rest = &rest[length..];
    }
    String::from_utf16(&units).ok().map(Zeroizing::new)
}
