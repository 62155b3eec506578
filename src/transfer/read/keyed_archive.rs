//! Apple's keyed archives (`NSKeyedArchiver`) in binary property lists. Each object of the list is decoded once and links are
//! followed only as far as asked: a small file whose objects share one another would otherwise expand without end,
//! which is why no general reader of property lists does here.

use zeroize::Zeroizing;

pub const MARK: &[u8] = b"bplist00";

const TRAILER: usize = 32;
const MOST_OBJECTS: u64 = 1_000_000;
/// Places in all lists and dictionaries together, and eights of the bytes of texts and data: these may overlap in the file.
const MOST_PLACES: usize = 4_000_000;
/// Of a text, in bytes: labels and the names of fields.
const MOST_TEXT: usize = 4096;
/// Of one dictionary.
const MOST_FIELDS: usize = 256;

/// An object of a property list; what it holds are places in the list of objects.
enum Object {
    Null,
    Integer(i128),
    Real(f64),
    Data(Zeroizing<Vec<u8>>),
    Text(Zeroizing<String>),
    /// A link of the archive, into its own list.
    Link(usize),
    List(Vec<usize>),
    /// Keys and values.
    Dictionary(Vec<(usize, usize)>),
}

pub struct Archive {
    objects: Vec<Object>,
    /// The archive's own list: where each of its objects stands.
    linked: Vec<usize>,
    root: usize,
}

/// An object of the archive, with its link followed.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    archive: &'a Archive,
    place: usize,
}

impl Archive {
    /// `None` where it is no archive, or damaged.
    pub fn read(bytes: &[u8]) -> Option<Archive> {
        let (objects, top) = objects(bytes)?;
        let mut archive = Archive { objects, linked: Vec::new(), root: 0 };
        let (all, roots) = (archive.field(top, "$objects")?, archive.field(top, "$top")?);
        archive.root = archive.field(roots, "root")?;
        let Object::List(linked) = archive.objects.get(all)? else { return None };
        archive.linked = linked.clone();
        Some(archive)
    }

    pub fn root(&self) -> Option<Node<'_>> {
        Node { archive: self, place: self.root }.followed()
    }

    /// The place of a field of a dictionary.
    fn field(&self, place: usize, name: &str) -> Option<usize> {
        let Object::Dictionary(fields) = self.objects.get(place)? else { return None };
        let is_named = |key: usize| matches!(self.objects.get(key), Some(Object::Text(text)) if text.as_str() == name);
        fields.iter().find(|(key, _)| is_named(*key)).map(|(_, value)| *value)
    }
}

