//! Joining two copies of a vault: commutative, associative, idempotent, and no edit is lost.
//! Every field is a join of its own, told apart by stamps. A purge hides what is older than it; taking that out is the store's work,
//! since a join that forgets could not be associative.

pub(super) mod json;

use super::entry::{Entry, HISTORY, RecoveryCode};
use super::stamp::{Stamp, Stamped};
use super::{Method, RetiredKey, Vault};
use crate::error::{Error, ErrorKind, Result};
use crate::otp::{Credential, Kind};
use serde_json::Map;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The join of two copies of one vault. Vaults of different ids are refused.
pub fn vault(ours: &Vault, theirs: &Vault) -> Result<Vault> {
    if ours.id != theirs.id {
        return Err(Error::new(ErrorKind::NotTrusted, "these are two different vaults and can't be merged")
            .hint("export one and import it into the other"));
    }
    let mut clocks = ours.clocks.clone();
    for (device, theirs) in &theirs.clocks {
        let clock = clocks.entry(*device).or_insert(*theirs);
        *clock = (*theirs).max(*clock);
    }
    let mut unread: Vec<_> = ours.unread.iter().chain(&theirs.unread).cloned().collect();
    unread.sort();
    unread.dedup();
    Ok(Vault {
        version: ours.version.max(theirs.version),
        id: ours.id.clone(),
        name: newer(&ours.name, &theirs.name),
        entries: entries(&ours.entries, &theirs.entries),
        methods: methods(&ours.methods, &theirs.methods),
        retired: retired(&ours.retired, &theirs.retired),
        clocks,
        devices: ours.devices.join(&theirs.devices),
        unread,
        extra: json::objects(&ours.extra, &theirs.extra),
    })
}

/// Both lists are sorted by id, and so is the result.
fn entries(ours: &[Arc<Entry>], theirs: &[Arc<Entry>]) -> Vec<Arc<Entry>> {
    let mut all = Vec::with_capacity(ours.len().max(theirs.len()));
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    loop {
        let order = match (ours.peek(), theirs.peek()) {
            (Some(our), Some(their)) => our.id.cmp(&their.id),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return all,
        };
        match order {
            Ordering::Less => all.extend(ours.next().cloned()),
            Ordering::Greater => all.extend(theirs.next().cloned()),
            Ordering::Equal => {
                let pair = ours.next().zip(theirs.next());
                all.extend(pair.map(|(our, their)| if our == their { our.clone() } else { Arc::new(entry(our, their)) }));
            }
        }
    }
}

/// The join of two copies of one entry.
pub fn entry(ours: &Entry, theirs: &Entry) -> Entry {
    let mut tags = ours.tags.clone();
    for (tag, flag) in &theirs.tags {
        let ours = tags.entry(tag.clone()).or_insert_with(|| flag.clone());
        *ours = newer(ours, flag);
    }
    let mut superseded: Vec<Stamp> = ours.superseded.iter().chain(&theirs.superseded).copied().collect();
    superseded.sort();
    superseded.dedup();
    let (recovery_codes, recovery_history) = recovery(ours, theirs);
    let mut joined = Entry {
        id: ours.id,
        created: ours.created.max(theirs.created),
        issuer: newer(&ours.issuer, &theirs.issuer),
        account: newer(&ours.account, &theirs.account),
        note: newer(&ours.note, &theirs.note),
        pinned: newer(&ours.pinned, &theirs.pinned),
        status: newer(&ours.status, &theirs.status),
        credential: ours.credential.clone(),
        counter: ours.counter,
        candidate: None,
        rivals: Vec::new(),
        history: ours.history.iter().chain(&theirs.history).cloned().collect(),
        superseded,
        counted: ours.counted.join(&theirs.counted),
        tags,
        order: newer(&ours.order, &theirs.order),
        recovery_codes,
        recovery_history,
        deleted: ours.deleted.max(theirs.deleted),
        purged: ours.purged.max(theirs.purged),
        raw: json::maybe(&ours.raw, &theirs.raw),
        extra: Map::new(),
    };
    join_credentials(&mut joined, ours, theirs);
    join_candidates(&mut joined, ours, theirs);
    tidy_history(&mut joined);
    joined
}

fn newer<T: Ord + Clone>(ours: &Stamped<T>, theirs: &Stamped<T>) -> Stamped<T> {
    ours.max(theirs).clone()
}

/// By stamp, then by everything but the counter, which is a join of its own.
fn compare(a: &Stamped<Credential>, b: &Stamped<Credential>) -> Ordering {
    a.at.cmp(&b.at).then_with(|| compare_values(&a.value, &b.value))
}

