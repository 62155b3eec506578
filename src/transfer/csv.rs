//! Any table: a column with links or secrets, and others that name them. The last resort among tables. A cell is taken for
//! a secret only where its column says so, or where all cells of the column look like secrets.

use super::read::account::{Account, kind_of};
use super::read::csv::{Row, Table};
use super::read::item::{self, bare};
use super::read::json::{Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::otp::{Kind, uri};
use crate::secret::SecretText;
use serde_json::{Map, Value, json};

pub struct Csv;

const ISSUERS: [&str; 5] = ["issuer", "service", "provider", "app", "application"];
/// Of 1Password, Bitwarden, Dashlane, NordPass, RoboForm, Safari, LogMeOnce and Proton Pass; of Zoho Vault; of Synology,
/// Kaspersky and Avira. The last ones name the site of a login that has no title.
const TITLES: [&str; 19] = [
    "title",
    "name",
    "displayname",
    "item",
    "itemname",
    "entry",
    "entryname",
    "record",
    "recordname",
    "label",
    "passwordname",
    "secretname",
    "websitename",
    "applicationname",
    "site",
    "website",
    "websiteurl",
    "passwordurl",
    "url",
];
const NOTES: [&str; 6] = ["notes", "note", "comments", "comment", "extra", "description"];
const GROUPS: [&str; 10] =
    ["group", "grouping", "groupname", "folder", "foldername", "vault", "category", "collections", "tags", "tag"];
const KINDS: [&str; 2] = ["type", "kind"];
/// A table with such a column is that of a password manager, whose types are those of its items.
pub(super) const PASSWORDS: [&str; 5] = ["password", "pwd", "pass", "passwort", "loginpassword"];
/// Columns of Zoho Vault and RoboForm whose cells hold fields of their own.
const INNER: [&str; 4] = ["secretdata", "customdata", "rffieldsv2", "rffields"];

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
        let is_table = |text: &str| Table::has(text, is_header) || is_bare_table(text);
        file.json_error().is_none()
            && file.json().is_none()
            && !file.is_page()
            && file.text().is_some_and(is_table)
            && !others.iter().any(|other| other.detect(file))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let text = file.text().ok_or_else(|| damaged("this is no table"))?;
        let (table, columns) = match Table::has(text, is_header) {
            true => {
                let table = Table::below(text, is_header)?;
                let columns = Columns::of(&table);
                (table, columns)
            }
            false => without_header(text)?,
        };
        let mut without = 0;
        let mut read = Vec::new();
        for (index, row) in table.rows().enumerate() {
            match columns.code(row) {
                Some(Ok(code)) => read.extend(item::codes(code).iter().map(|code| (index, columns.read(row, Ok(code.as_ref()))))),
                Some(Err(why)) => read.push((index, columns.read(row, Err(why)))),
                None => without += 1,
            }
        }
        let mut found = Found::collect(read.into_iter())?;
        if columns.are_guessed {
            found.warnings.push(
                "The table does not tell what its columns are: the first ones were taken for issuer and account, so check the names."
                    .into(),
            );
        }
        match table.skipped {
            _ if !columns.are_guessed => {}
            0 => {}
            1 => found.warnings.push("1 row above the first secret was not taken.".into()),
            rows => found.warnings.push(format!("{rows} rows above the first secret were not taken.")),
        }
        found.note_without(without);
        Ok(found)
    }
}

/// Whether a column of this name tells something that is known.
pub(super) fn is_column_name(bare: &str) -> bool {
    let lists: [&[&str]; 8] = [&ISSUERS, &TITLES, &item::USERS, &item::CODES, &NOTES, &GROUPS, &KINDS, &PASSWORDS];
    lists.iter().any(|names| names.contains(&bare))
}

