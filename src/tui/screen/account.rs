//! The form of an account, shared by enrolling and editing: its rows and what they show; `read` takes what they hold.

mod read;

use crate::otp::{Algorithm, Credential, Kind};
use crate::secret::{Secret, SecretText};
use crate::tui::screen::Event;
use crate::tui::state::Common;
use crate::tui::widget::form::{Form, Row, Touched};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    Issuer,
    Account,
    Secret,
    Pin,
    Pinned,
    Tags,
    Note,
    /// Unfolds the rows after it.
    More,
    /// To a new secret that waits to be tried.
    Candidate,
    Kind,
    Algorithm,
    Digits,
    Period,
    Counter,
}

/// What the form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A new account whose secret came from somewhere.
    EnrolFound,
    /// A new account whose secret is typed.
    EnrolTyped,
    Edit,
}

/// What a form begins with, and what it gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub issuer: String,
    pub account: String,
    pub note: String,
    pub tags: Vec<String>,
    pub pinned: bool,
    /// `counter` is the next one to use.
    pub credential: Credential,
}

#[derive(Debug)]
pub struct AccountForm {
    form: Form<Name>,
    purpose: Purpose,
    kinds: Vec<Kind>,
    algorithms: Vec<Algorithm>,
    /// The kind whose usual parameters stand in the form.
    kind: Kind,
    /// Whether the counter in the form is meant for a new secret.
    new_secret: bool,
    unfolded: bool,
    /// As it was when the form was opened, to tell what was changed.
    before: Account,
    /// The texts as opened: line ends and spaces may differ from what was given.
    texts_before: Vec<String>,
    changed: bool,
}

const TEXTS: [Name; 9] =
    [Name::Issuer, Name::Account, Name::Secret, Name::Pin, Name::Tags, Name::Note, Name::Digits, Name::Period, Name::Counter];

/// How kinds are called on the screen, and what they are.
fn about(kind: Kind) -> (String, &'static str) {
    let (name, about) = match kind {
        Kind::Totp => ("TOTP", "by time: what nearly every site uses"),
        Kind::Hotp => ("HOTP", "by a counter"),
        Kind::Steam => ("Steam", "five letters and digits, by time"),
        Kind::Motp => ("mOTP", "by time, with a PIN"),
        Kind::Yandex => ("Yandex", "eight letters, by time, with a PIN"),
        Kind::Received => ("received", "comes by SMS, mail or letter"),
        Kind::Unknown => ("unknown", "this version does not know this kind"),
    };
    (name.to_owned(), about)
}

