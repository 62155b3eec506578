//! Changes to the entries of a vault and their undo.

use crate::support::changes::{NOW, aimed, replaced, whole};
use countersign::error::{Error, ErrorKind};
use countersign::ops::change::{Change, CredentialEdit, Edit, Outcome, apply, same_but_counter};
use countersign::ops::history::{self, Fate};
use countersign::ops::{check, demo, find, passphrase};
use countersign::otp::{Algorithm, Credential, Kind, NotComputable};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::Draft;
use countersign::vault::entry::{Entry, EntryId, HISTORY};
use countersign::vault::stamp::{Stamp, Stamper};
use countersign::vault::{Vault, schema};
use proptest::prelude::*;

/// A vault in memory with a clock that moves a second with each change.
struct Desk {
    vault: Vault,
    now: u64,
    ids: u128,
}

impl Desk {
    fn new() -> Self {
        let vault = Vault::new("test");
        Desk { vault, now: 1_700_000_000_000, ids: 0 }
    }

    fn with(drafts: Vec<Draft>) -> (Self, Vec<EntryId>) {
        let mut desk = Desk::new();
        let ids = desk.apply(Change::Enrol(drafts)).unwrap().ids;
        (desk, ids)
    }

    fn apply(&mut self, change: Change) -> Result<Outcome, Error> {
        self.now += 1000;
        let highest = self.vault.entries.iter().map(|entry| newest(entry)).max().unwrap_or_default();
        let mut stamper = Stamper::new(self.now, 7, highest);
        let mut changed = self.vault.clone();
        let ids = &mut self.ids;
        let mut new_id = || {
            *ids += 1;
            EntryId(*ids)
        };
        let change = aimed(&changed, change);
        let outcome = apply(&mut changed, &mut stamper, &mut new_id, change)?;
        self.vault = changed;
        Ok(outcome)
    }

    fn undo(&mut self, outcome: Outcome) -> Outcome {
        self.apply(*outcome.undo.expect("it can be undone")).unwrap()
    }

    fn entry(&self, id: EntryId) -> &Entry {
        self.vault.entry(id).unwrap()
    }
}

fn newest(entry: &Entry) -> Stamp {
    entry.newest_edit().max(entry.deleted.unwrap_or_default()).max(entry.purged.unwrap_or_default())
}

fn totp(secret: &str) -> Credential {
    Credential::new(Kind::Totp, Secret::new(secret.as_bytes().to_vec()))
}

fn hotp(secret: &str, counter: u64) -> Credential {
    Credential { counter, ..Credential::new(Kind::Hotp, Secret::new(secret.as_bytes().to_vec())) }
}

fn draft(issuer: &str, account: &str, credential: Credential) -> Draft {
    Draft { issuer: issuer.into(), account: account.into(), ..Draft::new(credential) }
}

/// All that a person sees of the entries outside the trash, and what is in it.
#[derive(Debug, PartialEq)]
struct Seen {
    id: EntryId,
    names: (String, String, String),
    pinned: bool,
    status: &'static str,
    credential: Credential,
    candidate: Option<Credential>,
    tags: Vec<String>,
    recovery: Vec<(SecretText, bool)>,
    in_trash: bool,
}

fn seen(entry: &Entry) -> Seen {
    Seen {
        id: entry.id,
        names: (entry.issuer.value.clone(), entry.account.value.clone(), entry.note.value.clone()),
        pinned: entry.pinned.value,
        status: entry.status.value.name(),
        credential: Credential { counter: entry.counter, ..entry.credential.value.clone() },
        candidate: entry.candidate.as_ref().map(|candidate| candidate.value.clone()),
        tags: entry.tags().map(str::to_owned).collect(),
        recovery: entry.recovery_codes.value.iter().map(|code| (code.code.clone(), code.used.value)).collect(),
        in_trash: entry.is_deleted(),
    }
}

fn all_seen(vault: &Vault) -> Vec<Seen> {
    vault.entries.iter().map(|entry| seen(entry)).collect()
}

fn mark(id: EntryId, index: usize, used: bool) -> Change {
    Change::MarkRecoveryCode { id, set: NOW, index, used }
}

fn codes(texts: &[&str]) -> Vec<SecretText> {
    texts.iter().map(|text| SecretText::new(*text)).collect()
}

#[test]
fn an_enrolled_draft_is_kept_whole_and_can_be_taken_back() {
    let whole = Draft {
        tags: vec!["work".into(), "a, b\n".into(), " ".into()],
        note: "note".into(),
        pinned: true,
        pending: true,
        recovery_codes: vec![(SecretText::new("one"), true), (SecretText::new("two"), false)],
        history: vec![totp("newer"), totp("older")],
        ..draft("GitHub", "hugo", hotp("secret", 5))
    };
    let mut desk = Desk::new();
    let outcome = desk.apply(Change::Import { add: vec![whole], replace: vec![] }).unwrap();
    let entry = desk.entry(outcome.ids[0]);
    assert_eq!(
        seen(entry),
        Seen {
            id: EntryId(1),
            names: ("GitHub".into(), "hugo".into(), "note".into()),
            pinned: true,
            status: "pending",
            credential: hotp("secret", 5),
            candidate: None,
            tags: vec!["a b".into(), "work".into()],
            recovery: vec![(SecretText::new("one"), true), (SecretText::new("two"), false)],
            in_trash: false,
        }
    );
    assert_eq!(entry.history.iter().map(|old| old.value.clone()).collect::<Vec<_>>(), [totp("newer"), totp("older")]);
    assert!(entry.history[0].at > entry.history[1].at && entry.credential.at > entry.history[0].at);
    desk.undo(outcome);
    assert!(desk.entry(EntryId(1)).is_deleted());
}

