//! Entries that go to another vault: with all that is known of them, not twice, and not out of this one before they are there.

use crate::support::store::*;
use countersign::error::ErrorKind;
use countersign::ops::change::{Change, CredentialEdit, Edit};
use countersign::ops::export::draft_of;
use countersign::ops::send::{Sending, send};
use countersign::ops::session::Session;
use countersign::otp::Kind;
use countersign::secret::{Secret, SecretText};
use countersign::vault::entry::{Entry, EntryId};
use countersign::vault::store::{self, Trust};
use std::sync::Arc;

fn two(desk: &Desk) -> (Session, Session) {
    let mut from = Session::of(desk.create());
    let mut add = |id, issuer: &str, kind| {
        let store = from.store_mut().unwrap();
        let added = store.change(|vault, stamper| {
            let mut entry = totp(id, stamper, issuer, "hugo");
            entry.credential.value.kind = kind;
            vault.insert(entry);
            Ok(())
        });
        added.unwrap();
    };
    add(1, "GitHub", Kind::Totp);
    add(2, "Old VPN", Kind::Hotp);
    let to = Session::of(store::create(&desk.world, &desk.home().join("work"), &passphrase(), 1).unwrap());
    (from, to)
}

/// An entry to which everything happened that can.
fn worn(from: &mut Session) -> EntryId {
    let id = EntryId(1);
    let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
    let edit = |credential| Edit {
        issuer: Some("Forge".into()),
        note: Some("two lines\nof it".into()),
        pinned: Some(true),
        tag: vec!["work".into()],
        credential,
        ..Edit::default()
    };
    let old = from.vault().entry(id).unwrap().credential.value.clone();
    from.apply(Change::Edit(id, edit(CredentialEdit { secret: Some(secret("second secret")), ..CredentialEdit::default() })))
        .unwrap();
    let candidate = countersign::otp::Credential { secret: secret("third secret"), ..old };
    from.apply(Change::Reenrol(id, candidate)).unwrap();
    let codes = |words: &[&str]| words.iter().map(|word| SecretText::new(*word)).collect();
    from.apply(Change::SetRecoveryCodes(id, codes(&["old one"]))).unwrap();
    from.apply(Change::SetRecoveryCodes(id, codes(&["aa", "bb"]))).unwrap();
    let set = from.vault().entry(id).unwrap().recovery_codes.at;
    from.apply(Change::MarkRecoveryCode { id, set, index: 1, used: true }).unwrap();
    id
}

fn only(session: &Session) -> Arc<Entry> {
    let entries: Vec<_> = session.vault().active().cloned().collect();
    assert_eq!(entries.len(), 1);
    entries[0].clone()
}

#[test]
fn all_that_is_known_of_an_entry_goes_along() {
    let desk = Desk::new();
    let (mut from, mut to) = two(&desk);
    let id = worn(&mut from);
    let sent = send(&mut from, &mut to, &[id], Sending::Copy).unwrap();
    assert_eq!((sent.added, sent.there), (1, 0));
    let (here, there) = (from.vault().entry(id).unwrap(), only(&to));
    assert_ne!(here.id, there.id);
    let whole = |entry: &Entry| countersign::transfer::Draft { id: None, ..draft_of(entry) };
    assert!(whole(here) == whole(&there), "the fields");
    assert_eq!(here.recovery_history[0].value[0].code, there.recovery_history[0].value[0].code);
    // What told the credentials apart here does so there.
    assert_eq!(here.superseded.len(), there.superseded.len());
    let order = |entry: &Entry| {
        let mut order: Vec<_> =
            entry.history.iter().map(|old| old.at).chain([entry.credential.at, entry.candidate.as_ref().unwrap().at]).collect();
        order.sort();
        order.iter().map(|at| [entry.credential.at == *at, entry.history[0].at == *at]).collect::<Vec<_>>()
    };
    assert_eq!(order(here), order(&there));
    // And all of it is on the disk.
    let again = Session::unlock(&desk.world, &desk.home().join("work"), &passphrase(), Trust::Pinned).unwrap();
    assert_eq!(only(&again), there);
}