impl<'a> Node<'a> {
    fn object(self) -> Option<&'a Object> {
        self.archive.objects.get(self.place)
    }

    fn raw(self, name: &str) -> Option<Node<'a>> {
        Some(Node { place: self.archive.field(self.place, name)?, ..self })
    }

    /// What a link leads to; an archive has no links to links. `None` for `$null`.
    fn followed(self) -> Option<Node<'a>> {
        match self.object()? {
            Object::Link(0) => None,
            Object::Link(link) => Some(Node { place: *self.archive.linked.get(*link)?, ..self }),
            _ => Some(self),
        }
    }

    /// A field of an object, or the value of a key of a dictionary.
    pub fn get(self, name: &str) -> Option<Node<'a>> {
        if let Some(field) = self.raw(name) {
            return field.followed();
        }
        let (keys, values) = (self.raw("NS.keys")?.places()?, self.raw("NS.objects")?.places()?);
        if keys.len() > MOST_FIELDS {
            return None;
        }
        let is_named = |place: &usize| {
            let key = Node { place: *place, ..self }.followed();
            key.and_then(Node::text).is_some_and(|text| text.as_str() == name)
        };
        let at = keys.iter().position(is_named)?;
        Node { place: *values.get(at)?, ..self }.followed()
    }

    fn places(self) -> Option<&'a [usize]> {
        match self.object()? {
            Object::List(places) => Some(places),
            _ => None,
        }
    }

    /// The elements of a list; `None` where it is none.
    pub fn list(self) -> Option<impl Iterator<Item = Option<Node<'a>>>> {
        let places = self.raw("NS.objects")?.places()?;
        Some(places.iter().map(move |place| Node { place: *place, ..self }.followed()))
    }

    pub fn text(self) -> Option<Zeroizing<String>> {
        match (self.object()?, self.raw("NS.string")) {
            (Object::Text(text), _) => Some(text.clone()),
            (_, Some(text)) => match text.object()? {
                Object::Text(text) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn data(self) -> Option<&'a [u8]> {
        match (self.object()?, self.raw("NS.data")) {
            (Object::Data(data), _) => Some(data),
            (_, Some(data)) => match data.object()? {
                Object::Data(data) => Some(data),
                _ => None,
            },
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub fn number(self) -> Option<u64> {
        match self.object()? {
            Object::Integer(number) => u64::try_from(*number).ok(),
            Object::Real(number) if *number >= 0.0 && number.fract() == 0.0 && *number < 9e15 => Some(*number as u64),
            _ => None,
        }
    }

    pub fn real(self) -> Option<f64> {
        match self.object()? {
            Object::Real(number) => Some(*number),
            Object::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }
}

/// All objects of a binary property list, and the place of its top one.
fn objects(bytes: &[u8]) -> Option<(Vec<Object>, usize)> {
    let body = bytes.strip_prefix(MARK)?;
    let trailer = body.get(body.len().checked_sub(TRAILER)?..)?;
    let (offset_size, place_size) = (usize::from(trailer[6]), usize::from(trailer[7]));
    let number = |at: usize| Some(u64::from_be_bytes(trailer.get(at..at + 8)?.try_into().ok()?));
    let (count, top, table) = (number(8)?, number(16)?, usize::try_from(number(24)?).ok()?);
    if count > MOST_OBJECTS || !(1..=8).contains(&offset_size) || !(1..=8).contains(&place_size) {
        return None;
    }
    let mut places = 0;
    let mut all = Vec::new();
    for index in 0..usize::try_from(count).ok()? {
        let at = table.checked_add(index.checked_mul(offset_size)?)?;
        let offset = usize::try_from(big_endian(bytes.get(at..at.checked_add(offset_size)?)?)?).ok()?;
        let object = object(bytes.get(offset..)?, place_size)?;
        places += match &object {
            Object::List(list) => list.len(),
            Object::Dictionary(fields) => fields.len(),
            Object::Data(data) => data.len() / 8,
            Object::Text(text) => text.len() / 8,
            _ => 0,
        };
        if places > MOST_PLACES {
            return None;
        }
        all.push(object);
    }
    Some((all, usize::try_from(top).ok()?))
}

/// The object that begins here.
fn object(bytes: &[u8], place_size: usize) -> Option<Object> {
    let (&mark, rest) = bytes.split_first()?;
    let low = mark & 0x0F;
    match mark >> 4 {
        0x0 => Some(match low {
            0x8 | 0x9 => Object::Integer((low & 1).into()),
            _ => Object::Null,
        }),
        0x1 => {
            let bytes = rest.get(..1 << low.min(4))?;
            // Of eight bytes on they have a sign.
            let number = bytes.iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
            Some(Object::Integer(if low == 3 { (number as u64 as i64).into() } else { number as i128 }))
        }
        0x2 | 0x3 => Some(match low {
            2 => Object::Real(f32::from_be_bytes(rest.get(..4)?.try_into().ok()?).into()),
            3 => Object::Real(f64::from_be_bytes(rest.get(..8)?.try_into().ok()?)),
            _ => return None,
        }),
        0x8 => Some(Object::Link(usize::try_from(big_endian(rest.get(..usize::from(low) + 1)?)?).ok()?)),
        kind => {
            let (count, rest) = count(low, rest)?;
            let bytes = |size: usize| rest.get(..count.checked_mul(size)?);
            if matches!(kind, 0x5 | 0x6) && count > MOST_TEXT {
                return None;
            }
            Some(match kind {
                0x4 => Object::Data(Zeroizing::new(bytes(1)?.to_vec())),
                0x5 => Object::Text(Zeroizing::new(std::str::from_utf8(bytes(1)?).ok()?.to_owned())),
                0x6 => {
                    let units = bytes(2)?.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
                    Object::Text(Zeroizing::new(char::decode_utf16(units).collect::<Result<_, _>>().ok()?))
                }
                0xA | 0xC => Object::List(places(bytes(place_size)?, place_size)?),
                0xD if count <= MOST_FIELDS => {
                    let places = places(bytes(2 * place_size)?, place_size)?;
                    let (keys, values) = places.split_at(count);
                    Object::Dictionary(keys.iter().copied().zip(values.iter().copied()).collect())
                }
                _ => return None,
            })
        }
    }
}

/// How many there are: in the mark itself, or in an integer behind it.
fn count(low: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    if low < 0x0F {
        return Some((low.into(), rest));
    }
    let (&mark, rest) = rest.split_first()?;
    let (number, rest) = rest.split_at_checked(1 << (mark & 0x0F).min(4))?;
    if mark >> 4 != 1 || number.len() > 8 {
        return None;
    }
    Some((usize::try_from(big_endian(number)?).ok()?, rest))
}

fn places(bytes: &[u8], size: usize) -> Option<Vec<usize>> {
    bytes.chunks(size).map(|place| usize::try_from(big_endian(place)?).ok()).collect()
}

fn big_endian(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
