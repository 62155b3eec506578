//! A QR code in cells, two modules a cell: dark on light whatever the theme, or phones can't read it.

use crate::transfer::qr::code::Code;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Style};

/// Fixed places of the 256-colour table, which no theme of a terminal changes.
const DARK: Color = Color::Indexed(16);
const LIGHT: Color = Color::Indexed(231);

/// Columns and rows with so many light modules around.
pub fn size(code: &Code, margin: usize) -> (u16, u16) {
    let modules = code.width(margin) as u16;
    (modules, modules.div_ceil(2))
}

pub fn draw(buffer: &mut Buffer, code: &Code, margin: usize, x: u16, y: u16) {
    let (columns, rows) = size(code, margin);
    let dark = |column: u16, row: u16| code.is_dark(margin, column.into(), row.into());
    for row in 0..rows {
        for column in 0..columns {
            let (upper, lower) = (dark(column, row * 2), dark(column, row * 2 + 1));
            let (symbol, style) = match (upper, lower) {
                (true, true) => (" ", Style::new().fg(LIGHT).bg(DARK)),
                (false, false) => (" ", Style::new().fg(DARK).bg(LIGHT)),
                (true, false) => ("▀", Style::new().fg(DARK).bg(LIGHT)),
                (false, true) => ("▄", Style::new().fg(DARK).bg(LIGHT)),
            };
            if let Some(cell) = buffer.cell_mut((x + column, y + row)) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }
}