#[test]
fn what_an_export_can_not_hold_is_said_and_an_import_cuts_no_history() {
    use countersign::ops::export;
    let old: Vec<Credential> = (0..HISTORY + 2).map(|n| totp(&n.to_string())).collect();
    let (mut desk, ids) = Desk::with(vec![Draft { history: old.clone(), ..draft("GitHub", "hugo", totp("s")) }]);
    assert_eq!(export::draft_of(desk.entry(ids[0])).history, old);
    assert_eq!(export::left_out(&desk.vault, desk.vault.active().map(|entry| &**entry)), [] as [&str; 0]);
    desk.apply(Change::SetRecoveryCodes(ids[0], codes(&["one"]))).unwrap();
    desk.apply(Change::SetRecoveryCodes(ids[0], codes(&["two"]))).unwrap();
    let entry = desk.vault.entry_mut(ids[0]).unwrap();
    entry.order.value = "a0".into();
    entry.rivals = vec![entry.credential.clone(), entry.credential.clone()];
    entry.extra.insert("credential".into(), serde_json::json!({"kind": "ocra"}));
    desk.vault.unread.push(SecretText::new("7"));
    assert_eq!(
        export::left_out(&desk.vault, desk.vault.active().map(|entry| &**entry)),
        [
            "GitHub (hugo): 2 other new secrets that were not confirmed were left out.",
            "GitHub (hugo): 1 older set of recovery codes was left out.",
            "The place of 1 entry in the list was left out.",
            "1 entry that can't be read was left out.",
        ]
    );
    let raw = export::draft_of(desk.entry(ids[0])).raw;
    assert_eq!(raw, Some(serde_json::json!({"credential": {"kind": "ocra"}})));
}

#[test]
fn a_draft_from_the_trash_of_another_vault_comes_into_the_trash() {
    let mut desk = Desk::new();
    let deleted = Draft { deleted: true, ..draft("GitHub", "hugo", totp("secret")) };
    let ids = desk.apply(Change::Import { add: vec![deleted], replace: vec![] }).unwrap().ids;
    assert_eq!((desk.vault.active().count(), desk.vault.trash().count()), (0, 1));
    desk.apply(Change::Restore(ids)).unwrap();
    assert_eq!((desk.vault.active().count(), desk.vault.trash().count()), (1, 0));
}

#[test]
fn an_edit_that_changes_nothing_makes_no_stamp() {
    let (mut desk, ids) = Desk::with(vec![Draft { tags: vec!["work".into()], ..draft("GitHub", "hugo", hotp("secret", 3)) }]);
    let before = desk.vault.clone();
    let same = Edit {
        issuer: Some("GitHub".into()),
        account: Some("hugo".into()),
        note: Some(String::new()),
        pinned: Some(false),
        tag: vec!["work".into()],
        untag: vec!["play".into()],
        counter: Some(3),
        credential: whole(hotp("secret", 3)),
    };
    let outcome = desk.apply(Change::Edit(ids[0], same)).unwrap();
    assert_eq!((desk.vault.clone(), outcome.undo), (before.clone(), None));
    for change in [
        Change::Confirm(ids[0], NOW),
        Change::DropCandidate(ids[0]),
        Change::Restore(ids.clone()),
        Change::EmptyTrash(ids.clone()),
    ] {
        assert_eq!(desk.apply(change).unwrap().undo, None);
        assert_eq!(desk.vault, before);
    }
}

#[test]
fn an_edit_stamps_only_what_it_changes() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("secret"))]);
    let created = desk.entry(ids[0]).created;
    let edit = Edit { note: Some("new".into()), issuer: Some("GitHub".into()), ..Edit::default() };
    desk.apply(Change::Edit(ids[0], edit)).unwrap();
    let entry = desk.entry(ids[0]);
    assert!(entry.note.at > created);
    assert_eq!((entry.issuer.at, entry.account.at, entry.credential.at), (created, created, created));
}

#[test]
fn a_tag_taken_off_leaves_a_flag_for_merges() {
    let (mut desk, ids) = Desk::with(vec![Draft { tags: vec!["a".into(), "b".into()], ..draft("X", "y", totp("s")) }]);
    let edit = Edit { tag: vec!["b".into(), "c".into()], untag: vec!["a".into()], ..Edit::default() };
    let outcome = desk.apply(Change::Edit(ids[0], edit)).unwrap();
    let flags: Vec<_> = desk.entry(ids[0]).tags.iter().map(|(tag, flag)| (tag.as_str(), flag.value)).collect();
    assert_eq!(flags, [("a", false), ("b", true), ("c", true)]);
    desk.undo(outcome);
    assert_eq!(desk.entry(ids[0]).tags().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn an_edit_newer_than_the_deletion_brings_the_entry_back() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("secret"))]);
    desk.apply(Change::Delete(ids.clone())).unwrap();
    assert!(desk.entry(ids[0]).is_deleted());
    let outcome = desk.apply(Change::Edit(ids[0], Edit { note: Some("n".into()), ..Edit::default() })).unwrap();
    assert!(!desk.entry(ids[0]).is_deleted());
    desk.undo(outcome);
    assert!(desk.entry(ids[0]).is_deleted(), "undo of the edit puts it back into the trash");
}

#[test]
fn deleting_touches_only_what_is_not_in_the_trash_and_undo_restores_only_that() {
    let (mut desk, ids) = Desk::with(vec![draft("A", "", totp("a")), draft("B", "", totp("b"))]);
    desk.apply(Change::Delete(vec![ids[0]])).unwrap();
    let outcome = desk.apply(Change::Delete(ids.clone())).unwrap();
    assert_eq!(outcome.ids, [ids[1]]);
    desk.undo(outcome);
    assert!(desk.entry(ids[0]).is_deleted() && !desk.entry(ids[1]).is_deleted());
}

#[test]
fn a_new_credential_is_a_candidate_until_confirmed_and_the_old_one_is_kept() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("old"))]);
    desk.apply(Change::Reenrol(ids[0], totp("new"))).unwrap();
    assert_eq!(desk.entry(ids[0]).credential.value, totp("old"));
    let confirmed = desk.apply(Change::Confirm(ids[0], NOW)).unwrap();
    let entry = desk.entry(ids[0]);
    assert_eq!((&entry.credential.value, &entry.candidate), (&totp("new"), &None));
    assert_eq!(entry.history.iter().map(|old| old.value.clone()).collect::<Vec<_>>(), [totp("old")]);
    desk.undo(confirmed);
    let entry = desk.entry(ids[0]);
    assert_eq!(entry.credential.value, totp("old"));
    assert_eq!(entry.candidate.as_ref().map(|candidate| candidate.value.clone()), Some(totp("new")));
}

