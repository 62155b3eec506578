//! The orders to copy a code: a time-based one, never stale, and a counter's, never taken twice.

use crate::ops::change::Change;
use crate::otp::Credential;
use crate::ports::CopyKind;
use crate::tui::command::Command;
use crate::tui::msg::{Copied, Job, Then};
use crate::tui::state::{Common, Tone};
use crate::tui::widget::code::face;
use crate::vault::entry::{Entry, EntryId};

/// What a copied code of an entry's secret in use is called. Where a new secret waits it is said that this is the old one's.
pub fn code_name(common: &Common, entry: &Entry) -> String {
    let secret = secret_name(common, entry);
    if entry.has_waiting_secret() { format!("the code of {secret}") } else { secret }
}

/// What an entry's secret in use is called behind "the next code of".
pub fn secret_name(common: &Common, entry: &Entry) -> String {
    let name = common.name_of(entry);
    if entry.has_waiting_secret() { format!("the old secret of {name}") } else { name }
}

/// Copies the code of now, or the one after it where asked for or where this one is about to end.
/// Counts as a use of the entry, where one is given. `None` where the credential has no code by time.
pub fn time_code(
    common: &Common,
    credential: &Credential,
    name: String,
    entry: impl Into<Option<EntryId>>,
    next: bool,
) -> Option<Job> {
    let face = face(credential, common.now.unix())?;
    let stale = !next && face.left_s < common.config.min_left_s;
    let (text, valid_s) =
        if next || stale { (face.next, face.left_s.saturating_add(face.period_s)) } else { (face.code, face.left_s) };
    let what = if next { format!("the next code of {name}") } else { name };
    let said = Copied { what, valid_s: Some(valid_s), next_instead: stale, entry: entry.into(), used_up: None };
    Some(Job::Copy { text, kind: CopyKind::Code, said })
}

/// How a copy was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// By the copy key: a counter takes its next code.
    Code,
    /// By a digit, a label or a double click: a counter stays where it is.
    Visible,
    /// The code after this one.
    Next,
}

/// The order to copy a counter's code: the one that is shown, or the next one. `None` where there is none to copy, which is said.
pub fn counter_code(common: &mut Common, entry: &Entry, want: Want) -> Option<Job> {
    if want != Want::Next
        && let Some(shown) = common.counter_code(entry.id)
    {
        let what = code_name(common, entry);
        let said = Copied { what, valid_s: None, next_instead: false, entry: Some(entry.id), used_up: None };
        return Some(Job::Copy { text: shown.code.clone(), kind: CopyKind::Code, said });
    }
    if want != Want::Code {
        let leads = if entry.has_waiting_secret() { "leads to the next one" } else { "takes the next one" };
        common.say(Tone::Note, format!("{} counts its codes", common.name_of(entry)));
        common.offer(Command::Copy, leads);
        return None;
    }
    if let Some(reason) = common.read_only() {
        common.say(Tone::Note, reason);
        return None;
    }
    // The answer of an earlier press is under way: it copies the code it took.
    if !common.counters_asked.insert(entry.id) {
        return None;
    }
    Some(Job::Apply { change: Change::NextCode(entry.id), then: Then::CopyNextCode(entry.id) })
}