/// By everything but the counter.
pub(super) fn compare_values(a: &Credential, b: &Credential) -> Ordering {
    let parts = |of: &Credential| (of.kind, of.digits, of.period);
    let order = parts(a).cmp(&parts(b)).then_with(|| a.secret.cmp(&b.secret));
    order.then_with(|| a.algorithm.cmp(&b.algorithm)).then_with(|| a.pin.cmp(&b.pin))
}

/// The larger credential stays, with the larger counter where both have it; the other one goes to the history.
/// One that could not be read is in `extra` and loses or wins there.
fn join_credentials(joined: &mut Entry, ours: &Entry, theirs: &Entry) {
    let order = compare(&ours.credential, &theirs.credential);
    let (won, lost) = if order == Ordering::Less { (theirs, ours) } else { (ours, theirs) };
    joined.credential = won.credential.clone();
    joined.counter = won.counter;
    if order == Ordering::Equal {
        let enrolled = &mut joined.credential.value.counter;
        *enrolled = lost.credential.value.counter.max(*enrolled);
        joined.counter = won.counter.max(lost.counter);
        joined.extra = json::objects(&won.extra, &lost.extra);
        return;
    }
    let mut gave_way = Entry { extra: lost.extra.clone(), ..Entry::tombstone(lost.id, None) };
    if !gave_way.keep_unread_credential() && !lost.has_no_credential() {
        joined.history.push(with_counter(&lost.credential, lost.counter));
    }
    joined.extra = json::objects(&won.extra, &gave_way.extra);
}

fn with_counter(credential: &Stamped<Credential>, counter: u64) -> Stamped<Credential> {
    let mut credential = credential.clone();
    credential.value.counter = credential.value.counter.max(counter);
    credential
}

/// The largest candidate that neither gave way on purpose nor was confirmed, and the others of that kind as its rivals.
/// The rest goes to the history.
fn join_candidates(joined: &mut Entry, ours: &Entry, theirs: &Entry) {
    let all = [ours, theirs].into_iter().flat_map(|copy| copy.candidate.as_deref().into_iter().chain(&copy.rivals));
    let gave_way = |candidate: &&Stamped<Credential>| {
        let mut confirmed = joined.history.iter().chain([&joined.credential]);
        joined.superseded.binary_search(&candidate.at).is_ok() || confirmed.any(|it| compare(it, candidate) == Ordering::Equal)
    };
    let (old, mut open): (Vec<_>, Vec<_>) = all.cloned().partition(|candidate| gave_way(&candidate));
    joined.history.extend(old);
    each_once(&mut open);
    let mut open = open.into_iter();
    joined.candidate = open.next().map(Box::new);
    joined.rivals = open.collect();
}

/// Newest first, each once with the largest counter met.
fn each_once(credentials: &mut Vec<Stamped<Credential>>) {
    credentials.sort_by(|a, b| compare(b, a));
    credentials.dedup_by(|later, kept| {
        let same = compare(later, kept) == Ordering::Equal;
        if same {
            kept.value.counter = kept.value.counter.max(later.value.counter);
        }
        same
    });
}

/// Newest first, each once; of those replaced on purpose the newest [`HISTORY`] that are not in use under a newer stamp,
/// of those that lost a merge all.
pub fn tidy_history(entry: &mut Entry) {
    share_counters(entry);
    count_as_one(entry);
    let mut all = std::mem::take(&mut entry.history);
    each_once(&mut all);
    let mut kept: Vec<Stamped<Credential>> = Vec::with_capacity(all.len());
    let mut replaced = 0;
    for old in all {
        let mut in_use = [&entry.credential].into_iter().chain(entry.candidate.as_deref()).chain(&entry.rivals);
        if in_use.any(|used| compare(used, &old) == Ordering::Equal) {
            continue;
        }
        if entry.superseded.binary_search(&old.at).is_ok() {
            let is_again =
                |newer: &Stamped<Credential>| newer.at > old.at && compare_values(&newer.value, &old.value) == Ordering::Equal;
            // A candidate may be given up: what it is of the same secret says nothing of how far that was counted.
            let is_double = is_again(&entry.credential) || kept.iter().any(is_again);
            if is_double || replaced == HISTORY {
                if old.value.kind == Kind::Hotp {
                    entry.counted.note_gone(&old);
                }
                continue;
            }
            replaced += 1;
        }
        kept.push(old);
    }
    entry.history = kept;
    if !entry.counted.gone.is_empty() {
        let all = [&entry.credential].into_iter().chain(entry.candidate.as_deref()).chain(&entry.rivals).chain(&entry.history);
        all.filter(|one| one.value.kind == Kind::Hotp).for_each(|one| entry.counted.note_there(one));
    }
}

