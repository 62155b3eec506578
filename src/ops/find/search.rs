//! Search as you type: fuzzy over issuer, account and tags, by substring over the note; best first. Any spelling is found by
//! any other, and of equals the one that was typed comes first.

use crate::vault::entry::Entry;
use crate::words::{folded, is_same, spelled, unmarked};
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str, Utf32String};
use std::sync::Arc;

/// Which entries a tag filter lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TagFilter {
    #[default]
    All,
    Tag(String),
    Untagged,
}

impl TagFilter {
    pub fn lets(&self, entry: &Entry) -> bool {
        match self {
            TagFilter::All => true,
            TagFilter::Tag(wanted) => entry.tags().any(|tag| is_same(tag, wanted)),
            TagFilter::Untagged => entry.tags().next().is_none(),
        }
    }
}

/// Keeps what it prepared of the entries from one key press to the next. It holds entries: drop it on lock.
pub struct Search {
    matcher: Matcher,
    prepared: Vec<Prepared>,
    /// Rank, whether it is spelled otherwise, and place.
    found: Vec<(u32, bool, u32)>,
}

struct Prepared {
    entry: Arc<Entry>,
    /// Without accents, but with capitals: they show where words begin.
    names: Utf32String,
    /// The names as [`spelled`]; `None` where they are ASCII, so that nothing but case tells them from `names`.
    spelled: Option<Box<str>>,
    /// As [`folded`].
    note: String,
    /// Which ASCII letters and digits occur in `names`: tells most misses apart without matching.
    letters: u64,
}

/// Scores below any match of the names.
const NOTE_SCORE: u32 = 1;

impl Default for Search {
    fn default() -> Self {
        Search { matcher: matcher(), prepared: Vec::new(), found: Vec::new() }
    }
}

fn matcher() -> Matcher {
    let mut config = Config::DEFAULT;
    config.prefer_prefix = true;
    Matcher::new(config)
}

/// `query` is folded.
fn pattern(query: &str) -> Pattern {
    Pattern::new(query, CaseMatching::Ignore, Normalization::Never, AtomKind::Fuzzy)
}

/// Positions of the texts that match, best first, ties in the order given: for a few texts that are no entries.
pub fn rank_texts(texts: &[&str], query: &str) -> Vec<usize> {
    let (mut matcher, pattern, mut room) = (matcher(), pattern(&folded(query.trim())), Vec::new());
    let score = |text: &&str| pattern.score(Utf32Str::new(text, &mut room), &mut matcher);
    let scores: Vec<Option<u32>> = texts.iter().map(score).collect();
    let mut found: Vec<usize> = (0..texts.len()).filter(|at| scores[*at].is_some()).collect();
    found.sort_by_key(|at| std::cmp::Reverse(scores[*at]));
    found
}

impl Search {
    /// Positions in `entries` of what matches, best first, ties in the order given. An empty query lets all through.
    /// Several words must all match, in any order.
    pub fn rank(&mut self, entries: &[Arc<Entry>], query: &str, filter: &TagFilter) -> Vec<usize> {
        let query = query.trim();
        if query.is_empty() {
            return (0..entries.len()).filter(|at| filter.lets(&entries[*at])).collect();
        }
        self.prepare(entries);
        let loose = folded(query);
        let pattern = pattern(&loose);
        let wanted = letters(&loose);
        let typed = spelled(query);
        let has_accents = typed != loose;
        self.found.clear();
        for (at, prepared) in self.prepared.iter().enumerate() {
            if !filter.lets(&prepared.entry) {
                continue;
            }
            let by_name = match prepared.letters & wanted == wanted {
                true => pattern.score(prepared.names.slice(..), &mut self.matcher),
                false => None,
            };
            let score =
                by_name.map(|score| score + NOTE_SCORE + 1).or_else(|| prepared.note.contains(&loose).then_some(NOTE_SCORE));
            if let Some(score) = score {
                let is_typed = match &prepared.spelled {
                    Some(names) => typed.split_whitespace().all(|word| names.contains(word)),
                    None => !has_accents,
                };
                self.found.push((u32::MAX - score, !is_typed, at as u32));
            }
        }
        self.found.sort_unstable();
        self.found.iter().map(|(.., at)| *at as usize).collect()
    }

    fn prepare(&mut self, entries: &[Arc<Entry>]) {
        self.prepared.truncate(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            match self.prepared.get_mut(at) {
                Some(prepared) if Arc::ptr_eq(&prepared.entry, entry) => {}
                Some(prepared) => *prepared = Prepared::of(entry),
                None => self.prepared.push(Prepared::of(entry)),
            }
        }
    }
}

impl Prepared {
    fn of(entry: &Arc<Entry>) -> Self {
        let mut names = format!("{} {}", entry.issuer.value, entry.account.value);
        for tag in entry.tags() {
            names.push(' ');
            names.push_str(tag);
        }
        let spelled = (!names.is_ascii()).then(|| spelled(&names).into_boxed_str());
        let names = unmarked(&names);
        let letters = if names.is_ascii() { letters(&names.to_ascii_lowercase()) } else { u64::MAX };
        Prepared { entry: entry.clone(), letters, note: folded(&entry.note.value), spelled, names: (&*names).into() }
    }
}

/// One bit for each ASCII letter and digit of a lower-case text.
fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |bits, byte| match byte {
        b'a'..=b'z' => bits | 1 << (byte - b'a'),
        b'0'..=b'9' => bits | 1 << (26 + byte - b'0'),
        _ => bits,
    })
}
