//! Keys that people hold outside the vault: age keys on paper, SSH keys, identities of age plugins. An age key opens the
//! vault itself; the others open a file under `unlock/` that wraps a method key.

use super::{MethodKey, damaged, decrypt, describe, encrypt, read_keys};
use crate::age_file::try_encrypt;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Prompt;
use crate::secret::SecretText;
use crate::words::printable;
use age::secrecy::SecretString;
use age::{DecryptError, Identity, Recipient, plugin, ssh, x25519};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// The keys of one identity file.
pub struct Identities(Vec<Held>);

enum Held {
    Age(MethodKey),
    Ssh(Box<ssh::Identity>),
    Plugin(plugin::Identity),
}

impl Identities {
    /// An identity file as age takes it: `AGE-SECRET-KEY-1…` and `AGE-PLUGIN-…` lines with `#` comments, or an SSH
    /// private key. `name` is that of the file, for errors and questions.
    pub fn parse(text: &SecretText, name: &str) -> Result<Identities> {
        let text = text.expose();
        if text.trim_start().starts_with("-----BEGIN ") && !text.contains("BEGIN AGE ENCRYPTED FILE") {
            return Ok(Identities(vec![ssh_key(text.trim_start(), name)?]));
        }
        if text.starts_with("age-encryption.org/") || text.contains("BEGIN AGE ENCRYPTED FILE") {
            return Err(no_key(name, "it is itself encrypted by age").hint("decrypt it first: age -d FILE"));
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let held = lines.map(|line| {
            let age = MethodKey::parse(line).map(Held::Age);
            age.or_else(|| line.parse().ok().map(Held::Plugin)).ok_or_else(|| no_key(name, "it has a line that is no key of age"))
        });
        match held.collect::<Result<Vec<_>>>()? {
            none if none.is_empty() => Err(no_key(name, "it is empty")),
            held => Ok(Identities(held)),
        }
    }

    /// The age keys among them.
    pub fn age_keys(&self) -> Vec<MethodKey> {
        self.0.iter().filter_map(|held| if let Held::Age(key) = held { Some(key.clone()) } else { None }).collect()
    }

    /// The lines of plugin identities alone, as a file for `age -i`; and the plugin. `None` where there is no plugin's.
    pub fn plugin_stub(&self) -> Option<(String, String)> {
        let held = self.0.iter().filter_map(|held| if let Held::Plugin(identity) = held { Some(identity) } else { None });
        let held: Vec<&plugin::Identity> = held.collect();
        let name = held.first()?.plugin().to_owned();
        Some((name, held.iter().map(|identity| format!("{identity}\n")).collect()))
    }

    /// The method keys in a file under `unlock/`, if one of these opens it. The plugin or the SSH key may ask `asking`.
    pub fn unwrap(&self, file: &[u8], asking: &Asking) -> Result<Option<Vec<MethodKey>>> {
        let header = file.split(|byte| *byte == b'\n').take_while(|line| !line.starts_with(b"--- "));
        let stanzas: Vec<&[u8]> = header.filter(|line| line.starts_with(b"-> ")).collect();
        let has = |start: &[u8]| stanzas.iter().any(|line| line.starts_with(start));
        for held in &self.0 {
            let identity: Box<dyn Identity> = match held {
                Held::Age(_) => continue,
                // A key with a passphrase of its own asks for it at any stanza, so it is shown only what may be for it.
                Held::Ssh(key) if has(b"-> ssh-") => Box::new(ssh::Identity::clone(key).with_callbacks(asking.clone())),
                Held::Plugin(identity) if !has(b"-> ssh-") && !has(b"-> scrypt ") => Box::new(
                    plugin::IdentityPluginV1::new(identity.plugin(), std::slice::from_ref(identity), asking.clone())
                        .map_err(|error| missing_plugin(&error))?,
                ),
                _ => continue,
            };
            match decrypt(file, &*identity) {
                Ok(lines) => return read_keys(&lines).map(Some),
                Err(DecryptError::NoMatchingKeys) => asking.fail_if_unanswered()?,
                Err(DecryptError::KeyDecryptionFailed) => {
                    return Err(Error::new(ErrorKind::WrongPassphrase, "that is not the passphrase of the SSH key"));
                }
                Err(error) => {
                    asking.fail_if_unanswered()?;
                    return Err(match error {
                        DecryptError::Plugin(_) => plugin_failed(&error.to_string()),
                        error => damaged(describe(file, &error)),
                    });
                }
            }
        }
        Ok(None)
    }
}

fn ssh_key(text: &str, name: &str) -> Result<Held> {
    let key = ssh::Identity::from_buffer(text.as_bytes(), Some(name.to_owned()));
    match key.map_err(|_| no_key(name, "it is no SSH private key that can be read"))? {
        ssh::Identity::Unsupported(_) => {
            Err(no_key(name, "SSH keys of this kind can't decrypt").hint("ed25519 and RSA keys can; not those kept in hardware"))
        }
        key => Ok(Held::Ssh(Box::new(key))),
    }
}

fn no_key(name: &str, why: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("{name} holds no key to unlock with: {why}"))
        .hint("a key is a line AGE-SECRET-KEY-1… or AGE-PLUGIN-…, or an SSH private key")
}

fn missing_plugin(error: &plugin::ResolveError) -> Error {
    match error {
        plugin::ResolveError::MissingPlugin { binary_name } => {
            Error::failed(format!("the program {binary_name} is not installed")).hint("it must lie in a folder of PATH")
        }
        _ => Error::new(ErrorKind::Usage, "the name of the age plugin is not possible"),
    }
}

fn plugin_failed(said: &str) -> Error {
    // The marks that age's sentences put around what is filled in mean nothing to a terminal.
    let said = said.replace(['\u{2068}', '\u{2069}'], "");
    let said = said.lines().map(printable).collect::<Vec<_>>().join(" ");
    Error::failed(format!("the age plugin failed: {said}"))
}

