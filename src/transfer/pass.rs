//! pass, gopass and passage: a folder of entries, each a text that gpg or age encrypted, or one such text, decrypted.
//! The texts are decrypted before they come here. Of an entry only its one-time passwords are taken, never the password.

use super::links;
use super::read::item;
use super::read::json::{Refusal, damaged};
use super::{Draft, ForeignFile, Format, Found, NamedFile, Skipped};
use crate::error::Result;
use crate::otp::{Credential, Kind, base32, uri};
use crate::secret::SecretText;
use crate::text::GUESSED;

pub struct Pass;

/// The files that tell for whom entries are encrypted, of pass and gopass, and of age.
const MARKS: [&str; 2] = [".gpg-id", ".age-recipients"];
/// How the names of entries end.
const ENDINGS: [&str; 2] = [".gpg", ".age"];
/// The shortest text that is taken for a secret where nothing says that it is one.
const SHORTEST: usize = 16;

impl Format for Pass {
    fn id(&self) -> &'static str {
        "pass"
    }

    fn name(&self) -> &'static str {
        "pass, gopass, passage"
    }

    fn how_to_get(&self) -> &'static str {
        "the folder of the password store, e.g. ~/.password-store; gpg or age opens its entries and asks for the password itself"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        if file.is_folder() {
            return is_store(file.files());
        }
        file.json_error().is_none()
            && file.json().is_none()
            && file.text().is_some_and(|text| !links::has_link(text) && !read_body(text).is_empty())
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        if file.is_folder() {
            return read_store(file.files());
        }
        let text = file.text().ok_or_else(|| damaged("the file is not text"))?;
        let found = Found::collect(read_body(text).into_iter().enumerate())?;
        match found.drafts.is_empty() {
            true => Err(damaged("there is no one-time password in it")),
            false => Ok(found),
        }
    }
}

/// Whether a folder is a password store.
pub fn is_store(files: &[NamedFile]) -> bool {
    let mut visible = files.iter().map(|file| bare(&file.name)).filter(|name| !name.starts_with('.')).peekable();
    files.iter().any(|file| MARKS.contains(&bare(&file.name))) || visible.peek().is_some() && visible.all(is_entry_name)
}

/// How the name of an entry ends, `.gpg` or `.age`; `None` where it is not the name of one.
pub fn ending(name: &str) -> Option<&'static str> {
    let visible = !bare(name).starts_with('.');
    ENDINGS.into_iter().find(|ending| visible && name.ends_with(ending))
}

fn is_entry_name(name: &str) -> bool {
    ending(name).is_some()
}

fn bare(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn read_store(files: &[NamedFile]) -> Result<Found> {
    let mut found = Found::default();
    let (mut entries, mut without, mut guessed) = (0, 0, 0);
    for file in files {
        let Some(name) = ending(&file.name).and_then(|ending| file.name.strip_suffix(ending)) else { continue };
        let index = entries;
        entries += 1;
        let refuse = |reason: &str| Skipped { index, reason: format!("{name}: {reason}") };
        let whole = ForeignFile::new(&file.bytes);
        let Some(text) = whole.text().filter(|text| !text.starts_with("-----BEGIN ")) else {
            found.skipped.push(refuse("it could not be decrypted"));
            continue;
        };
        guessed += usize::from(whole.is_guess());
        let body = read_body(text);
        without += usize::from(body.is_empty());
        for account in body {
            match account {
                Ok(draft) => found.drafts.push(placed(draft, name)),
                Err(reason) => found.skipped.push(refuse(&reason)),
            }
        }
    }
    if without > 0 {
        found.warnings.push(format!("{without} of {entries} entries of the password store hold no one-time password."));
    }
    if guessed > 0 {
        found.warnings.push(GUESSED.into());
    }
    match found.skipped.first() {
        Some(first) if found.drafts.is_empty() => Err(damaged(&format!("no entry could be read; {}", first.reason))),
        _ => Ok(found),
    }
}

/// The place of an entry names what the entry does not: `work/github.com/alice` is alice's account at github.com, tagged work.
fn placed(mut draft: Draft, path: &str) -> Draft {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut group = folder;
    if draft.issuer.is_empty() && draft.account.is_empty() {
        match folder.rsplit_once('/').unwrap_or(("", folder)) {
            (_, "") => draft.issuer = name.to_owned(),
            (above, site) => {
                (draft.issuer, draft.account) = (site.to_owned(), name.to_owned());
                group = above;
            }
        }
    } else if draft.issuer.is_empty() {
        draft.issuer = bare(folder).to_owned();
        group = folder.strip_suffix(&draft.issuer).unwrap_or_default().trim_end_matches('/');
        if draft.issuer.is_empty() && draft.account != name {
            draft.issuer = name.to_owned();
        }
    }
    draft.tags = Some(group.to_owned()).into_iter().filter(|group| !group.is_empty()).collect();
    draft
}

/// The one-time passwords of an entry: links, keys with a secret, or nothing but a secret.
fn read_body(text: &str) -> Vec<std::result::Result<Draft, Refusal>> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let value = |wanted: &str| lines().find_map(|line| keyed(line, wanted));
    let of_link = |link: &str| uri::parse(link).map(Draft::from).map_err(|error| error.to_string());
    let mut all: Vec<_> = links::each(text).map(|link| of_link(&link)).collect();
    for (key, kind) in [("totp", Kind::Totp), ("hotp", Kind::Hotp)] {
        let Some(secret) = value(key).filter(|secret| !links::has_link(secret)) else { continue };
        all.push(item::secret(secret).map(|secret| {
            let counter = value("counter").and_then(|counter| counter.parse().ok()).filter(|_| kind == Kind::Hotp);
            Draft::new(Credential { counter: counter.unwrap_or(0), ..Credential::new(kind, secret) })
        }));
    }
    if all.is_empty() && lines().count() == 1 {
        let bare = lines().next().filter(|line| looks_like_secret(line)).and_then(base32::decode);
        all.extend(bare.map(|secret| Ok(Draft::new(Credential::new(Kind::Totp, secret)))));
    }
    all
}

/// The value behind `key:`, without quotes.
fn keyed<'t>(line: &'t str, wanted: &str) -> Option<&'t str> {
    let (key, value) = line.split_once(':')?;
    let value = value.trim().trim_matches(['"', '\'']);
    (key.trim().eq_ignore_ascii_case(wanted) && !value.is_empty()).then_some(value)
}

/// A password may be base32 by chance: nothing but letters of one case and digits is, if it is long enough.
fn looks_like_secret(text: &str) -> bool {
    let letters = text.trim_end_matches('=');
    let upper = letters.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
    let lower = letters.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
    letters.len() >= SHORTEST && (upper || lower && letters.bytes().any(|byte| byte.is_ascii_digit()))
}
