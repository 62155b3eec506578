//! Pictures from outside, decoded within bounds. All that others made passes here: files, the clipboard, the screen.

use crate::error::{Error, ErrorKind, Result, contain};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::fmt;
use std::io::Cursor;

/// The longest file of a picture, in bytes.
pub const MAX_FILE: u64 = 64 << 20;

/// The largest picture, in pixels.
pub const MAX_PIXELS: u64 = 64 * 1000 * 1000;

/// 64 million pixels of 16-bit RGBA, the most memory a decoder may take.
const MAX_MEMORY: u64 = MAX_PIXELS * 8;

/// An RGBA picture, 4 bytes a pixel, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

/// The size alone: a picture of a code is a secret.
impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[picture of {} × {}]", self.width, self.height)
    }
}

/// The format that the bytes begin like, of those that can be read.
pub fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    const TAKEN: [ImageFormat; 5] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];
    image::guess_format(bytes).ok().filter(|format| TAKEN.contains(format))
}

/// Reads a PNG, JPEG, WebP, GIF (its first frame) or BMP. Bounds are checked before memory is taken.
pub fn decode(bytes: &[u8]) -> Result<Picture> {
    let format =
        format_of(bytes).ok_or_else(|| Error::new(ErrorKind::UnknownFormat, "this is no PNG, JPEG, WebP, GIF or BMP picture"))?;
    contain(|| decode_as(bytes, format)).unwrap_or_else(|| Err(damaged("the decoder gave up")))
}

/// `ForeignDamaged` where a picture of this size is too large to be looked at.
pub fn check_size(width: u32, height: u32) -> Result<()> {
    if u64::from(width) * u64::from(height) <= MAX_PIXELS {
        return Ok(());
    }
    let most = MAX_PIXELS / 1_000_000;
    Err(damaged(&format!("it has {width} × {height} pixels, and at most {most} million are taken"))
        .hint("cut the picture down to the code"))
}

/// What is wrong with a picture, in half a sentence.
pub fn damaged(why: &str) -> Error {
    Error::new(ErrorKind::ForeignDamaged, format!("can't read the picture: {why}"))
}

fn decode_as(bytes: &[u8], format: ImageFormat) -> Result<Picture> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(of_decoder)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let rgba = DynamicImage::from_decoder(decoder).map_err(of_decoder)?.into_rgba8();
    Ok(Picture { width: rgba.width(), height: rgba.height(), rgba: rgba.into_raw() })
}

fn of_decoder(error: ImageError) -> Error {
    match error {
        ImageError::Limits(_) => damaged("it asks for too much memory"),
        other => damaged(&other.to_string()),
    }
}
