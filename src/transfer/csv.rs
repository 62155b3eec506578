//! Any table: a column with links or secrets, and others that name them. The last resort among tables. A cell is taken for
//! a secret only where its column says so, or where all cells of the column look like secrets.

mod columns;

use super::read::csv::{Row, Table};
use super::read::item;
use super::read::json::{Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::uri;
use crate::secret::SecretText;
use columns::{Columns, INNER, ISSUERS, LINKS, OTHERS, TITLES, is_filled, is_parameter};
pub(super) use columns::{PASSWORDS, is_column_name};

pub struct Csv;

impl Format for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn name(&self) -> &'static str {
        "Table (CSV)"
    }

    fn how_to_get(&self) -> &'static str {
        "a .csv with a column otpauth, otp, totp or secret, and perhaps issuer or title, account or username, notes, group"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        let others: [&dyn Format; 6] = [
            &super::bitwarden::Bitwarden,
            &super::onepassword::OnePassword,
            &super::synology::SynologyC2,
            &super::keepass_csv::KeePassCsv,
            &super::keeper::Keeper,
            &super::enpass::Enpass,
        ];
        // A title in brackets above a table is no JSON.
        let begins_json =
            |text: &str| file.json_error().is_some() && text.trim_start()[1..].trim_start().starts_with(['"', '{', '[']);
        let is_table = |text: &str| !begins_json(text) && (Table::has(text, is_header) || is_bare_table(text));
        file.json().is_none()
            && !file.is_page()
            && file.text().is_some_and(is_table)
            && !others.iter().any(|other| other.detect(file))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let text = file.text().ok_or_else(|| damaged("this is no table"))?;
        let (table, columns) = match Table::has(text, is_header) {
            true => with_header(text)?,
            false => without_header(text)?,
        };
        let (mut without, mut wide) = (0, Vec::new());
        let mut read: Vec<(usize, std::result::Result<Draft, Refusal>)> = Vec::new();
        for (index, row) in table.rows().enumerate() {
            let from = read.len();
            for code in columns.codes(row) {
                let draft = columns.read(row, &code);
                // A link and the bare secret beside it are one account.
                let is_there = |other: &std::result::Result<Draft, Refusal>| match (other, &draft) {
                    (Ok(other), Ok(draft)) if code.is_link() => other.credential == draft.credential,
                    (Ok(other), Ok(draft)) => other.credential.secret == draft.credential.secret,
                    _ => false,
                };
                if !read[from..].iter().any(|(_, other)| is_there(other)) {
                    read.push((index, draft));
                }
            }
            // A row with one cell is a title or a remark.
            without += usize::from(read.len() == from && row.cells().filter(|cell| is_filled(cell)).count() > 1);
            if read.len() > from && columns.inner.is_empty() && table.header().next().is_some() && row.beyond() > 0 {
                wide.push(row.line());
            }
        }
        let mut found = Found::collect(read.into_iter())?;
        found.warnings.extend(columns.said);
        if let Some(line) = wide.first() {
            let more = if wide.len() > 1 { format!(", as {} more rows have", wide.len() - 1) } else { String::new() };
            found.warnings.push(format!(
                "Line {line} has more cells than the table has columns{more}: a text with the separator in it was cut, so check the names."
            ));
        }
        found.note_without(without);
        Ok(found)
    }
}

/// Whether a row tells what its columns are: one of links or secrets, and one that names them, but holds none itself.
fn is_header(cells: &[&str]) -> bool {
    let columns: Vec<String> = cells.iter().map(|cell| item::bare(cell)).collect();
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
    (columns.iter().any(|column| item::is_code_name(column)) || has(&INNER))
        && (has(&ISSUERS) || has(&TITLES) || has(&item::USERS))
        && code_place(cells).is_none()
}

/// Where in a row of a table without header a link or a secret stands. A line that begins with a link is one of a list.
fn code_place(cells: &[&str]) -> Option<usize> {
    let is_link = |cell: &&str| uri::is_link(cell);
    let first = cells.first().is_some_and(is_link);
    let place = cells.iter().position(is_link).or_else(|| cells.iter().position(|cell| item::looks_like_secret(cell)));
    place.filter(|_| !first && cells.iter().any(|cell| is_filled(cell) && !item::looks_like_code(cell)))
}

