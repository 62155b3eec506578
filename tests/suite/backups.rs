//! Backups: when they are made, that only proved ones count, which are removed, and what is said while they fail.

use crate::support::disk::FakeDisk;
use crate::support::store::{Desk, TODAY, passphrase};
use crate::support::world::Nobody;
use countersign::error::{Error, Result};
use countersign::ops::backup::Policy;
use countersign::ops::change::Change;
use countersign::ops::restore::{self, How, Mended, Source};
use countersign::ops::session::Session;
use countersign::ops::unlock::Opening;
use countersign::otp::{Credential, Kind};
use countersign::ports::Storage;
use countersign::secret::{Secret, SecretText};
use countersign::transfer::Draft;
use countersign::vault::Vault;
use countersign::vault::backup::rotation::superfluous;
use countersign::vault::backup::{self, Name, Why};
use countersign::vault::seal;
use countersign::vault::store::{Trust, World};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

fn draft(issuer: &str) -> Draft {
    let secret = Secret::new(issuer.bytes().cycle().take(20).collect());
    Draft { issuer: issuer.into(), account: "hugo".into(), ..Draft::new(Credential::new(Kind::Totp, secret)) }
}

fn create(desk: &Desk, policy: &Policy) -> Session {
    Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap().with_backups(policy)
}

fn unlock(desk: &Desk) -> Session {
    Session::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).unwrap()
}

fn enrol(session: &mut Session, issuer: &str) {
    session.apply(Change::Enrol(vec![draft(issuer)])).unwrap();
}

fn import(session: &mut Session, issuer: &str) {
    session.apply(Change::Import { add: vec![draft(issuer)], replace: Vec::new() }).unwrap();
}

/// The names that count, as text.
fn names(desk: &Desk) -> Vec<String> {
    backup::list(&*desk.world.storage, &desk.folder.join("backups")).unwrap().iter().map(Name::to_string).collect()
}

fn issuers(vault: &Vault) -> Vec<String> {
    let mut names: Vec<String> = vault.active().map(|entry| entry.issuer.value.clone()).collect();
    names.sort();
    names
}

/// What a backup holds, opened as the vault it is.
fn held(desk: &Desk, folder: &Path) -> Vec<String> {
    issuers(&restore_source(desk, folder).open(&passphrase()).unwrap())
}

fn restore_source(desk: &Desk, folder: &Path) -> countersign::vault::store::copies::Parcel {
    backup::read(&*desk.world.storage, folder).unwrap()
}

