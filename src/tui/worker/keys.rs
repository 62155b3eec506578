//! The worker's part in unlocking and in unlock methods: keys that ask something are answered from what was typed before.

use super::{Worker, locked};
use crate::error::{Error, ErrorKind, Result};
use crate::ops::keys::{self, RecoveryKey};
use crate::ops::unlock::{Opening, text_file};
use crate::ops::{backup, rekey, restore};
use crate::ports::Prompt;
use crate::secret::SecretText;
use crate::tui::msg::{Done, KeysAct, KeysDone, Snapshot};
use crate::vault::MethodKind;
use crate::vault::backup::FOLDER;
use crate::vault::store::Trust;
use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Gives the answers in order; the first question without one is kept for the screen to ask.
pub(super) struct Answers {
    left: Mutex<VecDeque<SecretText>>,
    asked: Mutex<Option<String>>,
}

impl Answers {
    pub(super) fn new(answers: Vec<SecretText>) -> Arc<Answers> {
        Arc::new(Answers { left: Mutex::new(answers.into()), asked: Mutex::new(None) })
    }

    pub(super) fn asked(&self) -> Option<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Prompt for Answers {
    fn is_interactive(&self) -> bool {
        true
    }

    /// The screen says that the key is waited for.
    fn tell(&self, _text: &str) {}

    fn secret(&self, question: &str) -> io::Result<SecretText> {
        let answer = self.left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        answer.ok_or_else(|| {
            let question = question.trim_end_matches([':', ' ']).to_owned();
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(question);
            io::ErrorKind::WouldBlock.into()
        })
    }

    fn text(&self, question: &str) -> io::Result<String> {
        self.secret(question).map(|answer| answer.expose().to_owned())
    }

    fn confirm(&self, question: &str) -> io::Result<bool> {
        self.secret(question).map(|answer| answer.expose().trim().eq_ignore_ascii_case("y"))
    }
}

impl Worker {
    pub(super) fn unlock(&mut self, vault: &Path, opening: Opening, answers: Vec<SecretText>) -> Done {
        let answers = Answers::new(answers);
        let by_remembered = opening == Opening::Remembered;
        let session = self.at_home(opening).unlock(&self.world, vault, answers.clone(), self.trust_in(vault));
        match (session, answers.asked()) {
            (Err(error), Some(question)) if error.kind == ErrorKind::Locked => Done::Asked(question),
            (session, _) => {
                let opened = session.and_then(|session| self.open(session));
                self.by_remembered |= by_remembered && opened.is_ok();
                Done::Opened(opened)
            }
        }
    }

    /// What was said of the vault at the start says nothing of others.
    fn trust_in(&self, vault: &Path) -> Trust {
        if vault == self.vault { self.trust } else { Trust::Pinned }
    }

    /// With a typed path as the shell would read it.
    pub(super) fn at_home(&self, opening: Opening) -> Opening {
        match opening {
            Opening::File(path) => Opening::File(self.expand(&path)),
            other => other,
        }
    }

    /// For a vault that is damaged.
    pub(super) fn find_backup(&self, vault: &Path, opening: Opening, answers: Vec<SecretText>) -> Done {
        let answers = Answers::new(answers);
        let rescue = backup::find(&self.world, vault, &self.backups, &self.at_home(opening), answers.clone());
        match (rescue, answers.asked()) {
            (Err(_), Some(question)) => Done::Asked(question),
            (rescue, _) => Done::BackupFound(rescue.unwrap_or_default()),
        }
    }

    pub(super) fn mend(&mut self, vault: &Path, backup: &Path, opening: Opening, answers: Vec<SecretText>) -> Result<Snapshot> {
        let (opening, person) = (self.at_home(opening), Answers::new(answers));
        let source = restore::find(&self.world, vault, backup)?;
        let mended = restore::mend(&self.world, vault, &source, &opening, person, self.trust_in(vault), &self.backups)?;
        let aside = mended.aside.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        let said = match aside {
            Some(name) => format!("Put back; the old files are kept in {FOLDER}/{name}"),
            None => "Put back".into(),
        };
        self.open_saying(mended.session, Some(said))
    }

    pub(super) fn keys(&mut self, act: KeysAct, answers: Vec<SecretText>) -> Done {
        let answers = Answers::new(answers);
        let result = self.act_on_keys(act, answers.clone());
        match (&result, answers.asked()) {
            (Err(error), Some(question)) if error.kind == ErrorKind::Locked => Done::Asked(question),
            _ => Done::Keys { snapshot: self.snapshot(), result },
        }
    }

    fn act_on_keys(&mut self, act: KeysAct, person: Arc<dyn Prompt>) -> Result<KeysDone> {
        let file = |worker: &Worker, path: &str| text_file(&worker.world, &worker.expand(Path::new(path.trim())));
        let text = match &act {
            KeysAct::AddSsh { path, .. } | KeysAct::AddPlugin { path, .. } => Some(file(self, path)?),
            _ => None,
        };
        let text = text.unwrap_or_default();
        let session = self.session.as_mut().ok_or_else(locked)?;
        // Whoever finds the terminal open must not make the vault theirs.
        if self.by_remembered && !matches!(act, KeysAct::ChangePassphrase { old: Some(_), .. }) {
            let what = "the vault was opened by a remembered unlock, which does not do to change the ways in";
            return Err(Error::failed(what).hint("lock it and unlock it by one of them first"));
        }
        let named = |name: &str| format!("Added {name}: it opens the vault from now on");
        Ok(match act {
            KeysAct::MakeRecovery => {
                session.store_mut()?;
                KeysDone::Made(RecoveryKey::generate().text())
            }
            KeysAct::AddRecovery(key) => {
                let key = RecoveryKey::parse(&key).ok_or_else(|| Error::failed("the recovery key is damaged"))?;
                KeysDone::Said(named(&key.add(session, None)?), String::new())
            }
            KeysAct::ChangePassphrase { old, new } => {
                if let Some(old) = old {
                    session.store_mut()?.check_passphrase(&old)?;
                }
                match rekey::change_passphrase(session, &new, None)?.unfinished {
                    None => KeysDone::Said("The passphrase is changed".into(), "older copies open with the old one".into()),
                    Some(error) => KeysDone::Said(
                        "The passphrase is changed, but not all is cleared up".into(),
                        format!("{}; {}", error.what, error.hint.unwrap_or_default()),
                    ),
                }
            }
            KeysAct::AddSsh { name, .. } => {
                KeysDone::Said(named(&keys::add_public(session, MethodKind::SSH, text.expose(), name.as_deref())?), String::new())
            }
            KeysAct::AddPerson { recipient, name } => {
                let name = keys::add_public(session, MethodKind::PERSON, &recipient, name.as_deref())?;
                KeysDone::Said(named(&name), "they can read and change everything in it".into())
            }
            KeysAct::AddPlugin { name, .. } => {
                KeysDone::Said(named(&keys::add_plugin(session, &text, None, name.as_deref(), person)?), String::new())
            }
            KeysAct::Remove(name) => {
                let removed = keys::remove(session, &name)?;
                let entry = |id| session.vault().entry(id).map(|entry| entry.called());
                let mut exposed: Vec<String> = removed.exposed.into_iter().filter_map(entry).collect();
                exposed.sort();
                KeysDone::Removed { name: removed.name, exposed }
            }
        })
    }
}
