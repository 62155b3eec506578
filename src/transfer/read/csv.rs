//! Tables of values with a delimiter. The header need not be the first row, rows may hold more or fewer cells than it, and
//! the delimiter is the one with which the table makes sense.

use super::json::damaged;
use crate::error::Result;
use csv::{ReaderBuilder, StringRecord};
use std::ops::ControlFlow;

pub struct Table {
    header: StringRecord,
    rows: Vec<StringRecord>,
    /// The rows before the header, or before the first row where there is no header.
    pub skipped: usize,
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
/// How much of a text is searched for the row that tells what the table is, in bytes and in rows.
const HEAD: usize = 64 * 1024;
const HEAD_ROWS: usize = 10;

impl Table {
    /// The table below the first row that `is_header` takes, among the first ten.
    pub fn below(text: &str, is_header: impl Fn(&[&str]) -> bool) -> Result<Table> {
        let (body, delimiter, skipped) =
            find(text, is_header).ok_or_else(|| damaged("this is no table with the right columns"))?;
        let mut rows = records(body, delimiter)?;
        let header = rows.drain(..=skipped).next_back().unwrap_or_default();
        Ok(Table { header, rows, skipped })
    }

    /// The table whose header names all these columns.
    pub fn with(text: &str, columns: &[&str]) -> Result<Table> {
        Table::below(text, |header| columns.iter().all(|column| header.contains(column)))
    }

    /// All rows of a table without header, with the delimiter with which `is_row` takes one of the first ten.
    pub fn bare(text: &str, is_row: impl Fn(&[&str]) -> bool) -> Result<Table> {
        let (body, delimiter, _) = find(text, is_row).ok_or_else(|| damaged("this is no table with the right columns"))?;
        Ok(Table { header: StringRecord::new(), rows: records(body, delimiter)?, skipped: 0 })
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

    /// Makes a header of the row before row `first`, and leaves all before `first` out.
    pub fn begin_at(&mut self, first: usize) {
        self.header = self.rows.drain(..first).next_back().unwrap_or_default();
        self.skipped = first;
    }
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

fn records(text: &str, delimiter: u8) -> Result<Vec<StringRecord>> {
    if text.bytes().filter(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r')).count() > MOST_CELLS {
        return Err(damaged("the table has more cells than are taken"));
    }
    let records: Vec<StringRecord> = reader(text, delimiter)
        .into_records()
        .collect::<std::result::Result<_, _>>()
        .map_err(|_| damaged("the table is damaged"))?;
    // A quote that nobody closes swallows all rows below it.
    let last = records.last().and_then(|record| record.iter().next_back()).unwrap_or_default();
    match last.contains('\n') && !text.trim_end().ends_with('"') {
        true => Err(damaged("a quoted cell of the table has no end").hint("it may be cut short: export or copy it again")),
        false => Ok(records),
    }
}

impl<'a> Row<'a> {
    /// Column and cell, as far as there are both.
    pub fn named(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.header.iter().map(str::trim).zip(self.cells)
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
