//! Tables with KeePass's own fields as columns (`TimeOtp-…`, `HmacOtp-…`, `TOTP Seed`, `otp`), and the table KeePassXC writes.

use super::keepass::otp;
use super::read::csv::{Row, Table};
use super::read::item;
use super::read::json::damaged;
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;

pub struct KeePassCsv;

/// The columns of KeePassXC that tell it from others.
const KEEPASSXC: [&str; 4] = ["Group", "Title", "TOTP", "Last Modified"];

impl Format for KeePassCsv {
    fn id(&self) -> &'static str {
        "keepass-csv"
    }

    fn name(&self) -> &'static str {
        "KeePass, KeePassXC (CSV)"
    }

    fn how_to_get(&self) -> &'static str {
        "in KeePassXC: Database, Export, CSV; rather import the .kdbx file itself"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().is_none() && file.text().is_some_and(|text| Table::has(text, is_keepass) || Table::names(text, &KEEPASSXC))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let text = file.text().ok_or_else(|| damaged("this is no table of KeePass"))?;
        let is_keepassxc = Table::names(text, &KEEPASSXC);
        let table = if is_keepassxc { Table::with(text, &KEEPASSXC)? } else { Table::below(text, is_keepass)? };
        let mut without = 0;
        let mut read = Vec::new();
        for (index, row) in table.rows().enumerate() {
            let all = if is_keepassxc { of_keepassxc(row) } else { of_fields(row) };
            without += usize::from(all.is_empty());
            let title = row.text("Title");
            read.extend(all.into_iter().map(|one| (index, one.map_err(|why| item::of_item(title, why)))));
        }
        let mut found = Found::collect(read.into_iter())?;
        found.note_without(without);
        Ok(found)
    }
}

fn is_keepass(header: &[&str]) -> bool {
    // `otp` alone is a column of many tables.
    header.iter().any(|column| otp::is_otp(column) && *column != otp::LINK)
}

type Read = std::result::Result<Draft, String>;

fn of_fields(row: Row) -> Vec<Read> {
    // KeePass calls its columns otherwise than its fields.
    let text = |name: &str| match name {
        otp::USER => row.text("User Name").or_else(|| row.text("UserName")).or_else(|| row.text("Username")),
        _ => row.text(name),
    };
    let mut tags = Vec::new();
    item::tag(&mut tags, row.text("Group").or_else(|| row.text("Group Path")));
    item::tag(&mut tags, row.text("Tags").unwrap_or_default().split([';', ',']));
    otp::read(text).into_iter().map(|one| one.map(|draft| Draft { tags: tags.clone(), ..draft })).collect()
}

/// The group is a path from the root, whose name says nothing.
fn of_keepassxc(row: Row) -> Vec<Read> {
    let text = |name: &str| match name {
        otp::LINK => row.text("TOTP"),
        otp::USER => row.text("Username"),
        _ => row.text(name),
    };
    let mut tags = Vec::new();
    item::tag(&mut tags, row.text("Group").and_then(|path| path.split_once('/')).map(|(_, path)| path));
    otp::read(text).into_iter().map(|one| one.map(|draft| Draft { tags: tags.clone(), ..draft })).collect()
}
