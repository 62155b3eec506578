//! Names of entries cut to columns so that no two accounts of one site, and no two sites, can be taken for each other.

use crate::ops::names::{made, numbered};
use crate::tui::layout::{clean, fit, width};
use crate::vault::entry::{Entry, EntryId};
use crate::words::composed;
use std::borrow::Cow;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// The fewest columns in which the only account of a site is worth showing.
const ACCOUNT: u16 = 6;

/// Site and account: an entry without issuer shows its account in the place of the site.
pub fn parts(entry: &Entry) -> (Cow<'_, str>, Cow<'_, str>) {
    match (entry.issuer.value.as_str(), entry.account.value.as_str()) {
        ("", _) => (cleaned(entry.label()), "".into()),
        (issuer, account) => (cleaned(issuer), cleaned(account)),
    }
}

/// As [`clean`], which most names are, with letters and accents put together: names that look the same are the same text.
fn cleaned(text: &str) -> Cow<'_, str> {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain { text.into() } else { composed(&clean(text)).into_owned().into() }
}

/// A text of a group (pairwise different, cleaned, in the order their entries were made) in at most `columns` columns. No two of
/// the group get the same, whatever columns each is given, and what is cut fits no other text of the group: the whole; without
/// the ending that all share; its head; head and tail; its tail; a piece of the middle; at last its head and a number.
/// Under four columns there may be no room for the number of a large group.
pub fn fit_apart(group: &[impl AsRef<str>], at: usize, columns: u16) -> String {
    let Some(text) = group.get(at).map(|text| text.as_ref()) else { return String::new() };
    if width(text) <= columns {
        return text.to_owned();
    }
    if group.len() == 1 {
        return fit(text, columns);
    }
    let others = || group.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, other)| other.as_ref());
    let is_free = |shown: &str| others().all(|other| !other.starts_with(shown));
    let shared = shared_endings(text, group);
    let without = shared.iter().map(|length| &text[..text.len() - length]);
    if let Some(shown) = without.clone().find(|shown| width(shown) <= columns && is_free(shown)) {
        return shown.to_owned();
    }
    let ending = shared.last().copied().unwrap_or(0);
    let core = |text: &'_ str| text.len().saturating_sub(ending);
    let cores: Vec<&str> = group.iter().map(|text| &text.as_ref()[..core(text.as_ref())]).collect();
    cut(&cores, at, columns).filter(|shown| is_free(shown)).unwrap_or_else(|| {
        // Others are given other numbers: each its place in the group, or that and a multiple of the group's size.
        let numbers = (0..).map(|round| format!("#{}", at + 1 + round * group.len()));
        let with_head = |number: String| format!("{}{number}", head(cores[at], columns.saturating_sub(width(&number))));
        let shown = numbers.map(with_head).find(|shown| is_free(shown)).unwrap_or_default();
        fit(&shown, columns)
    })
}

/// Lengths of the endings, `.example` and then `@shop.example`, that all texts of a group share and that leave something of each.
fn shared_endings(text: &str, group: &[impl AsRef<str>]) -> Vec<usize> {
    let starts = text.char_indices().rev().filter(|(_, c)| matches!(c, '.' | '@')).map(|(start, _)| start);
    let leaves_some = |other: &str, ending: &str| other.strip_suffix(ending).is_some_and(|left| !left.is_empty());
    let is_shared = |ending: &str| group.iter().all(|other| other.as_ref().is_empty() || leaves_some(other.as_ref(), ending));
    starts.map(|start| &text[start..]).take_while(|ending| is_shared(ending)).map(str::len).collect()
}

/// The longest head of at most so many columns, up to an ellipsis of its own.
fn head(text: &str, columns: u16) -> &str {
    let mut used = 0;
    let fits = |piece: &(usize, &str)| {
        used += width(piece.1);
        used <= columns && !piece.1.contains('…')
    };
    let end = text.grapheme_indices(true).take_while(fits).last().map_or(0, |(start, piece)| start + piece.len());
    &text[..end]
}

/// The longest tail of at most so many columns, from an ellipsis of its own on.
fn tail(text: &str, columns: u16) -> &str {
    let mut used = 0;
    let fits = |piece: &(usize, &str)| {
        used += width(piece.1);
        used <= columns && !piece.1.contains('…')
    };
    let start = text.grapheme_indices(true).rev().take_while(fits).last().map_or(text.len(), |(start, _)| start);
    &text[start..]
}

