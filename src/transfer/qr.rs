//! QR codes in pictures: rxing (several codes, try harder, also inverted) → the picture mended in several ways → rqrr. Pure: pixels in, texts out.

mod decoders;
mod gray;

use crate::error::{Error, ErrorKind, Result, contain};
use crate::ports::Picture;
use crate::secret::SecretText;
use decoders::{Code, with_rqrr, with_rxing};
use gray::Gray;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::borrow::Cow;
use std::io::Cursor;

/// The largest picture taken, in pixels.
pub const MAX_PIXELS: u64 = 64 * 1000 * 1000;

/// 64 million pixels of 16-bit RGBA, the most memory a decoder may take.
const MAX_MEMORY: u64 = MAX_PIXELS * 8;

/// Pictures are scaled down to this many pixels before they are mended: a code that fills a screen is far smaller.
const MENDED_PIXELS: usize = 4_000_000;

/// Whether the bytes begin like a picture of a kind that can be read.
pub fn is_picture(bytes: &[u8]) -> bool {
    picture_format(bytes).is_some()
}

fn picture_format(bytes: &[u8]) -> Option<ImageFormat> {
    const TAKEN: [ImageFormat; 5] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];
    image::guess_format(bytes).ok().filter(|format| TAKEN.contains(format))
}

/// Reads a PNG, JPEG, WebP, GIF (its first frame) or BMP. Bounds are checked before memory is taken.
pub fn open_picture(bytes: &[u8]) -> Result<Picture> {
    let format = picture_format(bytes)
        .ok_or_else(|| Error::new(ErrorKind::UnknownFormat, "the file is no PNG, JPEG, WebP, GIF or BMP picture"))?;
    contain(|| open(bytes, format)).unwrap_or_else(|| Err(damaged("the decoder gave up")))
}

fn open(bytes: &[u8], format: ImageFormat) -> Result<Picture> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(image_error)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(too_large(width, height));
    }
    let rgba = DynamicImage::from_decoder(decoder).map_err(image_error)?.into_rgba8();
    Ok(Picture { width: rgba.width(), height: rgba.height(), rgba: rgba.into_raw() })
}

fn too_large(width: u32, height: u32) -> Error {
    damaged(&format!("it has {width} × {height} pixels, and at most {} million are taken", MAX_PIXELS / 1_000_000))
        .hint("cut the picture down to the code")
}

fn image_error(error: image::ImageError) -> Error {
    match error {
        image::ImageError::Limits(_) => damaged("it asks for too much memory"),
        other => damaged(&other.to_string()),
    }
}

fn damaged(why: &str) -> Error {
    Error::new(ErrorKind::ForeignDamaged, format!("can't read the picture: {why}"))
}

/// The texts of all QR codes in the picture, each once, in reading order; empty where there is none.
pub fn decode(picture: &Picture) -> Vec<SecretText> {
    let mut grounds: Vec<Gray> = Gray::of(picture, 255).into_iter().collect();
    // White on nothing is meant for a dark page.
    if gray::is_transparent(picture) {
        grounds.extend(Gray::of(picture, 0));
    }
    let plain = grounds.iter().map(all_with_rxing);
    let mended = grounds.iter().map(|gray| mended(&gray.at_most(MENDED_PIXELS)));
    in_reading_order(plain.chain(mended).find(|codes| !codes.is_empty()).unwrap_or_default())
}

/// rxing cuts the picture around what it found and may cut through a neighbour, so what was found is blotted out and the rest searched again.
fn all_with_rxing(gray: &Gray) -> Vec<Code> {
    const ROUNDS: usize = 8;
    let mut codes = with_rxing(gray);
    let mut rest = Cow::Borrowed(gray);
    let mut searched = 0;
    for _ in 0..ROUNDS {
        if searched == codes.len() {
            break;
        }
        let rest = rest.to_mut();
        codes[searched..].iter().for_each(|code| code.blot_out(rest));
        searched = codes.len();
        for code in with_rxing(rest) {
            if codes.iter().all(|known| known.text != code.text) {
                codes.push(code);
            }
        }
    }
    codes
}

/// Climbs the ladder until a rung finds something. The rungs were chosen by measuring, cheapest first.
fn mended(gray: &Gray) -> Vec<Code> {
    let rungs: [fn(&Gray) -> Vec<Code>; 7] = [
        |gray| with_rxing(&gray.stretched()),
        |gray| with_rqrr(&gray.stretched()),
        |gray| with_rxing(&gray.padded().blurred()),
        |gray| with_rqrr(&gray.padded().inverted()),
        |gray| with_rxing(&gray.halved()),
        |gray| if gray.pixels() <= MENDED_PIXELS / 4 { with_rxing(&gray.doubled()) } else { Vec::new() },
        |gray| if gray.pixels() <= MENDED_PIXELS / 4 { with_rqrr(&gray.doubled().blurred()) } else { Vec::new() },
    ];
    rungs.iter().map(|rung| rung(gray)).find(|codes| !codes.is_empty()).unwrap_or_default()
}

/// Rows from the top, left to right in a row; a code that begins above the middle of a row's first is in that row.
fn in_reading_order(mut codes: Vec<Code>) -> Vec<SecretText> {
    codes.sort_by(|a, b| a.top().total_cmp(&b.top()));
    let mut rows: Vec<Vec<Code>> = Vec::new();
    for code in codes {
        match rows.last_mut() {
            Some(row) if code.top() < row[0].middle() => row.push(code),
            _ => rows.push(vec![code]),
        }
    }
    let mut texts: Vec<SecretText> = Vec::new();
    for mut row in rows {
        row.sort_by(|a, b| a.left().total_cmp(&b.left()));
        for code in row {
            if !texts.contains(&code.text) {
                texts.push(code.text);
            }
        }
    }
    texts
}
