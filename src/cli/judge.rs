//! What a person decides while copies of the vault are joined, asked at the terminal or given by options.

use super::desk::Desk;
use super::output::Cell;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::merge::{Difference, Judge};
use crate::secret::SecretText;
use crate::vault::store::Keep;
use clap::ValueEnum;
use std::path::PathBuf;

/// Options of the commands that join copies.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Answers {
    /// Read the passphrase of the other copy, where it was changed there; - is stdin
    #[arg(long, value_name = "FILE|-")]
    other_passphrase_file: Option<PathBuf>,
    /// Which passphrase stays, where it was changed on both sides
    #[arg(long, value_name = "WHICH")]
    keep_passphrase: Option<Which>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The one of this vault
    Ours,
    /// The one of the other copy
    Theirs,
}

pub struct AtDesk<'d> {
    pub desk: &'d mut Desk,
    pub answers: Answers,
}

impl<'d> AtDesk<'d> {
    pub fn new(desk: &'d mut Desk, answers: Answers) -> Self {
        AtDesk { desk, answers }
    }
}

impl Judge for AtDesk<'_> {
    fn passphrase(&mut self, copy: &str, again: bool) -> Result<SecretText> {
        if let Some(file) = &self.answers.other_passphrase_file {
            return match again {
                true => Err(Error::new(ErrorKind::WrongPassphrase, format!("that passphrase does not open {copy}"))),
                false => self.desk.read_line_secret(file, "--other-passphrase-file", "the other passphrase"),
            };
        }
        if !self.desk.outside.prompt.is_interactive() {
            let what = format!("{copy} has another passphrase, and there is no terminal to ask for it");
            return Err(Error::new(ErrorKind::Locked, what)
                .hint("it was changed on another machine; give it with --other-passphrase-file FILE, or - for stdin"));
        }
        match again {
            true => self.desk.output.warn("that is not the passphrase"),
            false => self.desk.output.say(&format!("The passphrase of {copy} was changed there")),
        }
        self.desk.ask_secret("Its passphrase: ")
    }

    fn trusts(&mut self, copy: &str, difference: &Difference) -> Result<bool> {
        tell(self.desk, difference);
        self.desk.output.warn(&format!(
            "{copy} opens only with a key that was replaced: it was made before the passphrase was changed, or by somebody who knew it then"
        ));
        self.desk.confirmed(&format!("Take this in: {}?", difference.tally()))
    }

    fn passphrase_to_keep(&mut self, copy: &str) -> Result<Keep> {
        if let Some(which) = self.answers.keep_passphrase {
            return Ok(if which == Which::Ours { Keep::Ours } else { Keep::Theirs });
        }
        let what = format!("the passphrase was changed here and in {copy}; one has to stay");
        if !self.desk.outside.prompt.is_interactive() {
            return Err(Error::new(ErrorKind::Locked, what).hint("say which with --keep-passphrase ours, or theirs"));
        }
        self.desk.output.warn(&what);
        let ours = self.desk.asked("Keep the passphrase of this machine? No keeps the other one.")?;
        Ok(if ours { Keep::Ours } else { Keep::Theirs })
    }
}

/// What comes in, to stdout.
pub fn tell(desk: &mut Desk, difference: &Difference) {
    let mut rows: Vec<Vec<Cell>> = difference
        .entries
        .iter()
        .map(|(what, called, parts)| vec![Cell::bold(what.word()), Cell::plain(called), Cell::dim(parts.join(", "))])
        .collect();
    rows.extend(difference.others.iter().map(|other| vec![Cell::bold("vault"), Cell::plain(other)]));
    desk.output.table(&rows);
}
