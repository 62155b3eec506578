//! Texts split over several QR codes, which are read only as a whole, and codes in all encodings.

use crate::support::drawing::{bytes, code, code_of, gray_picture, part, row, split};
use countersign::error::{Error, ErrorKind};
use countersign::transfer::picture::read_picture;
use countersign::transfer::{self, Found};
use image::{GrayImage, ImageFormat};
use std::io::Cursor;

const FORGE: &str = "otpauth://totp/Forge:hugo?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Forge";
const OTHER: &str = "otpauth://totp/Other:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Other";

/// Each account with its secret.
fn accounts(found: &Found) -> Vec<String> {
    let told = |draft: &transfer::Draft| format!("{} {}", draft.label(), draft.credential.secret_text().expose());
    found.drafts.iter().map(told).collect()
}

const FORGE_READ: &str = "Forge (hugo) JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const OTHER_READ: &str = "Other (anna) GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn read(codes: &[GrayImage]) -> Found {
    read_picture(&row(codes)).unwrap()
}

fn refused(codes: &[GrayImage]) -> Error {
    read_picture(&row(codes)).and_then(Found::not_only_parts).unwrap_err()
}

/// As files given together are read.
fn together(codes: &[&GrayImage]) -> Found {
    let mut whole = Found::default();
    codes.iter().for_each(|code| whole.absorb(read(&[(*code).clone()])));
    whole
}

#[test]
fn the_parts_in_one_picture_are_joined_in_any_order() {
    for of in 2..=4 {
        let parts = split(FORGE.as_bytes(), of);
        let backwards: Vec<GrayImage> = parts.iter().rev().cloned().collect();
        let doubled = [parts.clone(), backwards.clone()].concat();
        for codes in [&parts, &backwards, &doubled] {
            let found = read(codes);
            assert_eq!(accounts(&found), [FORGE_READ], "{of} parts");
            assert_eq!((found.skipped, found.warnings), (vec![], vec![]), "{of} parts");
        }
    }
}

#[test]
fn a_part_is_never_taken_by_itself() {
    let parts = split(FORGE.as_bytes(), 2);
    // Its text is a link that looks whole but for the end of the secret.
    let first = refused(&parts[..1]);
    assert_eq!(first.kind, ErrorKind::ForeignDamaged);
    assert_eq!(first.what, "part 1 of 2 of a split QR code is not enough: give the other part too");
    assert_eq!(first.hint.unwrap(), "countersign import reads several files together, or one picture with all the parts");
    assert_eq!(refused(&parts[1..]).what, "part 2 of 2 of a split QR code is not enough: give the other part too");
    assert_eq!(refused(&[parts[0].clone(), parts[0].clone()]).what, first.what);
    let parts = split(FORGE.as_bytes(), 4);
    let some = [parts[2].clone(), parts[0].clone()];
    assert_eq!(refused(&some).what, "parts 1 and 3 of 4 of a split QR code are not enough: give the other parts too");
    assert_eq!(refused(&parts[1..]).what, "parts 2, 3 and 4 of 4 of a split QR code are not enough: give the other part too");
}

#[test]
fn the_parts_in_several_pictures_are_joined_in_any_order() {
    let parts = split(FORGE.as_bytes(), 3);
    for order in [[0, 1, 2, 0], [2, 1, 0, 1], [1, 1, 2, 0], [2, 0, 2, 1]] {
        let found = together(&order.map(|index| &parts[index]));
        assert_eq!(accounts(&found), [FORGE_READ], "{order:?}");
        assert_eq!((found.skipped, found.warnings), (vec![], vec![]), "{order:?}");
    }
    let some = together(&[&parts[2], &parts[0]]);
    assert_eq!(accounts(&some), Vec::<String>::new());
    assert_eq!(some.warnings, ["Parts 1 and 3 of 3 of a split QR code are not enough: give the other part too."]);
}

#[test]
fn parts_of_different_codes_are_kept_apart() {
    let (forge, other) = (split(FORGE.as_bytes(), 2), split(OTHER.as_bytes(), 2));
    let mixed = together(&[&forge[0], &other[1]]);
    assert_eq!(accounts(&mixed), Vec::<String>::new());
    let error = mixed.not_only_parts().unwrap_err();
    assert_eq!(error.hint.unwrap(), "they are parts of different codes");
    assert_eq!(accounts(&together(&[&forge[0], &other[1], &other[0], &forge[1]])), [OTHER_READ, FORGE_READ]);
    let of_three = split(FORGE.as_bytes(), 3);
    assert_eq!(accounts(&together(&[&forge[0], &of_three[1], &of_three[2]])), Vec::<String>::new());
}

