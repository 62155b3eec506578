//! Two accounts of one site are told apart wherever their names stand, however narrow it is.

use crate::support::tui::Tui;
use countersign::config::Config;
use countersign::ops::change::Change;
use countersign::ops::recovery_codes::split;
use countersign::otp::{Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::Draft;
use countersign::tui::msg::{Effect, Job, Msg, Then};
use countersign::tui::names::fit_apart;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// Sites and accounts with much in common.
const ACCOUNTS: &[(&str, &str)] = &[
    ("Amazon", "paris@shop.example"),
    ("Amazon", "berlin@shop.example"),
    ("Amazon", "milan@shop.example"),
    ("Amazon", "paris@depot.example"),
    ("Amazon", "berlin@depot.example"),
    ("Amazon", "buyer@home.example"),
    ("Amazon", ""),
    // The same once more: two entries that were both kept.
    ("Amazon", "paris@shop.example"),
    ("Amazon Web Services (prod)", "root"),
    ("Amazon Web Services (dev)", "root"),
    ("Amazon Web Services (dev)", "accounting-department-2024@example.com"),
    ("Amazon Web Services (dev)", "accounting-department-2025@example.com"),
    ("日本郵便局の窓口", "花子@例え.example"),
    ("日本郵便局の窓口", "太郎@例え.example"),
    ("", "nameless@example.org"),
    ("GitHub", "hugo@example.org"),
];

fn draft(issuer: &str, account: &str) -> Draft {
    let credential = Credential::new(Kind::Totp, Secret::new(b"12345678901234567890".to_vec()));
    Draft { issuer: issuer.into(), account: account.into(), ..Draft::new(credential) }
}

fn apply(tui: &mut Tui, change: Change) {
    tui.perform(vec![Effect::job(Job::Apply { change, then: Then::Nothing })]);
}

/// A vault of these accounts, all with the same secret, so that nothing but their names tells their rows apart.
fn vault(of: impl Fn(Draft) -> Draft) -> Tui {
    let mut tui = Tui::empty();
    apply(&mut tui, Change::Enrol(ACCOUNTS.iter().map(|(issuer, account)| of(draft(issuer, account))).collect()));
    tui
}

/// The rows of the list without their marks and labels, and without the pane.
fn rows(tui: &Tui, first: usize, count: usize) -> Vec<String> {
    let screen = tui.screen_text();
    let row = |line: &str| line.split('│').next().unwrap_or_default().chars().skip(3).collect::<String>().trim_end().to_owned();
    screen.lines().skip(first).take(count).map(row).collect()
}

#[track_caller]
fn all_differ(tui: &Tui, first: usize, count: usize, what: &str) {
    let rows = rows(tui, first, count);
    assert!(rows.iter().all(|row| !row.is_empty()), "{what}: rows are missing:\n{}", tui.screen_text());
    assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), count, "{what}: two rows look the same:\n{}", tui.screen_text());
}

fn pending(draft: Draft) -> Draft {
    Draft { pending: true, ..draft }
}

fn counting(mut draft: Draft) -> Draft {
    draft.credential.kind = Kind::Hotp;
    draft
}

fn of_eight_digits(mut draft: Draft) -> Draft {
    draft.credential.digits = 8;
    draft
}

fn waiting(tui: &mut Tui) {
    for entry in tui.entries() {
        let new = Credential::new(Kind::Totp, Secret::new(b"abcdefghijklmnopqrst".to_vec()));
        apply(tui, Change::Reenrol(entry.id, new));
    }
}

#[test]
fn no_two_rows_look_the_same_at_any_width() {
    let mut renewed = vault(|draft| draft);
    waiting(&mut renewed);
    let mut shared = vault(|draft| draft);
    shared.press("v");
    let cases = [
        ("plain", vault(|draft| draft)),
        ("pending", vault(pending)),
        ("counters", vault(counting)),
        ("eight digits", vault(of_eight_digits)),
        ("new secrets wait", renewed),
        ("one shared bar", shared),
    ];
    for (what, mut tui) in cases {
        for width in 20..=200 {
            tui.resize(width, 24);
            all_differ(&tui, 2, ACCOUNTS.len(), &format!("{what}, {width} columns"));
        }
    }
}

