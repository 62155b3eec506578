//! What an import would do, what it does, and that an export of ours gives back the same vault.

use crate::support::world::FakeEntropy;
use countersign::ops::change::{Change, apply};
use countersign::ops::export::draft_of;
use countersign::ops::import::{OnConflict, Plan, Standing, plan};
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::{self, Draft, Found, Sealing};
use countersign::vault::Vault;
use countersign::vault::entry::EntryId;
use countersign::vault::stamp::{Stamp, Stamper};
use proptest::prelude::*;

fn totp(secret: &str) -> Credential {
    Credential::new(Kind::Totp, Secret::new(secret.as_bytes().to_vec()))
}

fn hotp(secret: &str, counter: u64) -> Credential {
    Credential { counter, ..Credential::new(Kind::Hotp, Secret::new(secret.as_bytes().to_vec())) }
}

fn draft(issuer: &str, account: &str, credential: Credential) -> Draft {
    Draft { issuer: issuer.into(), account: account.into(), ..Draft::new(credential) }
}

/// Ids count on from the entries that are there.
fn change(vault: &mut Vault, change: Change) {
    let newest = vault.entries.iter().map(|entry| entry.newest_edit().max(entry.deleted.unwrap_or_default())).max();
    let mut stamper = Stamper::new(1_700_000_000_000, 7, newest.unwrap_or(Stamp::default()));
    let mut last = vault.entries.len() as u128;
    let mut new_id = || {
        last += 1;
        EntryId(last)
    };
    apply(vault, &mut stamper, &mut new_id, change).unwrap();
}

fn vault(drafts: Vec<Draft>) -> Vault {
    let mut vault = Vault::new("test");
    change(&mut vault, Change::Import { add: drafts, replace: vec![] });
    vault
}

fn planned(vault: &Vault, drafts: Vec<Draft>) -> Plan {
    plan(vault, Found { drafts, ..Found::default() })
}

fn standings(vault: &Vault, drafts: Vec<Draft>) -> Vec<Standing> {
    planned(vault, drafts).rows.into_iter().map(|(_, standing)| standing).collect()
}

/// All entries as drafts, without ids.
fn drafts(vault: &Vault) -> Vec<Draft> {
    vault.entries.iter().map(|entry| Draft { id: None, ..draft_of(entry) }).collect()
}

#[test]
fn drafts_are_new_same_alike_or_in_conflict() {
    let vault = vault(vec![draft("GitHub", "hugo", totp("a")), draft("npm", "hugo", hotp("b", 5))]);
    let (github, npm) = (EntryId(1), EntryId(2));
    let eight = Credential { digits: 8, ..totp("a") };
    assert_eq!(
        standings(
            &vault,
            vec![
                draft("GitHub", "hugo", totp("a")),
                draft("GitHub", "work", totp("a")),
                draft("GitHub", "hugo", totp("z")),
                draft("GitHub", "hugo", eight),
                draft("Hetzner", "hugo", totp("z")),
                draft("", "", totp("z")),
                draft("npm", "hugo", hotp("b", 4)),
                draft("npm", "hugo", hotp("b", 6)),
            ]
        ),
        [
            Standing::Same(github),
            Standing::Alike(github),
            Standing::Conflict(github),
            Standing::Conflict(github),
            Standing::New,
            Standing::New,
            Standing::Same(npm),
            Standing::Conflict(npm),
        ]
    );
}

#[test]
fn drafts_are_not_compared_with_each_other() {
    let twice = vec![draft("GitHub", "hugo", totp("a")), draft("GitHub", "hugo", totp("a")), draft("GitHub", "hugo", totp("b"))];
    assert_eq!(standings(&vault(vec![]), twice), [Standing::New; 3]);
}

#[test]
fn what_lies_in_the_trash_counts_as_absent() {
    let trashed = Draft { deleted: true, ..draft("GitHub", "hugo", totp("a")) };
    let vault = vault(vec![trashed.clone()]);
    assert_eq!(standings(&vault, vec![draft("GitHub", "hugo", totp("a"))]), [Standing::New]);
    // What goes to the trash itself does not pile up there.
    assert_eq!(standings(&vault, vec![trashed]), [Standing::Same(EntryId(1))]);
}

#[test]
fn nameless_accounts_are_not_in_conflict() {
    let vault = vault(vec![draft("", "", totp("a"))]);
    assert_eq!(
        standings(&vault, vec![draft("", "", totp("b")), draft("", "", totp("a"))]),
        [Standing::New, Standing::Same(EntryId(1))]
    );
}

#[test]
fn a_conflict_is_kept_beside_skipped_or_replaced() {
    let before = || vault(vec![draft("GitHub", "hugo", totp("old"))]);
    let incoming =
        || vec![draft("GitHub", "hugo", totp("new")), draft("GitHub", "hugo", totp("newer")), draft("npm", "x", totp("n"))];
    let after = |on_conflict| {
        let mut vault = before();
        let change_of = planned(&vault, incoming()).change(on_conflict).unwrap();
        change(&mut vault, change_of);
        drafts(&vault).into_iter().map(|draft| (draft.label(), draft.credential, draft.history)).collect::<Vec<_>>()
    };
    let row = |label: &str, secret: &str, history: &[&str]| {
        (label.to_owned(), totp(secret), history.iter().map(|secret| totp(secret)).collect::<Vec<_>>())
    };
    let hugo = "GitHub (hugo)";
    assert_eq!(
        after(OnConflict::KeepBoth),
        [row(hugo, "old", &[]), row(hugo, "new", &[]), row(hugo, "newer", &[]), row("npm (x)", "n", &[])]
    );
    assert_eq!(after(OnConflict::Skip), [row(hugo, "old", &[]), row("npm (x)", "n", &[])]);
    // One entry is replaced by one draft; the other is not lost.
    assert_eq!(after(OnConflict::Replace), [row(hugo, "new", &["old"]), row(hugo, "newer", &[]), row("npm (x)", "n", &[])]);
}