#[test]
fn parts_that_carry_one_check_value_by_chance_are_not_mixed() {
    // A program that leaves the check value out.
    let cut = |text: &str, index: usize| {
        part(&bytes(&text.as_bytes()[index * 40..][..(text.len() - index * 40).min(40)]), index as u32, 2, 0)
    };
    let what = |codes: &[GrayImage]| read_picture(&row(codes)).unwrap_err().what;
    assert_eq!(what(&[cut(FORGE, 0), cut(OTHER, 1)]), "the 2 parts of a split QR code don't fit together");
    assert_eq!(
        what(&[cut(FORGE, 0), cut(OTHER, 0), cut(OTHER, 1)]),
        "there are parts of several split QR codes that can't be told apart"
    );
}

#[test]
fn a_part_beside_other_codes_is_said_and_the_rest_is_taken() {
    let parts = split(FORGE.as_bytes(), 2);
    let found = read(&[code(OTHER, 4), parts[0].clone()]);
    assert_eq!(accounts(&found), [OTHER_READ]);
    assert_eq!(found.warnings, ["Part 1 of 2 of a split QR code is not enough: give the other part too."]);
    let found = read(&[parts[1].clone(), code(OTHER, 4), parts[0].clone()]);
    assert_eq!((accounts(&found), found.warnings), (vec![OTHER_READ.to_owned(), FORGE_READ.to_owned()], vec![]));
    // A web page beside it is no reason to take the part.
    let found = read(&[code("https://example.org/", 4), parts[0].clone()]);
    assert_eq!((accounts(&found).len(), found.skipped.len(), found.warnings.len()), (0, 1, 1));
}

#[test]
fn a_text_may_be_split_within_a_character() {
    let text = "otpauth://totp/日本:ユーザー?secret=JBSWY3DPEHPK3PXP&issuer=日本";
    for of in 2..=8 {
        assert_eq!(accounts(&read(&split(text.as_bytes(), of))), ["日本 (ユーザー) JBSWY3DPEHPK3PXP"], "{of} parts");
    }
}

#[test]
fn the_check_value_may_be_of_the_text_in_another_encoding() {
    // Some programs sum up the letters in Latin-1 and then write UTF-8.
    let text = "otpauth://totp/Café:josé?secret=JBSWY3DPEHPK3PXP&issuer=Café";
    let check = text.chars().fold(0, |sum, letter| sum ^ letter as u32) as u8;
    let (first, second) = text.as_bytes().split_at(30);
    assert_eq!(
        accounts(&read(&[part(&bytes(first), 0, 2, check), part(&bytes(second), 1, 2, check)])),
        ["Café (josé) JBSWY3DPEHPK3PXP"]
    );
}

#[test]
fn a_transfer_split_over_codes_is_read() {
    let link = "otpauth-migration://offline?data=CigKEPqlBekzoNEukL7qlsjBCDYSDnBpQHJhc3BiZXJyeXBpIAEoATACEAEYASAAKLzjp5n4%2F%2F%2F%2F%2FwE%3D";
    assert_eq!(read(&split(link.as_bytes(), 3)).drafts, read(&[code(link, 4)]).drafts);
}

#[test]
fn a_split_text_that_is_no_one_time_password_is_explained() {
    let error = read_picture(&row(&split(b"https://example.org/private?token=hidden", 2))).unwrap_err();
    assert_eq!(error.what, "this link does not hold the secret of a one-time password");
}

#[test]
fn the_parts_in_a_page_are_joined() {
    let image = |code: &GrayImage| {
        let mut png = Cursor::new(Vec::new());
        code.write_to(&mut png, ImageFormat::Png).unwrap();
        use base64::Engine;
        let data = base64::engine::general_purpose::STANDARD.encode(png.into_inner());
        format!("<img src=\"data:image/png;base64,{data}\">")
    };
    let page = |codes: &[GrayImage]| format!("<html><body>{}</body></html>", codes.iter().map(image).collect::<String>());
    let read = |page: String| transfer::read(page.as_bytes(), None).unwrap().1;
    let parts = split(FORGE.as_bytes(), 2);
    assert_eq!(accounts(&read(page(&parts))), [FORGE_READ]);
    let one = read(page(&parts[1..]));
    assert_eq!(accounts(&one), Vec::<String>::new());
    assert_eq!(one.warnings, ["Part 2 of 2 of a split QR code is not enough: give the other part too."]);
}