/// Whether a row tells what its columns are: one of links or secrets, and one that names them, but holds none itself.
fn is_header(cells: &[&str]) -> bool {
    let columns: Vec<String> = cells.iter().map(|cell| bare(cell)).collect();
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

/// People draw lines of dashes, and put one where there is nothing.
fn is_filled(cell: &str) -> bool {
    cell.chars().any(|letter| !letter.is_whitespace() && !"-:_–—".contains(letter))
}

/// Whether a text without a header is a table with secrets: each line that holds a link has it in a cell of its own. Other
/// text with links may look like one in part.
fn is_bare_table(text: &str) -> bool {
    let is_row = |cells: &[&str]| code_place(cells).is_some();
    let has_link = |line: &&str| line.to_ascii_lowercase().contains("otpauth://");
    let has_cell = |row: &Row| row.cells().position(|cell| uri::is_link(cell.trim())).is_some_and(|place| place > 0);
    let in_cells = |table: Table| table.rows().filter(has_cell).count();
    Table::has(text, is_row)
        // A damaged table is one, too: reading it says what is wrong.
        && Table::bare(text, is_row).map_or(true, |table| in_cells(table) == text.lines().filter(has_link).count())
}

/// A table whose columns have no names, or none that are known: the secrets are where all cells of a column are such.
fn without_header(text: &str) -> Result<(Table, Columns)> {
    let is_row = |cells: &[&str]| code_place(cells).is_some();
    let mut table = Table::bare(text, is_row)?;
    let cells = |row: Row| row.cells().map(|cell| cell.trim().to_owned()).collect::<Vec<String>>();
    let place_in = |row: Row| {
        let cells = cells(row);
        code_place(&cells.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let first = table.rows().position(|row| place_in(row).is_some()).unwrap_or_default();
    let width = table.rows().map(|row| row.cells().count()).max().unwrap_or_default();
    // Whether all filled cells of a column are secrets, and whether there are any.
    let (mut all, mut any) = (vec![true; width], vec![false; width]);
    for row in table.rows().skip(first) {
        for (place, cell) in row.cells().enumerate().filter(|(_, cell)| is_filled(cell)) {
            all[place] &= item::looks_like_code(cell);
            any[place] = true;
        }
    }
    let codes: Vec<usize> = (0..width).filter(|place| all[*place] && any[*place]).collect();
    let has_link = table.rows().any(|row| row.cells().any(|cell| uri::is_link(cell.trim())));
    if codes.len() != 1 && !has_link {
        return Err(damaged("no single column of the table holds secrets and nothing else")
            .hint("put a row above it that names the columns: issuer, account, secret"));
    }
    if first > 0 {
        table.begin_at(first);
    }
    let mut columns = Columns::of(&table);
    columns.are_guessed = columns.titles.is_empty() && columns.issuers.is_empty() && columns.users.is_empty();
    if columns.are_guessed {
        let is_url = |place: usize| table.rows().any(|row| row.at(place).is_some_and(|cell| cell.contains("://")));
        let end = codes.first().copied().unwrap_or(width);
        let mut texts = (0..end).filter(|place| table.rows().any(|row| row.at(*place).is_some_and(is_filled)) && !is_url(*place));
        columns.titles = texts.next().into_iter().collect();
        columns.users = texts.next().into_iter().collect();
    }
    columns.codes = codes;
    Ok((table, columns))
}

/// The places of the columns by what they hold, in the order in which they are looked at.
struct Columns {
    names: Vec<String>,
    codes: Vec<usize>,
    issuers: Vec<usize>,
    titles: Vec<usize>,
    users: Vec<usize>,
    notes: Vec<usize>,
    groups: Vec<usize>,
    inner: Vec<usize>,
    kinds: Vec<usize>,
    are_of_passwords: bool,
    /// Whether it was their place that told what they hold.
    are_guessed: bool,
}

impl Columns {
    fn of(table: &Table) -> Columns {
        let names: Vec<String> = table.header().map(bare).collect();
        let places = |wanted: &[&str]| -> Vec<usize> {
            wanted.iter().filter_map(|wanted| names.iter().position(|name| name == wanted)).collect()
        };
        Columns {
            codes: places(&item::CODES),
            issuers: places(&ISSUERS),
            titles: places(&TITLES),
            users: places(&item::USERS),
            notes: places(&NOTES),
            groups: places(&GROUPS),
            inner: places(&INNER),
            kinds: places(&KINDS),
            are_of_passwords: !places(&PASSWORDS).is_empty(),
            are_guessed: false,
            names,
        }
    }

    /// What stands in the first column of secrets that holds one, or in any cell that is a link; else why what stands
    /// there is no secret.
    fn code<'a>(&self, row: Row<'a>) -> Option<std::result::Result<&'a str, Refusal>> {
        let says_so = |place: &usize| self.names.get(*place).is_none_or(|name| item::is_sure_code_name(name));
        let is_code = |place: &usize, cell: &str| item::is_code(cell, says_so(place));
        let filled = || self.codes.iter().filter_map(|place| Some((place, row.at(*place)?)));
        let filled = || filled().filter(|(_, cell)| is_filled(cell) && item::says_something(cell));
        let own = filled().find(|(place, cell)| is_code(place, cell)).map(|(_, cell)| cell);
        let link = || row.cells().find(|cell| uri::is_link(cell.trim()));
        let inner = || row.cells().find_map(|cell| inner_field(cell, item::is_code_name));
        own.or_else(link).or_else(inner).map(Ok).or_else(|| filled().next().map(|(_, cell)| Err(item::no_code(cell))))
    }

    fn read(&self, row: Row, code: std::result::Result<&str, Refusal>) -> std::result::Result<Draft, Refusal> {
        let cell = |places: &[usize]| places.iter().find_map(|place| item::name_in(row.at(*place)?).map(str::trim));
        let issuer = cell(&self.issuers);
        let title = cell(&self.titles).map(host);
        let inner = || self.inner.iter().find_map(|place| inner_field(row.at(*place)?, |name| item::USERS.contains(&name)));
        let user = cell(&self.users).or_else(inner);
        // Beside an issuer, what is called name is the account.
        let (title, user) = match issuer {
            Some(_) => (issuer, user.or(title)),
            None => (title, user),
        };
        let of_item = |why| item::of_item(title.or(user), why);
        let code = code.map_err(of_item)?;
        let mut draft = match code.contains("://") {
            true => item::draft(code.trim(), title, user).map_err(of_item)?,
            false => {
                let mut draft = self.of_cells(row, code).map_err(of_item)?;
                draft.issuer = title.unwrap_or_default().to_owned();
                draft.account = user.unwrap_or_default().to_owned();
                draft
            }
        };
        draft.note = cell(&self.notes).unwrap_or_default().to_owned();
        item::tag(&mut draft.tags, cell(&self.groups).map(|path| path.trim_start_matches('/')));
        Ok(draft)
    }

    /// A bare secret, its parameters in columns of their own.
    fn of_cells(&self, row: Row, secret: &str) -> std::result::Result<Draft, Refusal> {
        let place = |wanted: &str| self.names.iter().position(|name| name == wanted);
        let cell = |wanted: &[&str]| wanted.iter().find_map(|wanted| row.at(place(wanted)?)).map(str::trim);
        let number = |name: &str| match cell(&[name]) {
            Some(text) => text.parse().map(Some).map_err(|_| format!("\"{name}\" is out of range")),
            None => Ok(None),
        };
        let kind = self.kinds.first().and_then(|place| row.at(*place)).map(|kind| kind.trim().to_ascii_lowercase());
        let account = Account {
            kind: kind.filter(|kind| !self.are_of_passwords || kind_of(kind) != Kind::Unknown),
            secret: Some(secret.trim().to_owned()),
            algorithm: cell(&["algorithm", "algo", "hash"]).map(str::to_owned),
            digits: number("digits")?,
            period: number("period")?,
            counter: number("counter")?,
            pin: cell(&["pin"]).map(str::to_owned),
        };
        let raw: Map<String, Value> = row.named().map(|(column, cell)| (column.to_owned(), json!(cell))).collect();
        account.draft(&Value::Object(raw))
    }
}

/// A field within a cell: a line `name:value` of Zoho Vault, or `name,,,type,value` of RoboForm.
fn inner_field(cell: &str, is_wanted: impl Fn(&str) -> bool) -> Option<&str> {
    cell.lines().find_map(|line| {
        let (name, rest) = line.split_once([':', ','])?;
        let value = if line[name.len()..].starts_with(':') { rest } else { rest.splitn(4, ',').nth(3)? };
        (is_wanted(&bare(name)) && !value.trim().is_empty()).then(|| value.trim())
    })
}

/// The site of an address.
fn host(title: &str) -> &str {
    let rest = title.split_once("://").map_or(title, |(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    if rest.is_empty() { title } else { rest }
}
