//! Backups on the screen: a damaged vault put back, an older state merged with what is missing, failures that stay in sight.

use crate::support::scenes::{damaged, enrol, with_an_older_state};
use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use crate::support::world::Nobody;
use countersign::config::Config;
use countersign::error::ErrorKind;
use countersign::ops::backup::Policy;
use countersign::ops::restore;
use countersign::ops::session::Session;
use countersign::ops::unlock::Opening;
use countersign::tui::state::Start;
use countersign::vault::MethodKind;
use countersign::vault::backup::Why;
use countersign::vault::seal::MethodKey;
use countersign::vault::store::{NewMethod, Trust};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

fn unlock(desk: &Desk) -> Tui {
    let mut tui = Tui::at(desk, Start::Unlock, Config::default());
    tui.type_text("open sesame").press("Enter");
    tui
}

#[test]
fn a_damaged_vault_is_put_back_from_its_newest_backup() {
    let desk = damaged();
    let mut tui = unlock(&desk);
    tui.see("This vault does not open").see("vault.age: it is empty").see("It is of 2026-11-23 10:33:20 UTC, with 2 entries.");
    tui.press("Enter").see("The vault is damaged");
    tui.press("Enter")
        .press("Down Enter")
        .see("GitHub")
        .see("npm")
        .see("Put back; the old files are kept in backups/2026-11-23T103320Z-set-aside");
    assert_eq!(tui.entries().len(), 2);
    let aside = desk.folder.join("backups/2026-11-23T103320Z-set-aside/vault.age");
    assert_eq!(fs::read(aside).unwrap(), b"");
}

#[test]
fn a_damaged_vault_is_put_back_by_the_recovery_key_where_it_has_no_passphrase() {
    let desk = Desk::new();
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap();
    let key = MethodKey::generate();
    let recipient = key.recipient();
    let store = session.store_mut().unwrap();
    store.add_method("paper", NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient }).unwrap();
    store.remove_method("passphrase").unwrap();
    let by_key = Opening::typed(key.text());
    let mut session = by_key.unlock(&desk.world, &desk.folder, Arc::new(Nobody), Trust::Pinned).unwrap();
    session.back_up(Why::Asked).unwrap();
    fs::write(desk.folder.join("vault.age"), "").unwrap();
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.paste(MethodKey::generate().text().expose()).press("Enter").see("The vault is damaged: vault.age: it is empty");
    tui.see("There is a backup of 2026-11-23 10:33:20 UTC, which this does not open.");
    tui.press("Ctrl-U").paste(key.text().expose()).press("Enter").see("This vault does not open");
    tui.press("Down Enter").see("Put back; the old files are kept in").see("No accounts yet");
    by_key.unlock(&desk.world, &desk.folder, Arc::new(Nobody), Trust::Pinned).unwrap();
}

/// A vault that lost its passphrase on purpose after a backup, and has an entry since; and its recovery key.
fn with_a_passphrase_removed() -> (Desk, MethodKey) {
    let desk = Desk::new();
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap();
    let key = MethodKey::generate();
    let recipient = key.recipient();
    let store = session.store_mut().unwrap();
    store.add_method("paper", NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient }).unwrap();
    session.back_up(Why::Asked).unwrap();
    session.store_mut().unwrap().remove_method("passphrase").unwrap();
    enrol(&mut session, "Newest");
    (desk, key)
}

#[test]
fn a_whole_vault_without_a_passphrase_is_not_called_damaged_and_no_older_one_takes_its_place() {
    let (desk, key) = with_a_passphrase_removed();
    let before = fs::read(desk.folder.join("vault.age")).unwrap();
    let mut tui = unlock(&desk);
    tui.see("This vault has no passphrase here: unlock it by a key.").see_no("Put").see_no("damaged");
    tui.press("Tab").see("recovery key").type_text("open sesame").press("Enter");
    tui.see("That is not a recovery key: it begins with AGE-SECRET-KEY-1.").see_no("Put");
    // Nor on an explicit order.
    let backup =
        fs::read_dir(desk.folder.join("backups")).unwrap().flatten().map(|entry| entry.path()).find(|path| path.is_dir());
    let source = restore::find(&desk.world, &desk.folder, &backup.unwrap()).unwrap();
    let old = Opening::typed(passphrase());
    let person = Arc::new(Nobody);
    let refused =
        restore::mend(&desk.world, &desk.folder, &source, &old, person, Trust::Pinned, &Policy::default()).err().unwrap();
    assert_eq!(refused.kind, ErrorKind::WouldOverwrite);
    assert!(refused.what.ends_with("is whole: an older one does not take its place"), "{refused}");
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), before);
    tui.press("Ctrl-U").paste(key.text().expose()).press("Enter").see("Newest");
}

