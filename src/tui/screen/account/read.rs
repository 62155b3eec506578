//! What the form of an account holds, checked: each complaint stands beside its row.

use super::{Account, AccountForm, Name, Purpose};
use crate::ops::check;
use crate::otp::uri::{self, Labelled, UriError};
use crate::otp::{Credential, Kind, NotComputable};
use crate::secret::{Secret, SecretText};
use crate::tui::state::{explain, sentence};

impl AccountForm {
    /// What the form holds; `None` where something is wrong, which then stands beside its row.
    pub fn read(&mut self) -> Option<Account> {
        self.form.clear_errors();
        let mut issuer = self.form.text(Name::Issuer).trim().to_owned();
        let mut account = self.form.text(Name::Account).trim().to_owned();
        if let (true, true, Some(Ok(link))) = (issuer.is_empty(), account.is_empty(), self.link()) {
            (issuer, account) = (link.issuer.unwrap_or_default(), link.account.unwrap_or_default());
        }
        let tags = tags_of(self.form.text(Name::Tags));
        // A note that was not touched stays as it was, to the last blank.
        let note = self.form.text(Name::Note);
        let note = if self.is_untouched(Name::Note) { self.before.note.clone() } else { note.to_owned() };
        if self.purpose != Purpose::Edit && issuer.is_empty() && account.is_empty() {
            self.form.set_error(Name::Issuer, Some("Name the site, or at least the account.".into()));
        }
        for (name, result) in [
            (Name::Issuer, check::name("issuer", &issuer)),
            (Name::Account, check::name("account", &account)),
            (Name::Tags, check::tags(&tags)),
            (Name::Note, check::note(&note)),
        ] {
            if let Err(error) = result {
                self.form.set_error(name, Some(explain(&error)));
            }
        }
        let credential = self.read_credential();
        if self.form.go_to_error() {
            if self.unfolded_by_error() {
                self.unfolded = true;
                let focused = self.form.focused();
                self.arrange();
                self.form.go_to(focused);
            }
            return None;
        }
        let pinned = if self.purpose == Purpose::Edit { self.form.chosen(Name::Pinned) == 1 } else { self.before.pinned };
        Some(Account { issuer, account, note, tags, pinned, credential: credential? })
    }

    /// The link in the place of the secret, if that is one: it is taken as a whole.
    fn link(&self) -> Option<Result<Labelled, UriError>> {
        let typed = self.form.text(Name::Secret);
        typed.contains("://").then(|| uri::parse(typed))
    }

    fn unfolded_by_error(&self) -> bool {
        !self.unfolded && !matches!(self.form.focused(), Name::Issuer | Name::Account | Name::Tags | Name::Note)
    }

    fn read_credential(&mut self) -> Option<Credential> {
        let before = &self.before.credential;
        if !self.credential_changed() && self.purpose == Purpose::Edit {
            // Nothing to read anew; an odd credential stays as it is.
            return match (self.kind, number::<u64>(self.form.text(Name::Counter))) {
                (Kind::Hotp, Some(counter)) => Some(Credential { counter, ..before.clone() }),
                (Kind::Hotp, None) => self.wrong(Name::Counter, "A counter is a whole number."),
                _ => Some(before.clone()),
            };
        }
        if !matches!(self.kind, Kind::Totp | Kind::Hotp | Kind::Steam | Kind::Motp | Kind::Yandex) {
            return Some(before.clone());
        }
        if let Some(link) = self.link() {
            return match link {
                Ok(link) => self.check(link.credential),
                Err(error) => self.wrong(Name::Secret, &format!("{}.", sentence(&error.to_string()))),
            };
        }
        let typed = self.form.text(Name::Secret);
        let secret = match self.kind.read_secret(typed) {
            _ if typed.trim().is_empty() => return self.wrong(Name::Secret, "The secret is missing."),
            None => {
                let why = sentence(&self.kind.why_no_secret(typed));
                let stop = if why.ends_with('?') { "" } else { "." };
                return self.wrong(Name::Secret, &format!("{why}{stop}"));
            }
            Some(secret) => secret,
        };
        let most = if self.kind == Kind::Steam { 6 } else { 10 };
        let digits = number::<u32>(self.form.text(Name::Digits)).filter(|digits| (1..=most).contains(digits));
        let Some(digits) = digits else {
            let text = if most == 6 { "A Steam code has 1 to 6 characters." } else { "A code has 1 to 10 digits." };
            return self.wrong(Name::Digits, text);
        };
        let mut credential = Credential { digits, algorithm: self.algorithm(), ..Credential::new(self.kind, secret) };
        if !matches!(self.kind, Kind::Totp | Kind::Hotp) {
            credential.algorithm = Credential::new(self.kind, Secret::new(Vec::new())).algorithm;
        }
        if self.kind == Kind::Hotp {
            match number(self.form.text(Name::Counter)) {
                Some(counter) => credential.counter = counter,
                None => return self.wrong(Name::Counter, "A counter is a whole number."),
            }
        } else {
            match number(self.form.text(Name::Period)).filter(|period| (1..=check::PERIOD).contains(period)) {
                Some(period) => credential.period = period,
                None => return self.wrong(Name::Period, "A period is a number of seconds, usually 30."),
            }
        }
        let pin = self.form.text(Name::Pin);
        if matches!(self.kind, Kind::Motp | Kind::Yandex) && !pin.is_empty() {
            credential.pin = Some(SecretText::new(pin));
        }
        self.check(credential)
    }

    /// What only the whole credential tells.
    fn check(&mut self, credential: Credential) -> Option<Credential> {
        match credential.check() {
            Err(NotComputable::PinMissing) if self.purpose == Purpose::Edit => {}
            Err(NotComputable::PinMissing) => return self.wrong(Name::Pin, "The PIN is missing: it is part of every code."),
            Err(NotComputable::UnknownAlgorithm(_)) => {
                return self.wrong(Name::Algorithm, "No codes can be made with this hash: choose another.");
            }
            Err(why) => return self.wrong(Name::Secret, &format!("{}.", sentence(&why.to_string()))),
            Ok(()) => {}
        }
        match check::credential(&credential) {
            Ok(()) => Some(credential),
            Err(error) => self.wrong(Name::Secret, &explain(&error)),
        }
    }

    fn wrong(&mut self, name: Name, text: &str) -> Option<Credential> {
        self.form.set_error(name, Some(text.to_owned()));
        None
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

/// The tags in a text with commas between them, each once.
fn tags_of(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(|tag| tag.split_whitespace().collect::<Vec<_>>().join(" ")) {
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}
