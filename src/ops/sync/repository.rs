//! The verbs that a sync needs of git, all on its store of objects and refs: nothing here reads or writes a work tree.

use crate::error::{Error, ErrorKind, Result};
use crate::ports::{Git, GitCall, GitFailure, UnixMs};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What every commit says: nothing about who or what.
const MESSAGE: &str = "vault";
const REMOTE: &str = "origin";
pub const USUAL_BRANCH: &str = "main";

pub struct Repository<'g> {
    git: &'g dyn Git,
    /// The folder of git's own files, see [`store::repository_folder`](crate::vault::store::repository_folder).
    place: PathBuf,
    now: UnixMs,
    branch: String,
}

/// A commit and its tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    pub commit: String,
    pub tree: String,
}

/// What stands behind a name in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub mode: String,
    pub kind: String,
    pub id: String,
}

/// Path within the tree → item; folders are there, too.
pub type Tree = BTreeMap<Vec<u8>, Item>;

/// Why something did not reach the other side.
#[derive(Debug)]
pub enum Unreached {
    /// Somebody was faster: fetch again.
    Raced,
    /// It can't be reached, or refuses.
    Away(String),
}

impl<'g> Repository<'g> {
    /// The one at this place, which is there.
    pub fn open(git: &'g dyn Git, place: &Path, now: UnixMs) -> Result<Repository<'g>> {
        let mut repository = Repository { git, place: place.to_owned(), now, branch: String::new() };
        repository.branch = repository.maybe(&["symbolic-ref", "--quiet", "--short", "HEAD"])?.ok_or_else(|| {
            Error::failed(format!("the repository in {} is on no branch", place.display()))
                .hint("put it back on its branch with: git symbolic-ref HEAD refs/heads/main")
        })?;
        Ok(repository)
    }

    /// Makes one in a folder that is there, on the branch that the remote has.
    pub fn make(git: &'g dyn Git, place: &Path, now: UnixMs, remote: &str) -> Result<Repository<'g>> {
        let mut new = Repository { git, place: place.to_owned(), now, branch: USUAL_BRANCH.into() };
        new.text(&["init", "--quiet", "--bare", "--template=", "--initial-branch", USUAL_BRANCH])?;
        new.set_remote(remote)?;
        let heads = new.call(&["ls-remote", "--symref", REMOTE, "HEAD"], b"", true).map_err(not_reached)?;
        let heads = String::from_utf8_lossy(&heads).into_owned();
        let head = heads.lines().find_map(|line| line.strip_prefix("ref: refs/heads/")?.strip_suffix("\tHEAD"));
        if let Some(branch) = head.filter(|branch| *branch != USUAL_BRANCH) {
            new.text(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")])?;
            new.branch = branch.to_owned();
        }
        Ok(new)
    }

    /// Which vault it is of, as far as that was noted.
    pub fn vault(&self) -> Result<Option<String>> {
        Ok(self.maybe(&["config", "--get", "countersign.vault"])?.filter(|vault| !vault.is_empty()))
    }

    pub fn note_vault(&self, vault: &str) -> Result<()> {
        self.text(&["config", "countersign.vault", vault]).map(drop)
    }

    /// Begins anew, as for another vault: what was committed stays under a name of its own.
    pub fn begin_anew(&self) -> Result<()> {
        if let (Some(tip), _) = self.tips()? {
            self.text(&["update-ref", &format!("refs/kept/{}", tip.commit), &tip.commit])?;
            self.text(&["update-ref", "-d", &self.local_ref()])?;
        }
        self.text(&["update-ref", "-d", &self.remote_ref()])?;
        self.note_vault("")
    }

    /// What was fetched from another address before says nothing of this one.
    pub fn set_remote(&self, url: &str) -> Result<()> {
        if self.remote()?.is_some_and(|before| before != url) {
            self.text(&["update-ref", "-d", &self.remote_ref()])?;
        }
        self.text(&["config", &format!("remote.{REMOTE}.url"), url])?;
        self.text(&["config", &format!("remote.{REMOTE}.fetch"), &format!("+refs/heads/*:refs/remotes/{REMOTE}/*")]).map(drop)
    }

    pub fn remote(&self) -> Result<Option<String>> {
        self.maybe(&["config", "--get", &format!("remote.{REMOTE}.url")])
    }

    fn local_ref(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    fn remote_ref(&self) -> String {
        format!("refs/remotes/{REMOTE}/{}", self.branch)
    }

    /// Here, and there as last fetched.
    pub fn tips(&self) -> Result<(Option<Tip>, Option<Tip>)> {
        let (local, remote) = (self.local_ref(), self.remote_ref());
        let refs = self.text(&["for-each-ref", "--format=%(refname) %(objectname) %(tree)", &local, &remote])?;
        let tip = |name: &str| {
            refs.lines().find_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
                [found, commit, tree] if found == name => Some(Tip { commit: commit.into(), tree: tree.into() }),
                _ => None,
            })
        };
        Ok((tip(&local), tip(&remote)))
    }

    /// Fetches the branch. `false` where the other side has none yet.
    pub fn fetch(&self) -> std::result::Result<bool, Unreached> {
        let what = format!("+{}:{}", self.local_ref(), self.remote_ref());
        match self.call(&["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", REMOTE, &what], b"", true) {
            Ok(_) => Ok(true),
            Err(failure) if failure.said.contains("couldn't find remote ref") => Ok(false),
            Err(failure) if is_race(&failure) => Err(Unreached::Raced),
            Err(failure) => Err(Unreached::Away(failure.said)),
        }
    }

    pub fn push(&self, commit: &str) -> std::result::Result<(), Unreached> {
        let what = format!("{commit}:{}", self.local_ref());
        match self.call(&["push", "--quiet", "--no-verify", REMOTE, &what], b"", true) {
            Ok(_) => Ok(()),
            Err(failure) if is_race(&failure) => Err(Unreached::Raced),
            Err(failure) => Err(Unreached::Away(failure.said)),
        }
    }

    pub fn tree(&self, commit: &str) -> Result<Tree> {
        let listed = self.call(&["ls-tree", "-r", "-t", "-z", "--full-tree", commit], b"", false).map_err(failed)?;
        let mut tree = Tree::new();
        for line in listed.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let tab = line.iter().position(|byte| *byte == b'\t').unwrap_or(line.len());
            let facts = String::from_utf8_lossy(&line[..tab]).into_owned();
            let [mode, kind, id] = facts.split(' ').collect::<Vec<_>>()[..] else { continue };
            let path = line.get(tab + 1..).unwrap_or_default().to_vec();
            tree.insert(path, Item { mode: mode.into(), kind: kind.into(), id: id.into() });
        }
        Ok(tree)
    }

    pub fn blob(&self, id: &str) -> Result<Vec<u8>> {
        self.call(&["cat-file", "blob", id], b"", false).map_err(failed)
    }

    /// Puts bytes into the store of objects.
    pub fn keep_blob(&self, bytes: &[u8]) -> Result<Item> {
        let id = self.call(&["hash-object", "-w", "--stdin", "--no-filters"], bytes, false).map_err(failed)?;
        Ok(Item { mode: "100644".into(), kind: "blob".into(), id: line(&id) })
    }

    /// A tree of these names, each without a slash.
    pub fn keep_tree(&self, items: &BTreeMap<Vec<u8>, Item>) -> Result<String> {
        let mut input = Vec::new();
        for (name, Item { mode, kind, id }) in items {
            input.extend_from_slice(format!("{mode} {kind} {id}\t").as_bytes());
            input.extend_from_slice(name);
            input.push(0);
        }
        self.call(&["mktree", "-z"], &input, false).map(|id| line(&id)).map_err(failed)
    }

    pub fn commit(&self, tree: &str, parents: &[&str]) -> Result<String> {
        let mut arguments = vec!["commit-tree", "-m", MESSAGE];
        parents.iter().for_each(|parent| arguments.extend(["-p", parent]));
        arguments.push(tree);
        self.text(&arguments)
    }

    /// Moves the branch from `old`; an error where it was moved meanwhile.
    pub fn move_branch(&self, new: &str, old: Option<&str>) -> Result<()> {
        self.text(&["update-ref", &self.local_ref(), new, old.unwrap_or_default()]).map(drop)
    }

    pub fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>> {
        Ok(self.maybe(&["merge-base", one, other])?.and_then(|bases| bases.lines().next().map(str::to_owned)))
    }

    fn call(&self, arguments: &[&str], input: &[u8], remote: bool) -> std::result::Result<Vec<u8>, GitFailure> {
        self.git.run(GitCall { repository: &self.place, arguments, input, remote, now: self.now })
    }

    fn text(&self, arguments: &[&str]) -> Result<String> {
        self.call(arguments, b"", false).map(|output| line(&output)).map_err(failed)
    }

    /// `None` where git says no by the status 1.
    fn maybe(&self, arguments: &[&str]) -> Result<Option<String>> {
        match self.call(arguments, b"", false) {
            Ok(output) => Ok(Some(line(&output))),
            Err(GitFailure { status: Some(1), .. }) => Ok(None),
            Err(failure) => Err(failed(failure)),
        }
    }
}

fn line(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim_end().to_owned()
}

fn is_race(failure: &GitFailure) -> bool {
    let signs =
        ["fetch first", "non-fast-forward", "stale info", "cannot lock ref", "reference already exists", "failed to update ref"];
    signs.iter().any(|sign| failure.said.contains(sign))
}

fn failed(failure: GitFailure) -> Error {
    Error::failed(format!("git: {}", failure.said))
}

fn not_reached(failure: GitFailure) -> Error {
    Error::new(ErrorKind::Failed, format!("the repository can't be reached: {}", failure.said))
        .hint("check the address, and that git can fetch from it")
}