/// Pieces of the text, with `…` for what is left out, that no other text of the group has at these places.
fn cut(group: &[&str], at: usize, columns: u16) -> Option<String> {
    let text = group[at];
    let others: Vec<&str> = group.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, other)| *other).collect();
    // How many bytes each shares with the text at its beginning, and at its end.
    let same = |one: &mut dyn Iterator<Item = (u8, u8)>| one.take_while(|(a, b)| a == b).count();
    let shared: Vec<(usize, usize)> = others
        .iter()
        .map(|other| (same(&mut text.bytes().zip(other.bytes())), same(&mut text.bytes().rev().zip(other.bytes().rev()))))
        .collect();
    let is_alone = |head: usize, tail: usize| !shared.iter().any(|(start, end)| *start >= head && *end >= tail);

    let room = columns.checked_sub(1)?;
    let longest = head(text, room);
    if !longest.is_empty() && is_alone(longest.len(), 0) {
        return Some(format!("{longest}…"));
    }
    // The least tail that will do, which rather begins with a word.
    let tails: Vec<&str> = {
        let longest = tail(text, room);
        longest.grapheme_indices(true).rev().map(|(start, _)| &longest[start..]).collect()
    };
    let split = |tail: &&str, least: u16| {
        let head = head(text, room.saturating_sub(width(tail)));
        let fits = width(head) >= least && head.len() + tail.len() < text.len();
        (fits && is_alone(head.len(), tail.len())).then(|| format!("{head}…{tail}"))
    };
    let begins_word = |tail: &&&str| {
        let before = text[..text.len() - tail.len()].chars().next_back();
        let first = tail.chars().next();
        let is_apart = |c: Option<char>| c.is_some_and(|c| !c.is_alphanumeric());
        is_apart(first) != is_apart(before) && !first.is_some_and(char::is_whitespace)
    };
    let by_words = tails.iter().filter(begins_word).find_map(|tail| split(tail, 3));
    let by_letters = || tails.iter().find_map(|tail| split(tail, 1));
    let by_tail = || tails.last().filter(|tail| is_alone(0, tail.len())).map(|tail| format!("…{tail}"));
    by_words.or_else(by_letters).or_else(by_tail).or_else(|| middle(text, &others, &shared, columns))
}

/// A piece around where the text begins to differ from what is most like it.
fn middle(text: &str, others: &[&str], shared: &[(usize, usize)], columns: u16) -> Option<String> {
    let room = columns.checked_sub(2).filter(|room| *room > 0)?;
    let differs = shared.iter().map(|(start, _)| *start).max()?;
    let (start, piece) = text.grapheme_indices(true).rfind(|(start, _)| *start <= differs)?;
    let end = start + piece.len();
    let ahead = tail(&text[..end], room);
    let half = tail(&text[..end], room / 2 + 1);
    let around = head(&text[end - half.len()..], room);
    let pieces = [around, ahead, head(&text[start..], room)];
    let found = pieces.into_iter().find(|piece| !piece.is_empty() && others.iter().all(|other| !other.contains(piece)));
    found.map(|piece| format!("…{piece}…"))
}

/// The accounts of one site, each unlike the others, in the order their entries were made.
pub struct Accounts {
    ids: Vec<EntryId>,
    texts: Vec<String>,
}

impl Accounts {
    pub fn of(mut entries: Vec<&Arc<Entry>>) -> Accounts {
        entries.sort_by_key(|entry| made(entry));
        let texts: Vec<String> = entries.iter().map(|entry| parts(entry).1.into_owned()).collect();
        Accounts { ids: entries.iter().map(|entry| entry.id).collect(), texts: numbered(&texts) }
    }

    /// Whether the site has other accounts.
    pub fn are_several(&self) -> bool {
        self.ids.len() > 1
    }

    /// One of them in so many columns.
    pub fn fit(&self, id: EntryId, columns: u16) -> String {
        self.ids.iter().position(|other| *other == id).map_or_else(String::new, |at| fit_apart(&self.texts, at, columns))
    }

    /// Columns that one needs without the ending that all accounts share.
    fn least(&self, id: EntryId) -> u16 {
        let Some(text) = self.ids.iter().position(|other| *other == id).map(|at| &self.texts[at]) else { return 0 };
        let shared = shared_endings(text, &self.texts).last().copied().unwrap_or(0);
        width(&text[..text.len() - shared])
    }

    /// Columns that a site gives way to, down to a few, for the account beside it.
    pub fn leave(&self, id: EntryId, site: &str, columns: u16) -> u16 {
        let few = if columns < 12 { 3 } else { 4 };
        let left = columns.saturating_sub(self.least(id).saturating_add(1));
        width(site).min(left.max(few))
    }
}

/// The account of an entry that is the only one of its site, where there is room for enough of it.
pub fn only_account(account: &str, columns: u16) -> String {
    if columns >= width(account).min(ACCOUNT) { fit(account, columns) } else { String::new() }
}

/// An entry's name among those of a vault: site and account, which are shown in at most `columns` columns with `gap` between them.
pub fn among<'a>(
    entries: impl Iterator<Item = &'a Arc<Entry>> + Clone,
    entry: &Entry,
    columns: u16,
    gap: u16,
) -> (String, String, bool) {
    let (site, account) = parts(entry);
    let accounts = Accounts::of(entries.clone().filter(|other| parts(other).0 == site).collect());
    let several = accounts.are_several();
    let columns = columns.saturating_sub(gap - 1);
    let room = if several { accounts.leave(entry.id, &site, columns) } else { columns };
    let site = match width(&site) <= room {
        true => site.into_owned(),
        false => {
            let mut sites: Vec<Cow<'_, str>> = entries.map(|other| parts(other).0).collect();
            sites.sort();
            sites.dedup();
            sites.iter().position(|other| *other == site).map_or_else(|| fit(&site, room), |at| fit_apart(&sites, at, room))
        }
    };
    let left = columns.saturating_sub(width(&site).saturating_add(1));
    let account = if several { accounts.fit(entry.id, left) } else { only_account(&account, left) };
    (site, account, several)
}