#[test]
fn no_two_rows_look_the_same_in_a_search_with_labels_or_marked() {
    // "a" is in every name but the one of the post office.
    for (what, keys, first, count) in [
        ("labels", "f", 2, ACCOUNTS.len()),
        ("marked", "Space Space Space Space", 2, ACCOUNTS.len()),
        ("search", "/ a m a", 3, 12),
    ] {
        let mut tui = vault(|draft| draft);
        tui.press(keys);
        for width in 20..=200 {
            tui.resize(width, 24);
            all_differ(&tui, first, count, &format!("{what}, {width} columns"));
        }
    }
}

#[test]
fn an_account_that_is_alone_on_the_screen_is_still_named() {
    let mut tui = vault(|draft| draft).sized(40, 12);
    tui.press("/").type_text("berlin depot").see("1 of 16").see("Ama… berlin@depot");
}

#[test]
fn six_accounts_of_a_shop_at_forty_columns_lose_only_the_ending_that_all_share() {
    let mut tui = Tui::empty().sized(40, 12);
    let accounts = ["paris@shop", "berlin@shop", "milan@shop", "paris@depot", "berlin@depot", "buyer@home"];
    apply(&mut tui, Change::Enrol(accounts.iter().map(|account| draft("Amazon", &format!("{account}.example"))).collect()));
    let rows: Vec<String> =
        rows(&tui, 2, 6).iter().map(|row| row.chars().take(21).collect::<String>().trim().to_owned()).collect();
    assert_eq!(
        rows,
        [
            "Amazon berlin@depot",
            "Amazon berlin@shop",
            "Amazon buyer@home",
            "Amazon milan@shop",
            "Amazon paris@depot",
            "Amazon paris@shop"
        ]
    );
}

#[test]
fn entries_of_the_same_names_are_numbered_in_the_order_they_were_made() {
    let mut tui = Tui::empty();
    for _ in 0..2 {
        apply(&mut tui, Change::Enrol(vec![draft("Forge", "hugo")]));
        tui.wait(Duration::from_secs(5));
    }
    let mut made = tui.entries();
    made.sort_by_key(|entry| entry.created);
    tui.see("hugo #1").see("hugo #2");
    for (entry, name) in made.iter().zip(["Forge (hugo #1)", "Forge (hugo #2)"]) {
        assert_eq!(tui.state.common.name_of(entry), name);
    }
}

/// What is said of two accounts after the same keys, at forty columns.
fn said_of_both(keys: &str) -> [String; 2] {
    [0, 1].map(|at| {
        let mut tui = Tui::empty().sized(40, 12);
        let accounts = ["accounting-department-paris@shop.example", "accounting-department-milan@shop.example"];
        apply(&mut tui, Change::Enrol(accounts.iter().map(|account| draft("Amazon Marketplace", account)).collect()));
        for entry in tui.entries() {
            apply(&mut tui, Change::SetRecoveryCodes(entry.id, split(&SecretText::new("aa11\nbb22"))));
        }
        if at == 1 {
            tui.press("Down");
        }
        tui.press(keys);
        let screen = tui.screen_text();
        let lines: Vec<&str> = screen.lines().collect();
        // The title of another screen, and what is said or asked above the keys.
        [&lines[..2], &lines[9..]].concat().join("\n")
    })
}

#[test]
fn what_is_said_of_two_accounts_differs_at_forty_columns() {
    for keys in [
        "Enter",
        "n",
        "p",
        "p u",
        "d",
        "d y",
        "t",
        "t x Enter Enter",
        "e",
        "e Tab Tab Tab x Enter",
        "x",
        "x Enter",
        "H",
        "J",
        "Q",
    ] {
        let [one, other] = said_of_both(keys);
        assert_ne!(one, other, "after {keys}");
    }
}

#[test]
fn a_renamed_entry_is_called_by_its_new_name() {
    let mut tui = Tui::demo();
    tui.press("/").type_text("github").press("Tab e Ctrl-U").type_text("Forge").press("Enter");
    tui.see("✓ Forge is changed").see_no("GitHub is changed");
}

#[test]
fn a_long_toast_takes_both_lines_rather_than_lose_its_end() {
    let mut tui = Tui::empty().sized(40, 12);
    let accounts = ["paris@shop.example", "milan@shop.example"];
    apply(&mut tui, Change::Enrol(accounts.iter().map(|account| draft("Amazon", account)).collect()));
    waiting(&mut tui);
    tui.press("1").see("Copied the code of the old secret of").see("(milan");
}