#[test]
fn a_change_makes_one_backup_a_day_and_each_opens_as_a_vault() {
    let desk = Desk::new();
    let mut session = create(&desk, &Policy::default());
    assert_eq!(names(&desk), [] as [&str; 0]);
    enrol(&mut session, "GitHub");
    enrol(&mut session, "npm");
    assert_eq!(names(&desk), ["2026-11-23T103320Z-change"]);
    desk.clock.advance(Duration::from_secs(DAY - 1));
    enrol(&mut session, "Amazon");
    assert_eq!(names(&desk).len(), 1);
    desk.clock.advance(Duration::from_secs(1));
    // Nothing changes: nothing to back up.
    session.apply(Change::EmptyTrash(Vec::new())).unwrap();
    assert_eq!(names(&desk).len(), 1);
    enrol(&mut session, "Hetzner");
    assert_eq!(names(&desk), ["2026-11-23T103320Z-change", "2026-11-24T103320Z-change"]);
    let folder = desk.folder.join("backups");
    assert_eq!(held(&desk, &folder.join("2026-11-23T103320Z-change")), ["GitHub"]);
    assert_eq!(held(&desk, &folder.join("2026-11-24T103320Z-change")), ["Amazon", "GitHub", "Hetzner", "npm"]);
    assert_eq!(session.backup_troubles(), [] as [&str; 0]);
    // It is the files themselves, with the same rights.
    use std::os::unix::fs::PermissionsExt;
    let newest = folder.join("2026-11-24T103320Z-change");
    for file in ["vault.age", "unlock/passphrase.age"] {
        assert_eq!(fs::read(newest.join(file)).unwrap(), fs::read(desk.folder.join(file)).unwrap());
        assert_eq!(fs::metadata(newest.join(file)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::metadata(&newest).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn each_import_and_merge_makes_a_backup_of_what_was_there_before() {
    let desk = Desk::new();
    let mut session = create(&desk, &Policy { every_h: 0, second: None });
    enrol(&mut session, "GitHub");
    import(&mut session, "npm");
    import(&mut session, "Amazon");
    let copy = session.vault().clone();
    session.apply(Change::MergeCopy(Arc::new(copy))).unwrap();
    assert_eq!(
        names(&desk),
        ["2026-11-23T103320Z-import", "2026-11-23T103320Z-import-1", "2026-11-23T103320Z-merge-2"],
        "told apart although they are of one second"
    );
    let folder = desk.folder.join("backups");
    assert_eq!(held(&desk, &folder.join("2026-11-23T103320Z-import")), ["GitHub"]);
    assert_eq!(held(&desk, &folder.join("2026-11-23T103320Z-import-1")), ["GitHub", "npm"]);
}

#[test]
fn a_vault_of_an_older_format_is_backed_up_before_it_is_first_saved_in_the_new_one() {
    let desk = Desk::new();
    drop(create(&desk, &Policy::default()));
    let keys = seal::unwrap(&fs::read(desk.folder.join("unlock/passphrase.age")).unwrap(), &passphrase()).unwrap();
    let path = desk.folder.join("vault.age");
    let (payload, _) = seal::open(&fs::read(&path).unwrap(), &keys).unwrap();
    let older = String::from_utf8(payload.to_vec()).unwrap().replace("{\"version\":1,", "{\"version\":0,");
    fs::write(&path, seal::seal(older.as_bytes(), &[&keys[0].recipient()]).unwrap()).unwrap();
    let mut session = unlock(&desk);
    enrol(&mut session, "GitHub");
    enrol(&mut session, "npm");
    assert_eq!(session.vault().version, 1);
    assert_eq!(names(&desk), ["2026-11-23T103320Z-migration", "2026-11-23T103320Z-change-1"]);
    let before = restore_source(&desk, &desk.folder.join("backups/2026-11-23T103320Z-migration"));
    assert_eq!(before.open(&passphrase()).unwrap().version, 0);
}

#[test]
fn a_second_folder_gets_them_too_and_its_loss_is_told_until_it_is_mended() {
    let desk = Desk::new();
    let stick = desk.home().join("stick");
    let policy = Policy { second: Some(stick.clone()), ..Policy::default() };
    let mut session = create(&desk, &policy);
    enrol(&mut session, "GitHub");
    let told = format!("the backup folder {} is not there", stick.display());
    assert_eq!(session.backup_troubles(), [told.as_str()]);
    assert_eq!(names(&desk).len(), 1, "the own folder has its backup");
    assert!(!stick.exists(), "where a disk is not mounted no folder is made in its stead");
    drop(session);
    let mut session = unlock(&desk).with_backups(&policy);
    assert_eq!(session.backup_troubles(), [told.as_str()], "in the next run too");
    fs::create_dir(&stick).unwrap();
    enrol(&mut session, "npm");
    assert_eq!(session.backup_troubles(), [] as [&str; 0]);
    assert_eq!(unlock(&desk).with_backups(&policy).backup_troubles(), [] as [&str; 0]);
    let inner: Vec<PathBuf> = fs::read_dir(&stick).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(inner.len(), 1);
    assert!(inner[0].file_name().unwrap().to_str().unwrap().starts_with("vault-"), "{inner:?}");
    assert_eq!(held(&desk, &inner[0].join("2026-11-23T103320Z-change")), ["GitHub", "npm"]);
    // And what is not configured any more troubles nobody.
    fs::remove_dir_all(&stick).unwrap();
    import(&mut session, "Amazon");
    assert_eq!(session.backup_troubles().len(), 1);
    assert_eq!(unlock(&desk).backup_troubles(), [] as [&str; 0]);
}

#[test]
fn the_names_come_back_and_nothing_else_is_taken_for_one() {
    for why in Why::ALL {
        for (unix, number) in [(0, 0), (TODAY, 0), (TODAY, 12), (4_102_444_800, 0), (951_782_399, 3)] {
            let name = Name { number, ..Name::new(unix, why) };
            assert_eq!(Name::parse(&name.to_string()), Some(name), "{name}");
            assert_eq!(Name::parse(&format!(".{name}.tmp")), None);
        }
    }
    for text in [
        "",
        ".",
        "2026-11-23T103320Z",
        "2026-11-23T103320Z-",
        "2026-11-23T103320Z-other",
        "2026-11-23T103320Z-set-aside",
        "2026-02-30T103320Z-change",
        "2026-11-23T103360Z-change",
        "2026-11-23T103320Z-change-0",
        "2026-11-23T103320Z-change-x",
        "2026-11-23T103320Z-change ",
        "20261123T103320Z-change",
        "日本語日本語日本語日本語日本語日本語-change",
    ] {
        assert_eq!(Name::parse(text), None, "{text:?}");
    }
}

fn every(hours: u64, count: u64, why: Why) -> Vec<Name> {
    (0..count).map(|n| Name::new(TODAY - n * hours * 3600, why)).collect()
}

#[test]
fn seven_days_four_weeks_and_twelve_months_stay() {
    // Two years, four a day.
    let all = every(6, 4 * 730, Why::Change);
    let gone: BTreeSet<Name> = superfluous(&all, TODAY, None).into_iter().collect();
    let left: Vec<String> =
        all.iter().filter(|name| !gone.contains(name)).map(|name| name.to_string()[..10].to_owned()).collect();
    assert_eq!(
        left,
        [
            // Days, of which Sunday the 22nd also ends its week.
            "2026-11-23",
            "2026-11-22",
            "2026-11-21",
            "2026-11-20",
            "2026-11-19",
            "2026-11-18",
            "2026-11-17",
            // Weeks and months.
            "2026-11-15",
            "2026-11-08",
            "2026-10-31",
            "2026-09-30",
            "2026-08-31",
            "2026-07-31",
            "2026-06-30",
            "2026-05-31",
            "2026-04-30",
            "2026-03-31",
            "2026-02-28",
            "2026-01-31",
            "2025-12-31",
        ]
    );
}

#[test]
fn rotation_never_removes_the_newest_nor_thins_itself_out_by_being_repeated() {
    for count in 0..60 {
        let all = every(7, count, Why::Change);
        let gone = superfluous(&all, TODAY, None);
        assert!(all.iter().max().is_none_or(|newest| !gone.contains(newest)));
        let left: Vec<Name> = all.into_iter().filter(|name| !gone.contains(name)).collect();
        assert_eq!(superfluous(&left, TODAY, None), []);
    }
}

#[test]
fn the_one_just_made_stays_with_whatever_clock_it_was_made() {
    let mut all = every(24, 400, Why::Change);
    for wrong in [0, 3600, 4_102_444_800, 253_402_300_799] {
        let made = Name::new(wrong, Why::Change);
        all.push(made);
        assert!(!superfluous(&all, wrong, Some(made)).contains(&made));
    }
    // Days of a clock that was far ahead do not push out the days of the right one.
    let mut all = every(24, 7, Why::Change);
    all.extend((0..30).map(|n| Name::new(4_102_444_800 + n * DAY, Why::Change)));
    let gone = superfluous(&all, TODAY, None);
    assert!(gone.iter().all(|name| name.unix > TODAY), "{gone:?}");
    assert!(!gone.is_empty());
}

#[test]
fn the_ways_back_from_the_last_imports_stay_though_they_are_of_one_day() {
    let all: Vec<Name> = (0..20).map(|n| Name::new(TODAY - n * 60, Why::Import)).collect();
    let gone = superfluous(&all, TODAY, None);
    assert_eq!(gone.len(), 10);
    assert!(gone.iter().all(|name| name.unix < TODAY - 9 * 60));
}

#[test]
fn old_ones_are_removed_with_their_folders_and_strange_files_are_left_alone() {
    let desk = Desk::new();
    let mut session = create(&desk, &Policy::default());
    let folder = desk.folder.join("backups");
    for day in 0..40 {
        enrol(&mut session, &format!("site {day}"));
        if day == 0 {
            fs::write(folder.join("notes.txt"), "mine").unwrap();
            fs::create_dir(folder.join(".2020-01-01T000000Z-change.tmp")).unwrap();
        }
        desk.clock.advance(Duration::from_secs(DAY));
    }
    // 7 days, 4 weeks of which two end among the days, and the end of November.
    assert_eq!(names(&desk).len(), 10, "{:?}", names(&desk));
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left.len(), 10 + 2, "the lock file and the notes: {left:?}");
}

// What goes wrong below.

const FOLDER: &str = "/home/vault";

fn on(disk: &FakeDisk) -> Session {
    Session::unlock(&disk.world(), Path::new(FOLDER), &passphrase(), Trust::Pinned).unwrap()
}

/// A vault with one entry and no backup yet.
fn fresh() -> FakeDisk {
    let disk = FakeDisk::default();
    let policy = Policy { every_h: 0, second: None };
    let mut session = Session::create(&disk.world(), Path::new(FOLDER), &passphrase(), 1).unwrap().with_backups(&policy);
    enrol(&mut session, "GitHub");
    disk.copy()
}

/// Every backup that counts opens and holds what the vault held before or after the import.
fn assert_backups_are_whole(disk: &FakeDisk, said: &str) -> usize {
    let folder = Path::new(FOLDER).join("backups");
    let names = backup::list(disk, &folder).unwrap();
    for name in &names {
        let vault = backup::read(disk, &folder.join(name.to_string())).unwrap().open(&passphrase());
        let held = issuers(&vault.unwrap_or_else(|error| panic!("{said}: {name}: {error}")));
        assert!(held == ["GitHub"] || held == ["GitHub", "npm"], "{said}: {held:?}");
    }
    names.len()
}

#[test]
fn whichever_operation_of_a_backup_fails_the_save_is_made_and_the_failure_is_told() {
    let disk = fresh();
    let steps = {
        let disk = disk.copy();
        let mut session = on(&disk);
        let before = disk.operations().len();
        import(&mut session, "npm");
        disk.operations().len() - before
    };
    assert!(steps > 50, "two backups have their steps: {steps}");
    let (mut troubled, mut failed) = (0, 0);
    for n in 0..steps {
        for kind in [Io::StorageFull, Io::PermissionDenied] {
            let disk = disk.copy();
            let mut session = on(&disk);
            disk.fail(n, kind);
            let before = disk.operations().len();
            let saved = session.apply(Change::Import { add: vec![draft("npm")], replace: Vec::new() });
            let said = disk.operations()[before + n].clone();
            let is_of_backup = said.contains("/backups/") || said.contains("/backups");
            let there = issuers(on(&disk).vault());
            match saved {
                Ok(_) => assert_eq!(there, ["GitHub", "npm"], "{said}"),
                Err(_) => {
                    failed += 1;
                    assert!(!is_of_backup, "a backup held up the save: {said}");
                    assert!(there == ["GitHub"] || said.starts_with("sync folder"), "{said}: {there:?}");
                }
            }
            troubled += usize::from(!session.backup_troubles().is_empty());
            assert_backups_are_whole(&disk, &said);
            // And it is mended by the next change.
            enrol_with(&mut session, "npm");
            assert_eq!(session.backup_troubles(), [] as [&str; 0], "{said}");
            assert_eq!(disk.files().iter().filter(|path| path.to_str().unwrap().contains(".tmp")).count(), 0, "{said}");
        }
    }
    assert!(troubled > 30 && failed > 4, "both were met: {troubled} troubles, {failed} failures");
}

/// A change whose entries the check of backups knows.
fn enrol_with(session: &mut Session, issuer: &str) {
    session.back_up(Why::Asked).unwrap();
    enrol(session, issuer);
}

#[test]
fn whenever_the_power_goes_during_an_import_every_backup_that_counts_is_whole() {
    let disk = fresh();
    let steps = {
        let disk = disk.copy();
        let mut session = on(&disk);
        let before = disk.operations().len();
        import(&mut session, "npm");
        disk.operations().len() - before
    };
    let (mut old, mut new, mut none, mut some) = (0, 0, 0, 0);
    for n in 0..=steps {
        for seed in 0..4 {
            let disk = disk.copy();
            let mut session = on(&disk);
            disk.cut_power(n);
            let saved = session.apply(Change::Import { add: vec![draft("npm")], replace: Vec::new() });
            let disk = disk.after_power_cut(dice(seed));
            let said = format!("power cut before step {n}, seed {seed}");
            let mut session = on(&disk);
            match issuers(session.vault()).len() {
                1 if saved.is_err() => old += 1,
                2 => new += 1,
                odd => panic!("{said}: {odd} entries after {saved:?}"),
            }
            match assert_backups_are_whole(&disk, &said) {
                0 => none += 1,
                _ => some += 1,
            }
            session.back_up(Why::Asked).unwrap();
        }
    }
    assert!(old > 30 && new > 5 && none > 20 && some > 20, "all were met: {old} {new} {none} {some}");
}

/// Throws dice: the same ones for the same seed.
fn dice(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |sides| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) as usize % sides
    }
}

/// A disk that gives other bytes back than were written, from some file on.
struct Forgetful(FakeDisk, &'static str);

impl Storage for Forgetful {
    fn read(&self, path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
        let mut bytes = self.0.read(path, limit)?;
        if path.to_str().unwrap().contains("/backups/.") && path.ends_with(self.1) {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
        Ok(bytes)
    }
    fn write_new(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_new(path, bytes)
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        self.0.append(path, bytes)
    }
    fn sync_file(&self, path: &Path) -> std::io::Result<()> {
        self.0.sync_file(path)
    }
    fn sync_folder(&self, path: &Path) -> std::io::Result<()> {
        self.0.sync_folder(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> std::io::Result<()> {
        self.0.rename(from, to)
    }
    fn remove(&self, path: &Path) -> std::io::Result<()> {
        self.0.remove(path)
    }
    fn remove_folder(&self, path: &Path) -> std::io::Result<()> {
        self.0.remove_folder(path)
    }
    fn make_folder(&self, path: &Path) -> std::io::Result<()> {
        self.0.make_folder(path)
    }
    fn list(&self, path: &Path) -> std::io::Result<Vec<String>> {
        self.0.list(path)
    }
    fn facts(&self, path: &Path) -> std::io::Result<countersign::ports::FileFacts> {
        self.0.facts(path)
    }
    fn canonical(&self, path: &Path) -> std::io::Result<PathBuf> {
        self.0.canonical(path)
    }
    fn lock(&self, path: &Path, patience: Duration) -> std::io::Result<Box<dyn countersign::ports::LockGuard>> {
        self.0.lock(path, patience)
    }
}

#[test]
fn a_backup_that_reads_back_otherwise_never_counts() {
    for file in ["vault.age", "unlock/passphrase.age"] {
        let disk = fresh();
        let world = World { storage: Arc::new(Forgetful(disk.clone(), file)), ..disk.world() };
        let mut session = Session::unlock(&world, Path::new(FOLDER), &passphrase(), Trust::Pinned).unwrap();
        let error = session.back_up(Why::Asked).unwrap_err();
        assert!(error.what.ends_with("does not read back as it was written: a file differs"), "{error}");
        enrol(&mut session, "npm");
        assert_eq!(session.backup_troubles().len(), 1);
        assert_eq!(backup::list(&disk, &Path::new(FOLDER).join("backups")).unwrap(), []);
        let left: Vec<_> = disk.files().into_iter().filter(|path| path.starts_with("/home/vault/backups")).collect();
        assert_eq!(left, [Path::new("/home/vault/backups/.lock")]);
    }
}

#[test]
fn a_damaged_passphrase_file_is_not_backed_up_over_good_ones() {
    let desk = Desk::new();
    let mut session = create(&desk, &Policy::default());
    enrol(&mut session, "GitHub");
    fs::write(desk.folder.join("unlock/passphrase.age"), "").unwrap();
    enrol(&mut session, "npm");
    let error = session.back_up(Why::Asked).unwrap_err();
    assert_eq!(error.what, "the vault is damaged: unlock/passphrase.age: it is empty");
    assert_eq!(names(&desk).len(), 1);
    assert_eq!(session.backup_troubles().len(), 1);
}

#[test]
fn a_clock_in_1970_or_2100_loses_no_edit_and_makes_its_backups() {
    for wrong in [0, 4_102_444_800] {
        let desk = Desk::new();
        let mut session = create(&desk, &Policy::default());
        enrol(&mut session, "before");
        desk.clock.set_wall(wrong * 1000);
        enrol(&mut session, "meanwhile");
        drop(session);
        let mut session = unlock(&desk);
        assert_eq!(session.warnings().len(), usize::from(wrong == 0), "{:?}", session.warnings());
        import(&mut session, "imported");
        desk.clock.set_wall((TODAY + DAY) * 1000);
        let mut session = unlock(&desk);
        enrol(&mut session, "after");
        assert_eq!(issuers(session.vault()), ["after", "before", "imported", "meanwhile"]);
        assert_eq!(issuers(unlock(&desk).vault()), ["after", "before", "imported", "meanwhile"]);
        let mut times: Vec<u64> =
            backup::list(&*desk.world.storage, &desk.folder.join("backups")).unwrap().iter().map(|name| name.unix).collect();
        times.dedup();
        let mut expected = vec![TODAY, wrong, TODAY + DAY];
        expected.sort();
        assert_eq!(times, expected);
        let newest = backup::newest_that_opens(session.on_disk().unwrap().0, &desk.folder.join("backups")).unwrap();
        let (store, _) = session.on_disk().unwrap();
        assert!(backup::check(store, &backup::own_folder(store)).unwrap().iter().all(|one| one.result.is_ok()));
        assert!(newest.1.entries.len() >= 2);
    }
}

// Restoring.

fn source(desk: &Desk, named: &str) -> Source {
    restore::find(&desk.world, &desk.folder, Path::new(named)).unwrap()
}

fn copy_of(session: &Session, desk: &Desk, named: &str) -> restore::Copy {
    restore::open(session, &source(desk, named), None).unwrap()
}

#[test]
fn merging_brings_back_what_is_missing_and_keeps_what_is_newer() {
    let desk = Desk::new();
    let mut session = create(&desk, &Policy { every_h: 0, second: None });
    enrol(&mut session, "GitHub");
    let older = fs::read(desk.folder.join("vault.age")).unwrap();
    desk.clock.advance(Duration::from_secs(60));
    enrol(&mut session, "npm");
    session.back_up(Why::Asked).unwrap();
    drop(session);
    desk.clock.advance(Duration::from_secs(60));
    fs::write(desk.folder.join("vault.age"), older).unwrap();
    let mut session = unlock(&desk);
    let offer = restore::offer(&session).unwrap();
    assert_eq!(
        (offer.name.to_string().as_str(), offer.difference.back.as_slice()),
        ("2026-11-23T103420Z-asked", &["npm (hugo)".to_owned()][..])
    );
    let id = session.vault().entries[0].id;
    let edit = countersign::ops::change::Edit { note: Some("newer".into()), ..Default::default() };
    session.apply(Change::Edit(id, edit)).unwrap();
    let copy = copy_of(&session, &desk, "2026-11-23T103420Z-asked");
    let change = restore::change(&session, &copy.vault, How::Merge).unwrap().unwrap();
    session.apply(change).unwrap();
    assert_eq!(issuers(session.vault()), ["GitHub", "npm"]);
    assert_eq!(session.vault().entry(id).unwrap().note.value, "newer");
    assert_eq!(restore::change(&session, &copy.vault, How::Merge).unwrap(), None);
}

#[test]
fn replacing_makes_the_entries_those_of_the_backup_as_edits_of_now() {
    let desk = Desk::new();
    let mut session = create(&desk, &Policy { every_h: 0, second: None });
    ["kept", "edited", "deleted", "purged"].into_iter().for_each(|issuer| enrol(&mut session, issuer));
    let id =
        |session: &Session, issuer: &str| session.vault().entries.iter().find(|entry| entry.issuer.value == issuer).unwrap().id;
    let (edited, deleted, purged) = (id(&session, "edited"), id(&session, "deleted"), id(&session, "purged"));
    let then = session.back_up(Why::Asked).unwrap().to_string();
    desk.clock.advance(Duration::from_secs(60));
    let edit = countersign::ops::change::Edit { account: Some("other".into()), tag: vec!["t".into()], ..Default::default() };
    session.apply(Change::Edit(edited, edit)).unwrap();
    session.apply(Change::Delete(vec![deleted, purged])).unwrap();
    session.apply(Change::EmptyTrash(vec![purged])).unwrap();
    enrol(&mut session, "added");
    let copy = copy_of(&session, &desk, &then);
    let change = restore::change(&session, &copy.vault, How::Replace).unwrap().unwrap();
    let difference = restore::difference(session.vault(), &restore::preview(&session, &change).unwrap());
    let mut back = difference.back.clone();
    back.sort();
    assert_eq!(back, ["deleted (hugo)", "purged (hugo)"]);
    assert_eq!(difference.changed, [("edited (hugo)".to_owned(), vec!["account", "tags"])]);
    assert_eq!(difference.away, ["added (hugo)"]);
    assert_eq!(difference.tally(), "2 entries come back, 1 entry changes, 1 entry goes to the trash");
    session.apply(change).unwrap();
    assert_eq!(issuers(session.vault()), ["deleted", "edited", "kept", "purged"]);
    assert_eq!(session.vault().trash().count(), 1, "nothing is destroyed");
    // The same again changes nothing but what has no way back.
    assert_eq!(session.vault().entry(edited).unwrap().account.value, "hugo");
}

fn mend(world: &World, folder: &Path, source: &Source) -> Result<Mended> {
    let opening = Opening::Passphrase(passphrase());
    restore::mend(world, folder, source, &opening, Arc::new(Nobody), Trust::Pinned, &Policy::default())
}

#[test]
fn an_emptied_vault_is_put_back_from_a_backup_and_what_was_there_is_set_aside() {
    let desk = Desk::new();
    let mut session = create(&desk, &Policy::default());
    enrol(&mut session, "GitHub");
    drop(session);
    fs::write(desk.folder.join("vault.age"), "").unwrap();
    let error = Session::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).err().unwrap();
    let told = countersign::ops::backup::with_offer(&desk.world, &desk.folder, error, "countersign restore-backup");
    assert_eq!(
        told.hint.as_deref(),
        Some(
            "nothing was changed; the newest backup is of 2026-11-23 10:33:20 UTC, put it back with: countersign restore-backup 2026-11-23T103320Z-change"
        )
    );
    let source = source(&desk, "2026-11-23T103320Z-change");
    let no = Opening::Passphrase(SecretText::new("no"));
    let wrong = restore::mend(&desk.world, &desk.folder, &source, &no, Arc::new(Nobody), Trust::Pinned, &Policy::default());
    assert_eq!(wrong.err().unwrap().what, "the passphrase is wrong");
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), b"");
    let mended = mend(&desk.world, &desk.folder, &source).unwrap();
    assert_eq!(issuers(mended.session.vault()), ["GitHub"]);
    let aside = mended.aside.unwrap();
    assert_eq!(aside.file_name().unwrap(), "2026-11-23T103320Z-set-aside");
    assert_eq!(fs::read(aside.join("vault.age")).unwrap(), b"");
    assert_eq!(names(&desk).len(), 1, "what was set aside is no backup");
}

#[test]
fn a_backup_of_another_vault_is_refused_wherever_it_is_to_go() {
    let desk = Desk::new();
    let mut session = create(&desk, &Policy::default());
    enrol(&mut session, "mine");
    let stranger = Desk::new();
    let mut theirs = Session::create(&stranger.elsewhere(5), &stranger.folder, &passphrase(), 1).unwrap();
    enrol(&mut theirs, "theirs");
    let name = theirs.back_up(Why::Asked).unwrap();
    let folder = stranger.folder.join("backups").join(name.to_string());
    let source = restore::find(&desk.world, &desk.folder, &folder).unwrap();
    let refused: Error = restore::open(&session, &source, Some(&passphrase())).err().unwrap();
    assert_eq!(refused.what, "these are two different vaults and can't be merged");
    drop(session);
    fs::write(desk.folder.join("vault.age"), "").unwrap();
    let refused = mend(&desk.world, &desk.folder, &source);
    assert_eq!(refused.err().unwrap().what, "this is not the vault that was here before");
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), b"");
}

