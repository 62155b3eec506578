//! OPVault, the folder of old versions of 1Password: `profile.js` with the keys, sixteen bands of items, each item with a key of
//! its own. AES-256-CBC with HMAC-SHA-256; the padding stands in front.

use crate::error::Result;
use crate::secret::SecretText;
use crate::text;
use crate::transfer::NamedFile;
use crate::transfer::read::crypto::{needs_password, wrong_password};
use crate::transfer::read::encoding::base64;
use crate::transfer::read::json::{self, Fields, Refusal, damaged};
use crate::transfer::read::{item, kdf};
use crate::transfer::{Draft, Found};
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha512};
use std::collections::HashMap;
use zeroize::Zeroizing;

const PROFILE: &str = "profile.js";
const PROFILE_START: &str = "var profile=";
const BAND_START: &str = "ld({";
/// The names of one-time passwords begin so.
const CODE: &str = "TOTP_";

type Bytes = Zeroizing<Vec<u8>>;

/// For the cipher, and for the authentication.
struct Keys {
    cipher: Zeroizing<[u8; 32]>,
    mac: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn of(bytes: &[u8]) -> Option<Keys> {
        let (cipher, mac) = bytes.split_at_checked(32)?;
        Some(Keys { cipher: Zeroizing::new(cipher.try_into().ok()?), mac: Zeroizing::new(mac.try_into().ok()?) })
    }

    /// Initial vector, ciphertext and the HMAC over both and what stands before.
    fn open(&self, sealed: &[u8], before: usize) -> Option<Bytes> {
        let (sealed, tag) = sealed.split_at_checked(sealed.len().checked_sub(32)?)?;
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*self.mac).ok()?;
        mac.chain_update(sealed).verify_slice(tag).ok()?;
        let (iv, sealed) = sealed.get(before..)?.split_at_checked(16)?;
        let mut content = Zeroizing::new(sealed.to_vec());
        let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(&*self.cipher, iv).ok()?;
        cipher.decrypt_padded::<NoPadding>(&mut content).ok()?;
        Some(content)
    }

    /// The container `opdata01`: mark, length of the content, and [`Keys::open`].
    fn open_data(&self, text: &str) -> Option<Bytes> {
        const MARK: &[u8] = b"opdata01";
        let sealed = base64(text)?;
        let length = u64::from_le_bytes(sealed.strip_prefix(MARK)?.get(..8)?.try_into().ok()?);
        let content = self.open(&sealed, MARK.len() + 8)?;
        let padding = content.len().checked_sub(usize::try_from(length).ok()?)?;
        Some(Zeroizing::new(content[padding..].to_vec()))
    }

    /// Keys that lie in a container, as the hash of what is there.
    fn open_keys(&self, text: &str) -> Option<Keys> {
        Keys::of(&Sha512::digest(&*self.open_data(text)?))
    }
}

/// Whether a folder is a vault: a profile lies in it or in a folder of it.
pub fn is_vault(files: &[NamedFile]) -> bool {
    profiles(files).next().is_some()
}

/// Whether this is one file of a vault.
pub fn is_part(bytes: &[u8]) -> bool {
    [PROFILE_START, BAND_START].iter().any(|start| bytes.starts_with(start.as_bytes()))
}

/// The folders that hold a profile, each with it.
fn profiles(files: &[NamedFile]) -> impl Iterator<Item = (&str, &NamedFile)> {
    files.iter().filter_map(|file| {
        let folder = file.name.strip_suffix(PROFILE)?;
        let is_whole = folder.is_empty() || folder.ends_with('/');
        (is_whole && file.bytes.starts_with(PROFILE_START.as_bytes())).then_some((folder, file))
    })
}

/// Each file is a call or an assignment around one object.
fn object(file: &NamedFile) -> Result<Map<String, Value>> {
    let cut = |what: &str| damaged(&format!("{} of the 1Password vault is damaged{what}", file.name));
    let decoded = text::decode(&file.bytes).ok_or_else(|| cut(": it is not text"))?;
    let text = decoded.text;
    let (start, end) = (text.find('{').ok_or_else(|| cut(""))?, text.rfind('}').ok_or_else(|| cut(""))?);
    let inner = text.get(start..=end).ok_or_else(|| cut(""))?;
    serde_json::from_str(inner).map_err(|error| cut(&format!(": {error}")))
}

pub fn read(files: &[NamedFile], password: Option<&SecretText>) -> Result<Found> {
    let mut read = Vec::new();
    let (mut without, mut deleted, mut index) = (0, 0, 0);
    for (folder, profile) in profiles(files) {
        let profile = Value::Object(object(profile)?);
        let (master, overview) = unlock(&profile, password)?;
        let groups = groups(files, folder, &overview);
        for band in files.iter().filter(|file| is_band(&file.name, folder)) {
            for (_, value) in object(band)? {
                let place = index;
                index += 1;
                let item = read_item(&value, &master, &overview, &groups);
                match Fields::of(&value).is_some_and(|item| item.flag("trashed")) {
                    _ if item.as_ref().is_ok_and(Vec::is_empty) => without += 1,
                    true => deleted += 1,
                    false => match item {
                        Ok(all) => read.extend(all.into_iter().map(|one| (place, one))),
                        Err(why) => read.push((place, Err(why))),
                    },
                }
            }
        }
    }
    let mut found = Found::collect(read.into_iter())?;
    found.note_without(without);
    match deleted {
        0 => {}
        1 => found.warnings.push("1 item with a one-time password lies in the trash and was left out.".into()),
        _ => found.warnings.push(format!("{deleted} items with one-time passwords lie in the trash and were left out.")),
    }
    Ok(found)
}

