//! The columns of any table: what their names tell, and the accounts that the cells of a row make.

use crate::otp::{Kind, uri};
use crate::transfer::read::account::{Account, kind_of};
use crate::transfer::read::csv::{Row, Table};
use crate::transfer::read::item::{self, bare};
use crate::transfer::read::json::{Refusal, whole};
use crate::transfer::{Draft, links};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

pub const ISSUERS: [&str; 5] = ["issuer", "service", "provider", "app", "application"];
/// Of 1Password, Bitwarden, Dashlane, NordPass, RoboForm, Safari, LogMeOnce and Proton Pass; of Zoho Vault; of Synology,
/// Kaspersky and Avira. The last ones name the site of a login that has no title.
pub const TITLES: [&str; 19] = [
    "title",
    "name",
    "displayname",
    "item",
    "itemname",
    "entry",
    "entryname",
    "record",
    "recordname",
    "label",
    "passwordname",
    "secretname",
    "websitename",
    "applicationname",
    "site",
    "website",
    "websiteurl",
    "passwordurl",
    "url",
];
const NOTES: [&str; 6] = ["notes", "note", "comments", "comment", "extra", "description"];
const GROUPS: [&str; 10] =
    ["group", "grouping", "groupname", "folder", "foldername", "vault", "category", "collections", "tags", "tag"];
const KINDS: [&str; 2] = ["type", "kind"];
const ALGORITHMS: [&str; 5] = ["algorithm", "algo", "hash", "hashalgorithm", "hashfunction"];
const DIGITS: [&str; 6] = ["digits", "digit", "length", "codelength", "otplength", "numberofdigits"];
const PERIODS: [&str; 6] = ["period", "interval", "timestep", "step", "timeperiod", "seconds"];
const COUNTERS: [&str; 1] = ["counter"];
const PINS: [&str; 1] = ["pin"];
/// What a column of types says of items that may well have a one-time password.
const ITEMS: [&str; 6] = ["login", "account", "website", "password", "2fa", "otp"];
/// A table with such a column is that of a password manager, whose types are those of its items.
pub const PASSWORDS: [&str; 5] = ["password", "pwd", "pass", "passwort", "loginpassword"];
/// What people call a column of links: a name that says too little where no cell holds one.
pub const LINKS: [&str; 3] = ["link", "uri", "qrcode"];
/// Parts of the names of columns whose cells may look like secrets of one-time passwords, and are others.
pub const OTHERS: [&str; 22] = [
    "pass",
    "clave",
    "parola",
    "haslo",
    "salasana",
    "losen",
    "heslo",
    "codes",
    "answer",
    "antwort",
    "kennwort",
    "contrase",
    "senha",
    "wachtwoord",
    "recover",
    "backup",
    "licen",
    "lizenz",
    "serial",
    "serien",
    "order",
    "notiz",
];
/// Columns of Zoho Vault and RoboForm whose cells hold fields of their own.
pub const INNER: [&str; 4] = ["secretdata", "customdata", "rffieldsv2", "rffields"];

/// Whether a column of this name tells something that is known.
pub fn is_column_name(bare: &str) -> bool {
    let lists: [&[&str]; 8] = [&ISSUERS, &TITLES, &item::USERS, &item::CODES, &NOTES, &GROUPS, &KINDS, &PASSWORDS];
    lists.iter().any(|names| names.contains(&bare))
}

/// Whether a column of this name tells how codes are made, or is of those with fields of their own.
pub fn is_parameter(bare: &str) -> bool {
    let lists: [&[&str]; 6] = [&ALGORITHMS, &DIGITS, &PERIODS, &COUNTERS, &PINS, &INNER];
    lists.iter().any(|names| names.contains(&bare))
}

/// People draw lines of dashes, and put one where there is nothing.
pub fn is_filled(cell: &str) -> bool {
    cell.chars().any(|letter| !letter.is_whitespace() && !"-:_–—".contains(letter))
}

