//! Several machines through git: real git, real folders, a repository between them that goes away and comes back.

use crate::support::faulty::Faulty;
use crate::support::judge::Answers;
use crate::support::rekey::{add_method, change_passphrase};
use crate::support::store::passphrase;
use crate::support::world::{FakeClock, FakeEntropy, FakeKeyring, Nobody};
use crate::support::{is_again, is_installed, run_again, this_program};
use countersign::error::{ErrorKind, Result};
use countersign::ops::change::{Change, Edit};
use countersign::ops::merge as ops_merge;
use countersign::ops::session::Session;
use countersign::ops::sync::{self, Synced};
use countersign::otp::{Credential, Kind};
use countersign::ports::disk::Disk;
use countersign::ports::git::SystemGit;
use countersign::ports::{Git, GitCall, GitFailure};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::Draft;
use countersign::vault::backup::{self, Why};
use countersign::vault::entry::EntryId;
use countersign::vault::seal::identity::Identities;
use countersign::vault::seal::{self, MethodKey};
use countersign::vault::store::{self, Keep, NewMethod, Trust, UnlockChanges, VaultFiles, World};
use countersign::vault::{MethodKind, Vault, merge};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// git's verbs that know nothing of a work tree.
const ALLOWED: [&str; 15] = [
    "cat-file",
    "commit-tree",
    "config",
    "fetch",
    "for-each-ref",
    "hash-object",
    "init",
    "ls-remote",
    "ls-tree",
    "merge-base",
    "mktree",
    "push",
    "rev-parse",
    "symbolic-ref",
    "update-ref",
];

/// The system's git, with a cable that can be pulled, and somebody who may be faster.
struct Cable {
    pulled: Cell<bool>,
    verbs: RefCell<BTreeSet<String>>,
    before_push: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Cable {
    fn new() -> Cable {
        Cable { pulled: Cell::new(false), verbs: RefCell::default(), before_push: RefCell::new(None) }
    }
}

impl Git for Cable {
    fn run(&self, call: GitCall<'_>) -> std::result::Result<Vec<u8>, GitFailure> {
        let verb = call.arguments[0];
        assert!(ALLOWED.contains(&verb), "{:?}", call.arguments);
        self.verbs.borrow_mut().insert(verb.to_owned());
        if call.remote && self.pulled.get() {
            return Err(GitFailure { said: "fatal: unable to access: no route to host".into(), status: Some(128) });
        }
        let faster = if verb == "push" { self.before_push.borrow_mut().take() } else { None };
        if let Some(faster) = faster {
            faster();
        }
        SystemGit { interactive: false }.run(call)
    }
}

struct Machine {
    world: World,
    clock: Arc<FakeClock>,
    folder: PathBuf,
    session: Option<Session>,
}

impl Machine {
    fn new(home: &Path, number: u64) -> Machine {
        let clock = Arc::new(FakeClock::at(crate::support::store::TODAY + number));
        let world = World {
            storage: Arc::new(Disk),
            clock: clock.clone(),
            entropy: Arc::new(FakeEntropy::seed(7 + 1000 * number)),
            keyring: Arc::new(FakeKeyring::default()),
            state_folder: home.join(format!("state {number}")),
        };
        Machine { world, clock, folder: home.join(format!("machine {number}")), session: None }
    }

    fn open_with(&mut self, passphrase: &SecretText) -> &mut Session {
        self.session.insert(Session::unlock(&self.world, &self.folder, passphrase, Trust::Pinned).unwrap())
    }

    fn open(&mut self) -> &mut Session {
        if self.session.is_none() {
            self.open_with(&passphrase());
        }
        self.session.as_mut().unwrap()
    }

    /// By an age key instead of the passphrase.
    fn open_by(&mut self, key: &MethodKey) -> &mut Session {
        let keys = Identities::parse(&key.text(), "key").unwrap();
        let session = Session::unlock_by(&self.world, &self.folder, &keys, Arc::new(Nobody), Trust::Pinned);
        self.session.insert(session.unwrap())
    }

    /// The files under `unlock/`, and the methods in use.
    fn methods(&mut self) -> (Vec<String>, Vec<String>) {
        let mut files: Vec<String> = std::fs::read_dir(self.folder.join("unlock"))
            .into_iter()
            .flatten()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let store = self.open().store_mut().unwrap();
        (files, store.methods().into_iter().map(|method| format!("{} {:?}", method.name, method.state)).collect())
    }

    fn enrol(&mut self, issuer: &str) -> EntryId {
        let secret = Secret::new(issuer.as_bytes().to_vec());
        let draft = Draft { issuer: issuer.into(), ..Draft::new(Credential::new(Kind::Totp, secret)) };
        self.clock.advance(Duration::from_secs(1));
        self.open().apply(Change::Enrol(vec![draft])).unwrap().ids[0]
    }

    fn sync(&mut self, git: &dyn Git) -> Result<Synced> {
        self.ask(git, &mut Answers::default())
    }

    fn ask(&mut self, git: &dyn Git, answers: &mut Answers) -> Result<Synced> {
        sync::sync(self.open(), git, None, answers)
    }

    fn repository(&self) -> PathBuf {
        store::repository_folder(&self.world, &self.folder)
    }

    fn labels(&mut self) -> Vec<String> {
        let mut labels: Vec<String> = self.open().vault().active().map(|entry| entry.label().to_owned()).collect();
        labels.sort();
        labels
    }
}

/// A bare repository, one machine with a vault that is synced with it, and others that were brought the vault from there.
struct Net {
    home: tempfile::TempDir,
    hub: String,
    git: Cable,
    machines: Vec<Machine>,
}

impl Net {
    fn of(count: u64) -> Net {
        Net::seeded(count, 0)
    }

    /// Vaults of different seeds are different ones.
    fn seeded(count: u64, seed: u64) -> Net {
        let home = tempfile::tempdir().unwrap();
        let hub = home.path().join("hub.git").to_str().unwrap().to_owned();
        git(home.path(), &["init", "--quiet", "--bare", "--initial-branch=main", &hub]);
        let cable = Cable::new();
        let mut first = Machine::new(home.path(), seed);
        store::create(&first.world, &first.folder, &passphrase(), 1).unwrap();
        sync::sync(first.open(), &cable, Some(&hub), &mut Answers::default()).unwrap();
        let mut machines = vec![first];
        for number in 1..count {
            let mut machine = Machine::new(home.path(), seed + number);
            sync::bring(&machine.world, &cable, &machine.folder, &hub).unwrap();
            machine.open();
            machines.push(machine);
        }
        Net { home, hub, git: cable, machines }
    }

    fn sync(&mut self, machine: usize) -> Synced {
        self.machines[machine].sync(&self.git).unwrap()
    }

