//! Every screen in a telling moment: pictures, sizes and styles are tested over this table. A new screen is a row here.

use super::google::transfer as google_transfer;
use super::rekey::change_passphrase;
use super::store::{Desk, passphrase};
use super::tui::Tui;
use super::world::FakeEntropy;
use countersign::config::Config;
use countersign::ops::change::{Change, CredentialEdit, Edit};
use countersign::ops::session::Session;
use countersign::ops::vaults::Named;
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::{Draft, FORMATS, Sealing, by_id, read};
use countersign::tui::msg::{Done, Effect, Job, KeysDone, Msg, OtherVault, Then};
use countersign::tui::state::Start;
use countersign::tui::update::update;
use countersign::vault::MethodKind;
use countersign::vault::backup::Why;
use countersign::vault::seal::MethodKey;
use countersign::vault::store::{Listed, MethodState, NewMethod, Trust, Way};
use std::sync::Arc;
use std::time::Duration;

const LINK: &str = "otpauth://totp/Forge:hugo%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Forge";

/// An Aegis export in clear, with an entry of no known kind among good ones.
pub const AEGIS: &str = r#"{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,"groups":[{"uuid":"g1","name":"work"}],"entries":[
{"type":"totp","uuid":"a","name":"hugo@example.org","issuer":"Forge","note":"","favorite":false,"info":{"secret":"JBSWY3DPEHPK3PXP","algo":"SHA1","digits":6,"period":30},"groups":["g1"]},
{"type":"totp","uuid":"b","name":"hugo@example.org","issuer":"GitHub","note":"","favorite":false,"info":{"secret":"JBSWY3DPEHPK3PXQ","algo":"SHA1","digits":6,"period":30},"groups":[]},
{"type":"totp","uuid":"d","name":"tide@example.org","issuer":"Tide tables","note":"","favorite":false,"info":{"secret":"JBSWY3DPEHPK3PXR","algo":"SHA256","digits":8,"period":60},"groups":["g1"]},
{"type":"totp","uuid":"e","name":"torn","issuer":"Torn","note":"","favorite":false,"info":{"secret":"!!!!","algo":"SHA1","digits":6,"period":30},"groups":[]}]}}"#;

fn put_file(tui: &Tui, name: &str, bytes: impl Into<Vec<u8>>) {
    tui.outside.lock().unwrap().files.insert(format!("/home/hugo/{name}").into(), bytes.into());
}

/// A 2FAS backup with one account, opened by this password.
pub fn locked_backup(password: &str) -> Vec<u8> {
    let format = by_id("2fas").unwrap();
    let credential = Credential::new(Kind::Totp, Secret::new(b"made up for Forge".to_vec()));
    let draft = Draft { issuer: "Forge".into(), account: "hugo".into(), ..Draft::new(credential) };
    let password = SecretText::new(password);
    let sealing = Sealing { password: Some(&password), entropy: &FakeEntropy::seed(3), work_factor: 2 };
    format.writer().unwrap().write(&[draft], &sealing).unwrap().bytes.to_vec()
}

/// At the review of a file in clear.
fn reviewing() -> Tui {
    let mut tui = Tui::demo();
    put_file(&tui, "aegis.json", AEGIS);
    tui.press("i Enter").type_text("~/aegis.json").press("Enter");
    tui
}

/// At the question for the password of a file.
fn locked_file() -> Tui {
    let mut tui = Tui::demo();
    put_file(&tui, "backup.2fas", locked_backup("right"));
    tui.press("i Enter").type_text("~/backup.2fas").press("Enter");
    tui
}

/// Past the choice of the format of this name.
fn exporting(format: &str) -> Tui {
    let mut tui = Tui::demo();
    tui.press("o");
    for _ in FORMATS {
        if tui.screen_text().contains(&format!("▌ {format}")) {
            break;
        }
        tui.press("Down");
    }
    tui.see(&format!("▌ {format}")).press("Enter");
    tui
}

