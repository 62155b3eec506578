//! What a format writes, it reads back: every account is there as it was, or is named as left out.

use crate::support::world::FakeEntropy;
use countersign::otp::{Algorithm, Credential, Kind};
use countersign::secret::{Secret, SecretText};
use countersign::transfer::{Draft, Encryption, FORMATS, ForeignFile, Format, Sealing, Writer};
use proptest::prelude::*;

fn credential() -> impl Strategy<Value = Credential> {
    let kind =
        prop::sample::select(vec![Kind::Totp, Kind::Totp, Kind::Hotp, Kind::Steam, Kind::Motp, Kind::Yandex, Kind::Received]);
    let algorithm = prop::sample::select(Algorithm::KNOWN.to_vec());
    let counter = prop_oneof![0..=9u64, Just(i64::MAX as u64), Just(u64::MAX)];
    let pin = prop::option::of("[0-9]{4,8}");
    (kind, prop::collection::vec(any::<u8>(), 1..40), algorithm, 1..=10u32, 1..=120u64, counter, pin).prop_map(
        |(kind, secret, algorithm, digits, period, counter, pin)| {
            let secret = match kind {
                Kind::Received => Secret::new(Vec::new()),
                Kind::Motp => {
                    Kind::Motp.read_secret(&secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>()).unwrap()
                }
                _ => Secret::new(secret),
            };
            let mut credential = Credential::new(kind, secret);
            match kind {
                Kind::Totp => (credential.algorithm, credential.digits, credential.period) = (algorithm, digits, period),
                Kind::Hotp => (credential.algorithm, credential.digits, credential.counter) = (algorithm, digits, counter),
                Kind::Motp | Kind::Yandex => credential.pin = pin.map(SecretText::new),
                _ => {}
            }
            credential
        },
    )
}

fn draft() -> impl Strategy<Value = Draft> {
    let name = || prop_oneof![Just(String::new()), Just("Steam".to_owned()), "[A-Za-z :&%+/?#\"\\\\日é]{1,12}"];
    let tags = prop::collection::vec("[a-z]{3}", 0..3);
    let codes = prop::collection::vec(("[a-z0-9-]{4,9}", any::<bool>()), 0..3);
    let rest = (
        codes,
        prop::collection::vec(credential(), 0..2),
        prop::option::weighted(0.2, credential()),
        prop::array::uniform3(any::<bool>()),
    );
    (name(), name(), credential(), tags, "[ -~\n]{0,20}", rest).prop_map(
        |(issuer, account, credential, tags, note, (codes, history, candidate, [pinned, pending, deleted]))| {
            let unique: std::collections::BTreeSet<String> = tags.into_iter().collect();
            Draft {
                issuer: issuer.trim().to_owned(),
                account: account.trim().to_owned(),
                tags: unique.into_iter().collect(),
                note: note.trim().to_owned(),
                pinned,
                pending,
                deleted,
                recovery_codes: codes.into_iter().map(|(code, used)| (SecretText::new(code), used)).collect(),
                history,
                candidate,
                ..Draft::new(credential)
            }
        },
    )
}

/// What of a draft came back otherwise though nothing that the writer said names it.
fn unsaid(format: &dyn Format, written: &Draft, read: &Draft, lost: &[String]) -> Vec<&'static str> {
    let said = |what: &str| lost.iter().any(|lost| lost.contains(what));
    // A Steam link names no issuer; Steam is the one there is.
    let nameless = format.id() == "proton-authenticator" && written.credential.kind == Kind::Steam;
    let pinless = Credential { pin: None, ..written.credential.clone() };
    let fields = [
        ("credential", read.credential == written.credential || (read.credential == pinless && said(" no PINs: "))),
        ("issuer", read.issuer == written.issuer || nameless),
        ("account", read.account == written.account),
        ("note", read.note == written.note || (read.note.is_empty() && said(" no notes: "))),
        (
            "tags",
            read.tags == written.tags
                || (read.tags.is_empty() && said(" no tags: "))
                || (read.tags.len() == 1 && written.tags.contains(&read.tags[0]) && said(" no more than one tag ")),
        ),
        ("pinned", read.pinned == written.pinned || said(" no pins to the top: ")),
        ("pending", read.pending == written.pending || said(" no mark of being unconfirmed: ")),
        ("deleted", read.deleted == written.deleted || said(" no mark of being in the trash: ")),
        ("recovery codes", read.recovery_codes == written.recovery_codes || said(" no recovery codes: ")),
        ("history", read.history == written.history || said(" no earlier secrets: ")),
        ("candidate", read.candidate == written.candidate || said(" no unconfirmed new secrets: ")),
        ("raw", read.raw == written.raw || said(" no details kept ")),
    ];
    fields.into_iter().filter(|(_, is_kept)| !is_kept).map(|(field, _)| field).collect()
}