/// Whether a text without a header is a table with secrets: each line that holds a link has it in a cell of its own. Other
/// text with links may look like one in part.
fn is_bare_table(text: &str) -> bool {
    let is_row = |cells: &[&str]| code_place(cells).is_some();
    let has_link = |line: &&str| line.to_ascii_lowercase().contains("otpauth://");
    let has_cell = |row: &Row| row.cells().position(|cell| uri::is_link(cell.trim())).is_some_and(|place| place > 0);
    let in_cells = |table: Table| table.rows().filter(has_cell).count();
    Table::has(text, is_row)
        // Of a damaged table, all links are found as those of other text are; of one of secrets, reading it says what is wrong.
        && match Table::bare(text, is_row) {
            Ok(table) => in_cells(table) == text.lines().filter(has_link).count(),
            Err(_) => !text.lines().any(|line| has_link(&line)),
        }
}

/// A table whose header names the columns. What stands above it is a title, or rows like those below it.
fn with_header(text: &str) -> Result<(Table, Columns)> {
    let mut table = Table::bare(text, is_header)?;
    let is_it = |row: Row| is_header(&row.cells().map(str::trim).collect::<Vec<_>>());
    let header = table.rows().position(is_it).unwrap_or_default();
    table.take_header(header);
    let mut columns = Columns::of(&table);
    columns.look_at_unknown(&table);
    Ok((table, columns))
}

/// A table whose columns have no names, or none that are known: the secrets are where all cells of a column are such.
fn without_header(text: &str) -> Result<(Table, Columns)> {
    let is_row = |cells: &[&str]| code_place(cells).is_some();
    let mut table = Table::bare(text, is_row)?;
    let place_in = |row: Row| code_place(&row.cells().map(str::trim).collect::<Vec<_>>());
    let places = table.rows().enumerate().find_map(|(index, row)| Some((index, place_in(row)?)));
    let (first, place) = places.unwrap_or_default();
    // A row above the first secret is a header only if it has a name for the column of secrets.
    let is_name = |cell: &str| cell.chars().any(char::is_alphabetic) && !item::is_word(cell);
    let above = first.checked_sub(1).and_then(|above| table.rows().nth(above));
    if above.is_some_and(|row| row.at(place).is_some_and(is_name)) {
        table.take_header(first - 1);
    }
    let mut columns = Columns::of(&table);
    let width = table.rows().map(|row| row.cells().count()).max().unwrap_or_default();
    let has_link = table.rows().any(|row| row.cells().any(|cell| uri::is_link(cell.trim())));
    // Of each column: whether all filled cells are codes, whether one is, whether one is a text that may be a name, or an address.
    let (mut all, mut any) = (vec![true; width], vec![false; width]);
    let (mut texts, mut addresses) = (vec![false; width], vec![false; width]);
    for row in table.rows() {
        for (place, cell) in row.cells().enumerate().filter(|(_, cell)| is_filled(cell)) {
            let is_code = if has_link { uri::is_link(cell.trim()) } else { item::looks_like_secret(cell) };
            all[place] &= is_code || item::is_word(cell);
            any[place] |= is_code;
            texts[place] |= cell.chars().any(char::is_alphabetic) && !item::looks_like_code(cell);
            addresses[place] |= cell.contains("://");
        }
    }
    // Links tell themselves; of bare secrets, a column may hold nothing else, and no name may say that they are others.
    let is_other =
        |name: &String| !item::is_code_name(name) && (is_column_name(name) || OTHERS.iter().any(|part| name.contains(part)));
    let may_be = |place: &usize| any[*place] && (has_link || all[*place] && !columns.names.get(*place).is_some_and(is_other));
    let codes: Vec<usize> = (0..width).filter(may_be).collect();
    if codes.is_empty() || codes.len() > 1 && !has_link {
        return Err(damaged("no single column of the table holds secrets and nothing else")
            .hint("put a row above it that names the columns: issuer, account, secret"));
    }
    let is_known = |name: &&String| is_column_name(name) || is_parameter(name) || LINKS.contains(&name.as_str());
    let known = columns.names.iter().filter(is_known).count();
    let filled = columns.names.iter().filter(|name| !name.is_empty()).count();
    columns.codes = codes;
    if known * 2 < filled || columns.titles.is_empty() && columns.issuers.is_empty() && columns.users.is_empty() {
        let what =
            if filled > 0 { "The names of its columns are not known" } else { "The table does not tell what its columns are" };
        columns.said.push(format!("{what}: the first ones were taken for issuer and account, so check the names."));
        (columns.issuers, columns.titles, columns.users) = Default::default();
        columns.guessed = Some((0..width).filter(|place| texts[*place] && !addresses[*place]).collect());
    } else {
        columns.look_at_unknown(&table);
    }
    if let Some(name) = columns.codes.first().and_then(|place| table.header().nth(*place)).filter(|_| !has_link) {
        columns.said.push(format!("The column \"{name}\" was taken for the secrets: all its cells look like such."));
    }
    Ok((table, columns))
}
