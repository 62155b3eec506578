//! One name has many spellings: composed or not, with or without its accents, in wide or narrow letters. Each is found
//! by the others, and what is stored stays as it was typed.

use crate::support::store::{Desk, passphrase};
use crate::support::tui::Tui;
use crate::support::world::Nobody;
use countersign::error::ErrorKind;
use countersign::ops::backup::{self, Policy};
use countersign::ops::change::{Change, Edit, apply};
use countersign::ops::find::{self, Search, TagFilter};
use countersign::ops::import::{OnConflict, Standing, plan};
use countersign::ops::session::Session;
use countersign::ops::unlock::Opening;
use countersign::ops::{names, vaults};
use countersign::otp::{Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::{self, Draft, Found};
use countersign::tui::msg::{Effect, Job, Then};
use countersign::vault::Vault;
use countersign::vault::entry::EntryId;
use countersign::vault::stamp::{Stamp, Stamper};
use countersign::vault::store;
use countersign::words;
use proptest::prelude::*;
use std::fs;
use std::sync::Arc;

fn draft(issuer: &str, account: &str, secret: &str) -> Draft {
    let credential = Credential::new(Kind::Totp, Secret::new(secret.as_bytes().to_vec()));
    Draft { issuer: issuer.into(), account: account.into(), ..Draft::new(credential) }
}

fn tagged(issuer: &str, tags: &[&str]) -> Draft {
    Draft { tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), ..draft(issuer, "x", issuer) }
}

fn change(vault: &mut Vault, change: Change) {
    let newest = vault.entries.iter().map(|entry| entry.newest_edit()).max().unwrap_or(Stamp::default());
    let mut last = vault.entries.len() as u128;
    let mut new_id = || {
        last += 1;
        EntryId(last)
    };
    apply(vault, &mut Stamper::new(1_700_000_000_000, 7, newest), &mut new_id, change).unwrap();
}

/// Its entries have the ids 1, 2, 3 and so on.
fn vault(drafts: Vec<Draft>) -> Vault {
    let mut vault = Vault::new("test");
    change(&mut vault, Change::Import { add: drafts, replace: vec![] });
    vault
}

fn accounts(names: &[&str]) -> Vault {
    vault(names.iter().map(|name| draft("", name, name)).collect())
}

/// What the name is stored as, and what is typed to find it.
const SPELLINGS: &[(&str, &str)] = &[
    ("Jos\u{e9}", "jose\u{301}"),
    ("Jose\u{301}", "jos\u{e9}"),
    ("Jose\u{301}", "jose"),
    ("Jose", "jos\u{e9}"),
    ("Médico", "medico"),
    ("ÖBB", "obb"),
    ("o\u{308}bb", "ÖBB"),
    ("İstanbul", "istanbul"),
    ("Istanbul", "İSTANBUL"),
    ("Diyarbakır", "DIYARBAKIR"),
    ("Straßenbahn", "strasse"),
    ("STRASSE", "straße"),
    ("Strasse", "STRAẞE"),
    ("ＧＭＯ", "gmo"),
    ("GMO", "ｇｍｏ"),
    ("ﾄﾞｺﾓ", "ドコモ"),
    ("ドコモ", "ﾄﾞｺﾓ"),
    ("㈱リコー", "(株)リコー"),
    ("한국은행", "\u{1112}\u{1161}\u{11ab}국"),
    ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", "한국"),
    ("Οδυσσέας", "ΟΔΥΣΣΕΑΣ"),
    ("ΟΔΥΣΣΕΑΣ", "οδυσσεας"),
    ("ΤΡΑΠΕΖΑ", "τράπεζα"),
    ("Ёлка", "елка"),
    ("СБЕРБАНК", "сбербанк"),
    ("Тинькоффъ й", "и\u{306}"),
    ("مُحَمَّد", "محمد"),
    ("أحمد", "احمد"),
    ("محـــمد", "محمد"),
    ("שָׁלוֹם", "שלום"),
    ("ﬁnance", "finance"),
    ("Finance", "ﬁn"),
    ("Łódź", "lodz"),
    ("Ørsted", "orsted"),
    ("Æther", "aether"),
    ("Œuvre", "oeuvre"),
    ("Þór", "thor"),
    ("ŁÓDŹ", "łódź"),
    ("Seyðisfjörður", "seydisfjordur"),
    ("Đà Nẵng", "da nang"),
    ("Việt Nam", "viet nam"),
    ("x²", "x2"),
    ("Ⅷ", "viii"),
    ("a\u{a0}b", "a b"),
    ("Pay\u{ad}Pal", "paypal"),
    ("Git\u{200b}Hub", "github"),
    ("\u{1d5dc}\u{1d5e1}\u{1d5da}", "ing"),
    ("GitHub：hugo", "github:hugo"),
    ("O’Reilly", "o'reilly"),
    ("Rheinland–Pfalz", "rheinland-pfalz"),
    ("Vie\u{323}\u{302}t", "Vie\u{302}\u{323}t"),
    ("ﻣﺤﻤﺪ", "محمد"),
    ("ﾡﾢ", "ㄱㄲ"),
    ("№ 7™", "no 7tm"),
    ("\u{212b}ngström", "ångström"),
    ("Ĳsselmeer", "ijsselmeer"),
    ("ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"),
    ("ԵՐԵՒԱՆ", "երևան"),
    ("葛\u{e0100}城", "葛城"),
    ("❤\u{fe0f} Bank", "❤ bank"),
    ("ガ", "カ\u{3099}"),
    ("Ꭰ", "ꭰ"),
    ("Ελλάδα ς", "ΕΛΛΑΔΑ Σ"),
];

