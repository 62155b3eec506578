//! QR codes in pictures: generated ones spoiled in ten ways, real photographs, and pictures that are none.

use crate::support::drawing::{self, Chance, code, gray_picture, in_perspective, link, picture, rotated};
use crate::support::fixtures;
use countersign::error::{self, ErrorKind};
use countersign::pixels::{self, Picture};
use countersign::transfer::{picture as pictures, qr};
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgba, RgbaImage};
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

type Draw = fn(&mut Chance, &str) -> Picture;

const CLASSES: [(&str, Draw); 9] = [
    ("rotated up to 15°", |chance, text| gray_picture(rotated(&code(text, 4), chance.between(-15.0, 15.0)))),
    ("in perspective", |chance, text| {
        let sideways = chance.part() < 0.5;
        gray_picture(in_perspective(&code(text, 5), chance.between(0.05, 0.2), sideways))
    }),
    ("blurred", |chance, text| gray_picture(DynamicImage::ImageLuma8(code(text, 5)).blur(chance.between(1.0, 2.2)).into_luma8())),
    ("JPEG of quality 30", |chance, text| {
        let image = code(text, 3 + chance.below(3) as u32);
        let mut bytes = Vec::new();
        image.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 30)).unwrap();
        pixels::decode(&bytes).unwrap()
    }),
    ("inverted", |chance, text| {
        let mut image = DynamicImage::ImageLuma8(code(text, 2 + chance.below(5) as u32));
        image.invert();
        picture(image)
    }),
    ("of low contrast", |chance, text| {
        let dark = chance.between(60.0, 150.0);
        let light = dark + chance.between(18.0, 45.0);
        let mut image = code(text, 3 + chance.below(4) as u32);
        image.pixels_mut().for_each(|pixel| pixel[0] = if pixel[0] == 0 { dark as u8 } else { light as u8 });
        gray_picture(image)
    }),
    ("transparent", |chance, text| {
        // Black on nothing, as sites draw it, or white on nothing, for dark pages.
        let ink = if chance.part() < 0.5 { 0 } else { 255 };
        let image = code(text, 2 + chance.below(5) as u32);
        let pixels = RgbaImage::from_fn(image.width(), image.height(), |x, y| match image.get_pixel(x, y)[0] {
            0 => Rgba([ink, ink, ink, 255]),
            _ => Rgba([0, 0, 0, 0]),
        });
        picture(DynamicImage::ImageRgba8(pixels))
    }),
    ("scaled by a fraction", |chance, text| {
        let image = code(text, 3);
        let across = (image.width() as f32 * chance.between(0.7, 1.6)) as u32;
        let filter = [FilterType::Nearest, FilterType::Triangle, FilterType::Lanczos3][chance.below(3)];
        gray_picture(DynamicImage::ImageLuma8(image).resize_exact(across, across, filter).into_luma8())
    }),
    ("with a desktop around it", |chance, text| {
        let module = 2 + chance.below(4) as u32;
        drawing::desktop(&code(text, module), chance)
    }),
];

const EACH: u64 = 20;

#[test]
fn nine_of_ten_spoiled_codes_are_read() {
    let mut all = 0;
    for (class, (name, draw)) in CLASSES.iter().enumerate() {
        let read = (0..EACH)
            .filter(|round| {
                let mut chance = Chance::seed(1 + class as u64 * 1000 + round);
                let text = link(&mut chance);
                texts(&draw(&mut chance, &text)) == [text]
            })
            .count();
        println!("{name}: {read} of {EACH}");
        all += read;
    }
    let pairs = (0..EACH).filter(|round| two_codes_are_read(&mut Chance::seed(90_000 + round))).count();
    println!("two in one: {pairs} of {EACH}");
    all += pairs;
    println!("all: {all} of 200");
    assert!(all >= 180, "{all} of 200 were read");
}

