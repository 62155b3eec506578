//! Large codes from half blocks: three rows high.

use crate::tui::layout::put;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

/// Five pixel rows; `#` is set. Every row of a glyph is of the same width.
const GLYPHS: &[(char, [&str; 5])] = &[
    ('0', ["####", "#  #", "#  #", "#  #", "####"]),
    ('1', [" ## ", "  # ", "  # ", "  # ", " ###"]),
    ('2', ["####", "   #", "####", "#   ", "####"]),
    ('3', ["####", "   #", " ###", "   #", "####"]),
    ('4', ["#  #", "#  #", "####", "   #", "   #"]),
    ('5', ["####", "#   ", "####", "   #", "####"]),
    ('6', ["####", "#   ", "####", "#  #", "####"]),
    ('7', ["####", "   #", "  # ", " #  ", " #  "]),
    ('8', ["####", "#  #", "####", "#  #", "####"]),
    ('9', ["####", "#  #", "####", "   #", "####"]),
    ('A', [" ## ", "#  #", "####", "#  #", "#  #"]),
    ('B', ["### ", "#  #", "### ", "#  #", "### "]),
    ('C', [" ###", "#   ", "#   ", "#   ", " ###"]),
    ('D', ["### ", "#  #", "#  #", "#  #", "### "]),
    ('E', ["####", "#   ", "### ", "#   ", "####"]),
    ('F', ["####", "#   ", "### ", "#   ", "#   "]),
    ('G', [" ###", "#   ", "# ##", "#  #", " ###"]),
    ('H', ["#  #", "#  #", "####", "#  #", "#  #"]),
    ('I', ["###", " # ", " # ", " # ", "###"]),
    ('J', ["   #", "   #", "   #", "#  #", " ## "]),
    ('K', ["#  #", "# # ", "##  ", "# # ", "#  #"]),
    ('L', ["#   ", "#   ", "#   ", "#   ", "####"]),
    ('M', ["#   #", "## ##", "# # #", "#   #", "#   #"]),
    ('N', ["#   #", "##  #", "# # #", "#  ##", "#   #"]),
    ('O', [" ## ", "#  #", "#  #", "#  #", " ## "]),
    ('P', ["### ", "#  #", "### ", "#   ", "#   "]),
    ('Q', [" ## ", "#  #", "#  #", "# ##", " ###"]),
    ('R', ["### ", "#  #", "### ", "# # ", "#  #"]),
    ('S', [" ###", "#   ", " ## ", "   #", "### "]),
    ('T', ["#####", "  #  ", "  #  ", "  #  ", "  #  "]),
    ('U', ["#  #", "#  #", "#  #", "#  #", " ## "]),
    ('V', ["#   #", "#   #", " # # ", " # # ", "  #  "]),
    ('W', ["#   #", "#   #", "# # #", "## ##", "#   #"]),
    ('X', ["#   #", " # # ", "  #  ", " # # ", "#   #"]),
    ('Y', ["#   #", " # # ", "  #  ", "  #  ", "  #  "]),
    ('Z', ["####", "  # ", " #  ", "#   ", "####"]),
    ('•', ["    ", "    ", " ## ", " ## ", "    "]),
    (' ', ["  ", "  ", "  ", "  ", "  "]),
];

/// Text rows a large code takes.
pub const ROWS: u16 = 3;

/// Columns a large text takes; `None` where it has a character without a glyph.
pub fn width(text: &str) -> Option<u16> {
    let widths: Option<Vec<usize>> = text.chars().map(|c| glyph(c).map(|rows| rows[0].len() + 1)).collect();
    widths.map(|widths| widths.iter().sum::<usize>().saturating_sub(1) as u16)
}

/// Draws a large text, or the plain one where it doesn't fit in `columns`.
pub fn draw(buffer: &mut Buffer, x: u16, y: u16, columns: u16, text: &str, style: Style) {
    if width(text).is_none_or(|wide| wide > columns) {
        put(buffer, x, y + 1, columns, text, style);
        return;
    }
    let mut at = x;
    for rows in text.chars().filter_map(glyph) {
        for pair in 0..ROWS {
            let line: String = (0..rows[0].len())
                .map(|column| {
                    let set = |row: usize| rows.get(row).is_some_and(|row| row.as_bytes().get(column) == Some(&b'#'));
                    match (set(usize::from(pair) * 2), set(usize::from(pair) * 2 + 1)) {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        (false, false) => ' ',
                    }
                })
                .collect();
            put(buffer, at, y + pair, line.chars().count() as u16, &line, style);
        }
        at += rows[0].len() as u16 + 1;
    }
}

fn glyph(c: char) -> Option<&'static [&'static str; 5]> {
    let c = c.to_ascii_uppercase();
    GLYPHS.iter().find(|(known, _)| *known == c).map(|(_, rows)| rows)
}
