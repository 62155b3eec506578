//! A page to print: one HTML file that needs nothing else, with a QR code for each account. Each code is a link to itself,
//! so the page is read back from its links.

mod page;

use super::links::{self, Candidate};
use super::otpauth::{self, LINKS};
use super::qr::code::Code;
use super::read::json::damaged;
use super::target::Target;
use super::{Draft, Encryption, ForeignFile, Format, Found, Sealing, Writer, Written};
use crate::error::Result;
use crate::secret::SecretText;

pub struct Print;

impl Format for Print {
    fn id(&self) -> &'static str {
        "print"
    }

    fn name(&self) -> &'static str {
        "Page to print"
    }

    fn how_to_get(&self) -> &'static str {
        "countersign export --format print --output page.html; open it in a browser and print it"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.text().is_some_and(page::is_ours)
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let text = file.text().ok_or_else(|| damaged("the page is not text"))?;
        let links = page::links(text);
        let candidates = links.iter().enumerate();
        let mut found = links::read(
            candidates.map(|(index, link)| Candidate { place: format!("code {}", index + 1), text: link.expose().trim().into() }),
        )?;
        if !page::is_whole(text) {
            found.warnings.push("The page is cut short: accounts may be missing.".into());
        }
        Ok(found)
    }

    fn writer(&self) -> Option<&dyn Writer> {
        Some(self)
    }
}

const PAGE: Target = Target { holds: "The page holds", ..LINKS };

impl Writer for Print {
    fn encryption(&self) -> Encryption {
        Encryption::Never
    }

    fn ending(&self) -> &'static str {
        "html"
    }

    fn write(&self, drafts: &[Draft], _: &Sealing) -> Result<Written> {
        let (mut linked, mut lost) = otpauth::links_of(drafts, &PAGE);
        let mut codes = Vec::with_capacity(linked.len());
        linked.retain(|(draft, link)| match Code::of(&otpauth::brief(link)) {
            Some(code) => {
                codes.push(code);
                true
            }
            None => {
                lost.push(format!("{} was left out: its link is too long for a QR code.", draft.label()));
                false
            }
        });
        let bytes = page::write(linked.iter().zip(&codes).map(|((draft, link), code)| (*draft, link, code)));
        let fit: Vec<&Draft> = linked.iter().map(|(draft, _)| *draft).collect();
        Ok(Written::of(drafts, &fit, bytes, lost))
    }
}
