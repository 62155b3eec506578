//! What others write while the vault is open: seen at once, and never in the way of what is being typed.

use crate::support::store::{Desk, totp};
use crate::support::tui::Tui;
use crate::support::{wait_until, world::FakeEntropy};
use countersign::config::Config;
use countersign::ops::duplicates;
use countersign::otp::Kind;
use countersign::otp::base32;
use countersign::ports::Watch;
use countersign::ports::watch::FolderWatch;
use countersign::tui::msg::Msg;
use countersign::tui::state::Start;
use countersign::vault::entry::{Entry, EntryId};
use countersign::vault::store::{self, Trust, World, is_of_vault};
use std::sync::{Arc, Mutex};

fn opened() -> (Desk, Tui) {
    let desk = Desk::new();
    desk.create();
    for (id, issuer) in [(1, "Alpha"), (2, "Gamma")] {
        write(&desk, id, issuer);
    }
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.type_text("open sesame").press("Enter");
    (desk, tui)
}

/// Another program adds an entry.
fn write(desk: &Desk, id: u128, issuer: &str) {
    let world = World { entropy: Arc::new(FakeEntropy::seed(id as u64 + 50)), ..desk.world.clone() };
    let mut store = store::unlock(&world, &desk.folder, &crate::support::store::passphrase(), Trust::Pinned).unwrap();
    store
        .change(|vault, stamper| {
            vault.insert(totp(id, stamper, issuer, "hugo"));
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_typed_into_the_search_stays_and_so_does_the_selection() {
    let (desk, mut tui) = opened();
    tui.press("/").type_text("gam");
    write(&desk, 3, "Beta");
    write(&desk, 4, "Gambit");
    tui.send(Msg::FilesChanged);
    tui.see("gam").see("Gamma").see("Gambit").see_no("Beta");
    tui.type_text("m").see("Gamma").see_no("Gambit");
    tui.press("Enter");
    assert_eq!(tui.outside.lock().unwrap().copied.len(), 1);
}

#[test]
fn a_label_goes_on_meaning_the_row_it_was_put_on() {
    let (desk, mut tui) = opened();
    tui.press("f");
    write(&desk, 3, "Aaron");
    tui.send(Msg::FilesChanged);
    // The first row was Alpha when its label was read.
    tui.see_no("Aaron").type_text("a").see("Copied Alpha").see("Aaron");
}

#[test]
fn a_form_keeps_what_is_typed_and_saves_only_that() {
    let (desk, mut tui) = opened();
    tui.press("e").type_text(" one");
    let world = World { entropy: Arc::new(FakeEntropy::seed(9)), ..desk.world.clone() };
    let mut other = store::unlock(&world, &desk.folder, &crate::support::store::passphrase(), Trust::Pinned).unwrap();
    other
        .change(|vault, stamper| {
            let entry = vault.entry_mut(countersign::vault::entry::EntryId(1)).unwrap();
            entry.note = countersign::vault::stamp::Stamped::new(stamper.next(), "from the other program".into());
            Ok(())
        })
        .unwrap();
    tui.send(Msg::FilesChanged);
    tui.see("Alpha one").press("Enter");
    let entry = tui.entry("Alpha one");
    assert_eq!(entry.note.value, "from the other program");
}

#[test]
fn a_conflict_copy_that_appears_while_open_is_taken_in_and_said() {
    let (desk, mut tui) = opened();
    let before = std::fs::read(desk.folder.join("vault.age")).unwrap();
    write(&desk, 3, "from the copy");
    std::fs::rename(desk.folder.join("vault.age"), desk.folder.join("vault-LAPTOP.age")).unwrap();
    std::fs::write(desk.folder.join("vault.age"), before).unwrap();
    tui.send(Msg::FilesChanged);
    tui.see("from the copy").see("Merged a conflict copy");
    assert!(desk.folder.join("backups/vault-LAPTOP.age").is_file());
}

#[test]
fn a_burst_of_changes_is_taken_in_twice_at_most_and_a_locked_screen_takes_in_nothing() {
    let (_desk, mut tui) = opened();
    tui.holding = true;
    for _ in 0..100 {
        tui.send(Msg::FilesChanged);
    }
    assert_eq!(tui.held.len(), 1);
    tui.release();
    tui.holding = true;
    tui.press("Ctrl-L").send(Msg::FilesChanged);
    assert_eq!(tui.held.len(), 1, "only the order to lock");
    assert_eq!(tui.state.next_wake(), None);
}

#[test]
fn the_watch_tells_of_files_that_are_whole_and_stays_silent_when_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = told.clone();
    let mut watch = FolderWatch::default();
    watch.start(folder.path(), Arc::new(move |name: &str| sink.lock().unwrap().push(name.to_owned()))).unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path(".vault.age.1.tmp"), "x").unwrap();
    std::fs::rename(path(".vault.age.1.tmp"), path("vault.age")).unwrap();
    wait_until("the rename is told", || told.lock().unwrap().iter().any(|name| name == "vault.age"));
    let seen = told.lock().unwrap().len();
    for _ in 0..20 {
        std::fs::read(path("vault.age")).unwrap();
    }
    std::fs::write(path("vault 2.age"), "y").unwrap();
    wait_until("the copy is told", || told.lock().unwrap().iter().any(|name| name == "vault 2.age"));
    let all = told.lock().unwrap().clone();
    assert!(all[seen..].iter().all(|name| name == "vault 2.age"), "{all:?}");
    assert!(all.iter().filter(|name| is_of_vault(name)).count() >= 2, "{all:?}");
}

#[test]
fn entries_of_one_secret_that_came_while_it_was_closed_are_told_of_once() {
    let (desk, tui) = opened();
    drop(tui);
    let twin = |id| {
        let world = World { entropy: Arc::new(FakeEntropy::seed(9)), ..desk.world.clone() };
        let mut other = store::unlock(&world, &desk.folder, &crate::support::store::passphrase(), Trust::Pinned).unwrap();
        other
            .change(|vault, stamper| {
                let twin = totp(1, stamper, "Alpha", &format!("of {id}"));
                vault.insert(Entry { id: EntryId(id), ..twin });
                Ok(())
            })
            .unwrap();
    };
    let open = || {
        let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
        tui.type_text("open sesame").press("Enter");
        tui
    };
    // One of another kind gives other codes: it is none of them, and nothing could join it.
    let world = World { entropy: Arc::new(FakeEntropy::seed(9)), ..desk.world.clone() };
    let mut other = store::unlock(&world, &desk.folder, &crate::support::store::passphrase(), Trust::Pinned).unwrap();
    other
        .change(|vault, stamper| {
            let mut odd = totp(1, stamper, "Alpha", "of another kind");
            odd.credential.value.kind = Kind::Hotp;
            vault.insert(Entry { id: EntryId(70), ..odd });
            Ok(())
        })
        .unwrap();
    open().see_no("The same secret");
    twin(77);
    open().see("The same secret is in 2 entries: Alpha (hugo), Alpha (of 77)").see("J on one of them joins them");
    open().see_no("The same secret");
    // A third one is news, and so is one that comes with a conflict copy; one that goes is none.
    let before = std::fs::read(desk.folder.join("vault.age")).unwrap();
    twin(78);
    std::fs::rename(desk.folder.join("vault.age"), desk.folder.join("vault-LAPTOP.age")).unwrap();
    std::fs::write(desk.folder.join("vault.age"), before).unwrap();
    let mut tui = open();
    tui.see("Merged a conflict copy").see("J on one of them joins them · 3 entries have one secret: Alpha (hugo), Alph");
    tui.press("g d y");
    open().see_no("one secret").see_no("The same secret");
    // Who enrols a twin is asked there and then.
    let mut tui = open();
    let secret = tui.entry("Gamma").credential.value.secret.clone();
    let link = format!("otpauth://totp/Gamma:again?secret={}&issuer=Gamma", base32::encode(&secret).expose());
    tui.press("a").paste(&link).press("Enter").see("Gamma");
    drop(tui);
    open().see_no("The same secret");
}

#[test]
fn two_entries_of_one_secret_are_told_of_and_joined_and_that_can_be_taken_back() {
    let (desk, mut tui) = opened();
    let world = World { entropy: Arc::new(FakeEntropy::seed(9)), ..desk.world.clone() };
    let mut other = store::unlock(&world, &desk.folder, &crate::support::store::passphrase(), Trust::Pinned).unwrap();
    other
        .change(|vault, stamper| {
            let mut twin = totp(1, stamper, "Alpha", "from the phone");
            twin.id = countersign::vault::entry::EntryId(77);
            let at = stamper.next();
            twin.tags.insert("phone".into(), countersign::vault::stamp::Stamped::new(at, true));
            twin.note.value = "set up on the phone".into();
            vault.insert(twin);
            Ok(())
        })
        .unwrap();
    tui.send(Msg::FilesChanged);
    tui.see("The same secret is in 2 entries: Alpha (hugo), Alpha (from the").see("J on one of them joins them").press("g J");
    tui.see("Join the other entry with its secret into Alpha").press("y");
    assert_eq!(tui.entries().len(), 2);
    let kept = tui.entry("Alpha");
    assert_eq!((kept.tags().collect::<Vec<_>>(), kept.note.value.as_str()), (vec!["phone"], "set up on the phone"));
    assert!(duplicates::groups(&tui.state.common.open.as_ref().unwrap().vault).is_empty());
    tui.press("u");
    assert_eq!(tui.entries().len(), 3);
    assert_eq!(tui.entries().iter().filter(|entry| entry.tags().next().is_some()).count(), 1);
    tui.press("g j j J").see("No other entry gives the codes of Gamma");
}
