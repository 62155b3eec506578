//! Bringing a backup back: what a file or folder is, what restoring it would change, the change itself, and a vault whose
//! own files are damaged or gone put back from it.

use super::backup::Policy;
use super::change::{self, Change, Reversal};
use super::export::draft_of;
use super::session::{Session, random_id};
use super::unlock::Opening;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Prompt;
use crate::secret::SecretText;
use crate::vault::backup::{self, Name};
use crate::vault::entry::Entry;
use crate::vault::seal::identity::Asking;
use crate::vault::stamp::Stamper;
use crate::vault::store::copies::{self, Parcel};
use crate::vault::store::{self, Standing, Trust, World};
use crate::vault::{VERSION, Vault, merge};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Some 700,000 entries.
const LONGEST: u64 = 256 << 20;

/// What a person named.
pub enum Source {
    /// A backup, or another folder that is a vault.
    Folder(Parcel),
    /// A `vault.age` alone.
    Sealed(Vec<u8>),
    /// What `countersign backup --output` wrote: one file under a passphrase.
    Wrapped(Vec<u8>),
}

impl Source {
    /// Whether a passphrase can open it, as far as the files tell.
    pub fn has_passphrase(&self) -> bool {
        match self {
            Source::Folder(parcel) => parcel.has_passphrase(),
            Source::Sealed(_) | Source::Wrapped(_) => true,
        }
    }
}

/// A copy that was opened.
#[derive(Debug)]
pub struct Copy {
    pub vault: Vault,
    /// Neither the keys in hand opened it nor the person by its passphrase: only a key that was replaced.
    pub by_retired_key: bool,
}

/// `named` is the name of a backup of this vault, or a path.
pub fn find(world: &World, vault_folder: &Path, named: &Path) -> Result<Source> {
    let storage = &*world.storage;
    let own = vault_folder.join(backup::FOLDER).join(named);
    let is_name = named.to_str().is_some_and(|text| Name::parse(text).is_some()) && storage.facts(&own).is_ok();
    let path: PathBuf = if is_name { own } else { named.to_owned() };
    let facts = storage.facts(&path).map_err(|error| {
        Error::io("read", &path, &error)
            .hint("countersign verify lists the backups; one of the second folder is named by its path")
    })?;
    if facts.is_folder {
        return backup::read(storage, &path).map(Source::Folder).map_err(|error| of_path(&path, error));
    }
    let bytes = storage.read_stream(&path, LONGEST).map_err(|error| Error::io("read", &path, &error))?;
    if copies::is_wrapped(&bytes) {
        return Ok(Source::Wrapped(bytes));
    }
    // The file of a folder that is a vault: its passphrase file lies beside it.
    let folder = path.parent().filter(|_| path.file_name().is_some_and(|name| name == "vault.age"));
    Ok(match folder.and_then(|folder| backup::read(storage, folder).ok()) {
        Some(parcel) => Source::Folder(parcel),
        None => Source::Sealed(bytes),
    })
}

fn of_path(path: &Path, error: Error) -> Error {
    Error { what: format!("{}: {}", path.display(), error.what), ..error }
}

/// Opens it with the keys in hand, or with those that were replaced, or with a passphrase. `NeedsPassword` where none was given
/// and one could help.
pub fn open(session: &Session, source: &Source, passphrase: Option<&SecretText>) -> Result<Copy> {
    let (store, _) = session.on_disk().ok_or_else(|| Error::failed("the demo has no backups"))?;
    let sealed = match source {
        Source::Folder(parcel) => Some(parcel.sealed()?),
        Source::Sealed(bytes) => Some(bytes.as_slice()),
        Source::Wrapped(_) => None,
    };
    let by_key = sealed.map(|sealed| store.open_copy(sealed));
    if let (Some(Ok(opened)), None) = (&by_key, passphrase) {
        return same_vault(session, Copy { vault: opened.vault.clone(), by_retired_key: opened.by_retired_key });
    }
    let vault = match (source, passphrase) {
        (Source::Folder(parcel), Some(passphrase)) => parcel.open(passphrase)?,
        (Source::Wrapped(bytes), Some(passphrase)) => copies::open_wrapped(bytes, passphrase)?,
        (Source::Sealed(_), _) => {
            return match by_key {
                Some(Ok(opened)) => same_vault(session, Copy { vault: opened.vault, by_retired_key: opened.by_retired_key }),
                Some(Err(error)) => Err(error),
                None => Err(Error::new(ErrorKind::VaultDamaged, "it does not open")),
            };
        }
        (_, None) => {
            return Err(Error::new(ErrorKind::NeedsPassword, "the backup opens only with its own passphrase")
                .hint("give it with --password-file FILE"));
        }
    };
    same_vault(session, Copy { vault, by_retired_key: false })
}