/// Those that go on counting where others were left have one counter with them.
fn count_as_one(entry: &mut Entry) {
    if entry.counted.is_empty() {
        return;
    }
    let known = |of: &Stamped<Credential>| match of.value.kind {
        Kind::Hotp => entry.counted.known(of).unwrap_or(0),
        _ => 0,
    };
    entry.counter = entry.counter.max(known(&entry.credential));
    for credential in entry.candidate.as_deref_mut().into_iter().chain(&mut entry.rivals).chain(&mut entry.history) {
        credential.value.counter = credential.value.counter.max(known(credential));
    }
    let current = with_counter(&entry.credential, entry.counter);
    let all = entry.candidate.as_deref().into_iter().chain(&entry.rivals).chain(&entry.history).chain([&current]);
    let counting = all.filter(|one| one.value.kind == Kind::Hotp).map(|one| (one.at, one.value.counter));
    let shared = entry.counted.share(counting);
    let counter = |of: &Stamped<Credential>| shared.get(&of.at).copied().filter(|_| of.value.kind == Kind::Hotp);
    entry.counter = counter(&entry.credential).unwrap_or(entry.counter);
    for credential in entry.candidate.as_deref_mut().into_iter().chain(&mut entry.rivals).chain(&mut entry.history) {
        credential.value.counter = counter(credential).unwrap_or(credential.value.counter);
    }
}

/// One stamp and value in two roles, which needs two machines with one device id, has one counter.
fn share_counters(entry: &mut Entry) {
    if entry.candidate.is_none() && entry.rivals.is_empty() && entry.history.is_empty() {
        return;
    }
    let current = with_counter(&entry.credential, entry.counter);
    let mut all: Vec<_> =
        entry.candidate.as_deref().into_iter().chain(&entry.rivals).chain(&entry.history).cloned().chain([current]).collect();
    each_once(&mut all);
    let counter = |of: &Stamped<Credential>| {
        let found = all.iter().find(|one| compare(one, of) == Ordering::Equal);
        found.map_or(of.value.counter, |found| found.value.counter)
    };
    entry.counter = counter(&entry.credential);
    for credential in entry.candidate.as_deref_mut().into_iter().chain(&mut entry.rivals) {
        credential.value.counter = counter(credential);
    }
}

/// The newest set, and all older ones that hold any codes. Use of a code is joined within its set.
fn recovery(ours: &Entry, theirs: &Entry) -> (Stamped<Vec<RecoveryCode>>, Vec<Stamped<Vec<RecoveryCode>>>) {
    let sets = |of: &Entry| [&of.recovery_codes].into_iter().chain(&of.recovery_history).cloned().collect::<Vec<_>>();
    let mut all = sets(ours);
    all.extend(sets(theirs));
    let key = |set: &Stamped<Vec<RecoveryCode>>| (set.at, set.value.iter().map(|code| code.code.clone()).collect::<Vec<_>>());
    all.sort_by_cached_key(|set| std::cmp::Reverse(key(set)));
    all.dedup_by(|later, kept| {
        let same = key(later) == key(kept);
        if same {
            for (kept, later) in kept.value.iter_mut().zip(&later.value) {
                kept.used = newer(&kept.used, &later.used);
            }
        }
        same
    });
    let newest = all.remove(0);
    all.retain(|set| !set.value.is_empty());
    (newest, all)
}

/// A method is known by its recipient.
fn methods(ours: &[Method], theirs: &[Method]) -> Vec<Method> {
    let mut all: BTreeMap<&str, Method> = BTreeMap::new();
    for method in ours.iter().chain(theirs) {
        let Some(known) = all.get_mut(method.recipient.as_str()) else {
            all.insert(&method.recipient, method.clone());
            continue;
        };
        let named = |of: &Method| (of.added, of.name.clone(), of.kind.clone());
        let (added, name, kind) = named(known).max(named(method));
        let removed = known.removed.max(method.removed);
        let extra = json::objects(&known.extra, &method.extra);
        *known = Method { name, kind, recipient: method.recipient.clone(), added, removed, extra };
    }
    let mut all: Vec<Method> = all.into_values().collect();
    sort_methods(&mut all);
    all
}

fn retired(ours: &[RetiredKey], theirs: &[RetiredKey]) -> Vec<RetiredKey> {
    let mut all: Vec<RetiredKey> = ours.iter().chain(theirs).cloned().collect();
    all.sort_by(|a, b| a.identity.cmp(&b.identity).then(b.retired.cmp(&a.retired)));
    all.dedup_by(|later, kept| later.identity == kept.identity);
    sort_retired(&mut all);
    all
}

/// Oldest first.
pub fn sort_methods(methods: &mut [Method]) {
    methods.sort_by(|a, b| (a.added, &a.recipient).cmp(&(b.added, &b.recipient)));
}

/// Oldest first.
pub fn sort_retired(retired: &mut [RetiredKey]) {
    retired.sort_by(|a, b| (a.retired, &a.identity).cmp(&(b.retired, &b.identity)));
}
