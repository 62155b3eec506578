//! `passwd`: another passphrase, or the vault's first.

use super::desk::Desk;
use super::new_passphrase;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::{passphrase, rekey};
use crate::secret::SecretText;
use crate::vault::store::WorkFactor;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Passwd {
    /// Read the new passphrase from a file; - is stdin
    #[arg(long, value_name = "FILE|-")]
    new_passphrase_file: Option<PathBuf>,
    /// log2 of scrypt's cost, from 10 to 20; below 17 the passphrase is cheap to guess [default: as it is now]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(10..=20))]
    work_factor: Option<WorkFactor>,
}

impl Passwd {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        // Read first: nothing may be done with the vault where it can't be had.
        let given = match &self.new_passphrase_file {
            Some(file) => Some(desk.read_line_secret(file, "--new-passphrase-file", "the new passphrase")?),
            None if desk.outside.prompt.is_interactive() => None,
            None => {
                return Err(Error::new(ErrorKind::Usage, "there is no terminal to ask for the new passphrase")
                    .hint("give it with --new-passphrase-file FILE, or - for stdin"));
            }
        };
        // Whoever finds the terminal open must not take the vault over.
        desk.ask_anew();
        let mut session = desk.open_to_change()?;
        let new = self.new_passphrase(desk, given)?;
        if let Some(work_factor) = self.work_factor {
            new_passphrase::warn_if_cheap(desk, work_factor);
        }
        let rekeyed = rekey::change_passphrase(&mut session, &new, self.work_factor)?;
        desk.output.say(&format!("The passphrase is changed; the new one is {}", passphrase::strength(&new).verdict));
        desk.output.say(rekey::OLDER_COPIES);
        if let Some(error) = rekeyed.unfinished {
            desk.output.warn(&format!("{}; {}", error.what, error.hint.unwrap_or_default()));
        }
        Ok(())
    }

    fn new_passphrase(&self, desk: &mut Desk, given: Option<SecretText>) -> Result<SecretText> {
        match given {
            None => new_passphrase::ask(desk, "an empty passphrase protects nothing"),
            Some(given) => {
                new_passphrase::warn_if_weak(desk, &given);
                Ok(given)
            }
        }
    }
}
