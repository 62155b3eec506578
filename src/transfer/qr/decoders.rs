//! The two decoders behind one face. Both read hostile pixels, so a panic in them counts as nothing found.

use super::Effort;
use super::content::Content;
use super::gray::Gray;
use crate::error::contain;
use crate::secret::SecretText;
use rqrr::BitGrid;
use rxing::common::{BitMatrix, DetectorRXingResult, HybridBinarizer};
use rxing::multi::{GenericMultipleBarcodeReader, MultipleBarcodeReader};
use rxing::qrcode::common::Version;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, FinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::qrcode::decoder::qrcode_decoder::decode_bitmatrix;
use rxing::qrcode::detector::{Detector, QRCodeDetectorResult};
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Exceptions, Luma8LuminanceSource, RXingResult, Reader};
use std::collections::HashSet;

/// A code and where it stands, in pixels of the picture searched.
pub struct Code {
    pub content: Content,
    /// Its text, as far as it is one by itself.
    pub text: SecretText,
    /// Points that span it: with rxing the middles of its three finder patterns first.
    points: Vec<(f32, f32)>,
}

impl Code {
    fn of(data: &[u8], version: u32, points: Vec<(f32, f32)>) -> Option<Code> {
        let content = Content::parse(data, version)?;
        let text = match content.part {
            // It may end within a character.
            Some(_) => SecretText::default(),
            None => content.text()?,
        };
        Some(Code { content, text, points })
    }

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
pub fn with_rxing(gray: &Gray, effort: &Effort) -> Vec<Code> {
    let (width, height) = (gray.width as u32, gray.height as u32);
    let found = contain(|| {
        let source = Luma8LuminanceSource::new(gray.luma.clone(), width, height).ok()?;
        let mut reader = GenericMultipleBarcodeReader::new(Rxing(effort));
        reader.decode_multiple_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), &hints()).ok()
    });
    let codes = found.flatten().unwrap_or_default();
    let code = |code: &RXingResult| {
        let (version, data) = code.getRawBytes().split_first()?;
        Code::of(data, u32::from(*version), code.getPoints().iter().map(|point| (point.x, point.y)).collect())
    };
    codes.iter().filter_map(code).collect()
}

fn hints() -> DecodeHints {
    DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    }
}

/// One code of a picture, as rxing's own reader finds it: by its newer detector, by its older one, then both inverted.
/// That reader keeps the data of a code to itself, so this one hands it out: the version, then the data, as raw bytes.
struct Rxing<'e>(&'e Effort);

impl Reader for Rxing<'_> {
    fn decode<B: Binarizer>(&mut self, image: &mut BinaryBitmap<B>) -> rxing::common::Result<RXingResult> {
        self.decode_with_hints(image, &hints())
    }

    fn decode_with_hints<B: Binarizer>(
        &mut self,
        image: &mut BinaryBitmap<B>,
        hints: &DecodeHints,
    ) -> rxing::common::Result<RXingResult> {
        let found = first_code(image.get_black_matrix(), hints, self.0).or_else(|| {
            image.invert();
            let found = first_code(image.get_black_matrix(), hints, self.0);
            image.invert();
            found
        });
        found.ok_or(Exceptions::NOT_FOUND)
    }
}

fn first_code(picture: &BitMatrix, hints: &DecodeHints, effort: &Effort) -> Option<RXingResult> {
    let result = |sampled: QRCodeDetectorResult| {
        let (version, mut data) = data_of(sampled.getBits())?;
        data.insert(0, version as u8);
        Some(RXingResult::new("", data, sampled.getPoints().to_vec(), BarcodeFormat::QR_CODE))
    };
    let mut patterns = finder_patterns(picture, effort)?;
    let count = patterns.len();
    let mut sampled = GenerateFinderPatternSets(&mut patterns).into_iter().filter_map(|set| SampleQR(picture, &set).ok());
    let found = sampled.find_map(result).or_else(|| result(Detector::new(picture).detect_with_hints(hints).ok()?));
    if found.is_none() {
        effort.spend(count);
    }
    found
}

/// The finder patterns of a picture; `None` where there are too many to search among.
fn finder_patterns(picture: &BitMatrix, effort: &Effort) -> Option<FinderPatterns> {
    let hits = hits(picture) / HITS_OF_PATTERN;
    if !effort.has_for(hits) {
        return None;
    }
    let patterns = FindFinderPatterns(picture, true, 0);
    // What it takes to find them is spent even where they lead to a code.
    effort.spend(hits);
    effort.has_for(patterns.len()).then_some(patterns)
}

/// A pattern is crossed by about so many of the rows that are looked at, or a noisy picture has so many by chance.
const HITS_OF_PATTERN: usize = 100;

/// How often a row of pixels, one in three, looks like the middle of a finder pattern: dark, light, dark, light, dark, as long as
/// 1:1:3:1:1. Linear, where finding the patterns compares each with all others.
fn hits(picture: &BitMatrix) -> usize {
    let looks_like = |runs: &[u32; 5]| {
        let module = runs.iter().sum::<u32>() as f32 / 7.0;
        let is = |run: u32, modules: f32| (run as f32 - modules * module).abs() <= modules * module / 2.0;
        is(runs[0], 1.0) && is(runs[1], 1.0) && is(runs[2], 3.0) && is(runs[3], 1.0) && is(runs[4], 1.0)
    };
    let in_row = |y: u32| {
        let (mut runs, mut is_dark, mut count) = ([0u32; 5], false, 0);
        for x in 0..picture.width() {
            if picture.get(x, y) != is_dark {
                count += usize::from(is_dark && looks_like(&runs));
                runs.rotate_left(1);
                runs[4] = 0;
                is_dark = !is_dark;
            }
            runs[4] += 1;
        }
        count
    };
    (2..picture.height()).step_by(3).map(in_row).sum()
}

/// The version of a code and its data, errors corrected.
fn data_of(modules: &BitMatrix) -> Option<(u32, Vec<u8>)> {
    let version = Version::getProvisionalVersionForDimension(modules.height()).ok()?.getVersionNumber();
    Some((version, decode_bitmatrix(modules).ok()?.getRawBytes().clone()))
}

/// Slower, bears strong perspective.
pub fn with_rqrr(gray: &Gray, effort: &Effort) -> Vec<Code> {
    let found = contain(|| {
        let source = Luma8LuminanceSource::new(gray.luma.clone(), gray.width as u32, gray.height as u32).ok()?;
        let patterns = finder_patterns(HybridBinarizer::new(source).get_black_matrix().ok()?, effort)?;
        effort.spend(patterns.len());
        let mut prepared =
            rqrr::PreparedImage::prepare_from_greyscale(gray.width, gray.height, |x, y| gray.luma[y * gray.width + x]);
        let grids = prepared.detect_grids();
        let codes = grids.iter().filter_map(|grid| {
            let side = grid.grid.size() as u32;
            let mut modules = BitMatrix::new(side, side).ok()?;
            let dark = |x: &u32, y: u32| grid.grid.bit(y as usize, *x as usize);
            (0..side).for_each(|y| (0..side).filter(|x| dark(x, y)).for_each(|x| modules.set(x, y)));
            let (version, data) = contain(|| data_of(&modules))??;
            Code::of(&data, version, grid.bounds.iter().map(|point| (point.x as f32, point.y as f32)).collect())
        });
        Some(codes.collect())
    });
    found.flatten().unwrap_or_default()
}