fn two_codes_are_read(chance: &mut Chance) -> bool {
    let (first, second) = (link(chance), link(chance));
    let (left, right) = (code(&first, 3), code(&second, 3 + chance.below(2) as u32));
    let beside = chance.part() < 0.5;
    let (x, y) = if beside { (left.width() + 12, 0) } else { (0, left.height() + 12) };
    let size = (left.width().max(x + right.width()), left.height().max(y + right.height()));
    let mut both = GrayImage::from_pixel(size.0, size.1, Luma([255]));
    imageops::replace(&mut both, &left, 0, 0);
    imageops::replace(&mut both, &right, i64::from(x), i64::from(y));
    texts(&gray_picture(both)) == [first, second]
}

/// A code cut off at its outermost modules.
fn without_margin(code: &GrayImage, module: u32) -> GrayImage {
    let across = code.width() - 8 * module;
    imageops::crop_imm(code, 4 * module, 4 * module, across, across).to_image()
}

/// The codes beside each other on a page of one shade, which is wider by `edge` on all sides.
fn on_page(shade: u8, edge: u32, codes: &[GrayImage]) -> GrayImage {
    let width = codes.iter().map(|code| code.width() + 20).sum::<u32>() - 20 + 2 * edge;
    let height = codes.iter().map(GrayImage::height).max().unwrap() + 2 * edge;
    let mut page = GrayImage::from_pixel(width, height, Luma([shade]));
    let mut x = edge;
    for code in codes {
        imageops::replace(&mut page, code, i64::from(x), i64::from(edge));
        x += code.width() + 20;
    }
    page
}

fn inverted(mut image: GrayImage) -> GrayImage {
    imageops::invert(&mut image);
    image
}

#[test]
fn a_code_without_a_margin_is_read_on_a_page_of_any_shade() {
    let text = link(&mut Chance::seed(17));
    for module in [2, 4, 8] {
        let bare = without_margin(&code(&text, module), module);
        // Black, the dark themes of web pages, and gray.
        for shade in [0, 18, 32, 60, 110, 200, 255] {
            for (page, kind) in [
                (on_page(shade, 90, std::slice::from_ref(&bare)), "dark"),
                (on_page(shade, 0, std::slice::from_ref(&bare)), "at the edge"),
            ] {
                assert_eq!(
                    texts(&gray_picture(page.clone())),
                    [text.as_str()],
                    "{kind} code, {module} pixels a module, page of shade {shade}"
                );
                assert_eq!(
                    texts(&gray_picture(inverted(page))),
                    [text.as_str()],
                    "light {kind} code, {module} pixels a module, page {shade}"
                );
            }
        }
    }
}

#[test]
fn two_codes_without_a_margin_are_read_on_a_dark_page() {
    let all: Vec<String> = (0..2).map(|seed| link(&mut Chance::seed(610 + seed))).collect();
    let bare: Vec<GrayImage> = all.iter().zip([3, 5]).map(|(text, module)| without_margin(&code(text, module), module)).collect();
    assert_eq!(texts(&gray_picture(on_page(20, 40, &bare))), all);
    // A neighbour that has its margin hides none.
    assert_eq!(texts(&gray_picture(on_page(20, 40, &[code(&all[0], 4), bare[1].clone()]))), all);
}

#[test]
fn a_code_without_a_margin_is_read_on_a_card_and_on_a_gradient() {
    let text = link(&mut Chance::seed(29));
    let bare = without_margin(&code(&text, 4), 4);
    for (card, page) in [(0, 255), (40, 255), (95, 255), (95, 18), (150, 255), (150, 18)] {
        let card = on_page(card, 30, std::slice::from_ref(&bare));
        assert_eq!(texts(&gray_picture(on_page(page, 80, &[card]))), [text.as_str()]);
    }
    for lightest in [60, 110, 160] {
        let mut page = on_page(0, 100, std::slice::from_ref(&bare));
        let across = page.width();
        page.enumerate_pixels_mut().for_each(|(x, _, pixel)| pixel[0] = (x * lightest / across) as u8);
        imageops::replace(&mut page, &bare, 100, 100);
        assert_eq!(texts(&gray_picture(page)), [text.as_str()], "up to {lightest}");
    }
}