fn same_vault(session: &Session, copy: Copy) -> Result<Copy> {
    // The refusal is the merge's own.
    match copy.vault.id == session.vault().id {
        true => Ok(copy),
        false => merge::vault(session.vault(), &copy.vault).map(|_| copy),
    }
}

/// How a backup comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Whatever is newer stays: on either side.
    Merge,
    /// The entries become those of the backup, as edits of now: others get them too. Unlock methods stay those of now.
    Replace,
}

/// The change that restores a copy; `None` where nothing would change.
pub fn change(session: &Session, copy: &Vault, how: How) -> Result<Option<Change>> {
    if copy.version > VERSION {
        return Err(Error::new(
            ErrorKind::ReadOnly,
            format!("a newer version of countersign made this backup (format {})", copy.version),
        )
        .hint("restore it with that version"));
    }
    // Who can open the vault is no matter of a backup: one made elsewhere would put its own passphrase in the place of this one.
    let copy = &without_methods(copy);
    let merged = merge::vault(session.vault(), copy)?;
    let merging = Change::MergeCopy(Arc::new(copy.clone()));
    if how == How::Merge {
        return Ok((merged != *session.vault()).then_some(merging));
    }
    let mut reversals = Vec::new();
    let mut lost = Vec::new();
    for before in copy.entries.iter().filter(|entry| !entry.is_purged()) {
        match merged.entry(before.id) {
            Some(after) if after.is_purged() => lost.push(draft_of(before)),
            Some(after) if after != before => reversals.push(Reversal { before: before.clone(), after: after.clone() }),
            _ => {}
        }
    }
    let kept = |entry: &&Arc<Entry>| copy.entry(entry.id).is_none();
    let added: Vec<_> = merged.active().filter(kept).map(|entry| entry.id).collect();
    let all = vec![merging, Change::Revert(reversals), Change::Delete(added), Change::Import { add: lost, replace: Vec::new() }];
    let change = Change::Several(all);
    let difference = difference(session.vault(), &preview(session, &change)?);
    Ok((!difference.is_empty()).then_some(change))
}

fn without_methods(copy: &Vault) -> Vault {
    let mut copy = Vault { methods: Vec::new(), ..copy.clone() };
    copy.extra.remove("methods");
    copy
}

/// What the vault would be.
pub fn preview(session: &Session, change: &Change) -> Result<Vault> {
    let world = session.world();
    let mut vault = session.vault().clone();
    let mut stamper = Stamper::new(world.clock.now(), 0, vault.highest());
    let mut new_id = || random_id(&*world.entropy);
    change::apply(&mut vault, &mut stamper, &mut new_id, change.clone())?;
    Ok(vault)
}

/// What differs between two states of a vault, by the names of the entries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Not there now, or in the trash.
    pub back: Vec<String>,
    /// With the fields that change.
    pub changed: Vec<(String, Vec<&'static str>)>,
    /// To the trash.
    pub away: Vec<String>,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.back.is_empty() && self.changed.is_empty() && self.away.is_empty()
    }

    /// `2 come back, 1 changes`
    pub fn tally(&self) -> String {
        let count = |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
        let parts = [
            (self.back.len(), count(self.back.len(), "entry comes back", "entries come back")),
            (self.changed.len(), count(self.changed.len(), "entry changes", "entries change")),
            (self.away.len(), count(self.away.len(), "entry goes to the trash", "entries go to the trash")),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect();
        if parts.is_empty() { "no entry changes".into() } else { parts.join(", ") }
    }
}

pub fn difference(now: &Vault, then: &Vault) -> Difference {
    let mut difference = Difference::default();
    for after in then.active() {
        match now.entry(after.id).filter(|before| !before.is_deleted() && !before.is_purged()) {
            None => difference.back.push(after.called()),
            Some(before) => {
                let fields = changed_fields(before, after);
                if !fields.is_empty() {
                    difference.changed.push((after.called(), fields));
                }
            }
        }
    }
    let gone = |entry: &&Arc<Entry>| then.entry(entry.id).is_none_or(|entry| entry.is_deleted() || entry.is_purged());
    difference.away = now.active().filter(gone).map(|entry| entry.called()).collect();
    difference
}