#[test]
fn deleted_accounts_of_one_site_are_told_apart_in_the_trash() {
    let mut tui = vault(|draft| draft);
    let ids: Vec<_> = tui.entries().iter().map(|entry| entry.id).collect();
    apply(&mut tui, Change::Delete(ids));
    tui.press("T");
    for width in 20..=200 {
        tui.resize(width, 28);
        all_differ(&tui, 5, ACCOUNTS.len(), &format!("{width} columns"));
    }
}

#[test]
fn a_names_index_that_is_old_shows_no_other_vaults_names() {
    let mut tui = vault(|draft| draft);
    let gone = tui.entries().iter().filter(|entry| entry.account.value.contains("shop")).map(|entry| entry.id).collect();
    apply(&mut tui, Change::Delete(gone));
    tui.send(Msg::Resize { width: 40, height: 12 });
    all_differ(&tui, 2, 7, "after a deletion");
}

/// Texts with much in common: few letters, separators, wide ones, marks that combine, and what looks like a cut.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let piece = prop::sample::select(vec![
        "a",
        "b",
        "@",
        ".",
        "a@b.c",
        "shop.example",
        " ",
        "#1",
        "…",
        "日本",
        "e\u{301}",
        "👩\u{200d}💻",
        "1",
    ]);
    let text = prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat());
    let group = prop::collection::vec(text, 1..12);
    (group, prop::sample::select(vec!["", ".example", "@shop.example", "-a-long-ending-of-all"])).prop_map(|(group, ending)| {
        let group: BTreeSet<String> = group.into_iter().map(|text| text + ending).collect();
        group.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn texts_cut_to_any_columns_stay_different(group in texts(), widths in prop::collection::vec(3u16..40, 12)) {
        let shown: Vec<String> = (0..group.len()).map(|at| fit_apart(&group, at, widths[at])).collect();
        for (text, columns) in shown.iter().zip(&widths) {
            prop_assert!(text.width() <= usize::from(*columns), "{text:?} is wider than {columns}");
        }
        let different: BTreeSet<&String> = shown.iter().collect();
        prop_assert_eq!(different.len(), group.len(), "{:?}", shown);
    }
}

#[test]
fn what_is_left_out_is_chosen_with_care() {
    let shown = |group: &[&str], columns| (0..group.len()).map(|at| fit_apart(group, at, columns)).collect::<Vec<_>>();
    assert_eq!(shown(&["paris@shop.example", "berlin@depot.example"], 12), ["paris@shop", "berlin@depot"]);
    assert_eq!(shown(&["paris@shop.example", "berlin@shop.example"], 8), ["paris", "berlin"]);
    assert_eq!(shown(&["paris@shop.example", "berlin@shop.org"], 8), ["paris@s…", "berlin@…"]);
    assert_eq!(shown(&["Amazon Web Services (prod)", "Amazon Web Services (dev)"], 12), ["Amazon…prod)", "Amazon …dev)"]);
    assert_eq!(shown(&["seller-account-0001@x.example", "seller-account-0002@x.example"], 10), ["selle…0001", "selle…0002"]);
    assert_eq!(shown(&["the same ends A of it all", "the same ends B of it all"], 6), ["…s A …", "…s B …"]);
    assert_eq!(shown(&["the same, one, all", "the same, two, all"], 3), ["t#1", "t#2"]);
}

#[test]
fn keys_of_ones_own_stand_in_the_rows() {
    let keys = [("copy", "y"), ("try-new", "w")].map(|(name, key)| (name.to_owned(), vec![key.to_owned()]));
    let config = Config { keys: keys.into(), ..Config::default() };
    let mut tui = Tui::with_config(countersign::tui::state::Start::Demo, config);
    tui.see("y try the code").see("y next · counter 12").see_no("↵");
    let amazon = tui.entry("Amazon");
    apply(&mut tui, Change::Reenrol(amazon.id, Credential::new(Kind::Totp, Secret::new(b"abcdefghijklmnopqrst".to_vec()))));
    tui.see("w new secret").press("w").see("new secret");
}
