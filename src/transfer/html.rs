//! Pages of HTML that hold links to one-time passwords, or pictures of QR codes in themselves: Stratum's, Raivo's and others'.
//! The page is only searched, never run; nothing it refers to is fetched.

use super::links::{self, Candidate};
use super::read::encoding::base64;
use super::{ForeignFile, Format, Found, qr};
use crate::error::{Error, ErrorKind, Result, contain};
use crate::otp::uri::{self, Labelled};
use crate::pixels;
use crate::secret::SecretText;
use crate::text;
use percent_encoding::percent_decode_str;
use std::collections::HashSet;

mod scan;

use scan::Piece;

pub struct Html;

const SCHEMES: [&str; 4] = ["otpauth://", "otpauth-migration://", "motp://", "steam://"];
/// A link as a parameter of another, as of a service that draws QR codes.
const ESCAPED: &str = "otpauth%3a%2f%2f";
/// Pictures without a code, which take long to search, before the rest is left alone.
const MOST_FRUITLESS: usize = 40;

impl Format for Html {
    fn id(&self) -> &'static str {
        "html"
    }

    fn name(&self) -> &'static str {
        "HTML page with links or QR codes"
    }

    fn how_to_get(&self) -> &'static str {
        "in Stratum: menu, Backup, Backup to HTML file; or a page of another program, saved"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.is_page()
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let page = file.text().filter(|_| file.is_page());
        let page = page.ok_or_else(|| Error::new(ErrorKind::ForeignDamaged, "this is no page of HTML"))?;
        let mut harvest = Harvest::default();
        for piece in scan::pieces(page) {
            match piece {
                Piece::Text(text) => harvest.take_links(&text, is_end_in_text),
                Piece::Value(text) => {
                    harvest.take_links(&text, is_end_in_text);
                    harvest.take_escaped(&text);
                }
                Piece::Script(text) => harvest.take_links(&text, is_end_in_script),
                Piece::Picture(data) => harvest.pictures.push((harvest.links.len(), data)),
            }
        }
        harvest.read()
    }
}

/// Links in the order of the page, and pictures with the number of links before them.
#[derive(Default)]
struct Harvest<'p> {
    links: Vec<String>,
    pictures: Vec<(usize, &'p str)>,
}

impl Harvest<'_> {
    /// Takes the links in a text. A label may hold spaces that nobody escaped; a query too, where the link stands alone.
    fn take_links(&mut self, text: &str, ends: fn(char) -> bool) {
        let small = text.to_ascii_lowercase();
        let mut from = 0;
        while let Some(start) = SCHEMES.iter().filter_map(|scheme| small[from..].find(scheme)).min().map(|at| from + at) {
            let rest = &text[start..];
            let query = rest.find('?').unwrap_or(rest.len());
            let is_alone = text[from..start].trim().is_empty();
            let is_end = |(at, letter): &(usize, char)| ends(*letter) || !is_alone && *at > query && letter.is_whitespace();
            let length = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
            self.links.push(rest[..length].trim_end().to_owned());
            from = start + length;
        }
    }

    fn take_escaped(&mut self, value: &str) {
        let Some(start) = value.to_ascii_lowercase().find(ESCAPED) else { return };
        let link = value[start..].split(['&', '#']).next().unwrap_or_default();
        self.links.push(text::lenient(&percent_decode_str(link).collect::<Vec<u8>>()).text.into_owned());
    }

    /// Each link once: a page shows the same one as text and as a code.
    fn read(self) -> Result<Found> {
        let mut seen = HashSet::new();
        let mut known: Vec<Labelled> = Vec::new();
        let mut places: Vec<(usize, String, String)> = Vec::new();
        for (index, link) in self.links.into_iter().enumerate() {
            if seen.insert(link.clone()) {
                known.extend(uri::parse(&link).ok());
                places.push((index, format!("link {}", index + 1), link));
            }
        }
        let (mut fruitless, mut unlooked, mut pixels_left) = (0, 0, pixels::MAX_PIXELS);
        for (number, (before, data)) in self.pictures.iter().enumerate() {
            if fruitless == MOST_FRUITLESS || pixels_left == 0 {
                unlooked += 1;
                continue;
            }
            let texts = codes_in(data, &mut pixels_left).unwrap_or_default();
            fruitless += usize::from(texts.is_empty());
            for text in texts.iter().map(|text| text.expose().trim().to_owned()).filter(|text| links::is_link(text)) {
                let is_known = uri::parse(&text).is_ok_and(|link| known.contains(&link));
                if !is_known && seen.insert(text.clone()) {
                    places.push((*before, format!("picture {}", number + 1), text));
                }
            }
        }
        places.sort_by_key(|(before, ..)| *before);
        if places.is_empty() {
            return Err(Error::new(
                ErrorKind::UnknownFormat,
                "the page holds no link to a one-time password, and no QR code of one",
            )
            .hint("if it shows codes, save the page with its pictures in it, or take a screenshot"));
        }
        let mut found = links::read(places.iter().map(|(_, place, text)| Candidate { place: place.clone(), text }))?;
        match unlooked {
            0 => {}
            1 => found.warnings.push("1 picture of the page was not searched for a code.".into()),
            many => found.warnings.push(format!("{many} pictures of the page were not searched for codes.")),
        }
        Ok(found)
    }
}

fn is_end_in_text(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '"' | '<' | '>')
}

fn is_end_in_script(letter: char) -> bool {
    is_end_in_text(letter) || matches!(letter, '\'' | '`' | '\\')
}

/// The texts of the QR codes in a picture that stands in the page; `None` where it can't be read.
fn codes_in(data: &str, pixels_left: &mut u64) -> Option<Vec<SecretText>> {
    let escaped = percent_decode_str(data).collect::<Vec<u8>>();
    let picture = pixels::decode(&base64(std::str::from_utf8(&escaped).ok()?)?).ok()?;
    *pixels_left = pixels_left.saturating_sub(u64::from(picture.width) * u64::from(picture.height));
    contain(|| qr::decode(&picture))
}
