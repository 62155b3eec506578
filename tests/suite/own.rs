//! What this program alone writes: its encrypted backup, transfers for Google Authenticator, and the page to print.

use crate::support::is_installed;
use crate::support::world::FakeEntropy;
use base64::Engine;
use countersign::age_file;
use countersign::error::ErrorKind;
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::picture::QrPicture;
use countersign::transfer::qr::code::Code;
use countersign::transfer::{self, Draft, ForeignFile, Format, Found, Sealing, Writer, Written};

fn password() -> SecretText {
    SecretText::new("correct horse")
}

fn draft(issuer: &str, account: &str, secret: &[u8]) -> Draft {
    Draft {
        issuer: issuer.into(),
        account: account.into(),
        ..Draft::new(Credential::new(Kind::Totp, Secret::new(secret.to_vec())))
    }
}

fn writer(id: &str) -> &'static dyn Writer {
    transfer::by_id(id).unwrap().writer().unwrap()
}

fn write(writer: &dyn Writer, drafts: &[Draft]) -> Written {
    let password = password();
    let entropy = FakeEntropy::seed(5);
    writer.write(drafts, &Sealing { work_factor: 1, ..Sealing::new(Some(&password), &entropy) }).unwrap()
}

fn sealed(content: &[u8]) -> Vec<u8> {
    age_file::seal(content, &password(), 1).unwrap()
}

/// Kind and message of the refusal.
fn refusal(bytes: &[u8]) -> (ErrorKind, String) {
    transfer::read(bytes, Some(&password())).map(|(format, _)| format.id()).map_err(|error| (error.kind, error.what)).unwrap_err()
}

// -- backup --

#[test]
fn a_backup_is_our_json_in_an_age_file() {
    let drafts = [draft("GitHub", "hugo", b"0123456789"), draft("npm", "hugo", b"9876543210")];
    let backup = write(writer("backup"), &drafts);
    let plain = age_file::open(&backup.bytes, &password()).unwrap_or_else(|_| panic!("it opens"));
    assert_eq!(*plain, *write(writer("json"), &drafts).bytes);
}

#[test]
fn stock_age_opens_a_backup() {
    if !is_installed("age") {
        return println!("skipped: age is not installed");
    }
    let drafts = [draft("GitHub", "hugo", b"0123456789")];
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("backup.age"), &write(writer("backup"), &drafts).bytes).unwrap();
    let mut age = portable_pty::CommandBuilder::new("age");
    age.args(["-d", "-o", "plain.json", "backup.age"]);
    let (opened, said) = crate::store::answer_in_a_terminal(age, folder.path(), password().expose());
    assert!(opened, "{said}");
    assert_eq!(std::fs::read(folder.path().join("plain.json")).unwrap(), *write(writer("json"), &drafts).bytes);
}

#[test]
fn what_lies_in_an_age_file_decides_what_it_is() {
    let drafts = [draft("GitHub", "hugo", b"0123456789")];
    for id in ["otpauth", "aegis", "json", "google"] {
        let plain = transfer::by_id(id).unwrap().writer().unwrap();
        let plain = plain.write(&drafts, &Sealing::new(None, &FakeEntropy::seed(1))).unwrap();
        let (format, found) = transfer::read(&sealed(&plain.bytes), Some(&password())).unwrap();
        assert_eq!((format.id(), found.drafts.as_slice()), ("backup", &drafts[..]), "{id}");
    }
    let within = |what: &str| {
        (ErrorKind::UnknownFormat, format!("the password is right, but what the age file holds is not taken: {what}"))
    };
    assert_eq!(refusal(&sealed(b"AGE-SECRET-KEY-1")), within("the text holds no link and is of no known format"));
    assert_eq!(refusal(&sealed(b"")), within("the file is empty"));
    assert_eq!(refusal(&sealed(&sealed(b"x"))), within("it is an age file again"));
}

