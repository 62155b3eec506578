//! QR codes in pictures (those to be drawn: [`code`]): rxing (several codes, try harder, also inverted), bright regions cut out → the
//! picture mended in several ways, rqrr. Pure: pixels in, texts out.

pub mod code;
pub mod content;
mod decoders;
mod gray;
mod islands;
pub mod split;

use crate::pixels::Picture;
use crate::secret::SecretText;
use content::Content;
use decoders::{Code, with_rqrr, with_rxing};
use gray::Gray;
use islands::islands;
use std::borrow::Cow;
use std::cell::Cell;

/// Pictures are scaled down to this many pixels before they are mended: a code that fills a screen is far smaller.
const MENDED_PIXELS: usize = 4_000_000;

/// What the codes of a picture hold, each once, in reading order.
#[derive(Default)]
pub struct Codes {
    pub texts: Vec<SecretText>,
    /// The codes that hold a part of a text each.
    pub parts: Vec<Content>,
}

/// What may still be searched in a picture, or in all pictures of a file. Decoders try finder patterns in threes, so that a small
/// picture that is tiled with them would take minutes.
pub struct Effort {
    left: Cell<usize>,
    /// Whether any search was left out for it.
    is_spent: Cell<bool>,
}

impl Default for Effort {
    /// Enough for the searches that find forty codes.
    fn default() -> Effort {
        Effort { left: Cell::new(12_000_000), is_spent: Cell::new(false) }
    }
}

impl Effort {
    /// Whether a search among so many patterns may be made.
    fn has_for(&self, patterns: usize) -> bool {
        let has = patterns.saturating_pow(3) <= self.left.get();
        self.is_spent.set(self.is_spent.get() || !has);
        has
    }

    /// A search among so many patterns found nothing. One that finds a code is soon over.
    fn spend(&self, patterns: usize) {
        self.left.set(self.left.get().saturating_sub(patterns.saturating_pow(3)));
    }

    /// What to say where codes may have been missed.
    pub fn warning(&self) -> Option<String> {
        let what = "There is more in the picture that looks like parts of QR codes than is searched: codes may be missing.";
        self.is_spent.get().then(|| what.to_owned())
    }
}

/// All QR codes in the picture.
pub fn decode(picture: &Picture, effort: &Effort) -> Codes {
    let mut grounds: Vec<Gray> = Gray::of(picture, 255).into_iter().collect();
    // White on nothing is meant for a dark page.
    if gray::is_transparent(picture) {
        grounds.extend(Gray::of(picture, 0));
    }
    let plain = grounds.iter().map(|gray| {
        let mut codes = all_with_rxing(gray, effort);
        codes.extend(cut_out(gray, &codes, effort));
        codes
    });
    let mended = grounds.iter().map(|gray| mended(&gray.at_most(MENDED_PIXELS), effort));
    let codes = in_reading_order(plain.chain(mended).find(|codes| !codes.is_empty()).unwrap_or_default());
    let mut all = Codes::default();
    for Code { content, text, .. } in codes {
        match content.part {
            Some(_) => all.parts.push(content),
            None if all.texts.contains(&text) => {}
            None => all.texts.push(text),
        }
    }
    all
}

/// The codes without a margin on a dark page, and light ones on a light page, besides those that are known.
fn cut_out(gray: &Gray, known: &[Code], effort: &Effort) -> Vec<Code> {
    /// Half way between dark and light, and above a page that is no darker than that.
    const SHADES: [u8; 2] = [127, 191];
    let small = gray.at_most(MENDED_PIXELS);
    let scale = gray.width as f32 / small.width as f32;
    let stretched = small.stretched();
    let mut codes: Vec<Code> = Vec::new();
    for ground in [&stretched, &stretched.inverted()] {
        for shade in SHADES {
            for island in islands(ground, shade) {
                let is_in = |code: &Code| code.points().iter().any(|(x, y)| island.holds((x / scale, y / scale)));
                if known.iter().chain(&codes).any(is_in) {
                    continue;
                }
                // Four modules of the smallest code, which has 21 a side.
                let margin = island.width().max(island.height()) / 5;
                let part = ground.cut_out(island.left..island.right, island.top..island.bottom, margin, 255);
                let (left, top) = (island.left as f32 - margin as f32, island.top as f32 - margin as f32);
                codes.extend(with_rxing(&part, effort).into_iter().map(|code| code.within(left, top, scale)));
            }
        }
    }
    codes
}

/// rxing cuts the picture around what it found and may cut through a neighbour, so what was found is blotted out and the rest searched again.
fn all_with_rxing(gray: &Gray, effort: &Effort) -> Vec<Code> {
    const ROUNDS: usize = 8;
    let mut codes = with_rxing(gray, effort);
    let mut rest = Cow::Borrowed(gray);
    let mut searched = 0;
    for _ in 0..ROUNDS {
        if searched == codes.len() {
            break;
        }
        let rest = rest.to_mut();
        codes[searched..].iter().for_each(|code| code.blot_out(rest));
        searched = codes.len();
        for code in with_rxing(rest, effort) {
            if codes.iter().all(|known| known.content != code.content) {
                codes.push(code);
            }
        }
    }
    codes
}

/// Climbs the ladder until a rung finds something. The rungs were chosen by measuring, cheapest first.
fn mended(gray: &Gray, effort: &Effort) -> Vec<Code> {
    let rungs: [fn(&Gray, &Effort) -> Vec<Code>; 7] = [
        |gray, effort| with_rxing(&gray.stretched(), effort),
        |gray, effort| with_rqrr(&gray.stretched(), effort),
        |gray, effort| with_rxing(&gray.padded().blurred(), effort),
        |gray, effort| with_rqrr(&gray.padded().inverted(), effort),
        |gray, effort| with_rxing(&gray.halved(), effort),
        |gray, effort| if gray.pixels() <= MENDED_PIXELS / 4 { with_rxing(&gray.doubled(), effort) } else { Vec::new() },
        |gray, effort| if gray.pixels() <= MENDED_PIXELS / 4 { with_rqrr(&gray.doubled().blurred(), effort) } else { Vec::new() },
    ];
    rungs.iter().map(|rung| rung(gray, effort)).find(|codes| !codes.is_empty()).unwrap_or_default()
}

/// Rows from the top, left to right in a row; a code that begins above the middle of a row's first is in that row.
fn in_reading_order(mut codes: Vec<Code>) -> Vec<Code> {
    codes.sort_by(|a, b| a.top().total_cmp(&b.top()));
    let mut rows: Vec<Vec<Code>> = Vec::new();
    for code in codes {
        match rows.last_mut() {
            Some(row) if code.top() < row[0].middle() => row.push(code),
            _ => rows.push(vec![code]),
        }
    }
    rows.iter_mut().for_each(|row| row.sort_by(|a, b| a.left().total_cmp(&b.left())));
    rows.into_iter().flatten().collect()
}
