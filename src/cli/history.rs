//! `history`: the replaced secrets of an entry, told apart by marks and, if asked, by their codes; never shown.

use super::desk::{Desk, called};
use super::list::code_cells;
use super::output::Cell;
use crate::error::Result;
use crate::ops::find;
use crate::ops::history::{self, Fate, Replaced};
use crate::otp::{Credential, Kind};
use crate::secret::SecretText;
use crate::vault::entry::Entry;
use crate::vault::stamp::Stamp;
use crate::words::utc;
use serde::Serialize;

#[derive(Debug, clap::Args)]
pub struct History {
    /// An issuer, an account or an id; else a part of them that only one entry has
    query: String,
    /// With the codes that hold now, to find out which the site accepts (a counter is never advanced)
    #[arg(long)]
    codes: bool,
    /// An object with the present secret and an array of the replaced ones
    #[arg(long)]
    json: bool,
}

/// What is told of an entry's secrets.
#[derive(Serialize)]
struct Told<'a> {
    id: String,
    issuer: &'a str,
    account: &'a str,
    present: Secret<'a>,
    replaced: Vec<Secret<'a>>,
}

#[derive(Serialize)]
struct Secret<'a> {
    /// For `restore --replaced`.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
    mark: String,
    kind: &'a str,
    algorithm: &'a str,
    digits: u32,
    period: Option<u64>,
    counter: Option<u64>,
    /// Unix seconds.
    set_at: u64,
    /// Unix seconds; `null` for one that never was in use or lost a merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_at: Option<Option<u64>>,
    /// `replaced`, `lost-merge` or `never-confirmed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    fate: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Option<SecretText>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Option<u64>>,
}

impl History {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let session = desk.open()?;
        let entry = find::one(session.vault(), &self.query)?;
        let replaced = history::of(entry);
        let codes_at = self.codes.then(|| desk.outside.world.clock.now() / 1000);
        if self.json {
            desk.output.json(&Told::of(entry, &replaced, codes_at));
            return Ok(());
        }
        if replaced.is_empty() {
            desk.output.say(&format!("No secret of {} was replaced yet", called(entry)));
            return Ok(());
        }
        let present = &entry.credential;
        let since = format!("since {}", moment(present.at.wall_ms));
        let mut rows = vec![row(entry, "present", &since, &present.value, entry.counter, codes_at)];
        for (at, old) in replaced.iter().enumerate() {
            let fate = match old.fate {
                Fate::Replaced(when) => format!("replaced {}", moment(when)),
                Fate::LostMerge => format!("lost a merge, set {}", moment(old.at.wall_ms)),
                Fate::NeverConfirmed => format!("never confirmed, set {}", moment(old.at.wall_ms)),
            };
            rows.push(row(entry, &(at + 1).to_string(), &fate, old.credential, old.credential.counter, codes_at));
        }
        desk.output.table(&rows);
        Ok(())
    }
}

impl<'a> Told<'a> {
    fn of(entry: &'a Entry, replaced: &[Replaced<'a>], codes_at: Option<u64>) -> Self {
        let secret = |at: Stamp, credential: &'a Credential, counter: u64| Secret {
            number: None,
            mark: history::mark(entry.id, &credential.secret),
            kind: credential.kind.name(),
            algorithm: credential.algorithm.name(),
            digits: credential.digits,
            period: credential.is_time_based().then_some(credential.period),
            counter: (credential.kind == Kind::Hotp).then_some(counter),
            set_at: at.wall_ms / 1000,
            replaced_at: None,
            fate: None,
            code: codes_at.map(|unix| credential.code_at(unix).ok().map(|window| window.code)),
            until: codes_at.map(|unix| credential.code_at(unix).ok().map(|window| window.until)),
        };
        let numbered = replaced.iter().enumerate().map(|(at, old)| {
            let (when, fate) = match old.fate {
                Fate::Replaced(when) => (Some(when / 1000), "replaced"),
                Fate::LostMerge => (None, "lost-merge"),
                Fate::NeverConfirmed => (None, "never-confirmed"),
            };
            let told = secret(old.at, old.credential, old.credential.counter);
            Secret { number: Some(at + 1), replaced_at: Some(when), fate: Some(fate), ..told }
        });
        Told {
            id: entry.id.to_string(),
            issuer: &entry.issuer.value,
            account: &entry.account.value,
            present: secret(entry.credential.at, &entry.credential.value, entry.counter),
            replaced: numbered.collect(),
        }
    }
}

fn moment(wall_ms: u64) -> String {
    format!("{} UTC", utc(wall_ms / 1000))
}

fn row(entry: &Entry, number: &str, fate: &str, credential: &Credential, counter: u64, codes_at: Option<u64>) -> Vec<Cell> {
    let mut row = vec![Cell::plain(number), Cell::plain(history::mark(entry.id, &credential.secret))];
    if let Some(unix) = codes_at {
        row.extend(code_cells(credential, counter, unix));
    }
    row.extend([Cell::dim(credential.parameters(counter)), Cell::dim(fate)]);
    row
}
