//! Passphrases changed as another machine would do it: a new method key in the payload, the old one retired, and its file.

use countersign::secret::SecretText;
use countersign::vault::seal::{self, MethodKey};
use countersign::vault::store::{self, OpenStore, Trust, World};
use countersign::vault::{Method, RetiredKey};
use std::path::Path;

/// Puts a new passphrase in the place of the old one, in the files of a vault that is open nowhere.
pub fn change_passphrase(world: &World, folder: &Path, old: &SecretText, new: &SecretText) {
    let mut store = store::unlock(world, folder, old, Trust::Pinned).unwrap();
    let wrapped = std::fs::read(folder.join("unlock/passphrase.age")).unwrap();
    let old_key = seal::unwrap(&wrapped, old).unwrap().remove(0);
    let key = MethodKey::generate();
    add_method(&mut store, "passphrase", &key, Some(&old_key));
    std::fs::write(folder.join("unlock/passphrase.age"), seal::wrap(&[&key], new, 1).unwrap()).unwrap();
}

/// Adds an unlock method, in the place of another one.
pub fn add_method(store: &mut OpenStore, kind: &str, key: &MethodKey, old: Option<&MethodKey>) {
    store
        .change(|vault, stamper| {
            let at = stamper.next();
            if let Some(old) = old {
                let recipient = old.recipient();
                let method = vault.methods.iter_mut().find(|method| method.recipient == recipient).unwrap();
                method.removed = Some(at);
                vault.retired.push(RetiredKey { identity: old.text(), retired: at });
            }
            vault.methods.push(Method {
                name: kind.into(),
                kind: kind.into(),
                recipient: key.recipient(),
                added: at,
                removed: None,
                extra: Default::default(),
            });
            Ok(())
        })
        .unwrap();
}