pub fn enrol(session: &mut Session, issuer: &str) {
    let link = SecretText::new(LINK.replace("Forge", issuer));
    session.apply(Change::Enrol(read(link.expose().as_bytes(), None).unwrap().1.drafts)).unwrap();
}

/// A vault with two entries and a backup, whose `vault.age` was emptied.
pub fn damaged() -> Desk {
    let desk = Desk::new();
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap();
    ["GitHub", "npm"].into_iter().for_each(|issuer| enrol(&mut session, issuer));
    session.back_up(Why::Asked).unwrap();
    std::fs::write(desk.folder.join("vault.age"), "").unwrap();
    desk
}

const COPY: &str = "sync-conflict-20261125-101010-ABCDEFG.age";

/// The desk's vault as another machine has it, with an entry and a method of its own, beside the desk.
fn on_another_machine(desk: &Desk) -> std::path::PathBuf {
    let folder = desk.home().join("elsewhere");
    std::fs::create_dir_all(folder.join("unlock")).unwrap();
    for file in ["vault.age", "unlock/passphrase.age"] {
        std::fs::copy(desk.folder.join(file), folder.join(file)).unwrap();
    }
    let mut session = Session::unlock(&desk.elsewhere(1), &folder, &passphrase(), Trust::Pinned).unwrap();
    let link = SecretText::new(LINK.replace("JBSWY3DPEHPK3PXP", "MFRGGZDFMZTWQ2LK"));
    session.apply(Change::Enrol(read(link.expose().as_bytes(), None).unwrap().1.drafts)).unwrap();
    folder
}

/// A vault beside which a conflict copy lies that was written with the passphrase before.
pub fn with_a_copy_of_an_old_key() -> Desk {
    let desk = Desk::new();
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap();
    enrol(&mut session, "GitHub");
    let folder = on_another_machine(&desk);
    let mut there = Session::unlock(&desk.elsewhere(1), &folder, &passphrase(), Trust::Pinned).unwrap();
    let recipient = MethodKey::generate().recipient();
    let anna = NewMethod::Direct { kind: MethodKind::PERSON, recipient: &recipient };
    there.store_mut().unwrap().add_method("anna", anna).unwrap();
    change_passphrase(&desk.world, &desk.folder, &passphrase(), &SecretText::new("quite another one"));
    std::fs::copy(folder.join("vault.age"), desk.folder.join(format!("vault.{COPY}"))).unwrap();
    desk
}

/// A vault whose passphrase was changed here and on another machine, with what a sync program made of it.
pub fn with_a_copy_of_another_passphrase() -> Desk {
    let desk = Desk::new();
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap();
    enrol(&mut session, "GitHub");
    let folder = on_another_machine(&desk);
    change_passphrase(&desk.elsewhere(1), &folder, &passphrase(), &SecretText::new("changed there"));
    change_passphrase(&desk.world, &desk.folder, &passphrase(), &SecretText::new("changed here"));
    std::fs::copy(folder.join("vault.age"), desk.folder.join(format!("vault.{COPY}"))).unwrap();
    std::fs::copy(folder.join("unlock/passphrase.age"), desk.folder.join(format!("unlock/passphrase.{COPY}"))).unwrap();
    desk
}

/// A vault in which the state before its second entry was put back; a backup has both.
pub fn with_an_older_state() -> Desk {
    let desk = Desk::new();
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap();
    enrol(&mut session, "GitHub");
    let older = std::fs::read(desk.folder.join("vault.age")).unwrap();
    enrol(&mut session, "npm");
    session.back_up(Why::Asked).unwrap();
    std::fs::write(desk.folder.join("vault.age"), older).unwrap();
    desk
}

