//! Bright regions of a picture. A code without a margin melts into a dark page: its finder patterns have no edge any more.
//! Cut out along the edge of its light modules and set on white, it can be read.

use super::gray::Gray;

/// A rectangle that a connected bright region just fits in; `right` and `bottom` lie outside.
#[derive(Clone, Copy)]
pub struct Island {
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
    /// How many of its pixels are bright.
    bright: usize,
}

/// The fewest modules of a side, at a pixel each.
const SMALLEST: usize = 21;

/// More are not looked at: a page of text is full of bright specks, and the largest come first.
const MOST: usize = 12;

impl Island {
    fn join(&mut self, other: Island) {
        self.left = self.left.min(other.left);
        self.top = self.top.min(other.top);
        self.right = self.right.max(other.right);
        self.bottom = self.bottom.max(other.bottom);
        self.bright += other.bright;
    }

    pub fn width(&self) -> usize {
        self.right - self.left
    }

    pub fn height(&self) -> usize {
        self.bottom - self.top
    }

    /// About square, and about half of it bright.
    fn may_be_a_code(&self) -> bool {
        let (short, long) = (self.width().min(self.height()), self.width().max(self.height()));
        let area = self.width() * self.height();
        short >= SMALLEST && long * 4 <= short * 5 && self.bright * 4 >= area && self.bright * 5 <= area * 4
    }

    pub fn holds(&self, (x, y): (f32, f32)) -> bool {
        (self.left as f32..self.right as f32).contains(&x) && (self.top as f32..self.bottom as f32).contains(&y)
    }
}

/// The regions of pixels brighter than `shade` that may be a code each, the largest first.
/// Pixels that touch at a corner belong together. Linear in the number of pixels: a run in a row joins those above that it touches.
pub fn islands(gray: &Gray, shade: u8) -> Vec<Island> {
    let mut islands: Vec<Island> = Vec::new();
    // The island that each was joined to; itself while it stands.
    let mut into: Vec<usize> = Vec::new();
    let mut above: Vec<(usize, usize, usize)> = Vec::new();
    for (y, row) in gray.luma.chunks_exact(gray.width).enumerate() {
        let mut here = Vec::with_capacity(above.len());
        let (mut x, mut first) = (0, 0);
        while let Some(start) = row[x..].iter().position(|&luma| luma > shade).map(|step| x + step) {
            let end = row[start..].iter().position(|&luma| luma <= shade).map_or(row.len(), |step| start + step);
            let run = Island { left: start, top: y, right: end, bottom: y + 1, bright: end - start };
            while above.get(first).is_some_and(|&(_, end, _)| end < start) {
                first += 1;
            }
            let mut own = None;
            for &(_, _, island) in above[first..].iter().take_while(|&&(start, ..)| start <= end) {
                let island = root(&mut into, island);
                let kept = *own.get_or_insert(island);
                if kept != island {
                    let joined = islands[island];
                    islands[kept].join(joined);
                    into[island] = kept;
                }
            }
            let own = match own {
                Some(own) => {
                    islands[own].join(run);
                    own
                }
                None => {
                    islands.push(run);
                    into.push(into.len());
                    into.len() - 1
                }
            };
            here.push((start, end, own));
            x = end;
        }
        above = here;
    }
    let stands = islands.iter().enumerate().filter(|(at, island)| into[*at] == *at && island.may_be_a_code());
    let mut found: Vec<Island> = stands.map(|(_, island)| *island).collect();
    found.sort_by_key(|island| std::cmp::Reverse(island.width() * island.height()));
    found.truncate(MOST);
    found
}

/// Follows and shortens the chain.
fn root(into: &mut [usize], mut at: usize) -> usize {
    while into[at] != at {
        into[at] = into[into[at]];
        at = into[at];
    }
    at
}
