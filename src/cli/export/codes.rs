//! Exports that are QR codes: page by page in the terminal, or each a picture of its own.

use crate::cli::desk::Desk;
use crate::cli::output::count;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::export::{save, would_overwrite};
use crate::secret::SecretText;
use crate::transfer::picture::QrPicture;
use crate::transfer::qr::code::{Code, MARGIN, NARROW_MARGIN};
use crate::transfer::{ForeignFile, Format, Found, Written};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The longest text of a code that a terminal of so many columns and rows can show.
pub fn longest_on(columns: usize, rows: usize) -> usize {
    Code::longest(room(columns, rows).saturating_sub(2 * NARROW_MARGIN))
}

/// Modules of a side, margins included. The last row is for the question.
fn room(columns: usize, rows: usize) -> usize {
    columns.min(2 * rows.saturating_sub(1))
}

/// The code of each line, with what it says.
pub fn of_lines(written: &Written) -> Result<Vec<Code>> {
    let text = std::str::from_utf8(&written.bytes).map_err(|_| Error::failed("the codes are not text"))?;
    let codes: Option<Vec<Code>> = text.lines().map(|line| Code::of(&SecretText::new(line))).collect();
    match codes.ok_or_else(|| Error::failed("an account is too long for a QR code"))? {
        none if none.is_empty() => Err(Error::new(ErrorKind::NoMatch, "there is no entry that such a QR code can hold")),
        codes => Ok(codes),
    }
}

/// Shows one code after the other, the next on Enter. Each is wiped off the screen before the next, so that none stays
/// among the lines that the terminal keeps.
pub fn show(desk: &mut Desk, codes: &[Code], (columns, rows): (usize, usize)) -> Result<()> {
    let room = room(columns, rows);
    if let Some(needed) = codes.iter().map(|code| code.width(NARROW_MARGIN)).max().filter(|needed| *needed > room) {
        let needed_rows = needed.div_ceil(2) + 1;
        return Err(Error::failed(format!(
            "a QR code needs {needed} columns and {needed_rows} rows; the window has {columns} and {rows}"
        ))
        .hint("make the window larger or its letters smaller, or write pictures: --output NAME.png"));
    }
    for (index, code) in codes.iter().enumerate() {
        let margin = if code.width(MARGIN) <= room { MARGIN } else { NARROW_MARGIN };
        desk.output.bytes(code.to_text(margin, desk.output.color()).as_bytes());
        let next = if index + 1 < codes.len() { "shows the next" } else { "ends" };
        let asked = desk.pause(&format!("Code {} of {}: scan it; Enter {next} ", index + 1, codes.len()));
        desk.output.wipe(code.width(margin).div_ceil(2) + 1);
        asked?;
    }
    Ok(())
}

/// The pictures of the codes as one import reads them.
pub struct Pictures {
    files: Vec<(PathBuf, Zeroizing<Vec<u8>>)>,
}

impl Pictures {
    /// `NAME.png` for one code, `NAME-1-of-3.png` and so on for several.
    pub fn draw(codes: &[Code], path: &Path) -> Result<Pictures> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let of = codes.len();
        let place = |number: usize| match of {
            1 => path.to_owned(),
            _ => path.with_file_name(format!("{stem}-{number}-of-{of}.png")),
        };
        let files = codes.iter().zip(1..).map(|(code, number)| Ok((place(number), code.to_png()?)));
        Ok(Pictures { files: files.collect::<Result<_>>()? })
    }

    /// Reads all of them.
    pub fn read(&self) -> Result<Found> {
        let mut found = Found::default();
        for (_, png) in &self.files {
            found.absorb(QrPicture.read(&ForeignFile::new(png), None)?);
        }
        Ok(found)
    }

    /// Writes all or none; none is overwritten unless told to.
    pub fn write(&self, desk: &Desk, force: bool) -> Result<()> {
        let world = &desk.outside.world;
        let is_there = |path: &Path| world.storage.facts(path).is_ok();
        if let Some((path, _)) = self.files.iter().find(|(path, _)| !force && is_there(path)) {
            return Err(would_overwrite(path));
        }
        for (index, (path, png)) in self.files.iter().enumerate() {
            if let Err(error) = save(world, path, png, force) {
                // What could be overwritten is not ours alone.
                if !force {
                    self.files[..index].iter().for_each(|(path, _)| drop(world.storage.remove(path)));
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// How to call them in a sentence.
    pub fn called(&self) -> String {
        match self.files.as_slice() {
            [(one, _)] => one.display().to_string(),
            [(first, _), .., (last, _)] => {
                format!("{}: {} … {}", count(self.files.len(), "picture", "pictures"), first.display(), last.display())
            }
            [] => "no picture".into(),
        }
    }
}

/// Whether a file of this name is to be a picture.
pub fn is_picture(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
}
