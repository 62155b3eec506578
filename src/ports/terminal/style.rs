//! The attributes the terminal is writing with, and the shortest SGR sequence from them to a cell's.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

/// What shows on a cell that holds a space.
const VISIBLE_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// Attribute, how to switch it on, and how off; two rows may share the code that switches both off.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The terminal's present attributes; the default is what `ESC[m` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pen {
    foreground: Color,
    background: Color,
    underline: Color,
    modifier: Modifier,
}

impl Default for Pen {
    fn default() -> Self {
        Pen { foreground: Color::Reset, background: Color::Reset, underline: Color::Reset, modifier: Modifier::empty() }
    }
}

impl Pen {
    /// Appends what it takes to write this cell. A blank only needs what is visible on it.
    pub fn change_to(&mut self, cell: &Cell, out: &mut String) {
        let is_blank = cell.symbol() == " " && !cell.modifier.intersects(VISIBLE_ON_BLANK);
        if is_blank && cell.bg == self.background && !self.modifier.intersects(VISIBLE_ON_BLANK) {
            return;
        }
        let wanted = if is_blank {
            Pen { background: cell.bg, modifier: self.modifier.difference(VISIBLE_ON_BLANK), ..*self }
        } else {
            Pen { foreground: cell.fg, background: cell.bg, underline: cell.underline_color, modifier: cell.modifier }
        };
        self.become_pen(wanted, out);
    }

    /// What erasing needs: the terminal's own background.
    pub fn change_to_plain_background(&mut self, out: &mut String) {
        let modifier = self.modifier.difference(VISIBLE_ON_BLANK);
        self.become_pen(Pen { background: Color::Reset, modifier, ..*self }, out);
    }

    /// Whether erasing shows the same as writing this blank.
    pub fn is_plain_blank(cell: &Cell) -> bool {
        cell.bg == Color::Reset && !cell.modifier.intersects(VISIBLE_ON_BLANK)
    }

    /// Whether two blanks look the same.
    pub fn same_blank(a: &Cell, b: &Cell) -> bool {
        let visible = |cell: &Cell| cell.modifier.intersection(VISIBLE_ON_BLANK);
        a.bg == b.bg
            && visible(a) == visible(b)
            && (visible(a).is_empty() || (a.fg == b.fg && a.underline_color == b.underline_color && a.modifier == b.modifier))
    }

    fn become_pen(&mut self, wanted: Pen, out: &mut String) {
        if *self == wanted {
            return;
        }
        let mut codes = self.steps_to(&wanted);
        let afresh = match Pen::default().steps_to(&wanted) {
            steps if steps.is_empty() => steps,
            steps => format!("0;{steps}"),
        };
        if afresh.len() < codes.len() {
            codes = afresh;
        }
        let _ = write!(out, "\x1b[{codes}m");
        *self = wanted;
    }

    /// The codes that lead from these attributes to those, joined by `;`.
    fn steps_to(&self, wanted: &Pen) -> String {
        let mut codes: Vec<String> = Vec::new();
        let gone = self.modifier.difference(wanted.modifier);
        let mut left = self.modifier;
        for (attribute, _, off) in ATTRIBUTES {
            if gone.contains(attribute) && left.contains(attribute) {
                codes.push(off.to_string());
                for (other, _, other_off) in ATTRIBUTES {
                    if other_off == off {
                        left.remove(other);
                    }
                }
            }
        }
        for (attribute, on, _) in ATTRIBUTES {
            if wanted.modifier.contains(attribute) && !left.contains(attribute) {
                codes.push(on.to_string());
            }
        }
        if self.foreground != wanted.foreground {
            codes.push(colour(wanted.foreground, Layer::Foreground));
        }
        if self.background != wanted.background {
            codes.push(colour(wanted.background, Layer::Background));
        }
        if self.underline != wanted.underline {
            codes.push(colour(wanted.underline, Layer::Underline));
        }
        codes.join(";")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Foreground = 30,
    Background = 40,
    Underline = 50,
}

fn colour(colour: Color, layer: Layer) -> String {
    let base = layer as u8;
    let short = |index: u8| match layer {
        Layer::Underline => format!("58;5;{index}"),
        _ if index < 8 => (base + index).to_string(),
        _ => (base + 60 + index - 8).to_string(),
    };
    match colour {
        Color::Reset => (base + 9).to_string(),
        Color::Black => short(0),
        Color::Red => short(1),
        Color::Green => short(2),
        Color::Yellow => short(3),
        Color::Blue => short(4),
        Color::Magenta => short(5),
        Color::Cyan => short(6),
        Color::Gray => short(7),
        Color::DarkGray => short(8),
        Color::LightRed => short(9),
        Color::LightGreen => short(10),
        Color::LightYellow => short(11),
        Color::LightBlue => short(12),
        Color::LightMagenta => short(13),
        Color::LightCyan => short(14),
        Color::White => short(15),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}
