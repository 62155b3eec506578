//! The colours of common terminals, and what text has on them: which colours a cell shows, and their contrast.

use ratatui::style::{Color, Modifier};

pub type Rgb = [u8; 3];

/// A terminal's foreground, background and sixteen colours, as it ships them or as the palette's author gives them.
pub struct Palette {
    pub name: &'static str,
    pub foreground: u32,
    pub background: u32,
    /// Black, red, green, yellow, blue, magenta, cyan, white; then the bright ones.
    pub colours: [u32; 16],
}

#[rustfmt::skip]
const XTERM: [u32; 16] = [
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];
#[rustfmt::skip]
const CONSOLE: [u32; 16] = [
    0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
    0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
];
#[rustfmt::skip]
const GNOME: [u32; 16] = [
    0x171421, 0xc01c28, 0x26a269, 0xa2734c, 0x12488b, 0xa347ba, 0x2aa1b3, 0xd0cfcc,
    0x5e5c64, 0xf66151, 0x33da7a, 0xe9ad0c, 0x2a7bde, 0xc061cb, 0x33c7de, 0xffffff,
];
#[rustfmt::skip]
const SOLARIZED: [u32; 16] = [
    0x073642, 0xdc322f, 0x859900, 0xb58900, 0x268bd2, 0xd33682, 0x2aa198, 0xeee8d5,
    0x002b36, 0xcb4b16, 0x586e75, 0x657b83, 0x839496, 0x6c71c4, 0x93a1a1, 0xfdf6e3,
];
#[rustfmt::skip]
const GRUVBOX_DARK: [u32; 16] = [
    0x282828, 0xcc241d, 0x98971a, 0xd79921, 0x458588, 0xb16286, 0x689d6a, 0xa89984,
    0x928374, 0xfb4934, 0xb8bb26, 0xfabd2f, 0x83a598, 0xd3869b, 0x8ec07c, 0xebdbb2,
];
#[rustfmt::skip]
const GRUVBOX_LIGHT: [u32; 16] = [
    0xfbf1c7, 0xcc241d, 0x98971a, 0xd79921, 0x458588, 0xb16286, 0x689d6a, 0x7c6f64,
    0x928374, 0x9d0006, 0x79740e, 0xb57614, 0x076678, 0x8f3f71, 0x427b58, 0x3c3836,
];

pub const PALETTES: &[Palette] = &[
    Palette { name: "xterm on white", foreground: 0x000000, background: 0xffffff, colours: XTERM },
    Palette { name: "xterm on black", foreground: 0xffffff, background: 0x000000, colours: XTERM },
    Palette { name: "Linux console", foreground: 0xaaaaaa, background: 0x000000, colours: CONSOLE },
    Palette { name: "GNOME dark", foreground: 0xd0cfcc, background: 0x171421, colours: GNOME },
    Palette { name: "GNOME light", foreground: 0x171421, background: 0xffffff, colours: GNOME },
    Palette { name: "Solarized Dark", foreground: 0x839496, background: 0x002b36, colours: SOLARIZED },
    Palette { name: "Solarized Light", foreground: 0x657b83, background: 0xfdf6e3, colours: SOLARIZED },
    Palette { name: "Gruvbox dark", foreground: 0xebdbb2, background: 0x282828, colours: GRUVBOX_DARK },
    Palette { name: "Gruvbox light", foreground: 0x3c3836, background: 0xfbf1c7, colours: GRUVBOX_LIGHT },
];

impl Palette {
    /// The contrast of the terminal's own text, which no theme without a background can exceed.
    pub fn own_contrast(&self) -> f64 {
        contrast(rgb(self.foreground), rgb(self.background))
    }

    /// The contrast of a cell with this style: the least of the ways in which terminals draw it.
    ///
    /// Bold may turn one of the first eight colours into its bright one (xterm, the Linux console). Dim either takes two
    /// fifths of the way to the background, or as much of the way to black, whichever is fainter.
    pub fn contrast(&self, foreground: Color, background: Color, modifier: Modifier) -> f64 {
        let back = self.colour(background).unwrap_or(rgb(self.background));
        let mut ways = vec![self.colour(foreground).unwrap_or(rgb(self.foreground))];
        if let (true, Some(index @ 0..8)) = (modifier.contains(Modifier::BOLD), index(foreground)) {
            ways.push(rgb(self.colours[index + 8]));
        }
        if modifier.contains(Modifier::DIM) {
            ways = ways.into_iter().flat_map(|front| [faded(front, back), faded(front, [0, 0, 0])]).collect();
        }
        ways.into_iter().map(|front| contrast(front, back)).fold(f64::INFINITY, f64::min)
    }

    /// None for the terminal's own.
    fn colour(&self, colour: Color) -> Option<Rgb> {
        match colour {
            Color::Reset => None,
            Color::Rgb(red, green, blue) => Some([red, green, blue]),
            named => Some(rgb(self.colours[index(named).unwrap_or_else(|| panic!("{named} is not one of the sixteen colours"))])),
        }
    }
}

fn index(colour: Color) -> Option<usize> {
    use Color::*;
    #[rustfmt::skip]
    let order = [
        Black, Red, Green, Yellow, Blue, Magenta, Cyan, Gray,
        DarkGray, LightRed, LightGreen, LightYellow, LightBlue, LightMagenta, LightCyan, White,
    ];
    order.iter().position(|known| *known == colour)
}

fn rgb(hex: u32) -> Rgb {
    [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]
}

/// Two fifths of the way from one colour to another.
fn faded(one: Rgb, other: Rgb) -> Rgb {
    std::array::from_fn(|at| ((u16::from(one[at]) * 3 + u16::from(other[at]) * 2) / 5) as u8)
}

/// The contrast ratio of WCAG 2.2, from 1 to 21.
pub fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The relative luminance of WCAG 2.2.
fn luminance(colour: Rgb) -> f64 {
    let linear = |part: u8| match f64::from(part) / 255.0 {
        part if part <= 0.04045 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