#[test]
fn an_age_file_as_text_is_read_too() {
    let drafts = [draft("GitHub", "hugo", b"0123456789")];
    let text = base64::engine::general_purpose::STANDARD.encode(&write(writer("backup"), &drafts).bytes);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    let armored = |inside: &str| format!("-----BEGIN AGE ENCRYPTED FILE-----\n{inside}\n-----END AGE ENCRYPTED FILE-----\n");
    let found = transfer::read(armored(&lines.join("\n")).as_bytes(), Some(&password())).unwrap().1;
    assert_eq!(found.drafts, drafts);
    for cut in ["-----BEGIN AGE ENCRYPTED FILE-----\n".to_owned(), armored("!"), armored("").trim_end()[..60].to_owned()] {
        assert_eq!(refusal(cut.as_bytes()), (ErrorKind::ForeignDamaged, "the age file is cut short or altered".into()));
    }
}

#[test]
fn an_age_file_that_no_password_opens_says_so_before_asking_for_one() {
    let header = |stanza: &str| format!("age-encryption.org/v1\n{stanza}\n");
    let refused = |bytes: &[u8]| transfer::read(bytes, None).map(|_| ()).unwrap_err();
    let costly = header("-> scrypt AAAAAAAAAAAAAAAAAAAAAA 21\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let error = refused(costly.as_bytes());
    assert_eq!(
        (error.kind, error.what.as_str()),
        (ErrorKind::ForeignDamaged, "no password opens the age file: it asks for a work factor of 21; more than 20 is refused")
    );
    let key = age_file::encrypt(b"x", &[&age::x25519::Identity::generate().to_public()]).unwrap();
    let error = refused(&key);
    assert_eq!(
        (error.kind, error.what.as_str(), error.hint.as_deref()),
        (
            ErrorKind::ForeignDamaged,
            "no password opens the age file: it is not protected by a passphrase",
            Some("one that is encrypted to a key: decrypt it with age -d -i KEY, and import what comes out")
        )
    );
    assert_eq!(refused(&key[..60]).what, "no password opens the age file: it is cut short");
}

// -- Google --

fn google(drafts: &[Draft]) -> (Vec<String>, Written) {
    let written = write(writer("google"), drafts);
    let text = String::from_utf8(written.bytes.to_vec()).unwrap();
    (text.lines().map(str::to_owned).collect(), written)
}

fn found_in(bytes: &[u8]) -> Found {
    transfer::read(bytes, None).unwrap_or_else(|error| panic!("{error}")).1
}

#[test]
fn a_transfer_is_cut_into_parts_that_phones_can_scan() {
    let drafts: Vec<Draft> = (0..25).map(|n| draft("GitHub", &format!("hugo{n}@example.org"), &[n; 20])).collect();
    let (links, written) = google(&drafts);
    let sizes: Vec<usize> = links.iter().map(|link| found_in(link.as_bytes()).drafts.len()).collect();
    assert_eq!(sizes, [10, 10, 5]);
    assert!(links.iter().all(|link| link.len() <= 1000), "{:?}", links.iter().map(String::len).collect::<Vec<_>>());
    let found = found_in(&written.bytes);
    assert_eq!((found.drafts, found.warnings, found.skipped), (drafts, vec![], vec![]));
    assert_eq!(found_in(links[1].as_bytes()).warnings, ["The Google transfer is not complete: parts 1 and 3 of 3 are missing."]);
    // Long names: fewer in a part.
    let long: Vec<Draft> = (0..4).map(|n| draft(&"x".repeat(200), &"y".repeat(200), &[n; 20])).collect();
    let (links, _) = google(&long);
    assert_eq!(links.len(), 4);
}

#[test]
fn codes_for_a_small_window_hold_fewer_accounts() {
    let drafts: Vec<Draft> = (0..6).map(|n| draft("GitHub", "hugo", &[n; 10])).collect();
    let lengths = |longest: usize| {
        let codes = writer("google").codes(longest).unwrap();
        let written = write(&*codes, &drafts);
        assert_eq!(found_in(&written.bytes).drafts, drafts);
        String::from_utf8(written.bytes.to_vec()).unwrap().lines().map(str::len).collect::<Vec<_>>()
    };
    assert_eq!(lengths(0).len(), 6, "an account is never cut");
    let few = lengths(200);
    assert!(few.len() == 3 && few.iter().all(|length| *length <= 200), "{few:?}");
    assert_eq!(lengths(usize::MAX).len(), 1);
    assert!(writer("aegis").codes(200).is_none());
}

#[test]
fn what_google_can_not_hold_is_named() {
    let with = |account: &str, credential: Credential| Draft { credential, ..draft("A", account, b"") };
    let totp = || Credential::new(Kind::Totp, Secret::new(vec![1; 20]));
    let drafts = [
        with("fine", Credential { algorithm: Algorithm::Sha512, digits: 8, ..totp() }),
        with("minute", Credential { period: 60, ..totp() }),
        with("seven", Credential { digits: 7, ..totp() }),
        with("sha384", Credential { algorithm: Algorithm::Sha384, ..totp() }),
        with("steam", Credential::new(Kind::Steam, Secret::new(vec![1; 20]))),
        with("far", Credential { counter: u64::MAX, ..Credential::new(Kind::Hotp, Secret::new(vec![1; 20])) }),
        with(&"long".repeat(800), totp()),
        Draft { note: "n".into(), tags: vec!["t".into()], pinned: true, ..with("noted", totp()) },
    ];
    let (_, written) = google(&drafts);
    let lost: Vec<String> = written.lost.iter().map(|lost| lost.replace(&"long".repeat(800), "long…")).collect();
    assert_eq!(
        lost,
        [
            "A (minute) was left out: Google Authenticator holds no codes that last other than 30 s.",
            "A (seven) was left out: Google Authenticator holds no codes of 7 digits.",
            "A (sha384) was left out: Google Authenticator holds no codes of the hash SHA384.",
            "A (steam) was left out: Google Authenticator holds no codes of kind steam.",
            "A (far) was left out: Google Authenticator holds no counters so large.",
            "A (long…) was left out: Google Authenticator holds no names and secrets too long for a QR code.",
            "Google Authenticator holds no tags: left out for 1 entry.",
            "Google Authenticator holds no notes: left out for 1 entry.",
            "Google Authenticator holds no pins to the top: left out for 1 entry.",
        ]
    );
    assert_eq!(written.left_out, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_name_that_begins_like_its_issuer_comes_back_whole() {
    let drafts = [draft("GitHub", "GitHub:hugo", b"1"), draft("GitHub", "GitHub", b"2"), draft("", ":hugo", b"3")];
    assert_eq!(found_in(&google(&drafts).1.bytes).drafts, drafts);
}

#[test]
fn pictures_of_the_codes_are_read_by_us_and_by_zbar() {
    let drafts: Vec<Draft> = (0..10).map(|n| draft("GitHub", &format!("hugo{n}@example.org"), &[n; 20])).collect();
    let (links, _) = google(&drafts);
    let png = Code::of(&SecretText::new(&links[0])).unwrap().to_png().unwrap();
    assert_eq!(QrPicture.read(&ForeignFile::new(&png), None).unwrap().drafts, drafts);
    if !is_installed("zbarimg") {
        return println!("skipped: zbarimg is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("code.png");
    std::fs::write(&path, &png).unwrap();
    let zbar = std::process::Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&path).output().unwrap();
    assert_eq!(String::from_utf8(zbar.stdout).unwrap().trim(), links[0]);
}

#[test]
fn the_longest_text_of_a_code_is_what_fits_and_no_more() {
    for version in [1, 2, 9, 10, 22, 40] {
        let modules = 17 + 4 * version;
        let longest = Code::longest(modules);
        // Small letters, which no shorter mode of a code can hold.
        let of = |length: usize| Code::of(&SecretText::new("x".repeat(length))).map(|code| code.width(0));
        assert_eq!(of(longest), Some(modules));
        assert_ne!(of(longest + 1), Some(modules));
        assert_eq!(Code::longest(modules + 3), longest);
    }
    assert_eq!((Code::longest(0), Code::longest(20), Code::longest(1000)), (0, 0, 2953));
}

// -- page to print --

#[test]
fn a_page_is_read_back_from_its_links() {
    let mut drafts = vec![
        draft("Ünï & Co: \"100%\" <b>'", "a+b@example.org", b"12345678901234567890"),
        draft("", "only an account", b"1"),
        draft("", "", b"2"),
        Draft::new(Credential { counter: 41, ..Credential::new(Kind::Hotp, Secret::new(b"3".to_vec())) }),
        Draft::new(Credential {
            pin: Some(SecretText::new("1234")),
            ..Credential::new(Kind::Motp, Secret::new(b"0123456789abcdef".to_vec()))
        }),
    ];
    drafts[0].credential = Credential { digits: 8, period: 60, algorithm: Algorithm::Sha512, ..drafts[0].credential.clone() };
    let page = write(writer("print"), &drafts);
    assert_eq!(page.lost, Vec::<String>::new());
    let (format, found) = transfer::read(&page.bytes, None).unwrap();
    assert_eq!((format.id(), found.drafts), ("print", drafts));
    let text = String::from_utf8(page.bytes.to_vec()).unwrap();
    assert!(text.contains("<h2>Ünï &amp; Co: &quot;100%&quot; &lt;b&gt;&#39;</h2>\n<p>a+b<wbr>@example.org</p>"), "{text}");
    assert!(text.contains("<span>GEZD</span><span>GNBV</span>"), "{text}");
    assert!(text.contains("<p class=\"details\">SHA-512 · 8 digits · 60 s</p>"), "{text}");
    assert!(text.contains("<p class=\"details\">counter-based, next counter 41</p>"), "{text}");
    assert!(text.contains("<p class=\"details\">mOTP · PIN 1234</p>"), "{text}");
}

#[test]
fn a_page_needs_nothing_from_anywhere() {
    let page = write(writer("print"), &[draft("GitHub", "hugo", b"1")]);
    let text = String::from_utf8(page.bytes.to_vec()).unwrap();
    for outside in ["http:", "https:", "<script", "src=", "<link", "@import", "url("] {
        assert!(!text.contains(outside), "{outside}");
    }
    assert!(text.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
}

#[test]
fn the_codes_of_a_page_are_drawn_as_they_are() {
    let link = SecretText::new("otpauth://totp/GitHub:hugo?secret=GE&issuer=GitHub");
    let code = Code::of(&link).unwrap();
    let side = code.width(4);
    let path = code.to_svg_path();
    let mut drawn = vec![false; side * side];
    for run in path.split('M').skip(1) {
        let numbers: Vec<usize> = run.split([' ', 'h', 'v']).take(3).map(|number| number.parse().unwrap()).collect();
        (numbers[0]..numbers[0] + numbers[2]).for_each(|column| drawn[numbers[1] * side + column] = true);
    }
    let dark: Vec<bool> = (0..side * side).map(|at| code.is_dark(4, at % side, at / side)).collect();
    assert_eq!(drawn, dark);
}

#[test]
fn what_a_page_leaves_out_is_named() {
    let draft = Draft {
        note: "call first".into(),
        recovery_codes: vec![(SecretText::new("one"), false)],
        ..draft("Shop", "hugo", b"0123456789")
    };
    let long = self::draft("Long", &"é".repeat(1000), b"1");
    let received = Draft::new(Credential::new(Kind::Received, Secret::new(vec![])));
    let page = write(writer("print"), &[received, draft, long.clone()]);
    assert_eq!(
        page.lost,
        [
            "unnamed was left out: a link can't hold such an entry.".to_owned(),
            "The page holds no notes: left out for 1 entry.".into(),
            "The page holds no recovery codes: left out for 1 entry.".into(),
            format!("{} was left out: its link is too long for a QR code.", long.label()),
        ]
    );
    assert_eq!(page.left_out, [0, 2]);
}
