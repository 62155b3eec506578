//! The keyring that the Linux kernel keeps for each user (`@u`), by the `linux-keyutils` crate; other systems have none here.
//! It outlives the terminal and is not tied to a login, so its keys must be readable by whoever runs as the same user.

use super::Keyring;
use crate::secret::SecretText;
use std::time::Duration;

pub struct KernelKeyring;

#[cfg(target_os = "linux")]
mod kernel {
    use super::*;
    use linux_keyutils::{Key, KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
    use zeroize::Zeroizing;

    /// A longer key is none of ours, in bytes.
    const LONGEST: usize = 1024;

    impl Keyring for KernelKeyring {
        fn get(&self, name: &str) -> Result<Option<SecretText>, String> {
            let Some(key) = find(name)? else { return Ok(None) };
            let mut bytes = Zeroizing::new([0; LONGEST]);
            match unless_gone(key.read(&mut *bytes))? {
                Some(length) => {
                    let text = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
                    Ok(text.map(SecretText::new))
                }
                None => Ok(None),
            }
        }

        fn keep(&self, name: &str, secret: &SecretText, time: Duration) -> Result<(), String> {
            let seconds = usize::try_from(time.as_secs()).unwrap_or(usize::MAX);
            if seconds == 0 {
                // To the kernel no time is for ever.
                return Err("a time of less than a second can't be kept".into());
            }
            // Displaced alone it would still be there for whoever knows its number.
            self.forget(name)?;
            // It is made where it ends with this thread, and shown to others only once it has its end: whenever this
            // process is killed, nothing stays without one.
            let own = KeyRing::from_special_id(KeyRingIdentifier::Thread, true).map_err(why)?;
            let key = own.add_key(name, secret.expose().as_bytes()).map_err(why)?;
            let kept = key
                .set_timeout(seconds)
                .and_then(|()| {
                    // Another session of the user may not possess `@u`, so the user's own rights must do. Nobody else has any.
                    let user = Permission::VIEW | Permission::READ | Permission::SEARCH | Permission::SETATTR;
                    let possessor =
                        Permission::VIEW | Permission::READ | Permission::SEARCH | Permission::SETATTR | Permission::LINK;
                    key.set_perms(KeyPermissionsBuilder::builder().posessor(possessor).user(user).build())
                })
                .and_then(|()| users()?.link_key(key));
            if kept.is_err() {
                let _ = key.revoke();
            }
            let _ = own.unlink_key(key);
            kept.map_err(why)
        }

        fn forget(&self, name: &str) -> Result<bool, String> {
            let Some(key) = find(name)? else { return Ok(false) };
            // Revoking wipes it, whoever else has a link to it.
            let was_there = unless_gone(key.revoke())?.is_some();
            let _ = users().and_then(|ring| ring.unlink_key(key));
            Ok(was_there)
        }
    }

    fn users() -> Result<KeyRing, KeyError> {
        KeyRing::from_special_id(KeyRingIdentifier::User, false)
    }

    fn find(name: &str) -> Result<Option<Key>, String> {
        unless_gone(users().and_then(|ring| ring.search(name)))
    }

    fn unless_gone<T>(result: Result<T, KeyError>) -> Result<Option<T>, String> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked) => Ok(None),
            Err(error) => Err(why(error)),
        }
    }

    fn why(error: KeyError) -> String {
        const NO_SUCH_CALL: i32 = rustix::io::Errno::NOSYS.raw_os_error();
        match error {
            KeyError::PermissionDenied | KeyError::AccessDenied => {
                "the kernel's keyring may not be used here, as in many containers and sandboxes".into()
            }
            KeyError::Unknown(NO_SUCH_CALL) | KeyError::OperationNotSupported => "this kernel has no keyring".into(),
            KeyError::QuotaExceeded => "the kernel's keyring is full".into(),
            error => format!("the kernel's keyring can't be used ({error:?})"),
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Keyring for KernelKeyring {
    fn get(&self, _name: &str) -> Result<Option<SecretText>, String> {
        Err(NOT_HERE.into())
    }

    fn keep(&self, _name: &str, _secret: &SecretText, _time: Duration) -> Result<(), String> {
        Err(NOT_HERE.into())
    }

    fn forget(&self, _name: &str) -> Result<bool, String> {
        Err(NOT_HERE.into())
    }
}

#[cfg(not(target_os = "linux"))]
const NOT_HERE: &str = "the keyring of the Linux kernel is not on this system";
