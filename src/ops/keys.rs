//! Unlock methods beside the passphrase, the same for both front ends: recovery keys and their sheet, SSH keys, plugins,
//! other people.

use super::session::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Prompt;
use crate::secret::SecretText;
use crate::transfer::qr::code::{Code, MARGIN};
use crate::vault::MethodKind;
use crate::vault::seal::MethodKey;
use crate::vault::seal::identity::{Asking, Identities, Recipients, wrap_to_plugin, wrap_to_ssh};
use crate::vault::store::{Listed, MethodState, NewMethod, Removed};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A recovery key that was made and is not yet a method: it counts once its end was asked back.
pub struct RecoveryKey(MethodKey);

/// How many characters of a recovery key are asked back.
pub const ASKED_BACK: usize = 4;

impl RecoveryKey {
    pub fn generate() -> Self {
        RecoveryKey(MethodKey::generate())
    }

    /// One that was shown and is to be added now.
    pub fn parse(text: &SecretText) -> Option<Self> {
        MethodKey::parse(text.expose()).map(RecoveryKey)
    }

    /// `AGE-SECRET-KEY-1…`, to be shown once.
    pub fn text(&self) -> SecretText {
        self.0.text()
    }

    /// Whether these are its last characters, in either case.
    pub fn ends_with(&self, typed: &SecretText) -> bool {
        let text = self.0.text();
        let end = &text.expose()[text.expose().len() - ASKED_BACK..];
        typed.expose().trim().eq_ignore_ascii_case(end)
    }

    /// From now on it opens the vault. Call it after [`RecoveryKey::ends_with`].
    pub fn add(&self, session: &mut Session, name: Option<&str>) -> Result<String> {
        let name = named(session, name, "recovery")?;
        let recipient = self.0.recipient();
        session.store_mut()?.add_method(&name, NewMethod::Direct { kind: MethodKind::RECOVERY, recipient: &recipient })?;
        Ok(name)
    }

    /// A page to print: the key as text and as a QR code, and how to use it.
    pub fn sheet(&self) -> Zeroizing<String> {
        let key = self.0.text();
        let mut page = Zeroizing::new(String::with_capacity(64 * 1024));
        page.push_str(SHEET_HEAD);
        if let Some(code) = qr(&key) {
            let width = code.width(MARGIN);
            page.push_str(&format!(
                "<svg width=\"60mm\" viewBox=\"0 0 {width} {width}\" shape-rendering=\"crispEdges\"><path d=\""
            ));
            page.push_str(&code.to_svg_path());
            page.push_str("\"/></svg>\n");
        }
        page.push_str("<p class=\"key\">");
        page.push_str(key.expose());
        page.push_str(SHEET_FOOT);
        page
    }
}

const SHEET_HEAD: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>countersign recovery key</title>\n\
    <style>body{font:12pt serif;margin:2cm;max-width:16cm}.key{font:11pt monospace;overflow-wrap:anywhere}</style>\n\
    <h1>countersign: recovery key</h1>\n\
    <p>Whoever has this key and a copy of the vault can read all of it. Keep it where the vault is not.</p>\n";

const SHEET_FOOT: &str = "</p>\n<p>To unlock, type or scan it where countersign asks for the passphrase, or write it to a file \
    and use <code>countersign --identity FILE</code>. Without countersign: <code>age -d -i FILE vault.age</code>.</p>\n";

/// In capitals, digits and dashes: the short form of a QR code.
pub fn qr(key: &SecretText) -> Option<Code> {
    Code::of(key)
}

/// Adds an SSH public key, an age key of another person: whatever the text holds. Gives its name.
pub fn add_public(session: &mut Session, kind: &str, text: &str, name: Option<&str>) -> Result<String> {
    match (kind, Recipients::parse(text)?) {
        (MethodKind::SSH, Recipients::Ssh(recipient)) => {
            let name = named(session, name, "ssh")?;
            let key = MethodKey::generate();
            let wrapped = wrap_to_ssh(&key, &recipient)?;
            let new = NewMethod::Wrapped { kind: MethodKind::SSH, key: &key, wrapped: &wrapped, stub: None };
            session.store_mut()?.add_method(&name, new)?;
            Ok(name)
        }
        (MethodKind::PERSON, Recipients::Age(recipient)) => {
            let name = named(session, name, "person")?;
            session.store_mut()?.add_method(&name, NewMethod::Direct { kind: MethodKind::PERSON, recipient: &recipient })?;
            Ok(name)
        }
        (MethodKind::SSH, _) => Err(usage("this is not an SSH public key", "it begins with ssh-ed25519 or ssh-rsa")),
        _ => Err(usage("a person's key must be a native age key", "it begins with age1 and comes from age-keygen")),
    }
}