#[test]
fn a_dropped_candidate_is_found_in_the_history() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("old"))]);
    desk.apply(Change::Reenrol(ids[0], totp("new"))).unwrap();
    desk.apply(Change::DropCandidate(ids[0])).unwrap();
    let entry = desk.entry(ids[0]);
    assert_eq!((&entry.credential.value, &entry.candidate), (&totp("old"), &None));
    assert_eq!(entry.history[0].value, totp("new"));
}

#[test]
fn the_newest_three_replaced_credentials_are_kept() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("0"))]);
    for secret in ["1", "2", "3", "4"] {
        desk.apply(Change::Edit(ids[0], Edit { credential: whole(totp(secret)), ..Edit::default() })).unwrap();
    }
    let kept: Vec<_> = desk.entry(ids[0]).history.iter().map(|old| old.value.clone()).collect();
    assert_eq!(kept, [totp("3"), totp("2"), totp("1")]);
    assert_eq!(kept.len(), HISTORY);
}

fn put_back(desk: &mut Desk, id: EntryId, place: u32) -> Outcome {
    desk.apply(Change::RestoreCredential(id, replaced(place))).unwrap()
}

fn secrets(entry: &Entry) -> Vec<String> {
    let all = std::iter::once(&entry.credential).chain(entry.restorable());
    all.map(|one| String::from_utf8_lossy(one.value.secret.expose()).into_owned()).collect()
}

#[test]
fn a_replaced_secret_is_put_back_and_the_present_one_is_kept_in_its_stead() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("1"))]);
    for secret in ["2", "3", "4"] {
        let edit = Edit { credential: whole(totp(secret)), ..Edit::default() };
        desk.apply(Change::Edit(ids[0], edit)).unwrap();
    }
    desk.apply(Change::Reenrol(ids[0], totp("new"))).unwrap();
    let before = desk.entry(ids[0]).clone();
    assert_eq!(secrets(&before), ["4", "3", "2", "1"]);
    // Any number of times: nothing falls out of the three that are kept.
    let outcome = put_back(&mut desk, ids[0], 2);
    assert_eq!(secrets(desk.entry(ids[0])), ["1", "4", "3", "2"]);
    put_back(&mut desk, ids[0], 1);
    assert_eq!(secrets(desk.entry(ids[0])), ["3", "1", "4", "2"]);
    let entry = desk.entry(ids[0]);
    assert_eq!((&entry.candidate, &entry.status), (&before.candidate, &before.status));
    // What somebody else put back since is left alone by the undo of the first, which takes back that of the second.
    desk.undo(outcome);
    assert_eq!(secrets(desk.entry(ids[0]))[0], "3");
    let outcome = put_back(&mut desk, ids[0], 0);
    let undone = desk.undo(outcome);
    assert_eq!(secrets(desk.entry(ids[0])), ["3", "1", "4", "2"]);
    desk.undo(undone);
    assert_eq!(secrets(desk.entry(ids[0])), ["1", "3", "4", "2"]);
}

#[test]
fn a_replaced_secret_that_is_gone_by_now_is_not_put_back() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("1"))]);
    let error = desk.apply(Change::RestoreCredential(ids[0], NOW)).unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::NoMatch, "GitHub has no such replaced secret any more"));
    assert_eq!(desk.apply(Change::RestoreCredential(EntryId(99), NOW)).unwrap_err().kind, ErrorKind::NoMatch);
}

#[test]
fn a_counter_that_is_put_back_goes_on_where_its_secret_was_left() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("a", 5))]);
    let id = ids[0];
    let edit = |credential| Change::Edit(id, Edit { credential, ..Edit::default() });
    let take = |desk: &mut Desk, codes| (0..codes).for_each(|_| drop(desk.apply(Change::NextCode(id)).unwrap()));
    take(&mut desk, 2);
    // The same secret with more digits counts on, and so does one put back after another secret.
    desk.apply(edit(CredentialEdit { digits: Some(8), ..CredentialEdit::default() })).unwrap();
    take(&mut desk, 3);
    desk.apply(edit(whole(hotp("b", 0)))).unwrap();
    take(&mut desk, 1);
    let b = desk.entry(id).counter;
    let outcome = put_back(&mut desk, id, 1);
    assert_eq!((desk.entry(id).credential.value.digits, desk.entry(id).counter), (6, 10));
    take(&mut desk, 1);
    put_back(&mut desk, id, 1);
    assert_eq!((desk.entry(id).credential.value.digits, desk.entry(id).counter), (8, 11));
    drop(outcome);
    put_back(&mut desk, id, 1);
    assert_eq!((desk.entry(id).credential.value.secret.expose(), desk.entry(id).counter), (&b"b"[..], b));
}

#[test]
fn a_dropped_enrolment_of_the_same_secret_puts_no_counter_back() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("a", 0))]);
    let id = ids[0];
    (0..9).for_each(|_| drop(desk.apply(Change::NextCode(id)).unwrap()));
    // The site was asked to begin anew with the same secret, which was not taken; then it got another.
    desk.apply(Change::Reenrol(id, hotp("a", 0))).unwrap();
    desk.apply(Change::DropCandidate(id)).unwrap();
    desk.apply(Change::Edit(id, Edit { credential: whole(totp("b")), ..Edit::default() })).unwrap();
    put_back(&mut desk, id, 0);
    assert_eq!((desk.entry(id).credential.value.secret.expose(), desk.entry(id).counter), (&b"a"[..], 9));
}

