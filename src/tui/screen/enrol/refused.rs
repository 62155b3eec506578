//! The site said no: what it may be, and the ways on.

use super::trial::Tried;
use crate::otp::Kind;
use crate::tui::command::Command;
use crate::tui::layout::{put, wrap};
use crate::tui::screen::Event;
use crate::tui::state::Common;
use crate::tui::theme::Role;
use crate::tui::widget::code::grouped;
use crate::tui::widget::menu::Menu;
use crate::words::utc;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Debug)]
pub struct Refused {
    menu: Menu,
    ways: Vec<(&'static str, Way)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Nothing,
    Back,
    Edit,
    Drop,
}

impl Refused {
    pub fn new(tried: &Tried) -> Refused {
        let ways = match tried.is_candidate {
            true => vec![("Try again", Way::Back), ("Drop the new secret, keep the old one", Way::Drop)],
            false => vec![
                ("Try again", Way::Back),
                ("Correct the details", Way::Edit),
                ("Drop it: move the entry to the trash", Way::Drop),
            ],
        };
        Refused { menu: Menu::default(), ways }
    }

    pub fn handle(&mut self, event: &Event) -> Way {
        match event {
            Event::Command(Command::Accept) => self.ways.get(self.menu.selected).map_or(Way::Nothing, |(_, way)| *way),
            Event::Command(Command::Back) => Way::Back,
            Event::Command(command) => {
                self.menu.move_by(*command, self.ways.len());
                Way::Nothing
            }
            _ => Way::Nothing,
        }
    }
}

pub fn draw(refused: &Refused, common: &Common, buffer: &mut Buffer, area: Rect, tried: &Tried) {
    let theme = &common.theme;
    let menu = refused.ways.len() as u16;
    let ways: Vec<(&str, &str)> = refused.ways.iter().map(|(text, _)| (*text, "")).collect();
    // The ways on matter most: what there is to read gets the rows that are left.
    let read = area.height.saturating_sub(menu + 1);
    let columns = area.width.min(76);
    let gaps = read >= 14;
    let mut lines: Vec<(String, Role)> = Vec::new();
    for (what, why) in reasons(common, tried) {
        if gaps && !lines.is_empty() {
            lines.push((String::new(), Role::Text));
        }
        lines.push((what, Role::Text));
        lines.extend(wrap(&why, columns.saturating_sub(2)).into_iter().map(|line| (format!("  {line}"), Role::Second)));
    }
    for ((line, role), y) in lines.iter().take(read.into()).zip(area.y..) {
        let indent = (line.len() - line.trim_start().len()) as u16;
        put(buffer, area.x + indent, y, columns.saturating_sub(indent), line.trim_start(), theme.style(*role));
    }
    let y = area.y + (lines.len() as u16).min(read) + u16::from(read > 0);
    refused.menu.draw(buffer, common, Rect { y, height: area.bottom().saturating_sub(y), ..area }, &ways);
}

/// What it may be, the likeliest first, each with how to find out.
fn reasons(common: &Common, tried: &Tried) -> Vec<(String, String)> {
    let credential = &tried.credential;
    let mut reasons = Vec::new();
    if credential.is_time_based() {
        let now = common.now.unix();
        reasons.push((
            format!("Is this machine's clock right? It says {} UTC.", utc(now)),
            format!("Compare it with another: more than about {} s off, and no code fits.", credential.period.min(3600)),
        ));
        let at = |unix: u64| credential.code_at(unix).map_or_else(|_| "none".to_owned(), |window| grouped(window.code.expose()));
        let before = now.checked_sub(credential.period).map_or_else(|| "none".to_owned(), at);
        reasons.push((
            "Was it a moment too early or too late?".into(),
            format!(
                "The code before was {before}, the next will be {}. If the site takes one of them, a clock is off.",
                at(now.saturating_add(credential.period))
            ),
        ));
    } else if credential.kind == Kind::Hotp {
        reasons.push((
            format!("Does the site expect another counter? The next one here is {}.", credential.counter),
            "Most sites look a few codes ahead: take another one. The counter can be set among the details.".into(),
        ));
    }
    reasons.push((
        format!("Does the site use other parameters? These are {}.", credential.parameters(credential.counter)),
        match tried.is_candidate {
            true => "The site's help may name the kind, the digits or the period.".into(),
            false => {
                "The site's help may name the kind, the digits or the period. They can be corrected among the details.".into()
            }
        },
    ));
    reasons.push((
        "Is it this secret?".into(),
        "Showing a QR code anew often makes a new secret and voids the old one: scan or copy the newest.".into(),
    ));
    reasons
}
