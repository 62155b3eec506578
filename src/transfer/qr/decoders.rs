//! The two decoders behind one face. Both read hostile pixels, so a panic in them counts as nothing found.

use super::gray::Gray;
use crate::error::contain;
use crate::secret::SecretText;
use rxing::{BarcodeFormat, DecodeHints};
use std::collections::HashSet;

/// A code and where it stands, in pixels of the picture searched.
pub struct Code {
    pub text: SecretText,
    /// Points that span it: with rxing the middles of its three finder patterns first.
    points: Vec<(f32, f32)>,
}

impl Code {
    pub fn left(&self) -> f32 {
        self.points.iter().map(|(x, _)| *x).fold(f32::INFINITY, f32::min)
    }

    pub fn top(&self) -> f32 {
        self.points.iter().map(|(_, y)| *y).fold(f32::INFINITY, f32::min)
    }

    pub fn middle(&self) -> f32 {
        let bottom = self.points.iter().map(|(_, y)| *y).fold(f32::NEG_INFINITY, f32::max);
        self.top().midpoint(bottom)
    }

    pub fn points(&self) -> &[(f32, f32)] {
        &self.points
    }

    /// With its place in the picture that the one searched was cut from and scaled down for.
    pub fn within(mut self, left: f32, top: f32, scale: f32) -> Code {
        self.points.iter_mut().for_each(|(x, y)| (*x, *y) = ((*x + left) * scale, (*y + top) * scale));
        self
    }

    /// Spoils the finder patterns, so that this code is not found again and no other one is touched.
    pub fn blot_out(&self, gray: &mut Gray) {
        // The pattern's stone is a fifth of the distance between two patterns in the smallest code, a fiftieth in the largest.
        const SHARE: f32 = 0.08;
        if let [a, b, ..] = self.points.as_slice() {
            let reach = SHARE * (a.0 - b.0).hypot(a.1 - b.1);
            self.points.iter().take(3).for_each(|point| gray.invert_square(*point, reach));
        }
    }
}

/// Fast, bears scaled screenshots and inverted codes; misses low contrast.
pub fn with_rxing(gray: &Gray) -> Vec<Code> {
    let mut hints = DecodeHints {
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    let (width, height) = (gray.width as u32, gray.height as u32);
    let found = contain(|| rxing::helpers::detect_multiple_in_luma_with_hints(gray.luma.clone(), width, height, &mut hints));
    let codes = found.and_then(Result::ok).unwrap_or_default();
    codes
        .iter()
        .map(|code| Code {
            text: SecretText::new(code.getText()),
            points: code.getPoints().iter().map(|point| (point.x, point.y)).collect(),
        })
        .collect()
}

/// Slower, bears strong perspective.
pub fn with_rqrr(gray: &Gray) -> Vec<Code> {
    let found = contain(|| {
        let mut prepared =
            rqrr::PreparedImage::prepare_from_greyscale(gray.width, gray.height, |x, y| gray.luma[y * gray.width + x]);
        let grids = prepared.detect_grids();
        let codes = grids.iter().filter_map(|grid| {
            let (_, text) = contain(|| grid.decode())?.ok()?;
            let points = grid.bounds.iter().map(|point| (point.x as f32, point.y as f32)).collect();
            Some(Code { text: SecretText::new(text), points })
        });
        codes.collect()
    });
    found.unwrap_or_default()
}
