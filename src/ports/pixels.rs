//! Decodes a picture that another program handed over, within bounds.

use super::Picture;
use image::{ImageReader, Limits};
use std::io::Cursor;

/// Longest file, and most pixels, that are looked at.
pub const MAX_FILE: u64 = 64 << 20;
pub const MAX_PIXELS: u64 = 64_000_000;

pub fn decode(bytes: &[u8]) -> Result<Picture, String> {
    let undecodable = |_| String::from("the picture can't be decoded");
    let reader =
        || ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| String::from("the picture can't be read"));
    let (width, height) = reader()?.into_dimensions().map_err(undecodable)?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("the picture is too large: {width} × {height}"));
    }
    let mut reader = reader()?;
    let mut limits = Limits::default();
    // Up to 16 bytes a pixel while decoding.
    limits.max_alloc = Some(MAX_PIXELS * 16);
    reader.limits(limits);
    let rgba = reader.decode().map_err(undecodable)?.into_rgba8();
    Ok(Picture { width, height, rgba: rgba.into_raw() })
}
