//! `keys`: the unlock methods.

use super::desk::{Desk, called};
use super::output::{Cell, count};
use crate::error::{Error, ErrorKind, Result};
use crate::ops::keys::{self, RecoveryKey};
use crate::ops::session::Session;
use crate::ops::unlock::text_file;
use crate::secret::SecretText;
use crate::transfer::qr::code::MARGIN;
use crate::vault::MethodKind;
use crate::vault::store::{self, Listed, MethodState};
use clap::Subcommand;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Keys {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// List the ways to unlock the vault
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a way to unlock the vault
    Add {
        #[command(subcommand)]
        what: Add,
    },
    /// Remove a way to unlock the vault, and tell which secrets its holder has seen
    Remove {
        /// Its name, or its id
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum Add {
    /// A key to print and to put away: shown once, as text and as a QR code
    Recovery {
        #[command(flatten)]
        name: Name,
        /// Write a page to print to this file too
        #[arg(long, value_name = "FILE")]
        sheet: Option<PathBuf>,
    },
    /// An SSH key (ed25519 or RSA)
    Ssh {
        /// The public key, e.g. ~/.ssh/id_ed25519.pub
        #[arg(long, value_name = "FILE")]
        recipient: PathBuf,
        #[command(flatten)]
        name: Name,
    },
    /// An age plugin: a hardware key
    Plugin {
        /// The identity as the plugin wrote it
        #[arg(long, value_name = "FILE")]
        stub: PathBuf,
        /// The public key, where the identity alone does not do
        #[arg(long, value_name = "FILE")]
        recipient: Option<PathBuf>,
        #[command(flatten)]
        name: Name,
    },
    /// Another person, by their age public key
    Person {
        #[arg(value_name = "AGE1…")]
        recipient: String,
        #[command(flatten)]
        name: Name,
    },
}

#[derive(Debug, clap::Args)]
struct Name {
    /// What to call it
    #[arg(long)]
    name: Option<String>,
}

impl Name {
    fn get(&self) -> Result<Option<&str>> {
        self.name.as_deref().map(|name| store::check_name(name).map(|()| name)).transpose()
    }
}

impl Keys {
    /// Whoever finds the terminal open must not make the vault theirs: to change the ways in takes one of them.
    pub fn run(self, desk: &mut Desk) -> Result<()> {
        match self.act {
            Act::List { json } => list(desk, json),
            Act::Add { what } => {
                desk.ask_anew();
                what.run(desk)
            }
            Act::Remove { name } => {
                desk.ask_anew();
                remove(desk, &name)
            }
        }
    }
}

fn list(desk: &mut Desk, json: bool) -> Result<()> {
    let session = desk.open()?;
    let methods = session.store().map(|store| store.methods()).unwrap_or_default();
    if json {
        let row = |listed: &Listed| {
            let state = match listed.state {
                MethodState::Usable => "usable",
                MethodState::FileMissing => "file-missing",
                MethodState::Stray => "stray",
                MethodState::Unknown => "unknown",
            };
            json!({"name": listed.name, "kind": listed.kind, "id": listed.id, "added_ms": listed.added_ms, "state": state})
        };
        desk.output.json(&methods.iter().map(row).collect::<Vec<_>>());
        return Ok(());
    }
    let row = |listed: &Listed| {
        vec![
            Cell::bold(&listed.name),
            Cell::plain(keys::kind_words(listed)),
            Cell::dim(&listed.id),
            Cell::plain(keys::state_words(listed.state)),
        ]
    };
    desk.output.table(&methods.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

impl Add {
    fn run(self, desk: &mut Desk) -> Result<()> {
        let world = desk.outside.world.clone();
        match self {
            Add::Recovery { name, sheet } => recovery(desk, name.get()?, sheet.as_deref()),
            Add::Ssh { recipient, name } => {
                let (name, text) = (name.get()?, text_file(&world, &recipient)?);
                let mut session = desk.open_to_change()?;
                let name = keys::add_public(&mut session, MethodKind::SSH, text.expose(), name)?;
                said(desk, &name, "countersign --identity FILE, with the private key");
                Ok(())
            }
            Add::Plugin { stub, recipient, name } => {
                let (name, identity) = (name.get()?, text_file(&world, &stub)?);
                let recipient = recipient.map(|path| text_file(&world, &path)).transpose()?;
                let mut session = desk.open_to_change()?;
                let person = desk.outside.prompt.clone();
                let recipient = recipient.as_ref().map(SecretText::expose);
                let name = keys::add_plugin(&mut session, &identity, recipient, name, person)?;
                said(desk, &name, &format!("countersign --identity {name}"));
                Ok(())
            }
            Add::Person { recipient, name } => {
                let name = name.get()?;
                let mut session = desk.open_to_change()?;
                let name = keys::add_public(&mut session, MethodKind::PERSON, &recipient, name)?;
                said(desk, &name, "countersign --identity FILE, with their key, on their copy of the vault");
                desk.output.say("They can read and change everything in it");
                Ok(())
            }
        }
    }
}

fn said(desk: &mut Desk, name: &str, how: &str) {
    desk.output.say(&format!("Added {name}; unlock with it by {how}"));
}

/// Shown, asked back, and only then added.
fn recovery(desk: &mut Desk, name: Option<&str>, sheet: Option<&Path>) -> Result<()> {
    let asks = desk.outside.prompt.is_interactive() && !desk.globals.yes;
    if !asks && !desk.globals.yes {
        return Err(Error::new(
            ErrorKind::Usage,
            "a recovery key is shown and its end asked back, and there is no terminal to ask",
        )
        .hint("with --yes it counts without being asked back"));
    }
    let mut session = desk.open_to_change()?;
    let key = RecoveryKey::generate();
    let text = key.text();
    if let Some(path) = sheet {
        write_sheet(desk, path, &key)?;
    }
    if let Some(code) = keys::qr(&text) {
        desk.output.bytes(code.to_text(MARGIN, desk.output.color()).as_bytes());
    }
    desk.output.secret(&text);
    // A key that nobody has seen would be a way in that nobody has.
    if desk.output.is_broken() {
        return Err(Error::failed("the recovery key could not be printed, so it was not added"));
    }
    if asks {
        desk.output.say("Write it down, or print it. It is not shown again, and counts once you have typed its end.");
        let typed = desk.ask_secret(&format!("The last {} characters of the key: ", keys::ASKED_BACK))?;
        if !key.ends_with(&typed) {
            return Err(Error::failed("that is not how the key ends, so it was not added")
                .hint("start again: the next key is another one"));
        }
    }
    let name = key.add(&mut session, name)?;
    desk.output.say(&format!("Added {name}; type the key where the passphrase is asked for, or give --identity FILE"));
    Ok(())
}

fn write_sheet(desk: &mut Desk, path: &Path, key: &RecoveryKey) -> Result<()> {
    let storage = &desk.outside.world.storage;
    storage.write_new(path, key.sheet().as_bytes()).and_then(|()| storage.sync_file(path)).map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Error::new(ErrorKind::WouldOverwrite, format!("{} is there already", path.display())).hint("choose another name")
            }
            _ => Error::io("write", path, &error),
        }
    })?;
    desk.output.say(&format!("Wrote the page to {}; delete it once it is printed", path.display()));
    Ok(())
}

