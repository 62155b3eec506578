//! Merging copies of a vault: the laws, over states that machines with tiny and even cloned clocks can reach, and what becomes
//! of each kind of edit.

use crate::support::changes::{NOW, aimed, replaced, whole};
use countersign::error::ErrorKind;
use countersign::ops::change::{self, Change, CredentialEdit, Edit};
use countersign::otp::{Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::Draft;
use countersign::vault::entry::{Entry, EntryId, HISTORY};
use countersign::vault::stamp::{Stamp, Stamper};
use countersign::vault::{Method, Vault, merge};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

const GITHUB: EntryId = EntryId(1);
const VPN: EntryId = EntryId(2);

/// A machine with its copy of the vault and its own idea of the time.
#[derive(Clone, Debug)]
struct Machine {
    vault: Vault,
    device: u64,
    now: u64,
    /// The id of the next entry made here.
    next_id: u128,
}

impl Machine {
    /// Does what is possible; what is not leaves the vault as it was.
    fn try_to(&mut self, change: Change) -> bool {
        let mut vault = self.vault.clone();
        let mut stamper = Stamper::new(self.now, self.device, vault.highest());
        let change = aimed(&vault, change);
        let done = change::apply(&mut vault, &mut stamper, &mut || EntryId(self.next_id), change);
        vault.note_stamp(stamper.last());
        if done.is_ok() {
            self.vault = vault;
            self.next_id += 1;
        }
        done.is_ok()
    }

    fn does(&mut self, change: Change) {
        assert!(self.try_to(change.clone()), "{change:?}");
    }

    fn edits(&mut self, id: EntryId, edit: Edit) {
        self.does(Change::Edit(id, edit));
    }

    fn merges(&mut self, other: &Machine) {
        self.vault = merge::vault(&self.vault, &other.vault).unwrap();
    }
}

fn credential(kind: Kind, secret: u8) -> Credential {
    Credential::new(kind, Secret::new(vec![secret; 10]))
}

/// Machines that start from the same two entries. Those with the same number have the same device id, as after copying a home folder.
fn machines<const N: usize>(devices: [u64; N]) -> [Machine; N] {
    let mut first = Machine { vault: Vault::new("the vault"), device: 0, now: 1, next_id: 0 };
    let named = |issuer: &str, kind| Draft { issuer: issuer.into(), ..Draft::new(credential(kind, 0)) };
    let mut stamper = Stamper::new(1, 1, Stamp::default());
    let mut ids = [GITHUB, VPN].into_iter();
    let drafts = vec![named("GitHub", Kind::Totp), named("VPN", Kind::Hotp)];
    change::apply(&mut first.vault, &mut stamper, &mut || ids.next().unwrap(), Change::Enrol(drafts)).unwrap();
    first.vault.note_stamp(stamper.last());
    let mut number = 0;
    devices.map(|device| {
        number += 1;
        Machine { device, next_id: 1000 * number, ..first.clone() }
    })
}

fn issuer(text: &str) -> Edit {
    Edit { issuer: Some(text.into()), ..Edit::default() }
}

fn account(text: &str) -> Edit {
    Edit { account: Some(text.into()), ..Edit::default() }
}

fn new_secret(secret: u8) -> Edit {
    Edit { credential: whole(credential(Kind::Totp, secret)), ..Edit::default() }
}

fn both_ways(a: &Machine, b: &Machine) -> Vault {
    let merged = merge::vault(&a.vault, &b.vault).unwrap();
    assert_eq!(merged, merge::vault(&b.vault, &a.vault).unwrap());
    merged
}

#[derive(Clone, Debug)]
enum Step {
    Does(usize, Change),
    Merges(usize, usize),
    Waits(usize, u64),
}

fn step() -> impl Strategy<Value = Step> {
    let machine = 0..3usize;
    prop_oneof![
        8 => (machine.clone(), change()).prop_map(|(machine, change)| Step::Does(machine, change)),
        2 => (machine.clone(), machine.clone()).prop_map(|(into, from)| Step::Merges(into, from)),
        1 => (machine, 0..3u64).prop_map(|(machine, by)| Step::Waits(machine, by)),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let id = || prop_oneof![Just(GITHUB), Just(VPN)];
    let word = || prop_oneof![Just("a"), Just("b")].prop_map(str::to_owned);
    let secret = || 0..3u8;
    let tags = || proptest::collection::vec(word(), 0..2);
    let codes = proptest::collection::vec(word().prop_map(SecretText::new), 0..3);
    prop_oneof![
        (id(), word()).prop_map(|(id, text)| Change::Edit(id, issuer(&text))),
        (id(), word()).prop_map(|(id, text)| Change::Edit(id, account(&text))),
        (id(), tags(), tags()).prop_map(|(id, tag, untag)| Change::Edit(id, Edit { tag, untag, ..Edit::default() })),
        (id(), any::<bool>()).prop_map(|(id, pinned)| Change::Edit(id, Edit { pinned: Some(pinned), ..Edit::default() })),
        (0..3u64).prop_map(|counter| Change::Edit(VPN, Edit { counter: Some(counter), ..Edit::default() })),
        (id(), secret()).prop_map(|(id, secret)| Change::Edit(id, new_secret(secret))),
        secret().prop_map(|secret| {
            let credential = whole(credential(Kind::Hotp, secret));
            Change::Edit(VPN, Edit { credential, ..Edit::default() })
        }),
        (6..8u32).prop_map(|digits| {
            let credential = CredentialEdit { digits: Some(digits), ..CredentialEdit::default() };
            Change::Edit(VPN, Edit { credential, ..Edit::default() })
        }),
        (id(), secret()).prop_map(|(id, secret)| Change::Reenrol(id, credential(Kind::Hotp, secret))),
        id().prop_map(|id| Change::Confirm(id, NOW)),
        id().prop_map(Change::DropCandidate),
        (id(), 0..3u32).prop_map(|(id, place)| Change::RestoreCredential(id, replaced(place))),
        Just(Change::NextCode(VPN)),
        Just(Change::NextCandidateCode(VPN)),
        (id(), codes).prop_map(|(id, codes)| Change::SetRecoveryCodes(id, codes)),
        (id(), 0..2usize, any::<bool>()).prop_map(|(id, index, used)| Change::MarkRecoveryCode { id, set: NOW, index, used }),
        id().prop_map(|id| Change::Delete(vec![id])),
        id().prop_map(|id| Change::Restore(vec![id])),
        Just(Change::EmptyTrash(Vec::new())),
        secret().prop_map(|secret| Change::Enrol(vec![Draft::new(credential(Kind::Totp, secret))])),
    ]
}

/// Three machines after some steps of each.
fn after(devices: [u64; 3], steps: Vec<Step>) -> [Vault; 3] {
    let mut machines = machines(devices);
    for step in steps {
        match step {
            Step::Does(machine, change) => drop(machines[machine].try_to(change)),
            Step::Merges(into, from) => {
                let from = machines[from].clone();
                machines[into].merges(&from);
            }
            Step::Waits(machine, by) => machines[machine].now += by,
        }
    }
    machines.map(|machine| machine.vault)
}

fn join(a: &Vault, b: &Vault) -> Vault {
    merge::vault(a, b).unwrap()
}

#[test]
fn merging_is_commutative_associative_and_idempotent_and_loses_no_secret_in_use() {
    let config = Config { cases: 20_000, failure_persistence: None, ..Config::default() };
    let steps = proptest::collection::vec(step(), 0..16);
    // With a device id of its own for each, a stamp tells for certain which credential gave way; with one that was copied along
    // with a home folder, another machine may have replaced another credential of that stamp.
    let devices = prop_oneof![Just([1, 2, 3]), Just([1, 1, 2])];
    let laws = |(devices, steps)| {
        let [a, b, c] = after(devices, steps);
        let (ab, bc) = (join(&a, &b), join(&b, &c));
        prop_assert_eq!(&ab, &join(&b, &a));
        let all = join(&ab, &c);
        prop_assert_eq!(&all, &join(&a, &bc));
        prop_assert_eq!(&a, &join(&a, &a));
        prop_assert_eq!(&ab, &join(&ab, &a));
        prop_assert_eq!(&all, &join(&all, &all));
        for entry in [&a, &b, &c].into_iter().flat_map(Vault::active) {
            let merged = all.entry(entry.id).unwrap();
            let gave_way = merged.superseded.contains(&entry.credential.at) || merged.is_deleted();
            let mut kept =
                merged.history.iter().chain([&merged.credential]).chain(merged.candidate.as_deref()).chain(&merged.rivals);
            // What is put back goes on behind every code that any machine took of it.
            let goes_on = merged.counted.on.contains(&(merged.credential.at, entry.credential.at));
            let counts = |of: &Entry| of.credential.value.kind == Kind::Hotp;
            prop_assert!(!goes_on || !counts(merged) || !counts(entry) || merged.counter >= entry.counter);
            prop_assert!(gave_way || kept.any(|kept| kept.value.secret == entry.credential.value.secret));
        }
        Ok(())
    };
    TestRunner::new(config).run(&(devices, steps), laws).unwrap();
}

#[test]
fn edits_of_different_fields_are_both_kept() {
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.edits(GITHUB, issuer("GitHub Enterprise"));
    phone.edits(GITHUB, account("hugo"));
    phone.edits(GITHUB, Edit { tag: vec!["work".into()], ..Edit::default() });
    laptop.edits(GITHUB, Edit { tag: vec!["shop".into()], ..Edit::default() });
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(GITHUB).unwrap();
    assert_eq!((entry.issuer.value.as_str(), entry.account.value.as_str()), ("GitHub Enterprise", "hugo"));
    assert_eq!(entry.tags().collect::<Vec<_>>(), ["shop", "work"]);
}

#[test]
fn of_two_edits_of_one_field_the_later_wins() {
    let [mut laptop, mut phone] = machines([1, 2]);
    phone.now = 50;
    phone.edits(GITHUB, issuer("from the phone"));
    laptop.now = 60;
    laptop.edits(GITHUB, issuer("from the laptop"));
    assert_eq!(both_ways(&laptop, &phone).entry(GITHUB).unwrap().issuer.value, "from the laptop");
}

#[test]
fn an_edit_made_after_seeing_one_from_the_year_2100_still_wins() {
    let [mut laptop, mut phone] = machines([1, 2]);
    phone.now = 4_102_444_800_000;
    phone.edits(GITHUB, issuer("in 2100"));
    laptop.merges(&phone);
    laptop.edits(GITHUB, issuer("today"));
    assert_eq!(both_ways(&laptop, &phone).entry(GITHUB).unwrap().issuer.value, "today");
}

#[test]
fn two_re_enrolments_never_mix_and_the_one_that_loses_is_kept_behind_any_number_of_replaced_ones() {
    let [mut laptop, mut phone] = machines([1, 2]);
    phone.edits(GITHUB, new_secret(99));
    for secret in 1..=6 {
        laptop.now += 10;
        laptop.edits(GITHUB, new_secret(secret));
    }
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(GITHUB).unwrap();
    assert_eq!(entry.credential.value, credential(Kind::Totp, 6));
    let kept: Vec<u8> = entry.history.iter().map(|old| old.value.secret.expose()[0]).collect();
    assert_eq!(kept, [5, 4, 3, 99]);
    assert_eq!(kept.len(), HISTORY + 1);
}

#[test]
fn the_larger_counter_wins_within_a_credential_and_a_reset_beats_it() {
    let [mut laptop, mut phone] = machines([1, 2]);
    (0..5).for_each(|_| laptop.does(Change::NextCode(VPN)));
    (0..9).for_each(|_| phone.does(Change::NextCode(VPN)));
    assert_eq!(both_ways(&laptop, &phone).entry(VPN).unwrap().counter, 9);
    laptop.edits(VPN, Edit { counter: Some(3), ..Edit::default() });
    assert_eq!(both_ways(&laptop, &phone).entry(VPN).unwrap().counter, 3);
}

#[test]
fn a_candidate_confirmed_on_one_machine_is_none_any_more_on_the_other() {
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.does(Change::Reenrol(GITHUB, credential(Kind::Totp, 7)));
    phone.merges(&laptop);
    laptop.does(Change::Confirm(GITHUB, NOW));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(GITHUB).unwrap();
    assert_eq!((&entry.credential.value, &entry.candidate), (&credential(Kind::Totp, 7), &None));
    assert_eq!(entry.history.iter().map(|old| old.value.secret.expose()[0]).collect::<Vec<_>>(), [0]);
}

#[test]
fn counters_of_a_new_secret_that_were_used_elsewhere_stay_used_when_it_is_confirmed_here() {
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.does(Change::Reenrol(VPN, credential(Kind::Hotp, 7)));
    phone.merges(&laptop);
    (0..5).for_each(|_| phone.does(Change::NextCandidateCode(VPN)));
    laptop.does(Change::NextCandidateCode(VPN));
    laptop.does(Change::Confirm(VPN, NOW));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(VPN).unwrap();
    assert_eq!((entry.credential.value.secret.expose()[0], entry.counter, &entry.candidate), (7, 5, &None));
    // And with those that the phone takes before it hears of the confirmation.
    (0..2).for_each(|_| phone.does(Change::NextCandidateCode(VPN)));
    laptop.vault = merged;
    assert_eq!(both_ways(&laptop, &phone).entry(VPN).unwrap().counter, 7);
}

#[test]
fn a_pending_entry_confirmed_on_both_machines_is_confirmed_once() {
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.does(Change::Reenrol(VPN, credential(Kind::Hotp, 7)));
    phone.merges(&laptop);
    laptop.does(Change::Confirm(VPN, NOW));
    phone.does(Change::Confirm(VPN, NOW));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(VPN).unwrap();
    let kept: Vec<u8> = entry.history.iter().map(|old| old.value.secret.expose()[0]).collect();
    assert_eq!((entry.credential.value.secret.expose()[0], &entry.candidate, kept), (7, &None, vec![0]));
}

#[test]
fn whatever_was_done_after_a_purge_elsewhere_keeps_the_entry_with_its_secret() {
    let texts = |text: &str| vec![SecretText::new(text)];
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.does(Change::Reenrol(GITHUB, credential(Kind::Totp, 7)));
    laptop.does(Change::SetRecoveryCodes(GITHUB, texts("one")));
    phone.merges(&laptop);
    laptop.does(Change::Delete(vec![GITHUB]));
    laptop.does(Change::EmptyTrash(vec![GITHUB]));
    let old_set = phone.vault.entry(GITHUB).unwrap().recovery_codes.at;
    phone.now = 100;
    let dropped = {
        let mut phone = phone.clone();
        phone.does(Change::DropCandidate(GITHUB));
        phone
    };
    // A mark that a merge has brought into a set that was replaced.
    let mut marked = phone.clone();
    marked.does(Change::MarkRecoveryCode { id: GITHUB, set: old_set, index: 0, used: true });
    let mut replaced = phone.clone();
    replaced.now = 1;
    replaced.does(Change::SetRecoveryCodes(GITHUB, texts("two")));
    marked.merges(&replaced);
    assert_eq!(marked.vault.entry(GITHUB).unwrap().recovery_history.len(), 1);
    for phone in [dropped, marked] {
        let merged = both_ways(&laptop, &phone);
        let entry = merged.entry(GITHUB).unwrap();
        assert!(!entry.is_deleted());
        assert_eq!(entry.credential.value, credential(Kind::Totp, 0));
    }
}

#[test]
fn of_two_candidates_the_other_is_kept() {
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.does(Change::Reenrol(GITHUB, credential(Kind::Totp, 7)));
    phone.does(Change::Reenrol(GITHUB, credential(Kind::Totp, 8)));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(GITHUB).unwrap();
    assert_eq!(entry.candidate.as_ref().unwrap().value, credential(Kind::Totp, 8));
    assert_eq!(entry.rivals[0].value, credential(Kind::Totp, 7));
    assert_eq!(entry.credential.value, credential(Kind::Totp, 0));
    phone.vault = merged;
    phone.does(Change::Confirm(GITHUB, NOW));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(GITHUB).unwrap();
    let kept: Vec<u8> = entry.history.iter().map(|old| old.value.secret.expose()[0]).collect();
    assert_eq!((entry.credential.value.secret.expose()[0], &entry.candidate, kept), (8, &None, vec![7, 0]));
}

fn kept(vault: &Vault, id: EntryId) -> Vec<u8> {
    vault.entry(id).unwrap().restorable().map(|old| old.value.secret.expose()[0]).collect()
}

#[test]
fn a_secret_put_back_on_one_machine_and_what_was_done_on_another_are_both_kept() {
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.edits(GITHUB, new_secret(7));
    phone.merges(&laptop);
    laptop.now = 50;
    laptop.does(Change::RestoreCredential(GITHUB, replaced(0)));
    // Another field: both edits stay.
    let mut renamed = phone.clone();
    renamed.now = 60;
    renamed.edits(GITHUB, account("hugo"));
    let merged = both_ways(&laptop, &renamed);
    let entry = merged.entry(GITHUB).unwrap();
    assert_eq!((entry.account.value.as_str(), entry.credential.value.secret.expose()[0]), ("hugo", 0));
    assert_eq!(kept(&merged, GITHUB), [7]);
    // Another secret, earlier and later than the restoring: the later is the present one, the other is kept.
    for (now, present, others) in [(40, 0, [8, 7]), (60, 8, [0, 7])] {
        let mut edited = phone.clone();
        edited.now = now;
        edited.edits(GITHUB, new_secret(8));
        let merged = both_ways(&laptop, &edited);
        assert_eq!(merged.entry(GITHUB).unwrap().credential.value.secret.expose()[0], present);
        assert_eq!(kept(&merged, GITHUB), others);
    }
    // The same secret put back on both machines is there once.
    phone.now = 70;
    phone.does(Change::RestoreCredential(GITHUB, replaced(0)));
    let merged = both_ways(&laptop, &phone);
    let present = merged.entry(GITHUB).unwrap();
    let others = present.history.iter().filter(|old| old.value != present.credential.value);
    assert_eq!(present.credential.value.secret.expose()[0], 0);
    assert_eq!(others.map(|old| old.value.secret.expose()[0]).collect::<Vec<_>>(), [7]);
}

#[test]
fn what_lost_a_merge_is_put_back_and_a_candidate_stays_one() {
    let [mut laptop, mut phone] = machines([1, 2]);
    phone.edits(GITHUB, new_secret(7));
    laptop.now = 50;
    laptop.edits(GITHUB, new_secret(8));
    laptop.does(Change::Reenrol(GITHUB, credential(Kind::Totp, 9)));
    laptop.merges(&phone);
    assert_eq!(kept(&laptop.vault, GITHUB), [7, 0]);
    laptop.does(Change::RestoreCredential(GITHUB, replaced(0)));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(GITHUB).unwrap();
    assert_eq!(entry.credential.value, credential(Kind::Totp, 7));
    assert_eq!(entry.candidate.as_ref().unwrap().value, credential(Kind::Totp, 9));
    assert_eq!(kept(&merged, GITHUB), [8, 0]);
}

#[test]
fn a_new_secret_of_another_machine_is_put_back_with_the_codes_that_were_taken_of_it_there() {
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.does(Change::Reenrol(VPN, credential(Kind::Hotp, 7)));
    phone.now = 50;
    phone.does(Change::Reenrol(VPN, credential(Kind::Hotp, 8)));
    phone.merges(&laptop);
    (0..3).for_each(|_| laptop.does(Change::NextCandidateCode(VPN)));
    phone.does(Change::RestoreCredential(VPN, replaced(0)));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(VPN).unwrap();
    assert_eq!((&entry.credential.value.secret.expose()[0], entry.counter), (&7, 3));
    assert_eq!(entry.candidate.as_ref().unwrap().value.secret.expose()[0], 8);
    assert_eq!(kept(&merged, VPN), [0]);
}

/// With a code, so that both machines know the same counter of the first secret; the laptop then has another and the first again.
fn with_a_counter_put_back() -> [Machine; 2] {
    let [mut laptop, mut phone] = machines([1, 2]);
    (0..5).for_each(|_| laptop.does(Change::NextCode(VPN)));
    phone.merges(&laptop);
    laptop.edits(VPN, Edit { credential: whole(credential(Kind::Hotp, 7)), ..Edit::default() });
    laptop.does(Change::RestoreCredential(VPN, replaced(0)));
    [laptop, phone]
}

#[test]
fn a_counter_that_is_put_back_hears_of_the_codes_that_another_machine_took_of_it() {
    let [mut laptop, mut phone] = with_a_counter_put_back();
    (0..4).for_each(|_| phone.does(Change::NextCode(VPN)));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(VPN).unwrap();
    assert_eq!((entry.credential.value.secret.expose()[0], entry.counter), (0, 9));
    // However late: also those from before it hears of the putting back, and where it is in the history again.
    laptop.vault = merged;
    laptop.edits(VPN, Edit { credential: whole(credential(Kind::Hotp, 8)), ..Edit::default() });
    (0..3).for_each(|_| phone.does(Change::NextCode(VPN)));
    laptop.vault = both_ways(&laptop, &phone);
    assert_eq!(laptop.vault.entry(VPN).unwrap().credential.value.secret.expose()[0], 8);
    laptop.does(Change::RestoreCredential(VPN, replaced(0)));
    let entry = laptop.vault.entry(VPN).unwrap();
    assert_eq!((entry.credential.value.secret.expose()[0], entry.counter), (0, 12));
}

#[test]
fn a_counter_put_back_on_two_machines_is_counted_on_as_one() {
    let [mut laptop, mut phone] = with_a_counter_put_back();
    phone.edits(VPN, Edit { credential: whole(credential(Kind::Hotp, 9)), ..Edit::default() });
    phone.does(Change::RestoreCredential(VPN, replaced(0)));
    (0..2).for_each(|_| laptop.does(Change::NextCode(VPN)));
    phone.does(Change::NextCode(VPN));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(VPN).unwrap();
    assert_eq!((entry.credential.value.secret.expose()[0], entry.counter), (0, 7));
}

#[test]
fn a_counter_that_was_set_back_on_purpose_stays_so_whatever_is_put_back_and_merged_later() {
    let [mut laptop, mut phone] = with_a_counter_put_back();
    laptop.edits(VPN, Edit { counter: Some(2), ..Edit::default() });
    (0..4).for_each(|_| phone.does(Change::NextCode(VPN)));
    laptop.vault = both_ways(&laptop, &phone);
    assert_eq!(laptop.vault.entry(VPN).unwrap().counter, 2);
    laptop.edits(VPN, Edit { credential: whole(credential(Kind::Hotp, 8)), ..Edit::default() });
    laptop.does(Change::RestoreCredential(VPN, replaced(0)));
    phone.does(Change::NextCode(VPN));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(VPN).unwrap();
    assert_eq!((entry.credential.value.secret.expose()[0], entry.counter), (0, 2));
}

#[test]
fn a_secret_with_more_digits_and_one_undone_hear_of_codes_taken_elsewhere_too() {
    let [mut laptop, mut phone] = machines([1, 2]);
    let digits = CredentialEdit { digits: Some(8), ..CredentialEdit::default() };
    laptop.edits(VPN, Edit { credential: digits, ..Edit::default() });
    (0..4).for_each(|_| phone.does(Change::NextCode(VPN)));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(VPN).unwrap();
    assert_eq!((entry.credential.value.digits, entry.counter), (8, 4));
}

#[test]
fn a_dropped_secret_that_is_put_back_counts_behind_all_that_is_known_of_it() {
    let [mut laptop, mut phone] = machines([1, 2]);
    (0..6).for_each(|_| laptop.does(Change::NextCode(VPN)));
    laptop.does(Change::Reenrol(VPN, credential(Kind::Hotp, 0)));
    phone.now = 50;
    phone.does(Change::Reenrol(VPN, credential(Kind::Hotp, 8)));
    laptop.merges(&phone);
    // The rival has the secret in use: its own counter says nothing of what was used.
    laptop.edits(VPN, Edit { credential: whole(credential(Kind::Hotp, 3)), ..Edit::default() });
    laptop.does(Change::RestoreCredential(VPN, replaced(0)));
    let entry = laptop.vault.entry(VPN).unwrap();
    assert_eq!((entry.credential.value.secret.expose()[0], entry.counter), (0, 6));
}

#[test]
fn a_later_edit_beats_a_deletion_and_an_earlier_one_does_not() {
    for (edited, deleted, survives) in [(20, 10, true), (10, 20, false)] {
        let [mut laptop, mut phone] = machines([1, 2]);
        laptop.now = deleted;
        laptop.does(Change::Delete(vec![GITHUB]));
        phone.now = edited;
        phone.edits(GITHUB, account("hugo"));
        let merged = both_ways(&laptop, &phone);
        assert_eq!(merged.active().any(|entry| entry.id == GITHUB), survives);
        assert_eq!(merged.entry(GITHUB).unwrap().account.value, "hugo");
    }
}

#[test]
fn a_later_edit_brings_back_even_what_was_purged_elsewhere_with_its_secret() {
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.does(Change::Delete(vec![GITHUB]));
    laptop.does(Change::EmptyTrash(vec![GITHUB]));
    phone.now = 100;
    phone.edits(GITHUB, account("hugo"));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(GITHUB).unwrap();
    assert!(!entry.is_deleted());
    assert_eq!(entry.credential.value, credential(Kind::Totp, 0));
    assert_eq!(entry.history, []);
}

#[test]
fn recovery_codes_used_on_either_machine_are_used_and_older_sets_are_kept() {
    let texts = |texts: [&str; 2]| texts.map(SecretText::new).to_vec();
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.does(Change::SetRecoveryCodes(GITHUB, texts(["one", "two"])));
    phone.merges(&laptop);
    laptop.does(Change::MarkRecoveryCode { id: GITHUB, set: NOW, index: 0, used: true });
    phone.does(Change::MarkRecoveryCode { id: GITHUB, set: NOW, index: 1, used: true });
    let merged = both_ways(&laptop, &phone);
    assert_eq!(merged.entry(GITHUB).unwrap().recovery_codes_left(), 0);
    // A mark taken back is taken back everywhere.
    laptop.merges(&phone);
    phone.merges(&laptop);
    laptop.does(Change::MarkRecoveryCode { id: GITHUB, set: NOW, index: 0, used: false });
    let merged = both_ways(&laptop, &phone);
    assert_eq!(merged.entry(GITHUB).unwrap().recovery_codes_left(), 1);
    // A new set on one machine, a mark on the other: the mark stays with the old set.
    phone.does(Change::SetRecoveryCodes(GITHUB, texts(["three", "four"])));
    let merged = both_ways(&laptop, &phone);
    let entry = merged.entry(GITHUB).unwrap();
    assert_eq!(entry.recovery_codes_left(), 2);
    let used: Vec<bool> = entry.recovery_history[0].value.iter().map(|code| code.used.value).collect();
    assert_eq!(used, [false, true]);
}

#[test]
fn vaults_of_different_ids_are_not_merged() {
    let error = merge::vault(&Vault::new("one"), &Vault::new("other")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotTrusted);
}

#[test]
fn methods_and_retired_keys_are_joined_and_a_removed_method_stays_removed() {
    let at = |wall_ms| Stamp { wall_ms, count: 0, device: 1 };
    let method = |recipient: &str, added, removed: Option<u64>| Method {
        name: "m".into(),
        kind: "recovery".into(),
        recipient: recipient.into(),
        added: at(added),
        removed: removed.map(at),
        extra: Default::default(),
    };
    let [mut laptop, mut phone] = machines([1, 2]);
    laptop.vault.methods = vec![method("age1a", 1, Some(5)), method("age1b", 6, None)];
    phone.vault.methods = vec![method("age1a", 1, None), method("age1c", 3, None)];
    let merged = both_ways(&laptop, &phone);
    let in_use: Vec<&str> = merged.methods.iter().filter(|m| m.in_use()).map(|m| m.recipient.as_str()).collect();
    assert_eq!(in_use, ["age1c", "age1b"]);
    assert_eq!(merged.methods.len(), 3);
}

#[test]
fn what_this_version_does_not_know_is_joined_too() {
    let values = || {
        let leaf = prop_oneof![Just(json!(null)), Just(json!(1)), Just(json!(2)), Just(json!("x")), Just(json!(true))];
        leaf.prop_recursive(2, 6, 2, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::Array),
                proptest::collection::btree_map("[ab]", inner, 0..2).prop_map(|map| map.into_iter().collect()),
            ]
        })
    };
    let vault = |value: serde_json::Value| {
        let mut vault = Vault::new("v");
        vault.extra.insert("new".into(), value);
        vault
    };
    let config = Config { cases: 20_000, failure_persistence: None, ..Config::default() };
    let law = |(a, b, c)| {
        let [a, b, c] = [vault(a), vault(b), vault(c)];
        prop_assert_eq!(join(&a, &b), join(&b, &a));
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        prop_assert_eq!(join(&a, &a), a.clone());
        prop_assert_eq!(join(&join(&a, &b), &b), join(&a, &b));
        Ok(())
    };
    TestRunner::new(config).run(&(values(), values(), values()), law).unwrap();
}