impl AccountForm {
    pub fn new(account: Account, purpose: Purpose) -> AccountForm {
        let credential = &account.credential;
        let mut kinds = vec![Kind::Totp, Kind::Hotp, Kind::Steam, Kind::Motp, Kind::Yandex];
        let computed = kinds.contains(&credential.kind);
        if !computed {
            kinds = vec![credential.kind];
        }
        let mut algorithms = Algorithm::KNOWN.to_vec();
        if !algorithms.contains(&credential.algorithm) {
            algorithms.push(credential.algorithm.clone());
        }
        let kind_at = kinds.iter().position(|kind| *kind == credential.kind).unwrap_or(0);
        let algorithm_at = algorithms.iter().position(|known| *known == credential.algorithm).unwrap_or(0);
        let algorithm_rows = algorithms.iter().map(|known| (known.name().to_owned(), "")).collect();
        let number = |name, label, number: u64| Row::text(name, label, &number.to_string()).proposed();

        let secret = Row::kept(Name::Secret, "secret", "new secret", &credential.secret_text())
            .hint("The letters and digits the site shows. Spaces and dashes do no harm.");
        let pin = Row::kept(Name::Pin, "PIN", "new PIN", credential.pin.as_ref().unwrap_or(&SecretText::default()))
            .hint("The PIN set on the site, part of every code.");
        let issuer = Row::text(Name::Issuer, "issuer", &account.issuer).hint("The site or service, as you call it.");
        let name = Row::text(Name::Account, "account", &account.account).hint("The user name or address there.");
        let tags = Row::text(Name::Tags, "tags", &account.tags.join(", ")).hint("Words with commas between them.").apart();
        let note = Row::lines(Name::Note, "note", &account.note).hint("Anything to remember.");
        let pinned = vec![("no".to_owned(), ""), ("yes".to_owned(), "stands at the top of the list")];
        let pinned = Row::choice(Name::Pinned, "pinned", pinned, usize::from(account.pinned));

        let mut rows = vec![issuer, name];
        // Those of them that are unfolded with the parameters.
        let mut more = Vec::new();
        match purpose {
            Purpose::EnrolTyped => rows.extend([secret, pin, tags, note]),
            Purpose::EnrolFound => {
                rows.extend([pin, tags, note]);
                more.push(secret);
            }
            Purpose::Edit => {
                rows.extend([tags, note, pinned]);
                more.extend([secret, pin]);
            }
        }
        if computed {
            rows.push(Row::press(Name::More, "more", String::new()).hint("Unfolds the parameters of the code.").apart());
            rows.push(Row::choice(Name::Kind, "kind", kinds.iter().copied().map(about).collect(), kind_at).hint(CHOICE).apart());
            rows.extend(more);
            rows.extend([
                Row::choice(Name::Algorithm, "hash", algorithm_rows, algorithm_at).hint(CHOICE),
                number(Name::Digits, "digits", credential.digits.into()).hint("How many characters a code has."),
                number(Name::Period, "period", credential.period).hint("Seconds for which a code holds."),
                number(Name::Counter, "counter", credential.counter).hint("The next one to use."),
            ]);
        }
        let kind = credential.kind;
        let mut form = AccountForm {
            form: Form::new(rows),
            purpose,
            kinds,
            algorithms,
            kind,
            new_secret: false,
            unfolded: false,
            before: account,
            texts_before: Vec::new(),
            changed: false,
        };
        form.texts_before = form.texts();
        form.arrange();
        form
    }

    fn texts(&self) -> Vec<String> {
        TEXTS.iter().map(|name| self.form.text(*name).to_owned()).collect()
    }

    /// Folds the rows that say nothing for this kind, or that were not asked for.
    fn arrange(&mut self) {
        let kind = self.kind;
        let has_pin = matches!(kind, Kind::Motp | Kind::Yandex);
        let by_counter = kind == Kind::Hotp;
        let folded = !self.unfolded;
        let form = &mut self.form;
        form.fold(Name::More, self.unfolded);
        form.fold(Name::Kind, folded);
        if self.purpose != Purpose::EnrolTyped {
            form.fold(Name::Secret, folded);
        }
        form.fold(Name::Pin, !has_pin || (folded && self.purpose == Purpose::Edit));
        form.fold(Name::Algorithm, folded || !matches!(kind, Kind::Totp | Kind::Hotp));
        form.fold(Name::Digits, folded);
        form.fold(Name::Period, folded || by_counter);
        form.fold(Name::Counter, folded || !by_counter);
        let credential = self.tentative();
        form_summary(&mut self.form, &credential);
    }

    /// The parameters as they stand, for the summary: what can't be read counts as before.
    fn tentative(&self) -> Credential {
        let usual = Credential::new(self.kind, Secret::new(Vec::new()));
        Credential {
            algorithm: self.algorithm(),
            digits: self.form.text(Name::Digits).trim().parse().unwrap_or(usual.digits),
            period: self.form.text(Name::Period).trim().parse().unwrap_or(usual.period),
            counter: self.form.text(Name::Counter).trim().parse().unwrap_or(0),
            ..usual
        }
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithms.get(self.form.chosen(Name::Algorithm)).cloned().unwrap_or(Algorithm::Sha1)
    }

    /// Another kind brings its usual parameters, unless others than the usual ones were set.
    fn kind_chosen(&mut self) {
        let new = self.kinds.get(self.form.chosen(Name::Kind)).copied().unwrap_or(Kind::Totp);
        let usual = |kind| Credential::new(kind, Secret::new(Vec::new()));
        let (old, new_usual) = (usual(self.kind), usual(new));
        if self.form.text(Name::Digits).trim() == old.digits.to_string() {
            self.form.set_text(Name::Digits, &new_usual.digits.to_string());
        }
        if self.form.text(Name::Period).trim() == old.period.to_string() {
            self.form.set_text(Name::Period, &new_usual.period.to_string());
        }
        self.kind = new;
        self.arrange();
    }

