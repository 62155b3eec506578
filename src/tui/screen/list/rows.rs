//! Which entries are listed and in which order: pinned first, then the sort; a tag filter; fuzzy ranking while searching.

use crate::ops::find::{Search, TagFilter};
use crate::tui::names::{self, Room, Shown, Sites};
use crate::tui::state::Common;
use crate::vault::entry::{Entry, EntryId};
use crate::words::{composed, folded};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Name,
    /// Most used on this machine first.
    Use,
    /// Newest first.
    Age,
}

impl Sort {
    pub fn next(self) -> Sort {
        match self {
            Sort::Name => Sort::Use,
            Sort::Use => Sort::Age,
            Sort::Age => Sort::Name,
        }
    }

    pub fn said(self) -> &'static str {
        match self {
            Sort::Name => "by name",
            Sort::Use => "by use",
            Sort::Age => "newest first",
        }
    }
}

/// The listed entries, and what the whole vault holds.
#[derive(Default)]
pub struct Rows {
    entries: Vec<Arc<Entry>>,
    /// Each tag and how many entries have it, sorted. Tags that look the same are one.
    tags: Vec<(String, usize)>,
    untagged: usize,
    sites: Sites,
    total: usize,
    search: Search,
    /// Every entry in the order of the sort; what the search and the filter choose from.
    ordered: Vec<Arc<Entry>>,
    ordered_for: Option<(usize, Sort)>,
}

impl Rows {
    pub fn rebuild(&mut self, common: &Common, filter: &TagFilter, sort: Sort, query: &str) {
        let Some(open) = &common.open else {
            *self = Rows::default();
            return;
        };
        // The vault is never changed in place, so its address tells whether the order still holds.
        let order = (Arc::as_ptr(&open.vault) as usize, sort);
        if self.ordered_for != Some(order) {
            self.order(common, sort);
            self.ordered_for = Some(order);
        }
        let ranked = self.search.rank(&self.ordered, query, filter);
        self.entries = ranked.into_iter().filter_map(|at| self.ordered.get(at)).cloned().collect();
    }

    fn order(&mut self, common: &Common, sort: Sort) {
        let Some(open) = &common.open else { return };
        let mut ordered: Vec<Arc<Entry>> = open.vault.active().cloned().collect();
        match sort {
            Sort::Name => ordered.sort_by_cached_key(|entry| {
                // None rather than an empty text: comparing those costs 0.1 µs each where memcmp uses AVX-512, half of the sort.
                let order = (!entry.order.value.is_empty()).then(|| entry.order.value.clone());
                (!entry.pinned.value, order, entry.name_key())
            }),
            Sort::Use => ordered.sort_by_cached_key(|entry| {
                let used = open.usage.of(entry.id).map_or(0, |used| used.times);
                (!entry.pinned.value, std::cmp::Reverse(used), entry.name_key())
            }),
            Sort::Age => {
                ordered.sort_by_cached_key(|entry| (!entry.pinned.value, std::cmp::Reverse(entry.created), entry.name_key()))
            }
        }
        self.total = ordered.len();
        let mut tags: BTreeMap<String, usize> = BTreeMap::new();
        self.untagged = 0;
        for entry in &ordered {
            let mut tagged = false;
            for tag in entry.tags() {
                tagged = true;
                let tag = composed(tag);
                match tags.get_mut(&*tag) {
                    Some(count) => *count += 1,
                    None => drop(tags.insert(tag.into_owned(), 1)),
                }
            }
            self.untagged += usize::from(!tagged);
        }
        self.tags = tags.into_iter().collect();
        self.tags.sort_by_cached_key(|(tag, _)| folded(tag));
        self.sites = Sites::of(&ordered);
        self.ordered = ordered;
    }

    /// The names of entries that are shown together, each in its room.
    pub fn names(&self, shown: &[(&Entry, Room)]) -> Vec<Shown> {
        names::of_rows(&self.ordered, &self.sites, shown)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the vault itself is empty, not only what is listed.
    pub fn nothing_enrolled(&self) -> bool {
        self.total == 0
    }

    pub fn total(&self) -> usize {
        self.total
    }

    pub fn get(&self, at: usize) -> Option<&Arc<Entry>> {
        self.entries.get(at)
    }

    /// Every entry of the vault, listed or not.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.ordered.iter()
    }

    /// Whether a filter takes this entry.
    pub fn filter_lets(&self, filter: &TagFilter, id: EntryId) -> bool {
        self.ordered.iter().any(|entry| entry.id == id && filter.lets(entry))
    }

    pub fn position(&self, id: EntryId) -> Option<usize> {
        self.entries.iter().position(|entry| entry.id == id)
    }

    /// Whether the vault still has this entry, listed or not.
    pub fn holds(&self, id: EntryId) -> bool {
        self.ordered.iter().any(|entry| entry.id == id)
    }

    /// The filters there are, with how many entries each takes; just "all" where nothing is tagged.
    pub fn filters(&self) -> Vec<(TagFilter, usize)> {
        let mut filters = vec![(TagFilter::All, self.total)];
        filters.extend(self.tags.iter().map(|(tag, count)| (TagFilter::Tag(tag.clone()), *count)));
        if !self.tags.is_empty() && self.untagged > 0 {
            filters.push((TagFilter::Untagged, self.untagged));
        }
        filters
    }

    pub fn filter_exists(&self, filter: &TagFilter) -> bool {
        match filter {
            TagFilter::All => true,
            TagFilter::Tag(wanted) => self.tags.iter().any(|(tag, _)| tag == wanted),
            TagFilter::Untagged => !self.tags.is_empty() && self.untagged > 0,
        }
    }

    pub fn has_tags(&self) -> bool {
        !self.tags.is_empty()
    }
}

/// Never shows what it holds.
impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rows({} of {})", self.entries.len(), self.total)
    }
}
