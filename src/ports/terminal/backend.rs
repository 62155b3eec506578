//! Turns the cells ratatui wants changed into as few bytes as possible: one write a frame, the shortest cursor motion,
//! only the attributes that differ. It never asks the terminal anything and keeps no copy of the screen.

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};
use std::fmt::Write as _;
use std::io;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::Pen;
use crate::words::is_obeyed;

/// Above this many bytes a frame is bracketed as one synchronised update, so that it never shows half drawn.
const LARGE_FRAME: usize = 1024;
const BEGIN_UPDATE: &str = "\x1b[?2026h";
const END_UPDATE: &str = "\x1b[?2026l";
/// From this many blanks on, erasing is shorter than writing them.
const ERASE_FROM: u16 = 8;

/// Where the bytes go, and how large the window is.
pub trait Display {
    /// Writes a whole frame.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Columns and rows.
    fn size(&self) -> io::Result<Size>;
}

/// A ratatui backend over a [`Display`] in raw mode (a line feed keeps the column).
pub struct Economical<D> {
    pub(super) display: D,
    frame: String,
    /// `None` where what was written may have moved it somewhere else than assumed.
    column: Option<u16>,
    row: Option<u16>,
    pen: Pen,
    width: u16,
    cursor_shown: bool,
}

impl<D: Display> Economical<D> {
    /// For a display whose attributes are reset and whose cursor is hidden, wherever it is.
    pub fn new(display: D) -> Self {
        let width = display.size().map_or(0, |size| size.width);
        Economical { display, frame: String::new(), column: None, row: None, pen: Pen::default(), width, cursor_shown: false }
    }

    /// Forgets what was assumed: the display was entered anew.
    pub(super) fn forget(&mut self) {
        self.frame.clear();
        (self.column, self.row) = (None, None);
        self.pen = Pen::default();
        self.cursor_shown = false;
    }

    fn go_to(&mut self, column: u16, row: u16) {
        if (self.column, self.row) != (Some(column), Some(row)) {
            self.frame.push_str(&motion(self.column, self.row, column, row));
            (self.column, self.row) = (Some(column), Some(row));
        }
    }

    fn put(&mut self, cell: &Cell) {
        self.pen.change_to(cell, &mut self.frame);
        let symbol = cell.symbol();
        if symbol.contains(is_obeyed) {
            self.frame.push(' ');
        } else {
            self.frame.push_str(symbol);
        }
        let width = if symbol.len() == 1 { 1 } else { cell.cell_width() };
        self.column = self.column.map(|column| column.saturating_add(width)).filter(|&end| end < self.width && is_sure(symbol));
    }

    fn blanks(&mut self, run: &Run<'_>) {
        self.go_to(run.column, run.row);
        if run.length >= ERASE_FROM && Pen::is_plain_blank(run.cell) {
            self.pen.change_to_plain_background(&mut self.frame);
            let _ = write!(self.frame, "\x1b[{}X", run.length);
        } else {
            for _ in 0..run.length {
                self.put(run.cell);
            }
        }
    }
}

/// Neighbouring blank cells that look the same.
struct Run<'a> {
    cell: &'a Cell,
    column: u16,
    row: u16,
    length: u16,
}

impl<D: Display> Backend for Economical<D> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut run: Option<Run<'a>> = None;
        for (column, row, cell) in content {
            if cell.symbol() == " " {
                if let Some(run) = &mut run
                    && run.row == row
                    && run.column + run.length == column
                    && Pen::same_blank(run.cell, cell)
                {
                    run.length += 1;
                    continue;
                }
                if let Some(run) = run.replace(Run { cell, column, row, length: 1 }) {
                    self.blanks(&run);
                }
            } else {
                if let Some(run) = run.take() {
                    self.blanks(&run);
                }
                self.go_to(column, row);
                self.put(cell);
            }
        }
        if let Some(run) = run {
            self.blanks(&run);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown {
            self.frame.push_str("\x1b[?25l");
            self.cursor_shown = false;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !self.cursor_shown {
            self.frame.push_str("\x1b[?25h");
            self.cursor_shown = true;
        }
        Ok(())
    }

    /// Where it was last put: the terminal is never asked.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position { x: self.column.unwrap_or(0), y: self.row.unwrap_or(0) })
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        self.go_to(x, y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.width = self.display.size()?.width;
        self.pen.change_to_plain_background(&mut self.frame);
        self.frame.push_str(match clear_type {
            ClearType::All => "\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        // A clear of the whole follows a change of size, which may have moved the cursor.
        if clear_type == ClearType::All {
            (self.column, self.row) = (None, None);
        }
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        self.display.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.display.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        if self.frame.len() > LARGE_FRAME {
            self.frame.insert_str(0, BEGIN_UPDATE);
            self.frame.push_str(END_UPDATE);
        }
        let written = self.display.write(self.frame.as_bytes());
        self.frame.clear();
        written
    }
}

/// Whether every terminal moves the cursor by the same columns for this symbol. Emoji, sequences and characters of
/// ambiguous width are not sure, so the next cell is addressed absolutely and a disagreement mends itself.
fn is_sure(symbol: &str) -> bool {
    let mut characters = symbol.chars();
    match (characters.next(), characters.next()) {
        // Box drawing and blocks are ambiguous by the letter of Unicode, yet one column in practice.
        (Some('\u{2500}'..='\u{259f}'), None) => true,
        (Some('\u{1f000}'..), None) => false,
        (Some(only), None) => only.width() == only.width_cjk() && symbol.width() > 0,
        _ => false,
    }
}

/// The shortest way there from where the cursor is known to be.
fn motion(column: Option<u16>, row: Option<u16>, to_column: u16, to_row: u16) -> String {
    let absolute = match (to_column, to_row) {
        (0, 0) => "\x1b[H".to_string(),
        (0, row) => format!("\x1b[{}H", row + 1),
        (column, 0) => format!("\x1b[;{}H", column + 1),
        (column, row) => format!("\x1b[{};{}H", row + 1, column + 1),
    };
    let Some(row) = row else { return absolute };
    let vertical = match to_row.cmp(&row) {
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Greater if to_row - row <= 4 => "\n".repeat((to_row - row).into()),
        std::cmp::Ordering::Greater => counted(to_row - row, 'B'),
        std::cmp::Ordering::Less => counted(row - to_row, 'A'),
    };
    let relative = vertical + &horizontal(column, to_column);
    if relative.len() <= absolute.len() { relative } else { absolute }
}

fn horizontal(column: Option<u16>, to: u16) -> String {
    let from_left = match to {
        0 => "\r".to_string(),
        to => format!("\x1b[{}G", to + 1),
    };
    let Some(column) = column else { return from_left };
    let relative = match to.cmp(&column) {
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Greater => counted(to - column, 'C'),
        std::cmp::Ordering::Less if column - to <= 4 => "\x08".repeat((column - to).into()),
        std::cmp::Ordering::Less => counted(column - to, 'D'),
    };
    if relative.len() <= from_left.len() { relative } else { from_left }
}

fn counted(count: u16, command: char) -> String {
    if count == 1 { format!("\x1b[{command}") } else { format!("\x1b[{count}{command}") }
}