/// The places of the columns by what they hold, in the order in which they are looked at.
pub struct Columns {
    pub names: Vec<String>,
    pub codes: Vec<usize>,
    pub issuers: Vec<usize>,
    pub titles: Vec<usize>,
    pub users: Vec<usize>,
    notes: Vec<usize>,
    groups: Vec<usize>,
    pub inner: Vec<usize>,
    kinds: Vec<usize>,
    are_of_passwords: bool,
    /// Whether the titles are in a column of an unknown name: what stands there may be private, so nothing said shows it.
    are_titles_guessed: bool,
    /// Those that may hold names, where only their place tells what they hold.
    pub guessed: Option<Vec<usize>>,
    /// What to say of them, a sentence each.
    pub said: Vec<String>,
}

/// A link or a secret in a row, or why what stands there is none, and its place.
pub struct Code<'a> {
    place: usize,
    text: std::result::Result<Cow<'a, str>, Refusal>,
}

impl Code<'_> {
    pub fn is_link(&self) -> bool {
        self.text.as_ref().is_ok_and(|text| text.contains("://"))
    }
}

impl Columns {
    pub fn of(table: &Table) -> Columns {
        let names: Vec<String> = table.header().map(bare).collect();
        let places = |wanted: &[&str]| -> Vec<usize> {
            wanted.iter().flat_map(|wanted| (0..names.len()).filter(|place| names[*place] == *wanted)).collect()
        };
        Columns {
            codes: places(&item::CODES),
            issuers: places(&ISSUERS),
            titles: places(&TITLES),
            users: places(&item::USERS),
            notes: places(&NOTES),
            groups: places(&GROUPS),
            inner: places(&INNER),
            kinds: places(&KINDS),
            are_of_passwords: !places(&PASSWORDS).is_empty() || !places(&INNER).is_empty(),
            are_titles_guessed: false,
            guessed: None,
            said: Vec::new(),
            names,
        }
    }

    /// Takes the first column of an unknown name for the titles, where no other has names, and says what is not taken. Tables
    /// of password managers have many columns that do not matter.
    pub fn look_at_unknown(&mut self, table: &Table) {
        let is_unknown = |name: &str| !name.is_empty() && !is_column_name(name) && !is_parameter(name);
        let is_private = |place: &usize| OTHERS.iter().any(|part| self.names[*place].contains(part));
        let is_wanted = |place: &usize| is_unknown(&self.names[*place]) && !self.codes.contains(place);
        let mut unknown = (0..self.names.len()).filter(is_wanted).collect::<Vec<_>>();
        unknown.retain(|place| {
            table.rows().any(|row| row.at(*place).is_some_and(|cell| is_filled(cell) && !uri::is_link(cell.trim())))
        });
        let name = |place: &usize| format!("\"{}\"", table.header().nth(*place).unwrap_or_default());
        let place = unknown.iter().position(|place| !is_private(place));
        if let Some(place) = place.filter(|_| self.titles.is_empty() && self.issuers.is_empty()) {
            let first = unknown.remove(place);
            self.titles.push(first);
            self.are_titles_guessed = true;
            self.said.push(format!("The column {} was taken for the names, so check them.", name(&first)));
        }
        if !self.are_of_passwords && !unknown.is_empty() {
            let names: Vec<String> = unknown.iter().map(name).collect();
            let what = if names.len() == 1 { "What stands in the column" } else { "What stands in the columns" };
            self.said.push(format!("{what} {} was not taken.", names.join(", ")));
        }
    }