fn texts(picture: &Picture) -> Vec<String> {
    qr::decode(picture, &qr::Effort::default()).texts.iter().map(|text| text.expose().to_owned()).collect()
}

/// Finder patterns of this module size beside each other, with a gap of one module.
fn tiled(across: u32, module: u32) -> GrayImage {
    let is_dark = |at: u32, other: u32| match (at / module % 8, other / module % 8) {
        (7, _) | (_, 7) => false,
        (0 | 6, _) | (_, 0 | 6) => true,
        (1 | 5, _) | (_, 1 | 5) => false,
        _ => true,
    };
    GrayImage::from_fn(across, across, |x, y| Luma([if is_dark(x, y) { 0 } else { 255 }]))
}

/// 700 × 700 pixels of them took 50 seconds, 1500 × 1400 more than 150: both decoders try the patterns in threes.
#[test]
fn a_picture_tiled_with_finder_patterns_is_given_up_soon() {
    let islands = {
        let small = tiled(9 * 8 * 3, 3);
        let mut page = GrayImage::from_pixel(1200, 1200, Luma([20]));
        (0..16).for_each(|at| imageops::replace(&mut page, &small, 20 + at % 4 * 280, 20 + at / 4 * 280));
        page
    };
    let tiles = [(300, 3), (700, 3), (1500, 1), (1500, 15)].map(|(across, module)| tiled(across, module));
    for (at, image) in tiles.into_iter().chain([islands]).enumerate() {
        let begin = std::time::Instant::now();
        assert_eq!(texts(&gray_picture(image)), [] as [&str; 0]);
        assert!(begin.elapsed().as_secs() < 10, "{at}: {:?}", begin.elapsed());
    }
}

#[test]
fn forty_nine_codes_on_one_sheet_are_all_read() {
    let mut chance = Chance::seed(40);
    let links: Vec<String> = (0..49).map(|_| link(&mut chance)).collect();
    let mut sheet = GrayImage::from_pixel(7 * 200, 7 * 200, Luma([255]));
    for (at, text) in links.iter().enumerate() {
        let small = imageops::resize(&code(text, 4), 190, 190, FilterType::Triangle);
        imageops::replace(&mut sheet, &small, at as i64 % 7 * 200, at as i64 / 7 * 200);
    }
    assert_eq!(texts(&gray_picture(sheet)), links);
}

