//! Pictures with QR codes: a file, or pixels from the clipboard or the screen.

use super::links;
use super::qr::{self, Effort};
use super::{ForeignFile, Format, Found, Skipped};
use crate::error::{Error, ErrorKind, Result, contain};
use crate::pixels::{self, Picture};
use crate::secret::SecretText;

pub struct QrPicture;

impl Format for QrPicture {
    fn id(&self) -> &'static str {
        "qr"
    }

    fn name(&self) -> &'static str {
        "Picture of QR codes"
    }

    fn how_to_get(&self) -> &'static str {
        "a PNG, JPEG, WebP, GIF or BMP: a screenshot or photograph of the code a site or an app shows"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        pixels::format_of(file.bytes()).is_some()
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        read_picture(&pixels::decode(file.bytes())?)
    }
}

/// Reads all QR codes of a picture. `UnknownFormat`, saying what was found instead, where none is a one-time password.
pub fn read_picture(picture: &Picture) -> Result<Found> {
    pixels::check_size(picture.width, picture.height)?;
    let effort = Effort::default();
    let codes = contain(|| qr::decode(picture, &effort)).ok_or_else(|| pixels::damaged("the search for a code gave up"))?;
    if codes.texts.is_empty() && codes.parts.is_empty() {
        return Err(Error::new(ErrorKind::UnknownFormat, "no QR code was found in the picture")
            .hint("the whole code with some white around it must be visible; try a larger or sharper picture"));
    }
    let mut found = match read_texts(&codes.texts) {
        Err(error) if codes.parts.is_empty() => return Err(error),
        Err(_) if codes.texts.is_empty() => Found::default(),
        Err(error) => Found { skipped: vec![Skipped { index: 0, reason: error.what }], ..Found::default() },
        Ok(found) => found,
    };
    found.take_split(codes.parts, &[]);
    found.warnings.extend(effort.warning());
    match found.skipped.first() {
        Some(first) if found.drafts.is_empty() && found.missing().is_empty() => {
            Err(Error::new(ErrorKind::ForeignDamaged, &first.reason))
        }
        _ => Ok(found),
    }
}

/// Reads the texts of QR codes. `UnknownFormat` where none is a one-time password.
pub(super) fn read_texts(texts: &[SecretText]) -> Result<Found> {
    if !texts.iter().any(|text| links::has_link(text.expose())) {
        return Err(not_otp(texts.first().map_or("", SecretText::expose)));
    }
    links::read(
        texts.iter().enumerate().flat_map(|(index, text)| links::candidates(&format!("QR code {}", index + 1), text.expose())),
    )
}

/// What the code is instead. Its text may be private and is not quoted.
fn not_otp(text: &str) -> Error {
    if let Some(error) = links::explain(text) {
        return error;
    }
    const KNOWN: [(&str, &str); 6] = [
        ("http:", "a web address"),
        ("https:", "a web address"),
        ("WIFI:", "the access to a wireless network"),
        ("BEGIN:VCARD", "a visiting card"),
        ("MEBKM:", "a bookmark"),
        ("mailto:", "a mail address"),
    ];
    let starts = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    let what = KNOWN.iter().find(|(start, _)| starts(start)).map_or("other text", |(_, what)| what);
    Error::new(ErrorKind::UnknownFormat, format!("the QR code holds no one-time password, but {what}"))
        .hint("look for the code that the site shows for an authenticator app")
}
