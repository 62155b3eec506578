//! Importing, exporting, the palette and the settings: keys in, screen, vault and files out.

use crate::support::drawing::{code, gray_picture};
use crate::support::scenes::{AEGIS, locked_backup};
use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::secret::SecretText;
use countersign::transfer;
use countersign::tui::msg::Msg;
use countersign::tui::state::Start;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// An unlocked vault on real files, with a file beside it.
fn at_desk(name: &str, bytes: impl AsRef<[u8]>) -> (Desk, Tui, PathBuf) {
    let desk = Desk::new();
    drop(desk.create());
    let path = desk.home().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
    tui.type_text(passphrase().expose()).press("Enter");
    (desk, tui, path)
}

/// Names a file in the import screen.
fn import<'t>(tui: &'t mut Tui, path: &std::path::Path) -> &'t mut Tui {
    tui.press("i Enter").paste(path.to_str().unwrap()).press("Enter")
}

/// Chooses a format in the export screen.
fn export<'t>(tui: &'t mut Tui, format: &str) -> &'t mut Tui {
    tui.press("o");
    for _ in transfer::FORMATS {
        if tui.screen_text().contains(&format!("▌ {format}")) {
            break;
        }
        tui.press("Down");
    }
    tui.see(&format!("▌ {format}")).press("Enter")
}

/// Types the name of the exported file in place of the one proposed.
fn to_file<'t>(tui: &'t mut Tui, path: &std::path::Path) -> &'t mut Tui {
    tui.press("Ctrl-U").paste(path.to_str().unwrap()).press("Enter")
}

