//! A passphrase in the forms that keyboards and systems give it: letters and accents put together, or taken apart.

use crate::support::store::Desk;
use crate::support::tui::Tui;
use crate::support::world::FakeEntropy;
use countersign::config::Config;
use countersign::error::ErrorKind;
use countersign::otp::{Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::{self, Draft, Sealing};
use countersign::tui::state::Start;
use countersign::vault::store::{self, Trust, copies};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

/// As stock age opens it, which takes the passphrase as it stands.
fn opens(file: &[u8], passphrase: &str) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let identity = age::scrypt::Identity::new(passphrase.to_owned().into());
    let mut reader = age::Decryptor::new_buffered(file).unwrap().decrypt(std::iter::once(&identity as _)).ok()?;
    reader.read_to_end(&mut plain).unwrap();
    Some(plain)
}

/// As stock age seals it.
fn seal(plain: &[u8], passphrase: &str) -> Vec<u8> {
    let mut recipient = age::scrypt::Recipient::new(passphrase.to_owned().into());
    recipient.set_work_factor(1);
    let mut file = Vec::new();
    let mut writer = age::Encryptor::with_recipients(std::iter::once(&recipient as _)).unwrap().wrap_output(&mut file).unwrap();
    writer.write_all(plain).unwrap();
    writer.finish().unwrap();
    file
}

/// Composed and decomposed: of Latin letters, Hangul, kana and Greek.
const PASSPHRASES: &[(&str, &str)] = &[
    ("Z\u{fc}rich", "Zu\u{308}rich"),
    (
        "한국 비밀번호",
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8} \u{1107}\u{1175}\u{1106}\u{1175}\u{11af}\u{1107}\u{1165}\u{11ab}\u{1112}\u{1169}",
    ),
    ("\u{30d1}\u{30b9}", "\u{30cf}\u{309a}\u{30b9}"),
    ("\u{3ae}λιος", "\u{3b7}\u{301}λιος"),
];

fn unlocks(world: &store::World, folder: &Path, passphrase: &str) -> Result<(), ErrorKind> {
    store::unlock(world, folder, &SecretText::new(passphrase), Trust::Pinned).map(drop).map_err(|error| error.kind)
}

#[test]
fn a_passphrase_opens_the_vault_in_either_form() {
    for (composed, decomposed) in PASSPHRASES {
        for made_with in [composed, decomposed] {
            let desk = Desk::new();
            store::create(&desk.world, &desk.folder, &SecretText::new(*made_with), 1).unwrap();
            for typed in [composed, decomposed] {
                assert_eq!(unlocks(&desk.world, &desk.folder, typed), Ok(()), "{made_with} by {typed}");
            }
            assert_eq!(unlocks(&desk.world, &desk.folder, "Zurich"), Err(ErrorKind::WrongPassphrase));
            // What stock age needs is the composed form, whatever was typed.
            let file = fs::read(desk.folder.join("unlock/passphrase.age")).unwrap();
            assert!(opens(&file, composed).is_some() && opens(&file, decomposed).is_none(), "{made_with}");
        }
    }
}

/// Vaults of earlier versions, and files sealed with stock age, hold whatever bytes the keyboard gave.
#[test]
fn a_vault_with_a_decomposed_passphrase_opens_in_either_form() {
    for (composed, decomposed) in PASSPHRASES {
        let desk = Desk::new();
        store::create(&desk.world, &desk.folder, &SecretText::new(*composed), 1).unwrap();
        let path = desk.folder.join("unlock/passphrase.age");
        let keys = opens(&fs::read(&path).unwrap(), composed).unwrap();
        fs::write(&path, seal(&keys, decomposed)).unwrap();
        for typed in [composed, decomposed] {
            assert_eq!(unlocks(&desk.world, &desk.folder, typed), Ok(()), "{typed}");
        }
        let changed = SecretText::new(*decomposed);
        let mut store = store::unlock(&desk.world, &desk.folder, &changed, Trust::Pinned).unwrap();
        assert!(store.check_passphrase(&SecretText::new(*composed)).is_ok());
        // Changing it to itself seals it in the composed form.
        store.change_passphrase(&changed, Some(1)).unwrap();
        assert!(opens(&fs::read(&path).unwrap(), composed).is_some());
        assert_eq!(unlocks(&desk.world, &desk.folder, composed), Ok(()));
    }
}

#[test]
fn backups_under_a_passphrase_alone_open_in_either_form() {
    for (composed, decomposed) in PASSPHRASES {
        let desk = Desk::new();
        let store = store::create(&desk.world, &desk.folder, &SecretText::new(*composed), 1).unwrap();
        let file = copies::wrap_payload(&store, &SecretText::new(*decomposed), 1).unwrap();
        assert!(opens(&file, composed).is_some(), "{composed}");
        for typed in [composed, decomposed] {
            assert!(copies::open_wrapped(&file, &SecretText::new(*typed)).is_ok(), "{typed}");
        }
        // What stock age sealed is imported, too.
        let sealed = seal(b"otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP\n", decomposed);
        for typed in [composed, decomposed] {
            assert!(transfer::read(&sealed, Some(&SecretText::new(*typed))).is_ok(), "{typed}");
        }
    }
}

#[test]
fn an_export_of_ours_opens_in_either_form() {
    let format = transfer::by_id("backup").unwrap();
    for (composed, decomposed) in PASSPHRASES {
        let (password, entropy) = (SecretText::new(*decomposed), FakeEntropy::seed(7));
        let sealing = Sealing { work_factor: 1, ..Sealing::new(Some(&password), &entropy) };
        let file = format
            .writer()
            .unwrap()
            .write(&[Draft::new(Credential::new(Kind::Totp, Secret::new(b"1".to_vec())))], &sealing)
            .unwrap()
            .bytes;
        for typed in [composed, decomposed] {
            assert!(transfer::read(&file, Some(&SecretText::new(*typed))).is_ok(), "{typed}");
        }
    }
}

#[test]
fn the_screens_take_a_passphrase_in_either_form() {
    let desk = Desk::new();
    let mut tui = Tui::at(&desk, Start::Welcome, Config::default()).sized(120, 40);
    // Typed, and pasted from a program that takes letters apart.
    tui.press("Enter").paste("Zu\u{308}rich 8001").press("Enter").type_text("Z\u{fc}rich 8001").press("Enter");
    tui.see("Make a recovery key, for when the passphrase is forgotten?").press("n").see("No accounts yet");
    tui.press("Ctrl-L").paste("Zu\u{308}rich 8001").press("Enter").see("No accounts yet");
    tui.press("Ctrl-L").type_text("Z\u{fc}rich 8001").press("Enter").see("No accounts yet");
    tui.press("Ctrl-L").type_text("Zurich 8001").press("Enter").see("That passphrase does not open this vault.");
}