fn remove(desk: &mut Desk, name: &str) -> Result<()> {
    let mut session = desk.open_to_change()?;
    if !desk.agreed(&format!("Remove the unlock method {name}?"))? {
        desk.output.say("Nothing was removed");
        return Ok(());
    }
    let removed = keys::remove(&mut session, name)?;
    let name = &removed.name;
    if removed.kind.is_empty() {
        desk.output.say(&format!("Removed the file of {name}, which opened nothing"));
    } else {
        desk.output.say(&format!("Removed {name}: from now on it does not open the vault"));
    }
    if let Some(error) = &removed.left_behind {
        desk.output.warn(&format!("{}; it opens nothing", error.what));
    }
    tell_exposed(desk, &session, &removed.exposed);
    Ok(())
}

/// What the holder of a removed key may have read.
fn tell_exposed(desk: &mut Desk, session: &Session, exposed: &[crate::vault::entry::EntryId]) {
    if exposed.is_empty() {
        return;
    }
    let entries = count(exposed.len(), "entry", "entries");
    desk.output
        .say(&format!("Whoever holds it and an older copy can still read that copy. Enrol anew where it matters ({entries}):"));
    let mut names: Vec<String> = exposed.iter().filter_map(|id| session.vault().entry(*id)).map(|entry| called(entry)).collect();
    names.sort();
    names.iter().for_each(|name| desk.output.line(name));
}
