//! A look at one entry with the key that is remembered, for whoever waits for a code: of the entries only those that may be
//! meant are read, and nothing is written. Wherever opening the vault would have anything to tell or to do, there is none.

use super::conflicts::is_copy_of;
use super::files::Place;
use super::fold::PASSPHRASE;
use super::memory::Memory;
use super::remembered::remembered_key;
use super::{World, wild_clocks};
use crate::vault::{VERSION, Vault, schema, seal};
use memchr::{memchr2_iter, memmem};
use std::path::Path;
use zeroize::Zeroizing;

/// A part of a vault, not to be saved.
pub struct Glance {
    vault: Vault,
    payload: Zeroizing<Vec<u8>>,
    /// As [`super::OpenStore::path_digest`].
    pub path_digest: String,
}

/// The entries in whose text `word`, in the form of [`crate::words::folded`], may occur, and perhaps others. `None` where it
/// takes opening the vault to know.
pub fn glance(world: &World, folder: &Path, word: &str) -> Option<Glance> {
    let storage = &*world.storage;
    let place = Place::find(storage, folder).ok()?;
    let key = remembered_key(world, &place)?;
    let sealed = place.read_vault(storage).ok()?;
    let (payload, _) = seal::open_if_any(&sealed, &[key]).ok()??;
    let word = Word::new(word);
    let vault = schema::read_where(&payload, |text| word.may_be_in(text.as_bytes())).ok()?;
    let mut memory = Memory::load(world, &place);
    let is_usual = vault.version == VERSION
        && vault.unread.is_empty()
        && memory.is_as_seen(&vault)
        && (wild_clocks(&vault, world.clock.now()).is_none() || !memory.is_new_wild(vault.highest().wall_ms))
        && !has_copies(world, &place);
    is_usual.then(|| Glance { vault, payload, path_digest: super::path_digest(&place.folder) })
}

impl Glance {
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Whether a text occurs in the whole vault once: an id that does not would be joined from several entries.
    pub fn is_once(&self, text: &str) -> bool {
        memmem::find_iter(&self.payload, text.as_bytes()).take(2).count() == 1
    }
}

fn has_copies(world: &World, place: &Place) -> bool {
    let vault = place.vault_name();
    let any = |folder: &Path, file: &str| match world.storage.list(folder) {
        Ok(names) => names.iter().any(|name| is_copy_of(file, name)),
        Err(_) => true,
    };
    any(&place.folder, &vault) || any(place.unlock_folder(), PASSPHRASE)
}

/// The letters of ids, stamps, field names and base32, from the most frequent on.
const FREQUENT: &[u8] = b"-0123456789etisrcdnaoulgmhpfbkwvyjxzq";

/// A word that is looked for, folded, by that letter of it which is least frequent.
struct Word<'a> {
    letters: &'a [u8],
    rarest_at: usize,
}

impl Word<'_> {
    fn new(word: &str) -> Word<'_> {
        let rarity = |letter: u8| FREQUENT.iter().position(|frequent| *frequent == letter).unwrap_or(FREQUENT.len());
        let letters = word.as_bytes();
        Word { letters, rarest_at: (0..letters.len()).max_by_key(|at| rarity(letters[*at])).unwrap_or(0) }
    }

    /// Whether the text of an entry may stand for names that hold the word when they are folded. What has other letters than
    /// ASCII, or escapes, may stand for anything.
    fn may_be_in(&self, text: &[u8]) -> bool {
        let Some(rarest) = self.letters.get(self.rarest_at) else { return true };
        if !text.is_ascii() || memchr::memchr(b'\\', text).is_some() {
            return true;
        }
        let mut places = memchr2_iter(rarest.to_ascii_lowercase(), rarest.to_ascii_uppercase(), text);
        places.any(|at| {
            let here = at.checked_sub(self.rarest_at).and_then(|start| text.get(start..start + self.letters.len()));
            here.is_some_and(|here| here.eq_ignore_ascii_case(self.letters))
        })
    }
}
