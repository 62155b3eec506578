//! The order to copy a time-based code, never a stale one.

use crate::otp::Credential;
use crate::ports::CopyKind;
use crate::tui::msg::{Copied, Job};
use crate::tui::state::Common;
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
