//! A picture in shades of gray and the ways to mend it for a decoder.

use crate::ports::Picture;
use std::borrow::Cow;
use std::ops::Range;

#[derive(Clone)]
pub struct Gray {
    pub width: usize,
    pub height: usize,
    /// Rows from the top, 0 black.
    pub luma: Vec<u8>,
}

/// Whether any pixel lets the background through.
pub fn is_transparent(picture: &Picture) -> bool {
    picture.rgba.as_chunks::<4>().0.iter().any(|pixel| pixel[3] < 255)
}

impl Gray {
    /// The picture on a background of the given shade; `None` where the pixels don't fit the size, or there are none.
    pub fn of(picture: &Picture, background: u8) -> Option<Gray> {
        let (width, height) = (picture.width as usize, picture.height as usize);
        let (pixels, rest) = picture.rgba.as_chunks::<4>();
        if pixels.is_empty() || !rest.is_empty() || width.checked_mul(height) != Some(pixels.len()) {
            return None;
        }
        let luma = pixels.iter().map(|&[red, green, blue, alpha]| shade(red, green, blue, alpha, background)).collect();
        Some(Gray { width, height, luma })
    }

    pub fn pixels(&self) -> usize {
        self.luma.len()
    }

    /// Halved until it has no more pixels than this.
    pub fn at_most(&self, pixels: usize) -> Cow<'_, Gray> {
        let mut gray = Cow::Borrowed(self);
        while gray.pixels() > pixels && gray.width.min(gray.height) > 1 {
            gray = Cow::Owned(gray.halved());
        }
        gray
    }

    /// Inverts a square, as far as it lies in the picture.
    pub fn invert_square(&mut self, middle: (f32, f32), reach: f32) {
        let range = |middle: f32, end: usize| {
            let from = (middle - reach).max(0.0) as usize;
            from.min(end)..((middle + reach).max(0.0) as usize).saturating_add(1).min(end)
        };
        let across = range(middle.0, self.width);
        for y in range(middle.1, self.height) {
            self.luma[y * self.width..][across.clone()].iter_mut().for_each(|shade| *shade = 255 - *shade);
        }
    }

    /// The darkest and the lightest hundredth become black and white, all between in proportion.
    pub fn stretched(&self) -> Gray {
        let mut counts = [0usize; 256];
        self.luma.iter().for_each(|&shade| counts[shade as usize] += 1);
        let hundredth = self.pixels() / 100;
        let low = edge(&counts, 0..256, hundredth) as i32;
        let high = edge(&counts, (0..256).rev(), hundredth) as i32;
        let table: Vec<u8> = (0..256).map(|shade| ((shade - low) * 255 / (high - low).max(1)).clamp(0, 255) as u8).collect();
        self.mapped(&table)
    }

    pub fn inverted(&self) -> Gray {
        let table: Vec<u8> = (0..=255).rev().collect();
        self.mapped(&table)
    }

    fn mapped(&self, table: &[u8]) -> Gray {
        Gray { luma: self.luma.iter().map(|&shade| table[shade as usize]).collect(), ..*self }
    }

    /// Sixteen pixels of the lightest corner's shade around it: a code needs a quiet zone.
    pub fn padded(&self) -> Gray {
        let last = self.pixels() - 1;
        let corners = [0, self.width - 1, last + 1 - self.width, last];
        let shade = corners.map(|at| self.luma[at]).into_iter().max().unwrap_or(255);
        self.cut_out(0..self.width, 0..self.height, 16, shade)
    }

    /// A part of it, with a margin of this shade all around.
    pub fn cut_out(&self, columns: Range<usize>, rows: Range<usize>, margin: usize, shade: u8) -> Gray {
        let (width, height) = (columns.len() + 2 * margin, rows.len() + 2 * margin);
        let mut luma = vec![shade; width * height];
        for (y, row) in rows.enumerate() {
            let start = (y + margin) * width + margin;
            luma[start..start + columns.len()].copy_from_slice(&self.luma[row * self.width..][columns.clone()]);
        }
        Gray { width, height, luma }
    }

    /// Each pixel the weighted mean of itself and its neighbours (1 2 1 both ways).
    pub fn blurred(&self) -> Gray {
        let across = self.smoothed(1);
        across.smoothed(self.width)
    }

    /// One way, `step` pixels apart. The ends of rows mix with the next row's: nobody reads codes there.
    fn smoothed(&self, step: usize) -> Gray {
        let mut luma = self.luma.clone();
        let windows = self.luma.iter().zip(self.luma.iter().skip(step)).zip(self.luma.iter().skip(2 * step));
        for (out, ((&before, &here), &after)) in luma.iter_mut().skip(step).zip(windows) {
            *out = ((u32::from(before) + 2 * u32::from(here) + u32::from(after) + 2) / 4) as u8;
        }
        Gray { luma, ..*self }
    }

    /// Half the size, each pixel the mean of four. A picture of one row or column stays.
    pub fn halved(&self) -> Gray {
        let (width, height) = (self.width / 2, self.height / 2);
        if width == 0 || height == 0 {
            return self.clone();
        }
        let mut luma = Vec::with_capacity(width * height);
        for rows in self.luma.chunks_exact(2 * self.width) {
            let (upper, lower) = rows.split_at(self.width);
            let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
            luma.extend(
                pairs.map(|(a, b)| ((u32::from(a[0]) + u32::from(a[1]) + u32::from(b[0]) + u32::from(b[1]) + 2) / 4) as u8),
            );
        }
        Gray { width, height, luma }
    }

    /// Twice the size, with means between the pixels.
    pub fn doubled(&self) -> Gray {
        let (width, height) = (2 * self.width, 2 * self.height);
        let mut luma = Vec::with_capacity(width * height);
        for row in self.luma.chunks_exact(self.width) {
            let start = luma.len();
            for (at, &shade) in row.iter().enumerate() {
                let next = row.get(at + 1).copied().unwrap_or(shade);
                luma.push(shade);
                luma.push(shade.midpoint(next));
            }
            luma.extend_from_within(start..);
        }
        Gray { width, height, luma }.blurred()
    }
}

/// The first shade before which, in this order, more than `outside` pixels lie.
fn edge(counts: &[usize; 256], mut shades: impl Iterator<Item = usize>, outside: usize) -> usize {
    let mut seen = 0;
    let found = shades.find(|&shade| {
        seen += counts[shade];
        seen > outside
    });
    found.unwrap_or(0)
}

/// Weights of ITU-R BT.601, in 256ths.
fn shade(red: u8, green: u8, blue: u8, alpha: u8, background: u8) -> u8 {
    let colour = (77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8;
    if alpha == 255 {
        return colour as u8;
    }
    let alpha = u32::from(alpha);
    ((colour * alpha + u32::from(background) * (255 - alpha)) / 255) as u8
}