/// Adds an age plugin by its identity file, and its recipient where the file's own does not do. What was wrapped is opened
/// again by the plugin before it counts.
pub fn add_plugin(
    session: &mut Session,
    identity: &SecretText,
    recipient: Option<&str>,
    name: Option<&str>,
    person: Arc<dyn Prompt>,
) -> Result<String> {
    let keys = Identities::parse(identity, "the identity file")?;
    let (plugin, stub) = keys
        .plugin_stub()
        .ok_or_else(|| usage("this is not the identity of an age plugin", "it is a line AGE-PLUGIN-NAME-1… of the plugin's"))?;
    let name = named(session, name, &plugin)?;
    let recipient = match recipient.map(Recipients::parse).transpose()? {
        None => None,
        Some(Recipients::Plugin(recipient)) => Some(recipient),
        Some(_) => return Err(usage("this is not the public key of an age plugin", "it begins with age1NAME1…")),
    };
    let asking = Asking::new(person);
    let key = MethodKey::generate();
    let wrapped = wrap_to_plugin(&key, &keys, recipient.as_ref(), &asking)?;
    let back = keys.unwrap(&wrapped, &asking)?.unwrap_or_default();
    if !back.iter().any(|back| back.recipient() == key.recipient()) {
        return Err(Error::failed("the plugin's identity does not open what was encrypted for it")
            .hint("nothing was changed; the public key must be that of the identity"));
    }
    let new = NewMethod::Wrapped { kind: MethodKind::PLUGIN, key: &key, wrapped: &wrapped, stub: Some(&stub) };
    session.store_mut()?.add_method(&name, new)?;
    Ok(name)
}

/// A remembered unlock is forgotten with it: the key may be that of the method.
pub fn remove(session: &mut Session, name: &str) -> Result<Removed> {
    let removed = session.store_mut()?.remove_method(name)?;
    session.forget_remembered();
    Ok(removed)
}

/// How a kind of method is called.
pub fn kind_words(listed: &Listed) -> &str {
    match listed.kind.as_str() {
        MethodKind::PASSPHRASE => "passphrase",
        MethodKind::RECOVERY => "recovery key",
        MethodKind::PLUGIN => "age plugin",
        MethodKind::SSH => "SSH key",
        MethodKind::PERSON => "another person",
        "" => "a file",
        other => other,
    }
}

/// What is to be known of a method's state; empty where all is well.
pub fn state_words(state: MethodState) -> &'static str {
    match state {
        MethodState::Usable => "",
        MethodState::FileMissing => "its file under unlock/ is missing",
        MethodState::Stray => "opens nothing; remove it, or wait for your sync",
        MethodState::Unknown => "of a newer version",
    }
}

/// Whether there is a second method of one's own, so that a forgotten passphrase loses nothing.
pub fn has_second_method(methods: &[Listed]) -> bool {
    let own = |listed: &&Listed| listed.kind != MethodKind::PERSON && listed.state == MethodState::Usable;
    methods.iter().filter(own).count() > 1
}

/// The name given, or the usual one with a number where it is taken.
fn named(session: &mut Session, name: Option<&str>, usual: &str) -> Result<String> {
    let methods = session.store_mut()?.methods();
    let is_free = |name: &String| !methods.iter().any(|method| method.name == *name && method.state != MethodState::Stray);
    let numbered = (2..).map(|number| format!("{usual}-{number}"));
    Ok(match name {
        Some(name) => name.to_owned(),
        None => std::iter::once(usual.to_owned()).chain(numbered).find(is_free).unwrap_or_default(),
    })
}

fn usage(what: &str, hint: &str) -> Error {
    Error::new(ErrorKind::Usage, what).hint(hint)
}