/// Every draft comes back, in order, or is said to be left out; each of its fields is as it was, or said to have no place.
fn check(format: &dyn Format, writer: &dyn Writer, drafts: &[Draft], password: Option<&SecretText>) {
    let id = format.id();
    let entropy = FakeEntropy::seed(3);
    let written = writer.write(drafts, &Sealing { work_factor: 1, ..Sealing::new(password, &entropy) }).unwrap();
    let said = written.lost.iter().filter(|lost| lost.contains(" was left out: ")).count();
    assert_eq!(said, written.left_out.len(), "{id}: {:?}", written.lost);
    if said == drafts.len() {
        return;
    }
    let found = format.read(&ForeignFile::new(&written.bytes), password).unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!((found.drafts.len() + said, &found.skipped), (drafts.len(), &Vec::new()), "{id}: {:?}", written.lost);
    let kept = (0..drafts.len()).filter(|place| !written.left_out.contains(place));
    for (place, read) in kept.zip(&found.drafts) {
        let unsaid = unsaid(format, &drafts[place], read, &written.lost);
        assert!(unsaid.is_empty(), "{id}: {unsaid:?}\n{read:?}\nof {:?}\n{:?}", drafts[place], written.lost);
    }
    let told =
        countersign::ops::export::prove(format, &written, drafts, password).unwrap_or_else(|error| panic!("{id}: {error}"));
    if matches!(id, "json" | "backup") {
        assert_eq!(told, Vec::<String>::new(), "{id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_clear_nothing_is_lost_unsaid(drafts in prop::collection::vec(draft(), 1..6)) {
        for format in FORMATS {
            if let Some(writer) = format.writer().filter(|writer| writer.encryption() != Encryption::Always) {
                check(*format, writer, &drafts, None);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encrypted_nothing_is_lost_unsaid(drafts in prop::collection::vec(draft(), 4..8), password in "\\PC{1,20}") {
        let password = SecretText::new(password);
        for format in FORMATS {
            if let Some(writer) = format.writer().filter(|writer| writer.encryption() != Encryption::Never) {
                check(*format, writer, &drafts, Some(&password));
            }
        }
    }
}

#[test]
fn what_has_no_place_is_named() {
    let whole = Draft {
        issuer: "Shop".into(),
        account: "hugo".into(),
        tags: vec!["home".into(), "work".into()],
        note: "call first".into(),
        pinned: true,
        pending: true,
        recovery_codes: vec![(SecretText::new("one"), false)],
        ..Draft::new(Credential { digits: 4, ..Credential::new(Kind::Hotp, Secret::new(b"0123456789".to_vec())) })
    };
    let lost = |id: &str| {
        let writer = countersign::transfer::by_id(id).unwrap().writer().unwrap();
        writer.write(std::slice::from_ref(&whole), &Sealing::new(None, &FakeEntropy::seed(1))).unwrap().lost
    };
    assert_eq!(
        lost("aegis"),
        [
            "Aegis holds no recovery codes: left out for 1 entry.",
            "Aegis holds no mark of being unconfirmed: left out for 1 entry."
        ]
    );
    assert_eq!(lost("2fas"), ["Shop (hugo) was left out: 2FAS holds no codes of 4 digits."]);
    assert_eq!(lost("bitwarden"), ["Shop (hugo) was left out: Bitwarden holds no codes of kind hotp."]);
    assert_eq!(
        lost("andotp"),
        [
            "andOTP holds no notes: left out for 1 entry.",
            "andOTP holds no pins to the top: left out for 1 entry.",
            "andOTP holds no recovery codes: left out for 1 entry.",
            "andOTP holds no mark of being unconfirmed: left out for 1 entry.",
        ]
    );
}