#[test]
fn the_history_tells_how_each_secret_came_to_be_replaced_without_showing_it() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("1"))]);
    let id = ids[0];
    assert_eq!(history::of(desk.entry(id)), []);
    assert_eq!(history::nth(desk.entry(id), 1).unwrap_err().hint.as_deref(), Some("none of its secrets was ever replaced"));
    desk.apply(Change::Edit(id, Edit { credential: whole(totp("2")), ..Edit::default() })).unwrap();
    let when = desk.now;
    desk.apply(Change::Reenrol(id, totp("3"))).unwrap();
    desk.apply(Change::DropCandidate(id)).unwrap();
    let entry = desk.entry(id);
    let told: Vec<_> = history::of(entry).iter().map(|old| (old.credential.clone(), old.fate)).collect();
    assert_eq!(told, [(totp("3"), Fate::NeverConfirmed), (totp("1"), Fate::Replaced(when))]);
    let mark = |text: &str| history::mark(id, &totp(text).secret);
    assert!(mark("1") != mark("2") && mark("1") != history::mark(EntryId(99), &totp("1").secret));
    assert!(mark("1").len() == 4 && mark("1").bytes().all(|byte| byte.is_ascii_hexdigit()));
    let error = history::nth(entry, 3).unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::NoMatch, "GitHub (hugo) has no replaced secret 3"));
}

#[test]
fn the_next_code_advances_the_counter_and_says_which_it_used() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("12345678901234567890", 0))]);
    let first = desk.apply(Change::NextCode(ids[0])).unwrap();
    let second = desk.apply(Change::NextCode(ids[0])).unwrap();
    assert_eq!(first.code, Some((SecretText::new("755224"), 0)), "RFC 4226 appendix D");
    assert_eq!(second.code, Some((SecretText::new("287082"), 1)));
    assert_eq!((desk.entry(ids[0]).counter, second.undo), (2, None));
}

#[test]
fn a_used_up_counter_gives_an_error_and_stays() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("secret", u64::MAX))]);
    let before = desk.vault.clone();
    let error = desk.apply(Change::NextCode(ids[0])).unwrap_err();
    assert_eq!(error, Error::failed("VPN gives no code: the counter is used up"));
    assert_eq!(desk.vault, before);
}

#[test]
fn a_candidate_that_counts_is_tried_with_its_own_counter() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("old", 9))]);
    desk.apply(Change::Reenrol(ids[0], hotp("12345678901234567890", 0))).unwrap();
    let tried = desk.apply(Change::NextCandidateCode(ids[0])).unwrap();
    assert_eq!(tried.code, Some((SecretText::new("755224"), 0)));
    desk.apply(Change::Confirm(ids[0], NOW)).unwrap();
    assert_eq!(desk.entry(ids[0]).counter, 1);
    assert_eq!(desk.entry(ids[0]).history[0].value, hotp("old", 9));
}

#[test]
fn a_counter_set_by_hand_is_a_new_credential_without_an_old_one() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("secret", 4))]);
    desk.apply(Change::NextCode(ids[0])).unwrap();
    let stamp = desk.entry(ids[0]).credential.at;
    let outcome = desk.apply(Change::Edit(ids[0], Edit { counter: Some(2), ..Edit::default() })).unwrap();
    let entry = desk.entry(ids[0]);
    assert_eq!((entry.counter, entry.credential.value.counter, entry.history.len()), (2, 2, 0));
    assert!(entry.credential.at > stamp);
    desk.undo(outcome);
    assert_eq!(desk.entry(ids[0]).counter, 5);
}

#[test]
fn a_new_secret_begins_at_counter_zero_unless_one_is_given() {
    let secret = |text: &str| CredentialEdit { secret: Some(Secret::new(text.into())), ..CredentialEdit::default() };
    for (counter, begins) in [(None, 0), (Some(7), 7), (Some(42), 42)] {
        let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("old", 42))]);
        desk.apply(Change::Edit(ids[0], Edit { counter, credential: secret("new"), ..Edit::default() })).unwrap();
        assert_eq!(seen(desk.entry(ids[0])).credential, hotp("new", begins));
        assert_eq!(desk.entry(ids[0]).history[0].value, hotp("old", 42));
    }
    // The same secret with other parameters counts on.
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("old", 42))]);
    let edit = CredentialEdit { digits: Some(8), ..secret("old") };
    desk.apply(Change::Edit(ids[0], Edit { credential: edit, ..Edit::default() })).unwrap();
    assert_eq!(desk.entry(ids[0]).counter, 42);
}

#[test]
fn a_secret_that_was_replaced_and_is_given_again_uses_no_code_twice() {
    let secret = |text: &str| CredentialEdit { secret: Some(Secret::new(text.into())), ..CredentialEdit::default() };
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("first", 42))]);
    for text in ["second", "first"] {
        desk.apply(Change::Edit(ids[0], Edit { credential: secret(text), ..Edit::default() })).unwrap();
        desk.apply(Change::NextCode(ids[0])).unwrap();
    }
    assert_eq!(seen(desk.entry(ids[0])).credential, hotp("first", 43));
}

#[test]
fn recovery_codes_are_replaced_as_a_set_and_marked_one_by_one() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("s"))]);
    desk.apply(Change::SetRecoveryCodes(ids[0], codes(&["one", "two"]))).unwrap();
    let marked = desk.apply(mark(ids[0], 1, true)).unwrap();
    assert_eq!(desk.entry(ids[0]).recovery_codes_left(), 1);
    let replaced = desk.apply(Change::SetRecoveryCodes(ids[0], codes(&["three"]))).unwrap();
    assert_eq!(desk.entry(ids[0]).recovery_history[0].value.len(), 2);
    desk.undo(replaced);
    assert_eq!(seen(desk.entry(ids[0])).recovery, [(SecretText::new("one"), false), (SecretText::new("two"), true)]);
    desk.apply(mark(ids[0], 1, false)).unwrap();
    assert_eq!(desk.entry(ids[0]).recovery_codes_left(), 2);
    drop(marked);
    let error = desk.apply(mark(ids[0], 2, true)).unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::NoMatch, "there is no recovery code 3"));
}