#[test]
fn stock_age_opens_the_one_file_and_a_new_machine_takes_it() {
    use countersign::vault::store::copies;
    let desk = Desk::new();
    let mut session = create(&desk, &Policy::default());
    ["GitHub", "npm"].into_iter().for_each(|issuer| enrol(&mut session, issuer));
    let gone = session.vault().entries[0].id;
    session.apply(Change::Delete(vec![gone])).unwrap();
    let (store, _) = session.on_disk().unwrap();
    let file = copies::wrap_payload(store, &passphrase(), 10).unwrap();
    fs::write(desk.home().join("one.age"), &file).unwrap();
    if crate::support::is_installed("age") {
        let mut age = portable_pty::CommandBuilder::new("age");
        age.args(["-d", "-o", "plain.json", "one.age"]);
        let (opened, said) = crate::store::answer_in_a_terminal(age, desk.home(), passphrase().expose());
        assert!(opened, "{said}");
        let plain = fs::read(desk.home().join("plain.json")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&plain).unwrap();
        assert_eq!(json["entries"].as_array().unwrap().len(), 2, "the trash is in it");
    } else {
        println!("skipped in part: age is not installed");
    }
    let elsewhere = desk.elsewhere(1);
    let folder = desk.home().join("new machine/vault");
    let source = restore::find(&elsewhere, &folder, &desk.home().join("one.age")).unwrap();
    let mended = mend(&elsewhere, &folder, &source).unwrap();
    assert_eq!(mended.aside, None);
    assert_eq!(mended.session.vault().entries, session.vault().entries);
    assert_eq!(mended.session.vault().id, session.vault().id, "the same vault: the two can be merged");
    // The first machine is not locked out by a later merge, nor does restoring change who can open the vault.
    assert!(mended.session.vault().methods.iter().all(|method| method.in_use()));
    let change = restore::change(&session, mended.session.vault(), How::Merge).unwrap();
    assert!(change.is_none_or(|change| restore::preview(&session, &change).unwrap().methods == session.vault().methods));
}

