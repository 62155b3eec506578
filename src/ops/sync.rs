//! Several machines by git: what is on the disk is committed, what the other side has is fetched and merged in memory, the
//! result is written through the store, committed with both parents and pushed. git's work tree is never used; without the
//! other side all stays committed here and goes with the next sync.

mod repository;
mod unlock;

use super::merge::{self, Difference, Judge};
use super::session::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Git;
use crate::vault::store::{self, VaultFiles, World, is_unlock_file};
use repository::{Item, Repository, Tip, Tree, Unreached};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What came of a sync.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Synced {
    pub brought: Difference,
    /// Whether anything went to the other side.
    pub sent: bool,
    /// Why the other side was not reached; all is committed here.
    pub unreached: Option<String>,
}

const VAULT: &[u8] = b"vault.age";
const UNLOCK: &[u8] = b"unlock";
/// What it is called in questions.
const COPY: &str = "the vault of the other machine";
/// How often others may be faster.
const TRIES: usize = 10;

/// The repository of a vault, where it is synced.
fn repository_of(world: &World, folder: &Path) -> Option<PathBuf> {
    Some(store::repository_folder(world, folder)).filter(|place| world.storage.facts(&place.join("HEAD")).is_ok())
}

/// Whether the vault's folder has a `.git`. Earlier versions synced through it, but whoever can write to the folder could
/// put one there and have git run programs, so it is never used.
pub fn has_own_git(world: &World, folder: &Path) -> bool {
    world.storage.facts(&folder.join(".git")).is_ok()
}

/// The address that the `.git` of the vault's folder names, as text: it may be anybody's.
fn named_in_own_git(world: &World, folder: &Path) -> Option<String> {
    let bytes = world.storage.read(&folder.join(".git/config"), 1 << 16).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let mut sections = text.split("\n[").filter_map(|section| section.strip_prefix("remote \"origin\"]"));
    let url = |line: &str| line.trim().strip_prefix("url")?.trim_start().strip_prefix('=').map(|url| url.trim().to_owned());
    let url = sections.find_map(|section| section.lines().find_map(url))?;
    // A name and a password may stand before the host.
    Some(match url.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split('/').next().unwrap_or_default();
            format!("{scheme}://{}", &rest[host.rfind('@').map_or(0, |at| at + 1)..])
        }
        None => url,
    })
}

/// Syncs the open vault. With `remote` that address is used from now on.
pub fn sync(session: &mut Session, git: &dyn Git, remote: Option<&str>, judge: &mut dyn Judge) -> Result<Synced> {
    let world = session.world().clone();
    let folder = session.folder().ok_or_else(|| Error::failed("the demo has no files"))?.to_owned();
    let mut before = match repository_of(&world, &folder).filter(|_| remote.is_some()) {
        Some(place) => Repository::open(git, &place, world.clock.now())?.remote()?,
        None => None,
    };
    let repository = set_up(&world, git, &folder, remote)?;
    let vault = store::fingerprint(session.vault());
    // At this path another vault may have been synced, with an address that is not for this one.
    if repository.vault()?.is_some_and(|known| known != vault) {
        before = None;
        if remote.is_none() {
            return Err(Error::new(
                ErrorKind::Usage,
                "another vault was synced from this folder before; this one is not synced yet",
            )
            .hint("name its repository with --remote URL: an empty one, or the one that other machines use"));
        }
        repository.begin_anew()?;
    }
    repository.note_vault(&vault)?;
    if remote.is_none() && repository.remote()?.is_none() {
        return Err(Error::new(ErrorKind::Usage, "no repository is known to sync with").hint("name it once with --remote URL"));
    }
    let synced = exchange(session, &repository, judge);
    // An address that led to nothing good is not kept.
    if let (Err(_), Some(before)) = (&synced, before) {
        repository.set_remote(&before)?;
    }
    synced
}