#[test]
fn emptying_the_trash_leaves_ids_and_stamps_only() {
    let rich = Draft {
        tags: vec!["t".into()],
        note: "n".into(),
        recovery_codes: vec![(SecretText::new("c"), true)],
        history: vec![totp("h")],
        raw: Some(serde_json::json!({"a": 1})),
        ..draft("GitHub", "hugo", totp("secret"))
    };
    let (mut desk, ids) = Desk::with(vec![rich, draft("Stays", "", totp("x"))]);
    desk.apply(Change::Delete(vec![ids[0]])).unwrap();
    let outcome = desk.apply(Change::EmptyTrash(ids.clone())).unwrap();
    assert_eq!((outcome.ids, outcome.undo), (vec![ids[0]], None));
    let entry = desk.entry(ids[0]).clone();
    assert!(entry.is_purged());
    let mut blank = Entry::new(ids[0], entry.created, Credential::new(Kind::Unknown, Secret::new(vec![])));
    (blank.credential.at, blank.deleted, blank.purged) = (entry.credential.at, entry.deleted, entry.purged);
    assert_eq!(entry, blank);
    assert_eq!((desk.vault.active().count(), desk.vault.trash().count()), (1, 0));
    for change in [
        Change::Restore(vec![ids[0]]),
        Change::Edit(ids[0], Edit { note: Some("back".into()), ..Edit::default() }),
        Change::NextCode(ids[0]),
        Change::Delete(vec![EntryId(99)]),
        Change::Confirm(EntryId(99), NOW),
    ] {
        assert_eq!(desk.apply(change).unwrap_err().kind, ErrorKind::NoMatch);
    }
}

#[test]
fn an_import_replaces_what_it_is_told_to_and_undo_takes_all_of_it_back() {
    let (mut desk, ids) = Desk::with(vec![Draft { tags: vec!["mine".into()], ..draft("GitHub", "hugo", totp("old")) }]);
    let before = all_seen(&desk.vault);
    let replacing = Draft { tags: vec!["theirs".into()], note: "n".into(), ..draft("GitHub", "hugo", totp("new")) };
    let change = Change::Import { add: vec![draft("New", "", totp("n"))], replace: vec![(ids[0], replacing)] };
    let outcome = desk.apply(change).unwrap();
    let entry = desk.entry(ids[0]);
    assert_eq!((&entry.credential.value, entry.tags().collect::<Vec<_>>()), (&totp("new"), vec!["mine", "theirs"]));
    assert_eq!(entry.history[0].value, totp("old"));
    assert_eq!(desk.vault.active().count(), 2);
    desk.undo(outcome);
    assert_eq!(desk.vault.active().map(|entry| seen(entry)).collect::<Vec<_>>(), before);
}

#[test]
fn undo_leaves_alone_what_somebody_else_changed_since() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("s"))]);
    let edit = Edit { note: Some("mine".into()), issuer: Some("Mine".into()), ..Edit::default() };
    let mine = desk.apply(Change::Edit(ids[0], edit)).unwrap();
    desk.apply(Change::Edit(ids[0], Edit { note: Some("theirs".into()), ..Edit::default() })).unwrap();
    desk.undo(mine);
    assert_eq!(seen(desk.entry(ids[0])).names, ("GitHub".into(), "hugo".into(), "theirs".into()));
}

#[test]
fn undoing_an_edit_gives_no_counter_out_twice() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("12345678901234567890", 5))]);
    let digits = CredentialEdit { digits: Some(8), ..CredentialEdit::default() };
    let edited = desk.apply(Change::Edit(ids[0], Edit { credential: digits, ..Edit::default() })).unwrap();
    (0..3).for_each(|_| drop(desk.apply(Change::NextCode(ids[0])).unwrap()));
    let undone = desk.undo(edited);
    assert_eq!((desk.entry(ids[0]).credential.value.digits, desk.entry(ids[0]).counter), (6, 8));
    desk.apply(Change::NextCode(ids[0])).unwrap();
    desk.undo(undone);
    assert_eq!((desk.entry(ids[0]).credential.value.digits, desk.entry(ids[0]).counter), (8, 9));
}

#[test]
fn undoing_a_confirmation_gives_no_counter_of_the_new_secret_out_twice() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("old", 9))]);
    desk.apply(Change::Reenrol(ids[0], hotp("new", 0))).unwrap();
    let confirmed = desk.apply(Change::Confirm(ids[0], NOW)).unwrap();
    (0..3).for_each(|_| drop(desk.apply(Change::NextCode(ids[0])).unwrap()));
    desk.undo(confirmed);
    let entry = desk.entry(ids[0]);
    assert_eq!((entry.counter, entry.candidate.as_ref().unwrap().value.counter), (9, 3));
}

#[test]
fn a_dropped_candidate_that_is_set_again_has_its_own_counter() {
    // A site that was enrolled anew with the same secret from the start, and the enrolment taken back and done again.
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", hotp("same", 1))]);
    let asked = desk.apply(Change::Reenrol(ids[0], hotp("same", 0))).unwrap();
    let undone = desk.undo(asked);
    desk.undo(undone);
    assert_eq!(desk.entry(ids[0]).candidate.as_ref().unwrap().value.counter, 0);
}

#[test]
fn a_confirmation_taken_back_and_done_again_leaves_no_candidate() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", totp("1"))]);
    desk.apply(Change::Reenrol(ids[0], hotp("same", 0))).unwrap();
    let other = draft("VPN", "hugo", hotp("same", 1));
    desk.apply(Change::Import { add: Vec::new(), replace: vec![(ids[0], other)] }).unwrap();
    let confirmed = desk.apply(Change::Confirm(ids[0], NOW)).unwrap();
    let after = seen(desk.entry(ids[0]));
    // Credential and candidate once got one stamp here, and the next change took one for the other.
    let undone = desk.undo(confirmed);
    desk.undo(undone);
    assert_eq!(seen(desk.entry(ids[0])), after);
}

