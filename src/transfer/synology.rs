//! Synology C2 Password's CSV.

use super::read::csv::Table;
use super::read::item;
use super::{Draft, ForeignFile, Format, Found};
use crate::error::Result;
use crate::secret::SecretText;

pub struct SynologyC2;

const COLUMN: &str = "Login_TOTP";

impl Format for SynologyC2 {
    fn id(&self) -> &'static str {
        "synology-c2"
    }

    fn name(&self) -> &'static str {
        "Synology C2 Password"
    }

    fn how_to_get(&self) -> &'static str {
        "in C2 Password: Settings, Export, CSV"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.json().is_none() && file.text().is_some_and(|text| Table::names(text, &[COLUMN]))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let table = Table::with(file.text().unwrap_or_default(), &[COLUMN])?;
        let mut without = 0;
        let mut read = Vec::new();
        for (index, row) in table.rows().enumerate() {
            let Some(code) = row.text(COLUMN) else {
                without += 1;
                continue;
            };
            let title = row.text("Display_Name");
            for code in item::codes(code) {
                let draft = item::draft(&code, title, row.text("Login_Username")).map(|draft| Draft {
                    note: row.text("Notes").unwrap_or_default().to_owned(),
                    pinned: row.text("Favorite").is_some_and(|flag| flag == "1" || flag.eq_ignore_ascii_case("true")),
                    ..draft
                });
                read.push((index, draft.map_err(|why| item::of_item(title, why))));
            }
        }
        let mut found = Found::collect(read.into_iter())?;
        found.note_without(without);
        Ok(found)
    }
}
