//! Tables of comma-separated values with a header. Rows may hold more or fewer cells than it.

use super::json::damaged;
use crate::error::Result;
use csv::{ReaderBuilder, StringRecord};

pub struct Table {
    header: StringRecord,
    rows: Vec<StringRecord>,
}

#[derive(Clone, Copy)]
pub struct Row<'a> {
    header: &'a StringRecord,
    cells: &'a StringRecord,
}

/// The most cells of a table: a few bytes of text each, they take far more in memory.
const MOST_CELLS: usize = 2_000_000;
/// The longest first line that is looked at as a header, in bytes.
const LONGEST_HEADER: usize = 64 * 1024;

impl Table {
    pub fn read(text: &str) -> Result<Table> {
        if text.bytes().filter(|byte| matches!(byte, b',' | b'\n' | b'\r')).count() > MOST_CELLS {
            return Err(damaged("the table has more cells than are taken"));
        }
        if text.lines().next().is_some_and(|line| line.len() > LONGEST_HEADER) {
            return Err(damaged("the table's header is longer than is taken"));
        }
        let mut reader = ReaderBuilder::new().flexible(true).delimiter(delimiter(text)).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|_| damaged("the table is damaged"))?.clone();
        let rows = reader.records().collect::<std::result::Result<_, _>>().map_err(|_| damaged("the table is damaged"))?;
        Ok(Table { header, rows })
    }

    /// Whether the first line of a text names a column, in exactly this case.
    pub fn names(text: &str, column: &str) -> bool {
        Table::columns(text).contains(&column)
    }

    /// What the first line of a text names, if it is a header.
    pub fn columns(text: &str) -> Vec<&str> {
        let line = text.lines().next().filter(|line| line.len() <= LONGEST_HEADER).unwrap_or_default();
        line.split(char::from(delimiter(text))).map(|cell| cell.trim().trim_matches('"')).collect()
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { header: &self.header, cells })
    }
}

/// Where the comma is the decimal point, programs write a semicolon, others a tab.
fn delimiter(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    *b",;\t".iter().find(|delimiter| line.contains(char::from(**delimiter))).unwrap_or(&b',')
}

impl<'a> Row<'a> {
    /// Column and cell, as far as there are both.
    pub fn cells(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.header.iter().zip(self.cells)
    }

    /// The cell of a column; `None` where it is empty or missing.
    pub fn text(self, column: &str) -> Option<&'a str> {
        let at = self.header.iter().position(|name| name.trim() == column)?;
        self.cells.get(at).filter(|cell| !cell.is_empty())
    }
}