    /// Whether a secret is typed that takes the place of the one there; the same one written in another way does not.
    pub fn has_new_secret(&self) -> bool {
        let typed = self.form.text(Name::Secret);
        let before = &self.before.credential;
        // Another kind may read the same text as another secret.
        let is_read = !self.is_untouched(Name::Secret) || self.kind != before.kind;
        is_read && self.kind.read_secret(typed).as_ref() != Some(&before.secret)
    }

    /// A new secret brings a counter of its own, from zero, unless another than the one there was set.
    fn secret_changed(&mut self) {
        let brought = |new_secret| if new_secret { 0 } else { self.before.credential.counter };
        let (was, is) = (brought(self.new_secret), brought(self.has_new_secret()));
        self.new_secret = self.has_new_secret();
        if was != is && self.form.text(Name::Counter).trim() == was.to_string() {
            self.form.set_text(Name::Counter, &is.to_string());
        }
    }

    /// Closes the secret that is being replaced in the row with the keys; returns whether there was one.
    pub fn close(&mut self) -> bool {
        let closed = self.form.close();
        self.secret_changed();
        closed
    }

    /// Adds a row that leads to the new secret that waits to be tried.
    pub fn offer_candidate(&mut self) {
        let text = "not yet confirmed: try it".to_owned();
        self.form.put_first(Row::press(Name::Candidate, "new secret", text).hint("Shows its code, to be entered on the site."));
    }

    /// Takes an event; `Some` where a row was pressed that means something to the screen.
    pub fn handle(&mut self, event: Event) -> Option<Name> {
        let touched = match event {
            Event::Command(command) => self.form.command(command),
            Event::Key(key) => self.form.key(key),
            Event::Paste(text) => self.form.paste(&text),
            _ => Touched::Nothing,
        };
        match touched {
            Touched::Pressed(Name::More) => {
                self.unfolded = true;
                self.arrange();
                self.form.go_to(Name::Kind);
            }
            Touched::Pressed(name) => return Some(name),
            Touched::Changed(name) => {
                if name == Name::Kind {
                    self.kind_chosen();
                }
                self.secret_changed();
                self.changed = true;
            }
            Touched::Moved | Touched::Nothing => {}
        }
        None
    }

    /// Whether Enter means the row and not the whole form.
    pub fn on_press(&self) -> bool {
        self.form.on_press()
    }

    /// Whether Enter opens a secret, to be replaced.
    pub fn on_closed(&self) -> bool {
        self.form.on_closed()
    }

    /// Whether a secret is being replaced in the row with the keys.
    pub fn on_open(&self) -> bool {
        self.form.on_open()
    }

    /// Whether there is anything in sight that can be shown or hidden.
    pub fn has_secrets_in_sight(&self) -> bool {
        self.form.has_secrets_in_sight()
    }

    pub fn hides(&self) -> bool {
        self.form.hides()
    }

    /// Whether anything differs from what the form was opened with.
    pub fn is_changed(&self) -> bool {
        self.changed
            && (self.texts() != self.texts_before
                || self.kind != self.before.credential.kind
                || self.algorithm() != self.before.credential.algorithm
                || (self.form.chosen(Name::Pinned) == 1) != self.before.pinned)
    }

    /// Whether a row of text still says what it was opened with.
    fn is_untouched(&self, name: Name) -> bool {
        let at = TEXTS.iter().position(|known| *known == name);
        at.and_then(|at| self.texts_before.get(at)).is_some_and(|before| before == self.form.text(name))
    }

    /// Whether the secret or a parameter differs, so that the old credential would go to the history.
    pub fn credential_changed(&self) -> bool {
        let texts = [Name::Pin, Name::Digits, Name::Period];
        self.has_new_secret()
            || !texts.into_iter().all(|name| self.is_untouched(name))
            || self.kind != self.before.credential.kind
            || self.algorithm() != self.before.credential.algorithm
    }

    pub fn draw(&self, buffer: &mut Buffer, common: &Common, area: Rect, active: bool) {
        self.form.draw(buffer, common, area, active);
    }
}

const CHOICE: &str = "← and → choose, or a first letter.";

fn form_summary(form: &mut Form<Name>, credential: &Credential) {
    form.set_text(Name::More, &credential.parameters(credential.counter));
}
