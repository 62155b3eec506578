//! Hostile and broken files: one clear error line and a hint, the designed exit status, the vault byte for byte as it was.

use crate::place::Place;
use crate::support::drawing::split;
use std::io::{Seek, SeekFrom, Write};

const LINK: &str = "otpauth://totp/GitHub:hugo?secret=JBSWY3DPEHPK3PXP&issuer=GitHub";

/// A PNG header that declares these dimensions, with no pixels behind it.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 6, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(13u32.to_be_bytes());
    png.extend(&header);
    png.extend(crc(&header).to_be_bytes());
    png
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// A picture of a QR code with this text.
fn qr_png(text: &str) -> Vec<u8> {
    let code = qrcode::QrCode::new(text).unwrap();
    let (width, scale, margin) = (code.width(), 6, 4);
    let side = (width + 2 * margin) * scale;
    let picture = image::GrayImage::from_fn(side as u32, side as u32, |x, y| {
        let module = |at: u32| (at as usize / scale).checked_sub(margin).filter(|at| *at < width);
        match (module(x), module(y)) {
            (Some(x), Some(y)) if code[(x, y)] == qrcode::Color::Dark => image::Luma([0]),
            _ => image::Luma([255]),
        }
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn a_part_of_a_split_code_is_refused_until_the_others_are_given() {
    let place = Place::new();
    let before = place.vault_files();
    let parts = split(LINK.as_bytes(), 2);
    let file = |index: usize| {
        let mut png = std::io::Cursor::new(Vec::new());
        parts[index].write_to(&mut png, image::ImageFormat::Png).unwrap();
        place.file(&format!("part-{index}.png"), png.into_inner())
    };
    let (first, second) = (file(0), file(1));
    for arguments in [["import", &first, "--yes"], ["add", "--qr", &first]] {
        let ran = place.run(&arguments);
        assert_eq!(ran.status, Some(5), "{ran:?}");
        assert!(ran.stderr.contains("part 1 of 2 of a split QR code is not enough: give the other part too"), "{ran:?}");
    }
    let ran = place.run(&["import", &second, &second]);
    assert_eq!(ran.status, Some(5), "{ran:?}");
    assert_eq!(place.vault_files(), before);
    assert_eq!(place.run(&["import", &second, &first]).done().text(), "new  GitHub  hugo\n");
    assert!(place.run(&["export", "--format", "otpauth"]).done().text().contains("secret=JBSWY3DPEHPK3PXP"));
}

#[test]
fn bad_files_are_refused_and_leave_the_vault_as_it_was() {
    let place = Place::new();
    place.add(LINK);
    let before = place.vault_files();
    let good = qr_png(LINK);
    let noise: Vec<u8> = (0..10_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", vec![]),
        ("binary", noise),
        ("zeros", vec![0; 5000]),
        ("not-utf8.txt", b"\xff\xfe\xfa\xfb\xfc\x00\x01".to_vec()),
        ("words.txt", b"just some words\n".to_vec()),
        ("cut.json", br#"{"version":1,"entries":[{"kind":"totp","issuer":"#.to_vec()),
        ("deep.json", [&b"{\"version\":1,\"entries\":"[..], &vec![b'['; 100_000]].concat()),
        ("cut.png", good[..good.len() / 2].to_vec()),
        ("100-megapixels.png", png_of(10_000, 10_000)),
        ("4-gigapixels.png", png_of(65_535, 65_535)),
        ("web.png", qr_png("https://example.org/")),
        ("digits-period.png", qr_png("otpauth://totp/x?secret=MFRGG&digits=99&period=0")),
        ("period-0.txt", b"otpauth://totp/x?secret=MFRGG&digits=10&period=0".to_vec()),
        ("counter-2-64.txt", b"otpauth://hotp/x?secret=MFRGG&counter=18446744073709551616".to_vec()),
        ("no-secret.txt", b"otpauth://totp/x?secret=".to_vec()),
        ("huge-uri.txt", [b"otpauth://totp/x?secret=", vec![b'A'; 1 << 20].as_slice()].concat()),
        ("migration.txt", b"otpauth-migration://offline?data=AAAA%".to_vec()),
        ("declared-1gb.txt", b"otpauth-migration://offline?data=CoCAgIAE".to_vec()),
    ];
    for (name, bytes) in cases {
        let path = place.file(name, bytes);
        for arguments in [&["import", &path][..], &["add", "--uri", &path], &["import", "--dry-run", "--json", &path]] {
            let ran = place.run(arguments);
            assert_eq!(ran.status, Some(5), "{name}: {ran:?}");
            assert_eq!(ran.text(), "", "{name}");
            let lines: Vec<_> = ran.stderr.lines().collect();
            assert!(lines[0].starts_with("countersign: ") && lines.len() <= 2, "{name}: {}", ran.stderr);
            assert!(!ran.stderr.contains("panic"), "{name}: {}", ran.stderr);
        }
        assert_eq!(place.vault_files(), before, "{name}");
    }
}

#[test]
fn a_file_of_a_gigabyte_is_refused_unread() {
    let place = Place::new();
    let path = place.file("gigabyte", "");
    let mut file = std::fs::File::options().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(1 << 30)).unwrap();
    file.write_all(b"x").unwrap();
    for arguments in [&["import", &path][..], &["add", "--qr", &path]] {
        let ran = place.run(arguments);
        assert_eq!(ran.status, Some(5), "{ran:?}");
        assert_eq!(ran.stderr, format!("countersign: {path} is too large\nhint: at most 64 MiB are read\n"));
    }
}

#[test]
fn a_folder_is_read_as_one_export_or_said_to_be_none() {
    let place = Place::new();
    let folder = place.path("exports");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("links.txt"), "otpauth://totp/a?secret=MZXW6YTB\n").unwrap();
    let folder = folder.to_str().unwrap();
    let ran = place.run(&["import", folder]);
    let hint = "hint: to read the files in it, give them one by one";
    let what = "the folder is no export of a known program";
    assert_eq!((ran.status, ran.stderr), (Some(5), format!("countersign: {folder}: {what}\n{hint}\n")));
    let ran = place.run(&["add", "--qr", folder]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.stderr.starts_with("countersign: can't read "), "{}", ran.stderr);
}

#[test]
fn ten_digits_are_taken_and_computed() {
    let place = Place::new();
    place.add("otpauth://totp/Ten:x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=10");
    assert_eq!(place.run(&["code", "ten", "--at", "59"]).done().text(), "1094287082\n");
}

#[test]
fn several_codes_in_one_picture_are_all_added() {
    let place = Place::new();
    let halves = [qr_png("otpauth://totp/One:a?secret=MFRGG"), qr_png("otpauth://totp/Two:b?secret=MFRGK")]
        .map(|png| image::load_from_memory(&png).unwrap().into_luma8());
    let (width, height) = (halves[0].width() + halves[1].width(), halves[0].height().max(halves[1].height()));
    let mut whole = image::GrayImage::from_pixel(width, height, image::Luma([255]));
    image::imageops::replace(&mut whole, &halves[0], 0, 0);
    image::imageops::replace(&mut whole, &halves[1], halves[0].width().into(), 0);
    whole.save(place.path("both.png")).unwrap();
    let mut said: Vec<String> = place.run(&["add", "--qr", "both.png"]).done().stderr.lines().map(str::to_owned).collect();
    said.sort();
    assert_eq!(said, ["Added One (a)", "Added Two (b)"]);
}
