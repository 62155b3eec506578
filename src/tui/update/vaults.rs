//! Going over to another vault, and what came of sending entries to one.

use super::done::renew;
use super::{lock, react, to_asker};
use crate::error::Result;
use crate::ops::send::{Sending, Sent};
use crate::ops::unlock::Opening;
use crate::tui::msg::{Done, Effect, OtherVault, SendOrder, Snapshot};
use crate::tui::screen::Screen;
use crate::tui::screen::create::Create;
use crate::tui::screen::vaults::{self, Purpose};
use crate::tui::state::{State, Tone, sentence};

/// The vault that was open is locked; the other one asks for its passphrase, or for a new one.
pub(super) fn switched(state: &mut State, result: Result<(OtherVault, bool)>) -> Vec<Effect> {
    let (other, is_there) = match result {
        Ok(switched) => switched,
        Err(error) => return to_asker(state, Done::Switched(Err(error))),
    };
    state.common.vault_name = other.vault.name;
    state.common.ways = other.ways;
    state.common.vault_exists = is_there;
    let mut effects = lock(state);
    if !is_there {
        // Whoever makes none after all finds the others below.
        let others = vaults::ask(Purpose::Open);
        state.screens.clear();
        effects.extend(react(state, others));
        state.screens.push(Screen::Create(Create::new()));
    } else if other.is_remembered {
        effects.extend(state.unlock_with(Opening::Remembered));
    }
    effects
}

pub(super) fn sent(
    state: &mut State,
    order: SendOrder,
    snapshot: Option<Snapshot>,
    result: Result<(Sent, Vec<String>)>,
) -> Vec<Effect> {
    state.common.busy_since = None;
    renew(state, snapshot);
    if let Ok((sent, warnings)) = &result {
        say(state, &order, sent, warnings);
    }
    to_asker(state, Done::Sent { order, snapshot: None, result })
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