#[test]
fn a_replaced_entry_takes_the_recovery_codes_with_their_marks() {
    let mut vault = vault(vec![draft("GitHub", "hugo", totp("old"))]);
    let codes = vec![(SecretText::new("one"), true), (SecretText::new("two"), false)];
    let incoming = Draft { recovery_codes: codes.clone(), ..draft("GitHub", "hugo", totp("new")) };
    let replace = planned(&vault, vec![incoming]).change(OnConflict::Replace).unwrap();
    change(&mut vault, replace);
    assert_eq!(drafts(&vault)[0].recovery_codes, codes);
}

#[test]
fn nothing_to_do_is_no_change() {
    let vault = vault(vec![draft("GitHub", "hugo", totp("a"))]);
    let same = || planned(&vault, vec![draft("GitHub", "hugo", totp("a"))]);
    assert_eq!(same().change(OnConflict::KeepBoth), None);
    assert_eq!(same().change(OnConflict::Replace), None);
    assert_eq!(planned(&vault, vec![draft("GitHub", "hugo", totp("b"))]).change(OnConflict::Skip), None);
}

// -- export and back --

fn a_credential() -> impl Strategy<Value = Credential> {
    let numbers = (1..=10u32, 1..=1_000_000u64, any::<u64>(), 0..7usize);
    (0..Kind::ALL.len(), proptest::collection::vec(any::<u8>(), 1..40), numbers, proptest::option::of("[0-9]{4,16}")).prop_map(
        |(kind, secret, (digits, period, counter, algorithm), pin)| {
            let kind = Kind::ALL[kind];
            let secret = match kind {
                Kind::Motp => Kind::Motp.read_secret(&secret.iter().map(|byte| format!("{byte:x}")).collect::<String>()).unwrap(),
                _ => Secret::new(secret),
            };
            Credential {
                algorithm: Algorithm::KNOWN.get(algorithm).cloned().unwrap_or(Algorithm::Other("BLAKE3".into())),
                digits,
                period: if kind == Kind::Hotp { 0 } else { period },
                counter: if kind == Kind::Hotp { counter } else { 0 },
                pin: pin.map(SecretText::new),
                ..Credential::new(kind, secret)
            }
        },
    )
}

fn a_draft() -> impl Strategy<Value = Draft> {
    let names = ("\\PC{0,12}", "\\PC{0,12}", "[\\PC\n\t]{0,30}");
    let lists = (
        proptest::collection::btree_set("[a-zé日]{1,8}", 0..3),
        proptest::collection::vec(("[a-z0-9-]{1,12}", any::<bool>()), 0..4),
        proptest::collection::vec(a_credential(), 0..3),
        proptest::option::weighted(0.2, a_credential()),
    );
    (names, a_credential(), lists, any::<[bool; 3]>(), proptest::option::weighted(0.2, "\\PC{0,9}")).prop_map(
        |((issuer, account, note), credential, (tags, codes, history, candidate), [pinned, pending, deleted], raw)| Draft {
            note,
            tags: tags.into_iter().collect(),
            recovery_codes: codes.into_iter().map(|(code, used)| (SecretText::new(code), used)).collect(),
            history,
            candidate,
            pinned,
            pending,
            deleted,
            raw: raw.map(|text| serde_json::json!({ "text": text })),
            ..draft(&issuer, &account, credential)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_export_of_ours_gives_back_the_same_vault(given in proptest::collection::vec(a_draft(), 0..6)) {
        let original = vault(given.clone());
        prop_assert_eq!(drafts(&original), given);
        let exported: Vec<Draft> = original.entries.iter().map(|entry| draft_of(entry)).collect();
        let password = SecretText::new("one two three");
        let entropy = FakeEntropy::seed(1);
        let read_back = |id: &str, password: Option<&SecretText>| {
            let sealing = Sealing { work_factor: 1, ..Sealing::new(password, &entropy) };
            let written = transfer::by_id(id).unwrap().writer().unwrap().write(&exported, &sealing).unwrap();
            assert_eq!((written.left_out, written.lost), (vec![], vec![]));
            transfer::read(&written.bytes, password).unwrap().1
        };
        let found = read_back("json", None);
        prop_assert_eq!(&found.drafts, &exported);
        // Entries without any name are reported, here as in any format.
        prop_assert!(found.skipped.is_empty() && found.warnings.iter().all(|warning| warning.contains("no name in the file")));
        prop_assert_eq!(&read_back("backup", Some(&password)), &found);
        // Into the same vault there is nothing to import, into an empty one all of it.
        prop_assert_eq!(plan(&original, found.clone()).change(OnConflict::KeepBoth), None);
        let mut copy = vault(vec![]);
        if let Some(all) = plan(&copy, found).change(OnConflict::KeepBoth) {
            change(&mut copy, all);
        }
        prop_assert_eq!(drafts(&copy), drafts(&original));
    }
}