    /// All links of a row, and the secrets in the columns that have them; where there are none, why what stands there is no
    /// secret.
    pub fn codes<'a>(&self, row: Row<'a>) -> Vec<Code<'a>> {
        let says_so = |place: &usize| self.names.get(*place).is_some_and(|name| item::is_sure_code_name(name));
        let is_link =
            |place: usize, cell: &str| uri::is_link(cell.trim()) || self.codes.contains(&place) && links::has_link(cell);
        let linked = row.cells().enumerate().filter(|(place, cell)| is_link(*place, cell));
        let mut codes: Vec<Code> = linked
            .flat_map(|(place, cell)| item::codes(cell).into_iter().map(move |text| Code { place, text: Ok(text) }))
            .collect();
        let filled = || self.codes.iter().filter_map(|place| Some((*place, row.at(*place)?)));
        let filled = || filled().filter(|(place, cell)| is_filled(cell) && item::says_something(cell) && !is_link(*place, cell));
        let bare = filled().filter(|(place, cell)| item::is_secret(cell, says_so(place)));
        codes.extend(bare.map(|(place, cell)| Code { place, text: Ok(cell.into()) }));
        if codes.is_empty() {
            let inner = row.cells().enumerate().find_map(|(place, cell)| Some((place, inner_field(cell, item::is_code_name)?)));
            let inner = inner.map(|(place, cell)| Code { place, text: Ok(cell.into()) });
            let refused = || filled().next().map(|(place, cell)| Code { place, text: Err(item::no_code(cell)) });
            codes.extend(inner.or_else(refused));
        }
        codes
    }

    /// Where the names of the code in this place stand, if only the place tells: before it, and behind the code before it.
    fn guess(&self, place: usize) -> Option<Vec<usize>> {
        let guessed = self.guessed.as_ref()?;
        let before = self.codes.iter().copied().filter(|code| *code < place).max();
        let is_near = |text: &usize| *text < place && before.is_none_or(|before| *text > before);
        let near: Vec<usize> = guessed.iter().copied().filter(is_near).collect();
        Some(if near.is_empty() { guessed.clone() } else { near })
    }

    pub fn read(&self, row: Row, code: &Code) -> std::result::Result<Draft, Refusal> {
        // The cell of the code, or of another, is no name and no note.
        let is_text = |(place, cell): &(usize, &str)| *place != code.place && !uri::is_link(cell.trim());
        let texts = |places: &[usize]| places.iter().find_map(|place| Some((*place, row.at(*place)?)).filter(is_text));
        let cell = |places: &[usize]| texts(places).and_then(|(_, cell)| item::name_in(cell)).map(str::trim);
        let guess = self.guess(code.place);
        let guessed = |at: usize| cell(guess.as_ref()?.get(at..=at)?);
        let issuer = cell(&self.issuers);
        let title = cell(&self.titles).map(host).or_else(|| guessed(0));
        let inner = || self.inner.iter().find_map(|place| inner_field(row.at(*place)?, |name| item::USERS.contains(&name)));
        let user = cell(&self.users).or_else(inner).or_else(|| guessed(1));
        // Beside an issuer, what is called name is the account.
        let (title, user) = match issuer {
            Some(_) => (issuer, user.or(title)),
            None => (title, user),
        };
        // What is guessed to be a name may be a secret.
        let is_guess = guess.is_some() || self.are_titles_guessed;
        let of_item = |why| item::of_item(title.or(user).filter(|_| !is_guess), why);
        let text = code.text.as_deref().map_err(|why| of_item(why.clone()))?;
        let mut draft = match code.is_link() {
            true => {
                let mut draft = item::draft(text.trim(), None, None).map_err(of_item)?;
                self.add_parameters(&mut draft, text, row);
                // Beside a link that names itself, what is guessed to be an account may be a password.
                let is_named = !draft.issuer.is_empty() || !draft.account.is_empty();
                item::name(&mut draft, title, user.filter(|_| guess.is_none() || !is_named));
                draft
            }
            false => {
                let mut draft = self.of_cells(row, text).map_err(of_item)?;
                item::name(&mut draft, title, user);
                draft
            }
        };
        if is_guess {
            draft.other_names.clear();
        }
        draft.note = cell(&self.notes).unwrap_or_default().to_owned();
        item::tag(&mut draft.tags, cell(&self.groups).map(|path| path.trim_start_matches('/')));
        Ok(draft)
    }

    /// What stands in columns of their own and not in the link itself. These must be named as the parameters of links are: in a
    /// table of logins a length is that of the password. What can't be used there is none of the link's.
    fn add_parameters(&self, draft: &mut Draft, link: &str, row: Row) {
        let kind = draft.credential.kind;
        let Ok(account) = self.parameters(row, 1) else { return };
        if matches!(kind, Kind::Totp | Kind::Hotp) {
            let link = link.to_ascii_lowercase();
            let told = Account {
                algorithm: account.algorithm.filter(|_| !link.contains("algorithm=")),
                digits: account.digits.filter(|_| !link.contains("digits=")),
                period: account.period.filter(|_| !link.contains("period=")),
                counter: account.counter.filter(|_| !link.contains("counter=")),
                ..Account::default()
            };
            let Ok(Draft { credential, .. }) = told.with_secret(kind, draft.credential.secret.clone()) else { return };
            let own = &mut draft.credential;
            own.algorithm = if told.algorithm.is_some() { credential.algorithm } else { own.algorithm.clone() };
            own.digits = if told.digits.is_some() { credential.digits } else { own.digits };
            own.period = if told.period.is_some() { credential.period } else { own.period };
            own.counter = if told.counter.is_some() { credential.counter } else { own.counter };
        }
    }

    /// The parameters of a secret, in columns of their own, whose names are among the first so many that are known.
    fn parameters(&self, row: Row, known: usize) -> std::result::Result<Account, Refusal> {
        let cell = |wanted: &[&str]| {
            let places = wanted.iter().take(known).filter_map(|wanted| self.names.iter().position(|name| name == wanted));
            places.filter_map(|place| row.at(place)).map(str::trim).find(|cell| is_filled(cell))
        };
        let number = |wanted: &[&str]| whole(wanted[0], cell(wanted).unwrap_or_default());
        Ok(Account {
            algorithm: cell(&ALGORITHMS).filter(|cell| item::name_in(cell).is_some()).map(str::to_owned),
            digits: number(&DIGITS)?,
            period: number(&PERIODS)?,
            counter: number(&COUNTERS)?,
            pin: cell(&PINS).map(str::to_owned),
            ..Account::default()
        })
    }

    /// A bare secret, its parameters in columns of their own.
    fn of_cells(&self, row: Row, secret: &str) -> std::result::Result<Draft, Refusal> {
        let kind = self.kinds.first().and_then(|place| row.at(*place)).map(|kind| kind.trim().to_ascii_lowercase());
        let is_of_item = |kind: &str| self.are_of_passwords || ITEMS.contains(&kind);
        let account = Account {
            kind: kind.filter(|kind| !is_of_item(kind) || kind_of(kind) != Kind::Unknown),
            secret: Some(item::unquoted(secret).to_owned()),
            ..self.parameters(row, usize::MAX)?
        };
        let raw: Map<String, Value> = row.named().map(|(column, cell)| (column.to_owned(), json!(cell))).collect();
        account.draft(&Value::Object(raw))
    }
}

/// A field within a cell: a line `name:value` of Zoho Vault, or `name,,,type,value` of RoboForm.
fn inner_field(cell: &str, is_wanted: impl Fn(&str) -> bool) -> Option<&str> {
    cell.lines().find_map(|line| {
        let (name, rest) = line.split_once([':', ','])?;
        let value = if line[name.len()..].starts_with(':') { rest } else { rest.splitn(4, ',').nth(3)? };
        (is_wanted(&bare(name)) && !value.trim().is_empty()).then(|| value.trim())
    })
}

/// The site of an address.
fn host(title: &str) -> &str {
    let rest = title.split_once("://").map_or(title, |(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    if rest.is_empty() { title } else { rest }
}