#[test]
fn a_copy_that_only_a_retired_key_opens_says_so() {
    use countersign::vault::RetiredKey;
    let desk = Desk::new();
    let mut session = create(&desk, &Policy::default());
    enrol(&mut session, "GitHub");
    let name = session.back_up(Why::Asked).unwrap().to_string();
    drop(session);
    // As a change of the passphrase leaves it.
    let path = desk.folder.join("unlock/passphrase.age");
    let old = seal::unwrap(&fs::read(&path).unwrap(), &passphrase()).unwrap();
    let new = seal::MethodKey::generate();
    let mut store = desk.unlock();
    store
        .change(|vault, stamper| {
            let at = stamper.next();
            vault.methods[0].removed = Some(at);
            let added =
                countersign::vault::Method { recipient: new.recipient(), added: at, removed: None, ..vault.methods[0].clone() };
            vault.methods.push(added);
            vault.retired.push(RetiredKey { identity: old[0].text(), retired: at });
            Ok(())
        })
        .unwrap();
    fs::write(&path, seal::wrap(&[&new], &passphrase(), 1).unwrap()).unwrap();
    let session = unlock(&desk);
    let copy = copy_of(&session, &desk, &name);
    assert!(copy.by_retired_key);
    let (store, _) = session.on_disk().unwrap();
    let checked = backup::check(store, &backup::own_folder(store)).unwrap();
    assert!(checked.iter().all(|one| one.result.as_ref().is_ok_and(|opened| opened.by_retired_key)));
    assert_eq!(backup::newest_that_opens(store, &backup::own_folder(store)).map(|(name, _)| name), None);

    // Sealed anew they are vaults of now, and the old key opens none of them.
    let mut session = session;
    let before = names(&desk).len();
    assert_eq!(session.rekey_backups(), before);
    assert_eq!(session.rekey_backups(), 0);
    assert_eq!((names(&desk).len(), session.backup_troubles().len()), (before, 0));
    for name in names(&desk) {
        let parcel = restore_source(&desk, &desk.folder.join("backups").join(&name));
        assert!(seal::open(parcel.get("vault.age").unwrap(), &old).is_err());
        let vault = parcel.open(&passphrase()).unwrap();
        assert_eq!((issuers(&vault), &vault.methods), (vec!["GitHub".to_owned()], &session.vault().methods));
    }
}
