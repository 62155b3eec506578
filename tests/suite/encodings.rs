//! Text of other programs in the encodings that they and their systems write.

use countersign::text;
use countersign::transfer::{self, Found};

const WARNING: &str = "The text is not UTF-8: it was read as Windows-1252, so check the letters beyond A to Z.";

fn read(bytes: &[u8]) -> Found {
    transfer::read(bytes, None).unwrap_or_else(|error| panic!("{error}")).1
}

/// The same account in the files of several programs.
const FILES: [&str; 6] = [
    "otpauth://totp/Caf\u{e9}:Ren\u{e9}?secret=JBSWY3DPEHPK3PXP&issuer=Caf\u{e9}\n",
    "issuer,account,secret\nCaf\u{e9},Ren\u{e9},JBSWY3DPEHPK3PXP\n",
    "{\"schemaVersion\":4,\"services\":[{\"name\":\"Caf\u{e9}\",\"secret\":\"JBSWY3DPEHPK3PXP\",\"otp\":{\"account\":\"Ren\u{e9}\"}}]}",
    "[{\"secret\":\"JBSWY3DPEHPK3PXP\",\"issuer\":\"Caf\u{e9}\",\"label\":\"Ren\u{e9}\",\"type\":\"TOTP\",\"algorithm\":\"SHA1\"}]",
    "<html><body><code>otpauth://totp/Caf\u{e9}:Ren\u{e9}?secret=JBSWY3DPEHPK3PXP</code></body></html>",
    "{\"version\":1,\"entries\":[{\"kind\":\"totp\",\"secret\":\"JBSWY3DPEHPK3PXP\",\"issuer\":\"Caf\u{e9}\",\"account\":\"Ren\u{e9}\"}]}",
];

#[test]
fn each_encoding_gives_the_same_names_and_only_a_guess_is_said() {
    for text in FILES {
        let units = || text.encode_utf16();
        let (little, big): (Vec<u8>, Vec<u8>) =
            (units().flat_map(u16::to_le_bytes).collect(), units().flat_map(u16::to_be_bytes).collect());
        let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        let sure = [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            [&b"\xFF\xFE"[..], &little].concat(),
            [&b"\xFE\xFF"[..], &big].concat(),
            little,
            big,
        ];
        for (bytes, warnings) in sure.into_iter().map(|bytes| (bytes, &[][..])).chain([(latin, &[WARNING][..])]) {
            let found = read(&bytes);
            assert_eq!(
                found.drafts.iter().map(|draft| draft.label()).collect::<Vec<_>>(),
                ["Caf\u{e9} (Ren\u{e9})"],
                "{bytes:?}"
            );
            assert_eq!(found.warnings, warnings, "{bytes:?}");
        }
    }
}

#[test]
fn one_line_of_another_encoding_does_not_spoil_the_others() {
    let found = read(
        b"otpauth://totp/M\xC3\xBCller:a?secret=JBSWY3DPEHPK3PXP\notpauth://totp/M\xFCller \x80:b?secret=JBSWY3DPEHPK3PXP\n",
    );
    assert_eq!(found.drafts.iter().map(|draft| draft.label()).collect::<Vec<_>>(), ["Müller (a)", "Müller € (b)"]);
    assert_eq!(found.warnings, [WARNING]);
}

#[test]
fn no_bytes_become_the_replacement_character() {
    for first in 0..=255u8 {
        for second in [b'a', 0x80, 0xBF, 0xC3, 0xFF] {
            let bytes = [b"abcdefgh".as_slice(), &[first, second]].concat();
            assert!(!text::lenient(&bytes).text.contains('\u{FFFD}'), "{bytes:?}");
            assert!(text::decode(&bytes).is_none_or(|decoded| !decoded.text.contains('\u{FFFD}')), "{bytes:?}");
        }
    }
}