/// To whom a method key can be given.
pub enum Recipients {
    /// `age1…`
    Age(String),
    Ssh(Box<ssh::Recipient>),
    Plugin(plugin::Recipient),
}

impl Recipients {
    /// The first recipient in a text: `age1…`, `ssh-ed25519 …`, `ssh-rsa …`, `age1NAME1…`; `#` begins a comment.
    pub fn parse(text: &str) -> Result<Recipients> {
        let wrong =
            |why: &str| Err(Error::new(ErrorKind::Usage, why).hint("a public key begins with age1…, ssh-ed25519 or ssh-rsa"));
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let Some(line) = lines.next() else { return wrong("there is no public key") };
        if line.starts_with("AGE-SECRET-KEY-1") || line.starts_with("-----BEGIN") {
            return wrong("this is a private key; the public one is needed");
        }
        if line.parse::<x25519::Recipient>().is_ok() {
            return Ok(Recipients::Age(line.to_owned()));
        }
        if line.starts_with("ssh-") || line.starts_with("ecdsa-") || line.starts_with("sk-") {
            return match line.parse::<ssh::Recipient>() {
                Ok(recipient) => Ok(Recipients::Ssh(Box::new(recipient))),
                Err(ssh::ParseRecipientKeyError::RsaModulusTooSmall) => wrong("this RSA key is too short: less than 2048 bits"),
                Err(_) => wrong("this SSH key can't be encrypted to: ed25519 and RSA keys can"),
            };
        }
        match line.parse() {
            Ok(recipient) => Ok(Recipients::Plugin(recipient)),
            Err(_) => wrong("this is no public key of age or SSH"),
        }
    }
}

/// A method key wrapped to an SSH key.
pub fn wrap_to_ssh(key: &MethodKey, recipient: &ssh::Recipient) -> Result<Vec<u8>> {
    encrypt(&line(key), &[recipient as &dyn Recipient])
}

/// A method key wrapped by an age plugin, to its recipient where one is given, else to the identity.
pub fn wrap_to_plugin(
    key: &MethodKey,
    identities: &Identities,
    recipient: Option<&plugin::Recipient>,
    asking: &Asking,
) -> Result<Vec<u8>> {
    let held =
        identities.0.iter().filter_map(|held| if let Held::Plugin(identity) = held { Some(identity.clone()) } else { None });
    let held: Vec<plugin::Identity> = held.collect();
    let Some(name) = held.first().map(|identity| identity.plugin().to_owned()) else {
        return Err(Error::new(ErrorKind::Usage, "there is no identity of an age plugin").hint("it is a line AGE-PLUGIN-NAME-1…"));
    };
    if recipient.is_some_and(|recipient| recipient.plugin() != name) {
        return Err(Error::new(ErrorKind::Usage, "the public key and the identity belong to different plugins"));
    }
    let (to, by) = match recipient {
        Some(recipient) => (std::slice::from_ref(recipient), &[][..]),
        None => (&[][..], &held[..]),
    };
    let wrapper = plugin::RecipientPluginV1::new(&name, to, by, asking.clone()).map_err(|error| missing_plugin(&error))?;
    match try_encrypt(&line(key), &[&wrapper]) {
        Ok(file) => Ok(file),
        Err(error) => {
            asking.fail_if_unanswered()?;
            Err(plugin_failed(&error.to_string()))
        }
    }
}

fn line(key: &MethodKey) -> Zeroizing<Vec<u8>> {
    let mut line = Zeroizing::new(Vec::with_capacity(80));
    line.extend_from_slice(key.text().expose().as_bytes());
    line.push(b'\n');
    line
}

/// Hands the questions of plugins and SSH keys to the person, each once, and remembers one that found no answer.
#[derive(Clone)]
pub struct Asking {
    person: Arc<dyn Prompt>,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    answers: BTreeMap<String, SecretText>,
    unanswered: Option<String>,
}

impl Asking {
    pub fn new(person: Arc<dyn Prompt>) -> Asking {
        Asking { person, heard: Arc::default() }
    }

    fn fail_if_unanswered(&self) -> Result<()> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match &heard.unanswered {
            None => Ok(()),
            Some(question) => Err(Error::new(ErrorKind::Locked, format!("the key has a question and got no answer: {question}"))
                .hint("run it in a terminal")),
        }
    }

    fn answer(&self, question: &str, ask: impl FnOnce(&str) -> std::io::Result<SecretText>) -> Option<SecretText> {
        let question = printable(question.trim());
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = heard.answers.get(&question) {
            return Some(answer.clone());
        }
        let answer = match self.person.is_interactive() {
            true => ask(&format!("{question}: ")).ok(),
            false => None,
        };
        match &answer {
            Some(answer) => drop(heard.answers.insert(question, answer.clone())),
            None => heard.unanswered = Some(question),
        }
        answer
    }
}

impl age::Callbacks for Asking {
    fn display_message(&self, message: &str) {
        self.person.tell(&printable(message.trim()));
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let words = no.map_or_else(|| yes.to_owned(), |no| format!("yes: {yes}, no: {no}"));
        let question = printable(&format!("{} ({words})", message.trim()));
        let answer = if self.person.is_interactive() { self.person.confirm(&question).ok() } else { None };
        if answer.is_none() {
            self.heard.lock().unwrap_or_else(PoisonError::into_inner).unanswered = Some(question);
        }
        answer
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.answer(description, |question| self.person.text(question).map(SecretText::new)).map(|text| text.expose().to_owned())
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.answer(description, |question| self.person.secret(question)).map(|text| SecretString::from(text.expose().to_owned()))
    }
}
