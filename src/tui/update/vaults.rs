//! Going over to another vault, and what came of sending entries to one.

use super::done::renew;
use super::{leave, to_asker};
use crate::error::Result;
use crate::ops::send::{Sending, Sent};
use crate::ops::unlock::Opening;
use crate::tui::msg::{Asker, Done, Effect, OtherVault, SendOrder, Snapshot};
use crate::tui::state::{State, Tone, sentence};

/// The vault that was open is locked, and the other one asks for its passphrase. An unlock that is remembered stays so, for
/// nobody went away.
pub(super) fn switched(state: &mut State, asker: Asker, other: OtherVault) -> Vec<Effect> {
    if state.place_of(asker).is_none() {
        return Vec::new();
    }
    state.common.go_to(other.vault);
    state.common.ways = other.ways;
    state.common.vault_exists = true;
    let mut effects = leave(state, None);
    if other.is_remembered {
        effects.extend(state.unlock_with(Opening::Remembered));
    }
    effects
}

pub(super) fn sent(
    state: &mut State,
    asker: Asker,
    order: SendOrder,
    snapshot: Option<Snapshot>,
    result: Result<(Sent, Vec<String>)>,
) -> Vec<Effect> {
    renew(state, snapshot);
    if let Ok((sent, warnings)) = &result {
        say(state, &order, sent, warnings);
    }
    to_asker(state, asker, Done::Sent { order, snapshot: None, result })
}

fn say(state: &mut State, order: &SendOrder, sent: &Sent, warnings: &[String]) {
    let said = format!("{} {} to {}{}", order.done(), order.what, order.to.name, sent.already());
    let aside = match (warnings, sent.counters.as_slice(), order.sending) {
        ([], [], Sending::Copy) => String::new(),
        ([], [], Sending::Move) => "here it is in the trash".into(),
        ([], _, _) => "a site follows one count only: use one of the two copies".into(),
        (warnings, ..) => sentence(&warnings.join(" · ")),
    };
    let tone = if warnings.is_empty() && sent.counters.is_empty() { Tone::Done } else { Tone::Warning };
    state.common.say_with(tone, said.clone(), aside);
    if order.sending == Sending::Move {
        state.common.note_undo(sent.outcome.undo.clone(), said);
        state.common.offer_undo();
    }
}
