//! `formats`: the table of formats.

use super::desk::Desk;
use super::output::Cell;
use crate::error::Result;
use crate::transfer::{Encryption, FORMATS};
use serde::Serialize;

#[derive(Debug, clap::Args)]
pub struct Formats {
    /// An array of objects
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    name: &'static str,
    read: bool,
    write: bool,
    encrypted: &'static str,
    how_to_get: &'static str,
}

impl Formats {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let rows: Vec<Row> = FORMATS
            .iter()
            .map(|format| Row {
                id: format.id(),
                name: format.name(),
                read: true,
                write: format.writer().is_some(),
                encrypted: match format.encryption() {
                    Encryption::Never => "never",
                    Encryption::Optional => "optional",
                    Encryption::Always => "always",
                },
                how_to_get: format.how_to_get(),
            })
            .collect();
        if self.json {
            desk.output.json(&rows);
            return Ok(());
        }
        let mut table =
            vec![["FORMAT", "NAME", "USE", "ENCRYPTED", "HOW TO GET ONE"].map(Cell::dim).into_iter().collect::<Vec<_>>()];
        table.extend(rows.iter().map(|row| {
            let able = if row.write { "read, write" } else { "read" };
            vec![
                Cell::bold(row.id),
                Cell::plain(row.name),
                Cell::plain(able),
                Cell::plain(row.encrypted),
                Cell::dim(row.how_to_get),
            ]
        }));
        desk.output.table(&table);
        Ok(())
    }
}
