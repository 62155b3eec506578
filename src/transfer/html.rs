//! Pages of HTML that hold links to one-time passwords, or pictures of QR codes in themselves: Stratum's, Raivo's and others'.
//! The page is only searched, never run; nothing it refers to is fetched.

use super::links::{self, Candidate};
use super::qr::{self, Codes, Effort};
use super::read::encoding::base64;
use super::{ForeignFile, Format, Found};
use crate::error::{Error, ErrorKind, Result, contain};
use crate::otp::uri::{self, Labelled};
use crate::pixels;
use crate::secret::SecretText;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::collections::HashSet;

mod scan;

use scan::Piece;
pub(super) use scan::unescape;

pub struct Html;

/// Pixels of pictures without a code, which take long to search, before the rest is left alone.
const MOST_FRUITLESS: u64 = 16_000_000;

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
                Piece::Text(text) => harvest.links.extend(links::each(&text).map(Cow::into_owned)),
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
        let (mut split, effort) = (Vec::new(), Effort::default());
        let (mut fruitless, mut unlooked, mut pixels_left) = (0, 0, pixels::MAX_PIXELS);
        for (number, (before, data)) in self.pictures.iter().enumerate() {
            if fruitless >= MOST_FRUITLESS || pixels_left == 0 {
                unlooked += 1;
                continue;
            }
            let before_it = pixels_left;
            let Codes { texts, parts } = codes_in(data, &mut pixels_left, &effort).unwrap_or_default();
            if texts.is_empty() && parts.is_empty() {
                fruitless += before_it - pixels_left;
            }
            split.extend(parts);
            let place = format!("picture {}", number + 1);
            let with_links = texts.iter().map(SecretText::expose).filter(|text| links::has_link(text));
            for text in with_links.flat_map(|text| links::candidates(&place, text)).map(|candidate| candidate.text.into_owned()) {
                let is_known = uri::parse(&text).is_ok_and(|link| known.contains(&link));
                if !is_known && seen.insert(text.clone()) {
                    places.push((*before, place.clone(), text));
                }
            }
        }
        places.sort_by_key(|(before, ..)| *before);
        if places.is_empty() && split.is_empty() {
            return Err(Error::new(
                ErrorKind::UnknownFormat,
                "the page holds no link to a one-time password, and no QR code of one",
            )
            .hint("if it shows codes, save the page with its pictures in it, or take a screenshot"));
        }
        let links = places.iter().map(|(_, place, text)| Candidate { place: place.clone(), text: text.as_str().into() });
        let mut found = if places.is_empty() { Found::default() } else { links::read(links)? };
        found.take_split(split, &[]);
        found.warnings.extend(effort.warning());
        match unlooked {
            0 => {}
            1 => found.warnings.push("1 picture of the page was not searched for a code.".into()),
            many => found.warnings.push(format!("{many} pictures of the page were not searched for codes.")),
        }
        Ok(found)
    }
}

/// The QR codes in a picture that stands in the page; `None` where it can't be read.
fn codes_in(data: &str, pixels_left: &mut u64, effort: &Effort) -> Option<Codes> {
    let escaped = percent_decode_str(data).collect::<Vec<u8>>();
    let picture = pixels::decode(&base64(std::str::from_utf8(&escaped).ok()?)?).ok()?;
    *pixels_left = pixels_left.saturating_sub(u64::from(picture.width) * u64::from(picture.height));
    contain(|| qr::decode(&picture, effort))
}
