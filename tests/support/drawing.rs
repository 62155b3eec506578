//! Draws QR codes and spoils them in known ways, the same in every run.

use countersign::ports::Picture;
use image::{DynamicImage, GrayImage, Luma, Rgba, RgbaImage};

/// Xorshift: the same numbers in every run.
pub struct Chance(u64);

impl Chance {
    pub fn seed(seed: u64) -> Self {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// From 0 up to 1.
    pub fn part(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + self.part() * (high - low)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.part() * end as f32) as usize
    }
}

/// A link as sites show it; longer ones now and then.
pub fn link(chance: &mut Chance) -> String {
    const NAMES: [&str; 5] = ["GitHub", "Example%20Bank", "Hetzner", "Caf%C3%A9", "a.very.long.issuer.example.org"];
    let lengths = [16, 26, 32, 52, 103];
    let length = lengths[chance.below(lengths.len())];
    let secret: String = (0..length).map(|_| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[chance.below(32)] as char).collect();
    let issuer = NAMES[chance.below(NAMES.len())];
    format!("otpauth://totp/{issuer}:user{}@example.org?secret={secret}&issuer={issuer}&digits=6", chance.below(1000))
}

/// Black on white with the quiet zone of four modules.
pub fn code(text: &str, module: u32) -> GrayImage {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).unwrap();
    drawn(&code.to_colors(), module)
}

/// A code of these numbers, each with its length in bits: modes, counts and data as the standard puts them together.
pub fn code_of(numbers: &[(u32, usize)]) -> GrayImage {
    use qrcode::{EcLevel, Version, bits::Bits, canvas::Canvas, ec};
    let (version, level) = (Version::Normal(9), EcLevel::M);
    let bits: Vec<u8> =
        numbers.iter().flat_map(|&(number, length)| (0..length).rev().map(move |at| ((number >> at) & 1) as u8)).collect();
    let mut data: Vec<u8> =
        bits.chunks(8).map(|bits| bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | (bit << (7 - at)))).collect();
    let length = Bits::new(version).max_len(level).unwrap() / 8;
    assert!(data.len() < length);
    // The end is a mode of zeros.
    data.push(0);
    data.extend([0xEC, 0x11].iter().cycle().take(length - data.len()));
    let (data, correction) = ec::construct_codewords(&data, version, level).unwrap();
    let mut canvas = Canvas::new(version, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    drawn(&canvas.apply_best_mask().into_colors(), 4)
}

/// The numbers of a segment of bytes.
pub fn bytes(bytes: &[u8]) -> Vec<(u32, usize)> {
    [(4, 4), (bytes.len() as u32, 8)].into_iter().chain(bytes.iter().map(|byte| (u32::from(*byte), 8))).collect()
}

/// The numbers of one part of a split text: what is in it, its place from 0, how many there are, and their check value.
pub fn part(segments: &[(u32, usize)], index: u32, of: u32, check: u8) -> GrayImage {
    let head = [(3, 4), (index, 4), (of - 1, 4), (u32::from(check), 8)];
    code_of(&[&head, segments].concat())
}

/// A text split over so many codes, cut anywhere.
pub fn split(text: &[u8], of: usize) -> Vec<GrayImage> {
    let check = text.iter().fold(0, |sum, byte| sum ^ byte);
    let length = text.len().div_ceil(of);
    text.chunks(length).enumerate().map(|(index, chunk)| part(&bytes(chunk), index as u32, of as u32, check)).collect()
}

/// The codes in a row on white.
pub fn row(codes: &[GrayImage]) -> Picture {
    let height = codes.iter().map(GrayImage::height).max().unwrap();
    let mut all = GrayImage::from_pixel(codes.iter().map(GrayImage::width).sum(), height, Luma([255]));
    let mut x = 0;
    for code in codes {
        image::imageops::replace(&mut all, code, x, 0);
        x += i64::from(code.width());
    }
    gray_picture(all)
}

/// Black on white with the quiet zone.
fn drawn(colors: &[qrcode::Color], module: u32) -> GrayImage {
    let side = colors.len().isqrt();
    let across = side as u32 + 8;
    GrayImage::from_fn(across * module, across * module, |x, y| {
        let (x, y) = ((x / module) as i64 - 4, (y / module) as i64 - 4);
        let inside = |at: i64| (0..side as i64).contains(&at);
        let dark = inside(x) && inside(y) && colors[y as usize * side + x as usize] == qrcode::Color::Dark;
        Luma([if dark { 0 } else { 255 }])
    })
}