    fn log(&self) -> String {
        git(self.home.path(), &["--git-dir", &self.hub, "log", "--format=%an %ae %cn %ce %s", "main"])
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Whether the test runs now: with git, in a process whose environment knows no user's settings.
fn alone(test: &str) -> bool {
    let test = format!("syncing::{test}");
    if !is_installed("git") {
        println!("skipped: git is not installed");
        return false;
    }
    if is_again(&test) {
        return true;
    }
    let home = tempfile::tempdir().unwrap();
    let mut program = Command::new(this_program());
    program.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path());
    program.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    run_again(program, &test);
    false
}

/// xorshift
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

#[test]
fn three_machines_converge_after_200_rounds_of_edits_with_spans_offline_and_lose_none() {
    if !alone("three_machines_converge_after_200_rounds_of_edits_with_spans_offline_and_lose_none") {
        return;
    }
    let mut net = Net::of(3);
    let mut chance = Chance(20_261_125);
    let mut offline_until = [0; 3];
    // Every entry with the tags that were put on it: neither is ever taken away.
    let mut made: BTreeMap<EntryId, BTreeSet<String>> = BTreeMap::new();
    let mut counts = [0; 3];
    for round in 0..200 {
        let at = chance.below(3);
        if chance.below(12) == 0 {
            offline_until[at] = round + 5 + chance.below(25);
        }
        net.git.pulled.set(round < offline_until[at]);
        let machine = &mut net.machines[at];
        machine.clock.advance(Duration::from_millis(chance.below(5000) as u64));
        for edit in 0..1 + chance.below(2) {
            let known: Vec<EntryId> = machine.open().vault().active().map(|entry| entry.id).collect();
            if known.is_empty() || chance.below(3) == 0 {
                made.insert(machine.enrol(&format!("{round}.{edit}")), BTreeSet::new());
                continue;
            }
            let id = known[chance.below(known.len())];
            let tag = format!("{round}.{edit}");
            let note = Some(format!("note of round {round}"));
            machine.open().apply(Change::Edit(id, Edit { tag: vec![tag.clone()], note, ..Edit::default() })).unwrap();
            made.get_mut(&id).unwrap().insert(tag);
        }
        if chance.below(5) < 3 {
            let synced = net.sync(at);
            counts[usize::from(synced.unreached.is_some())] += 1;
            counts[2] += usize::from(!synced.brought.is_empty());
        }
    }
    assert!(counts.iter().all(|count| *count > 20), "synced, not reached, brought something: {counts:?}");
    // In whatever order they are joined, the same comes out.
    let apart: Vec<Vault> = net.machines.iter_mut().map(|machine| machine.open().vault().clone()).collect();
    let join = |order: [usize; 3]| {
        order[1..].iter().fold(apart[order[0]].clone(), |joined, at| merge::vault(&joined, &apart[*at]).unwrap())
    };
    let all = join([0, 1, 2]);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert!(join(order) == all, "{order:?}");
    }
    net.git.pulled.set(false);
    for machine in [0, 1, 2, 0, 1] {
        net.sync(machine);
    }
    let files: Vec<Vec<u8>> =
        net.machines.iter().map(|machine| std::fs::read(machine.folder.join("vault.age")).unwrap()).collect();
    assert!(files[0] == files[1] && files[1] == files[2], "the machines have the same file in the end");
    for machine in &mut net.machines {
        let vault = machine.open().vault().clone();
        assert!(vault == all);
        let kept: BTreeMap<EntryId, BTreeSet<String>> =
            vault.active().map(|entry| (entry.id, entry.tags().map(str::to_owned).collect())).collect();
        assert_eq!(kept, made);
    }
    // The last ones to sync had nothing to tell each other.
    let last = net.sync(2);
    assert_eq!(last, Synced::default());
    let log = net.log();
    assert!(log.lines().all(|line| line == "countersign countersign@localhost countersign countersign@localhost vault"), "{log}");
}

#[test]
fn nothing_but_the_vaults_files_travels_and_the_work_tree_and_hooks_are_left_alone() {
    if !alone("nothing_but_the_vaults_files_travels_and_the_work_tree_and_hooks_are_left_alone") {
        return;
    }
    let mut net = Net::of(2);
    let folder = net.machines[0].folder.clone();
    let repositories = [net.machines[0].repository(), net.machines[1].repository()];
    let trace = net.home.path().join("trace");
    let script = format!("#!/bin/sh\necho \"$0\" >> '{}'\n", trace.display());
    for repository in &repositories {
        std::fs::create_dir_all(repository.join("hooks")).unwrap();
        for hook in ["pre-push", "reference-transaction", "post-checkout", "post-merge", "pre-commit", "monitor"] {
            let path = repository.join("hooks").join(hook);
            std::fs::write(&path, &script).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        }
    }
    for repository in &repositories {
        let monitor = repository.join("hooks/monitor");
        git(repository, &["config", "core.fsmonitor", monitor.to_str().unwrap()]);
    }
    std::fs::create_dir_all(folder.join("backups/x")).unwrap();
    std::fs::write(folder.join("backups/x/vault.age"), "a backup").unwrap();
    std::fs::write(folder.join("README"), "mine").unwrap();
    net.machines[0].enrol("GitHub");
    net.sync(0);
    assert!(net.sync(1).brought.tally() == "1 new");
    net.machines[1].enrol("Forge");
    net.sync(1);
    net.sync(0);
    assert!(!trace.exists(), "{}", std::fs::read_to_string(&trace).unwrap_or_default());
    let there = git(net.home.path(), &["--git-dir", &net.hub, "ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(there, "unlock/passphrase.age\nvault.age\n");
    assert_eq!(std::fs::read_to_string(folder.join("README")).unwrap(), "mine");
    assert!(!folder.join(".git").exists());
    let used: Vec<String> = net.git.verbs.borrow().iter().cloned().collect();
    assert!(used.iter().any(|verb| verb == "commit-tree"), "{used:?}");
}

/// Keys of git's configuration that name a program, or lead to one: those of git-config(1).
const PROGRAMS: &[&str] = &[
    "alias.fetch",
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.external",
    "diff.vault.command",
    "diff.vault.textconv",
    "filter.vault.clean",
    "filter.vault.process",
    "filter.vault.smudge",
    "gpg.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "merge.vault.driver",
    "pager.fetch",
    "receive.procReceiveRefs",
    "remote.origin.receivepack",
    "remote.origin.uploadpack",
    "sequence.editor",
    "ssh.variant",
    "trailer.vault.command",
    "uploadpack.packObjectsHook",
];

/// Whoever can write to the vault's folder had `sync` run any program by a configuration there, also where nothing was synced.
#[test]
fn a_git_folder_that_somebody_planted_beside_the_vault_runs_nothing() {
    if !alone("a_git_folder_that_somebody_planted_beside_the_vault_runs_nothing") {
        return;
    }
    let mut net = Net::of(1);
    let trace = net.home.path().join("trace");
    let evil = net.home.path().join("evil");
    std::fs::write(&evil, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\n", trace.display())).unwrap();
    std::fs::set_permissions(&evil, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let (evil, home) = (evil.to_str().unwrap().to_owned(), net.home.path().to_str().unwrap().to_owned());
    let plant = |folder: &Path, hub: &str| {
        git(folder, &["init", "--quiet", "--initial-branch=main"]);
        let settings = PROGRAMS.iter().map(|key| (*key, evil.as_str()));
        let included = folder.join(".git/more");
        std::fs::write(
            &included,
            format!("[core]\n\tsshCommand = {evil}\n\thooksPath = {}\n", folder.join(".git/hooks").display()),
        )
        .unwrap();
        let others = [
            ("remote.origin.url", hub),
            ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
            ("remote.origin.vcs", "evil"),
            ("protocol.ext.allow", "always"),
            ("include.path", included.to_str().unwrap()),
            ("core.hooksPath", home.as_str()),
            ("core.worktree", "/"),
        ];
        for (key, value) in settings.chain(others) {
            std::fs::OpenOptions::new()
                .append(true)
                .open(folder.join(".git/config"))
                .and_then(|mut config| {
                    let (section, name) = key.rsplit_once('.').unwrap();
                    let section = match section.split_once('.') {
                        Some((section, sub)) => format!("{section} \"{sub}\""),
                        None => section.to_owned(),
                    };
                    std::io::Write::write_all(&mut config, format!("[{section}]\n\t{name} = {value}\n").as_bytes())
                })
                .unwrap();
        }
        std::fs::read(folder.join(".git/config")).unwrap()
    };
    let ran = || std::fs::read_to_string(&trace).unwrap_or_default();

    // Where the vault is synced already.
    let folder = net.machines[0].folder.clone();
    let config = plant(&folder, "ssh://evil.example/vault.git");
    net.machines[0].enrol("GitHub");
    assert!(net.sync(0).sent);
    assert_eq!((ran(), std::fs::read(folder.join(".git/config")).unwrap()), (String::new(), config));

    // Where nothing was ever synced: the address in it is named, and not used.
    let mut alone = Machine::new(net.home.path(), 5);
    store::create(&alone.world, &alone.folder, &passphrase(), 1).unwrap();
    plant(&alone.folder, "https://me:token@evil.example/v.git");
    let error = alone.sync(&net.git).unwrap_err();
    assert_eq!(
        (error.kind, error.hint.as_deref()),
        (ErrorKind::Usage, Some("name the repository with --remote URL, if you know it; it names https://evil.example/v.git"))
    );
    assert_eq!(sync::known_remote(&alone.world, &net.git, &alone.folder), None);
    let other = net.home.path().join("other.git").to_str().unwrap().to_owned();
    git(net.home.path(), &["init", "--quiet", "--bare", "--initial-branch=main", &other]);
    assert!(sync::sync(alone.open(), &net.git, Some(&other), &mut Answers::default()).unwrap().sent);
    assert_eq!(ran(), "");
}

#[test]
fn what_people_keep_beside_the_vault_in_the_repository_goes_along() {
    if !alone("what_people_keep_beside_the_vault_in_the_repository_goes_along") {
        return;
    }
    let mut net = Net::of(2);
    let clone = net.home.path().join("clone");
    git(net.home.path(), &["clone", "--quiet", &net.hub, clone.to_str().unwrap()]);
    std::fs::create_dir(clone.join("docs")).unwrap();
    std::fs::write(clone.join("docs/notes"), "by hand").unwrap();
    git(&clone, &["add", "docs"]);
    git(&clone, &["-c", "user.name=h", "-c", "user.email=h@x", "commit", "--quiet", "-m", "notes"]);
    git(&clone, &["push", "--quiet", "origin", "HEAD:main"]);
    net.machines[0].enrol("GitHub");
    net.sync(0);
    net.machines[1].enrol("Forge");
    net.sync(1);
    assert_eq!(net.machines[1].labels(), ["Forge", "GitHub"]);
    let there = git(net.home.path(), &["--git-dir", &net.hub, "ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(there, "docs/notes\nunlock/passphrase.age\nvault.age\n");
    assert!(!net.machines[0].folder.join("docs").exists());
}

#[test]
fn whoever_is_faster_at_the_push_is_merged_and_the_push_tried_again() {
    if !alone("whoever_is_faster_at_the_push_is_merged_and_the_push_tried_again") {
        return;
    }
    let mut net = Net::of(3);
    let mut faster = net.machines.pop().unwrap();
    net.machines[0].enrol("GitHub");
    *net.git.before_push.borrow_mut() = Some(Box::new(move || {
        faster.enrol("from the faster one");
        faster.sync(&SystemGit { interactive: false }).unwrap();
    }));
    let synced = net.sync(0);
    assert_eq!((synced.brought.tally().as_str(), synced.sent), ("1 new", true));
    net.sync(1);
    assert_eq!(net.machines[1].labels(), ["GitHub", "from the faster one"]);
}

#[test]
fn without_the_other_side_all_is_committed_and_goes_later() {
    if !alone("without_the_other_side_all_is_committed_and_goes_later") {
        return;
    }
    let mut net = Net::of(2);
    net.machines[0].enrol("GitHub");
    net.git.pulled.set(true);
    let synced = net.sync(0);
    assert_eq!(synced.unreached.as_deref(), Some("fatal: unable to access: no route to host"));
    let repository = net.machines[0].repository();
    assert_eq!(git(&repository, &["rev-list", "--count", "origin/main..main"]), "1\n");
    net.git.pulled.set(false);
    assert!(net.sync(0).sent);
    net.sync(1);
    assert_eq!(net.machines[1].labels(), ["GitHub"]);
    // An address that never worked is a mistake.
    let error = sync::sync(net.machines[0].open(), &net.git, Some("/nowhere/at/all"), &mut Answers::default()).unwrap_err();
    assert!(error.what.starts_with("the repository can't be reached: "), "{error}");
    assert_eq!(git(&repository, &["config", "remote.origin.url"]).trim(), net.hub, "the one before is used again");
    assert_eq!(net.sync(0).unreached, None);
    let mut fresh = Machine::new(net.home.path(), 9);
    let error = sync::bring(&fresh.world, &net.git, &fresh.folder, "/nowhere/at/all").unwrap_err();
    assert!(error.what.starts_with("the repository can't be reached: "), "{error}");
    assert_eq!(store::presence(&fresh.world, &fresh.folder).unwrap(), store::Presence::Nothing);
    sync::bring(&fresh.world, &net.git, &fresh.folder, &net.hub).unwrap();
    assert_eq!(fresh.labels(), ["GitHub"]);
}

#[test]
fn an_empty_repository_or_one_without_a_vault_brings_nothing() {
    if !alone("an_empty_repository_or_one_without_a_vault_brings_nothing") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let hub = home.path().join("hub.git");
    git(home.path(), &["init", "--quiet", "--bare", "--initial-branch=trunk", hub.to_str().unwrap()]);
    let machine = Machine::new(home.path(), 0);
    let cable = Cable::new();
    let error = sync::bring(&machine.world, &cable, &machine.folder, hub.to_str().unwrap()).unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::NoVault, "the repository is empty"));
    // One that a forge has made, with a file of its own and a branch of another name.
    let clone = home.path().join("clone");
    git(home.path(), &["clone", "--quiet", hub.to_str().unwrap(), clone.to_str().unwrap()]);
    std::fs::write(clone.join("README"), "x").unwrap();
    git(&clone, &["add", "README"]);
    git(&clone, &["-c", "user.name=h", "-c", "user.email=h@x", "commit", "--quiet", "-m", "first"]);
    git(&clone, &["push", "--quiet", "origin", "HEAD:trunk"]);
    let mut machine = Machine::new(home.path(), 1);
    let error = sync::bring(&machine.world, &cable, &machine.folder, hub.to_str().unwrap()).unwrap_err();
    assert_eq!(error.what, "the repository holds no vault.age");
    store::create(&machine.world, &machine.folder, &passphrase(), 1).unwrap();
    machine.enrol("GitHub");
    machine.sync(&cable).unwrap();
    let there = git(home.path(), &["--git-dir", hub.to_str().unwrap(), "ls-tree", "-r", "--name-only", "trunk"]);
    assert_eq!(there, "README\nunlock/passphrase.age\nvault.age\n");
}

#[test]
fn the_repository_of_another_vault_is_refused_and_nothing_is_sent() {
    if !alone("the_repository_of_another_vault_is_refused_and_nothing_is_sent") {
        return;
    }
    let (mut net, mut other) = (Net::of(1), Net::seeded(1, 50));
    other.machines[0].enrol("GitHub");
    other.sync(0);
    let hub = other.hub.clone();
    let mut answers = Answers { passphrases: vec!["open sesame"], ..Answers::default() };
    let error = sync::sync(net.machines[0].open(), &net.git, Some(&hub), &mut answers).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotTrusted);
    assert!(error.what.contains("two different vaults"), "{error}");
    assert_eq!(other.log().lines().count(), 2);
}

const NEW: &str = "changed on another machine";

/// Two machines in sync, with the passphrase changed on the second one and an entry added on each.
fn changed_there() -> Net {
    let mut net = Net::of(2);
    let second = &mut net.machines[1];
    second.session = None;
    change_passphrase(&second.world, &second.folder, &passphrase(), &SecretText::new(NEW));
    second.open_with(&SecretText::new(NEW));
    second.enrol("from the second");
    net.machines[0].enrol("from the first");
    net
}

#[test]
fn a_passphrase_changed_on_another_machine_is_asked_for_and_nothing_is_lost_meanwhile() {
    if !alone("a_passphrase_changed_on_another_machine_is_asked_for_and_nothing_is_lost_meanwhile") {
        return;
    }
    let mut net = changed_there();
    net.sync(1);
    let mut nobody = Answers::default();
    let error = net.machines[0].ask(&net.git, &mut nobody).unwrap_err();
    assert_eq!(
        (error.kind.exit_code(), &nobody.asked[..]),
        (3, &["passphrase of the vault of the other machine".to_owned()][..])
    );
    assert_eq!(net.machines[0].labels(), ["from the first"]);
    let repository = net.machines[0].repository();
    assert_eq!(git(&repository, &["rev-list", "--count", "origin/main..main"]), "1\n");
    let mut person = Answers { passphrases: vec![NEW], ..Answers::default() };
    assert!(net.machines[0].ask(&net.git, &mut person).unwrap().sent);
    net.sync(1);
    for at in [0, 1] {
        net.machines[at].session = None;
        net.machines[at].open_with(&SecretText::new(NEW));
        assert_eq!(net.machines[at].labels(), ["from the first", "from the second"]);
        assert!(net.machines[at].sync(&net.git).unwrap().brought.is_empty());
    }
}

#[test]
fn who_changed_the_passphrase_is_asked_about_what_was_still_written_with_the_old_one() {
    if !alone("who_changed_the_passphrase_is_asked_about_what_was_still_written_with_the_old_one") {
        return;
    }
    let mut net = changed_there();
    // The first machine also adds a way to open the vault.
    let recovery = MethodKey::generate();
    net.machines[0].session = None;
    let (world, folder) = (net.machines[0].world.clone(), net.machines[0].folder.clone());
    add_method(&mut store::unlock(&world, &folder, &passphrase(), Trust::Pinned).unwrap(), "recovery", &recovery, None);
    net.sync(0);
    let mut nobody = Answers::default();
    let error = net.machines[1].ask(&net.git, &mut nobody).unwrap_err();
    assert_eq!(error.kind.exit_code(), 3);
    assert_eq!(
        nobody.asked,
        ["trust in the vault of the other machine: 1 new, it opens with another unlock method: recovery (recovery)"]
    );
    let mut no = Answers { trusts: Some(false), ..Answers::default() };
    assert_eq!(net.machines[1].ask(&net.git, &mut no).unwrap_err().kind.exit_code(), 7);
    assert_eq!(net.machines[1].labels(), ["from the second"]);
    let mut yes = Answers { trusts: Some(true), ..Answers::default() };
    net.machines[1].ask(&net.git, &mut yes).unwrap();
    assert_eq!(net.machines[1].labels(), ["from the first", "from the second"]);
    // The new passphrase stays, the old one opens nothing, and the new method opens what was written.
    let folder = &net.machines[1].folder;
    let wrapped = std::fs::read(folder.join("unlock/passphrase.age")).unwrap();
    assert!(seal::unwrap(&wrapped, &passphrase()).is_err());
    let sealed = std::fs::read(folder.join("vault.age")).unwrap();
    assert!(seal::open(&sealed, &[recovery]).is_ok());
    assert!(seal::open(&sealed, &seal::unwrap(&wrapped, &SecretText::new(NEW)).unwrap()).is_ok());
}

#[test]
fn a_passphrase_changed_on_both_machines_is_asked_for_and_the_person_chooses_which_stays() {
    if !alone("a_passphrase_changed_on_both_machines_is_asked_for_and_the_person_chooses_which_stays") {
        return;
    }
    const FIRST: &str = "changed on the first";
    for keep in [Keep::Ours, Keep::Theirs] {
        let mut net = changed_there();
        let first = &mut net.machines[0];
        first.session = None;
        change_passphrase(&first.world, &first.folder, &passphrase(), &SecretText::new(FIRST));
        first.open_with(&SecretText::new(FIRST));
        net.sync(1);
        let mut half = Answers { passphrases: vec![NEW], ..Answers::default() };
        let error = net.machines[0].ask(&net.git, &mut half).unwrap_err();
        assert_eq!(error.kind.exit_code(), 3);
        assert_eq!(half.asked, ["passphrase of the vault of the other machine", "which passphrase stays"]);
        let mut person = Answers { passphrases: vec![NEW], keep: Some(keep), ..Answers::default() };
        net.machines[0].ask(&net.git, &mut person).unwrap();
        let (stays, goes) = if keep == Keep::Ours { (FIRST, NEW) } else { (NEW, FIRST) };
        // The other machine is asked in turn where its passphrase went.
        let mut answers = Answers { passphrases: vec![stays], ..Answers::default() };
        net.machines[1].ask(&net.git, &mut answers).unwrap();
        assert_eq!(answers.asked.len(), usize::from(keep == Keep::Ours));
        for at in [0, 1] {
            let machine = &mut net.machines[at];
            machine.session = None;
            assert!(Session::unlock(&machine.world, &machine.folder, &SecretText::new(goes), Trust::Pinned).is_err());
            let vault = machine.open_with(&SecretText::new(stays)).vault().clone();
            assert_eq!(vault.methods.iter().filter(|method| method.in_use()).count(), 1);
            assert_eq!(vault.retired.len(), 2, "what any of them has written can be read");
            assert_eq!(machine.labels(), ["from the first", "from the second"]);
        }
    }
}

#[test]
fn a_method_that_did_not_change_opens_both_and_one_passphrase_stays() {
    if !alone("a_method_that_did_not_change_opens_both_and_one_passphrase_stays") {
        return;
    }
    let mut net = Net::of(2);
    let shared = MethodKey::generate();
    {
        let (world, folder) = (net.machines[0].world.clone(), net.machines[0].folder.clone());
        let mut store = store::unlock(&world, &folder, &passphrase(), Trust::Pinned).unwrap();
        add_method(&mut store, "recovery", &shared, None);
        // A plain key is also what a passphrase file holds, so the recovery key is at hand by one.
        let wrapped = seal::wrap(&[&shared], &SecretText::new("recovery"), 1).unwrap();
        std::fs::write(folder.join("unlock/recovery.age"), wrapped).unwrap();
    }
    net.sync(0);
    net.sync(1);
    assert!(net.machines[1].folder.join("unlock/recovery.age").is_file(), "files of unlock methods travel");
    for (at, new) in [(0, "first"), (1, "second")] {
        let machine = &mut net.machines[at];
        machine.session = None;
        change_passphrase(&machine.world, &machine.folder, &passphrase(), &SecretText::new(new));
        machine.open_with(&SecretText::new(new));
        machine.enrol(new);
    }
    net.sync(1);
    // Unlocked by the recovery key, as if its file were the passphrase's.
    let folder = net.machines[0].folder.clone();
    let own = std::fs::read(folder.join("unlock/passphrase.age")).unwrap();
    std::fs::copy(folder.join("unlock/recovery.age"), folder.join("unlock/passphrase.age")).unwrap();
    net.machines[0].open_with(&SecretText::new("recovery"));
    std::fs::write(folder.join("unlock/passphrase.age"), own).unwrap();
    let mut answers = Answers { keep: Some(Keep::Theirs), ..Answers::default() };
    net.machines[0].ask(&net.git, &mut answers).unwrap();
    assert_eq!(answers.asked, ["which passphrase stays"]);
    net.machines[0].session = None;
    net.machines[0].open_with(&SecretText::new("second"));
    assert_eq!(net.machines[0].labels(), ["first", "second"]);
    assert!(net.sync(1).brought.entries.len() == 1);
}

/// Machines in sync whose vault also opens by a recovery key, and were opened by it.
fn with_recovery(count: u64) -> (Net, MethodKey) {
    let mut net = Net::of(count);
    let key = MethodKey::generate();
    let recipient = key.recipient();
    let new = NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient };
    net.machines[0].open().store_mut().unwrap().add_method("paper", new).unwrap();
    for at in 0..count as usize {
        net.sync(at);
        net.machines[at].open_by(&key);
    }
    (net, key)
}

#[test]
fn a_vault_without_a_passphrase_is_brought_whole_and_opens_by_its_key() {
    if !alone("a_vault_without_a_passphrase_is_brought_whole_and_opens_by_its_key") {
        return;
    }
    let (mut net, key) = with_recovery(1);
    net.machines[0].enrol("GitHub");
    net.machines[0].open().store_mut().unwrap().remove_method("passphrase").unwrap();
    net.sync(0);
    let there = git(net.home.path(), &["--git-dir", &net.hub, "ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(there, "vault.age\n");
    let mut other = Machine::new(net.home.path(), 1);
    sync::bring(&other.world, &net.git, &other.folder, &net.hub).unwrap();
    other.open_by(&key);
    assert_eq!(other.labels(), ["GitHub"]);
    other.enrol("Forge");
    assert!(other.sync(&net.git).unwrap().sent);
    net.sync(0);
    assert_eq!(net.machines[0].labels(), ["Forge", "GitHub"]);
    // What is not whole is not taken for one.
    let cut = std::fs::read(other.folder.join("vault.age")).unwrap();
    let mut third = Machine::new(net.home.path(), 2);
    let mac = cut.windows(5).position(|part| part == b"\n--- ").unwrap() + 5;
    let header = mac + cut[mac..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for (bytes, why) in [
        (&b""[..], "it is cut short"),
        (&cut[..header], "it is cut short"),
        // What stands before the first chunk, and of that no more than its tag takes.
        (&cut[..header + 16 + 16], "it is cut short"),
        (b"rubbish", "it is not an age file, or its header was altered"),
    ] {
        let files = VaultFiles { vault: bytes.to_vec(), ..VaultFiles::default() };
        let error = store::receive(&third.world, &third.folder, &files).unwrap_err();
        assert_eq!(error.what, format!("what was brought is damaged: vault.age: {why}"));
    }
    sync::bring(&third.world, &net.git, &third.folder, &net.hub).unwrap();
    third.open_by(&key);
    assert_eq!(third.labels(), ["Forge", "GitHub"]);
}

/// All orders in which three machines can sync, twice each; then until nothing is left to say.
fn orders() -> Vec<Vec<usize>> {
    let once = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    once.iter().map(|order| order.iter().chain(order).chain(order).copied().collect()).collect()
}

#[test]
fn a_passphrase_removed_on_one_machine_goes_on_all_in_whatever_order_they_sync() {
    if !alone("a_passphrase_removed_on_one_machine_goes_on_all_in_whatever_order_they_sync") {
        return;
    }
    let mut all = Vec::new();
    for order in orders() {
        let (mut net, key) = with_recovery(3);
        net.machines[0].open().store_mut().unwrap().remove_method("passphrase").unwrap();
        for (at, issuer) in ["GitHub", "Forge", "Shop"].into_iter().enumerate() {
            net.machines[at].enrol(issuer);
        }
        let before = std::fs::read(net.machines[1].folder.join("unlock/passphrase.age")).unwrap();
        for at in &order {
            net.sync(*at);
        }
        for machine in &mut net.machines {
            assert_eq!(machine.methods(), (vec![], vec!["paper Usable".to_owned()]), "{order:?}");
            assert_eq!(machine.labels(), ["Forge", "GitHub", "Shop"]);
            machine.open_by(&key);
        }
        let there = git(net.home.path(), &["--git-dir", &net.hub, "ls-tree", "-r", "--name-only", "main"]);
        assert_eq!(there, "vault.age\n", "{order:?}");
        // The file that went is in a backup.
        let backups = net.machines[1].folder.join("backups");
        let kept = std::fs::read_dir(backups).unwrap().flatten().map(|backup| backup.path().join("unlock/passphrase.age"));
        assert!(kept.filter_map(|file| std::fs::read(file).ok()).any(|file| file == before), "{order:?}");
        let methods = net.machines[2].open().vault().methods.clone();
        all.push(methods.iter().map(|method| (method.name.clone(), method.in_use())).collect::<Vec<_>>());
    }
    assert!(all.windows(2).all(|two| two[0] == two[1]), "{all:?}");
}

#[test]
fn who_still_opens_by_the_passphrase_that_was_removed_elsewhere_is_told_and_loses_nothing() {
    if !alone("who_still_opens_by_the_passphrase_that_was_removed_elsewhere_is_told_and_loses_nothing") {
        return;
    }
    let (mut net, key) = with_recovery(2);
    net.machines[0].open().store_mut().unwrap().remove_method("passphrase").unwrap();
    net.machines[0].enrol("GitHub");
    net.sync(0);
    net.machines[1].open_with(&passphrase());
    net.machines[1].enrol("Forge");
    let error = net.machines[1].ask(&net.git, &mut Answers::default()).unwrap_err();
    assert_eq!(error.kind.exit_code(), 3);
    assert_eq!(error.what, "the vault of the other machine opens with none of the keys in hand");
    assert!(error.hint.as_deref().unwrap().contains("--identity"), "{error}");
    net.machines[1].open_with(&passphrase());
    assert_eq!(net.machines[1].labels(), ["Forge"]);
    net.machines[1].open_by(&key);
    net.sync(1);
    net.sync(0);
    for machine in &mut net.machines {
        assert_eq!(machine.methods(), (vec![], vec!["paper Usable".to_owned()]));
        assert_eq!(machine.labels(), ["Forge", "GitHub"]);
    }
}

#[test]
fn a_passphrase_set_anew_on_one_machine_outlives_its_removal_on_another_in_whatever_order_they_sync() {
    if !alone("a_passphrase_set_anew_on_one_machine_outlives_its_removal_on_another_in_whatever_order_they_sync") {
        return;
    }
    for order in orders() {
        let (mut net, _) = with_recovery(3);
        net.machines[0].open().store_mut().unwrap().remove_method("passphrase").unwrap();
        net.machines[0].enrol("GitHub");
        net.machines[1].open().store_mut().unwrap().change_passphrase(&SecretText::new(NEW), Some(1)).unwrap();
        net.machines[2].enrol("Shop");
        for at in &order {
            net.machines[*at].ask(&net.git, &mut Answers { trusts: Some(true), ..Answers::default() }).unwrap();
        }
        for machine in &mut net.machines {
            let (files, methods) = machine.methods();
            assert_eq!(files, ["passphrase.age"], "{order:?}");
            assert_eq!(methods, ["paper Usable", "passphrase Usable"], "{order:?}");
            machine.open_with(&SecretText::new(NEW));
            assert_eq!(machine.labels(), ["GitHub", "Shop"], "{order:?}");
            assert!(Session::unlock(&machine.world, &machine.folder, &passphrase(), Trust::Pinned).is_err());
        }
    }
}

/// Adds an SSH key. What is in its file is the method's own matter: here the recipient is the passphrase of it.
fn add_ssh(machine: &mut Machine, name: &str) -> MethodKey {
    let key = MethodKey::generate();
    machine.clock.advance(Duration::from_secs(1));
    let wrapped = seal::wrap(&[&key], &SecretText::new(key.recipient()), 1).unwrap();
    let new = NewMethod::Wrapped { kind: MethodKind::SSH, key: &key, wrapped: &wrapped, stub: None };
    machine.open().store_mut().unwrap().add_method(name, new).unwrap();
    key
}

/// The names of the files under `unlock/` that this SSH key opens.
fn opened_by(folder: &Path, key: &MethodKey) -> Vec<String> {
    let files = std::fs::read_dir(folder.join("unlock")).unwrap().map(|file| file.unwrap().path());
    let opens = |file: &PathBuf| seal::unwrap(&std::fs::read(file).unwrap(), &SecretText::new(key.recipient())).is_ok();
    let mut names: Vec<String> = files.filter(opens).map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Whether this SSH key opens the vault.
fn opens(folder: &Path, key: &MethodKey) -> bool {
    let sealed = std::fs::read(folder.join("vault.age")).unwrap();
    !opened_by(folder, key).is_empty() && seal::open(&sealed, std::slice::from_ref(key)).is_ok()
}

#[test]
fn two_ssh_keys_added_under_one_name_on_two_machines_keep_a_file_each_in_whatever_order_they_sync() {
    if !alone("two_ssh_keys_added_under_one_name_on_two_machines_keep_a_file_each_in_whatever_order_they_sync") {
        return;
    }
    for order in orders() {
        let mut net = Net::of(3);
        let keys = [0, 1].map(|at| add_ssh(&mut net.machines[at], "ssh"));
        net.machines[2].enrol("Shop");
        for at in &order {
            net.sync(*at);
        }
        for machine in &mut net.machines {
            let (files, methods) = machine.methods();
            assert_eq!(files, ["passphrase.age", "ssh-2.age", "ssh.age"], "{order:?}");
            assert_eq!(methods, ["passphrase Usable", "ssh Usable", "ssh-2 Usable"], "{order:?}");
            let vault = machine.open().vault().clone();
            for key in &keys {
                let name = &vault.methods.iter().find(|method| method.recipient == key.recipient()).unwrap().name;
                assert_eq!(opened_by(&machine.folder, key), [format!("{name}.age")], "{order:?}");
            }
        }
    }
}

/// Puts what was copied of these folders back.
fn put_back(home: &Path, names: &[&str]) {
    for name in names {
        let _ = std::fs::remove_dir_all(home.join(name));
        let copied = Command::new("cp").current_dir(home).args(["-a", &format!("kept/{name}"), name]).status().unwrap();
        assert!(copied.success());
    }
}

/// Two machines with SSH keys of one name, of which the second has not synced yet, closed. Chained: it has one key more, which
/// has the name that the first machine gave to the second one's key.
fn with_one_name(is_chained: bool) -> (Net, Vec<(&'static str, MethodKey)>) {
    let mut net = Net::of(2);
    let mut keys: Vec<_> =
        ["laptop", "laptop-2"].into_iter().zip([0, 1].map(|at| add_ssh(&mut net.machines[at], "laptop"))).collect();
    if is_chained {
        net.sync(1);
    }
    net.sync(0);
    if is_chained {
        keys.push(("laptop-2-2", add_ssh(&mut net.machines[1], "laptop-2")));
    }
    net.machines.iter_mut().for_each(|machine| machine.session = None);
    (net, keys)
}

fn assert_one_file_each(machine: &mut Machine, keys: &[(&str, MethodKey)], what: &str) {
    for (name, key) in keys {
        assert_eq!(opened_by(&machine.folder, key), [format!("{name}.age")], "{what}");
        assert!(opens(&machine.folder, key), "{name}: {what}");
    }
    let names = ["passphrase"].into_iter().chain(keys.iter().map(|(name, _)| *name));
    assert_eq!(machine.methods().1, names.map(|name| format!("{name} Usable")).collect::<Vec<_>>(), "{what}");
}

#[test]
fn wherever_a_sync_that_renames_a_method_is_cut_short_the_next_one_leaves_each_key_its_file() {
    if !alone("wherever_a_sync_that_renames_a_method_is_cut_short_the_next_one_leaves_each_key_its_file") {
        return;
    }
    let places = ["hub.git", "machine 0", "machine 1", "state 0", "state 1"];
    for (is_chained, killed) in [(false, true), (false, false), (true, true)] {
        let (net, keys) = with_one_name(is_chained);
        let home = net.home.path().to_owned();
        std::fs::create_dir(home.join("kept")).unwrap();
        for place in places {
            assert!(Command::new("cp").current_dir(&home).args(["-a", place, "kept"]).status().unwrap().success());
        }
        let mut failed = 0;
        for at in 0.. {
            put_back(&home, &places);
            let storage = Arc::new(Faulty::new(&home.join("machine 1"), at, killed));
            let mut cut = Machine::new(&home, 1);
            cut.world.storage = storage.clone();
            let synced = cut.sync(&net.git);
            if !storage.has_failed() {
                synced.unwrap();
                break;
            }
            failed += usize::from(synced.is_err());
            let what = format!("chained: {is_chained}, change {at}, killed: {killed}, {:?}", synced.err());
            assert!(keys[1..].iter().all(|(_, key)| opens(&cut.folder, key)), "{what}");
            // Where the program lives on, it goes on with what it has in memory.
            let mut again = Machine::new(&home, 1);
            again.world.entropy = Arc::new(FakeEntropy::seed(5000));
            let again = if killed { &mut again } else { &mut cut };
            again.enrol("GitHub");
            again.sync(&net.git).unwrap();
            let mut first = Machine::new(&home, 0);
            first.sync(&net.git).unwrap();
            for machine in [again, &mut first] {
                assert_one_file_each(machine, &keys, &what);
                assert_eq!(machine.labels(), ["GitHub"], "{what}");
            }
        }
        assert!(failed > 5, "{failed}");
    }
}

#[test]
fn a_sync_cut_short_after_the_files_were_exchanged_is_finished_and_loses_no_key() {
    if !alone("a_sync_cut_short_after_the_files_were_exchanged_is_finished_and_loses_no_key") {
        return;
    }
    // As earlier builds left it: the files are those of afterwards, `vault.age` is that of before.
    let (mut net, keys) = with_one_name(false);
    let (ours, theirs) = (net.machines[1].folder.join("unlock"), net.machines[0].folder.join("unlock"));
    std::fs::rename(ours.join("laptop.age"), ours.join("laptop-2.age")).unwrap();
    std::fs::copy(theirs.join("laptop.age"), ours.join("laptop.age")).unwrap();
    for at in [1, 0] {
        net.sync(at);
    }
    for machine in &mut net.machines {
        assert_one_file_each(machine, &keys, "");
    }
}

#[test]
fn a_method_that_takes_the_name_of_a_plugins_does_not_take_its_identity_too() {
    if !alone("a_method_that_takes_the_name_of_a_plugins_does_not_take_its_identity_too") {
        return;
    }
    let mut net = Net::of(2);
    add_ssh(&mut net.machines[0], "key");
    let key = MethodKey::generate();
    let wrapped = seal::wrap(&[&key], &SecretText::new(key.recipient()), 1).unwrap();
    let new = NewMethod::Wrapped { kind: MethodKind::PLUGIN, key: &key, wrapped: &wrapped, stub: Some("AGE-PLUGIN-X-1\n") };
    net.machines[1].clock.advance(Duration::from_secs(5));
    net.machines[1].open().store_mut().unwrap().add_method("key", new).unwrap();
    for at in [0, 1, 0] {
        net.sync(at);
    }
    for machine in &mut net.machines {
        assert_eq!(machine.methods().0, ["key-2.age", "key-2.identity", "key.age", "passphrase.age"]);
    }
}

#[test]
fn a_file_alone_merged_after_a_method_was_renamed_elsewhere_leaves_it_its_key() {
    if !alone("a_file_alone_merged_after_a_method_was_renamed_elsewhere_leaves_it_its_key") {
        return;
    }
    for is_conflict_copy in [false, true] {
        let mut net = Net::of(2);
        let keys = [0, 1].map(|at| add_ssh(&mut net.machines[at], "laptop"));
        // A third copy of the second machine's vault, from before it met the first.
        let third = net.home.path().join("machine 2");
        std::fs::create_dir_all(third.join("unlock")).unwrap();
        for file in ["vault.age", "unlock/passphrase.age", "unlock/laptop.age"] {
            std::fs::copy(net.machines[1].folder.join(file), third.join(file)).unwrap();
        }
        for at in [0, 1, 0] {
            net.sync(at);
        }
        net.machines[0].open().store_mut().unwrap().remove_method("laptop").unwrap();
        let theirs = net.machines[0].folder.join("vault.age");
        let mut third = Machine::new(net.home.path(), 2);
        if is_conflict_copy {
            std::fs::copy(&theirs, third.folder.join("vault 2.age")).unwrap();
            assert!(third.open().fold_conflict_copies()[0].starts_with("merged a conflict copy"));
        } else {
            let files = VaultFiles::read(&third.world, &theirs).unwrap();
            let copies = [ops_merge::open(third.open(), "a copy", &files, &mut Answers::default()).unwrap()];
            ops_merge::fold(third.open(), "a copy", &copies, &UnlockChanges::default(), &mut Answers::default()).unwrap();
        }
        assert_eq!(opened_by(&third.folder, &keys[1]), ["laptop-2.age"]);
        assert!(opens(&third.folder, &keys[1]));
        assert_eq!(third.methods().0, ["laptop-2.age", "passphrase.age"], "the old name has gone");
        assert_eq!(third.methods().1, ["passphrase Usable", "laptop-2 Usable"]);
    }
}

#[test]
fn a_vault_sealed_anew_by_stock_age_is_brought_and_its_backup_is_one() {
    if !alone("a_vault_sealed_anew_by_stock_age_is_brought_and_its_backup_is_one") {
        return;
    }
    let mut net = Net::of(1);
    net.machines[0].enrol("GitHub");
    net.machines[0].session = None;
    let folder = net.machines[0].folder.clone();
    let keys = seal::unwrap(&std::fs::read(folder.join("unlock/passphrase.age")).unwrap(), &passphrase()).unwrap();
    let (payload, _) = seal::open(&std::fs::read(folder.join("vault.age")).unwrap(), &keys).unwrap();
    // As `age -d | jq -c . | age -r` leaves it: without the padding.
    let bare = payload.trim_ascii_end();
    assert!(bare.len() % 4096 != 0 && bare.len() < payload.len());
    std::fs::write(folder.join("vault.age"), seal::seal(bare, &[&keys[0].recipient()]).unwrap()).unwrap();
    net.sync(0);
    let mut other = Machine::new(net.home.path(), 1);
    sync::bring(&other.world, &net.git, &other.folder, &net.hub).unwrap();
    assert_eq!(other.labels(), ["GitHub"]);
    let backup = other.open().back_up(Why::Asked).unwrap();
    let backups = other.folder.join("backups");
    let (name, by_passphrase) = backup::newest_whole(&other.world, &backups).unwrap();
    assert_eq!((name, by_passphrase), (backup, true));
}

#[test]
fn a_vault_that_is_gone_comes_back_with_what_was_committed_and_never_sent() {
    if !alone("a_vault_that_is_gone_comes_back_with_what_was_committed_and_never_sent") {
        return;
    }
    let mut net = Net::of(2);
    net.machines[0].enrol("GitHub");
    net.git.pulled.set(true);
    net.sync(0);
    net.git.pulled.set(false);
    net.machines[1].enrol("Forge");
    net.sync(1);
    let hub = net.hub.clone();
    for pulled in [true, false] {
        let first = &mut net.machines[0];
        first.session = None;
        std::fs::remove_file(first.folder.join("vault.age")).unwrap();
        std::fs::remove_dir_all(first.folder.join("unlock")).unwrap();
        std::fs::remove_dir_all(first.folder.join("backups")).unwrap_or_default();
        net.git.pulled.set(pulled);
        assert_eq!(sync::known_remote(&first.world, &net.git, &first.folder).as_ref(), Some(&hub));
        sync::bring(&first.world, &net.git, &first.folder, &hub).unwrap();
        assert_eq!(first.labels(), ["GitHub"], "pulled: {pulled}");
    }
    net.sync(0);
    net.sync(1);
    for machine in &mut net.machines {
        assert_eq!(machine.labels(), ["Forge", "GitHub"]);
    }
    // Where all was sent, the other side's is brought.
    let second = &mut net.machines[1];
    second.session = None;
    std::fs::remove_dir_all(second.folder.join("unlock")).unwrap();
    std::fs::remove_dir_all(second.folder.join("backups")).unwrap_or_default();
    std::fs::remove_file(second.folder.join("vault.age")).unwrap();
    sync::bring(&second.world, &net.git, &second.folder, &hub).unwrap();
    assert_eq!(second.labels(), ["Forge", "GitHub"]);
}

#[test]
fn an_older_state_pushed_by_force_takes_nothing_away() {
    if !alone("an_older_state_pushed_by_force_takes_nothing_away") {
        return;
    }
    let mut net = Net::of(2);
    net.machines[0].enrol("GitHub");
    net.sync(0);
    net.sync(1);
    git(net.home.path(), &["--git-dir", &net.hub, "update-ref", "refs/heads/main", "main~1"]);
    assert!(net.sync(1).sent);
    net.sync(0);
    assert_eq!(net.machines[0].labels(), ["GitHub"]);
}

/// The repository is found by the place of the vault: a new vault there was committed over the old one and sent.
#[test]
fn a_new_vault_in_the_place_of_another_is_not_sent_to_its_repository() {
    if !alone("a_new_vault_in_the_place_of_another_is_not_sent_to_its_repository") {
        return;
    }
    let mut net = Net::of(1);
    net.machines[0].enrol("GitHub");
    net.sync(0);
    net.machines[0].session = None;
    std::fs::rename(&net.machines[0].folder, net.home.path().join("moved")).unwrap();
    let mut new = Machine::new(net.home.path(), 0);
    new.world.entropy = Arc::new(FakeEntropy::seed(77));
    store::create(&new.world, &new.folder, &passphrase(), 1).unwrap();
    let open = |machine: &mut Machine| {
        machine.session = Some(Session::unlock(&machine.world, &machine.folder, &passphrase(), Trust::Accept).unwrap());
    };
    open(&mut new);
    let error = new.sync(&net.git).unwrap_err();
    assert_eq!(
        (error.kind, error.what.as_str()),
        (ErrorKind::Usage, "another vault was synced from this folder before; this one is not synced yet")
    );
    let sent = || git(net.home.path(), &["--git-dir", &net.hub, "rev-list", "--count", "main"]);
    let before = sent();
    // The keys of this one open no vault there.
    let error = sync::sync(new.open(), &net.git, Some(&net.hub), &mut Answers::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Locked);
    assert_eq!(sent(), before);
    // With a repository of its own it is synced from then on.
    let other = net.home.path().join("other.git").to_str().unwrap().to_owned();
    git(net.home.path(), &["init", "--quiet", "--bare", "--initial-branch=main", &other]);
    assert!(sync::sync(new.open(), &net.git, Some(&other), &mut Answers::default()).unwrap().sent);
    new.enrol("Forge");
    assert!(new.sync(&net.git).unwrap().sent);
    assert_eq!(git(net.home.path(), &["--git-dir", &other, "rev-list", "--count", "main"]), "2\n");
}

#[test]
fn what_was_never_sent_to_one_repository_is_not_brought_from_another() {
    if !alone("what_was_never_sent_to_one_repository_is_not_brought_from_another") {
        return;
    }
    let (mut net, other) = (Net::of(1), Net::seeded(1, 50));
    net.machines[0].enrol("GitHub");
    net.git.pulled.set(true);
    net.sync(0);
    net.git.pulled.set(false);
    let first = &mut net.machines[0];
    first.session = None;
    std::fs::remove_dir_all(&first.folder).unwrap();
    sync::bring(&first.world, &net.git, &first.folder, &other.hub).unwrap();
    first.session = Some(Session::unlock(&first.world, &first.folder, &passphrase(), Trust::Accept).unwrap());
    assert_eq!(first.labels(), [] as [&str; 0]);
}
