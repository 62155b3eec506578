//! The countdown: a thin line in half cells, and the seconds. Two thresholds show in the colour of the bar, in bold seconds,
//! and in a sign behind them.

use crate::tui::layout::put;
use crate::tui::theme::{Role, Theme};
use ratatui::buffer::Buffer;

/// Fifteen cells are thirty halves: with the usual period one half goes each second.
pub const CELLS: u16 = 15;
/// Columns of ` 21s‹`.
pub const SECONDS: u16 = 5;

/// How near the end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Calm,
    /// 10 s or less.
    Low,
    /// 5 s or less.
    Urgent,
}

impl Urgency {
    pub fn of(left_s: u64) -> Urgency {
        match left_s {
            0..=5 => Urgency::Urgent,
            6..=10 => Urgency::Low,
            _ => Urgency::Calm,
        }
    }

    pub fn role(self) -> Role {
        match self {
            Urgency::Calm => Role::Bar,
            Urgency::Low => Role::BarLow,
            Urgency::Urgent => Role::BarUrgent,
        }
    }

    /// The same without colour.
    pub fn sign(self) -> &'static str {
        match self {
            Urgency::Calm => "",
            Urgency::Low => "‹",
            Urgency::Urgent => "«",
        }
    }
}

/// Filled half cells of a bar: none only when nothing is left.
pub fn halves(cells: u16, left_s: u64, period_s: u64) -> u16 {
    if period_s == 0 {
        return 0;
    }
    let all = u64::from(cells) * 2;
    (all.saturating_mul(left_s.min(period_s))).div_ceil(period_s) as u16
}

/// Draws the bar alone.
pub fn draw(buffer: &mut Buffer, theme: &Theme, x: u16, y: u16, cells: u16, left_s: u64, period_s: u64) {
    let halves = halves(cells, left_s, period_s);
    let style = theme.style(Urgency::of(left_s).role());
    let full = halves / 2;
    put(buffer, x, y, full, &"━".repeat(full.into()), style);
    let mut at = full;
    if halves % 2 == 1 {
        put(buffer, x + at, y, 1, "╸", style);
        at += 1;
    }
    let rest = cells.saturating_sub(at);
    put(buffer, x + at, y, rest, &"─".repeat(rest.into()), theme.style(Role::BarRest));
}

/// At most four columns: `21s`, `24h`, `365d`, `>27y`.
fn short_time(seconds: u64) -> String {
    match seconds {
        0..1_000 => format!("{seconds}s"),
        1_000..60_000 => format!("{}m", seconds / 60),
        60_000..3_600_000 => format!("{}h", seconds / 3_600),
        3_600_000..86_400_000 => format!("{}d", seconds / 86_400),
        _ => ">3y".into(),
    }
}

/// Draws the seconds, right-aligned in three digits, with the sign of urgency.
pub fn draw_seconds(buffer: &mut Buffer, theme: &Theme, x: u16, y: u16, left_s: u64) {
    let urgency = Urgency::of(left_s);
    let number = short_time(left_s);
    let role = if urgency == Urgency::Calm { Role::Second } else { Role::Strong };
    let used = put(buffer, x, y, 4, &format!("{number:>4}"), theme.style(role));
    put(buffer, x + used, y, 1, urgency.sign(), theme.style(urgency.role()));
}