#[test]
fn a_counter_goes_where_another_program_has_taken_it_and_never_falls_back() {
    let desk = Desk::new();
    let (mut from, mut to) = two(&desk);
    let mut other = Session::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).unwrap();
    for _ in 0..3 {
        other.apply(Change::NextCode(EntryId(2))).unwrap();
    }
    let sent = send(&mut from, &mut to, &[EntryId(2)], Sending::Copy).unwrap();
    assert_eq!((only(&to).counter, sent.counters), (3, vec!["Old VPN (hugo)".to_owned()]));
    // Used there, it is still the same entry.
    to.apply(Change::NextCode(only(&to).id)).unwrap();
    let sent = send(&mut from, &mut to, &[EntryId(2)], Sending::Move).unwrap();
    assert_eq!((sent.added, sent.there, only(&to).counter), (0, 1, 4));
    assert!(from.vault().entry(EntryId(2)).unwrap().is_deleted());
}

#[test]
fn nothing_leaves_a_vault_before_it_is_in_the_other() {
    let desk = Desk::new();
    let (mut from, mut to) = two(&desk);
    let mut same = Session::unlock(&desk.world, &desk.folder, &passphrase(), Trust::Pinned).unwrap();
    let error = send(&mut from, &mut same, &[EntryId(1)], Sending::Move).unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::Usage, "that is the same vault"));
    // The other one can't be written.
    std::fs::remove_dir_all(desk.home().join("work")).unwrap();
    std::fs::write(desk.home().join("work"), "in the way").unwrap();
    assert!(send(&mut from, &mut to, &[EntryId(1)], Sending::Move).is_err());
    assert!(!from.vault().entry(EntryId(1)).unwrap().is_deleted());
    let error = send(&mut from, &mut to, &[EntryId(9)], Sending::Move).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NoMatch);
}

#[test]
fn a_move_that_stopped_half_way_is_repeated() {
    let desk = Desk::new();
    let (mut from, mut to) = two(&desk);
    let id = worn(&mut from);
    // As after a loss of power between the two saves.
    send(&mut from, &mut to, &[id], Sending::Copy).unwrap();
    let sent = send(&mut from, &mut to, &[id, EntryId(2)], Sending::Move).unwrap();
    assert_eq!((sent.added, sent.there), (1, 1));
    assert_eq!(from.vault().active().count(), 0);
    assert_eq!(from.vault().trash().count(), 2);
    from.apply(*sent.outcome.undo.unwrap()).unwrap();
    assert_eq!(from.vault().active().count(), 2);
}

#[test]
fn an_older_set_of_recovery_codes_that_is_not_there_goes_along() {
    let desk = Desk::new();
    let (mut from, mut to) = two(&desk);
    let codes = |word: &str| vec![SecretText::new(word)];
    // There with the newer set alone, as an import leaves it.
    from.apply(Change::SetRecoveryCodes(EntryId(1), codes("newer"))).unwrap();
    send(&mut from, &mut to, &[EntryId(1)], Sending::Copy).unwrap();
    from.apply(Change::SetRecoveryCodes(EntryId(1), codes("older"))).unwrap();
    from.apply(Change::SetRecoveryCodes(EntryId(1), codes("newer"))).unwrap();
    let sent = send(&mut from, &mut to, &[EntryId(1)], Sending::Move).unwrap();
    assert_eq!((sent.added, sent.there), (1, 0));
    let older = |entry: &Arc<Entry>| entry.recovery_history.iter().any(|set| set.value[0].code == SecretText::new("older"));
    assert!(to.vault().active().any(older));
}

#[test]
fn an_entry_with_fields_of_a_newer_version_stays_where_it_is() {
    let desk = Desk::new();
    let (mut from, mut to) = two(&desk);
    let store = from.store_mut().unwrap();
    let odd = store.change(|vault, _| {
        vault.entry_mut(EntryId(1)).unwrap().extra.insert("colour".into(), "red".into());
        Ok(())
    });
    odd.unwrap();
    let error = send(&mut from, &mut to, &[EntryId(1)], Sending::Move).unwrap_err();
    assert_eq!(error.what, "GitHub has fields that this version can't read");
    assert_eq!((from.vault().active().count(), to.vault().active().count()), (2, 0));
}