#[test]
fn an_edit_of_one_parameter_leaves_what_another_program_changed_meanwhile() {
    let (mut desk, ids) = Desk::with(vec![Draft { tags: vec!["work".into()], ..draft("VPN", "hugo", hotp("old", 5)) }]);
    // Decided on while this was on the screen …
    let digits = CredentialEdit { digits: Some(8), ..CredentialEdit::default() };
    let mine = Edit { credential: digits, ..Edit::default() }.with_tags(&["work".into()], &["home".into()]);
    // … and applied after another program took codes, enrolled anew and put a tag on.
    desk.apply(Change::NextCode(ids[0])).unwrap();
    desk.apply(Change::Reenrol(ids[0], hotp("new", 40))).unwrap();
    desk.apply(Change::Confirm(ids[0], NOW)).unwrap();
    desk.apply(Change::Edit(ids[0], Edit { tag: vec!["shop".into()], ..Edit::default() })).unwrap();
    desk.apply(Change::Edit(ids[0], mine)).unwrap();
    let entry = seen(desk.entry(ids[0]));
    assert_eq!(entry.credential, Credential { digits: 8, ..hotp("new", 40) });
    assert_eq!(entry.tags, ["home", "shop"]);
}

#[test]
fn confirming_never_promotes_a_secret_that_was_not_tried() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("old"))]);
    desk.apply(Change::Reenrol(ids[0], totp("tried"))).unwrap();
    let tried = desk.entry(ids[0]).candidate.as_ref().unwrap().at;
    desk.apply(Change::Reenrol(ids[0], totp("another"))).unwrap();
    let before = desk.vault.clone();
    let error = desk.apply(Change::Confirm(ids[0], tried)).unwrap_err();
    assert_eq!(
        error,
        Error::new(ErrorKind::NoMatch, "the credential that was tried was replaced by another program or machine: GitHub")
            .hint("look at what is there now, and try again")
    );
    assert_eq!(desk.vault, before);
}

#[test]
fn a_recovery_code_of_a_set_that_was_replaced_is_not_marked_in_the_new_one() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("s"))]);
    desk.apply(Change::SetRecoveryCodes(ids[0], codes(&["one", "two"]))).unwrap();
    let set = desk.entry(ids[0]).recovery_codes.at;
    desk.apply(Change::SetRecoveryCodes(ids[0], codes(&["three", "four"]))).unwrap();
    let error = desk.apply(Change::MarkRecoveryCode { id: ids[0], set, index: 0, used: true }).unwrap_err();
    assert_eq!(error.what, "the set of recovery codes was replaced by another program or machine: GitHub");
    assert_eq!(desk.entry(ids[0]).recovery_codes_left(), 2);
}

#[test]
fn emptying_the_trash_removes_what_was_shown_and_nothing_that_came_or_went_meanwhile() {
    let named = |name| draft(name, "", totp(name));
    let (mut desk, ids) = Desk::with(vec![named("Shown"), named("Came"), named("Went")]);
    desk.apply(Change::Delete(vec![ids[0], ids[2]])).unwrap();
    let shown: Vec<EntryId> = desk.vault.trash().map(|entry| entry.id).collect();
    desk.apply(Change::Restore(vec![ids[2]])).unwrap();
    desk.apply(Change::Delete(vec![ids[1]])).unwrap();
    let removed = desk.apply(Change::EmptyTrash(shown)).unwrap().ids;
    assert_eq!(removed, [ids[0]]);
    assert_eq!(desk.vault.trash().map(|entry| entry.label()).collect::<Vec<_>>(), ["Came"]);
    assert_eq!(desk.vault.active().map(|entry| entry.label()).collect::<Vec<_>>(), ["Went"]);
}

#[test]
fn a_secret_is_not_reread_in_the_form_of_another_kind() {
    let (mut desk, ids) = Desk::with(vec![draft("VPN", "hugo", totp("secret"))]);
    let kind = CredentialEdit { kind: Some(Kind::Motp), ..CredentialEdit::default() };
    let change = |credential| Change::Edit(ids[0], Edit { credential, ..Edit::default() });
    let error = desk.apply(change(kind.clone())).unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::Usage, "the secret must be given with this kind"));
    let secret = Kind::Motp.read_secret("0a1b2c3d");
    desk.apply(change(CredentialEdit { secret: secret.clone(), ..kind })).unwrap();
    assert_eq!(Some(desk.entry(ids[0]).credential.value.secret.clone()), secret);
}

#[test]
fn what_an_entry_may_not_hold_is_refused_with_a_reason() {
    let (mut desk, ids) = Desk::with(vec![draft("GitHub", "hugo", totp("s"))]);
    let before = desk.vault.clone();
    let bad = |credential: Credential| Edit { credential: whole(credential), ..Edit::default() };
    let not_computable = |why: NotComputable| format!("no codes can be made of this: {why}");
    let edits = [
        (Edit { issuer: Some("x".repeat(check::NAME_LENGTH + 1)), ..Edit::default() }, "the issuer is too long".into()),
        (Edit { account: Some("a\u{1b}[2J".into()), ..Edit::default() }, "the account holds a control character".into()),
        (Edit { issuer: Some("Pay\u{202e}Pal".into()), ..Edit::default() }, "the issuer holds a control character".into()),
        (Edit { note: Some("x".repeat(check::NOTE_LENGTH + 1)), ..Edit::default() }, "the note is too long".into()),
        (Edit { note: Some("call \u{2066}first".into()), ..Edit::default() }, "the note holds a control character".into()),
        (Edit { tag: vec!["a,b".into()], ..Edit::default() }, "a tag holds a comma or a control character".into()),
        (Edit { tag: vec!["a\u{200f}b".into()], ..Edit::default() }, "a tag holds a comma or a control character".into()),
        (Edit { tag: vec![" a".into()], ..Edit::default() }, "a tag is empty or has space around it".into()),
        (Edit { counter: Some(3), ..Edit::default() }, "GitHub has no counter".into()),
        (bad(Credential { digits: 11, ..totp("s") }), not_computable(NotComputable::Digits(11))),
        (bad(Credential { period: 0, ..totp("s") }), not_computable(NotComputable::Period(0))),
        (
            bad(Credential { algorithm: Algorithm::Other("WHIRL".into()), ..totp("s") }),
            not_computable(NotComputable::UnknownAlgorithm("WHIRL".into())),
        ),
        (bad(Credential { period: check::PERIOD + 1, ..totp("s") }), "the period is too long".into()),
        (bad(totp("")), not_computable(NotComputable::EmptySecret)),
    ];
    for (edit, what) in edits {
        let error = desk.apply(Change::Edit(ids[0], edit)).unwrap_err();
        assert_eq!((error.kind, error.what), (ErrorKind::Usage, what));
        assert_eq!(desk.vault, before);
    }
}

