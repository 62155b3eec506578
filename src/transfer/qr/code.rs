//! QR codes to be drawn: the modules of a text, and what shows them: characters of a terminal, a PNG, the path of an SVG.

use crate::error::{Error, Result};
use crate::secret::SecretText;
use image::{GrayImage, ImageFormat, Luma};
use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};
use std::fmt::Write;
use std::io::Cursor;
use zeroize::Zeroizing;

/// Light modules around a code, as the standard asks for.
pub const MARGIN: usize = 4;
/// The fewest that readers do with.
pub const NARROW_MARGIN: usize = 2;

/// Pixels of a module in a PNG.
const SCALE: u32 = 8;

/// At the level with the least correction: on a screen or on paper nothing is dirty, and fewer modules are larger ones.
const LEVEL: EcLevel = EcLevel::L;

pub struct Code(QrCode);

impl Code {
    /// `None` where the text is too long for any code: beyond 2,953 bytes.
    pub fn of(text: &SecretText) -> Option<Self> {
        QrCode::with_error_correction_level(text.expose(), LEVEL).ok().map(Code)
    }

    /// Modules of a side with a margin all around.
    pub fn width(&self, margin: usize) -> usize {
        self.0.width() + 2 * margin
    }

    /// Counted from the corner of the margin; what lies outside is light.
    pub fn is_dark(&self, margin: usize, column: usize, row: usize) -> bool {
        let at = |value: usize| value.checked_sub(margin).filter(|at| *at < self.0.width());
        matches!((at(column), at(row)), (Some(column), Some(row)) if self.0[(column, row)] == Color::Dark)
    }

    /// Two modules a character, a line for each two rows. With colours black on white whatever the terminal's are;
    /// without, for a dark background.
    pub fn to_text(&self, margin: usize, color: bool) -> Zeroizing<String> {
        let width = self.width(margin);
        // A character is at most 3 bytes.
        let mut text = Zeroizing::new(String::with_capacity(width.div_ceil(2) * (3 * width + 16)));
        for row in (0..width).step_by(2) {
            if color {
                text.push_str("\u{1b}[30;107m");
            }
            for column in 0..width {
                let is_inked = |row: usize| row < width && self.is_dark(margin, column, row) == color;
                text.push(match (is_inked(row), is_inked(row + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text.push_str(if color { "\u{1b}[0m\n" } else { "\n" });
        }
        text
    }

    /// A grey picture with the margin.
    pub fn to_png(&self) -> Result<Zeroizing<Vec<u8>>> {
        let side = self.width(MARGIN) as u32 * SCALE;
        let picture = GrayImage::from_fn(side, side, |x, y| {
            Luma([if self.is_dark(MARGIN, (x / SCALE) as usize, (y / SCALE) as usize) { 0 } else { 255 }])
        });
        let mut png = Cursor::new(Vec::new());
        picture
            .write_to(&mut png, ImageFormat::Png)
            .map_err(|error| Error::failed(format!("can't make the picture of a QR code: {error}")))?;
        Ok(Zeroizing::new(png.into_inner()))
    }

    /// The dark modules as the `d` of an SVG path, a module being one unit and the margin inside: runs of each row.
    pub fn to_svg_path(&self) -> Zeroizing<String> {
        let width = self.width(MARGIN);
        let mut path = Zeroizing::new(String::with_capacity(width * width * 4));
        for row in 0..width {
            let mut column = 0;
            while column < width {
                let run = (column..width).take_while(|at| self.is_dark(MARGIN, *at, row)).count();
                if run > 0 {
                    // Writing to a string does not fail.
                    let _ = write!(path, "M{column} {row}h{run}v1h-{run}z");
                }
                column += run + 1;
            }
        }
        path
    }

    /// The longest text in bytes whose code has at most so many modules a side, without margin; 0 where none has.
    pub fn longest(modules: usize) -> usize {
        let version = (modules.saturating_sub(17) / 4).min(40) as i16;
        let Ok(bits) = Bits::new(Version::Normal(version)).max_len(LEVEL) else { return 0 };
        let head = if version < 10 { 4 + 8 } else { 4 + 16 };
        (bits - head) / 8
    }
}