/// As if the demo had files: the screen of its unlock methods, after these keys.
fn with_methods(mut tui: Tui, keys: &str) -> Tui {
    let method = |name: &str, kind: &str, state| Listed {
        name: name.into(),
        kind: kind.into(),
        id: "0badcafe".into(),
        added_ms: 0,
        state,
    };
    let open = tui.state.common.open.as_mut().unwrap();
    open.demo = false;
    open.by_passphrase = true;
    open.methods = Arc::new(vec![
        method("passphrase", MethodKind::PASSPHRASE, MethodState::Usable),
        method("anna", MethodKind::PERSON, MethodState::Usable),
        method("yubikey", MethodKind::PLUGIN, MethodState::FileMissing),
    ]);
    tui.press("K");
    if !keys.is_empty() {
        tui.press(keys);
    }
    tui
}

/// The demo after some time, with three entries in the trash.
fn with_trash() -> Tui {
    let mut tui = Tui::demo();
    for (keys, then) in [("G d y", 86_400 * 12), ("g j j d y", 3_600 * 5), ("j d y", 40)] {
        tui.press(keys).wait(Duration::from_secs(then));
    }
    tui
}

/// The demo after some time, at an entry with secrets that were replaced, edited to another kind, and dropped.
fn with_history() -> Tui {
    let mut tui = Tui::demo();
    tui.press("/").type_text("github").press("Tab");
    let id = tui.entry("GitHub").id;
    let secret = |text: &str| Some(Secret::new(text.as_bytes().to_vec()));
    let edit = |credential| Change::Edit(id, Edit { credential, ..Edit::default() });
    let changes = [
        edit(CredentialEdit { secret: secret("the second one"), ..CredentialEdit::default() }),
        edit(CredentialEdit { digits: Some(8), algorithm: Some(Algorithm::Sha256), ..CredentialEdit::default() }),
        edit(CredentialEdit { kind: Some(Kind::Hotp), secret: secret("the third one"), ..CredentialEdit::default() }),
        Change::Reenrol(id, Credential::new(Kind::Totp, Secret::new(b"never taken".to_vec()))),
        Change::DropCandidate(id),
    ];
    for (change, then) in changes.into_iter().zip([86_400 * 200, 86_400, 60, 5, 30]) {
        tui.perform(vec![Effect::job(Job::Apply { change, then: Then::Nothing })]);
        tui.wait(Duration::from_secs(then));
    }
    tui
}

/// As if vaults lay beside each other: after these keys.
fn with_vaults(keys: &str) -> Tui {
    let mut tui = Tui::demo();
    let vault = |name: &str, is_current| OtherVault {
        vault: Named { name: name.into(), folder: format!("/vaults/{name}").into() },
        ways: vec![Way::Passphrase],
        is_current,
        is_remembered: false,
    };
    tui.press(keys);
    let vaults = vec![vault("family", false), vault("personal", true), vault("work", false)];
    tui.perform_done(Done::Vaults { vaults, beside: "/vaults".into() });
    tui
}

