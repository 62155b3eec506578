//! The remembered unlock: what it opens, what ends it, and that trouble with it means that nothing is remembered.

use crate::support::store::{Desk, passphrase, totp};
use crate::support::tui::Tui;
use crate::support::world::Nobody;
use countersign::config::Config;
use countersign::error::ErrorKind;
use countersign::ops::change::Change;
use countersign::ops::session::Session;
use countersign::ops::unlock::Opening;
use countersign::ops::{find, glance, keys, rekey};
use countersign::secret::SecretText;
use countersign::tui::state::Start;
use countersign::vault::MethodKind;
use countersign::vault::entry::EntryId;
use countersign::vault::seal::MethodKey;
use countersign::vault::store::{self, NewMethod, Trust, can_remember, forget, is_remembered, unlock_remembered};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// A vault whose unlock is remembered for ten minutes.
fn remembering() -> Desk {
    let desk = Desk::new();
    desk.create();
    desk.unlock().remember(10 * MINUTE).unwrap();
    assert!(opens(&desk));
    desk
}

fn opens(desk: &Desk) -> bool {
    unlock_remembered(&desk.world, &desk.folder, Trust::Pinned).unwrap().is_some()
}

fn session(desk: &Desk) -> Session {
    Session::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).unwrap()
}

fn start(desk: &Desk) -> Tui {
    let mut tui = Tui::at(desk, Start::Unlock, Config::default());
    let effects = tui.state.unlock_with(Opening::Remembered);
    tui.perform(effects);
    tui
}

#[test]
fn only_the_key_is_kept_under_a_name_that_does_not_tell_the_path() {
    let desk = remembering();
    let kept = desk.keyring.kept();
    let (name, key) = kept.iter().next().unwrap();
    assert_eq!(kept.len(), 1);
    let digest = name.strip_prefix("countersign:").unwrap();
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    let key = MethodKey::parse(key.expose()).unwrap();
    assert_eq!(key.recipient(), desk.unlock().vault().methods[0].recipient);
}

#[test]
fn it_opens_until_its_time_has_passed() {
    let desk = remembering();
    desk.clock.advance(10 * MINUTE - Duration::from_secs(1));
    assert!(opens(&desk) && is_remembered(&desk.world, &desk.folder));
    desk.clock.advance(Duration::from_secs(1));
    assert!(!opens(&desk) && !is_remembered(&desk.world, &desk.folder));
    // Unlocking again begins the time anew.
    let store = desk.unlock();
    store.remember(MINUTE).unwrap();
    desk.clock.advance(MINUTE / 2);
    store.remember(MINUTE).unwrap();
    desk.clock.advance(MINUTE / 2);
    assert!(opens(&desk));
}

#[test]
fn it_is_forgotten_on_demand_once() {
    let desk = remembering();
    assert!(forget(&desk.world, &desk.folder).unwrap());
    assert!(!opens(&desk) && desk.keyring.kept().is_empty());
    assert!(!forget(&desk.world, &desk.folder).unwrap());
}

#[test]
fn a_keyring_out_of_order_means_not_remembered_and_says_why_only_when_asked_to_remember() {
    let desk = remembering();
    desk.keyring.fail(Some("this kernel has no keyring"));
    assert!(!opens(&desk) && !is_remembered(&desk.world, &desk.folder));
    for error in [can_remember(&desk.world, &desk.folder).unwrap_err(), desk.unlock().remember(MINUTE).unwrap_err()] {
        assert_eq!(
            (error.kind, error.what.as_str()),
            (ErrorKind::Failed, "no unlock can be remembered: this kernel has no keyring")
        );
        assert!(error.hint.is_some());
    }
    let error = forget(&desk.world, &desk.folder).unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::Failed, "no unlock can be forgotten: this kernel has no keyring"));
    // What else is done goes on.
    rekey::change_passphrase(&mut session(&desk), &SecretText::new("another one"), None).unwrap();
}

#[test]
fn what_is_no_key_means_not_remembered() {
    let desk = remembering();
    for odd in ["", "nonsense", "AGE-SECRET-KEY-1"] {
        desk.keyring.replace_all(&SecretText::new(odd));
        assert!(!opens(&desk), "{odd}");
        desk.unlock().remember(MINUTE).unwrap();
    }
}