/// Resamples: `source_of` says for each new pixel where it comes from; outside is white.
pub fn warped(image: &GrayImage, width: u32, height: u32, source_of: impl Fn(f32, f32) -> (f32, f32)) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        let (x, y) = source_of(x as f32, y as f32);
        let (left, top) = (x.floor(), y.floor());
        let (right, bottom) = (x - left, y - top);
        let at = |x: f32, y: f32| {
            let inside = x >= 0.0 && y >= 0.0 && x < image.width() as f32 && y < image.height() as f32;
            if inside { f32::from(image.get_pixel(x as u32, y as u32)[0]) } else { 255.0 }
        };
        let upper = at(left, top) * (1.0 - right) + at(left + 1.0, top) * right;
        let lower = at(left, top + 1.0) * (1.0 - right) + at(left + 1.0, top + 1.0) * right;
        Luma([(upper * (1.0 - bottom) + lower * bottom).round() as u8])
    })
}

pub fn rotated(image: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (width, height) = (image.width() as f32, image.height() as f32);
    let across = ((width * cos.abs() + height * sin.abs()).ceil() as u32).max(1);
    let middle = across as f32 / 2.0;
    warped(image, across, across, |x, y| {
        let (x, y) = (x - middle, y - middle);
        (x * cos + y * sin + width / 2.0, y * cos - x * sin + height / 2.0)
    })
}

/// As photographed from the side: the far edge shrinks by this part.
pub fn in_perspective(image: &GrayImage, shrink: f32, sideways: bool) -> GrayImage {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let depth = shrink / (1.0 - shrink);
    warped(image, image.width(), image.height(), |x, y| {
        // `far` runs from the near edge 0 to the far edge 1; lines through the vanishing point stay straight.
        let (along, across, length, breadth) = if sideways { (x, y, width, height) } else { (y, x, height, width) };
        let far = along / length;
        let deep = far / (1.0 + depth * (1.0 - far));
        let scale = 1.0 - shrink * far;
        let spread = (across - breadth / 2.0) / scale + breadth / 2.0;
        if sideways { (deep * width, spread) } else { (spread, deep * height) }
    })
}

pub fn picture(image: DynamicImage) -> Picture {
    let rgba = image.into_rgba8();
    Picture { width: rgba.width(), height: rgba.height(), rgba: rgba.into_raw() }
}

pub fn gray_picture(image: GrayImage) -> Picture {
    picture(DynamicImage::ImageLuma8(image))
}

/// A screen with windows, lines of text and the code somewhere on it.
pub fn desktop(code: &GrayImage, chance: &mut Chance) -> Picture {
    let (width, height) = (1280u32, 800u32);
    let hue = [chance.below(120) as u8, chance.below(120) as u8, chance.below(160) as u8];
    let mut screen = RgbaImage::from_pixel(width, height, Rgba([hue[0], hue[1], hue[2], 255]));
    let fill = |screen: &mut RgbaImage, x: u32, y: u32, w: u32, h: u32, shade: [u8; 3]| {
        for y in y..(y + h).min(height) {
            for x in x..(x + w).min(width) {
                screen.put_pixel(x, y, Rgba([shade[0], shade[1], shade[2], 255]));
            }
        }
    };
    for _ in 0..3 {
        let (x, y) = (chance.below(700) as u32, chance.below(400) as u32);
        fill(&mut screen, x, y, 420, 300, [235, 235, 240]);
        fill(&mut screen, x, y, 420, 24, [60, 63, 75]);
        for line in 0..16 {
            let mut at = x + 10;
            while at < x + 380 {
                let word = 4 + chance.below(40) as u32;
                fill(&mut screen, at, y + 34 + line * 16, word, 9, [40 + chance.below(80) as u8; 3]);
                at += word + 6;
            }
        }
    }
    let left = chance.below((width - code.width()) as usize) as u32;
    let top = chance.below((height - code.height()) as usize) as u32;
    for (x, y, shade) in code.enumerate_pixels() {
        screen.put_pixel(left + x, top + y, Rgba([shade[0], shade[0], shade[0], 255]));
    }
    Picture { width, height, rgba: screen.into_raw() }
}