#[test]
fn names_in_a_transfer_or_a_database_are_never_spoilt() {
    use base64::Engine;
    let field = |tag: u8, bytes: &[u8]| [&[tag << 3 | 2, bytes.len() as u8][..], bytes].concat();
    let account = [field(1, b"0123456789"), field(2, b"Ren\xE9"), field(3, b"Caf\xE9")].concat();
    let data = base64::engine::general_purpose::URL_SAFE.encode(field(1, &account));
    let found = read(format!("otpauth-migration://offline?data={data}").as_bytes());
    assert_eq!(found.drafts[0].label(), "Café (René)");
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE accounts (email TEXT, secret TEXT, counter INTEGER, type INTEGER, issuer TEXT, original_name TEXT);
             INSERT INTO accounts VALUES (CAST(x'52656EE9' AS TEXT), 'JBSWY3DPEHPK3PXP', 0, 0, CAST(x'436166E9' AS TEXT), NULL);",
        )
        .unwrap();
    assert_eq!(read(&connection.serialize(rusqlite::MAIN_DB).unwrap()).drafts[0].label(), "Café (René)");
}

#[test]
fn letters_in_a_link_are_never_spoilt_and_those_that_were_are_told_of() {
    for text in [
        "x?data=otpauth%3A%2F%2Ftotp%2FB%FCro%3Aa%3Fsecret%3DJBSWY3DPEHPK3PXP",
        "Content-Transfer-Encoding: quoted-printable\n\notpauth://totp/B=FCro:a?secret=3DJBSWY3DPEHPK3PXP&issuer=3DB=FCro",
        "otpauth://totp/B%FCro:a?secret=JBSWY3DPEHPK3PXP",
    ] {
        assert_eq!(read(text.as_bytes()).drafts[0].label(), "Büro (a)", "{text}");
    }
    let euro = read(b"otpauth://totp/%80:%C3%BC%FC?secret=JBSWY3DPEHPK3PXP");
    assert_eq!(euro.drafts[0].label(), "€ (üü)");
    let mut lost = read(b"otpauth://totp/B%EF%BF%BDro:a?secret=JBSWY3DPEHPK3PXP");
    lost.make_printable();
    assert_eq!(lost.warnings, ["The name of 1 account has lost letters, each shown as \u{FFFD}: edit it."]);
}

#[test]
fn utf_16_may_end_in_a_nul_or_a_line_end_of_one_byte() {
    let units = "\u{FEFF}otpauth://totp/Caf\u{e9}?secret=JBSWY3DPEHPK3PXP\r\n".encode_utf16();
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    for end in [&b"\0"[..], b"\0\0", b"\n", b"\0\0\0\0"] {
        assert_eq!(read(&[&bytes[..], end].concat()).drafts[0].label(), "Café", "{end:?}");
    }
    assert_eq!(text::decode(&[&bytes[..], b"x"].concat()), None);
}

/// Most of its bytes are letters beyond ASCII, as in any Russian or Greek table: it was taken for a binary file.
#[test]
fn a_table_that_is_mostly_in_another_alphabet_is_read_with_a_warning() {
    // "Почта;Пользователь;" in Windows-1251, thrice.
    let name = b"\xcf\xee\xf7\xf2\xe0\xcf\xee\xf7\xf2\xe0\xcf\xee\xf7\xf2\xe0\xcf\xee\xf7\xf2\xe0\xcf\xee\xf7\xf2\xe0";
    let user = b"\xcf\xee\xeb\xfc\xe7\xee\xe2\xe0\xf2\xe5\xeb\xfc\xcf\xee\xeb\xfc\xe7\xee\xe2\xe0\xf2\xe5\xeb\xfc";
    let mut table = b"name;user;totp\n".to_vec();
    for _ in 0..3 {
        table.extend([&name[..], b";", user, b";JBSWY3DPEHPK3PXP\n"].concat());
    }
    let found = read(&table);
    assert_eq!((found.drafts.len(), found.drafts[0].issuer.starts_with("\u{cf}\u{ee}\u{f7}")), (3, true));
    assert!(found.warnings.iter().any(|warning| warning.contains("Windows-1252")), "{:?}", found.warnings);
}