fn changed_fields(before: &Entry, after: &Entry) -> Vec<&'static str> {
    let codes =
        |entry: &Entry| entry.recovery_codes.value.iter().map(|code| (code.code.clone(), code.used.value)).collect::<Vec<_>>();
    let candidate = |entry: &Entry| entry.candidate.as_ref().map(|candidate| candidate.value.clone());
    let fields = [
        ("issuer", before.issuer.value != after.issuer.value),
        ("account", before.account.value != after.account.value),
        ("secret or parameters", before.credential.value != after.credential.value),
        ("counter", before.counter != after.counter),
        ("new secret", candidate(before) != candidate(after)),
        ("tags", !before.tags().eq(after.tags())),
        ("note", before.note.value != after.note.value),
        ("recovery codes", codes(before) != codes(after)),
        ("pinned", before.pinned.value != after.pinned.value),
        ("status", before.status.value != after.status.value),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// Where a vault was put back.
pub struct Mended {
    pub session: Session,
    /// The folder of what was there before, if anything was.
    pub aside: Option<PathBuf>,
}

/// Puts a copy in the place of a vault that is damaged, or where there is none. It is opened by `opening`, and so will the
/// vault be. What is there is set aside first. A `vault.age` that is whole stays: of a backup whose key opens it the passphrase
/// file alone is put back, any other is refused.
pub fn mend(
    world: &World,
    folder: &Path,
    source: &Source,
    opening: &Opening,
    person: Arc<dyn Prompt>,
    trust: Trust,
    policy: &Policy,
) -> Result<Mended> {
    let asking = Asking::new(person.clone());
    let open = |parcel: &Parcel| opening.open_parcel(world, folder, parcel, &asking);
    let (parcel, vault, standing) = match source {
        Source::Folder(parcel) => {
            let (vault, standing) = open(parcel)?;
            (Parcel { files: parcel.files.clone() }, vault, standing)
        }
        Source::Sealed(bytes) => {
            let mut parcel = backup::read_beside(&*world.storage, folder)?;
            parcel.files.push(("vault.age".into(), bytes.clone()));
            let (vault, standing) = open(&parcel)?;
            (parcel, vault, standing)
        }
        Source::Wrapped(bytes) => {
            let Opening::Passphrase(passphrase) = opening else {
                return Err(Error::new(ErrorKind::NeedsPassword, "the backup opens only with its own passphrase")
                    .hint("give it with --password-file FILE"));
            };
            let vault = copies::open_wrapped(bytes, passphrase)?;
            let work_factor = copies::work_factor(bytes).unwrap_or(store::DEFAULT_WORK_FACTOR);
            let (parcel, vault) = copies::pack(world, vault, passphrase, work_factor)?;
            // Its key is new: it opens no vault that is there.
            let standing = match store::standing(world, folder, &[], Some(passphrase))? {
                Standing::Open => Standing::Shut,
                standing => standing,
            };
            (parcel, vault, standing)
        }
    };
    let now = backup::Name::new(world.clock.now() / 1000, backup::Why::Restore).to_string();
    let aside = format!("{}-{}", now.split_at(18).0, backup::ASIDE);
    let aside = match (standing, opening.passphrase()) {
        (Standing::Fallen, _) => copies::put_back(world, folder, &parcel, &vault, trust, &aside)?,
        (Standing::Open, Some(_)) => store::put_passphrase_back(world, folder, &parcel, &aside)?,
        (Standing::Open | Standing::Shut, _) => return Err(store::shut(folder)),
    };
    let session = opening.unlock(world, folder, person, trust)?.with_backups(policy);
    Ok(Mended { session, aside })
}

/// What the newest backup could bring back to a vault of which an older state was put back.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub name: Name,
    pub change: Change,
    pub difference: Difference,
}

/// `None` where the state is not older than one seen before, or no backup has anything to bring.
pub fn offer(session: &Session) -> Option<Offer> {
    let (store, backups) = session.on_disk()?;
    if !store.is_older_state() {
        return None;
    }
    let newest = backups.places(store).into_iter().filter_map(|place| backup::newest_that_opens(store, &place.folder));
    let (name, copy) = newest.max_by_key(|(name, _)| *name)?;
    let change = change(session, &copy, How::Merge).ok()??;
    let difference = difference(session.vault(), &preview(session, &change).ok()?);
    Some(Offer { name, change, difference })
}
