//! `list`: the entries as a table or as JSON, never their secrets.

use super::desk::Desk;
use super::output::{Cell, count};
use crate::error::{Error, ErrorKind, Result};
use crate::ops::find;
use crate::ops::names;
use crate::otp::Credential;
use crate::secret::SecretText;
use crate::vault::Vault;
use crate::vault::entry::Entry;
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, clap::Args)]
pub struct List {
    /// Only entries whose issuer, account, tags, note or id hold this
    query: Option<String>,
    /// Only entries with this tag
    #[arg(long, value_name = "T")]
    tag: Option<String>,
    /// With the codes that hold now (a counter is never advanced)
    #[arg(long)]
    codes: bool,
    /// An array of objects
    #[arg(long)]
    json: bool,
}

/// An entry without its secrets.
#[derive(Serialize)]
pub struct Listed<'a> {
    id: String,
    kind: &'a str,
    issuer: &'a str,
    account: &'a str,
    algorithm: &'a str,
    digits: u32,
    period: Option<u64>,
    counter: Option<u64>,
    tags: Vec<&'a str>,
    note: Option<&'a str>,
    pinned: bool,
    status: &'a str,
    /// Whether a new secret waits to be confirmed; codes are of the old one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    new_secret_waits: bool,
    recovery_codes_left: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Option<SecretText>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Option<u64>>,
}

impl<'a> Listed<'a> {
    /// With the code at `unix`, where given.
    pub fn of(entry: &'a Entry, codes_at: Option<u64>) -> Self {
        let credential = &entry.credential.value;
        let window = codes_at.map(|unix| credential.code_at(unix).ok());
        let (code, until) = match window {
            Some(window) => (Some(window.as_ref().map(|window| window.code.clone())), Some(window.map(|window| window.until))),
            None => (None, None),
        };
        Listed {
            id: entry.id.to_string(),
            kind: credential.kind.name(),
            issuer: &entry.issuer.value,
            account: &entry.account.value,
            algorithm: credential.algorithm.name(),
            digits: credential.digits,
            period: credential.is_time_based().then_some(credential.period),
            counter: (credential.kind == crate::otp::Kind::Hotp).then_some(entry.counter),
            tags: entry.tags().collect(),
            note: Some(entry.note.value.as_str()).filter(|note| !note.is_empty()),
            pinned: entry.pinned.value,
            status: entry.status.value.name(),
            new_secret_waits: entry.has_waiting_secret(),
            recovery_codes_left: entry.recovery_codes_left(),
            code,
            until,
        }
    }
}

impl List {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let session = desk.open()?;
        let entries = self.chosen(session.vault())?;
        let codes_at = self.codes.then(|| desk.outside.world.clock.now() / 1000);
        if self.json {
            let listed: Vec<_> = entries.iter().map(|entry| Listed::of(entry, codes_at)).collect();
            desk.output.json(&listed);
            return Ok(());
        }
        if entries.is_empty() {
            desk.output.say("The vault has no entries; add one with: countersign add");
        }
        let names = names::all(session.vault());
        let has_twin = |entry: &Entry| names.get(&entry.id).is_some_and(|name| *name != entry.called());
        let rows: Vec<_> = entries.iter().map(|entry| row(entry, has_twin(entry), codes_at, desk.output.is_linear())).collect();
        desk.output.table(&rows);
        Ok(())
    }

    fn chosen<'v>(&self, vault: &'v Vault) -> Result<Vec<&'v Arc<Entry>>> {
        let mut entries = find::all(vault.active(), self.query.as_deref().unwrap_or_default());
        if let Some(tag) = &self.tag {
            find::retain_tagged(&mut entries, tag);
        }
        if entries.is_empty() && (self.query.is_some() || self.tag.is_some()) {
            let all = count(vault.active().count(), "entry", "entries");
            return Err(Error::new(ErrorKind::NoMatch, format!("none of {all} matches")));
        }
        sort(&mut entries);
        Ok(entries)
    }
}

/// In the order of [`Entry::sort_key`].
pub fn sort(entries: &mut [&Arc<Entry>]) {
    entries.sort_by_cached_key(|entry| entry.sort_key());
}

/// An entry with the names of another is told from it by its id, which commands take, too.
fn row(entry: &Entry, has_twin: bool, codes_at: Option<u64>, linear: bool) -> Vec<Cell> {
    let mut row = vec![
        Cell::plain(if entry.pinned.value && !linear { "★" } else { "" }),
        Cell::plain(&entry.issuer.value),
        Cell::plain(&entry.account.value),
    ];
    if let Some(unix) = codes_at {
        row.extend(code_cells(&entry.credential.value, entry.counter, unix));
    }
    let mut remarks: Vec<String> = Vec::new();
    if entry.pinned.value && linear {
        remarks.push("pinned".into());
    }
    if entry.is_pending() {
        remarks.push("pending".into());
    }
    if entry.has_waiting_secret() {
        remarks.push("new secret not confirmed".into());
    }
    if has_twin {
        remarks.push(entry.id.to_string());
    }
    if let Err(why) = entry.credential.value.check() {
        remarks.push(why.to_string());
    }
    row.push(Cell::dim(entry.tags().collect::<Vec<_>>().join(", ")));
    row.push(Cell::dim(remarks.join(" · ")));
    row
}

/// The code and how long it holds; of a counter, the counter.
pub fn code_cells(credential: &Credential, counter: u64, unix: u64) -> [Cell; 2] {
    match credential.code_at(unix) {
        Ok(window) => [Cell::bold(window.code.expose()), Cell::dim(format!("{:>2}s", window.until.saturating_sub(unix)))],
        Err(crate::otp::NotComputable::CounterBased) => [Cell::dim("· · ·"), Cell::dim(format!("counter {counter}"))],
        Err(_) => [Cell::dim("–"), Cell::plain("")],
    }
}