fn exchange(session: &mut Session, repository: &Repository<'_>, judge: &mut dyn Judge) -> Result<Synced> {
    let mut synced = Synced::default();
    for _ in 0..TRIES {
        session.refresh()?;
        let (head, known) = repository.tips()?;
        let head = commit_here(session, repository, head)?;
        let theirs = match repository.fetch() {
            Ok(true) => repository.tips()?.1,
            Ok(false) => None,
            Err(Unreached::Raced) => continue,
            // An address that never worked is a mistake, not a journey.
            Err(Unreached::Away(why)) if known.is_none() => {
                return Err(Error::failed(format!("the repository can't be reached: {why}"))
                    .hint("check the address, and that git can fetch from it; all is committed here"));
            }
            Err(Unreached::Away(why)) => return Ok(Synced { unreached: Some(why), ..synced }),
        };
        let head = match theirs {
            Some(theirs) if theirs.commit == head.commit => return Ok(synced),
            Some(theirs) => {
                let base = repository.merge_base(&head.commit, &theirs.commit)?;
                if base.as_ref() == Some(&theirs.commit) {
                    head.commit
                } else {
                    let meeting = Meeting::of(repository, base, head, theirs)?;
                    let brought = take_in(session, repository, &meeting, judge)?;
                    synced.brought.entries.extend(brought.entries);
                    synced.brought.others.extend(brought.others);
                    match join(session, repository, meeting)? {
                        Some(joined) => joined,
                        // Nothing of ours is missing there.
                        None => return Ok(synced),
                    }
                }
            }
            None => head.commit,
        };
        match repository.push(&head) {
            Ok(()) => return Ok(Synced { sent: true, ..synced }),
            Err(Unreached::Raced) => {}
            Err(Unreached::Away(why)) => return Ok(Synced { unreached: Some(why), ..synced }),
        }
    }
    Err(Error::new(ErrorKind::Busy, "others were faster each time the vault was sent").hint("all is committed here; sync again"))
}

/// Notes which vault was brought: another one in its place is not sent to its repository.
pub fn note_brought(session: &Session, git: &dyn Git) -> Result<()> {
    let world = session.world();
    let Some(place) = session.folder().and_then(|folder| repository_of(world, folder)) else { return Ok(()) };
    Repository::open(git, &place, world.clock.now())?.note_vault(&store::fingerprint(session.vault()))
}

/// The repository that a folder is synced with, also where its vault is gone.
pub fn known_remote(world: &World, git: &dyn Git, folder: &Path) -> Option<String> {
    Repository::open(git, &repository_of(world, folder)?, world.clock.now()).ok()?.remote().ok()?
}

/// Brings a vault to a folder that has none: from the other side, or what was committed here and never sent, where a vault
/// that was synced is gone; the next sync merges the two. It is not opened: its fingerprint is pinned by whoever unlocks it first.
pub fn bring(world: &World, git: &dyn Git, folder: &Path, remote: &str) -> Result<()> {
    world.storage.make_folder(folder).map_err(|error| Error::io("make", folder, &error))?;
    let folder = world.storage.canonical(folder).map_err(|error| Error::io("read", folder, &error))?;
    let before = known_remote(world, git, &folder);
    let repository = set_up(world, git, &folder, Some(remote))?;
    // What was never sent to another address is not what is asked for.
    if before.is_some() && before != repository.remote()? {
        repository.begin_anew()?;
    }
    let nothing = |what: &str| {
        Error::new(ErrorKind::NoVault, what).hint("create a vault with `countersign init`, and sync it with the same --remote")
    };
    let fetched = repository.fetch();
    let (head, theirs) = repository.tips()?;
    match fetched {
        Err(Unreached::Raced) => return Err(Error::failed("the repository is being changed").hint("try again in a moment")),
        Err(Unreached::Away(why)) if head.is_none() => {
            return Err(Error::failed(format!("the repository can't be reached: {why}")));
        }
        _ => {}
    }
    let unsent = match (&head, &theirs) {
        (Some(head), Some(theirs)) => repository.merge_base(&head.commit, &theirs.commit)?.as_ref() != Some(&head.commit),
        (head, _) => head.is_some(),
    };
    let from = if unsent { head.as_ref() } else { theirs.as_ref() }.ok_or_else(|| nothing("the repository is empty"))?;
    let files =
        read(&repository, &repository.tree(&from.commit)?)?.ok_or_else(|| nothing("the repository holds no vault.age"))?;
    store::receive(world, &folder, &files)?;
    match unsent {
        true => Ok(()),
        false => repository.move_branch(&from.commit, head.as_ref().map(|head| head.commit.as_str())),
    }
}

