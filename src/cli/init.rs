//! `init`: a new vault.

use super::desk::Desk;
use super::new_passphrase;
use crate::error::{Error, ErrorKind, Result};
use crate::ops::passphrase;
use crate::ops::session::Session;
use crate::secret::SecretText;
use crate::vault::store::{self, DEFAULT_WORK_FACTOR, Presence, WorkFactor};

#[derive(Debug, clap::Args)]
pub struct Init {
    /// log2 of scrypt's cost, from 10 to 20; below 17 the passphrase is cheap to guess [default: 18]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(10..=20))]
    work_factor: Option<WorkFactor>,
    /// Make up a passphrase of six words and print it, once, on stdout
    #[arg(long)]
    generate: bool,
}

impl Init {
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        let folder = desk.vault_folder()?;
        let world = desk.outside.world.clone();
        if store::presence(&world, &folder)? == Presence::Vault {
            return Err(Error::new(ErrorKind::WouldOverwrite, format!("there is a vault in {} already", folder.display()))
                .hint("choose another place with --vault"));
        }
        let passphrase = self.passphrase(desk)?;
        let work_factor = self.work_factor.unwrap_or(DEFAULT_WORK_FACTOR);
        new_passphrase::warn_if_cheap(desk, work_factor);
        if self.generate {
            // A vault whose passphrase nobody has seen would be lost, so it is shown first.
            desk.output.secret(&passphrase);
            if desk.output.is_broken() {
                return Err(Error::failed("the passphrase could not be printed, so no vault was made"));
            }
        }
        let session = Session::create(&world, &folder, &passphrase, work_factor)?;
        session.warnings().iter().for_each(|warning| desk.output.warn(warning));
        desk.output.say(&format!("Created the vault in {}", folder.display()));
        Ok(())
    }

    fn passphrase(&self, desk: &mut Desk) -> Result<SecretText> {
        if self.generate {
            if desk.globals.passphrase_file.is_some() {
                return Err(Error::new(ErrorKind::Usage, "--generate and --passphrase-file exclude each other"));
            }
            return Ok(passphrase::generate(&*desk.outside.world.entropy));
        }
        if let Some(given) = desk.given_passphrase()? {
            new_passphrase::warn_if_weak(desk, &given);
            return Ok(given);
        }
        if !desk.outside.prompt.is_interactive() {
            return Err(Error::new(ErrorKind::Usage, "a new vault needs a passphrase, and there is no terminal to ask for it")
                .hint("give it with --passphrase-file FILE, or - for stdin; --generate makes one up"));
        }
        new_passphrase::ask(desk, "--generate makes one up")
    }
}
