//! Putting text into columns: cutting by display width, cleaning names, and the few drawing steps all screens use.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The left margin of every screen, in columns.
pub const MARGIN: u16 = 1;

/// Where the lines of a screen lie: below its title, above the two last lines, as far as there is room for any of them.
pub fn below_title((width, height): (u16, u16)) -> Rect {
    let (top, below) = match height {
        0..4 => (0, 0),
        4..12 => (1, 2),
        _ => (3, 2),
    };
    let x = if width >= 40 { MARGIN + 2 } else { 0 };
    Rect::new(x, top, width.saturating_sub(x), height.saturating_sub(top + below))
}

/// The area without its last column, where it does not begin in the first either.
pub fn with_right_margin(area: Rect) -> Rect {
    Rect { width: area.width.saturating_sub(area.x.min(1)), ..area }
}

/// The row of the title above such an area; none where there is no room for it.
pub fn title_row(below: Rect) -> Option<u16> {
    (below.y > 0).then(|| u16::from(below.y > 1))
}

/// Columns a text takes on the screen.
pub fn width(text: &str) -> u16 {
    text.width().min(u16::MAX as usize) as u16
}

/// The text without what could disturb the terminal or the reader: controls become spaces, direction marks vanish.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
                || *c == '\u{200d}'
        })
        .map(|c| if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c })
        .collect()
}

/// The cleaned text, cut with "…" where it is wider than `columns`.
pub fn fit(text: &str, columns: u16) -> String {
    let text = clean(text);
    if width(&text) <= columns {
        return text;
    }
    let mut kept = String::new();
    let mut used = 0;
    for piece in text.graphemes(true) {
        let wide = width(piece);
        if used + wide + 1 > columns {
            break;
        }
        kept.push_str(piece);
        used += wide;
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// The same, cut at its front: of a path the end tells more.
pub fn fit_end(text: &str, columns: u16) -> String {
    let text = clean(text);
    if width(&text) <= columns {
        return text;
    }
    let mut kept = Vec::new();
    let mut used = 1;
    for piece in text.graphemes(true).rev() {
        used += width(piece);
        if used > columns {
            break;
        }
        kept.push(piece);
    }
    kept.extend((columns > 0).then_some("…"));
    kept.into_iter().rev().collect()
}

/// Writes text at a place, cut to `columns` and to the buffer; returns the columns used.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
    let area = buffer.area;
    if x < area.left() || y < area.top() || x >= area.right() || y >= area.bottom() {
        return 0;
    }
    let text = fit(text, columns.min(area.right() - x));
    let (end, _) = buffer.set_stringn(x, y, &text, (area.right() - x) as usize, style);
    end - x
}

/// Writes text so that it ends before column `right`.
pub fn put_right(buffer: &mut Buffer, right: u16, y: u16, text: &str, style: Style) {
    let wide = width(text).min(right);
    put(buffer, right - wide, y, wide, text, style);
}

/// Writes text in the middle of an area's columns.
pub fn put_centre(buffer: &mut Buffer, area: Rect, y: u16, text: &str, style: Style) {
    let wide = width(text).min(area.width);
    put(buffer, area.x + (area.width - wide) / 2, y, wide, text, style);
}

/// Breaks a text into lines of at most `columns`, at spaces where there are any.
pub fn wrap(text: &str, columns: u16) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in clean(paragraph).split(' ').filter(|word| !word.is_empty()) {
            let gap = u16::from(!line.is_empty());
            if width(&line) + gap + width(word) <= columns {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(word);
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for piece in word.graphemes(true) {
                if width(&line) + width(piece) > columns && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line.push_str(piece);
            }
        }
        lines.push(line);
    }
    lines
}

/// The part of a screen below its first lines, above toast and keys.
pub fn body(area: Rect) -> Rect {
    let top = match area.height {
        0..4 => 0,
        4..12 => 1,
        12..20 => 3,
        _ => 4,
    };
    let below = if area.height >= 4 { 2 } else { 0 };
    let x = if area.width >= 40 { MARGIN + 2 } else { 0 };
    Rect::new(x, top, area.width.saturating_sub(x + x.min(1)), area.height.saturating_sub(top + below))
}

/// The same of a whole screen of this size.
pub fn body_of((width, height): (u16, u16)) -> Rect {
    body(Rect::new(0, 0, width, height))
}