fn set_up<'g>(world: &World, git: &'g dyn Git, folder: &Path, remote: Option<&str>) -> Result<Repository<'g>> {
    let now = world.clock.now();
    let remote = remote.map(|remote| address(world, remote)).transpose()?;
    match (repository_of(world, folder), remote) {
        (Some(place), remote) => {
            let repository = Repository::open(git, &place, now)?;
            remote.map(|remote| repository.set_remote(&remote)).transpose()?;
            Ok(repository)
        }
        (None, Some(remote)) => {
            let place = store::repository_folder(world, folder);
            world.storage.make_folder(&place).map_err(|error| Error::io("make", &place, &error))?;
            Repository::make(git, &place, now, &remote)
        }
        (None, None) if has_own_git(world, folder) => {
            let named = named_in_own_git(world, folder).map_or_else(String::new, |url| format!("; it names {url}"));
            let what = "the vault is not synced with any repository, and the .git in its folder is not used: \
                        whoever can write to the folder could run programs by it";
            Err(Error::new(ErrorKind::Usage, what).hint(format!("name the repository with --remote URL, if you know it{named}")))
        }
        (None, None) => Err(Error::new(ErrorKind::Usage, "the vault is not synced with any repository yet")
            .hint("name one with --remote URL: an empty repository, or the one that other machines use")),
    }
}

/// A path on this machine is meant from where the person stands.
fn address(world: &World, remote: &str) -> Result<String> {
    if remote.is_empty() || remote.starts_with('-') {
        return Err(Error::new(ErrorKind::Usage, format!("{remote:?} is not the address of a repository")));
    }
    let path = world.storage.canonical(Path::new(remote)).ok();
    if path.is_none() && (remote.starts_with("./") || remote.starts_with("../")) {
        return Err(Error::failed(format!("there is no {remote}")));
    }
    Ok(path.and_then(|path| path.to_str().map(str::to_owned)).unwrap_or_else(|| remote.to_owned()))
}

/// Commits what is on the disk, if it differs.
fn commit_here(session: &mut Session, repository: &Repository<'_>, head: Option<Tip>) -> Result<Tip> {
    let files = session.store_mut()?.files()?;
    let before = head.as_ref().map(|head| repository.tree(&head.commit)).transpose()?.unwrap_or_default();
    if let Some(head) = head.as_ref().filter(|_| is_in(&files, &before)) {
        return Ok(head.clone());
    }
    let tree = tree_of(repository, &files, top_level(&before), &before)?;
    match head {
        Some(head) if head.tree == tree => Ok(head),
        head => {
            let parents: Vec<&str> = head.iter().map(|head| head.commit.as_str()).collect();
            let commit = repository.commit(&tree, &parents)?;
            repository.move_branch(&commit, parents.first().copied())?;
            Ok(Tip { commit, tree })
        }
    }
}

/// Two commits that have gone apart, with their trees and the one of what both come from.
struct Meeting {
    /// Nothing happened here since both were the same.
    is_behind: bool,
    head: Tip,
    theirs: Tip,
    base: Tree,
    our_tree: Tree,
    their_tree: Tree,
}

impl Meeting {
    fn of(repository: &Repository<'_>, base: Option<String>, head: Tip, theirs: Tip) -> Result<Meeting> {
        let is_behind = base.as_ref() == Some(&head.commit);
        let (our_tree, their_tree) = (repository.tree(&head.commit)?, repository.tree(&theirs.commit)?);
        let base = match base {
            _ if is_behind => our_tree.clone(),
            Some(base) => repository.tree(&base)?,
            None => Tree::new(),
        };
        Ok(Meeting { is_behind, head, theirs, base, our_tree, their_tree })
    }
}

/// Merges what the other side has into the vault on the disk.
fn take_in(session: &mut Session, repository: &Repository<'_>, meeting: &Meeting, judge: &mut dyn Judge) -> Result<Difference> {
    let Some(files) = read(repository, &meeting.their_tree)? else { return Ok(Difference::default()) };
    let copies = [merge::open(session, COPY, &files, judge)?];
    if merge::needs_trust(&copies) {
        let difference = merge::difference(session, &copies)?;
        if !difference.is_empty() && !judge.trusts(COPY, &difference)? {
            return Err(Error::new(ErrorKind::NotTrusted, "nothing was merged, and nothing was sent")
                .hint("what is here stays committed here"));
        }
    }
    let store = session.store_mut()?;
    let unlock = unlock::changes(store, meeting, &files, &copies[0])?;
    merge::fold(session, COPY, &copies, &unlock, judge)
}