/// The issuer that is read of a link in segments: what comes first, the link up to the issuer, and the issuer.
fn with_issuer(before: &[(u32, usize)], issuer: &[(u32, usize)]) -> Result<Vec<String>, String> {
    let start = bytes(b"otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&issuer=");
    read_picture(&gray_picture(code_of(&[before, &start, issuer].concat())))
        .map(|found| found.drafts.iter().map(|draft| draft.issuer.clone()).collect())
        .map_err(|error| error.what)
}

/// The numbers that name an encoding.
fn eci(number: u32) -> Vec<(u32, usize)> {
    if number < 128 { vec![(7, 4), (number, 8)] } else { vec![(7, 4), (2, 2), (number, 14)] }
}

#[test]
fn a_code_that_names_its_encoding_is_read_in_it() {
    let encodings: [(u32, &[u8], &str); 10] = [
        (3, b"Caf\xE9", "Café"),
        (4, b"\xA3\xF3d\xBC", "Łódź"),
        (9, b"\xC1\xE8\xDE\xED\xE1", "Αθήνα"),
        (17, b"Caf\xA4", "Caf€"),
        (20, b"\x93\xFA\x96\x7B", "日本"),
        (22, b"\xCC\xEE\xF1\xEA\xE2\xE0", "Москва"),
        (26, "日本".as_bytes(), "日本"),
        (28, b"\xA5\x78\xA5\x5F", "台北"),
        (30, b"\xC7\xD1\xB1\xB9", "한국"),
        (170, b"Cafe", "Cafe"),
    ];
    for (number, issuer, wanted) in encodings {
        assert_eq!(with_issuer(&eci(number), &bytes(issuer)).unwrap(), [wanted], "at the start {number}");
        let within = [eci(number), bytes(issuer)].concat();
        assert_eq!(with_issuer(&[], &within).unwrap(), [wanted], "within {number}");
    }
    // Without a name it is what fits.
    for (issuer, wanted) in [(&b"Caf\xE9"[..], "Café"), ("Café".as_bytes(), "Café"), (b"\x93\xFA\x96\x7B\x93\xFA", "日本日")]
    {
        assert_eq!(with_issuer(&[], &bytes(issuer)).unwrap(), [wanted]);
    }
}

#[test]
fn segments_of_other_kinds_stand_among_bytes() {
    // 日本 as two characters of 13 bits, before and behind bytes, in a code that names UTF-8 too.
    let kanji = [(8, 4), (2, 8), (0x0E3A, 13), (0x0FFB, 13)];
    for before in [vec![], eci(26)] {
        assert_eq!(with_issuer(&before, &kanji).unwrap(), ["日本"]);
        let mixed = [
            &kanji[..],
            &bytes("é".as_bytes()),
            &kanji,
            &[(1, 4), (4, 10), (7, 10), (9, 4)],
            &[(2, 4), (3, 9), (10 * 45 + 11, 11), (12, 6)],
        ]
        .concat();
        assert_eq!(with_issuer(&before, &mixed).unwrap(), ["日本é日本0079ABC"]);
    }
}

#[test]
fn bytes_that_do_not_fit_the_encoding_they_name_are_not_dropped_in_silence() {
    for number in [26, 999] {
        assert_eq!(
            with_issuer(&[], &[eci(number), bytes(b"Caf\xE9")].concat()).unwrap_err(),
            "no QR code was found in the picture"
        );
        assert_eq!(with_issuer(&[], &[eci(number), bytes(b"Cafe")].concat()).unwrap(), ["Cafe"]);
    }
}

#[test]
fn a_part_beyond_the_last_is_no_code() {
    let broken = part(&bytes(FORGE.as_bytes()), 3, 2, 0);
    assert_eq!(read_picture(&row(&[broken])).unwrap_err().what, "no QR code was found in the picture");
    // The only part of one is a whole.
    assert_eq!(accounts(&read(&[part(&bytes(FORGE.as_bytes()), 0, 1, 0)])), [FORGE_READ]);
}

#[test]
fn what_is_kept_of_a_part_is_not_shown() {
    let found = read(&split(FORGE.as_bytes(), 2)[..1]);
    assert_eq!(format!("{:?}", found.split), "[[part 1 of 2 of a split code]]");
}
