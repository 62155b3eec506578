//! SQLite databases pulled off a phone, read from memory. Only real tables are looked at: a view could compute without end.

use super::json::damaged;
use crate::error::{Error, Result};
use crate::text;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use serde_json::{Map, Value, json};

pub struct Database {
    connection: Connection,
    /// Whether recent changes may lie in a second file, `-wal`, that is not here.
    may_lack_changes: bool,
    /// Whether pages are missing at its end.
    is_cut: bool,
}

const MARK: &[u8] = b"SQLite format 3\0";
/// More than any authenticator holds.
const MOST_ROWS: usize = 100_000;
/// What the cells of a table may take in memory, in bytes. Rows may share their pages, so a small file can hold gigabytes.
const MOST_MEMORY: usize = 128 << 20;
/// Of a cell beside its content, and of a byte of a blob: each is a value of its own.
const CELL: usize = 100;
const BLOB_BYTE: usize = size_of::<Value>();
/// Where the header tells how the file is written and read: 2 is with a write-ahead log, which a file in memory can't have.
const JOURNAL: std::ops::Range<usize> = 18..20;

impl Database {
    pub fn is_sqlite(bytes: &[u8]) -> bool {
        bytes.starts_with(MARK)
    }

    pub fn open(bytes: &[u8]) -> Result<Self> {
        let mut copy = zeroize::Zeroizing::new(bytes.to_vec());
        let may_lack_changes = copy.get(JOURNAL) == Some(&[2, 2]);
        if may_lack_changes {
            copy[JOURNAL].fill(1);
        }
        let is_cut = !may_lack_changes && length_told(&copy).is_some_and(|told| told > copy.len() as u64);
        let open = || -> rusqlite::Result<Connection> {
            let mut connection = Connection::open_in_memory()?;
            connection.deserialize_read_exact(MAIN_DB, &copy[..], copy.len(), true)?;
            connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
            Ok(connection)
        };
        Ok(Database { connection: open().map_err(failed)?, may_lack_changes, is_cut })
    }

    /// What to say of changes that may be missing.
    pub fn warning(&self) -> Option<String> {
        let what = "The newest changes may lie in the file beside it that ends in -wal, which was not read.";
        self.may_lack_changes.then(|| what.to_owned())
    }

    /// Whether there is a table with these columns, in any case.
    pub fn has(&self, table: &str, columns: &[&str]) -> bool {
        let present = self.is_table(table).then(|| self.columns(table)).and_then(Result::ok).unwrap_or_default();
        !present.is_empty() && columns.iter().all(|column| present.iter().any(|name| name.eq_ignore_ascii_case(column)))
    }

    /// The rows of a table, each an object with column names in lower case. Blobs are lists of numbers.
    pub fn rows(&self, table: &str) -> Result<Vec<Value>> {
        if self.is_cut {
            return Err(damaged("the database is cut short").hint("copy it again"));
        }
        if !self.is_table(table) {
            return Err(damaged("a table of the database is missing"));
        }
        let columns = self.columns(table)?;
        let selected: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        let sql = format!("SELECT {} FROM {}", selected.join(", "), quoted(table));
        let mut statement = self.connection.prepare(&sql).map_err(failed)?;
        let names: Vec<String> = columns.iter().map(|name| name.to_lowercase()).collect();
        let mut rows = statement.query([]).map_err(failed)?;
        let (mut all, mut memory) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(failed)? {
            if all.len() == MOST_ROWS {
                return Err(damaged("a table of the database has more rows than any authenticator writes"));
            }
            let mut fields = Map::new();
            for (index, name) in names.iter().enumerate() {
                let value = row.get_ref(index).map_err(failed)?;
                memory += CELL
                    + match value {
                        ValueRef::Text(text) => text.len(),
                        ValueRef::Blob(bytes) => BLOB_BYTE.saturating_mul(bytes.len()),
                        _ => 0,
                    };
                if memory > MOST_MEMORY {
                    return Err(damaged("a table of the database holds more than any authenticator writes"));
                }
                fields.insert(name.clone(), value_of(value));
            }
            all.push(Value::Object(fields));
        }
        Ok(all)
    }

    fn is_table(&self, table: &str) -> bool {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND lower(name) = lower(?1)";
        self.connection.query_row(sql, [table], |_| Ok(())).is_ok()
    }

    /// Asked for as values: names that are no UTF-8, as in an altered file, are an error then, and no panic of the library.
    fn columns(&self, table: &str) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare("SELECT name FROM pragma_table_info(?1)").map_err(failed)?;
        let names = statement.query_map([table], |row| row.get(0)).map_err(failed)?;
        let names: Vec<String> = names.collect::<rusqlite::Result<_>>().map_err(failed)?;
        match names.is_empty() {
            true => Err(damaged("a table of the database has no columns")),
            false => Ok(names),
        }
    }
}

/// How long the file is by its own header, in bytes; SQLite itself misses the pages only when it comes to one.
fn length_told(bytes: &[u8]) -> Option<u64> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    // Versions that do not keep the count leave these two different.
    let is_kept = number(24)? == number(92)?;
    let size = match u16::from_be_bytes(bytes.get(16..18)?.try_into().ok()?) {
        1 => 65_536,
        size => u64::from(size),
    };
    is_kept.then_some(size * u64::from(number(28)?))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn value_of(value: ValueRef) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => json!(number),
        ValueRef::Real(number) => json!(number),
        ValueRef::Text(text) => json!(text::lenient(text).text),
        ValueRef::Blob(bytes) => json!(bytes),
    }
}

/// SQLite's own words could quote the file.
fn failed(_: rusqlite::Error) -> Error {
    damaged("the database is damaged")
}