#[test]
fn a_passphrase_file_that_was_damaged_is_put_back_alone_and_nothing_newer_is_lost() {
    let desk = Desk::new();
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap();
    session.back_up(Why::Asked).unwrap();
    enrol(&mut session, "Newest");
    drop(session);
    fs::write(desk.folder.join("unlock/passphrase.age"), "").unwrap();
    let mut tui = unlock(&desk);
    tui.see("This vault does not open").see("unlock/passphrase.age: it is empty").see("Put its passphrase file back");
    tui.see("The entries are whole and stay as they are.")
        .press("Down Enter")
        .see("Newest")
        .see("Put back; the old files are kept");
    let mut tui = unlock(&desk);
    tui.see("Newest");
}

#[test]
fn what_a_vault_that_was_put_back_has_to_warn_of_is_said_too() {
    let desk = Desk::new();
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap();
    enrol(&mut session, "GitHub");
    session.back_up(Why::Asked).unwrap();
    enrol(&mut session, "Newest");
    drop(session);
    fs::write(desk.folder.join("vault.age"), "").unwrap();
    let mut tui = unlock(&desk);
    tui.see("with 1 entry").press("Down Enter").see("GitHub").see("An older state of this vault was put back");
}

#[test]
fn it_is_left_as_it_is_where_that_is_wished_or_no_backup_opens() {
    let desk = damaged();
    let mut tui = unlock(&desk);
    tui.press("Enter").see("The vault is damaged: vault.age: it is empty").see("unlock");
    assert_eq!(fs::read(desk.folder.join("vault.age")).unwrap(), b"");
    let backups = desk.folder.join("backups");
    for backup in fs::read_dir(&backups).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        fs::write(backup.path().join("vault.age"), "").unwrap();
    }
    unlock(&desk).see("The vault is damaged: vault.age: it is empty").see_no("Put the backup back");
}

#[test]
fn an_older_state_put_back_is_merged_with_the_backup_that_has_the_rest() {
    let desk = with_an_older_state();
    let mut tui = unlock(&desk);
    tui.see("Older state put back. Merge the backup of 2026-11-23?").see("1 entry comes back");
    tui.press("n").see_no("npm");
    let mut tui = unlock(&desk);
    tui.press("y").see("npm").see("Merged the backup of 2026-11-23 10:33:20 UTC");
    assert_eq!(
        Session::unlock(&desk.world, &desk.folder, &passphrase(), countersign::vault::store::Trust::Pinned)
            .unwrap()
            .vault()
            .active()
            .count(),
        2
    );
}

#[test]
fn a_backup_that_fails_is_told_until_it_is_mended() {
    let desk = Desk::new();
    drop(Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap());
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    let stick = desk.home().join("s");
    tui.worker.backups = Policy { second: Some(stick.clone()), ..Policy::default() };
    tui.type_text("open sesame").press("Enter").see_no("backup failed");
    let link = "otpauth://totp/Forge:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Forge";
    tui.press("a").paste(link).press("Enter Enter Esc");
    for _ in 0..3 {
        tui.wait(Duration::from_secs(20)).see("! The last backup failed").see("the backup folder");
    }
    fs::create_dir(&stick).unwrap();
    tui.press("p").wait(Duration::from_secs(20)).see("Forge").see_no("backup failed");
    assert_eq!(fs::read_dir(&stick).unwrap().count(), 1);
}
