//! The two decoders behind one face. Both read hostile pixels, so a panic in them counts as nothing found.

use super::gray::Gray;
use crate::error::contain;
use crate::secret::SecretText;
use rxing::{BarcodeFormat, DecodeHints};
use std::collections::HashSet;

/// A code and where it stands, in pixels of the picture searched.
pub struct Code {
    pub text: SecretText,
    pub left: f32,
    pub top: f32,
    pub bottom: f32,
}

impl Code {
    fn at(text: &str, points: impl Iterator<Item = (f32, f32)> + Clone) -> Self {
        let least = |of: fn((f32, f32)) -> f32| points.clone().map(of).fold(f32::INFINITY, f32::min);
        Code { text: SecretText::new(text), left: least(|(x, _)| x), top: least(|(_, y)| y), bottom: -least(|(_, y)| -y) }
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
    codes.iter().map(|code| Code::at(code.getText(), code.getPoints().iter().map(|point| (point.x, point.y)))).collect()
}

/// Slower, bears strong perspective.
pub fn with_rqrr(gray: &Gray) -> Vec<Code> {
    let found = contain(|| {
        let mut prepared =
            rqrr::PreparedImage::prepare_from_greyscale(gray.width, gray.height, |x, y| gray.luma[y * gray.width + x]);
        let grids = prepared.detect_grids();
        let codes = grids.iter().filter_map(|grid| {
            let (_, text) = contain(|| grid.decode())?.ok()?;
            Some(Code::at(&text, grid.bounds.iter().map(|point| (point.x as f32, point.y as f32))))
        });
        codes.collect()
    });
    found.unwrap_or_default()
}