fn is_band(name: &str, folder: &str) -> bool {
    let digit = name.strip_prefix(folder).and_then(|name| name.strip_prefix("band_")?.strip_suffix(".js"));
    digit.is_some_and(|digit| digit.len() == 1 && digit.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// The keys of items and those of their overviews.
fn unlock(profile: &Value, password: Option<&SecretText>) -> Result<(Keys, Keys)> {
    let incomplete = || damaged("the profile of the 1Password vault is not complete");
    let profile = Fields::of(profile).ok_or_else(incomplete)?;
    let text = |name| profile.text(name).ok_or_else(incomplete);
    let salt = base64(&text("salt")?).ok_or_else(incomplete)?;
    let rounds = profile.number("iterations").ok().flatten().ok_or_else(incomplete)?;
    let (master, overview) = (text("masterKey")?, text("overviewKey")?);
    let password = password.ok_or_else(|| needs_password("the master password of the 1Password vault"))?;
    let derived = kdf::pbkdf2_wide::<Sha512>(password, &salt, rounds)?;
    let derived = Keys::of(&*derived).ok_or_else(incomplete)?;
    let master = derived.open_keys(&master).ok_or_else(wrong_password)?;
    let overview = derived.open_keys(&overview);
    Ok((master, overview.ok_or_else(|| damaged("the password is right, but the keys of the 1Password vault are damaged"))?))
}

/// The names of folders, by their ids.
fn groups(files: &[NamedFile], folder: &str, overview: &Keys) -> HashMap<String, String> {
    let of_folder = |name: &str| name.strip_prefix(folder) == Some("folders.js");
    let all = files.iter().find(|file| of_folder(&file.name)).and_then(|file| object(file).ok()).unwrap_or_default();
    let name = |value: &Value| {
        let told = overview.open_data(&Fields::of(value)?.text("overview")?)?;
        let told: Value = serde_json::from_slice(&told).ok()?;
        Fields::of(&told)?.text("title")
    };
    all.iter().filter_map(|(id, value)| Some((id.clone(), name(value)?))).collect()
}

type Read = std::result::Result<Draft, Refusal>;

/// All one-time passwords of an item.
fn read_item(
    value: &Value,
    master: &Keys,
    overview: &Keys,
    groups: &HashMap<String, String>,
) -> std::result::Result<Vec<Read>, Refusal> {
    let item = Fields::of_entry(value)?;
    let broken = || "the item is damaged".to_owned();
    let told = item.text("o").and_then(|sealed| overview.open_data(&sealed)).ok_or_else(broken)?;
    let told = json::of_bytes(&told).map_err(|_| broken())?;
    let told = Fields::of(&told).ok_or_else(broken)?;
    let title = told.text("title");
    let of_item = |why| item::of_item(title.as_deref(), why);
    let key = item.text("k").and_then(|sealed| master.open(&base64(&sealed)?, 0)).and_then(|key| Keys::of(&key));
    let key = key.ok_or_else(|| of_item(broken()))?;
    let details = item.text("d").and_then(|sealed| key.open_data(&sealed)).ok_or_else(|| of_item(broken()))?;
    let details = json::of_bytes(&details).map_err(|_| of_item(broken()))?;
    let details = Fields::of(&details).ok_or_else(|| of_item(broken()))?;
    let is_user = |field: &Fields| field.text("designation").as_deref() == Some("username");
    let mut fields = details.list("fields").iter().filter_map(Fields::of);
    let user = fields.find(is_user).and_then(|field| field.text("value"));
    let mut tags = Vec::new();
    let group = item.text("folder").map(|id| groups.get(&id).cloned().unwrap_or(id));
    item::tag(&mut tags, group.as_deref().into_iter().chain(told.list("tags").iter().filter_map(Value::as_str)));
    let sections = details.list("sections").iter().filter_map(Fields::of);
    let fields = sections.flat_map(|section| section.list("fields")).filter_map(Fields::of);
    let codes = fields.filter(|field| field.text("n").is_some_and(|name| name.starts_with(CODE)));
    let codes: Vec<_> = codes.filter_map(|field| Some((field.text("t"), field.text("v")?))).collect();
    let codes = codes.iter().flat_map(|(field, code)| item::codes(code).into_iter().map(move |code| (field, code)));
    let read = codes.map(|(field, code)| {
        let draft = item::draft(&code, title.as_deref(), user.as_deref()).map_err(of_item)?;
        let note = details.text("notesPlain").unwrap_or_default();
        let pinned = item.number("fave").is_ok_and(|place| place.is_some_and(|place| place > 0));
        let mut draft = Draft { note, pinned, tags: tags.clone(), ..draft };
        item::note_field(&mut draft, field.as_deref());
        Ok(draft)
    });
    Ok(read.collect())
}
