//! The desktop's clipboard through arboard: one handle for the life of the program, opened when first needed.

use super::{NotCopied, Way};
use crate::error::contain;
use crate::ports::Picture;
use crate::secret::SecretText;
#[cfg(target_os = "macos")]
use arboard::SetExtApple;
#[cfg(all(unix, not(target_os = "macos")))]
use arboard::SetExtLinux;

#[derive(Default)]
pub struct Board {
    handle: Option<arboard::Clipboard>,
}

impl Board {
    fn open(&mut self) -> Result<&mut arboard::Clipboard, &'static str> {
        match &mut self.handle {
            Some(handle) => Ok(handle),
            none => {
                let handle = arboard::Clipboard::new().map_err(|_| "the desktop's clipboard does not answer")?;
                Ok(none.insert(handle))
            }
        }
    }
}

impl Way for Board {
    fn copy(&mut self, text: &str) -> Result<(), NotCopied> {
        let handle = self.open()?;
        handle.set().exclude_from_history().text(text).map_err(|_| "the desktop's clipboard takes no text")?;
        // Asking back makes sure that the copy was carried out before it is reported.
        match handle.get_text() {
            Ok(found) if found == text => Ok(()),
            _ => Err(NotCopied { why: "the desktop's clipboard did not keep the text".into(), may_hold_it: true }),
        }
    }

    fn text(&mut self) -> Result<Option<SecretText>, String> {
        match self.open()?.get_text() {
            Ok(text) => Ok(Some(SecretText::new(text))),
            Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => Ok(None),
            Err(_) => Err("the desktop's clipboard can't be read".into()),
        }
    }

    fn clear(&mut self) -> Result<(), String> {
        let handle = self.open()?;
        handle.clear().map_err(|_| "the desktop's clipboard can't be cleared")?;
        // Asking makes sure that it was carried out: the program may end right after.
        let _ = handle.get_text();
        Ok(())
    }

    fn picture(&mut self) -> Option<Picture> {
        let handle = self.open().ok()?;
        let Some(image) = contain(|| handle.get_image()) else {
            // What the panic left of it is not to be trusted.
            self.handle = None;
            return None;
        };
        let image = image.ok()?;
        let (width, height) = (u32::try_from(image.width).ok()?, u32::try_from(image.height).ok()?);
        Some(Picture { width, height, rgba: image.bytes.into_owned() })
    }
}
