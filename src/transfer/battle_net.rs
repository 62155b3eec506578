//! Battle.net's Android app: its preferences hold a serial and a secret, masked with bytes that are the same for everybody.

use super::read::account::leftovers;
use super::read::encoding::hex;
use super::read::json::{Fields, damaged};
use super::read::xml;
use super::{Draft, ForeignFile, Format, Found};
use crate::error::{Error, Result};
use crate::otp::{Credential, Kind};
use crate::secret::{Secret, SecretText};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub struct BattleNet;

const PREFIX: &str = "com.blizzard.messenger.AUTHENTICATOR_";
const MASK: [u8; 57] = *b"\x39\x8e\x27\xfc\x50\x27\x6a\x65\x60\x65\xb0\xe5\x25\xf4\xc0\x6c\x04\xc6\x10\x75\x28\x6b\x8e\x7a\xed\xa5\x9d\xa9\x81\x3b\x5d\xd6\xc8\x0d\x2f\xb3\x80\x68\x77\x3f\xa5\x9b\xa4\x7c\x17\xca\x6c\x64\x79\x01\x5c\x1d\x5b\x8b\x8f\x6b\x9a";
const MASKED: &str = "MASK";
/// Digits of a code; all else is as usual.
const DIGITS: u32 = 8;

impl Format for BattleNet {
    fn id(&self) -> &'static str {
        "battle-net"
    }

    fn name(&self) -> &'static str {
        "Battle.net"
    }

    fn how_to_get(&self) -> &'static str {
        "on a rooted phone: shared_prefs/com.blizzard.messenger.authenticator_preferences.xml"
    }

    fn detect(&self, file: &ForeignFile) -> bool {
        file.xml().and_then(xml::Element::preferences).is_some_and(|texts| texts.iter().any(|(name, _)| name.starts_with(PREFIX)))
    }

    fn read(&self, file: &ForeignFile, _: Option<&SecretText>) -> Result<Found> {
        let texts = xml::of_file(file)?.preferences().ok_or_else(|| damaged("these are no preferences of the Battle.net app"))?;
        let text =
            |name: &str| texts.iter().find(|(known, _)| known.strip_prefix(PREFIX) == Some(name)).map(|(_, text)| text.trim());
        let missing = |what: &str| damaged(&format!("the preferences of the Battle.net app hold no {what}"));
        match text("CREDENTIALS_ENCRYPTION_TYPE") {
            Some(MASKED) => {}
            Some(_) => {
                return Err(damaged("the secret is encrypted with a key that never leaves the phone")
                    .hint("attach an authenticator anew and enrol it here"));
            }
            None => return Err(missing("word on how the secret is kept")),
        }
        let secret = unmask(text("DEVICE_SECRET").ok_or_else(|| missing("secret"))?)?;
        let secret = std::str::from_utf8(&secret).ok().and_then(hex).filter(|secret| !secret.is_empty());
        let secret = Secret::new(secret.ok_or_else(|| damaged("the secret of Battle.net can't be read"))?.to_vec());
        let serial = unmask(text("SERIAL").ok_or_else(|| missing("serial"))?)?;
        let serial = String::from_utf8(serial.to_vec()).map_err(|_| damaged("the serial of Battle.net can't be read"))?;
        let kept: Map<String, Value> =
            text("BGS_REGION_CODE").map(|region| ("region".to_owned(), region.into())).into_iter().collect();
        let kept = Value::Object(kept);
        let draft = Draft {
            issuer: "Battle.net".into(),
            account: serial,
            raw: Fields::of(&kept).and_then(|kept| leftovers(kept, &["region"])),
            ..Draft::new(Credential { digits: DIGITS, ..Credential::new(Kind::Totp, secret) })
        };
        Ok(Found { drafts: vec![draft], ..Found::default() })
    }
}

fn unmask(text: &str) -> Result<Zeroizing<Vec<u8>>> {
    let unreadable = || -> Error { damaged("the preferences of the Battle.net app can't be read") };
    let bytes = hex(text).filter(|bytes| bytes.len() <= MASK.len()).ok_or_else(unreadable)?;
    Ok(Zeroizing::new(bytes.iter().zip(MASK).map(|(byte, mask)| byte ^ mask).collect()))
}