/// Name and how to get there.
pub type Scene = (&'static str, fn() -> Tui);

pub const SCENES: &[Scene] = &[
    ("welcome", || Tui::start(Start::Welcome)),
    ("welcome-gone", || {
        let mut tui = Tui::start(Start::Welcome);
        tui.state.common.vault_is_gone = true;
        tui
    }),
    ("create", || {
        let mut tui = Tui::start(Start::Welcome);
        tui.press("Enter").type_text("correct horse");
        tui
    }),
    ("create-made-up", || {
        let mut tui = Tui::start(Start::Welcome);
        tui.press("Enter Ctrl-G");
        tui
    }),
    ("unlock", || {
        let mut tui = Tui::start(Start::Unlock);
        tui.type_text("open sesame");
        tui
    }),
    ("unlock-waiting", || {
        let mut tui = Tui::start(Start::Unlock);
        tui.holding = true;
        tui.type_text("open sesame").press("Enter");
        tui
    }),
    ("unlock-refused", || {
        let desk = Desk::new();
        drop(Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap());
        let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
        tui.type_text("tin drum").press("Enter");
        tui
    }),
    ("mend", || {
        let desk = damaged();
        let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
        tui.type_text("open sesame").press("Enter");
        tui
    }),
    ("older-state", || {
        let desk = with_an_older_state();
        let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
        tui.type_text("open sesame").press("Enter");
        tui
    }),
    ("conflict", || {
        let desk = with_a_copy_of_an_old_key();
        let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
        tui.type_text("quite another one").press("Enter W");
        tui
    }),
    ("conflict-passphrase", || {
        let desk = with_a_copy_of_another_passphrase();
        let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
        tui.type_text("changed here").press("Enter W").type_text("a typo").press("Enter");
        tui
    }),
    ("conflict-choice", || {
        let desk = with_a_copy_of_another_passphrase();
        let mut tui = Tui::at(&desk, Start::Unlock, Config::default());
        tui.type_text("changed here").press("Enter W").type_text("changed there").press("Enter");
        tui
    }),
    ("unlock-recovery", || {
        let mut tui = Tui::start(Start::Unlock);
        tui.press("Tab").paste("AGE-SECRET-KEY-1QQQQ");
        tui
    }),
    ("keys", || with_methods(Tui::demo(), "")),
    ("keys-passphrase", || {
        let mut tui = with_methods(Tui::demo(), "Enter");
        tui.type_text("old").press("Enter").type_text("new words here").press("Enter").type_text("new").press("Enter");
        tui
    }),
    ("keys-ssh", || with_methods(Tui::demo(), "Down Down Down Down Down Enter")),
    ("keys-recovery", || {
        let mut tui = Tui::demo();
        let key = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
        let made = Done::Keys { snapshot: None, result: Ok(KeysDone::Made(SecretText::new(key))) };
        tui.perform_done(made);
        tui.type_text("EGA").press("Enter");
        tui
    }),
    ("keys-removed", || {
        let mut tui = with_methods(Tui::demo(), "Down d");
        let exposed = vec!["Amazon (seller@shop.example)".into(), "GitHub (hugo@example.org)".into()];
        tui.perform_done(Done::Keys { snapshot: None, result: Ok(KeysDone::Removed { name: "anna".into(), exposed }) });
        tui.press("n");
        tui
    }),
    ("vaults", || with_vaults("V")),
    ("vaults-new", || {
        let mut tui = with_vaults("V");
        tui.press("Up Enter").type_text("work").press("Enter");
        tui
    }),
    ("vaults-create", || {
        let mut tui = with_vaults("V");
        tui.press("Up Enter").type_text("friends").press("Enter").type_text("correct horse");
        tui
    }),
    ("vaults-send", || with_vaults("j M")),
    ("vaults-send-unlock", || {
        let mut tui = with_vaults("j Space Space C");
        tui.press("Enter").type_text("open");
        tui
    }),
    ("list", Tui::demo),
    ("list-backup-fails", || {
        let mut tui = Tui::demo();
        let why = "the backup folder /media/hugo/stick is not there";
        tui.state.common.open.as_mut().unwrap().backup_trouble = Some(why.into());
        tui
    }),
    ("list-empty", Tui::empty),
    ("list-copied", || {
        let mut tui = Tui::demo();
        tui.press("j j j Enter");
        tui
    }),
    ("list-shared-bar", || {
        let mut tui = Tui::demo();
        tui.press("v");
        tui
    }),
    ("list-hidden", || {
        let mut tui = Tui::with_config(Start::Demo, Config { hide_codes: true, ..Config::default() });
        tui.press("j r");
        tui
    }),
    ("list-marked", || {
        let mut tui = Tui::demo();
        tui.press("j Space Space");
        tui
    }),
    ("list-labels", || {
        let mut tui = Tui::demo();
        tui.press("f");
        tui
    }),
    ("list-tag", || {
        let mut tui = Tui::demo();
        tui.press("Tab Tab");
        tui
    }),
    ("search", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("hg");
        tui
    }),
    ("search-nothing", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("zzz");
        tui
    }),
    ("confirm-delete", || {
        let mut tui = Tui::demo();
        tui.press("d");
        tui
    }),
    ("help", || {
        let mut tui = Tui::demo();
        tui.press("?");
        tui
    }),
    ("enrol-source", || {
        let mut tui = Tui::demo();
        tui.press("a");
        tui
    }),
    ("enrol-file", || {
        let mut tui = Tui::demo();
        let mut outside = tui.outside.lock().unwrap();
        for name in ["scan.png", "scan 日本.png", "screenshots/one.png"] {
            outside.files.insert(format!("/home/hugo/pictures/{name}").into(), b"not a picture".to_vec());
        }
        drop(outside);
        tui.press("a Down Down Enter").type_text("~/pictures/sc").press("Tab Down");
        tui
    }),
    ("enrol-file-refused", || {
        let mut tui = Tui::demo();
        tui.press("a Down Down Enter").type_text("~/none.png").press("Enter");
        tui
    }),
    ("enrol-picture-waiting", || {
        let mut tui = Tui::demo();
        tui.holding = true;
        tui.press("a Enter");
        tui
    }),
    ("enrol-no-picture", || {
        let mut tui = Tui::demo();
        tui.press("a Enter");
        tui
    }),
    ("enrol-link-refused", || {
        let mut tui = Tui::demo();
        tui.press("a").paste("phonefactor://activate?code=123456&url=https%3A%2F%2Fexample.com");
        tui
    }),
    ("enrol-details", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK);
        tui
    }),
    ("enrol-details-wrong", || {
        let mut tui = Tui::demo();
        tui.press("a Up Enter Enter");
        tui
    }),
    ("enrol-details-unfolded", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK).press("Tab Tab Tab Tab Enter Right Right Right");
        tui
    }),
    ("enrol-known", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(&LINK.replace("Forge", "GitHub")).press("Enter");
        tui
    }),
    ("enrol-parts", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(&google_transfer(0, 3, &[("Forge", "hugo", "12345678901234567890")]));
        tui
    }),
    ("enrol-review", || {
        let mut tui = Tui::demo();
        let accounts = [
            ("Forge", "hugo@example.org", "12345678901234567890"),
            ("GitHub", "hugo@example.org", "22345678901234567890"),
            ("npm", "hugo", "made up for npm hugo"),
            ("Tweets", "@hugo", "made up for Twilio ops@example.org"),
            ("日本郵便局の長い名前のところ", "hugo@例え.example", "32345678901234567890"),
            ("", "nameless@example.org", "42345678901234567890"),
        ];
        tui.press("a")
            .paste(&format!("{}\notpauth://totp/broken?secret=1", google_transfer(0, 1, &accounts)))
            .press("Down Space");
        tui
    }),
    ("enrol-try", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK).press("Enter");
        tui
    }),
    ("enrol-try-counter", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(&LINK.replace("totp", "hotp")).press("Enter Enter");
        tui
    }),
    ("enrol-try-renewed", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(&LINK.replace("Forge", "GitHub")).press("Enter Enter");
        tui
    }),
    ("enrol-refused", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK).press("Enter Down Down Enter");
        tui
    }),
    ("enrol-recovery-codes", || {
        let mut tui = Tui::demo();
        tui.press("a").paste(LINK).press("Enter Enter").paste("1. f3k9-2mqa\n2. 81xz-77pd\n3. q0vn-5j2e\n").type_text("mm4t");
        tui
    }),
    ("edit", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab e");
        tui
    }),
    ("edit-unfolded", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab e Up Enter Tab Tab Tab Ctrl-U").type_text("8");
        tui
    }),
    ("edit-secret", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab e Up Enter Tab");
        tui
    }),
    ("edit-new-secret", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab e Up Enter Tab").paste("JBSWY3DPEHPK3PXP");
        tui
    }),
    ("tags", || {
        let mut tui = Tui::demo();
        tui.press("j j Space Space Space t Down Space").type_text("new one");
        tui
    }),
    ("recovery", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab x");
        tui
    }),
    ("recovery-shown", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab x r Enter");
        tui
    }),
    ("recovery-replaced", || {
        let mut tui = Tui::demo();
        tui.press("/").type_text("github").press("Tab x e").paste("1111 2222\n3333 4444").press("Ctrl-R");
        tui
    }),
    ("trash", || {
        let mut tui = with_trash();
        tui.press("T Down");
        tui
    }),
    ("trash-empty", || {
        let mut tui = Tui::demo();
        tui.press("T");
        tui
    }),
    ("trash-question", || {
        let mut tui = with_trash();
        tui.press("T E");
        tui
    }),
    ("history", || {
        let mut tui = with_history();
        tui.press("H");
        tui
    }),
    ("history-shown", || {
        let mut tui = with_history();
        tui.press("H r Down Enter");
        tui
    }),
    ("qr-question", || {
        let mut tui = Tui::demo();
        tui.press("Q");
        tui
    }),
    ("qr", || {
        let mut tui = Tui::demo();
        tui.press("Q y");
        tui
    }),
    ("palette", || {
        let mut tui = Tui::demo();
        tui.press(":");
        tui
    }),
    ("palette-searched", || {
        let mut tui = Tui::demo();
        tui.press("Ctrl-P").type_text("hide");
        tui
    }),
    ("import-source", || {
        let mut tui = Tui::demo();
        tui.press("i");
        tui
    }),
    ("import-file", || {
        let mut tui = Tui::demo();
        put_file(&tui, "exports/aegis.json", AEGIS);
        put_file(&tui, "exports/2fas.2fas", AEGIS);
        tui.press("i Enter").type_text("~/exports/").press("Down");
        tui
    }),
    ("import-locked", || {
        let mut tui = locked_file();
        tui.type_text("wrong").press("Enter");
        tui
    }),
    ("import-reading", || {
        let mut tui = locked_file();
        tui.holding = true;
        tui.type_text("right").press("Enter");
        tui
    }),
    ("import-review", || {
        let mut tui = reviewing();
        tui.press("Down");
        tui
    }),
    ("import-review-replacing", || {
        let mut tui = reviewing();
        tui.press("c Up");
        tui
    }),
    ("import-afterwards", || {
        let mut tui = reviewing();
        tui.holding = true;
        tui.press("Enter");
        // The demo keeps nothing, so it never offers to delete a file.
        let (asker, job) = tui.held.pop_front().unwrap();
        let mut done = tui.worker.work(job);
        if let Done::Applied { snapshot: Some(snapshot), .. } = &mut done {
            snapshot.demo = false;
        }
        update(&mut tui.state, Msg::Done { asker, done });
        tui
    }),
    ("export-format", || {
        let mut tui = Tui::demo();
        tui.press("j Space Space o Down");
        tui
    }),
    ("export-lost", || exporting("Aegis")),
    ("export-password", || {
        let mut tui = exporting("Aegis");
        tui.press("Enter").type_text("one").press("Tab").type_text("other").press("Enter");
        tui
    }),
    ("export-file", || {
        let mut tui = exporting("Aegis");
        tui.press("Enter Enter");
        tui
    }),
    ("export-writing", || {
        let mut tui = exporting("Aegis");
        tui.press("Enter").type_text("one").press("Tab").type_text("one").press("Enter");
        tui.holding = true;
        tui.press("Enter");
        tui
    }),
    ("export-overwrites", || {
        let mut tui = exporting("Aegis");
        put_file(&tui, "countersign-aegis.json", "something");
        tui.press("Enter Enter Enter");
        tui
    }),
    ("settings", || {
        let mut tui = Tui::demo();
        tui.state.common.config_file = Some("/home/hugo/.config/countersign/config.toml".into());
        tui.press(",");
        tui
    }),
    ("settings-wrong", || {
        let mut tui = Tui::demo();
        tui.press(", Ctrl-U").type_text("soon").press("Enter");
        tui
    }),
];