#[test]
fn real_pictures_give_what_their_manifest_says() {
    let Some(folder) = fixtures::folder() else { return };
    let manifest = std::fs::read(folder.join("qr-images/QR_MANIFEST.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let (mut read, mut expected) = (0, 0);
    for image in manifest["images"].as_array().unwrap() {
        let file = image["file"].as_str().unwrap();
        let found = texts(&pixels::decode(&std::fs::read(folder.join(file)).unwrap()).unwrap());
        // What nobody says is held by what two other decoders agree on.
        let by = |reader: &str| image["read_by"][reader].as_array().map(|texts| texts.iter().map(text_of).collect::<Vec<_>>());
        let mut wanted = match image["expected_text"].as_str() {
            Some(text) => vec![text.to_owned()],
            None => by("zxing_cpp").filter(|_| by("zbar").is_some()).unwrap_or_default(),
        };
        wanted.retain(|text| !text.is_empty());
        expected += wanted.len();
        let here = wanted.iter().filter(|text| found.contains(text)).count();
        if here < wanted.len() {
            println!("{file}: {here} of {}", wanted.len());
        }
        read += here;
        if file.contains("data_ecc")
            || file.contains("format_ecc")
            || file.contains("invalid_version")
            || file.contains("/test_data/")
        {
            assert_eq!(found, Vec::<String>::new(), "{file}");
        }
    }
    println!("{read} of {expected}");
    assert!(expected >= 30 && read >= expected - 1, "{read} of {expected} were read");
}

fn text_of(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn photographs_are_read_as_well_as_by_zbar() {
    let Some(folder) = fixtures::folder() else { return };
    if Command::new("zbarimg").arg("--version").output().is_err() {
        eprintln!("skipped: zbarimg is not installed");
        return;
    }
    let folder = folder.join("qr-images/rxing/qrcode-1");
    let (mut ours, mut zbar) = (0, 0);
    for number in 1..=20 {
        let path = folder.join(format!("{number}.png"));
        let wanted = std::fs::read_to_string(path.with_extension("txt")).unwrap();
        ours += usize::from(texts(&pixels::decode(&std::fs::read(&path).unwrap()).unwrap()).contains(&wanted));
        zbar += usize::from(read_by_zbar(&path).contains(wanted.trim_end()));
    }
    println!("ours {ours}, zbarimg {zbar}, of 20");
    assert!(zbar > 0 && ours >= zbar, "ours {ours}, zbarimg {zbar}");
}

fn read_by_zbar(path: &Path) -> String {
    let output = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(path).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_picture_kind_opens() {
    let text = link(&mut Chance::seed(7));
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp] {
        let mut bytes = Cursor::new(Vec::new());
        let image = DynamicImage::ImageLuma8(code(&text, 4));
        let image = if format == ImageFormat::Jpeg { image } else { DynamicImage::ImageRgba8(image.into_rgba8()) };
        image.write_to(&mut bytes, format).unwrap();
        assert_eq!(texts(&pixels::decode(bytes.get_ref()).unwrap()), [text.as_str()], "{format:?}");
    }
}

#[test]
fn a_label_in_any_script_is_read() {
    let text = "otpauth://totp/日本:ユーザー?secret=JBSWY3DPEHPK3PXP&issuer=日本 🗝";
    assert_eq!(texts(&gray_picture(code(text, 4))), [text]);
}

#[test]
fn codes_come_in_reading_order() {
    let all: Vec<String> = (0..6).map(|seed| link(&mut Chance::seed(500 + seed))).collect();
    let codes: Vec<GrayImage> = all.iter().map(|text| code(text, 3)).collect();
    let cell = codes.iter().map(GrayImage::width).max().unwrap() + 30;
    let mut sheet = GrayImage::from_pixel(3 * cell, 2 * cell, Luma([255]));
    for (index, code) in codes.iter().enumerate() {
        let jitter = [0, 9, 4][index % 3];
        imageops::replace(&mut sheet, code, (index as i64 % 3) * i64::from(cell), (index as i64 / 3) * i64::from(cell) + jitter);
    }
    assert_eq!(texts(&gray_picture(sheet)), all);
}

#[test]
fn a_picture_without_a_code_says_so() {
    let white = gray_picture(GrayImage::from_pixel(300, 200, Luma([255])));
    let error = pictures::read_picture(&white).unwrap_err();
    assert_eq!((error.kind, error.what.as_str()), (ErrorKind::UnknownFormat, "no QR code was found in the picture"));
}

#[test]
fn a_code_that_is_no_one_time_password_is_explained() {
    let error = |text: &str| pictures::read_picture(&gray_picture(code(text, 4))).unwrap_err();
    let web = error("https://example.org/private?token=hidden");
    assert_eq!(web.kind, ErrorKind::UnknownFormat);
    assert_eq!(web.what, "this link does not hold the secret of a one-time password");
    assert_eq!(web.hint.unwrap(), "this is a web page; open it in a browser and look there for a QR code or a secret to type");
    let microsoft = error("phonefactor://activate_account?code=123456789&url=https%3A%2F%2Fexample.org");
    assert!(microsoft.hint.unwrap().contains("Microsoft"), "{}", microsoft.what);
    assert_eq!(
        error("WIFI:S:home;P:hidden;;").what,
        "the QR code holds no one-time password, but the access to a wireless network"
    );
    assert_eq!(error("This is an example").what, "the QR code holds no one-time password, but other text");
}

#[test]
fn a_hostile_code_is_one_clear_error() {
    let error = |text: &str| pictures::read_picture(&gray_picture(code(text, 4))).unwrap_err();
    let hostile = error("otpauth://totp/a?secret=MFRGG&digits=10&period=0");
    assert_eq!((hostile.kind, hostile.what.as_str()), (ErrorKind::ForeignDamaged, "the period of the link can't be used"));
    let cut = error("otpauth-migration://offline?data=CjYKEExyJfPi");
    assert_eq!(cut.what, "the data of the transfer link is damaged or cut short");
}

#[test]
fn other_codes_beside_a_one_time_password_are_named_and_left() {
    let (first, second) = (code("https://example.org", 4), code("otpauth://totp/A:a?secret=MFRGG", 4));
    let mut both = GrayImage::from_pixel(first.width() + second.width(), first.height().max(second.height()), Luma([255]));
    imageops::replace(&mut both, &first, 0, 0);
    imageops::replace(&mut both, &second, i64::from(first.width()), 0);
    let found = pictures::read_picture(&gray_picture(both)).unwrap();
    assert_eq!(found.drafts.iter().map(|draft| draft.label()).collect::<Vec<_>>(), ["A (a)"]);
    assert_eq!((found.skipped.len(), found.skipped[0].index), (1, 0));
    assert!(found.skipped[0].reason.starts_with("QR code 1: this is a web page"), "{}", found.skipped[0].reason);
}

#[test]
fn pixels_that_do_not_fit_the_size_are_no_picture() {
    for (width, height, length) in [(0, 0, 0), (1, 1, 3), (10, 10, 396), (u32::MAX, u32::MAX, 4), (1, 1, 4), (5000, 1, 20_000)] {
        assert_eq!(texts(&Picture { width, height, rgba: vec![0; length] }), Vec::<String>::new());
    }
}

/// A PNG header that declares this size, with nothing behind it.
fn declared_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0]);
    let crc = crc32(&bytes[12..]);
    bytes.extend(crc.to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[test]
fn too_large_a_picture_is_refused_before_memory_is_taken() {
    let error = pixels::decode(&declared_png(10_000, 10_000)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::ForeignDamaged);
    assert_eq!(error.what, "can't read the picture: it has 10000 × 10000 pixels, and at most 64 million are taken");
    let error = pixels::decode(&declared_png(u32::MAX >> 1, u32::MAX >> 1)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::ForeignDamaged);
}

#[test]
fn damaged_pictures_are_errors() {
    let mut whole = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(code("otpauth://totp/a?secret=MFRGG", 2)).write_to(&mut whole, ImageFormat::Png).unwrap();
    let whole = whole.into_inner();
    for length in (8..whole.len() - 12).step_by(7) {
        assert_eq!(pixels::decode(&whole[..length]).unwrap_err().kind, ErrorKind::ForeignDamaged, "cut to {length}");
    }
    for start in [&b"\xFF\xD8\xFF\xE0"[..], b"RIFF\0\0\0\0WEBP", b"GIF89a", b"BM\0\0"] {
        assert_eq!(pixels::decode(start).unwrap_err().kind, ErrorKind::ForeignDamaged, "{start:?}");
    }
    assert_eq!(pixels::decode(b"no picture").unwrap_err().kind, ErrorKind::UnknownFormat);
}

#[test]
fn a_panic_in_a_decoder_counts_as_nothing_found() {
    // The hook of the program asks the same question and stays silent.
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !error::is_contained() {
            quiet(info);
        }
    }));
    assert_eq!(error::contain(|| -> u8 { panic!("broken") }), None);
    assert_eq!(error::contain(error::is_contained), Some(true));
    assert!(!error::is_contained());
}

#[test]
fn pixels_from_the_screen_or_the_clipboard_keep_the_same_bound() {
    let huge = Picture { width: 8_001, height: 8_000, rgba: Vec::new() };
    let error = pictures::read_picture(&huge).unwrap_err();
    assert_eq!(error.kind, ErrorKind::ForeignDamaged);
    assert_eq!(error.what, "can't read the picture: it has 8001 × 8000 pixels, and at most 64 million are taken");
}