#[test]
fn a_name_is_found_however_it_is_spelled() {
    let mut missed = Vec::new();
    for (stored, typed) in SPELLINGS {
        let vault = vault(vec![draft("Other", "y", "1"), draft(stored, "x", "2"), draft("y", stored, "3")]);
        let listed: Vec<u128> = find::all(vault.active(), typed).iter().map(|entry| entry.id.0).collect();
        let searched = Search::default().rank(&vault.entries, typed, &TagFilter::All);
        let taken = find::one(&accounts(&["Other", stored]), typed).map(|entry| entry.id);
        if (listed.as_slice(), searched.as_slice()) != (&[2, 3], &[1, 2]) || taken != Ok(EntryId(2)) {
            missed.push(format!("{stored} by {typed}: list {listed:?}, search {searched:?}, code {taken:?}"));
        }
        assert_eq!((&*vault.entries[1].issuer.value, &*vault.entries[2].account.value), (*stored, *stored), "stored as typed");
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn letters_that_are_not_the_same_are_not_taken_for_each_other() {
    for (stored, typed) in
        [("ガス", "カス"), ("한국", "하국"), ("किताब", "कताब"), ("Strase", "straße"), ("b", "β"), ("MELI", "мели")]
    {
        let vault = accounts(&["Other", stored]);
        assert_eq!(find::all(vault.active(), typed).len(), 0, "{stored} by {typed}");
        assert_eq!(find::one(&vault, typed).unwrap_err().kind, ErrorKind::NoMatch, "{stored} by {typed}");
    }
}

#[test]
fn a_query_of_marks_alone_does_not_match_everything() {
    let vault = accounts(&["Jose", "Anna"]);
    for typed in ["\u{301}", "\u{200b}", "\u{fe0f}"] {
        assert_eq!(find::all(vault.active(), typed).len(), 0, "{typed:?}");
        assert!(find::one(&vault, typed).is_err(), "{typed:?}");
        assert!(Search::default().rank(&vault.entries, typed, &TagFilter::All).is_empty(), "{typed:?}");
    }
}

#[test]
fn the_exact_spelling_goes_before_one_without_its_accents() {
    let one =
        |names: &[&str], query: &str| find::one(&accounts(names), query).map(|entry| entry.id.0).map_err(|error| error.kind);
    let (composed, decomposed) = ("Jos\u{e9}", "Jose\u{301}");
    for typed in ["jos\u{e9}", "jose\u{301}", "JOSÉ"] {
        assert_eq!(one(&["Jose", composed], typed), Ok(2));
        assert_eq!(one(&["Jose", decomposed], typed), Ok(2));
        assert_eq!(one(&[composed, decomposed], typed), Err(ErrorKind::SeveralMatch));
        // Neither is what was typed.
        assert_eq!(one(&["Jose", "Josè"], typed), Err(ErrorKind::SeveralMatch));
        assert_eq!(one(&["Jose", "José Luis"], typed), Err(ErrorKind::SeveralMatch));
        assert_eq!(one(&["Josefine", "José Luis"], typed), Ok(2));
    }
    assert_eq!(one(&["José", "Jose"], "jose"), Ok(2));
    assert_eq!(one(&["José", "Josè"], "jose"), Err(ErrorKind::SeveralMatch));
    assert_eq!(one(&["José", "Josefine"], "jose"), Ok(1));
    assert_eq!(one(&["José Luis", "Josefine"], "jose"), Err(ErrorKind::SeveralMatch), "accents are optional");
    assert_eq!(one(&["Straße", "Strasse"], "STRASSE"), Ok(2));
    assert_eq!(one(&["ＧＭＯ", "GMO"], "gmo"), Ok(2));
    assert_eq!(one(&["ＧＭＯ", "GMO"], "ｇｍｏ"), Ok(1));
}

#[test]
fn an_error_names_the_candidates_as_they_are_stored() {
    let error = find::one(&accounts(&["Jose", "Josè"]), "josé").unwrap_err();
    assert_eq!(error.what, "2 entries match \"josé\"");
    let listed = "  Jose  00000000-0000-0000-0000-000000000001\n  Josè  00000000-0000-0000-0000-000000000002";
    assert_eq!(error.hint.unwrap(), format!("say which, by account or id:\n{listed}"));
}

#[test]
fn the_search_ranks_what_was_typed_before_what_only_looks_like_it() {
    let names = ["José", "Jose", "Jose\u{301}", "x"];
    let vault = accounts(&names);
    let ranked = |typed: &str| Search::default().rank(&vault.entries, typed, &TagFilter::All);
    assert_eq!(ranked("jose"), [1, 0, 2]);
    assert_eq!(ranked("josé"), [0, 2, 1]);
    assert_eq!(ranked("jose\u{301}"), [0, 2, 1]);
    // Letters in capitals still count as the beginning of a word.
    let vault = accounts(&["Bright", "GitHub"]);
    assert_eq!(Search::default().rank(&vault.entries, "gh", &TagFilter::All), [1, 0]);
}

#[test]
fn notes_and_tags_are_found_however_they_are_spelled() {
    let note = Draft { note: "Schlu\u{308}ssel im Büro".into(), ..draft("A", "1", "1") };
    let vault = vault(vec![note, tagged("B", &["Käufe"])]);
    for (typed, at) in [("schlüssel", 0), ("BURO", 0), ("kaufe", 1), ("Ka\u{308}ufe", 1)] {
        let listed: Vec<u128> = find::all(vault.active(), typed).iter().map(|entry| entry.id.0).collect();
        assert_eq!(listed, [at as u128 + 1], "{typed}");
        assert_eq!(Search::default().rank(&vault.entries, typed, &TagFilter::All), [at], "{typed}");
    }
}

#[test]
fn accents_do_not_move_a_name_in_the_list() {
    let names = ["Zoo", "Zürich", "Zuse", "Ärzte", "Arzt", "öbb", "Oase", "Pizza", "Łódź", "Lund", "ＧＭＯ", "Github", "Gmx"];
    let mut entries: Vec<_> = accounts(&names).entries;
    entries.sort_by_cached_key(|entry| entry.sort_key());
    let sorted: Vec<&str> = entries.iter().map(|entry| entry.account.value.as_str()).collect();
    let wanted = ["Arzt", "Ärzte", "Github", "ＧＭＯ", "Gmx", "Łódź", "Lund", "Oase", "öbb", "Pizza", "Zoo", "Zürich", "Zuse"];
    assert_eq!(sorted, wanted);
}

#[test]
fn an_import_knows_an_account_by_either_spelling() {
    let (composed, decomposed) = ("Jos\u{e9}", "Jose\u{301}");
    let vault = vault(vec![draft("Médico", composed, "a"), draft("GitHub", "Jose", "b"), draft("GitHub", "José", "c")]);
    let standing = |issuer: &str, account: &str, secret: &str| {
        plan(&vault, Found { drafts: vec![draft(issuer, account, secret)], ..Found::default() }).rows[0].1
    };
    let [first, jose, accented] = [1, 2, 3].map(EntryId);
    // The same secret under the same name is the same account, however the name is spelled.
    assert_eq!(standing("Me\u{301}dico", decomposed, "a"), Standing::Same(first));
    assert_eq!(standing("medico", "JOSE", "a"), Standing::Same(first));
    assert_eq!(standing("Ｍédico", "josé", "a"), Standing::Same(first));
    assert_eq!(standing("Clinic", decomposed, "a"), Standing::Alike(first));
    // With another secret, an accent may tell one account from another: nothing is replaced that was not named.
    assert_eq!(standing("Me\u{301}dico", decomposed, "z"), Standing::Conflict(first));
    assert_eq!(standing("github", decomposed, "z"), Standing::Conflict(accented));
    assert_eq!(standing("GitHub", "jose", "z"), Standing::Conflict(jose));
    assert_eq!(standing("GitHub", "Josè", "z"), Standing::New);
}

#[test]
fn a_file_of_the_other_form_imported_again_adds_nothing() {
    let link = |name: &str| format!("otpauth://totp/{name}?secret=JBSWY3DPEHPK3PXP\n");
    let read = |text: String| transfer::read(text.as_bytes(), None).unwrap().1;
    let mut vault = Vault::new("test");
    let first = plan(&vault, read(link("M%C3%A9dico:jos%C3%A9"))).change(OnConflict::KeepBoth).unwrap();
    change(&mut vault, first);
    assert!(plan(&vault, read(link("Me%CC%81dico:jose%CC%81"))).change(OnConflict::KeepBoth).is_none());
    assert_eq!(vault.entries[0].account.value, "jos\u{e9}");
}

#[test]
fn a_tag_in_another_form_is_the_same_tag() {
    let (composed, decomposed) = ("K\u{e4}ufe", "Ka\u{308}ufe");
    let mut vault = vault(vec![tagged("A", &[composed]), tagged("B", &[decomposed]), tagged("C", &["Kaufe"])]);
    for typed in [composed, decomposed] {
        let filter = TagFilter::Tag(typed.into());
        assert_eq!(Search::default().rank(&vault.entries, "", &filter), [0, 1]);
        // Put on once more, and taken off.
        let id = EntryId(1);
        change(&mut vault, Change::Edit(id, Edit { tag: vec![typed.into()], ..Edit::default() }));
        assert_eq!(vault.entry(id).unwrap().tags().collect::<Vec<_>>(), [composed]);
        change(&mut vault, Change::Edit(id, Edit { untag: vec![typed.into()], ..Edit::default() }));
        assert_eq!(vault.entry(id).unwrap().tags().count(), 0);
        change(&mut vault, Change::Edit(id, Edit { tag: vec![composed.into()], ..Edit::default() }));
    }
}

fn apply_to(tui: &mut Tui, change: Change) {
    tui.perform(vec![Effect::job(Job::Apply { change, then: Then::Nothing })]);
}

#[test]
fn on_the_screen_the_search_takes_either_spelling() {
    let mut tui = Tui::empty();
    let names = [("ÖBB", "anna"), ("Médico", "jose\u{301}"), ("Straßenbahn", "x"), ("İstanbul", "y"), ("ＧＭＯ", "z")];
    apply_to(&mut tui, Change::Enrol(names.iter().map(|(issuer, account)| draft(issuer, account, issuer)).collect()));
    for (typed, seen) in
        [("obb", "anna"), ("josé", "Médico"), ("medico", "Médico"), ("strasse", "Straßenbahn"), ("istanbul", "İ")]
    {
        tui.press("/").type_text(typed).see(seen).see("1 of 5").press("Esc");
    }
}

#[test]
fn names_that_look_the_same_are_told_apart_by_a_number() {
    let drafts = vec![draft("Caf\u{e9}", "x", "1"), draft("Cafe\u{301}", "x", "2"), draft("Cafe\u{301}", "y", "3")];
    let all = names::all(&vault(drafts.clone()));
    let called = |id: u128| all[&EntryId(id)].as_str();
    assert_eq!((called(1), called(2), called(3)), ("Café (x) #1", "Café (x) #2", "Cafe\u{301} (y)"));
    let mut tui = Tui::empty();
    apply_to(&mut tui, Change::Enrol(drafts));
    tui.see("x #1").see("x #2").see("y");
}

#[test]
fn one_tag_in_two_forms_is_one_filter_and_one_line() {
    let mut tui = Tui::empty();
    apply_to(&mut tui, Change::Enrol(vec![tagged("A", &["K\u{e4}ufe"]), tagged("B", &["Ka\u{308}ufe"]), tagged("C", &[])]));
    tui.press("Tab").see("A").see("B").see_no("C ");
    tui.press("Tab").see_no("A ").see("C");
}

#[test]
fn vaults_are_listed_beside_their_letters() {
    let desk = Desk::new();
    for name in ["Zoo", "zürich", "Zuse", "Ärzte", "Bank"] {
        store::create(&desk.world, &desk.home().join(name), &SecretText::new("x"), 1).unwrap();
    }
    let names: Vec<String> = vaults::list(&desk.world, desk.home()).into_iter().map(|vault| vault.name).collect();
    assert_eq!(names, ["Ärzte", "Bank", "Zoo", "zürich", "Zuse"]);
}

proptest! {
    #[test]
    fn forms_of_one_text_are_folded_alike(text in any::<String>()) {
        use unicode_normalization::UnicodeNormalization;
        let forms: [String; 4] = [text.nfc().collect(), text.nfd().collect(), text.nfkc().collect(), text.nfkd().collect()];
        let folded = words::folded(&text);
        for form in &forms {
            prop_assert_eq!(&words::folded(form), &folded);
        }
        prop_assert_eq!(words::spelled(&forms[0]), words::spelled(&forms[1]));
        prop_assert!(words::is_same(&forms[0], &forms[1]));
        // What is folded or composed once stays as it is.
        prop_assert_eq!(&words::folded(&folded), &folded);
        prop_assert_eq!(words::composed(&forms[1]), forms[0].as_str());
    }
}

/// A disk that was plugged into another system may have the other form of the folder's name.
#[test]
fn backups_on_a_second_disk_are_found_in_either_form_of_the_vaults_name() {
    let mut desk = Desk::new();
    desk.folder = desk.home().join("Z\u{fc}rich");
    let disk = desk.home().join("disk");
    fs::create_dir(&disk).unwrap();
    let policy = Policy { second: Some(disk.clone()), ..Policy::default() };
    let mut session = Session::create(&desk.world, &desk.folder, &passphrase(), 1).unwrap().with_backups(&policy);
    session.apply(Change::Enrol(vec![draft("GitHub", "hugo", "1")])).unwrap();
    drop(session);
    let name = fs::read_dir(&disk).unwrap().next().unwrap().unwrap().file_name().into_string().unwrap();
    fs::rename(disk.join(&name), disk.join(name.replace('\u{fc}', "u\u{308}"))).unwrap();
    fs::remove_dir_all(desk.folder.join("backups")).unwrap();
    let opening = Opening::Passphrase(passphrase());
    let rescue = backup::find(&desk.world, &desk.folder, &policy, &opening, Arc::new(Nobody)).unwrap();
    assert_eq!(rescue.found.map(|found| found.entries), Some(1));
}
