//! A QR code as text, two modules a character.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use zeroize::Zeroizing;

/// With colours black on white whatever the terminal's are; without, for a dark background.
pub fn draw(code: &QrCode, color: bool) -> Zeroizing<String> {
    let (dark, light) = match color {
        true => (Dense1x2::Dark, Dense1x2::Light),
        false => (Dense1x2::Light, Dense1x2::Dark),
    };
    let drawn = Zeroizing::new(code.render::<Dense1x2>().dark_color(dark).light_color(light).quiet_zone(true).build());
    let mut text = Zeroizing::new(String::with_capacity(drawn.len() * 2));
    for line in drawn.lines() {
        match color {
            true => text.push_str(&format!("\u{1b}[30;107m{line}\u{1b}[0m\n")),
            false => text.push_str(&format!("{line}\n")),
        }
    }
    text
}