#[test]
fn a_stale_key_is_forgotten_and_the_person_is_asked() {
    let desk = remembering();
    let stale = desk.keyring.kept().into_values().next().unwrap();
    // Changed on another machine, whose keyring is another one.
    let elsewhere = desk.elsewhere(1);
    let mut other = store::unlock(&elsewhere, &desk.folder, &passphrase(), Trust::Pinned).unwrap();
    other.change_passphrase(&SecretText::new("another one"), None).unwrap();
    assert_eq!(desk.keyring.kept().len(), 1);
    assert!(!opens(&desk) && desk.keyring.kept().is_empty());
    let mut tui = start(&desk);
    tui.see("passphrase").see_no("remembered").type_text("another one").press("Enter").see("No accounts yet");
    // Nor does one that another program puts back.
    store::unlock(&desk.world, &desk.folder, &SecretText::new("another one"), Trust::Pinned).unwrap().remember(MINUTE).unwrap();
    desk.keyring.replace_all(&stale);
    assert!(!opens(&desk));
}

#[test]
fn a_change_of_the_passphrase_and_the_removal_of_a_method_end_it() {
    let desk = remembering();
    let mut session = session(&desk);
    rekey::change_passphrase(&mut session, &SecretText::new("another one"), None).unwrap();
    assert!(desk.keyring.kept().is_empty());
    // Also where it is another method's.
    let anna = MethodKey::generate().recipient();
    session.store_mut().unwrap().add_method("anna", NewMethod::Direct { kind: MethodKind::PERSON, recipient: &anna }).unwrap();
    session.store().unwrap().remember(MINUTE).unwrap();
    assert!(keys::remove(&mut session, "nobody").is_err());
    assert!(opens(&desk));
    keys::remove(&mut session, "anna").unwrap();
    assert!(desk.keyring.kept().is_empty());
}

#[test]
fn a_change_of_the_passphrase_that_fails_halfway_leaves_nothing_remembered() {
    let desk = remembering();
    let mut session = session(&desk);
    fs::remove_file(desk.folder.join("unlock/passphrase.age")).unwrap();
    assert!(rekey::change_passphrase(&mut session, &SecretText::new("another one"), None).is_err());
    assert!(desk.keyring.kept().is_empty());
}

#[test]
fn each_vault_has_its_own_and_links_lead_to_the_same() {
    let desk = remembering();
    let other = desk.home().join("other");
    store::create(&desk.world, &other, &passphrase(), 1).unwrap();
    assert!(!is_remembered(&desk.world, &other));
    assert!(unlock_remembered(&desk.world, &other, Trust::Pinned).unwrap().is_none());
    assert!(!forget(&desk.world, &other).unwrap());
    let link = desk.home().join("link");
    symlink(&desk.folder, &link).unwrap();
    assert!(unlock_remembered(&desk.world, &link, Trust::Pinned).unwrap().is_some());
    // Another vault in its place: the key is not used for it, whatever --trust-vault says.
    for file in ["vault.age", "unlock/passphrase.age"] {
        fs::copy(other.join(file), desk.folder.join(file)).unwrap();
    }
    assert!(unlock_remembered(&desk.world, &desk.folder, Trust::Accept).unwrap().is_none());
}

#[test]
fn a_vault_forged_for_the_key_is_not_trusted_with_it_either() {
    let desk = remembering();
    // Whoever knows the recipient can make a vault that opens: its id is not the one pinned here.
    let recipient = desk.unlock().vault().methods[0].recipient.clone();
    let other = desk.home().join("other");
    let mut forged = store::create(&desk.world, &other, &passphrase(), 1).unwrap();
    forged.add_method("forged", NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient }).unwrap();
    fs::copy(other.join("vault.age"), desk.folder.join("vault.age")).unwrap();
    let error = unlock_remembered(&desk.world, &desk.folder, Trust::Pinned).err().unwrap();
    assert_eq!(error.kind, ErrorKind::NotTrusted);
    start(&desk).see("This is not the vault that was here before");
}

#[test]
fn whichever_key_opened_the_vault_is_remembered() {
    let desk = Desk::new();
    let mut store = desk.create();
    let key = MethodKey::generate();
    let recipient = key.recipient();
    store.add_method("paper", NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient }).unwrap();
    let paper = Opening::typed(key.text()).unlock(&desk.world, &desk.folder, Arc::new(Nobody), Trust::Pinned).unwrap();
    paper.store().unwrap().remember(MINUTE).unwrap();
    assert_eq!(desk.keyring.kept().into_values().collect::<Vec<_>>(), [key.text()]);
    let opened = unlock_remembered(&desk.world, &desk.folder, Trust::Pinned).unwrap().unwrap();
    assert!(!opened.is_by_passphrase());
    desk.unlock().remember(MINUTE).unwrap();
    assert!(unlock_remembered(&desk.world, &desk.folder, Trust::Pinned).unwrap().unwrap().is_by_passphrase());
}