/// Commits the disk with both parents. `None` where the branch could simply be moved to theirs.
fn join(session: &mut Session, repository: &Repository<'_>, meeting: Meeting) -> Result<Option<String>> {
    let Meeting { is_behind, head, theirs, base, our_tree, their_tree } = meeting;
    let (base, ours, others) = (top_level(&base), top_level(&our_tree), top_level(&their_tree));
    // What else lies in the repository goes by whoever changed it; where both did, ours stays.
    let mut beside = BTreeMap::new();
    for name in ours.keys().chain(others.keys()) {
        let chosen = if ours.get(name) == base.get(name) { others.get(name) } else { ours.get(name) };
        chosen.map(|item| beside.insert(name.clone(), item.clone()));
    }
    let known: Tree = our_tree.into_iter().chain(their_tree).collect();
    let files = session.store_mut()?.files()?;
    let tree = tree_of(repository, &files, beside, &known)?;
    if is_behind && tree == theirs.tree {
        repository.move_branch(&theirs.commit, Some(&head.commit))?;
        return Ok(None);
    }
    let commit = repository.commit(&tree, &[&head.commit, &theirs.commit])?;
    repository.move_branch(&commit, Some(&head.commit))?;
    Ok(Some(commit))
}

/// The tree of these files and of what lies beside them. Blobs that `known` has are not written again.
fn tree_of(repository: &Repository<'_>, files: &VaultFiles, mut beside: BTreeMap<Vec<u8>, Item>, known: &Tree) -> Result<String> {
    let keep = |path: &[u8], bytes: &[u8]| match known.get(path) {
        Some(item) if item.kind == "blob" && item.id == blob_id(bytes) => Ok(item.clone()),
        _ => repository.keep_blob(bytes),
    };
    let mut unlock = BTreeMap::new();
    for (name, bytes) in &files.unlock {
        unlock.insert(name.clone().into_bytes(), keep(&[UNLOCK, b"/", name.as_bytes()].concat(), bytes)?);
    }
    beside.insert(VAULT.to_vec(), keep(VAULT, &files.vault)?);
    if !unlock.is_empty() {
        let id = repository.keep_tree(&unlock)?;
        beside.insert(UNLOCK.to_vec(), Item { mode: "040000".into(), kind: "tree".into(), id });
    }
    repository.keep_tree(&beside)
}

/// Whether a tree has these very files. It may say no in a repository of another kind.
fn is_in(files: &VaultFiles, tree: &Tree) -> bool {
    let has = |path: &[u8], bytes: &[u8]| tree.get(path).is_some_and(|item| item.id == blob_id(bytes));
    let unlock = |(name, bytes): (&String, &Vec<u8>)| has(&[UNLOCK, b"/", name.as_bytes()].concat(), bytes);
    let number = tree.keys().filter(|path| path.starts_with(b"unlock/")).count();
    has(VAULT, &files.vault) && files.unlock.iter().all(unlock) && files.unlock.len() == number
}

/// git's name of a blob in repositories of the usual kind; another kind has longer names and is asked.
fn blob_id(bytes: &[u8]) -> String {
    use sha1::{Digest, Sha1};
    let mut hash = Sha1::new_with_prefix(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What lies beside the vault's own files.
fn top_level(tree: &Tree) -> BTreeMap<Vec<u8>, Item> {
    let is_other = |path: &[u8]| path != VAULT && path != UNLOCK && !path.contains(&b'/');
    tree.iter().filter(|(path, _)| is_other(path)).map(|(path, item)| (path.clone(), item.clone())).collect()
}

fn unlock_name(path: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(path.strip_prefix(UNLOCK)?.strip_prefix(b"/")?).ok()?;
    is_unlock_file(name).then(|| name.to_owned())
}

/// The vault's files of a tree; `None` where it has none.
fn read(repository: &Repository<'_>, tree: &Tree) -> Result<Option<VaultFiles>> {
    let blob = |item: &Item| if item.kind == "blob" { repository.blob(&item.id).map(Some) } else { Ok(None) };
    let Some(vault) = tree.get(VAULT).map(blob).transpose()?.flatten() else { return Ok(None) };
    let mut files = VaultFiles { vault, ..VaultFiles::default() };
    for (path, item) in tree {
        if let Some(name) = unlock_name(path) {
            blob(item)?.map(|bytes| files.unlock.insert(name, bytes));
        }
    }
    Ok(Some(files))
}
