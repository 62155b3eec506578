//! `import`: files of other programs, planned, shown and then taken in.

use super::desk::{Desk, called};
use super::output::{Cell, count};
use super::source;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::gather;
use crate::ops::import::{self, OnConflict, Plan, Standing};
use crate::ops::intake::{self, Intake, Keys};
use crate::ops::password_store::Opener;
use crate::otp::Kind;
use crate::transfer::{self, Draft, Format, MAX_FILE, NamedFile};
use crate::vault::Vault;
use clap::ValueEnum;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct ImportLine {
    /// Files, - is stdin; the parts of one transfer may lie in several, some exports are a folder
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which format, instead of finding out by the content: see countersign formats
    #[arg(long, value_name = "F")]
    format: Option<String>,
    /// Read the password of an encrypted file
    #[arg(long, value_name = "FILE|-")]
    password_file: Option<PathBuf>,
    /// The key file of a password database, or the identities of age for a password store
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// What to do where issuer and account are there with another secret
    #[arg(long, value_name = "HOW", default_value = "keep-both")]
    on_conflict: HowOnConflict,
    /// Print the plan as an object, without secrets
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HowOnConflict {
    KeepBoth,
    Skip,
    Replace,
}

impl From<HowOnConflict> for OnConflict {
    fn from(how: HowOnConflict) -> Self {
        match how {
            HowOnConflict::KeepBoth => OnConflict::KeepBoth,
            HowOnConflict::Skip => OnConflict::Skip,
            HowOnConflict::Replace => OnConflict::Replace,
        }
    }
}

impl ImportLine {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let on_conflict = OnConflict::from(self.on_conflict);
        let Intake { formats, found, .. } = self.read(desk)?;
        let mut session = if self.dry_run { desk.open()? } else { desk.open_to_change()? };
        let plan = import::plan(session.vault(), found);
        match self.json {
            true => {
                let told = told(&plan, &formats, on_conflict);
                desk.output.json(&told);
            }
            false => tell(desk, &plan, on_conflict, &formats, session.vault()),
        }
        let tally = tally(&plan, on_conflict);
        let without_codes = plan.without_codes(on_conflict);
        let warn = |desk: &mut Desk| without_codes.iter().for_each(|warning| desk.output.warn(warning));
        if self.dry_run {
            if !self.json {
                warn(desk);
            }
            return Ok(());
        }
        let changes = plan.rows.iter().filter(|(_, standing)| on_conflict.takes(*standing)).count();
        if changes > 1 && !desk.agreed(&format!("{tally}. Go on?"))? {
            desk.output.say("Nothing was imported");
            return Ok(());
        }
        if let Some(change) = plan.change(on_conflict) {
            desk.save(&mut session, change)?;
        }
        desk.output.say(&format!("Imported: {tally}"));
        warn(desk);
        Ok(())
    }

    /// Reads all files before the vault is opened, so that a bad one costs no passphrase.
    fn read(&self, desk: &mut Desk) -> Result<Intake> {
        let format = self.format.as_deref().map(transfer::by_id).transpose()?;
        // A database may have an empty password, which is not the same as none.
        let password = self
            .password_file
            .as_ref()
            .map(|path| source::text(&desk.read(path, "--password-file", source::LINE_LIMIT)?, path, "the password"))
            .transpose()?;
        let key_file = self.key_file.as_ref().map(|path| desk.read(path, "--key-file", MAX_FILE)).transpose()?;
        let storage = desk.outside.world.storage.clone();
        let (process, home) = (desk.outside.process.clone(), desk.outside.environment.home.clone());
        let opener =
            Opener { process: &*process, storage: &*storage, home: home.as_deref(), identities: self.key_file.as_deref() };
        let open_store = |files: &mut [NamedFile]| opener.open(files);
        let gathered = gather::all(&*storage, &self.files, &mut |path| desk.read(path, "import", MAX_FILE), &open_store)?;
        let mut ask = |format: &'static dyn Format| match desk.outside.prompt.is_interactive() {
            true => desk.ask_secret(&format!("Password of the file ({}): ", format.name())).map(Some),
            false => Ok(None),
        };
        let mut keys = Keys { password, key_file: key_file.as_deref().map(Vec::as_slice), ask: &mut ask };
        let intake = intake::read(&gathered, format, &mut keys).map_err(|refused| {
            let what = format!("{}: {}", intake::name_of(&refused.path), refused.error.what);
            let error = Error { what, ..refused.error };
            match error.kind {
                ErrorKind::NeedsPassword if error.hint.is_none() => error.hint("give it with --password-file FILE"),
                _ => error,
            }
        })?;
        let found = intake.found.not_only_parts().map_err(|error| match self.files.as_slice() {
            [path] => Error { what: format!("{}: {}", intake::name_of(path), error.what), ..error },
            _ => error,
        })?;
        Ok(Intake { found, ..intake })
    }
}