#[test]
fn an_odd_entry_that_is_there_can_still_be_renamed() {
    let mut desk = Desk::new();
    let odd = draft("Odd", "x", Credential { digits: 99, period: 0, ..totp("") });
    let ids = desk.apply(Change::Import { add: vec![odd], replace: vec![] }).unwrap().ids;
    desk.apply(Change::Edit(ids[0], Edit { issuer: Some("Even".into()), ..Edit::default() })).unwrap();
    assert_eq!(desk.entry(ids[0]).credential.value.digits, 99);
}

#[test]
fn every_entry_of_the_demo_gives_a_code_but_the_ones_that_wait() {
    let vault = demo::vault(1_700_000_000_000).unwrap();
    assert!(vault.active().count() >= 14);
    for entry in vault.active() {
        let credential = &entry.credential.value;
        let code = match credential.is_time_based() {
            true => credential.code_at(1_700_000_000).map(|window| window.code),
            false => credential.code_for(entry.counter),
        };
        assert!(code.is_ok(), "{}: {code:?}", entry.label());
    }
}

#[test]
fn a_query_means_one_entry_exactly_or_by_one_substring() {
    let (desk, ids) = Desk::with(vec![
        draft("GitHub", "hugo@example.org", totp("1")),
        draft("GitHub Enterprise", "hugo", totp("2")),
        draft("Git", "eva", totp("3")),
    ]);
    let id = |query: &str| find::one(&desk.vault, query).map(|entry| entry.id);
    assert_eq!(id("github"), Ok(ids[0]), "an exact issuer goes before substrings");
    assert_eq!(id("HUGO"), Ok(ids[1]));
    assert_eq!(id("enter"), Ok(ids[1]));
    assert_eq!(id("git:eva"), Ok(ids[2]));
    assert_eq!(id(&ids[1].to_string()), Ok(ids[1]));
    let several = id("hub").unwrap_err();
    assert_eq!(
        several,
        Error::new(ErrorKind::SeveralMatch, "2 entries match \"hub\"").hint(
            "say which, by account or id:\n  GitHub · hugo@example.org  00000000-0000-0000-0000-000000000001\n  \
             GitHub Enterprise · hugo  00000000-0000-0000-0000-000000000002"
        )
    );
    let none = id("gthub").unwrap_err();
    assert_eq!((none.kind, none.what.as_str()), (ErrorKind::NoMatch, "no entry matches \"gthub\""));
    assert!(none.hint.unwrap().starts_with("near are:\n  GitHub · hugo@example.org"));
    assert_eq!(id("  ").unwrap_err().kind, ErrorKind::Usage);
}

#[test]
fn search_ranks_names_before_notes_and_keeps_the_order_of_equals() {
    let (desk, _) = Desk::with(vec![
        Draft { note: "ask github".into(), ..draft("Bank", "x", totp("1")) },
        draft("GitHub", "b", totp("2")),
        draft("GitHub", "a", totp("3")),
        Draft { tags: vec!["work".into()], ..draft("Café", "x", totp("4")) },
    ]);
    let mut search = find::Search::default();
    let all = find::TagFilter::All;
    let entries = &desk.vault.entries;
    assert_eq!(search.rank(entries, "", &all), [0, 1, 2, 3]);
    assert_eq!(search.rank(entries, "github", &all), [1, 2, 0]);
    assert_eq!(search.rank(entries, "gthb", &all), [1, 2]);
    assert_eq!(search.rank(entries, "cafe", &all), [3]);
    assert_eq!(search.rank(entries, "x", &find::TagFilter::Tag("work".into())), [3]);
    assert_eq!(search.rank(entries, "", &find::TagFilter::Untagged), [0, 1, 2]);
    assert_eq!(search.rank(&entries[1..3], "a", &all), [1], "after entries moved");
}

#[test]
fn passphrases_are_judged_and_made_up() {
    let judged = |text: &str| passphrase::strength(&SecretText::new(text));
    assert_eq!(judged(""), passphrase::Strength { score: 0, verdict: "empty".into() });
    assert_eq!(
        judged("password"),
        passphrase::Strength { score: 0, verdict: "very weak: this is a top-10 common password".into() }
    );
    assert_eq!(judged(&"correct horse battery ".repeat(10_000)).score, 4, "a huge one is judged, too");
    let entropy = crate::support::world::FakeEntropy::seed(7);
    let made = passphrase::generate(&entropy);
    let words: Vec<_> = made.expose().split(' ').collect();
    assert_eq!(words.len(), passphrase::WORDS);
    assert!(words.iter().all(|word| countersign::words::dice().contains(word)));
    assert_eq!(passphrase::strength(&made).score, 4);
    assert_ne!(made, passphrase::generate(&entropy));
}