#[test]
fn a_read_only_vault_opens_with_it() {
    let desk = remembering();
    fs::set_permissions(&desk.folder, fs::Permissions::from_mode(0o500)).unwrap();
    let opened = unlock_remembered(&desk.world, &desk.folder, Trust::Pinned).unwrap().unwrap();
    assert!(opened.read_only().is_some());
    opened.remember(MINUTE).unwrap();
    fs::set_permissions(&desk.folder, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn the_screen_opens_at_once_and_ctrl_l_ends_it() {
    let desk = remembering();
    let mut tui = start(&desk);
    tui.see("No accounts yet");
    assert!(opens(&desk));
    tui.press("Ctrl-L").see("passphrase").see_no("No accounts yet");
    assert!(desk.keyring.kept().is_empty());
}

#[test]
fn the_auto_lock_of_the_screen_ends_it_and_quitting_does_not() {
    let desk = remembering();
    let mut tui = start(&desk);
    tui.press("q");
    assert_eq!(tui.quit, Some(0));
    assert!(opens(&desk));
    let mut tui = start(&desk);
    tui.see("No accounts yet").wait(6 * MINUTE).see("passphrase");
    assert!(desk.keyring.kept().is_empty());
}

#[test]
fn locking_the_demo_leaves_the_unlock_of_the_vault() {
    let desk = remembering();
    let mut tui = Tui::at(&desk, Start::Demo, Config::default());
    tui.see("GitHub").press("Ctrl-L");
    assert!(opens(&desk));
}

#[test]
fn one_that_ends_while_the_screen_starts_is_asked_for_without_a_word() {
    let desk = remembering();
    forget(&desk.world, &desk.folder).unwrap();
    let mut tui = start(&desk);
    tui.see("passphrase").see_no("emember").see_no("opening");
    tui.type_text("open sesame").press("Enter").see("No accounts yet");
}

#[test]
fn on_the_screen_the_passphrase_is_asked_for_before_it_is_changed() {
    let desk = remembering();
    let mut tui = start(&desk);
    tui.press("K Enter").see("passphrase now").type_text("wrong").press("Enter");
    tui.type_text("a new one").press("Enter").type_text("a new one").press("Enter").see("The passphrase is wrong.");
    tui.type_text("open sesame").press("Enter").see("The passphrase is changed");
    assert!(desk.keyring.kept().is_empty());
    tui.press("Ctrl-L").type_text("a new one").press("Enter").see("No accounts yet");
}

#[test]
fn whoever_finds_the_screen_open_cannot_make_the_vault_theirs() {
    let desk = remembering();
    let mut tui = start(&desk);
    tui.press("K Down Down Down Down Down Enter").type_text("age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z");
    tui.press("Enter").see("The vault was opened by a remembered unlock");
    assert_eq!(desk.unlock().methods().len(), 1);
    tui.press("Ctrl-L").type_text("open sesame").press("Enter");
    tui.press("K Down Down Down Down Down Enter").type_text("age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z");
    tui.press("Enter");
    assert_eq!(desk.unlock().methods().len(), 2);
}

#[test]
fn there_is_no_glance_at_a_vault_with_entries_that_cannot_be_read() {
    let desk = with_entries(&[("GitHub", "hugo")]);
    let mut store = desk.unlock();
    store
        .change(|vault, _| {
            vault.unread.push(SecretText::new("{\"id\":7,\"issuer\":\"Odd\"}"));
            Ok(())
        })
        .unwrap();
    assert!(session(&desk).warnings().iter().any(|warning| warning.contains("could not be read")));
    assert_eq!(glanced(&desk, "github"), None);
}

/// The vault of `remembering` with entries of these names, and secrets of their own.
fn with_entries(names: &[(&str, &str)]) -> Desk {
    let desk = remembering();
    let mut store = desk.unlock();
    store
        .change(|vault, stamper| {
            for (at, (issuer, account)) in names.iter().enumerate() {
                vault.insert(totp(at as u128 + 1, stamper, issuer, account));
            }
            Ok(())
        })
        .unwrap();
    desk
}

/// By the quick way.
fn glanced(desk: &Desk, query: &str) -> Option<EntryId> {
    glance::one(&desk.world, &desk.folder, query).map(|entry| entry.id)
}

#[test]
fn a_glance_finds_the_same_entry_as_opening_the_vault_or_none() {
    let names = [
        ("GitHub", "hugo"),
        ("GitHub", "anna@example.org"),
        ("GitLab", "hugo"),
        ("git", ""),
        ("Kelvin \u{212a}", "k"),
        ("\u{130}stanbul", "stra\u{df}e"),
        ("Quote \"x\"", "a\\b"),
        ("totp", "SHA1"),
        ("", "lonely"),
        ("a:b", "c d"),
        ("M\u{e9}dico", "jose\u{301}"),
        ("Medico", "joseph"),
        ("\u{ff27}\u{ff2d}\u{ff2f}", "plain"),
    ];
    let desk = with_entries(&names);
    let session = session(&desk);
    let mut queries: Vec<String> = Vec::new();
    for (issuer, account) in names {
        queries.extend([issuer.into(), account.into(), format!("{issuer}:{account}"), format!(" {issuer} {account} ")]);
        queries.extend([
            issuer.to_uppercase(),
            account.to_lowercase(),
            issuer.chars().take(3).collect(),
            account.chars().skip(1).collect(),
        ]);
    }
    queries.extend(
        [
            "hub:an",
            "b hugo",
            "k",
            "K",
            "\u{212a}",
            "i",
            "credential",
            "JBSW",
            "zzz",
            ":",
            " ",
            "x",
            "\\",
            "m\u{e8}dico",
            "jos\u{e9}",
            "gm\u{f6}",
            "pl\u{e1}in",
            "\u{ff4e}\u{ff50}\u{ff4d}",
        ]
        .map(String::from),
    );
    queries.extend(session.vault().entries.iter().map(|entry| entry.id.to_string()));
    queries.push(EntryId(3).to_string().to_uppercase());
    for query in &queries {
        let opened = find::one(session.vault(), query).ok().map(|entry| entry.id);
        assert_eq!(glanced(&desk, query), opened, "{query:?}");
    }
    let found = queries.iter().filter(|query| glanced(&desk, query).is_some()).count();
    assert!(found > 30, "{found}");
}

#[test]
fn a_glance_does_not_see_the_trash() {
    let desk = with_entries(&[("GitHub", "hugo"), ("GitHub", "anna")]);
    assert_eq!(glanced(&desk, "github"), None);
    session(&desk).apply(Change::Delete(vec![EntryId(1)])).unwrap();
    assert_eq!(glanced(&desk, "github"), Some(EntryId(2)));
}

#[test]
fn there_is_no_glance_where_opening_has_something_to_tell() {
    let desk = with_entries(&[("GitHub", "hugo")]);
    let sees = |desk: &Desk| glanced(desk, "GitHub").is_some();
    let vault = desk.folder.join("vault.age");
    let before = fs::read(&vault).unwrap();
    assert!(sees(&desk));
    // A conflict copy, of the vault or of the passphrase.
    for copy in ["vault (conflicted copy).age", "unlock/passphrase.sync-conflict-20260101-000000-AAAAAAA.age"] {
        fs::write(desk.folder.join(copy), "x").unwrap();
        assert!(!sees(&desk), "{copy}");
        fs::remove_file(desk.folder.join(copy)).unwrap();
    }
    // Backups that fail.
    let trouble = desk.world.state_folder.join("backups").join(format!("{}.json", desk.unlock().path_digest()));
    fs::create_dir_all(trouble.parent().unwrap()).unwrap();
    fs::write(&trouble, "[]").unwrap();
    assert!(!sees(&desk));
    fs::remove_file(&trouble).unwrap();
    // News of another machine: opening takes note of it, so that it is missed where it is taken back.
    let mut elsewhere = store::unlock(&desk.elsewhere(1), &desk.folder, &passphrase(), Trust::Pinned).unwrap();
    elsewhere
        .change(|vault, stamper| {
            vault.insert(totp(2, stamper, "npm", "hugo"));
            Ok(())
        })
        .unwrap();
    assert!(!sees(&desk));
    desk.unlock();
    assert!(sees(&desk));
    // An older state, a clock that is wrong, a state folder that is not there.
    let now = fs::read(&vault).unwrap();
    fs::write(&vault, before).unwrap();
    assert!(!sees(&desk));
    fs::write(&vault, now).unwrap();
    desk.clock.set_wall(0);
    assert!(!sees(&desk));
    desk.clock.set_wall(crate::support::store::TODAY * 1000);
    assert!(sees(&desk));
    fs::remove_dir_all(&desk.world.state_folder).unwrap();
    assert!(!sees(&desk));
    desk.unlock();
    assert!(sees(&desk));
    forget(&desk.world, &desk.folder).unwrap();
    assert!(!sees(&desk));
}
