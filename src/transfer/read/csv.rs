//! Tables of values with a delimiter. The header need not be the first row, rows may hold more or fewer cells than it, and
//! the delimiter is the one with which the table makes sense.

use super::item;
use super::json::damaged;
use crate::error::Result;
use csv::{ReaderBuilder, StringRecord};
use std::ops::ControlFlow;

pub struct Table {
    header: StringRecord,
    rows: Vec<StringRecord>,
}

#[derive(Clone, Copy)]
pub struct Row<'a> {
    header: &'a StringRecord,
    cells: &'a StringRecord,
}

/// Where the comma is the decimal point, programs write a semicolon, others a tab; people draw tables with bars.
const DELIMITERS: [u8; 4] = *b",;\t|";
/// The most cells of a table: a few bytes of text each, they take far more in memory.
const MOST_CELLS: usize = 2_000_000;
/// The most cells of a row. What looks at each column of each row stays within bounds.
const MOST_COLUMNS: usize = 1_000;
/// How much of a text is searched for the row that tells what the table is, in bytes and in rows.
const HEAD: usize = 64 * 1024;
const HEAD_ROWS: usize = 10;

impl Table {
    /// The table below the first row that `is_header` takes, among the first ten.
    pub fn below(text: &str, is_header: impl Fn(&[&str]) -> bool) -> Result<Table> {
        let (body, delimiter, skipped) =
            find(text, is_header).ok_or_else(|| damaged("this is no table with the right columns"))?;
        let mut rows = records(text, body, delimiter)?;
        rows.drain(..skipped);
        rows.retain(|row| !is_drawn(row));
        let mut table = Table { header: StringRecord::new(), rows };
        table.take_header(0);
        Ok(table)
    }

    /// The table whose header names all these columns.
    pub fn with(text: &str, columns: &[&str]) -> Result<Table> {
        Table::below(text, |header| columns.iter().all(|column| header.contains(column)))
    }

    /// All rows of a table without header, with the delimiter with which `is_row` takes one of the first ten.
    pub fn bare(text: &str, is_row: impl Fn(&[&str]) -> bool) -> Result<Table> {
        let (body, delimiter, _) = find(text, is_row).ok_or_else(|| damaged("this is no table with the right columns"))?;
        let mut rows = records(text, body, delimiter)?;
        rows.retain(|row| !is_drawn(row));
        Ok(Table { header: StringRecord::new(), rows })
    }

    /// Whether one of the first rows is what `is_wanted` looks for.
    pub fn has(text: &str, is_wanted: impl Fn(&[&str]) -> bool) -> bool {
        find(text, is_wanted).is_some()
    }

    /// Whether a header names all these columns, in exactly this case.
    pub fn names(text: &str, columns: &[&str]) -> bool {
        Table::has(text, |header| columns.iter().all(|column| header.contains(column)))
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { header: &self.header, cells })
    }

    pub fn header(&self) -> impl Iterator<Item = &str> {
        self.header.iter().map(str::trim)
    }

    /// Makes a header of this row. A header that is repeated, as on each page of a print, is no row.
    pub fn take_header(&mut self, row: usize) {
        self.header = self.rows.remove(row);
        self.rows.retain(|row| *row != self.header);
    }
}

/// Whether a row holds nothing but the lines with which people draw tables.
fn is_drawn(row: &StringRecord) -> bool {
    row.iter().all(|cell| cell.chars().all(|letter| letter.is_whitespace() || "-:+=_|–—─".contains(letter)))
}

/// The text behind a line that names the delimiter, as Excel has it, the delimiter, and the rows before the wanted one.
fn find(text: &str, is_wanted: impl Fn(&[&str]) -> bool) -> Option<(&str, u8, usize)> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let given = first.trim().trim_matches('"').strip_prefix("sep=").filter(|given| given.len() == 1);
    let body = given.map_or(text, |_| rest);
    let given = given.and_then(|given| given.bytes().next());
    let head = if body.len() <= HEAD { body } else { &body[..memchr::memrchr(b'\n', &body.as_bytes()[..HEAD])?] };
    let delimiters = given.into_iter().chain(DELIMITERS.into_iter().filter(|_| given.is_none()));
    delimiters.into_iter().filter(|delimiter| head.as_bytes().contains(delimiter)).find_map(|delimiter| {
        let mut records = reader(head, delimiter).into_records().take(HEAD_ROWS).enumerate();
        let found = records.try_for_each(|(place, record)| {
            let Ok(record) = record else { return ControlFlow::Break(None) };
            let cells: Vec<&str> = record.iter().map(str::trim).collect();
            if cells.len() > 1 && is_wanted(&cells) { ControlFlow::Break(Some(place)) } else { ControlFlow::Continue(()) }
        });
        found.break_value().flatten().map(|place| (body, delimiter, place))
    })
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