/// Finds the entries of one site without comparing it with all there are.
#[derive(Debug, Default)]
pub struct Sites {
    /// Hashes of site and account, and the position of the entry; sorted.
    places: Vec<(u64, u64, u32)>,
}

impl Sites {
    pub fn of(entries: &[Arc<Entry>]) -> Sites {
        let place = |(at, entry): (usize, &Arc<Entry>)| {
            let (site, account) = parts(entry);
            (hash(&site), hash(&account), at as u32)
        };
        let mut places: Vec<(u64, u64, u32)> = entries.iter().enumerate().map(place).collect();
        places.sort_unstable();
        Sites { places }
    }

    /// Those of the site of one entry, itself too, and whether another of them has the same account.
    pub fn same<'a>(&self, entries: &'a [Arc<Entry>], entry: &Entry) -> (Vec<&'a Arc<Entry>>, bool) {
        let (site, account) = parts(entry);
        let (site, account) = (hash(&site), hash(&account));
        let from = self.places.partition_point(|place| place.0 < site);
        let places = self.places[from..].iter().take_while(|place| place.0 == site);
        let twins = places.clone().filter(|place| place.1 == account).count() > 1;
        (places.filter_map(|place| entries.get(place.2 as usize)).collect(), twins)
    }
}

/// How site and account of a row share its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// In columns of their own.
    Columns { site: u16, account: u16 },
    /// The account one column behind the site, in so many columns together.
    Beside(u16),
}

/// A name as a row shows it.
pub struct Shown {
    pub site: String,
    pub account: String,
}

struct Row<'a> {
    id: EntryId,
    site: Cow<'a, str>,
    account: Cow<'a, str>,
    /// Whether the site has other accounts.
    several: bool,
    /// Those, where this one can't be shown as it is.
    accounts: Option<Rc<Accounts>>,
    room: Room,
}

impl<'a> Row<'a> {
    /// `before` are the rows above it, some of the same site.
    fn of(entries: &'a [Arc<Entry>], sites: &Sites, (entry, room): (&'a Entry, Room), before: &[Row<'a>]) -> Row<'a> {
        let (site, account) = parts(entry);
        let (same, twins) = sites.same(entries, entry);
        let fits = match room {
            Room::Columns { account: columns, .. } => width(&account) <= columns,
            Room::Beside(columns) => width(&site).saturating_add(1).saturating_add(width(&account)) <= columns,
        };
        let several = same.len() > 1;
        let accounts = (several && (twins || !fits)).then(|| {
            let known = before.iter().filter(|row| row.site == site).find_map(|row| row.accounts.clone());
            known.unwrap_or_else(|| Rc::new(Accounts::of(same)))
        });
        Row { id: entry.id, site, account, several, accounts, room }
    }

    /// Columns for the site.
    fn site_room(&self) -> u16 {
        match (self.room, &self.accounts) {
            (Room::Columns { site, .. }, _) => site,
            (Room::Beside(columns), Some(accounts)) => accounts.leave(self.id, &self.site, columns),
            (Room::Beside(columns), None) => columns,
        }
    }

    fn with_site(&self, site: String) -> Shown {
        let left = match self.room {
            Room::Columns { account, .. } => account,
            Room::Beside(columns) => columns.saturating_sub(width(&site).saturating_add(1)),
        };
        let account = match &self.accounts {
            Some(accounts) => accounts.fit(self.id, left),
            None if self.several => self.account.to_string(),
            None => only_account(&self.account, left),
        };
        Shown { site, account }
    }
}

/// The names of the rows on the screen, no two of them alike. Each row has its own room; `sites` tells which of `entries` are of
/// the same site, so that an account differs from those that are not on the screen, too.
pub fn of_rows(entries: &[Arc<Entry>], sites: &Sites, rows: &[(&Entry, Room)]) -> Vec<Shown> {
    let rows = rows.iter().fold(Vec::with_capacity(rows.len()), |mut before: Vec<Row<'_>>, row| {
        before.push(Row::of(entries, sites, *row, &before));
        before
    });
    let mut labels: Vec<&str> = Vec::new();
    for row in &rows {
        if !labels.contains(&row.site.as_ref()) {
            labels.push(&row.site);
        }
    }
    let rooms: Vec<u16> = rows.iter().map(Row::site_room).collect();
    let shown = |row: &Row<'_>| {
        // A site is cut alike in all of its rows.
        let alike = rows.iter().zip(&rooms).filter(|(other, _)| other.site == row.site);
        let room = alike.map(|(_, room)| *room).min().unwrap_or(0);
        let at = labels.iter().position(|label| *label == row.site).unwrap_or(0);
        row.with_site(fit_apart(&labels, at, room))
    };
    rows.iter().map(shown).collect()
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