/// `3 new, 1 already there, …`: what is not zero.
fn tally(plan: &Plan, on_conflict: OnConflict) -> String {
    let number = |is: fn(&Standing) -> bool| plan.rows.iter().filter(|(_, standing)| is(standing)).count();
    let in_conflict = match on_conflict {
        OnConflict::KeepBoth => "kept beside an entry of the same name",
        OnConflict::Skip => "left out, another of the name being there",
        OnConflict::Replace => "replacing the credential of an entry",
    };
    let parts = [
        (number(|standing| *standing == Standing::New), "new"),
        (number(|standing| matches!(standing, Standing::Alike(_))), "with a secret that is there under another name"),
        (number(|standing| matches!(standing, Standing::Conflict(_))), in_conflict),
        (number(|standing| matches!(standing, Standing::Same(_))), "already there"),
        (plan.skipped.len(), "not readable"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    if parts.is_empty() { "no entries".into() } else { parts.join(", ") }
}

/// The plan for people. What goes wrong goes to stderr.
fn tell(desk: &mut Desk, plan: &Plan, on_conflict: OnConflict, formats: &[&str], vault: &Vault) {
    desk.output.say(&format!("{} in {}", count(plan.rows.len(), "entry", "entries"), formats.join(", ")));
    for warning in &plan.warnings {
        desk.output.warn(warning);
    }
    for skipped in &plan.skipped {
        desk.output.warn(&format!("not taken, number {}: {}", skipped.index + 1, skipped.reason));
    }
    let other = |id| vault.entry(id).map_or(String::new(), |entry| called(entry));
    let rows: Vec<Vec<Cell>> = plan
        .rows
        .iter()
        .map(|(draft, standing)| {
            let (mark, remark) = match (standing, on_conflict) {
                (Standing::New, _) => ("new", String::new()),
                (Standing::Same(_), _) => ("same", String::new()),
                (Standing::Alike(id), _) => ("alike", format!("same secret as {}", other(*id))),
                (Standing::Conflict(_), OnConflict::KeepBoth) => ("conflict", "another secret is there; both are kept".into()),
                (Standing::Conflict(_), OnConflict::Skip) => ("conflict", "another secret is there; left out".into()),
                (Standing::Conflict(_), OnConflict::Replace) => ("conflict", "another secret is there; replaced".into()),
            };
            vec![Cell::bold(mark), Cell::plain(&draft.issuer), Cell::plain(&draft.account), Cell::dim(remark)]
        })
        .collect();
    desk.output.table(&rows);
}

/// The plan for programs (DESIGN "Command line").
#[derive(Serialize)]
struct Told<'a> {
    /// One name, or several where the files differ.
    format: Formats<'a>,
    new: Vec<Row<'a>>,
    same: Vec<Row<'a>>,
    alike: Vec<Row<'a>>,
    conflict: Vec<Row<'a>>,
    skipped: Vec<SkippedRow<'a>>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Formats<'a> {
    One(&'a str),
    Several(&'a [&'static str]),
}

#[derive(Serialize)]
struct Row<'a> {
    kind: &'static str,
    issuer: &'a str,
    account: &'a str,
    algorithm: &'a str,
    digits: u32,
    period: Option<u64>,
    counter: Option<u64>,
    tags: &'a [String],
    /// The entry it stands against.
    entry: Option<String>,
}

#[derive(Serialize)]
struct SkippedRow<'a> {
    index: usize,
    reason: &'a str,
}

fn told<'a>(plan: &'a Plan, formats: &'a [&'static str], on_conflict: OnConflict) -> Told<'a> {
    let mut told = Told {
        format: match formats {
            [one] => Formats::One(one),
            several => Formats::Several(several),
        },
        new: Vec::new(),
        same: Vec::new(),
        alike: Vec::new(),
        conflict: Vec::new(),
        skipped: plan.skipped.iter().map(|skipped| SkippedRow { index: skipped.index, reason: &skipped.reason }).collect(),
        warnings: plan.warnings.iter().cloned().chain(plan.without_codes(on_conflict)).collect(),
    };
    for (draft, standing) in &plan.rows {
        match standing {
            Standing::New => told.new.push(row(draft, None)),
            Standing::Same(id) => told.same.push(row(draft, Some(id.to_string()))),
            Standing::Alike(id) => told.alike.push(row(draft, Some(id.to_string()))),
            Standing::Conflict(id) => told.conflict.push(row(draft, Some(id.to_string()))),
        }
    }
    told
}

fn row(draft: &Draft, entry: Option<String>) -> Row<'_> {
    let credential = &draft.credential;
    Row {
        kind: credential.kind.name(),
        issuer: &draft.issuer,
        account: &draft.account,
        algorithm: credential.algorithm.name(),
        digits: credential.digits,
        period: credential.is_time_based().then_some(credential.period),
        counter: (credential.kind == Kind::Hotp).then_some(credential.counter),
        tags: &draft.tags,
        entry,
    }
}
