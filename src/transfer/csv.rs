//! Any table with a header: a column with links or secrets, and others that name them. The last resort among tables.

use super::read::account::Account;
use super::read::csv::{Row, Table};
use super::read::item;
use super::read::json::{Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;
use serde_json::{Map, Value, json};

pub struct Csv;

/// Columns of links or secrets, as [`bare`] has them; the first that says something is taken.
const CODES: [&str; 16] = [
    "otpauth",
    "otpauthuri",
    "otpauthurl",
    "otpuri",
    "otpurl",
    "totpuri",
    "totpurl",
    "totp",
    "otp",
    "totpsecret",
    "otpsecret",
    "otpkey",
    "2fa",
    "2fasecret",
    "onetimepassword",
    "secret",
];
const ISSUERS: [&str; 3] = ["issuer", "service", "provider"];
const TITLES: [&str; 6] = ["title", "name", "displayname", "item", "site", "label"];
const USERS: [&str; 10] = [
    "account",
    "username",
    "user",
    "login",
    "loginname",
    "loginusername",
    "email",
    "accountname",
    "accountemail",
    "emailaddress",
];
const NOTES: [&str; 5] = ["notes", "note", "comments", "comment", "extra"];
const GROUPS: [&str; 7] = ["group", "grouping", "folder", "vault", "category", "tags", "tag"];
const KINDS: [&str; 2] = ["type", "kind"];

impl Format for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn name(&self) -> &'static str {
        "Table with a header (CSV)"
    }

    fn how_to_get(&self) -> &'static str {
        "a .csv with a column otpauth, otp, totp or secret, and perhaps issuer or title, account or username, notes, group"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().is_none() && !super::keepass_csv::KeePassCsv.detect(file) && file.text().is_some_and(is_table)
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let text = file.text().filter(|text| is_table(text));
        let table = Table::read(text.ok_or_else(|| damaged("this is no table with columns for one-time passwords"))?)?;
        let mut without = 0;
        let mut read = Vec::new();
        for (index, row) in table.rows().enumerate() {
            match cell(row, &CODES) {
                Some(code) => read.extend(item::codes(code).iter().map(|code| (index, read_row(row, code)))),
                None => without += 1,
            }
        }
        let mut found = Found::collect(read.into_iter())?;
        found.note_without(without);
        Ok(found)
    }
}

/// Letters and digits of a column's name, in lower case: `OTP-Auth URL` is `otpauthurl`.
fn bare(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_table(text: &str) -> bool {
    let columns: Vec<String> = Table::columns(text).iter().map(|column| bare(column)).collect();
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
    let own = |names: &[&str]| names.iter().any(|name| Table::names(text, name));
    // A secret may be that of anything: it takes a name beside it. Columns that formats of their own have are theirs.
    columns.len() > 1
        && has(&CODES)
        && (has(&ISSUERS) || has(&TITLES) || has(&USERS))
        && !own(&["login_totp", "Login_TOTP"])
        && !(own(&["OTPAuth"]) && own(&["Url"]))
}

fn cell<'a>(row: Row<'a>, names: &[&str]) -> Option<&'a str> {
    names
        .iter()
        .find_map(|name| row.cells().find(|(column, cell)| !cell.trim().is_empty() && bare(column) == *name))
        .map(|it| it.1)
}

fn read_row(row: Row, code: &str) -> std::result::Result<Draft, Refusal> {
    let issuer = cell(row, &ISSUERS);
    let title = cell(row, &TITLES);
    // Beside an issuer, what is called name is the account.
    let (title, user) = match issuer {
        Some(_) => (issuer, cell(row, &USERS).or(title)),
        None => (title, cell(row, &USERS)),
    };
    let of_item = |why| item::of_item(title.or(user), why);
    let mut draft = match code.contains("://") {
        true => item::draft(code.trim(), title, user).map_err(of_item)?,
        false => {
            let mut draft = of_columns(row, code).map_err(of_item)?;
            draft.issuer = title.unwrap_or_default().to_owned();
            draft.account = user.unwrap_or_default().to_owned();
            draft
        }
    };
    draft.note = cell(row, &NOTES).unwrap_or_default().to_owned();
    item::tag(&mut draft.tags, cell(row, &GROUPS));
    Ok(draft)
}

/// A bare secret, its parameters in columns of their own.
fn of_columns(row: Row, secret: &str) -> std::result::Result<Draft, Refusal> {
    let number = |name: &str| match cell(row, &[name]) {
        Some(text) => text.trim().parse().map(Some).map_err(|_| format!("\"{name}\" is out of range")),
        None => Ok(None),
    };
    // Other tables have types of their own, such as "login".
    let kind = cell(row, &KINDS).map(|kind| kind.trim().to_ascii_lowercase());
    let account = Account {
        kind: kind.filter(|kind| kind != "login" && kind != "note"),
        secret: Some(secret.to_owned()),
        algorithm: cell(row, &["algorithm", "algo", "hash"]).map(str::to_owned),
        digits: number("digits")?,
        period: number("period")?,
        counter: number("counter")?,
        pin: cell(row, &["pin"]).map(str::to_owned),
    };
    let raw: Map<String, Value> = row.cells().map(|(column, cell)| (column.to_owned(), json!(cell))).collect();
    account.draft(&Value::Object(raw))
}