fn any_change() -> impl Strategy<Value = Change> {
    let id = (1u128..5).prop_map(EntryId);
    let secret = prop::sample::select(vec!["a", "b", "c", "d"]);
    let credential = (secret, prop::bool::ANY, 0u64..5).prop_map(|(secret, counts, counter)| match counts {
        true => hotp(secret, counter),
        false => totp(secret),
    });
    let text = prop::option::of(prop::sample::select(vec!["", "x", "y", "z"]).prop_map(str::to_owned));
    let tags = prop::collection::vec(prop::sample::select(vec!["s", "t", "u"]).prop_map(str::to_owned), 0..3);
    let names = (text.clone(), text.clone(), text);
    let new = (prop::option::of(credential.clone()), any::<bool>());
    let edit = (names, prop::option::of(any::<bool>()), tags.clone(), tags, new).prop_map(
        |((issuer, account, note), pinned, tag, untag, (credential, sets))| Edit {
            issuer,
            account,
            note,
            pinned,
            tag,
            untag,
            counter: credential.as_ref().filter(|new| sets && new.kind == Kind::Hotp).map(|new| new.counter),
            credential: credential.map(whole).unwrap_or_default(),
        },
    );
    let ids = prop::collection::vec(id.clone(), 0..3);
    let drafts = prop::collection::vec((credential.clone(), any::<bool>()), 0..3).prop_map(|made| {
        made.into_iter().map(|(credential, pending)| Draft { pending, ..draft("New", "n", credential) }).collect::<Vec<_>>()
    });
    let single = prop_oneof![
        drafts.clone().prop_map(Change::Enrol),
        id.clone().prop_map(|id| Change::Confirm(id, NOW)),
        (id.clone(), credential.clone()).prop_map(|(id, credential)| Change::Reenrol(id, credential)),
        id.clone().prop_map(Change::DropCandidate),
        (id.clone(), 0u32..3).prop_map(|(id, place)| Change::RestoreCredential(id, replaced(place))),
        (id.clone(), edit).prop_map(|(id, edit)| Change::Edit(id, edit)),
        ids.clone().prop_map(Change::Delete),
        ids.prop_map(Change::Restore),
        (id.clone(), 0usize..3).prop_map(|(id, count)| Change::SetRecoveryCodes(
            id,
            (0..count).map(|n| SecretText::new(format!("code{n}"))).collect()
        )),
        (id.clone(), 0usize..2, any::<bool>()).prop_map(|(id, index, used)| mark(id, index, used)),
        (drafts, prop::option::of((id, credential))).prop_map(|(add, replace)| Change::Import {
            add,
            replace: replace.into_iter().map(|(id, credential)| (id, draft("R", "r", credential))).collect(),
        }),
    ];
    let several = prop::collection::vec(single.clone(), 0..4).prop_map(Change::Several);
    prop_oneof![4 => single, 1 => several]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// After any history, a change and its undo leave what a person sees as it was (what was enrolled lies in the trash).
    #[test]
    fn undo_gives_back_what_was_seen(history in prop::collection::vec(any_change(), 0..12), change in any_change()) {
        let (mut desk, _) = Desk::with(vec![
            draft("One", "a", totp("1")),
            Draft { pending: true, ..draft("Two", "b", hotp("2", 7)) },
            Draft { recovery_codes: vec![(SecretText::new("r"), false)], ..draft("Three", "c", totp("3")) },
        ]);
        for change in history {
            let _ = desk.apply(change);
        }
        let before = desk.vault.clone();
        let Ok(outcome) = desk.apply(change) else {
            prop_assert_eq!(&desk.vault, &before);
            return Ok(());
        };
        let changed = all_seen(&desk.vault);
        let Some(undo) = outcome.undo else {
            prop_assert_eq!(changed, all_seen(&before));
            return Ok(());
        };
        let undone = desk.apply(*undo).unwrap();
        for entry in &desk.vault.entries {
            match before.entry(entry.id) {
                Some(old) => prop_assert_eq!(seen(entry), seen(old)),
                None => prop_assert!(entry.is_deleted()),
            }
        }
        if let Some(redo) = undone.undo {
            desk.apply(*redo).unwrap();
            prop_assert_eq!(all_seen(&desk.vault), changed);
        }
    }

    /// After any history, whatever is put back is in use, what was in use can be put back, and no counter goes back.
    #[test]
    fn what_is_put_back_can_be_exchanged_again(history in prop::collection::vec(any_change(), 0..16)) {
        let (mut desk, _) = Desk::with(vec![draft("One", "a", totp("1")), draft("Two", "b", hotp("2", 7))]);
        for change in history {
            let _ = desk.apply(change);
        }
        let active: Vec<EntryId> = desk.vault.active().map(|entry| entry.id).collect();
        for id in active {
            let before = desk.entry(id).clone();
            let replaced: Vec<_> = history::of(&before).iter().map(|old| (old.at, old.credential.clone())).collect();
            // What waits as a new secret is not kept a second time.
            let mut all = replaced.iter().map(|(_, old)| old).chain([&before.credential.value]);
            if all.any(|one| before.candidate.as_ref().is_some_and(|new| same_but_counter(&new.value, one))) {
                continue;
            }
            for (at, credential) in &replaced {
                let mut desk = Desk { vault: desk.vault.clone(), now: desk.now, ids: desk.ids };
                desk.apply(Change::RestoreCredential(id, *at)).unwrap();
                let after = desk.entry(id);
                prop_assert!(same_but_counter(&after.credential.value, credential));
                prop_assert!(after.counter >= credential.counter);
                prop_assert_eq!((&after.candidate, after.status.value), (&before.candidate, before.status.value));
                let reread = schema::read(&schema::write(&desk.vault)).unwrap();
                prop_assert_eq!(reread.entry(id), desk.vault.entry(id));
                // All that was kept is kept, but for what falls behind the three newest.
                let now = history::of(after);
                let dropped = history::of(&before).iter().filter(|old| old.at != *at).count() + 1 - now.len();
                prop_assert!(dropped == 0 || now.len() >= HISTORY, "{dropped} dropped");
                let back = now.iter().find(|old| same_but_counter(old.credential, &before.credential.value)).map(|old| old.at);
                let Some(back) = back else { return Err(TestCaseError::fail("what was in use is gone")) };
                desk.apply(Change::RestoreCredential(id, back)).unwrap();
                let again = desk.entry(id);
                prop_assert!(same_but_counter(&again.credential.value, &before.credential.value));
                prop_assert!(again.counter >= before.counter);
            }
        }
    }
}