#[test]
fn a_file_is_reviewed_imported_and_deleted_when_asked() {
    let (desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    import(&mut tui, &path).see("3 accounts in Aegis, 3 marked to be imported").see("1 can't be taken").see("✗ number 4:");
    assert!(tui.entries().is_empty());
    tui.press("Space").see("2 marked").press("Enter");
    tui.see("✓ 2 accounts imported").see("aegis.json").see("2 accounts in it did not come into the vault.");
    assert!(path.exists());
    tui.press("Down Enter").see("✓ Deleted").see("2 entries");
    assert!(!path.exists());
    assert_eq!(desk.unlock().vault().active().count(), 2);
}

#[test]
fn the_file_is_kept_unless_its_deletion_is_chosen() {
    for keys in ["Enter", "Esc", "Down Esc"] {
        let (_desk, mut tui, path) = at_desk("aegis.json", AEGIS);
        import(&mut tui, &path).press("Enter").see("Keep the file").press(keys).see("3 entries");
        assert!(path.exists(), "{keys}");
    }
}

#[test]
fn a_file_that_has_changed_since_is_not_deleted() {
    let (_desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    import(&mut tui, &path).press("Enter");
    std::fs::write(&path, "another export").unwrap();
    tui.press("Down Enter").see("has changed since it was read, so it was left");
    assert!(path.exists());
}

#[test]
fn a_link_goes_with_the_file_it_leads_to() {
    let (desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    let link = desk.home().join("link.json");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    import(&mut tui, &link).press("Enter Down Enter").see("✓ Deleted");
    assert!(!path.exists() && !link.is_symlink());
}

#[test]
fn the_demo_deletes_no_file() {
    let mut tui = Tui::demo();
    tui.outside.lock().unwrap().files.insert("/home/hugo/aegis.json".into(), AEGIS.into());
    import(&mut tui, "~/aegis.json".as_ref()).press("Enter").see("3 accounts imported").see_no("Keep the file");
}

#[test]
fn an_encrypted_file_is_asked_its_password_and_a_wrong_one_stays() {
    let (_desk, mut tui, path) = at_desk("backup.2fas", locked_backup("right"));
    import(&mut tui, &path).see("It is encrypted: 2FAS. Its password?");
    tui.press("Enter").see("Its password?");
    tui.type_text("righ").press("Enter").see("That password does not open it.").see("••••").see_no("righ");
    tui.press("End").type_text("t").see_no("does not open").press("Enter").see("1 account in 2FAS");
    tui.press("Enter").see("1 entry").see_no("Keep the file");
    assert!(path.exists());
}

#[test]
fn what_is_given_up_with_esc_changes_nothing_when_it_comes() {
    let (_desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    tui.holding = true;
    import(&mut tui, &path).see("reading").press("Esc").see_no("reading");
    tui.release().see("Which file or folder?").see_no("accounts in Aegis");
    // And an answer to the first question is none to the second.
    tui.holding = true;
    tui.press("Enter Esc Ctrl-U").paste("/nowhere").press("Enter").see("reading");
    while let Some((asker, job)) = tui.held.pop_front() {
        let done = tui.worker.work(job);
        countersign::tui::update::update(&mut tui.state, Msg::Done { asker, done });
        tui.see_no("accounts in Aegis");
    }
    tui.see("Can't read /nowhere: no such file or directory.");
}

#[test]
fn what_is_in_conflict_is_kept_beside_replaced_or_left_out() {
    for (keys, word, secrets) in [("Down", "conflict, kept", 2), ("c", "conflict, replaces", 1), ("c c", "conflict, left out", 1)]
    {
        let mut tui = Tui::demo();
        tui.outside.lock().unwrap().files.insert("/home/hugo/aegis.json".into(), AEGIS.into());
        let before = tui.entry("GitHub").credential.value.secret.clone();
        import(&mut tui, "~/aegis.json".as_ref()).press(keys).see(word).press("Enter");
        let now: Vec<_> = tui.entries().into_iter().filter(|entry| entry.issuer.value == "GitHub").collect();
        assert_eq!(now.len(), secrets, "{word}");
        let kept = now.iter().any(|entry| entry.credential.value.secret == before);
        assert_eq!(kept, word != "conflict, replaces", "{word}");
    }
}

#[test]
fn what_is_there_already_is_not_imported_again() {
    let mut tui = Tui::empty();
    tui.outside.lock().unwrap().files.insert("/home/hugo/aegis.json".into(), AEGIS.into());
    import(&mut tui, "~/aegis.json".as_ref()).press("Enter").see("3 entries");
    import(&mut tui, "~/aegis.json".as_ref()).see("3 accounts in Aegis, 0 marked").press("Enter").see("None is marked");
    tui.press("a").see("0 marked").press("Space").see("1 marked").press("a a").see("0 marked");
}

#[test]
fn an_import_is_taken_back_with_one_key() {
    let mut tui = Tui::empty();
    tui.outside.lock().unwrap().files.insert("/home/hugo/aegis.json".into(), AEGIS.into());
    import(&mut tui, "~/aegis.json".as_ref()).press("Enter").see("3 entries").press("u").see("No accounts yet");
}

#[test]
fn pasted_links_and_the_clipboards_picture_are_imported() {
    const LINK: &str = "otpauth://totp/Forge:hugo?secret=JBSWY3DPEHPK3PXP&issuer=Forge";
    let mut tui = Tui::empty();
    tui.press("i").paste(LINK).see("1 account in").press("Enter").see("1 entry");
    tui.outside.lock().unwrap().clipboard_picture = Some(gray_picture(code(&LINK.replace("Forge", "Tide"), 4)));
    tui.press("i Down Down Enter").see("1 account in").press("Enter").see("2 entries");
}

#[test]
fn files_dropped_in_quotes_are_read_together() {
    let (desk, mut tui, path) = at_desk("one.json", AEGIS);
    let other = desk.home().join("two parts.txt");
    std::fs::write(&other, "otpauth://totp/Deno:hugo?secret=JBSWY3DPEHPK3PXQ&issuer=Deno\n").unwrap();
    tui.press("i Enter")
        .paste(&format!("'{}' '{}'", path.display(), other.display()))
        .press("Enter")
        .see("4 accounts in Aegis, ");
    tui.press("Enter").see("2 of the files hold their secrets in clear.");
}

#[test]
fn enrolling_from_a_locked_file_asks_its_password_too() {
    let mut tui = Tui::empty();
    tui.outside.lock().unwrap().files.insert("/home/hugo/backup.2fas".into(), locked_backup("right"));
    tui.press("a Down Down Enter").type_text("~/backup.2fas").press("Enter").see("Its password?");
    tui.type_text("right").press("Enter").see("Found from the file.").see("Forge");
}

#[test]
fn an_encrypted_export_is_private_and_opens_with_its_password() {
    let (desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    import(&mut tui, &path).press("Enter Enter");
    let out = desk.home().join("backup.2fas");
    export(&mut tui, "2FAS").type_text("one").press("Enter").type_text("two").press("Enter");
    tui.see("The two are not the same.").press("Ctrl-U").type_text("one").press("Enter");
    to_file(&mut tui, &out).see("✓ Wrote 3 entries to").see("3 entries");
    assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = std::fs::read(&out).unwrap();
    let (format, found) = transfer::read(&bytes, Some(&SecretText::new("one"))).unwrap();
    assert_eq!((format.id(), found.drafts.len()), ("2fas", 3));
}

#[test]
fn an_export_in_clear_is_warned_of_and_overwrites_only_when_told() {
    let (desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    import(&mut tui, &path).press("Enter Enter");
    let out = desk.home().join("mine.json");
    std::fs::write(&out, "something else").unwrap();
    export(&mut tui, "Aegis").see("Left empty, the file holds every secret in clear.").press("Enter");
    tui.see("Every secret will stand in clear in this file.");
    to_file(&mut tui, &out).see("Overwrite mine.json? It is there already.").press("n");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "something else");
    tui.see("where to?").press("Enter y").see("! Wrote 3 entries to").see("every secret is in clear");
    assert_eq!(transfer::read(&std::fs::read(&out).unwrap(), None).unwrap().1.drafts.len(), 3);
    assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_export_given_up_leaves_no_file() {
    let (desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    import(&mut tui, &path).press("Enter Enter");
    let out = desk.home().join("mine.json");
    export(&mut tui, "Aegis").press("Enter");
    tui.holding = true;
    to_file(&mut tui, &out).see("writing, and reading it back").press("Esc").see_no("writing, and");
    tui.release().see("where to?");
    assert!(!out.exists());
}

#[test]
fn what_can_not_be_written_is_said_and_the_name_can_be_mended() {
    let (desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    import(&mut tui, &path).press("Enter Enter");
    export(&mut tui, "Aegis").press("Enter");
    to_file(&mut tui, desk.home()).see("is a folder").see("Name a file in it.");
    to_file(&mut tui, &desk.home().join("none/mine.json")).see("Can't write").see("where to?");
}

#[test]
fn what_a_format_can_not_hold_is_told_before_anything_is_written() {
    let mut tui = Tui::demo();
    export(&mut tui, "Aegis")
        .see("Aegis holds 14 of 15 entries:")
        .see("Reading room (card 1187) was left out")
        .see("what is lost");
    tui.press("Enter").see("the password of the file?").press("Esc").see("14 of 15").press("Esc").see("In which format?");
}

#[test]
fn marked_entries_alone_are_exported() {
    let (desk, mut tui, path) = at_desk("aegis.json", AEGIS);
    import(&mut tui, &path).press("Enter Enter g");
    let out = desk.home().join("two.txt");
    tui.press("Space Space o").see("The 2 marked entries are exported.").press("Esc");
    export(&mut tui, "List of otpauth links").press("Enter");
    to_file(&mut tui, &out).see("Wrote 2 entries");
}

#[test]
fn a_command_is_found_by_its_name_and_done() {
    let mut tui = Tui::demo();
    tui.press(":").see("Commands").type_text("hide").see("hide-codes").press("Enter").see("•••");
    tui.press("Ctrl-P").type_text("exp").press("Enter").see("In which format?");
    tui.press("Esc :").type_text("zzz").see("No command has this name.").press("Enter Esc").see("15 entries");
}

#[test]
fn a_command_that_can_not_be_done_says_why() {
    let mut tui = Tui::empty();
    tui.press(":").type_text("undo").see("There is nothing to take back").press("Enter").see("· There is nothing to take back");
    tui.press("Ctrl-U").type_text("edit").see("No entry is selected");
}

#[test]
fn the_palette_locks_and_quits_too() {
    let mut tui = Tui::demo();
    tui.press(":").type_text("lock").press("Enter").see("Create a vault");
    let mut tui = Tui::demo();
    tui.press(":").type_text("quit").press("Enter");
    assert_eq!(tui.quit, Some(0));
}

#[test]
fn changed_settings_hold_at_once_and_the_rest_of_the_file_stays() {
    let file = "# mine\nlock_after_s = 60 # short\ntheme = \"night\"\n\n[keys]\nenrol = \"+\"\n";
    let (_desk, mut tui, path) = at_desk("config.toml", file);
    tui.state.common.config_file = Some(path.clone());
    tui.press(", Ctrl-U").type_text("90").press("Tab Ctrl-U").type_text("0").press("Enter").see("✓ The settings are saved");
    let kept = "# mine\nlock_after_s = 90 # short\ntheme = \"night\"\nclipboard_clear_s = 0\n\n[keys]\nenrol = \"+\"\n";
    // The program was started with the defaults: what was not changed there is not written.
    assert_eq!(std::fs::read_to_string(&path).unwrap(), kept);
    assert_eq!((tui.state.common.config.lock_after_s, tui.state.common.config.clipboard_clear_s), (90, 0));
}

#[test]
fn a_configuration_that_is_not_there_is_made_and_a_link_stays_a_link() {
    let (desk, mut tui, path) = at_desk("real.toml", "");
    let link = desk.home().join("link.toml");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    for (place, there) in [(desk.home().join("new/config.toml"), "hide_codes = true\n"), (link.clone(), "hide_codes = false\n")] {
        tui.state.common.config_file = Some(place.clone());
        tui.press(", Tab Tab Tab Right Enter").see("The settings are saved");
        assert_eq!(std::fs::read_to_string(&place).unwrap(), there);
    }
    assert!(link.is_symlink());
}

#[test]
fn a_broken_configuration_is_left_and_said() {
    let (_desk, mut tui, path) = at_desk("config.toml", "lock_after_s = ");
    tui.state.common.config_file = Some(path.clone());
    tui.press(", Tab Tab Tab Right Enter").see("is not valid TOML in line 1").see("Settings");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "lock_after_s = ");
    tui.press("Esc").see("Leave and lose the changes?").press("y").see_no("Settings");
}

#[test]
fn a_wrong_setting_is_not_saved() {
    let mut tui = Tui::demo();
    tui.press(", Ctrl-U").type_text("soon").press("Enter").see("A number of seconds from 0 to 86400.");
    tui.press("Ctrl-U").type_text("5").press("Enter").see("Changed until the program ends: nothing is written");
}

#[test]
fn an_account_that_gives_no_codes_is_marked_and_its_file_is_kept() {
    let links =
        "otpauth://totp/Odd:hugo?secret=JBSWY3DPEHPK3PXP&algorithm=Whirlpool\notpauth://totp/Good:hugo?secret=GEZDGNBVGY3TQOJQ\n";
    let (_desk, mut tui, path) = at_desk("links.txt", links);
    import(&mut tui, &path).see("no codes").see("It gives no codes: the hash Whirlpool is not known.");
    tui.press("Enter").see("2 accounts imported, 1 of them gives no codes").see_no("Delete it now").see("2 entries");
    assert!(path.exists());
}