/// The rows of `body`, which is `text` with or without its first line.
fn records(text: &str, body: &str, delimiter: u8) -> Result<Vec<StringRecord>> {
    let above = usize::from(body.len() < text.len());
    if body.bytes().filter(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r')).count() > MOST_CELLS {
        return Err(damaged("the table has more cells than are taken"));
    }
    if let Some(line) = stray_quote(body, delimiter).map(|line| line + above) {
        return Err(damaged(&format!("a quoted cell of the table, which begins in line {line}, has no end"))
            .hint("take out the quotation mark if it is a part of the text; if the file is cut short, export or copy it again"));
    }
    let mut reader = reader(body, delimiter);
    let (mut rows, mut record) = (Vec::new(), StringRecord::new());
    while reader.read_record(&mut record).map_err(|_| damaged("the table is damaged"))? {
        let line = record.position().map_or(0, csv::Position::line) + above as u64;
        if record.len() > MOST_COLUMNS {
            return Err(damaged(&format!("line {line} of the table has more cells than are taken")));
        }
        if record.iter().any(|cell| holds_row(cell, delimiter, record.len())) {
            return Err(damaged(&format!("a quoted cell of the table, in line {line} or below, holds another row"))
                .hint("take out the quotation mark if it is a part of the text"));
        }
        // A copy of the record itself would keep the room of the widest one.
        let mut row: StringRecord = record.iter().map(plain).collect();
        let mut position = csv::Position::new();
        position.set_line(line);
        row.set_position(Some(position));
        rows.push(row);
    }
    Ok(rows)
}

/// The line where a quoted cell begins that has no end, or one with text right behind it: some rows would be taken for text.
fn stray_quote(text: &str, delimiter: u8) -> Option<usize> {
    let is_end = |byte: &u8| *byte == delimiter || matches!(byte, b'\n' | b'\r');
    let (mut rest, mut line) = (text.as_bytes(), 1);
    loop {
        if let [b'"', quoted @ ..] = rest {
            let begin = line;
            rest = quoted;
            // Without a line end within the marks no row is taken for text.
            loop {
                let Some(end) = memchr::memchr(b'"', rest) else { return Some(begin) };
                line += memchr::memchr_iter(b'\n', &rest[..end]).count();
                rest = &rest[end + 1..];
                match rest {
                    [b'"', more @ ..] => rest = more,
                    _ => break,
                }
            }
            let behind = rest.iter().find(|byte| is_end(byte) || !byte.is_ascii_whitespace());
            if line > begin && behind.is_some_and(|byte| !is_end(byte)) {
                return Some(begin);
            }
        }
        let end = rest.iter().position(is_end)?;
        line += usize::from(rest[end] == b'\n');
        rest = &rest[end + 1..];
    }
}

/// Whether a cell holds the cells of other rows, which lie between a quotation mark of one row and that of another.
fn holds_row(cell: &str, delimiter: u8, columns: usize) -> bool {
    let is_end = |letter: char| letter == char::from(delimiter) || matches!(letter, '\n' | '\r');
    // A note may list codes beside each other; a row has one.
    let is_row = |line: &str| {
        line.contains(char::from(delimiter)) && line.split(is_end).filter(|cell| item::looks_like_code(cell)).count() == 1
    };
    cell.contains(['\n', '\r'])
        && memchr::memchr_iter(delimiter, cell.as_bytes()).count() + 1 >= columns
        && cell.lines().any(is_row)
}

/// Excel writes `="0123"` for text that is not to become a number.
fn plain(cell: &str) -> &str {
    cell.trim().strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell)
}

impl<'a> Row<'a> {
    /// Column and cell, as far as there are both.
    pub fn named(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.header.iter().map(str::trim).zip(self.cells)
    }

    /// The line of the file where the row begins.
    pub fn line(self) -> u64 {
        self.cells.position().map_or(0, csv::Position::line)
    }

    /// The filled cells beyond the header.
    pub fn beyond(self) -> usize {
        self.cells.iter().skip(self.header.len()).filter(|cell| !cell.trim().is_empty()).count()
    }

    /// All cells, those beyond the header too.
    pub fn cells(self) -> impl Iterator<Item = &'a str> {
        self.cells.iter()
    }

    /// The cell at a place; `None` where it is empty or missing.
    pub fn at(self, place: usize) -> Option<&'a str> {
        self.cells.get(place).filter(|cell| !cell.trim().is_empty())
    }

    /// The cell of a column; `None` where it is empty or missing.
    pub fn text(self, column: &str) -> Option<&'a str> {
        let at = self.header.iter().position(|name| name.trim() == column)?;
        self.cells.get(at).filter(|cell| !cell.is_empty())
    }
}
