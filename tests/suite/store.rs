//! The store on a real disk: create, unlock, change, and what it says when something is wrong.

use crate::support::store::*;
use countersign::error::ErrorKind;
use countersign::secret::SecretText;
use countersign::vault::store::{self, Presence, Trust};

#[test]
fn a_new_vault_opens_with_its_passphrase_and_keeps_what_is_saved() {
    let desk = Desk::new();
    assert_eq!(store::presence(&desk.world, &desk.folder).unwrap(), Presence::Nothing);
    let mut made = desk.create();
    assert_eq!(made.warnings(), [] as [&str; 0]);
    made.change(|vault, stamper| {
        vault.insert(totp(1, stamper, "GitHub", "hugo@example.org"));
        Ok(())
    })
    .unwrap();
    assert_eq!(store::presence(&desk.world, &desk.folder).unwrap(), Presence::Vault);
    let opened = desk.unlock();
    assert_eq!(opened.vault(), made.vault());
    assert_eq!(opened.warnings(), [] as [&str; 0]);
    assert_eq!(opened.read_only(), None);
    assert_eq!(opened.vault().active().map(|entry| entry.label()).collect::<Vec<_>>(), ["GitHub"]);
}

#[test]
fn a_wrong_passphrase_says_so() {
    let desk = Desk::new();
    desk.create();
    let error = store::unlock(&desk.world, &desk.folder, &SecretText::new("wrong"), Trust::Pinned).err().unwrap();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::WrongPassphrase, "the passphrase is wrong"));
}
